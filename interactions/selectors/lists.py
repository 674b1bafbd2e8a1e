"""What a person may see of touchpoints, loops, sources and types, for whoever lists them."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import F, Max, Q, QuerySet

from interactions.models import Loop, Source, Touchpoint
from relationships import access
from relationships.models import Customer, Person
from relationships.selectors.pages import Key, Page

READ_AT_ONCE = 100_000
"""Touchpoints that are looked through for one page; with a rare filter it then has few or none."""

WRITTEN_WITHIN = timedelta(hours=1)
"""No transaction draws ids and records touchpoints under them later than this."""


def sources(person: Person) -> QuerySet[Source]:
    """Return the doors that `person` may know of: those that belong to nobody or to their team."""
    every = Source.objects.select_related("service_account")
    if access.sees_every_customer(person):
        return every
    ours = Q(service_account__team_id=person.team_id) if person.team_id else Q(pk__in=())
    return every.filter(Q(service_account=None) | ours)


def loops(person: Person) -> QuerySet[Loop]:
    """Return the loops with the customers `person` may see, open and closed."""
    return Loop.objects.filter(access.customer_scope(person, "customer__")).select_related(
        "customer", "person"
    )


def touchpoints(person: Person) -> QuerySet[Touchpoint]:
    """Return the touchpoints with the customers `person` may see, deleted ones too."""
    return Touchpoint.objects.filter(access.customer_scope(person, "customer__")).select_related(
        "type", "source"
    )


def touchpoints_with(person: Person, customer: Customer) -> QuerySet[Touchpoint]:
    """Return the touchpoints with one customer."""
    return touchpoints(person).filter(customer=customer)


def with_external_ids(values: Sequence[str]) -> Q:
    """Find touchpoints by their external ids, whatever source they are from, by the index."""
    return Q(source__in=Source.objects.values("pk"), external_id__in=values)


def changed_since(moment: datetime) -> Q:
    """Find what was recorded, corrected, moved, deleted or brought back since a moment."""
    return Q(recorded_at__gte=moment) | Q(updated_at__gte=moment)


def touchpoints_page(
    rows: QuerySet[Touchpoint],
    key: Key,
    *,
    after: int | None,
    limit: int,
    since: datetime | None = None,
) -> Page[Touchpoint]:
    """Return the touchpoints that follow one, by id; `since` says that they changed since then.

    So many ids are looked through at once: with a rare filter a page has few rows, or none, and
    yet others follow. What is new is found by its id and what changed later by an index of that,
    so that recording has no more indexes to keep.
    """
    first = _first_recorded(since) if since else 1
    last = Touchpoint.objects.aggregate(last=Max("pk"))["last"] or 0
    low, high = _window(key, after, first, last)
    recorded = rows.filter(pk__gte=low, pk__lte=high).order_by(key.order())
    changed = _changed_before(rows, first, since, key, after)
    if key.is_falling:
        edge, goes_on = low, low > first
        stretches = [recorded] if goes_on else [recorded, changed]
    else:
        edge, goes_on = high, high < last
        stretches = [changed, recorded]
    found: list[Touchpoint] = []
    for stretch in stretches:
        found += stretch[: limit + 1 - len(found)]
        if len(found) > limit:
            return Page(found[:limit], (found[limit - 1].pk,))
    return Page(found, (edge,) if goes_on else None)


def _window(key: Key, after: int | None, first: int, last: int) -> tuple[int, int]:
    """Return the ids between which touchpoints are looked through."""
    if key.is_falling:
        high = last if after is None else min(last, after - 1)
        return max(first, high - READ_AT_ONCE + 1), high
    low = first if after is None else max(first, after + 1)
    return low, min(last, low + READ_AT_ONCE - 1)


def _changed_before(
    rows: QuerySet[Touchpoint], first: int, since: datetime | None, key: Key, after: int | None
) -> QuerySet[Touchpoint]:
    """Return what was recorded before an id and changed since a moment, past `after`."""
    if since is None:
        return rows.none()
    changed = rows.filter(pk__lt=first, updated_at__gte=since)
    if after is not None:
        changed = changed.filter(key.beyond(after))
    # Not by the index of ids, which would be walked from end to end for the few that changed.
    order = F("pk") + 0
    return changed.order_by(order.desc() if key.is_falling else order.asc())


def _first_recorded(since: datetime) -> int:
    """Return an id before which nothing was recorded since a moment, and not much after it.

    Ids grow with time but for the time that a transaction takes, so half of them is left out at
    each step.
    """
    with connection.cursor() as cursor:
        cursor.execute(_FIRST, [since, WRITTEN_WITHIN.total_seconds()])
        (first,) = cursor.fetchone()
    return first or 1


_FIRST = f"""
    WITH RECURSIVE search (low, high) AS (
        SELECT min(id), max(id) + 1 FROM {Touchpoint._meta.db_table}
        UNION ALL
        SELECT CASE WHEN is_earlier THEN probe.id + 1 ELSE low END,
               CASE WHEN is_earlier THEN high ELSE (low + high) / 2 END
        FROM search, LATERAL (
            SELECT id, recorded_at < %s::timestamptz - make_interval(secs => %s) AS is_earlier
            FROM {Touchpoint._meta.db_table} WHERE id >= (low + high) / 2 ORDER BY id LIMIT 1
        ) AS probe
        WHERE low < high
    )
    SELECT max(low) FROM search
"""
