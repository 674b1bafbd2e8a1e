"""What the score said on past Mondays, and what happened: section 6 of SCORING.md, slowly.

Each Monday everyone is asked anew with what had happened before it. Whom a proof warned of, which
months it counts and how good its rankings were follows from that, with loops over cases. Decisions
46 to 51 say what SCORING.md leaves open.
"""

import math
from bisect import bisect_left, bisect_right
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from types import SimpleNamespace

from insights.scoring import Silence
from insights.scoring.gaps import EXACT_DAYS
from tests.insights.figures.recount import STYLES, days, rhythm_of
from tests.insights.scoring.oracle import log_bin

WINDOW, HORIZON, BUDGET = 365, 90, 0.05
LOT = 2_654_435_761
"""Ties at the edge of the budget go by this lot (Knuth), which is the same each week."""

RIVALS = ("days_since", "rfm", "decay")
SCORES = ("hearth", *RIVALS)


@dataclass(eq=False)
class Case:
    """A customer on a Monday: what the scores said, each rising with the risk, and what came."""

    pk: int
    place: int
    monday: date
    is_silent: bool
    is_in_touch: bool
    last_at: float
    hearth: float
    days_since: float
    active_days: int
    rfm: float = 0.0
    decay: float = 0.0
    of_us: SimpleNamespace | None = None


