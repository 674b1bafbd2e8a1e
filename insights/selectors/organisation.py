"""How far the organisation is from its customers: sums of readings and rollups.

Everything here counts current customers unless others are asked for, and leaves out those never
heard from unless it says so.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet, Sum

from insights.models import Band, BandTotal, Reading
from insights.mondays import last_monday
from relationships.models import Customer, Team

Amounts = Mapping[str, Decimal]
"""Money by currency: never added across currencies."""

MOVERS_SHOWN = 6
LEAST_MOVE = 5
"""Points of drift worth a line: less is noise."""


@dataclass(frozen=True, slots=True)
class Among:
    """Which customers are counted; zero stands for no team or segment, no stage for every one."""

    stage: str = Customer.Stage.CURRENT
    team: int | None = None
    segment: int | None = None

    def totals(self) -> Q:
        """Return the condition of a row of the rollup, where zero stands for none."""
        return self._condition(none=0)

    def readings(self) -> Q:
        """Return the condition of a reading."""
        return self._condition(none=None)

    def _condition(self, none: int | None) -> Q:
        condition = Q(stage=self.stage) if self.stage else Q()
        for name, choice in (("team_id", self.team), ("segment_id", self.segment)):
            if choice is not None:
                condition &= Q(**{name: choice or none})
        return condition


@dataclass(frozen=True, slots=True)
class BandLine:
    """How many customers stand in one band, how that moved, and what they are worth."""

    band: Band
    now: int
    four_weeks_ago: int | None
    year_ago: int | None
    yearly_value: Amounts
    at_risk: Amounts


@dataclass(frozen=True, slots=True)
class TeamLine:
    """What one team has at risk."""

    team_id: int
    name: str
    customers: int
    far: int
    at_risk: Amounts


@dataclass(frozen=True, slots=True)
class Standing:
    """Where all current customers stand."""

    bands: Sequence[BandLine]
    teams: Sequence[TeamLine]

    @property
    def known(self) -> int:
        """Customers heard from at least once."""
        return sum(line.now for line in self.bands if line.band != Band.UNKNOWN)

    @property
    def unknown(self) -> int:
        """Customers never heard from."""
        return sum(line.now for line in self.bands if line.band == Band.UNKNOWN)

    @property
    def far(self) -> int:
        """Customers drifting or gone."""
        return sum(line.now for line in self.bands if line.band in FAR)

    @property
    def far_four_weeks_ago(self) -> int | None:
        """Customers who were drifting or gone; None when nothing was known then."""
        return _total([line.four_weeks_ago for line in self.bands if line.band in FAR])

    @property
    def far_year_ago(self) -> int | None:
        """Customers who were drifting or gone; None when nothing was known then."""
        return _total([line.year_ago for line in self.bands if line.band in FAR])

    @property
    def at_risk(self) -> Amounts:
        """Money at risk in a year."""
        return _added(line.at_risk for line in self.bands)


FAR = (Band.DRIFTING, Band.GONE)


CURRENT = Among()


def standing(now: datetime, among: Among = CURRENT) -> Standing:
    """Return how many customers are in each band now, four weeks and a year ago, with values."""
    four_weeks_ago, year_ago = comparison_days(now)
    totals = list(
        BandTotal.objects.filter(
            among.totals(), on_date__in=(BandTotal.NOW, four_weeks_ago, year_ago)
        )
        .values("on_date", "band", "team_id", "currency")
        .annotate(n=Sum("customers"), value=Sum("yearly_value"), risk=Sum("at_risk"))
        .order_by()
    )
    by_date: dict[date, list[dict[str, Any]]] = defaultdict(list)
    for row in totals:
        by_date[row["on_date"]].append(dict(row))
    return Standing(
        bands=[
            BandLine(
                band=band,
                now=_customers(by_date[BandTotal.NOW], band) or 0,
                four_weeks_ago=_customers(by_date[four_weeks_ago], band),
                year_ago=_customers(by_date[year_ago], band),
                yearly_value=_money(by_date[BandTotal.NOW], "value", band),
                at_risk=_money(by_date[BandTotal.NOW], "risk", band),
            )
            for band in Band
        ],
        teams=_teams(by_date[BandTotal.NOW]),
    )


def comparison_days(now: datetime) -> tuple[date, date]:
    """Return the Mondays nearest to four weeks ago and, as the rollups go, a year ago.

    >>> from datetime import UTC
    >>> [str(day) for day in comparison_days(datetime(2026, 11, 27, tzinfo=UTC))]
    ['2026-11-02', '2025-11-24']
    """
    return last_monday(now - timedelta(days=25)), last_monday(now) - timedelta(weeks=52)


def movers_away(among: Among = CURRENT) -> QuerySet[Reading]:
    """Return the customers who drifted furthest away in four weeks."""
    moved = heard_from(among).filter(drift__gte=LEAST_MOVE).select_related("customer", "owner")
    return moved.order_by("-drift", "pk")[:MOVERS_SHOWN]


def movers_closer(among: Among = CURRENT) -> QuerySet[Reading]:
    """Return the customers who came most closer in four weeks."""
    moved = heard_from(among).filter(drift__lte=-LEAST_MOVE).select_related("customer", "owner")
    return moved.order_by("drift", "-pk")[:MOVERS_SHOWN]


def heard_from(among: Among) -> QuerySet[Reading]:
    """Return the readings of those who were heard from at least once."""
    return Reading.objects.filter(among.readings()).exclude(band=Band.UNKNOWN)


def _customers(rows: list[dict[str, Any]], band: Band) -> int | None:
    """Count the customers of a band; None on a day of which nothing is known."""
    if not any(row["n"] for row in rows):
        return None
    return sum(int(row["n"]) for row in rows if row["band"] == band)


def _money(rows: list[dict[str, Any]], field: str, band: Band) -> Amounts:
    amounts: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        if row["band"] == band:
            amounts[row["currency"]] += row[field]
    return amounts


def _teams(rows: list[dict[str, Any]]) -> list[TeamLine]:
    names = dict(Team.objects.values_list("id", "name"))
    lines = []
    for team_id in sorted({row["team_id"] for row in rows if row["n"]}):
        of_team = [row for row in rows if row["team_id"] == team_id]
        lines.append(
            TeamLine(
                team_id=team_id,
                name=names.get(team_id, "No team"),
                customers=sum(row["n"] for row in of_team if row["band"] != Band.UNKNOWN),
                far=sum(row["n"] for row in of_team if row["band"] in FAR),
                at_risk=_added(_money(of_team, "risk", band) for band in Band),
            )
        )
    return lines


def _added(parts: Iterable[Amounts]) -> Amounts:
    amounts: dict[str, Decimal] = defaultdict(Decimal)
    for part in parts:
        for currency, amount in part.items():
            amounts[currency] += amount
    return {currency: amount for currency, amount in amounts.items() if amount}


def _total(counts: Sequence[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if known else None
