"""What is stored of touchpoints, with the defaults of their types filled in."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, cast

from msgspec import Struct

from interactions.fingerprints import fingerprint
from interactions.models import Direction
from interactions.services.columns import Columns, given
from interactions.services.loops import LoopKey
from interactions.services.references import AtCustomer, Kind, References
from relationships.selectors import Whom

USUAL_HOURS = 168
"""In which a loop is to be closed when neither its opener nor the opener's type says so."""


class Row(Struct, frozen=True, gc=False):
    """A touchpoint as it is stored; each field is a column."""

    source_id: int
    external_id: str
    customer_id: int
    team_id: int | None
    contact_id: int | None
    person_id: int | None
    type_id: int
    direction: int
    occurred_at: datetime
    duration_minutes: int | None
    customers_in_room: int
    sentiment: float | None
    via: str
    text: str
    fingerprint: int | None
    value: Decimal | None
    severity: int | None
    opens: int | None
    due_at: datetime | None
    closes_source_id: int | None
    closes_external_id: str | None
    recorded_by_id: int | None
    home_id: int | None
    is_template: bool


COLUMNS = Row.__struct_fields__


Rows = Mapping[str, Sequence[Any]]
"""Touchpoints as they are stored: for each of `COLUMNS` the values of all."""


def rows_for(columns: Columns, known: References, *, source_id: int, by_id: int) -> Rows:
    """Turn valid touchpoints that have external ids into what is stored.

    What few touchpoints have is asked for only where a column has it at all.
    """
    number = len(columns)
    kinds = cast(Sequence[Kind], known.kinds)
    whose = cast(Sequence[Whom], known.whose)
    type_ids, usual_directions, points, usual_opens, _ = zip(*kinds, strict=True)
    customer_ids, _, team_ids, _ = zip(*whose, strict=True)
    contact_ids, home_ids = _contacts(columns, known, whose)
    directions = _or_usual(columns.direction, usual_directions)
    opens = [kind or None for kind in _or_usual(columns.opens, usual_opens)]
    closed_sources, closed = _closing(columns, known, source_id)
    return {
        "source_id": [source_id] * number,
        "external_id": columns.external_id,
        "customer_id": customer_ids,
        "team_id": team_ids,
        "contact_id": contact_ids,
        "person_id": _people(columns, known),
        "type_id": type_ids,
        "direction": directions,
        "occurred_at": columns.occurred_at,
        "duration_minutes": columns.duration_minutes,
        "customers_in_room": columns.customers_in_room,
        "sentiment": columns.sentiment,
        "via": columns.via,
        "text": columns.text,
        "fingerprint": list(map(_fingerprint, columns.text, points, directions)),
        "value": [value if value is None else round(value, 2) for value in columns.value],
        "severity": columns.severity,
        "opens": opens,
        "due_at": _due(columns, kinds, opens),
        "closes_source_id": closed_sources,
        "closes_external_id": closed,
        "recorded_by_id": [by_id] * number,
        "home_id": _homes(home_ids, customer_ids),
        "is_template": [False] * number,
    }


def first_of(rows: Rows) -> Row:
    """Return the first touchpoint."""
    return Row(*(rows[name][0] for name in COLUMNS))


def rows_of(*rows: Row) -> Rows:
    """Turn touchpoints, one by one, into columns."""
    return {name: [getattr(row, name) for row in rows] for name in COLUMNS}


def loop_keys(rows: Rows) -> Iterator[LoopKey]:
    """Yield the loops that touchpoints have to do with."""
    if given(rows["opens"]):
        for source_id, external_id, opens in zip(
            rows["source_id"], rows["external_id"], rows["opens"], strict=True
        ):
            if opens:
                yield source_id, external_id
    if given(rows["closes_external_id"]):
        for source_id, external_id in zip(
            rows["closes_source_id"], rows["closes_external_id"], strict=True
        ):
            if external_id:
                yield source_id, external_id


def _contacts(
    columns: Columns, known: References, whose: Sequence[Whom]
) -> tuple[Sequence[int | None], Sequence[int]]:
    """Return the contacts, and whose touchpoints these are beneath all merges."""
    if not given(columns.contact_id) and not given(columns.contact):
        return [whom.contact_id for whom in whose], [whom.home_id for whom in whose]
    at = [
        known.contacts[name] if name is not None else AtCustomer(whom.contact_id, *whom[:2])
        for pk, contact, whom in zip(columns.contact_id, columns.contact, whose, strict=True)
        for name in (contact if pk is None else pk,)
    ]
    return [one.contact_id for one in at], [one.home_id for one in at]


def _homes(home_ids: Sequence[int], customer_ids: Sequence[int]) -> Sequence[int | None]:
    """Leave out who is the customer anyhow."""
    pairs = zip(home_ids, customer_ids, strict=True)
    return [None if home == customer else home for home, customer in pairs]


def _people(columns: Columns, known: References) -> Sequence[int | None]:
    if not any(columns.person):
        return columns.person_id
    pairs = zip(columns.person, columns.person_id, strict=True)
    return [known.people[email] if email else pk for email, pk in pairs]


def _or_usual(said: Sequence[int | None], usual: Sequence[Any]) -> Sequence[Any]:
    """Take what a touchpoint says, else what is usual for its type."""
    if not given(said):
        return usual
    return [one if mine is None else mine for mine, one in zip(said, usual, strict=True)]


def _closing(
    columns: Columns, known: References, source_id: int
) -> tuple[Sequence[int | None], Sequence[str | None]]:
    """Return the source and the external id of what opened the loops that are closed."""
    if given(columns.closes_loop):
        openers = [
            (source_id, closes) if closes else known.openers[loop][1:] if loop else (None, None)
            for closes, loop in zip(columns.closes, columns.closes_loop, strict=True)
        ]
        sources, external_ids = zip(*openers, strict=True)
        return sources, external_ids
    if not any(columns.closes):
        return [None] * len(columns), [None] * len(columns)
    return (
        [source_id if closes else None for closes in columns.closes],
        [closes or None for closes in columns.closes],
    )


def _due(
    columns: Columns, kinds: Sequence[Kind], opens: Sequence[int | None]
) -> Sequence[datetime | None]:
    if not given(opens):
        return opens  # type: ignore[return-value]
    asked = zip(columns.due_at, columns.occurred_at, kinds, opens, strict=True)
    return [
        due_at or occurred_at + timedelta(hours=kind.expected_hours or USUAL_HOURS)
        if opening
        else None
        for due_at, occurred_at, kind, opening in asked
    ]


def _fingerprint(text: str, points: float, direction: int) -> int | None:
    """Only what we wrote, as if to this customer alone, is worth comparing."""
    if text and points > 0 and direction == _OUTBOUND:
        return fingerprint(text)
    return None


# A plain number: of an enumeration, comparing would call Python for each touchpoint.
_OUTBOUND = int(Direction.OUTBOUND)
