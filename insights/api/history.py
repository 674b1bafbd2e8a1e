"""A customer's past year by REST."""

from datetime import date, datetime
from typing import Any, Self

import msgspec
from django.http import Http404, HttpResponse
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from msgspec import Struct
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.views import APIView

from insights.api.explained import hundredths
from insights.selectors.readings import History, visible_history
from relationships.api.answers import Named
from relationships.api.described import CONDITIONAL
from relationships.api.filters import LARGEST_ID
from relationships.api.lists import conditional, etag
from relationships.api.permissions import HasScope
from relationships.api.schema import answer, problems


class MondayItem(Struct):
    """How far the customer was at midnight (UTC) on a Monday; null when nobody knew them."""

    on: date
    distance: int | None


class HistoryAnswer(Struct):
    """A year of Mondays, the oldest first, and where the customer is now.

    Empty until the customer has been read.
    """

    customer: Named
    as_of: datetime | None
    distance: float | None
    mondays: list[MondayItem]

    @classmethod
    def of(cls, history: History) -> Self:
        """Tell a history."""
        reading = history.reading
        return cls(
            customer=Named(history.customer.pk, history.customer.name),
            as_of=reading.as_of if reading else None,
            distance=hundredths(reading.distance) if reading else None,
            mondays=[MondayItem(one.on, one.distance) for one in history.mondays],
        )


EXAMPLE: dict[str, Any] = {
    "customer": {"id": 12, "name": "Meridian Press"},
    "as_of": "2026-03-02T02:15:00Z",
    "distance": 67.4,
    "mondays": [
        {"on": "2026-02-16", "distance": None},
        {"on": "2026-02-23", "distance": 61},
        {"on": "2026-03-02", "distance": 67},
    ],
}


class CustomerHistory(APIView):
    """Tells how far a customer was."""

    permission_classes = (IsAuthenticated, HasScope)
    scope = "customers:read"

    @extend_schema(
        operation_id="get_customer_history",
        summary="Tell how far a customer was on each Monday of a year",
        description=(
            "53 Mondays in whole points, seen through the policy of now. A customer who was "
            "merged into another is answered with that other. Needs the scope `customers:read`."
        ),
        tags=["Readings"],
        parameters=[
            OpenApiParameter(
                "id",
                {"type": "integer", "minimum": 1, "maximum": LARGEST_ID},
                OpenApiParameter.PATH,
            ),
            *CONDITIONAL,
        ],
        responses={
            (200, "application/json"): answer(HistoryAnswer, "The past year.", EXAMPLE),
            304: OpenApiResponse(description="It is what you have already."),
            **problems(404),
        },
    )
    def get(self, request: Request, id: int) -> HttpResponse:
        """Return the history of a customer that the sender may see."""
        found = visible_history(request.user, id)
        if found is None:
            raise Http404("There is no such customer that you may see.")
        body = msgspec.json.encode(HistoryAnswer.of(found))
        return conditional(request, body, etag(body))
