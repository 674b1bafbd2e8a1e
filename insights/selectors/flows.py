"""Who moved from which band to which in four weeks and in a year: sums of rollups."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Sum

from insights.models import Band, BandFlow
from insights.selectors.organisation import CURRENT, Among, comparison_days


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
    rows = (
        BandFlow.objects.filter(among.totals(), on_date__in=days)
        .values_list("on_date", "was", "band")
        .annotate(Sum("customers"))
        .order_by()
    )
    counts: dict[object, dict[tuple[Band, Band], int]] = {day: {} for day in days}
    for day, was, band, customers in rows:
        counts[day][Band(was), Band(band)] = customers
    month, year = (Flows(counts[day]) for day in days)
    return month, year
