"""What care is measured by, counted slowly and plainly from touchpoints and loops themselves.

And what is kept of it and listed, so that both can be compared.
"""

from collections import Counter, defaultdict
from dataclasses import fields, replace
from datetime import UTC, date, datetime
from statistics import median_low
from zoneinfo import ZoneInfo

from django.conf import settings

from insights.care_measures import BEHIND
from insights.months import Period
from insights.selectors.care import Loops, Part, Sums, care
from insights.selectors.care_behind import customers_behind, loops_behind
from insights.selectors.monthly import EVERYBODY
from insights.services.drain import drain
from interactions.models import Loop, Touchpoint

NOW = datetime(2026, 3, 4, 9, tzinfo=UTC)
EVER = Period(date(2026, 3, 1), 60)
KINDS = {1: "questions", 2: "complaints", 3: "failures", 4: "promises"}
AGAIN = ("asked.again", "story.repeated")


def day_of(moment: datetime) -> date:
    return moment.astimezone(ZoneInfo(settings.TIME_ZONE)).date()


def month_of(moment: datetime) -> date:
    return day_of(moment).replace(day=1)


def measures_of(touchpoint: Touchpoint) -> set[str]:
    """Say by which measures a touchpoint counts."""
    kind = touchpoint.type
    if kind.mode == "none":
        return set()
    is_broadcast = kind.nature == "broadcast" and kind.direction == 1
    found = {
        "said": kind.is_said_care,
        "shown": kind.nature == "care",
        "noise": is_broadcast or touchpoint.is_template,
        "via": touchpoint.via != "",
        "asked": kind.key in AGAIN,
        "heard": kind.direction == 0,
        "everything": True,
        "human": kind.mode == "human",
    }
    return {name for name, holds in found.items() if holds}


def cells(now: datetime) -> dict[tuple[date, int], Sums]:
    """Count by month and team; how long things took is left to `slow_median`."""
    counts = defaultdict(Counter)
    loops = defaultdict(list)
    for touchpoint in Touchpoint.objects.live().select_related("type"):
        cell = month_of(touchpoint.occurred_at), touchpoint.team_id or 0
        counts[cell].update(measures_of(touchpoint))
    for loop in Loop.objects.select_related("opened_by"):
        loops[month_of(loop.opened_at), loop.opened_by.team_id or 0].append(loop)
    found = {}
    for cell in counts.keys() | loops.keys():
        fields = dict(counts[cell])
        for kind, name in KINDS.items():
            of_kind = [loop for loop in loops[cell] if loop.kind == kind]
            closed = [loop for loop in of_kind if loop.closed_at]
            fields[name] = Loops(
                len(of_kind),
                len(closed),
                sum(loop.closed_at <= loop.due_at for loop in closed),
            )
        fields["not_due"] = sum(
            loop.kind == 4 and loop.closed_at is None and loop.due_at > now for loop in loops[cell]
        )
        found[cell] = Sums(**fields)
    return {cell: sums for cell, sums in found.items() if sums != Sums()}


def slow_median(
    kinds: tuple[int, ...], months: list[date], team: int | None = None
) -> float | None:
    """Return the hours within which half of the closed loops were closed."""
    hours = [
        (loop.closed_at - loop.opened_at).total_seconds() / 3600
        for loop in Loop.objects.filter(kind__in=kinds, closed_at__isnull=False)
        if month_of(loop.opened_at) in months and team in (None, loop.team_id or 0)
    ]
    return median_low(hours) if hours else None


def drain_all():
    while drain(now=NOW):
        pass


def kept(now=NOW):
    """Return the sums that are kept, without how long things took and without zeros."""
    plain = {}
    for month in EVER.each:
        found = care(Period(month, 1), now=now, parts=Part.EVERYTHING)
        for team, sums in found.by_team.items():
            if (of_team := timeless(sums)) != Sums():
                plain[month, team] = of_team
    return plain


def timeless(sums):
    """Leave out how long things took."""
    loops = {
        one.name: replace(getattr(sums, one.name), hours=())
        for one in fields(Sums)
        if isinstance(getattr(sums, one.name), Loops)
    }
    return replace(sums, **loops)


def behind(person, what, period, among=EVERYBODY):
    """Walk all pages of a list; return how many loops or touchpoints are on them."""
    listed, total, after = BEHIND[what], 0, None
    while True:
        if listed.measure is None:
            page = loops_behind(
                person, listed.kinds, listed.state, period, now=NOW, among=among, after=after
            )
            total += len(page.loops)
        else:
            page = customers_behind(person, listed.measure, period, among=among, after=after)
            total += sum(line.touchpoints for line in page.lines)
        if page.older is None:
            return total
        after = type(page.older).parse(str(page.older))
        assert after == page.older
