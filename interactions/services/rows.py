"""What is stored of a touchpoint, with the defaults of its type filled in."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from operator import attrgetter

from msgspec import Struct

from interactions.fingerprints import fingerprint
from interactions.models import Direction
from interactions.services.loops import LoopKey
from interactions.services.validate import Kind, NewTouchpoint, References

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
    is_template: bool = False


COLUMNS = Row.__struct_fields__
stored = attrgetter(*COLUMNS)
"""Returns the values of a row, in the order of `COLUMNS`."""


def row_for(item: NewTouchpoint, source_id: int, known: References, by_id: int) -> Row:
    """Turn a valid item that has an external id into what is stored.

    It runs for every touchpoint that comes in: what few items have is asked for by a plain `if`
    before anything is called.
    """
    kind = known.types[item.type]
    customer_id, home_id, team_id, contact_id = known.customers[item.customer]
    if item.contact_id is not None:
        contact_id, _, home_id = known.contacts[item.contact_id]
    elif item.contact is not None:
        contact_id, _, home_id = known.contacts[item.contact]
    direction = kind.direction if item.direction is None else item.direction
    opens = kind.opens if item.opens is None else (item.opens or None)
    closes_source_id = closes_external_id = None
    if item.closes:
        closes_source_id, closes_external_id = source_id, item.closes
    elif item.closes_loop is not None:
        _, closes_source_id, closes_external_id = known.openers[item.closes_loop]
    return Row(
        source_id,
        item.external_id,
        customer_id,
        team_id,
        contact_id,
        known.people[item.person] if item.person else item.person_id,
        kind.id,
        direction,
        item.occurred_at,
        item.duration_minutes,
        item.customers_in_room,
        item.sentiment,
        item.via,
        item.text,
        _fingerprint(item, kind, direction) if item.text else None,
        None if item.value is None else round(item.value, 2),
        item.severity,
        opens,
        _due_at(item, kind) if opens else None,
        closes_source_id,
        closes_external_id,
        by_id,
        None if home_id == customer_id else home_id,
    )


def loop_keys(rows: Iterable[Row]) -> Iterator[LoopKey]:
    """Yield the loops that rows have to do with."""
    for row in rows:
        if row.opens:
            yield row.source_id, row.external_id
        if row.closes_source_id and row.closes_external_id:
            yield row.closes_source_id, row.closes_external_id


def _due_at(item: NewTouchpoint, kind: Kind) -> datetime:
    return item.due_at or item.occurred_at + timedelta(hours=kind.expected_hours or USUAL_HOURS)


def _fingerprint(item: NewTouchpoint, kind: Kind, direction: int) -> int | None:
    """Only what we wrote, as if to this customer alone, is worth comparing."""
    is_written_by_us = kind.points > 0 and direction == Direction.OUTBOUND
    return fingerprint(item.text) if is_written_by_us else None
