"""`record()`: the one way by which touchpoints come in."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection
from django.db.backends.utils import CursorWrapper

from interactions.fingerprints import fingerprint
from interactions.models import Direction, Loop, Source, Touchpoint, TouchpointType
from interactions.services import loops, templates
from interactions.services.customers import (
    atomic_beside_merges,
    storable,
    survivors_and_teams,
)
from interactions.services.marks import CHANGE_COLUMNS, select_changes
from interactions.services.validate import (
    NewTouchpoint,
    References,
    Refusal,
    identity_flaw,
    refusals,
)
from relationships.models import Contact, Person
from relationships.selectors import IdentityRef, customers_by_identity
from relationships.services import customers_for


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one touchpoint: `recorded`, `known` already, or `refused`."""

    status: str
    external_id: str
    touchpoint_id: int | None = None
    customer_id: int | None = None
    refusals: tuple[Refusal, ...] = ()


class Row(NamedTuple):
    """A touchpoint as it is stored; the order of the fields is that of the columns."""

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
    value: Any
    severity: int | None
    opens: int | None
    due_at: datetime | None
    closes_source_id: int | None
    closes_external_id: str | None
    recorded_by_id: int | None
    home_id: int | None


COLUMN_TYPES = (
    "int", "text", "bigint", "bigint", "bigint", "bigint", "int", "int", "timestamptz", "int",
    "int", "float8", "text", "text", "bigint", "numeric", "int", "int", "timestamptz", "int",
    "text", "bigint", "bigint",
)  # fmt: skip
COLUMNS = ", ".join(Row._fields)

_INSERT = f"""
    WITH added AS (
        INSERT INTO interactions_touchpoint ({COLUMNS}, is_template)
        SELECT {{values}}, false FROM unnest({{arrays}}) AS new ({{names}})
        ON CONFLICT (source_id, external_id) DO NOTHING
        RETURNING *
    ), marked AS (
        INSERT INTO interactions_touchpointchange ({CHANGE_COLUMNS})
        {select_changes("added", sign=1, refold="closes_external_id IS NOT NULL")}
    )
    SELECT external_id, id FROM added
"""


def source_of(account: Person) -> Source:
    """Return the source of a service account; it has the account's name."""
    known = Source.objects.filter(service_account=account).first()
    return known or source_named(account.name, service_account=account)


def source_named(name: str, *, service_account: Person | None = None) -> Source:
    """Return the source with this name, made when it does not exist."""
    source, _ = Source.objects.get_or_create(
        name=name, defaults={"service_account": service_account}
    )
    return source


@atomic_beside_merges
def record(
    *,
    source: Source,
    items: Sequence[NewTouchpoint],
    by: Person,
    now: datetime,
    may_create_customers: bool = False,
    new_customers_team_id: int | None = None,
) -> list[Outcome]:
    """Record touchpoints, each once for ever, and say what became of each.

    What cannot be taken is refused alone; the rest is kept. Touchpoints, the loops they open and
    close, and "this customer changed" are one transaction. An item without an external id gets a
    new one, so it can only be sent once. New customers belong to the team of `by` unless another
    is named.
    """
    known = references(
        items,
        by=by,
        may_create_customers=may_create_customers,
        new_customers_team_id=new_customers_team_id,
    )
    wrong = [refusals(item, known, now) for item in items]
    rows = [
        None if wrong[number] else row_for(item, source, known, by)
        for number, item in enumerate(items)
    ]
    with connection.cursor() as cursor:
        added = store(cursor, [row for row in rows if row is not None])
    before = _recorded_before(source, [row for row in rows if row], added)
    return list(_outcomes(items, rows, wrong, added, before))


def store(cursor: CursorWrapper, rows: Sequence[Row]) -> dict[str, int]:
    """Insert rows with all that follows from them; return the id of each external id added."""
    if not rows:
        return {}
    # In one order, so that two requests with the same events wait for each other, not in a ring.
    # Of two items with one external id in a batch, the sort keeps the first in front.
    ordered = sorted(rows, key=lambda row: row.external_id)
    added = _insert(cursor, ordered)
    new = [row for row in ordered if row.external_id in added]
    loops.reconcile(cursor, (key for row in new for key in loop_keys(row)))
    templates.flag_templates(cursor, [row.fingerprint for row in new if row.fingerprint])
    return added


def _insert(cursor: CursorWrapper, rows: Sequence[Row]) -> dict[str, int]:
    """Insert rows and the marks of their customers; a column of equal values is sent once."""
    values, arrays, names = [], [], []
    constants: list[Any] = []
    columns: list[list[Any]] = []
    for name, kind, column in zip(Row._fields, COLUMN_TYPES, zip(*rows, strict=True), strict=True):
        if name != "external_id" and column.count(column[0]) == len(column):
            values.append(f"%s::{kind}")
            constants.append(column[0])
        else:
            values.append(name)
            names.append(name)
            arrays.append(f"%s::{kind}[]")
            columns.append(list(column))
    sql = _INSERT.format(values=", ".join(values), arrays=", ".join(arrays), names=", ".join(names))
    cursor.execute(sql, [*constants, *columns, settings.TIME_ZONE])
    return dict(cursor.fetchall())


def loop_keys(row: Row) -> Iterator[loops.LoopKey]:
    """Yield the loops that a row has to do with."""
    if row.opens:
        yield row.source_id, row.external_id
    if row.closes_source_id and row.closes_external_id:
        yield row.closes_source_id, row.closes_external_id


