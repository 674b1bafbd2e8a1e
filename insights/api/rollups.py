"""Totals by REST: touchpoints by month, customers and their value by band."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import msgspec
from django.db.models import Q
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from msgspec import Struct
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.views import APIView

from insights.api.readings import BAND_WORDS, STAGES
from insights.api.totals import NOW, BandTotalItem, BandTotals, TouchpointTotal, TouchpointTotals
from insights.models import BandTotal
from insights.selectors.rollups import band_counts, touchpoint_counts
from interactions.models import TouchpointType
from relationships.access import sees_every_customer
from relationships.api.described import CONDITIONAL
from relationships.api.filters import LARGEST_ID, number, one_of, plain
from relationships.api.lists import conditional, etag
from relationships.api.permissions import HasScope
from relationships.api.problems import RefusedError
from relationships.api.questions import values_of
from relationships.api.schema import answer, problems

MOST_ROWS = 20_000
MOST_DAYS = 60
MONTHS_TOLD = 12
TOUCHPOINTS_BY = ("team", "type", "mode", "channel", "via")
BANDS_BY = ("team", "segment", "stage")
MODES = TouchpointType.Mode.values
Readers = Mapping[str, Callable[[str], Any]]


def _month(text: str) -> date:
    try:
        if len(text) != 7:
            raise ValueError
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        raise ValueError("Use a month, such as 2026-03.") from None


def _day(text: str) -> date:
    if text == NOW:
        return BandTotal.NOW
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = date.max
    if day.weekday() or day == date.max:
        raise ValueError("Use now, or a Monday such as 2026-03-02.")
    return day


def _by(names: tuple[str, ...]) -> Callable[[str], list[str]]:
    def read(text: str) -> list[str]:
        chosen = text.split(",")
        if not set(chosen) <= set(names):
            raise ValueError(f"Use {one_of(names)}, or several with commas.")
        return [name for name in names if name in chosen]

    return read


def _word(words: list[str]) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in words:
            raise ValueError(f"Use {one_of(words)}.")
        return text

    return read


def _flag(text: str) -> bool:
    return _word(["true", "false"])(text) == "true"


TOUCHPOINTS: Readers = {
    "by": _by(TOUCHPOINTS_BY),
    "since": _month,
    "until": _month,
    "team": number,
    "type": plain,
    "mode": _word(MODES),
    "channel": plain,
    "via": _flag,
}
BANDS_ASKED: Readers = {
    "by": _by(BANDS_BY),
    "on": _day,
    "band": lambda text: BAND_WORDS[_word(list(BAND_WORDS))(text)],
    "team": number,
    "segment": number,
    "stage": _word(list(STAGES)),
}
MANY = ("on", "band", "team", "segment", "stage", "type", "mode", "channel")


class Totals(APIView):
    """What both totals share: who reads more than one team's needs the organisation's scope."""

    permission_classes = (IsAuthenticated, HasScope)

    @property
    def scope(self) -> str:
        """The scope a key needs: its own team's customers, or the organisation."""
        sees_all = sees_every_customer(self.request.user)
        return "organisation:read" if sees_all else "customers:read"


NEEDS = "Needs the scope `organisation:read`; a key of one team needs `customers:read`."
ID = {"type": "integer", "minimum": 0, "maximum": LARGEST_ID}


def _parameter(name: str, schema: dict[str, Any], description: str) -> OpenApiParameter:
    if name not in MANY:
        return OpenApiParameter(name, schema, description=description)
    several = {"type": "array", "items": schema, "minItems": 1}
    said = f"{description} Give it again for another."
    return OpenApiParameter(name, several, description=said, style="form", explode=True)


def _grouping(names: tuple[str, ...], description: str) -> OpenApiParameter:
    schema = {"type": "array", "items": {"type": "string", "enum": list(names)}, "minItems": 1}
    return OpenApiParameter("by", schema, description=description, style="form", explode=False)


NO_TEAM = "The id of a team; 0 for those without."
MONTH = {"type": "string", "pattern": r"^\d{4}-(0[1-9]|1[0-2])$"}
NOT_CHANGED = OpenApiResponse(description="It is what you have already.")


