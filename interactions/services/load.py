"""Loads an event log: rows in, batches through `record()`, what was refused reported."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from interactions.logs import BadRow, LogRow, Occurrences
from interactions.models import Source, TouchpointType
from interactions.services.columns import NewTouchpoint
from interactions.services.flaws import nearest_type
from interactions.services.record import record
from relationships.models import Person
from relationships.selectors import IdentityRef


@dataclass(slots=True)
class Loaded:
    """What became of the rows of a log so far."""

    read: int = 0
    recorded: int = 0
    known: int = 0
    refused: int = 0


class UnknownTypeError(LookupError):
    """The catalogue has no such touchpoint type."""


def check_type_exists(key: str) -> None:
    """Raise `UnknownTypeError` unless the catalogue has this type."""
    known = tuple(TouchpointType.objects.values_list("key", flat=True))
    if key not in known:
        raise UnknownTypeError(f"There is no such touchpoint type; {nearest_type(key, known)}")


def load(
    *,
    rows: Iterable[LogRow | BadRow],
    type_key: str,
    source: Source,
    by: Person,
    now: datetime,
    batch_size: int,
    refuse: Callable[[BadRow], None],
    after_batch: Callable[[Loaded], None],
    team_id: int | None = None,
) -> Loaded:
    """Record every row once, however often and however far the log was loaded before.

    Each batch is one transaction. Customers who are not known yet are made, in `team_id`;
    `refuse` is told of each row that cannot be taken, `after_batch` how far we are.
    """
    loaded = Loaded()
    remaining = iter(rows)
    with closing(Occurrences()) as occurrences:
        while batch := list(islice(remaining, batch_size)):
            bad = [row for row in batch if isinstance(row, BadRow)]
            good = [row for row in batch if isinstance(row, LogRow)]
            items = [
                _touchpoint(row, type_key, source, occurrences.external_id(row, type_key=type_key))
                for row in good
            ]
            bad += _record(good, items, loaded, source=source, by=by, now=now, team_id=team_id)
            for row in sorted(bad, key=lambda row: row.line):
                refuse(row)
            loaded.read += len(batch)
            loaded.refused += len({row.line for row in bad})
            after_batch(loaded)
    return loaded


def _touchpoint(row: LogRow, type_key: str, source: Source, external_id: str) -> NewTouchpoint:
    return NewTouchpoint(
        type=type_key,
        customer=IdentityRef("foreign", row.customer, source.name),
        occurred_at=row.occurred_at,
        external_id=external_id,
        value=row.value,
    )


def _record(
    rows: Sequence[LogRow],
    items: Sequence[NewTouchpoint],
    loaded: Loaded,
    *,
    source: Source,
    by: Person,
    now: datetime,
    team_id: int | None,
) -> list[BadRow]:
    outcomes = record(
        source=source,
        items=items,
        by=by,
        now=now,
        may_create_customers=True,
        new_customers_team_id=team_id,
    )
    loaded.recorded += sum(outcome.status == "recorded" for outcome in outcomes)
    loaded.known += sum(outcome.status == "known" for outcome in outcomes)
    return [
        BadRow(row.line, wrong.field, wrong.value, wrong.reason)
        for row, outcome in zip(rows, outcomes, strict=True)
        for wrong in outcome.refusals
    ]
