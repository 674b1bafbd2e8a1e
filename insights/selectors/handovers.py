"""The pages of a handover: its customers with where they stand, and all of them as a file."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from insights.models import Reading
from interactions.selectors.met import introductions_made
from relationships.models import Handover, HandoverCustomer, Person
from relationships.prepared import prepared
from relationships.selectors import handovers as relationships

READ_AT_ONCE = 500
PRINTED_AT_MOST = 1_000

SHOWN = {
    "": Q(),
    "unwritten": Q(note=""),
    "single": Q(only_days__gt=0),
    "nobody": Q(successor=None),
    "unplanned": Q(introduce_on=None, successor__isnull=False),
    "late": relationships.TOO_LATE,
}
"""What a step can be narrowed to."""


@dataclass(frozen=True, slots=True)
class Line:
    """A customer of a handover; `has_met` once the new owner met them after it was planned."""

    row: HandoverCustomer
    reading: Reading | None
    has_met: bool


@dataclass(frozen=True, slots=True)
class HandoverPage:
    """Some customers of a handover, and the place of the last one where more follow."""

    lines: Sequence[Line]
    after: tuple[Any, ...] | None
    progress: relationships.Progress


def handover_page(
    person: Person, handover: Handover, *, only: str = "", after: Sequence[Any] | None = None
) -> HandoverPage:
    """Return the customers of a handover that follow a place, narrowed to `only` some."""
    found = relationships.rows_page(person, handover, among=SHOWN[only], after=after)
    return HandoverPage(
        lines=_lines(found.rows),
        after=found.after,
        progress=relationships.progress_of(person, handover),
    )


def all_lines(person: Person, handover: Handover, *, at_most: int | None = None) -> Iterator[Line]:
    """Yield all customers of a handover that `person` sees, in order, some at a time."""
    rows = relationships.rows_of(person, handover)
    ids = list(rows.values_list("pk", flat=True)[:at_most])
    for start in range(0, len(ids), READ_AT_ONCE):
        yield from _lines(_some(person, handover, ids, start))


def _some(
    person: Person, handover: Handover, ids: Sequence[int], start: int
) -> list[HandoverCustomer]:
    wanted = ids[start : start + READ_AT_ONCE]
    found = relationships.rows_of(person, handover).filter(pk__in=wanted)
    return list(relationships.with_people(list(found)))


def _lines(rows: Sequence[HandoverCustomer]) -> list[Line]:
    readings = _readings([row.customer_id for row in rows])
    planned = [row.pk for row in rows if row.introduce_on is not None]
    met = introductions_made(planned)
    return [Line(row, readings.get(row.customer_id), row.pk in met) for row in rows]


def _readings(customer_ids: Sequence[int]) -> Mapping[int, Reading]:
    found = _read(tuple(customer_ids)) if customer_ids else []
    return {one.pk: one for one in found}


@prepared
def _read(customer_ids: tuple[int, ...]) -> QuerySet[Reading]:
    return Reading.objects.defer("history").filter(pk__in=customer_ids)
