"""Many customers of a handover at once, each time a batch that can be undone as a whole."""

from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.db.models import F

from relationships.models import HandoverCustomer, Person
from relationships.selectors.handovers import successors
from relationships.services.handovers.rules import (
    locked_handover,
    locked_rows,
    minute_of,
    next_batch,
    successor_numbered,
)

WITHOUT_LEAVER = timedelta(days=14)
"""Over how many days introductions are spread when the leaver has gone already."""


@transaction.atomic
def choose_for_all(
    *, handover_id: int, successor_id: int | None, by: Person, only_without: bool = False
) -> tuple[int, int]:
    """Give all customers that are not moved to one person, or for None to whom is proposed.

    `only_without` leaves those alone that have somebody. Returns the batch and how many changed.
    """
    handover = locked_handover(handover_id, by)
    if successor_id is not None:
        successor_numbered(successor_id, handover, by)
    rows = locked_rows(by, handover).filter(moved_at=None)
    if only_without:
        rows = rows.filter(successor=None)
    if successor_id is None:
        rows = rows.filter(proposed__in=successors(by, handover))
    ids = [row.pk for row in rows if row.successor_id != (successor_id or row.proposed_id)]
    if not ids:
        return 0, 0
    batch = next_batch(handover)
    changed = HandoverCustomer.objects.filter(pk__in=ids).update(
        successor_before=F("successor"),
        successor=F("proposed") if successor_id is None else successor_id,
        chosen_in=batch,
        version=F("version") + 1,
        successor_version=F("version") + 1,
    )
    return batch, changed


@transaction.atomic
def plan_for_all(*, handover_id: int, by: Person, now: datetime, today: date) -> tuple[int, int]:
    """Plan an introduction for each customer that has a new owner and none planned.

    They are spread over the working days until the leaver leaves, what matters most first. Whoever
    has left introduces nobody: then each new owner gets in touch alone. Returns as
    `choose_for_all`.
    """
    handover = locked_handover(handover_id, by)
    rows = locked_rows(by, handover).filter(introduce_on=None, successor__isnull=False)
    planned = list(rows.order_by("rank", "id"))
    if not planned:
        return 0, 0
    is_here = handover.person.is_active and handover.leaves_on >= today
    last = handover.leaves_on if is_here else today + WITHOUT_LEAVER
    days = spread(len(planned), first=today + timedelta(days=1), last=last)
    batch = next_batch(handover)
    with connection.cursor() as cursor:
        cursor.execute(
            _PLAN,
            {
                "ids": [row.pk for row in planned],
                "days": days,
                "introducer": handover.person_id if is_here else None,
                "batch": batch,
                "now": minute_of(now),
            },
        )
    return batch, len(planned)


_PLAN = f"""
    UPDATE {HandoverCustomer._meta.db_table} AS known
    SET introduce_on = day, introducer_id = coalesce(%(introducer)s, successor_id),
        planned_at = %(now)s, planned_in = %(batch)s, version = version + 1,
        plan_version = version + 1
    FROM unnest(%(ids)s::bigint[], %(days)s::date[]) AS plan (id, day)
    WHERE known.id = plan.id
"""


def spread(number: int, *, first: date, last: date) -> list[date]:
    """Return days for so many introductions: working days, evenly, in order.

    >>> [day.day for day in spread(4, first=date(2026, 3, 5), last=date(2026, 3, 10))]
    [5, 6, 9, 10]
    >>> spread(1, first=date(2026, 3, 7), last=date(2026, 3, 8))
    [datetime.date(2026, 3, 8)]
    """
    count = (last - first).days + 1
    days = [first + timedelta(days=n) for n in range(count)]
    working = [day for day in days if day.weekday() < 5] or [last]
    return [working[n * len(working) // number] for n in range(number)]
