"""Who moved from which band to which in four weeks and in a year: sums of rollups."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet, Sum

from insights.models import Band, BandFlow
from insights.selectors import live_totals
from insights.selectors.organisation import CURRENT, Among, comparison_days
from relationships.prepared import prepared


@dataclass(frozen=True, slots=True)
class Flows:
    """How many customers went from each band to each; was unknown: not heard from before."""

    counts: Mapping[tuple[Band, Band], int]

    @property
    def known(self) -> int:
        """Customers heard from at least once by now."""
        return sum(self.counts.values())

    @property
    def compared(self) -> int:
        """Of them, those who were known then."""
        return sum(count for (was, _), count in self.counts.items() if was != Band.UNKNOWN)

    @property
    def further(self) -> int:
        """Customers in a band further away than then."""
        return sum(count for (was, now), count in self.counts.items() if now > was != Band.UNKNOWN)

    @property
    def nearer(self) -> int:
        """Customers in a nearer band than then."""
        return sum(count for (was, now), count in self.counts.items() if now < was)


def flows(now: datetime, among: Among = CURRENT) -> tuple[Flows, Flows]:
    """Return the flows since four weeks ago and since a year ago."""
    days = comparison_days(now)
    counts: dict[object, dict[tuple[Band, Band], int]] = {day: {} for day in days}
    for day, was, band, customers in _flow_totals(among, days):
        counts[day][Band(was), Band(band)] = customers
    month, year = (Flows(counts[day]) for day in days)
    return month, year


def _flow_totals(among: Among, days: Sequence[date]) -> Iterable[tuple[date, int, int, int]]:
    if among.owner is not None:
        return live_totals.flow_totals(among.theirs, days)
    return _kept_flows(among, *days)


@prepared
def _kept_flows(
    among: Among, earlier: date, later: date
) -> QuerySet[BandFlow, tuple[date, int, int, int]]:
    totals = BandFlow.objects.filter(among.totals(), on_date__in=(earlier, later))
    moves = totals.values_list("on_date", "was", "band")
    return moves.annotate(Sum("customers")).order_by()