def _recorded_before(
    source: Source, rows: Sequence[Row], added: Mapping[str, int]
) -> dict[str, tuple[int, int]]:
    """Return the touchpoint and customer of each external id that was taken already."""
    known = {row.external_id for row in rows} - added.keys()
    if not known:
        return {}
    found = Touchpoint.objects.filter(source=source, external_id__in=known)
    return {key: (pk, of) for key, pk, of in found.values_list("external_id", "pk", "customer_id")}


def _outcomes(
    items: Sequence[NewTouchpoint],
    rows: Sequence[Row | None],
    wrong: Sequence[list[Refusal]],
    added: Mapping[str, int],
    before: Mapping[str, tuple[int, int]],
) -> Iterator[Outcome]:
    first: dict[str, int] = {}
    for item, row, refused in zip(items, rows, wrong, strict=True):
        if row is None:
            yield Outcome("refused", item.external_id, refusals=tuple(refused))
        elif row.external_id not in added:
            yield Outcome("known", row.external_id, *before[row.external_id])
        else:
            status = "known" if row.external_id in first else "recorded"
            customer_id = first.setdefault(row.external_id, row.customer_id)
            yield Outcome(status, row.external_id, added[row.external_id], customer_id)


def references(
    items: Sequence[NewTouchpoint],
    *,
    by: Person,
    may_create_customers: bool,
    new_customers_team_id: int | None = None,
) -> References:
    """Look up, and lock against deletion, all that a batch refers to: one query a table."""
    named = {item.customer for item in items if isinstance(item.customer, IdentityRef)}
    refs = [ref for ref in named if identity_flaw(ref) is None]
    identities = (
        customers_for(refs=refs, team_id=new_customers_team_id or by.team_id)
        if may_create_customers
        else customers_by_identity(refs)
    )
    customer_ids = {item.customer for item in items if isinstance(item.customer, int)}
    customer_ids.update(customer_id for customer_id, _ in identities.values())
    contact_ids = {item.contact_id for item in items if item.contact_id is not None}
    person_ids = {item.person_id for item in items if item.person_id is not None}
    loop_ids = {item.closes_loop for item in items if item.closes_loop is not None}
    survivors, teams = survivors_and_teams(customer_ids, by)
    return References(
        types={entry.key: entry for entry in TouchpointType.objects.all()},
        teams=teams,
        survivors=survivors,
        identities=identities,
        contacts=_contacts(contact_ids),
        people=frozenset(
            Person.objects.filter(pk__in=storable(person_ids)).values_list("pk", flat=True)
            if person_ids
            else ()
        ),
        openers=_openers(loop_ids),
    )


def _contacts(contact_ids: set[int]) -> dict[int, tuple[int, int]]:
    """Return whose each contact is, now and beneath merges."""
    if not contact_ids:
        return {}
    rows = Contact.objects.filter(pk__in=storable(contact_ids))
    return {
        pk: (customer_id, home_id or customer_id)
        for pk, customer_id, home_id in rows.values_list("pk", "customer_id", "home_id")
    }


def _openers(loop_ids: set[int]) -> dict[int, tuple[int, int, str]]:
    if not loop_ids:
        return {}
    rows = Loop.objects.filter(pk__in=storable(loop_ids)).values_list(
        "pk", "customer_id", "opened_by__source_id", "opened_by__external_id"
    )
    return {pk: (customer_id, source, external) for pk, customer_id, source, external in rows}


def row_for(item: NewTouchpoint, source: Source, known: References, by: Person) -> Row:
    """Turn a valid item into what is stored, with the defaults of its type filled in."""
    kind = known.types[item.type]
    customer_id, home_id = known.customer_id(item), known.home_id(item)
    assert customer_id is not None
    direction = kind.direction if item.direction is None else item.direction
    opens = kind.opens if item.opens is None else (item.opens or None)
    closes_source_id, closes_external_id = _closes(item, source, known)
    contact_id = item.contact_id
    if contact_id is None and isinstance(item.customer, IdentityRef):
        contact_id = known.identities[item.customer][1]
    return Row(
        source.pk,
        item.external_id or str(uuid.uuid4()),
        customer_id,
        known.teams[customer_id],
        contact_id,
        item.person_id,
        kind.pk,
        direction,
        item.occurred_at,
        item.duration_minutes,
        item.customers_in_room,
        item.sentiment,
        item.via,
        item.text,
        _fingerprint(item, kind, direction),
        None if item.value is None else round(item.value, 2),
        item.severity,
        opens,
        _due_at(item, kind) if opens else None,
        closes_source_id,
        closes_external_id,
        by.pk,
        home_id if home_id != customer_id else None,
    )


def _closes(
    item: NewTouchpoint, source: Source, known: References
) -> tuple[int | None, str | None]:
    if item.closes_loop is not None:
        return known.openers[item.closes_loop][1:]
    return (source.pk, item.closes) if item.closes else (None, None)


def _due_at(item: NewTouchpoint, kind: TouchpointType) -> datetime:
    return item.due_at or item.occurred_at + timedelta(hours=kind.expected_hours or 168)


def _fingerprint(item: NewTouchpoint, kind: TouchpointType, direction: int) -> int | None:
    """Only what we wrote, as if to this customer alone, is worth comparing."""
    is_written_by_us = kind.points > 0 and direction == Direction.OUTBOUND
    return fingerprint(item.text) if is_written_by_us and item.text else None
