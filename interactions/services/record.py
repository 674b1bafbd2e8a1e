"""`record()`: the one way by which touchpoints come in."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import repeat
from typing import Any, Literal

from django.db import IntegrityError, connection, transaction
from django.db.backends.utils import CursorWrapper
from msgspec import Struct

from interactions.models import Source, Touchpoint
from interactions.selectors.own import source_names
from interactions.services import loops, templates
from interactions.services.columns import Columns, NewTouchpoint, given
from interactions.services.copying import array, copy_columns
from interactions.services.flaws import Refusal
from interactions.services.marks import mark_refold
from interactions.services.references import references
from interactions.services.rows import Rows, loop_keys, rows_for
from interactions.services.validate import refusals
from relationships.models import Person
from relationships.services import keep_customers


class Outcome(Struct, frozen=True, gc=False, rename={"touchpoint_id": "id", "refusals": "errors"}):
    """What became of one touchpoint; it has no ids when it was refused.

    The API tells it as it is, under shorter names.
    """

    status: Literal["recorded", "known", "refused"]
    external_id: str
    touchpoint_id: int | None = None
    customer_id: int | None = None
    refusals: tuple[Refusal, ...] = ()


Stored = Mapping[str, tuple[int, int]]  # touchpoint and customer of an external id

_MARKED = ("customer_id", "team_id", "type_id", "occurred_at")
# In one message with what draws ids, or adds a row: a wait less for each.
_MARK = """
    INSERT INTO interactions_intake (size, customer_ids, team_ids, type_ids, occurred_at, is_via)
    VALUES (%(marked_size)s, %(marked_customer_id)s, %(marked_team_id)s, %(marked_type_id)s,
            %(marked_occurred_at)s, %(marked_is_via)s);
"""
_DRAW = """
    SELECT array_agg(nextval('interactions_touchpoint_id_seq'))
    FROM generate_series(1, %(marked_size)s)
"""


def source_of(account: Person) -> Source:
    """Return the source of a service account; it has the account's name."""
    known = Source.objects.filter(service_account=account).first()
    return known or source_named(account.name, service_account=account)


def source_named(name: str, *, service_account: Person | None = None) -> Source:
    """Return the source with this name, made when it does not exist.

    Where the name is another's, it is that of `source_names` which is free.
    """
    for free in source_names(name, service_account):
        source, _ = Source.objects.get_or_create(
            name=free, defaults={"service_account": service_account}
        )
        if source.service_account_id in (None, service_account and service_account.pk):
            break
    return source


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
    if not items:
        return []
    return record_columns(
        source=source,
        columns=Columns.of(items),
        by=by,
        now=now,
        may_create_customers=may_create_customers,
        new_customers_team_id=new_customers_team_id,
    )


def record_columns(
    *,
    source: Source,
    columns: Columns,
    by: Person,
    now: datetime,
    may_create_customers: bool = False,
    new_customers_team_id: int | None = None,
) -> list[Outcome]:
    """Do what `record` does for touchpoints, at least one, that came as columns."""
    named = _named(columns)
    taken: Stored = {}
    while True:
        try:
            with transaction.atomic():
                known = references(
                    named,
                    roster=keep_customers(),
                    by=by,
                    may_create_customers=may_create_customers,
                    new_customers_team_id=new_customers_team_id,
                )
                wrong = refusals(named, known, now)
                added: Stored = {}
                if places := _places(named.external_id, wrong, taken):
                    rows = rows_for(
                        named.take(places), known.take(places), source_id=source.pk, by_id=by.pk
                    )
                    added = _store(rows, now)
        except IntegrityError as error:
            # The table itself is asked whether an external id is taken: mostly none is, and then
            # nobody had to look for them. What was there, or came in meanwhile, is there to stay.
            if not _is_recorded_already(error):
                raise
            taken = _taken(source, named.external_id)
        else:
            return _outcomes(columns.external_id, named.external_id, wrong, added, taken)


def _named(columns: Columns) -> Columns:
    if "" not in columns.external_id:
        return columns
    return columns.with_external_ids([one or str(uuid.uuid4()) for one in columns.external_id])