class TouchpointRollup(Totals):
    """Tells how many touchpoints there were."""

    @extend_schema(
        operation_id="count_touchpoints",
        summary="Count touchpoints by month",
        description=(
            "Totals by month, kept with every touchpoint: of the team that held the customer when "
            f"it was recorded. At most {MOST_ROWS:,} at once. {NEEDS}"
        ),
        tags=["Readings"],
        parameters=[
            _grouping(TOUCHPOINTS_BY, "What to count by besides the month; mode by default."),
            _parameter("since", MONTH, f"The first month; {MONTHS_TOLD} months by default."),
            _parameter("until", MONTH, "The last month; by default this one."),
            _parameter("team", ID, NO_TEAM),
            _parameter("type", {"type": "string", "maxLength": 200}, "The key of a type."),
            _parameter("mode", {"type": "string", "enum": MODES}, "People, screens, or neither."),
            _parameter("channel", {"type": "string", "maxLength": 200}, "A channel of the types."),
            _parameter("via", {"type": "boolean"}, "Whether through an intermediary."),
            *CONDITIONAL,
        ],
        responses={
            (200, "application/json"): answer(
                TouchpointTotals,
                "The totals.",
                {
                    "since": "2026-02-01",
                    "until": "2026-03-01",
                    "results": [
                        {"month": "2026-02-01", "count": 1204, "mode": "digital"},
                        {"month": "2026-02-01", "count": 311, "mode": "human"},
                        {"month": "2026-03-01", "count": 57, "mode": "digital"},
                    ],
                },
            ),
            304: NOT_CHANGED,
            **problems(422),
        },
    )
    def get(self, request: Request) -> HttpResponse:
        """Return the totals that are asked for."""
        values = values_of(request.query_params, TOUCHPOINTS, MANY)
        until = values.get("until", [timezone.localdate().replace(day=1)])[-1]
        since = values.get("since", [_months_before(until, MONTHS_TOLD - 1)])[-1]
        among, types = Q(month__range=(since, until)), Q()
        for name, field in (("team", "team_id"), ("via", "is_via")):
            if name in values:
                among &= Q(**{f"{field}__in": values[name]})
        for name, field in (("type", "key"), ("mode", "mode"), ("channel", "channel")):
            if name in values:
                types &= Q(**{f"{field}__in": values[name]})
        by = values.get("by", [["mode"]])[-1]
        found = _few_enough(touchpoint_counts(request.user, by, among, types), "since")
        totals = [TouchpointTotal.of(one) for one in found]
        return _answered(request, TouchpointTotals(since, until, totals))


class BandRollup(Totals):
    """Tells how many customers stand where."""

    @extend_schema(
        operation_id="count_customers_by_band",
        summary="Count customers by band",
        description=(
            "Totals of customers and their yearly value by band and currency, now and on each "
            f"Monday of the past year. At most {MOST_ROWS:,} at once. {NEEDS}"
        ),
        tags=["Readings"],
        parameters=[
            _grouping(BANDS_BY, "What to count by besides band and currency; nothing by default."),
            _parameter("on", {"type": "string"}, "`now`, or a Monday; by default now."),
            _parameter("band", {"type": "string", "enum": list(BAND_WORDS)}, "Only this band."),
            _parameter("team", ID, NO_TEAM),
            _parameter("segment", ID, "The id of a segment; 0 for customers without."),
            _parameter("stage", {"type": "string", "enum": list(STAGES)}, "Only this stage."),
            *CONDITIONAL,
        ],
        responses={
            (200, "application/json"): answer(
                BandTotals,
                "The totals.",
                {
                    "results": [
                        {
                            "on": "2026-02-23",
                            "band": "drifting",
                            "currency": "EUR",
                            "customers": 41,
                            "yearly_value": "1204000.00",
                            "at_risk": None,
                            "team": {"id": 3, "name": "North"},
                        },
                        {
                            "on": "now",
                            "band": "drifting",
                            "currency": "EUR",
                            "customers": 44,
                            "yearly_value": "1310500.00",
                            "at_risk": "612420.50",
                            "team": None,
                        },
                    ]
                },
            ),
            304: NOT_CHANGED,
            **problems(422),
        },
    )
    def get(self, request: Request) -> HttpResponse:
        """Return the totals that are asked for."""
        values = values_of(request.query_params, BANDS_ASKED, MANY)
        days = sorted(set(values.get("on", [BandTotal.NOW])))
        if len(days) > MOST_DAYS:
            raise _refused("on", str(len(days)), f"Ask for at most {MOST_DAYS} days at once.")
        among = Q()
        fields = {"team": "team_id", "segment": "segment_id", "stage": "stage", "band": "band"}
        for name, field in fields.items():
            if name in values:
                among &= Q(**{f"{field}__in": values[name]})
        by = values.get("by", [[]])[-1]
        counts = band_counts(request.user, days, by, among, is_of_teams="team" in values)
        found = _few_enough(counts, "on")
        return _answered(request, BandTotals([BandTotalItem.of(one) for one in found]))


def _few_enough(found: list[Any], parameter: str) -> list[Any]:
    if len(found) > MOST_ROWS:
        detail = f"These are {len(found):,} totals; ask for at most {MOST_ROWS:,} at once."
        raise _refused(parameter, "", detail)
    return found


def _refused(parameter: str, value: str, detail: str) -> RefusedError:
    return RefusedError([{"parameter": parameter, "value": value, "detail": detail}])


def _answered(request: Request, totals: Struct) -> HttpResponse:
    body = msgspec.json.encode(totals)
    return conditional(request, body, etag(body))


def _months_before(month: date, months: int) -> date:
    years, number = divmod(month.year * 12 + month.month - 1 - months, 12)
    return date(max(years, 1), number + 1, 1)
