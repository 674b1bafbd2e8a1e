"""`record()`: the one way by which touchpoints come in."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from django.db import IntegrityError, connection, transaction
from django.db.backends.utils import CursorWrapper
from msgspec import Struct
from msgspec.structs import replace

from interactions.models import Source, Touchpoint
from interactions.selectors.own import source_names
from interactions.services import loops, templates
from interactions.services.copying import array, copy_columns
from interactions.services.marks import mark_refold
from interactions.services.references import references
from interactions.services.rows import COLUMNS, Row, loop_keys, row_for, stored
from interactions.services.validate import NewTouchpoint, References, Refusal, refusals
from relationships.models import Person
from relationships.services import keep_customers


class Outcome(Struct, frozen=True, gc=False):
    """What became of one touchpoint: `recorded`, `known` already, or `refused`."""

    status: str
    external_id: str
    touchpoint_id: int | None = None
    customer_id: int | None = None
    refusals: tuple[Refusal, ...] = ()


Taken = Mapping[str, tuple[int, int]]  # touchpoint and customer of an external id

_SOURCE_OF = "SELECT * FROM interactions_source WHERE service_account_id = %s"
_MARKED = ("customer_id", "team_id", "type_id", "occurred_at")
# One statement less to wait for: the marks are written where the ids are drawn.
_PREPARE = """
    INSERT INTO interactions_intake (size, customer_ids, team_ids, type_ids, occurred_at, is_via)
    VALUES (%(size)s, %(customer_id)s, %(team_id)s, %(type_id)s, %(occurred_at)s, %(is_via)s);
    SELECT array_agg(nextval('interactions_touchpoint_id_seq')) FROM generate_series(1, %(size)s)
"""


def source_of(account: Person) -> Source:
    """Return the source of a service account; it has the account's name."""
    # Every request of a machine asks; put together anew, the query takes as long as its answer.
    known = next(iter(Source.objects.raw(_SOURCE_OF, [account.pk])), None)
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
    named = [item if item.external_id else _named(item) for item in items]
    taken: Taken = {}
    while named:
        try:
            with transaction.atomic():
                keep_customers()
                known = references(
                    named,
                    by=by,
                    may_create_customers=may_create_customers,
                    new_customers_team_id=new_customers_team_id,
                )
                wrong = refusals(named, known, now)
                rows = _rows(named, wrong, source.pk, known, by.pk)
                added = _store([row for key, row in rows.items() if key not in taken], now)
                return list(_outcomes(items, named, wrong, rows, added, taken))
        except IntegrityError as error:
            # The table itself is asked whether an external id is taken: mostly none is, and then
            # nobody had to look for them. What was there, or came in meanwhile, is there to stay.
            if not _is_recorded_already(error):
                raise
            taken = _taken(source, named)
    return []


def _named(item: NewTouchpoint) -> NewTouchpoint:
    return replace(item, external_id=str(uuid.uuid4()))


def _rows(
    items: Sequence[NewTouchpoint],
    wrong: Sequence[list[Refusal]],
    source_id: int,
    known: References,
    by_id: int,
) -> dict[str, Row]:
    """Return what is stored of the items that can be taken: of equal external ids, the first."""
    valid = {
        item.external_id: item
        for item, flaws in zip(reversed(items), reversed(wrong), strict=True)
        if not flaws
    }
    # In one order, so that two requests with the same events wait for each other, not in a ring.
    return {key: row_for(valid[key], source_id, known, by_id) for key in sorted(valid)}


def _is_recorded_already(error: IntegrityError) -> bool:
    constraint = getattr(error.__cause__, "diag", None)
    return getattr(constraint, "constraint_name", None) == "touchpoint_is_recorded_once"


def _taken(source: Source, items: Sequence[NewTouchpoint]) -> Taken:
    found = Touchpoint.objects.filter(
        source=source, external_id__in=[item.external_id for item in items]
    )
    return {key: (pk, of) for key, pk, of in found.values_list("external_id", "pk", "customer_id")}


def _store(rows: Sequence[Row], now: datetime) -> dict[str, int]:
    """Add rows with all that follows from them; return the id of each external id added."""
    if not rows:
        return {}
    with connection.cursor() as cursor:
        ids = _add(cursor, rows)
        if closing := {row.customer_id for row in rows if row.closes_external_id}:
            mark_refold(cursor, closing, now)
        loops.reconcile(cursor, loop_keys(rows))
        templates.flag_templates(cursor, [row.fingerprint for row in rows if row.fingerprint])
    return dict(zip([row.external_id for row in rows], ids, strict=True))


def _add(cursor: CursorWrapper, rows: Sequence[Row]) -> list[int]:
    """Add rows and the mark that they were added; return their ids."""
    columns = dict(zip(COLUMNS, zip(*map(stored, rows), strict=True), strict=True))
    # As texts, because they are written twice.
    columns["occurred_at"] = tuple(map(str, columns["occurred_at"]))
    marked = {name: array(columns[name]) for name in _MARKED}
    marked["is_via"] = array([bool(via) for via in columns["via"]])
    cursor.execute(_PREPARE, marked | {"size": len(rows)})
    (ids,) = cursor.fetchone()
    copy_columns(cursor, Touchpoint._meta.db_table, {"id": ids} | columns)
    return ids


def _outcomes(
    items: Sequence[NewTouchpoint],
    named: Sequence[NewTouchpoint],
    wrong: Sequence[list[Refusal]],
    rows: Mapping[str, Row],
    added: Mapping[str, int],
    taken: Taken,
) -> Iterator[Outcome]:
    told: set[str] = set()
    for item, called, flaws in zip(items, named, wrong, strict=True):
        external_id = called.external_id
        if flaws:
            yield Outcome("refused", item.external_id, refusals=tuple(flaws))
        elif external_id in taken:
            yield Outcome("known", external_id, *taken[external_id])
        else:
            status = "known" if external_id in told else "recorded"
            told.add(external_id)
            yield Outcome(status, external_id, added[external_id], rows[external_id].customer_id)
