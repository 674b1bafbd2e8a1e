"""Totals that are kept beside what they count: touchpoints by month, customers by band."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q, Sum

from insights.models import (
    EVERY_SEGMENT,
    EVERY_TEAM,
    BandTotal,
    DistanceTotal,
    MonthlyTouchpoints,
)
from insights.selectors.monthly import EVERYBODY, months_by_team
from interactions.models import TouchpointType
from relationships.access import customer_scope
from relationships.models import Person, Segment, Team

OF_TYPES = ("type", "mode", "channel")
"""What a touchpoint's type says of it."""


@dataclass(frozen=True, slots=True)
class TouchpointCount:
    """Touchpoints of a month; `of` has what they are counted by, a team as itself."""

    month: date
    of: dict[str, Any]
    count: int


@dataclass(frozen=True, slots=True)
class BandCount:
    """Customers in a band on a Monday or now; `of` has what they are counted by."""

    on: date
    band: int
    currency: str
    of: dict[str, Any]
    customers: int
    yearly_value: Decimal
    at_risk: Decimal


def totals_visible_to(person: Person) -> Q:
    """Return the condition of the rows that count whom `person` may see, each of them once.

    It is for rollups that know all teams together: whoever sees everybody needs no other rows.
    """
    return customer_scope(person) or Q(team_id=EVERY_TEAM)


def counted_once(segment: int | None) -> Q:
    """Return the condition of the rows of `DistanceTotal` that have each customer once.

    Of all segments together those are few; of one segment those of value classes.
    """
    by = DistanceTotal.By
    return Q(by=by.TEAM, segment_id=EVERY_SEGMENT) if segment is None else Q(by=by.VALUE)


def touchpoint_counts(
    person: Person, by: Collection[str], among: Q, types: Q
) -> list[TouchpointCount]:
    """Count the touchpoints `person` may see by month and more, the oldest month first.

    `by` names team, type, mode, channel or via; `types` narrows to touchpoint types.
    """
    known = {one.pk: one for one in TouchpointType.objects.filter(types)}
    rows = MonthlyTouchpoints.objects.filter(
        months_by_team(EVERYBODY), customer_scope(person), among, type_id__in=known
    )
    keys = ["month", "type_id", *(["team_id"] * ("team" in by)), *(["is_via"] * ("via" in by))]
    totals: dict[tuple[Any, ...], int] = defaultdict(int)
    for row in rows.order_by().values(*keys).annotate(total=Sum("count")):
        totals[(row["month"], *(_of(row, known, name) for name in by))] += row["total"]
    teams = Team.objects.in_bulk() if "team" in by else {}
    return [
        TouchpointCount(month, _named(by, values, {"team": teams}), count)
        for (month, *values), count in sorted(totals.items())
        if count
    ]


def _of(row: dict[str, Any], known: dict[int, TouchpointType], name: str) -> Any:
    """Return what a row is counted under."""
    if name in OF_TYPES:
        return getattr(known[row["type_id"]], "key" if name == "type" else name)
    return row["team_id" if name == "team" else "is_via"]


def band_counts(
    person: Person, days: Sequence[date], by: Collection[str], among: Q, *, is_of_teams: bool
) -> list[BandCount]:
    """Count the customers `person` may see by band and currency, and by team, segment or stage.

    `is_of_teams` says whether `among` narrows to teams.
    """
    fields = {"team": "team_id", "segment": "segment_id", "stage": "stage"}
    keys = ["on_date", *(fields[name] for name in by), "currency", "band"]
    rows = BandTotal.objects.filter(among, on_date__in=days)
    if is_of_teams or "team" in by:
        rows = rows.filter(customer_scope(person)).exclude(team_id=EVERY_TEAM)
    else:
        rows = rows.filter(totals_visible_to(person))
    totals = rows.values(*keys).annotate(
        n=Sum("customers"), value=Sum("yearly_value"), risk=Sum("at_risk")
    )
    things: dict[str, dict[int, Any]] = {
        "team": Team.objects.in_bulk() if "team" in by else {},
        "segment": Segment.objects.in_bulk() if "segment" in by else {},
    }
    return [
        BandCount(
            on=row["on_date"],
            band=row["band"],
            currency=row["currency"],
            of=_named(by, [row[fields[name]] for name in by], things),
            customers=row["n"],
            yearly_value=row["value"],
            at_risk=row["risk"],
        )
        for row in totals.order_by(*keys)
        if row["n"]
    ]


def _named(
    by: Collection[str], values: Sequence[Any], things: dict[str, dict[int, Any]]
) -> dict[str, Any]:
    """Put what is counted by beside its names; 0 stands for no team and no segment."""
    return {
        name: things[name].get(value) if name in things else value
        for name, value in zip(by, values, strict=True)
    }
