"""Adds touchpoints to the table, with all that follows from them."""

from collections.abc import Mapping
from contextlib import nullcontext
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from interactions.models import Touchpoint
from interactions.services import loops, templates
from interactions.services.columns import given
from interactions.services.copying import array, copy_columns
from interactions.services.marks import mark_refold
from interactions.services.rows import Rows, loop_keys
from relationships.selectors import ROSTER_VERSION, Roster
from relationships.services import KEEP_CUSTOMERS

Stored = Mapping[str, tuple[int, int]]
"""Touchpoint and customer of each external id."""

FOLLOWED = ("opens", "closes_external_id", "fingerprint")
"""From what stands in one of these, something follows."""

_MARKED = ("customer_id", "team_id", "type_id", "occurred_at")
# In one message with what draws ids, or adds a row: a wait less for each.
_MARK = """
    INSERT INTO interactions_intake (size, customer_ids, team_ids, type_ids, occurred_at, is_via)
    SELECT %(marked_size)s, %(marked_customer_id)s, %(marked_team_id)s, %(marked_type_id)s,
           %(marked_occurred_at)s, %(marked_is_via)s
"""
_MARK_AND_DRAW = f"""
    {_MARK};
    SELECT array_agg(nextval('interactions_touchpoint_id_seq'))
    FROM generate_series(1, %(marked_size)s)
"""
_ADD_ONE = f"""
    WITH still AS (SELECT WHERE {{is_still}}), marked AS ({_MARK} FROM still)
    INSERT INTO {Touchpoint._meta.db_table} ({{names}}) SELECT {{values}} FROM still RETURNING id
"""


def store(rows: Rows, now: datetime) -> Stored:
    """Add rows with all that follows from them; return what each external id added.

    In the transaction of the caller, who keeps the customers.
    """
    with connection.cursor() as cursor:
        ids = _add(cursor, rows)
        if given(rows["closes_external_id"]):
            pairs = zip(rows["customer_id"], rows["closes_external_id"], strict=True)
            mark_refold(cursor, {customer for customer, closes in pairs if closes}, now)
        loops.reconcile(cursor, loop_keys(rows))
        templates.flag_templates(cursor, given(rows["fingerprint"]))
    return _stored(rows, ids)


def store_if_still(rows: Rows, roster: Roster) -> Stored:
    """Add one row from which nothing follows, if whom it names is still whom the roster says.

    One message is one transaction. It keeps the customers first, so that what it then reads of the
    roster holds until it ends.
    """
    if any(given(rows[name]) for name in FOLLOWED):
        return {}
    is_still = f"({ROSTER_VERSION}) = {roster.version}"
    # Within the transaction of others, an external id that is taken must not spoil theirs.
    own = transaction.atomic() if connection.in_atomic_block else nullcontext()
    with own, connection.cursor() as cursor:
        return _stored(rows, _add_one(cursor, rows, KEEP_CUSTOMERS, is_still))


def _stored(rows: Rows, ids: list[int]) -> Stored:
    if not ids:
        return {}
    return dict(zip(rows["external_id"], zip(ids, rows["customer_id"], strict=True), strict=True))


def _add(cursor: CursorWrapper, rows: Rows) -> list[int]:
    """Add rows and the mark that they were added; return their ids."""
    if len(rows["external_id"]) == 1:
        return _add_one(cursor, rows)
    cursor.execute(_MARK_AND_DRAW, _marked(rows))
    (ids,) = cursor.fetchone()
    copy_columns(cursor, Touchpoint._meta.db_table, {"id": ids, **rows})
    return list(ids)


def _add_one(
    cursor: CursorWrapper, rows: Rows, first: str = "", is_still: str = "true"
) -> list[int]:
    """Add one row by a single message to the server: there is nothing to win by COPY."""
    said = {name: value for name, (value,) in rows.items() if value is not None}
    sql = first + _ADD_ONE.format(
        is_still=is_still,
        names=", ".join(said),
        values=", ".join(f"%({name})s" for name in said),
    )
    cursor.execute(sql, said | _marked(rows))
    return [pk for (pk,) in cursor.fetchall()]


def _marked(rows: Rows) -> dict[str, Any]:
    marked: dict[str, Any] = {f"marked_{name}": array(rows[name]) for name in _MARKED}
    marked["marked_is_via"] = array([bool(via) for via in rows["via"]])
    marked["marked_size"] = len(rows["external_id"])
    return marked
