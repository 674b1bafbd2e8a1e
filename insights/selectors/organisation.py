"""How far the organisation is from its customers: sums of readings and rollups.

Everything here counts current customers unless others are asked for, and leaves out those never
heard from unless it says so.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Q, QuerySet, Sum

from insights.models import EVERY_TEAM, Band, BandTotal, Reading, TeamTotal
from insights.mondays import last_monday
from insights.selectors import live_totals
from relationships.models import Customer, Team
from relationships.prepared import prepared

Amounts = Mapping[str, Decimal]
"""Money by currency: never added across currencies."""

MOVERS_SHOWN = 6
LEAST_MOVE = 5
"""Points of drift worth a line: less is noise."""


@dataclass(frozen=True)
class Among:
    """Which customers are counted; no stage stands for every one, zero for what has none."""

    stage: str = Customer.Stage.CURRENT
    team: int | None = None
    segment: int | None = None
    owner: int | None = None

    @property
    def are_all(self) -> bool:
        """Whether these are all current customers, or those of every stage."""
        whose = (self.team, self.segment, self.owner)
        return self.stage in ("", Customer.Stage.CURRENT) and whose == (None, None, None)

    def totals(self) -> Q:
        """Return the condition of a row of the rollup, where zero stands for none.

        Unless a team is chosen, these are the rows of all teams together.
        """
        every = Q(team_id=EVERY_TEAM) if self.team is None else Q()
        return self.kept() & every

    def totals_by_team(self) -> Q:
        """Return the condition of a row of the rollup that is of one team, or of those without."""
        return self.kept() & ~Q(team_id=EVERY_TEAM)

    def kept(self) -> Q:
        """Return the condition of any of these rows, of teams and of all of them together.

        Rollups know no owner: whoever asks them for one would be told of everybody.
        """
        if self.owner is not None:
            raise ValueError("Rollups know no owner: add up the readings of theirs.")
        return self._condition(none=0)

    def readings(self) -> Q:
        """Return the condition of a reading."""
        condition = self._condition(none=None)
        return condition if self.owner is None else condition & Q(owner_id=self.owner or None)

    @cached_property
    def theirs(self) -> Sequence[live_totals.Theirs]:
        """What is added up of an owner's customers, read once for all that a page says of them."""
        return live_totals.theirs_of(Reading.objects.filter(self.readings()))

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
    by_date: dict[date, list[dict[str, Any]]] = defaultdict(list)
    for row in _band_totals(among, (four_weeks_ago, year_ago)):
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
        teams=_teams(_team_totals(among)),
    )


def _band_totals(among: Among, days: Sequence[date]) -> Iterable[Mapping[str, Any]]:
    if among.owner is not None:
        return live_totals.band_totals(among.theirs, days)
    return _kept_totals(among, *days)


@prepared
def _kept_totals(among: Among, earlier: date, later: date) -> QuerySet[Any, Any]:
    totals = BandTotal.objects.filter(among.totals(), on_date__in=(BandTotal.NOW, earlier, later))
    return (
        totals.values("on_date", "band", "currency")
        .annotate(n=Sum("customers"), value=Sum("yearly_value"), risk=Sum("at_risk"))
        .order_by()
    )


def _team_totals(among: Among) -> Iterable[tuple[int, str, int, int, int, Decimal]]:
    if among.owner is not None:
        return live_totals.team_totals(among.theirs)
    return _kept_by_team(among) if among.segment is None else _kept_by_segment(among)


@prepared
def _kept_by_team(among: Among) -> QuerySet[TeamTotal, tuple[int, str, int, int, int, Decimal]]:
    totals = TeamTotal.objects.filter(among.kept())
    amounts = ("customers", "known", "far", "at_risk")
    if among.stage:
        # One row each: to add them up takes as long as to read them.
        return totals.values_list("team_id", "currency", *amounts).order_by()
    return totals.values_list("team_id", "currency").annotate(*map(Sum, amounts)).order_by()


@prepared
def _kept_by_segment(among: Among) -> QuerySet[BandTotal, tuple[int, str, int, int, int, Decimal]]:
    totals = BandTotal.objects.filter(among.totals_by_team(), on_date=BandTotal.NOW)
    heard, are_far = ~Q(band=Band.UNKNOWN), Q(band__in=FAR)
    return (
        totals.values_list("team_id", "currency")
        .annotate(
            all=Sum("customers"),
            known=Sum("customers", filter=heard, default=0),
            far=Sum("customers", filter=are_far, default=0),
            risk=Sum("at_risk"),
        )
        .order_by()
    )


def comparison_days(now: datetime) -> tuple[date, date]:
    """Return the Mondays nearest to four weeks ago and, as the rollups go, a year ago.

    >>> from datetime import UTC
    >>> [str(day) for day in comparison_days(datetime(2026, 11, 27, tzinfo=UTC))]
    ['2026-11-02', '2025-11-24']
    """
    return last_monday(now - timedelta(days=25)), last_monday(now) - timedelta(weeks=52)


def movers_away(among: Among = CURRENT) -> list[Reading]:
    """Return the customers who drifted furthest away in four weeks."""
    return _movers(among, way=1)


def movers_closer(among: Among = CURRENT) -> list[Reading]:
    """Return the customers who came most closer in four weeks."""
    return _movers(among, way=-1)


def _movers(among: Among, *, way: int) -> list[Reading]:
    if among.owner is None:
        return _moved(among, None, way=way)
    # The index of all by drift would lead past everybody else's.
    furthest = live_totals.movers(among.theirs, way, least=LEAST_MOVE, most=MOVERS_SHOWN)
    return _moved(among, tuple(furthest), way=way) if furthest else []


@prepared
def _moved(among: Among, furthest: tuple[int, ...] | None, *, way: int) -> QuerySet[Reading]:
    moved = Q(drift__gte=LEAST_MOVE) if way > 0 else Q(drift__lte=-LEAST_MOVE)
    found = heard_from(among).filter(moved).select_related("customer", "owner")
    if furthest is not None:
        found = found.filter(pk__in=furthest)
    return found.order_by(*(("-drift", "pk") if way > 0 else ("drift", "-pk")))[:MOVERS_SHOWN]


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


def _teams(totals: Iterable[tuple[int, str, int, int, int, Decimal]]) -> list[TeamLine]:
    names = team_names()
    known_by_team, far_by_team = Counter[int](), Counter[int]()
    at_risk: dict[int, dict[str, Decimal]] = defaultdict(dict)
    for team_id, currency, customers, known, far, risk in totals:
        if customers:
            known_by_team[team_id] += known
            far_by_team[team_id] += far
            at_risk[team_id] |= {currency: risk} if risk else {}
    return [
        TeamLine(
            team_id=team_id,
            name=names.get(team_id, "No team"),
            customers=known_by_team[team_id],
            far=far_by_team[team_id],
            at_risk=at_risk[team_id],
        )
        for team_id in sorted(at_risk)
    ]


def team_names() -> dict[int, str]:
    """Return what each team is called."""
    return dict(_named_teams())


@prepared
def _named_teams() -> QuerySet[Team, tuple[int, str]]:
    return Team.objects.values_list("id", "name")


def _added(parts: Iterable[Amounts]) -> Amounts:
    amounts: dict[str, Decimal] = defaultdict(Decimal)
    for part in parts:
        for currency, amount in part.items():
            amounts[currency] += amount
    return {currency: amount for currency, amount in amounts.items() if amount}


def _total(counts: Sequence[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if known else None
