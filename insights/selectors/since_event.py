"""Since which noted event most of a year's rise in distance came: from weekly totals alone."""

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet, Sum

from insights.models import EVERY_TEAM, BandTotal, DistanceTotal, WallEvent
from insights.mondays import last_monday
from insights.rises import LEAST_WEEKS, Rise
from insights.selectors.organisation import CURRENT, Among, Standing, TeamLine, comparison_days
from insights.selectors.over_time import READ_BY_NOW, Week
from insights.selectors.wall import noted_events
from relationships.prepared import prepared

EVENTS_ASKED = 3
"""The newest of the year: who asks since when hardly means anything older."""

WEEK = timedelta(weeks=1)

Weeks = Mapping[date, Week]


def event_since(
    now: datetime, here: Standing, among: Among = CURRENT, named: TeamLine | None = None
) -> WallEvent | None:
    """Return the newest event since which most of what is further than a year ago came, if any.

    It is one of everyone's, of the team that is asked for, or of the team `named`, whose own
    customers must then bear it out too.
    """
    # Weeks are kept of teams and segments, not of owners.
    if among.owner is not None or here.far_year_ago is None or here.far <= here.far_year_ago:
        return None
    of_named = named.team_id if named else None
    year_ago, last = comparison_days(now)[1], last_monday(now)
    events = _events(
        year_ago + (LEAST_WEEKS - 1) * WEEK,
        last - LEAST_WEEKS * WEEK,
        among.team or 0,
        of_named or 0,
    )
    if not events:
        return None
    mondays = {monday_after(event.on_date) for event in events}
    days = {BandTotal.NOW, last, year_ago, *mondays}
    whole, part = _weeks(among, days, of_named)
    if not _agrees(here, whole, year_ago):
        return None
    for event in events:
        asked = [whole, part] if event.team_id and event.team_id == of_named else [whole]
        if all(_bears_out(weeks, monday_after(event.on_date), now) for weeks in asked):
            return event
    return None


def monday_after(day: date) -> date:
    """Return the first Monday on which a whole day has followed: what was far then was before.

    >>> str(monday_after(date(2026, 11, 2))), str(monday_after(date(2026, 11, 8)))
    ('2026-11-09', '2026-11-09')
    """
    return day + timedelta(days=7 - day.weekday())


@prepared
def _events(first: date, end: date, team: int, named: int) -> QuerySet[WallEvent]:
    """Return what happened long enough ago to tell, and long enough after a year ago."""
    of_whom = Q(team=None) | Q(team_id=team) | Q(team_id=named)
    events = noted_events().filter(of_whom, on_date__gte=first, on_date__lt=end)
    return events.order_by("-on_date", "-id")[:EVENTS_ASKED]


def _weeks(among: Among, days: Collection[date], team: int | None) -> tuple[Weeks, Weeks]:
    """Return how far all were on some days, and those of a team."""
    whose = EVERY_TEAM if among.team is None else among.team
    rows = (
        DistanceTotal.objects.filter(
            among.kept(), by=DistanceTotal.By.VALUE, on_date__in=days, team_id__in={whose, team}
        )
        .values_list("team_id", "on_date")
        .annotate(Sum("customers"), Sum("far"))
        .order_by()
    )
    found: dict[int | None, dict[date, Week]] = {whose: {}, team: {}}
    for held_by, day, customers, far in rows:
        found[held_by][day] = Week(customers, far)
    return found[whose], found[team]


def _agrees(here: Standing, weeks: Weeks, year_ago: date) -> bool:
    """Whether weekly totals count whom the page counts; while they are made, they do not yet."""
    now, then = weeks.get(BandTotal.NOW, Week()), weeks.get(year_ago, Week())
    return (now.customers, now.far, then.far) == (here.known, here.far, here.far_year_ago)


def _bears_out(weeks: Weeks, monday: date, now: datetime) -> bool:
    """Whether the totals of some customers say that most of their rise came after a Monday.

    It ends on the last Monday: bands of now keep a margin that those of past Mondays have not.
    """
    first, last = comparison_days(now)[1], last_monday(now)
    begin, then, end = (weeks.get(day, Week()) for day in (first, monday, last))
    today = weeks.get(BandTotal.NOW, Week())
    # Whoever was heard from once stays so: a Monday with fewer has not been read of everyone.
    if not begin.customers <= then.customers <= end.customers <= today.customers:
        return False
    if end.customers < READ_BY_NOW * today.customers:
        return False
    return Rise(begin, then, end, (monday - first) / WEEK, (last - monday) / WEEK).is_mostly_after
