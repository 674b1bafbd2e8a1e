"""The warnings of each week by REST, and what became of them."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal, Self

from django.db.models import Q
from django.http import HttpResponse
from msgspec import Struct
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.views import APIView

from insights.api.explained import hundredths
from insights.models import Alert
from insights.selectors.alerts import alerts_visible_to
from relationships.api.answers import Named
from relationships.api.collection import Collection, Sort
from relationships.api.described import list_of, one_of_them
from relationships.api.filters import Filter, choices, customers, flag, ids, since
from relationships.api.lists import answer_list, answer_one
from relationships.api.permissions import HasScope

STATUSES = {status: status for status in Alert.Status.values}


class AlertItem(Struct):
    """A customer among those most likely to fall silent on a Monday, its `week`.

    `silence_share`, `distance`, `last_active_at` and `why` are as they were at that midnight
    (UTC). It came true when nothing was heard from the customer `until` then, and they recovered
    when they were active before; `is_repeated` says that an earlier week warned of this silence.
    """

    id: int
    customer: Named
    team: Named | None
    owner: Named | None
    week: date
    until: datetime
    status: Literal["open", "recovered", "came_true"]
    heard_at: datetime | None
    silence_share: float
    distance: float | None
    last_active_at: datetime
    is_repeated: bool
    why: list[str]
    updated_at: datetime

    @classmethod
    def of(cls, alert: Alert) -> Self:
        """Tell an alert."""
        customer = alert.customer
        return cls(
            id=alert.pk,
            customer=Named(customer.pk, customer.name),
            team=Named.of(customer.team),
            owner=Named.of(customer.owner),
            week=alert.since.astimezone(UTC).date(),
            until=alert.until,
            status=alert.status,  # type: ignore[arg-type]
            heard_at=alert.heard_at,
            silence_share=round(alert.silence, 4),
            distance=hundredths(alert.distance),
            last_active_at=alert.last_at,
            is_repeated=alert.is_repeated,
            why=list(alert.why),
            updated_at=alert.updated_at,
        )


def _monday(text: str) -> datetime:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = date.min
    if day.weekday() or not day.year > 1:
        raise ValueError("Use a Monday, such as 2026-03-02.")
    return datetime.combine(day, time(), tzinfo=UTC)


def _weeks(mondays: Sequence[datetime]) -> Q:
    among = Q(pk__in=())
    for monday in mondays:
        among |= Q(since__gte=monday, since__lt=monday + timedelta(weeks=1))
    return among


ALERTS: Collection[Any] = Collection(
    singular="alert",
    plural="alerts",
    tag="Readings",
    item=AlertItem,
    rows=alerts_visible_to,
    example={
        "id": 912,
        "customer": {"id": 12, "name": "Meridian Press"},
        "team": {"id": 3, "name": "North"},
        "owner": {"id": 7, "name": "Tom Brandt"},
        "week": "2026-03-02",
        "until": "2026-05-31T00:00:00Z",
        "status": "open",
        "heard_at": None,
        "silence_share": 0.644,
        "distance": 67.4,
        "last_active_at": "2026-01-20T10:15:00Z",
        "is_repeated": False,
        "why": ["Silent 41 days; usually in touch every 12.", "Warmth 32, usually 58."],
        "updated_at": "2026-03-02T00:01:00Z",
    },
    filters={
        "status": choices("status", STATUSES, "What became of it"),
        "week": Filter(
            _monday,
            _weeks,
            {"type": "string", "format": "date"},
            "The Monday it was raised for; give it again for another.",
        ),
        "customer": customers("customer_id"),
        "team": ids("customer__team_id", "a team"),
        "owner": ids("customer__owner_id", "a person"),
        "is_repeated": flag("is_repeated", "Whether an earlier week warned of this silence."),
        "updated_since": since("updated_at", "Raised or changed"),
    },
    sorts={
        "id": Sort("pk", int),
        "week": Sort("since", datetime, is_turned=True),
        "silence_share": Sort("silence", float, is_turned=True),
        "updated_at": Sort("updated_at", datetime),
    },
    default_sort="-week,-silence_share",
)


class Alerts(APIView):
    """Lists alerts."""

    permission_classes = (IsAuthenticated, HasScope)
    scope = "customers:read"

    @list_of(
        ALERTS,
        "The warnings of each Monday: of the customers in touch those most likely to fall "
        "silent, as many as the budget allows, chosen by the rule that the Proof page holds "
        "against the past. The newest week comes first, in it the likeliest.",
        scope=scope,
    )
    def get(self, request: Request) -> HttpResponse:
        """Return a page of alerts."""
        return answer_list(ALERTS, request)


class AlertView(APIView):
    """Tells one alert."""

    permission_classes = (IsAuthenticated, HasScope)
    scope = "customers:read"

    @one_of_them(ALERTS, "A warning and what became of it.", scope=scope)
    def get(self, request: Request, id: int) -> HttpResponse:
        """Return one alert."""
        return answer_one(ALERTS, request, id)