def _places(
    external_ids: Sequence[str], wrong: Sequence[list[Refusal]] | None, taken: Stored
) -> list[int]:
    """Return where those are that will be stored: of equal external ids, the first right one."""
    # In one order, so that two requests with the same events wait for each other, not in a ring.
    order = sorted(range(len(external_ids)), key=external_ids.__getitem__)
    if wrong is None and not taken and len(set(external_ids)) == len(external_ids):
        return order
    places: dict[str, int] = {}
    for place in order:
        external_id = external_ids[place]
        if external_id not in taken and not (wrong and wrong[place]):
            places.setdefault(external_id, place)
    return list(places.values())


def _is_recorded_already(error: IntegrityError) -> bool:
    constraint = getattr(error.__cause__, "diag", None)
    return getattr(constraint, "constraint_name", None) == "touchpoint_is_recorded_once"


def _taken(source: Source, external_ids: Sequence[str]) -> Stored:
    found = Touchpoint.objects.filter(source=source, external_id__in=external_ids)
    return {key: (pk, of) for key, pk, of in found.values_list("external_id", "pk", "customer_id")}


def _store(rows: Rows, now: datetime) -> Stored:
    """Add rows with all that follows from them; return what each external id added."""
    with connection.cursor() as cursor:
        ids = _add(cursor, rows)
        if given(rows["closes_external_id"]):
            pairs = zip(rows["customer_id"], rows["closes_external_id"], strict=True)
            mark_refold(cursor, {customer for customer, closes in pairs if closes}, now)
        loops.reconcile(cursor, loop_keys(rows))
        templates.flag_templates(cursor, given(rows["fingerprint"]))
    return dict(zip(rows["external_id"], zip(ids, rows["customer_id"], strict=True), strict=True))


def _add(cursor: CursorWrapper, rows: Rows) -> list[int]:
    """Add rows and the mark that they were added; return their ids."""
    size = len(rows["external_id"])
    marked: dict[str, Any] = {f"marked_{name}": array(rows[name]) for name in _MARKED}
    marked["marked_is_via"] = array([bool(via) for via in rows["via"]])
    marked["marked_size"] = size
    if size == 1:
        return _add_one(cursor, rows, marked)
    cursor.execute(_MARK + _DRAW, marked)
    (ids,) = cursor.fetchone()
    copy_columns(cursor, Touchpoint._meta.db_table, {"id": ids, **rows})
    return ids


def _add_one(cursor: CursorWrapper, rows: Rows, marked: dict[str, Any]) -> list[int]:
    """Add one row by a single message to the server: there is nothing to win by COPY."""
    said = {name: value for name, (value,) in rows.items() if value is not None}
    sql = (
        f"{_MARK} INSERT INTO {Touchpoint._meta.db_table} ({', '.join(said)})"
        f" VALUES ({', '.join(f'%({name})s' for name in said)}) RETURNING id"
    )
    cursor.execute(sql, said | marked)
    return [pk for (pk,) in cursor.fetchall()]


def _outcomes(
    sent: Sequence[str],
    external_ids: Sequence[str],
    wrong: Sequence[list[Refusal]] | None,
    added: Stored,
    taken: Stored,
) -> list[Outcome]:
    if len(added) == len(external_ids):
        ids, customer_ids = zip(*map(added.__getitem__, external_ids), strict=True)
        recorded: Literal["recorded"] = "recorded"
        return list(map(Outcome, repeat(recorded), external_ids, ids, customer_ids))
    told: set[str] = set()
    outcomes = []
    for place, external_id in enumerate(external_ids):
        if wrong and wrong[place]:
            outcomes.append(Outcome("refused", sent[place], refusals=tuple(wrong[place])))
        elif external_id in taken:
            outcomes.append(Outcome("known", external_id, *taken[external_id]))
        else:
            status: Literal["recorded", "known"] = "known" if external_id in told else "recorded"
            told.add(external_id)
            outcomes.append(Outcome(status, external_id, *added[external_id]))
    return outcomes