class Foretold:
    """The proof that is usual: a year of Mondays, silence of 90 days, one in twenty warned of."""

    def __init__(self, found):
        self.found = found
        self.places = {pk: place for place, pk in enumerate(sorted(found.oracles))}
        self.rhythms = {}

    @cached_property
    def mondays(self):
        """Mondays with half a horizon of history before them, whose silences are over by now."""
        heard = [touch["at"] for one in self.found.oracles.values() for touch in one.active()]
        now = days(self.found.now)
        monday = self.found.mondays[-1]
        found = []
        while days(midnight(monday)) >= max(min(heard) + HORIZON / 2, now - WINDOW):
            if days(midnight(monday)) + HORIZON <= now:
                found.append(monday)
            monday -= timedelta(weeks=1)
        return found[::-1]

    @cached_property
    def first_mondays(self):
        """The first of them in each month, when everyone is asked all there is."""
        first = {}
        for monday in self.mondays:
            first.setdefault((monday.year, monday.month), monday)
        return list(first.values())

    @cached_property
    def cases(self):
        """Those in touch on each Monday; on the first of a month also everyone else known."""
        return {monday: self._called(monday) for monday in self.mondays}

    def _called(self, monday):
        cut, is_first = days(midnight(monday)), monday in self.first_mondays
        then = {pk: oracle.before(cut) for pk, oracle in self.found.oracles.items()}
        then = {pk: oracle for pk, oracle in then.items() if oracle.active()}
        rhythm = self.rhythms[monday] = rhythm_of([oracle.gaps() for oracle in then.values()])
        called = [self._case(pk, oracle, monday, rhythm) for pk, oracle in then.items()]
        called = [case for case in called if is_first or case.is_in_touch]
        in_touch = [case for case in called if case.is_in_touch]
        recent, often = (places_of(in_touch, name) for name in ("days_since", "active_days"))
        for case in in_touch:
            case.rfm = (recent[case] - often[case]) / len(in_touch)
        if is_first:
            for case in called:
                case.of_us = self._looked_at(case, then[case.pk], cut)
        return called

    def _case(self, pk, oracle, monday, rhythm):
        cut = days(midnight(monday))
        moments = [touch["at"] for touch in oracle.active()]
        after = [t["at"] for t in self.found.oracles[pk].active() if t["at"] >= cut]
        silent_days = cut - max(moments)
        return Case(
            pk=pk,
            place=self.places[pk],
            monday=monday,
            is_silent=not any(at < cut + HORIZON for at in after),
            is_in_touch=silent_days < HORIZON,
            last_at=max(moments),
            hearth=oracle.silence(silent_days, rhythm, Silence.prior(), HORIZON),
            days_since=silent_days,
            active_days=len(oracle.days()),
            decay=-sum(2 ** ((at - cut) / 90) for at in moments),
        )

    def _looked_at(self, case, oracle, cut):
        """Return both axes as predictors, the style, the segment, and whether drift is early."""
        now, row = oracle.warmth_now(cut), self.found.customers[case.pk]
        gaps = oracle.gaps()
        return SimpleNamespace(
            service=1 - now["served"],
            connection=1 - now["connection"],
            style=STYLES.get(row["style"]) or oracle.style(cut),
            segment=row["segment_id"] or 0,
            is_early=case.active_days >= 4 and case.days_since <= 2 * median_gap(gaps),
        )

    def in_touch(self, monday):
        """Those of whom a warning would not have come too late."""
        return [case for case in self.cases[monday] if case.is_in_touch]

    def warned(self, monday, score="hearth"):
        """Whom a score puts on top, as many as the budget allows."""
        ranked = sorted(
            self.in_touch(monday), key=lambda c: (-getattr(c, score), c.place * LOT % 2**32)
        )
        return ranked[: math.ceil(round(BUDGET * len(ranked), 9))]

    def warnings(self, score):
        """Return how all warnings of a score turned out."""
        warned = [case for monday in self.mondays for case in self.warned(monday, score)]
        right = [case for case in warned if case.is_silent]
        gone = {
            (case.pk, case.last_at)
            for monday in self.mondays
            for case in self.in_touch(monday)
            if case.is_silent
        }
        leads = {}
        for case in right:
            leads.setdefault((case.pk, case.last_at), HORIZON - case.days_since)
        return SimpleNamespace(
            warnings=len(warned),
            right=len(right),
            departures=len(gone),
            caught=len(leads),
            lead_days=sum(leads.values()) / len(leads),
        )

    def distance(self, case):
        """Return how far a customer was, by the rhythm that was known then."""
        return self.found.read(case.pk, days(midnight(case.monday)), self.rhythms[case.monday])[
            "distance"
        ]

    @cached_property
    def months(self):
        """Each customer once a month: as when first flagged, else as when first in touch."""
        months = defaultdict(dict)
        for monday in self.mondays:
            flagged = {case.pk for case in self.warned(monday)}
            month = months[monday.replace(day=1)]
            for case in self.in_touch(monday):
                if case.pk not in month or (case.pk in flagged and not month[case.pk][1]):
                    month[case.pk] = case, case.pk in flagged
        return {month: list(cases.values()) for month, cases in months.items()}

    def is_whole(self, month):
        """Whether all Mondays of a month were looked at."""
        days_of = [month + timedelta(days=back) for back in range(31)]
        every = {day for day in days_of if day.weekday() == 0 and day.month == month.month}
        return every <= set(self.mondays)

    @cached_property
    def headline_month(self):
        """The newest month all of whose Mondays were looked at."""
        return max(month for month in self.months if self.is_whole(month))

    @cached_property
    def everyone(self):
        """All cases of first Mondays."""
        return [case for monday in self.first_mondays for case in self.cases[monday]]

    @cached_property
    def ranked(self):
        """Those of them who were in touch."""
        return [case for case in self.everyone if case.is_in_touch]


def midnight(day):
    """Return when a day begins, UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def places_of(cases, name):
    """Return how many have less of something than each, equals counting half."""
    ordered, places = sorted(getattr(case, name) for case in cases), {}
    for case in cases:
        below, upto = (find(ordered, getattr(case, name)) for find in (bisect_left, bisect_right))
        places[case] = below + (upto - below) / 2
    return places


def median_gap(gaps):
    """Return the median, with long gaps spread evenly over the logarithm of their bin."""
    ordered = sorted(gaps)
    bins = [log_bin(gap) for gap in ordered]

    def gap_at(rank):
        if ordered[rank] <= EXACT_DAYS:
            return ordered[rank]
        (low, high), inside = bins[rank], bins.count(bins[rank])
        part = (rank - bins.index(bins[rank]) + 0.5) / inside
        return math.exp(low + (high - low) * part)

    return (gap_at((len(ordered) - 1) // 2) + gap_at(len(ordered) // 2)) / 2
