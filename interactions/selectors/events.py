"""Reads about events of SDKs: the rules, what has none, and what arrived last."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import QuerySet

from interactions.models import EventRule, ReceivedEvent

COUNTED_AT_MOST = 10_000
"""A page says "more than" instead of counting a million rows."""

UNMAPPED_SHOWN = 50

_TABLE = ReceivedEvent._meta.db_table
_UNMAPPED = f"""
    SELECT named.*, example.payload
    FROM (
        SELECT kind, name, count(*), min(occurred_at), max(occurred_at)
        FROM {_TABLE} WHERE status = 3 GROUP BY kind, name ORDER BY 3 DESC, 2 LIMIT %s
    ) AS named, LATERAL (
        SELECT payload FROM {_TABLE}
        WHERE status = 3 AND kind = named.kind AND name = named.name
        ORDER BY occurred_at DESC LIMIT 1
    ) AS example
    ORDER BY 3 DESC, 2
"""
_COUNTS = f"""
    SELECT status, (SELECT count(*) FROM (
        SELECT FROM {_TABLE} AS event WHERE event.status = wanted.status LIMIT %s
    ) AS counted)
    FROM unnest(%s::int[]) AS wanted (status)
"""


@dataclass(frozen=True, slots=True)
class Unmapped:
    """Events of one name that no rule speaks of."""

    kind: str
    name: str
    count: int
    first_at: datetime
    last_at: datetime
    example: str


def event_rules() -> QuerySet[EventRule]:
    """Return all rules with their types, those of one kind together."""
    return EventRule.objects.select_related("type").order_by("kind", "matches")


def unmapped_events() -> list[Unmapped]:
    """Return the events that no rule speaks of, the most frequent first."""
    with connection.cursor() as cursor:
        cursor.execute(_UNMAPPED, [UNMAPPED_SHOWN])
        return [Unmapped(*row) for row in cursor]


def received_events(
    *, status: int | None = None, before: int | None = None
) -> QuerySet[ReceivedEvent]:
    """Return what arrived, the newest first."""
    events = ReceivedEvent.objects.select_related("source").order_by("-pk")
    if status is not None:
        events = events.filter(status=status)
    return events if before is None else events.filter(pk__lt=before)


def event_counts() -> dict[int, int]:
    """Return how many events there are of each status, up to a number that is large enough."""
    with connection.cursor() as cursor:
        statuses = list(ReceivedEvent.Status.values)
        cursor.execute(_COUNTS, [COUNTED_AT_MOST + 1, statuses])
        return dict(cursor.fetchall())


def events_after(pk: int, *, at_most: int) -> int:
    """Return how many events arrived after one, up to a number."""
    newer = ReceivedEvent.objects.filter(pk__gt=pk).values("pk")[:at_most]
    return len(newer)
