"""Tells that loops were opened, closed or are overdue, to whoever wants to know."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from interactions.models import LoopKind
from relationships.selectors import wanted_kinds
from relationships.services import Announcement, announce

OPENED, CLOSED, OVERDUE = "loop.opened", "loop.closed", "loop.overdue"

LONGEST_TEXT = 300
"""Characters of what opened a loop; whoever wants all of it asks the API."""

_SHOWN = f"""
    SELECT loop.opened_by_id, loop.customer_id, transaction_timestamp(),
           loop.id, loop.kind, left(loop.text, {LONGEST_TEXT}), loop.person_id, person.name,
           loop.opened_at, loop.due_at, loop.closed_at,
           type.key, source.name, opener.external_id
    FROM interactions_touchpoint AS opener
    JOIN interactions_loop AS loop ON loop.opened_by_id = opener.id
    JOIN interactions_source AS source ON source.id = opener.source_id
    JOIN interactions_touchpointtype AS type ON type.id = opener.type_id
    LEFT JOIN relationships_person AS person ON person.id = loop.person_id
"""
_OF_KEYS = f"""
    {_SHOWN}
    JOIN unnest(%s::int[], %s::text[]) AS key (source_id, external_id)
      ON (opener.source_id, opener.external_id) = (key.source_id, key.external_id)
"""
_OF_LOOPS = f"{_SHOWN} WHERE loop.id = ANY(%s) ORDER BY loop.due_at, loop.id"

# An array, found once: of a subquery that skips what is locked, a plan may ask for each row anew,
# and then the limit holds for each time.
_BECOME_OVERDUE = """
    UPDATE interactions_loop SET overdue_at = %s
    WHERE id = ANY(ARRAY(
        SELECT id FROM interactions_loop
        WHERE closed_at IS NULL AND overdue_at IS NULL AND due_at <= %s
        ORDER BY due_at LIMIT %s FOR UPDATE SKIP LOCKED
    ))
    RETURNING id
"""


@dataclass(frozen=True, slots=True)
class Shown:
    """A loop as it is told of, by the touchpoint that opened it."""

    customer_id: int
    is_open: bool
    at: datetime
    loop: dict[str, Any]


def loops_before(cursor: CursorWrapper, keys: Sequence[list[Any]]) -> dict[int, Shown] | None:
    """Return the loops of these openers; None when nobody wants to hear of loops."""
    if wanted_kinds().isdisjoint((OPENED, CLOSED)):
        return None
    cursor.execute(_OF_KEYS, keys)
    return _shown(cursor)


def tell_changes(
    cursor: CursorWrapper, keys: Sequence[list[Any]], before: dict[int, Shown] | None
) -> None:
    """Tell which of these loops are open that were not, and the other way round.

    A loop that comes in closed, as histories do, was never open here: nothing is told.
    """
    if before is None:
        return
    cursor.execute(_OF_KEYS, keys)
    announce(list(_changes(before, _shown(cursor))))


@transaction.atomic
def tell_overdue(*, now: datetime, limit: int = 1000) -> int:
    """Note which open loops have become overdue, and tell of each once; return how many."""
    with connection.cursor() as cursor:
        cursor.execute(_BECOME_OVERDUE, [now, now, limit])
        ids = [pk for (pk,) in cursor.fetchall()]
        if ids and OVERDUE in wanted_kinds():
            cursor.execute(_OF_LOOPS, [ids])
            overdue = _shown(cursor).values()
            announce(
                [Announcement(OVERDUE, one.customer_id, now, {"loop": one.loop}) for one in overdue]
            )
    return len(ids)


def _shown(rows: Iterable[Sequence[Any]]) -> dict[int, Shown]:
    return {row[0]: _told(*row) for row in rows}


def _told(
    opener_id: int,
    customer_id: int,
    at: datetime,
    pk: int,
    kind: int,
    text: str,
    person_id: int | None,
    person: str | None,
    opened_at: datetime,
    due_at: datetime,
    closed_at: datetime | None,
    type_key: str,
    source: str,
    external_id: str,
) -> Shown:
    loop = {
        "id": pk,
        "kind": LoopKind(kind).name.lower(),
        "text": text,
        "person": person_id and {"id": person_id, "name": person},
        "opened_at": opened_at,
        "due_at": due_at,
        "closed_at": closed_at,
        "opened_by": {
            "id": opener_id,
            "type": type_key,
            "source": source,
            "external_id": external_id,
        },
    }
    return Shown(customer_id, closed_at is None, at, loop)


def _changes(before: dict[int, Shown], after: dict[int, Shown]) -> Iterator[Announcement]:
    for opener in sorted(before.keys() | after.keys()):
        was, now = before.get(opener), after.get(opener)
        was_open, is_open = was is not None and was.is_open, now is not None and now.is_open
        shown = now or was
        if was_open == is_open or shown is None:
            continue
        kind = OPENED if is_open else CLOSED
        told = {"is_reopened": was is not None} if is_open else {"is_withdrawn": now is None}
        yield Announcement(kind, shown.customer_id, shown.at, {"loop": shown.loop, **told})
