"""The health of customers, and how it changed."""

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.views import APIView

from insights.api import examples, parameters
from insights.api.answers import (
    ChangedCustomer,
    ChangesAnswer,
    Health,
)
from insights.selectors.changes import SIGNS, changes_page
from insights.selectors.customer import visible_explained
from relationships.api.bodies import json_response
from relationships.api.filters import LARGEST_ID
from relationships.api.permissions import HasScope
from relationships.api.schema import answer, problems
from relationships.models import Customer

ID = {"type": "integer", "minimum": 0, "maximum": LARGEST_ID}
BELONGING = (
    OpenApiParameter("stage", str, enum=Customer.Stage.values),
    OpenApiParameter("team", ID, description="The id of a team."),
    OpenApiParameter("owner", ID, description="The id of a person."),
    OpenApiParameter("segment", ID, description="The id of a segment."),
)
LIMIT = OpenApiParameter(
    "limit",
    {
        "type": "integer",
        "minimum": 1,
        "maximum": parameters.LARGEST_PAGE,
        "default": parameters.DEFAULT_PAGE,
    },
)
CURSOR = OpenApiParameter("cursor", str, description="Where a page begins; `next` has it.")


class CustomerHealth(APIView):
    """Tells where a customer stands."""

    permission_classes = (IsAuthenticated, HasScope)
    scope = "customers:read"

    @extend_schema(
        operation_id="get_customer_health",
        summary="Tell where a customer stands and why",
        description=(
            "The reading of one customer: distance and its parts, which add up to it, with a "
            "sentence for each that matters; warmth, doors and windows and what they are made "
            "of. Each part names the touchpoints behind it. `changed` compares with the Monday of "
            "last week; `nearer` is what would bring the customer nearer, worked out by folding "
            "it as if it had just happened. `is_being_scored` says that something just happened "
            "which this does not know yet. A customer who was merged into another is answered "
            "with that other. Needs the scope `customers:read`."
        ),
        tags=["Customers"],
        parameters=[OpenApiParameter("id", ID, OpenApiParameter.PATH)],
        responses={
            (200, "application/json"): answer(Health, "The reading.", examples.HEALTH),
            **problems(404),
        },
    )
    def get(self, request: Request, id: int) -> HttpResponse:
        """Return the health of a customer that the sender may see."""
        explained = visible_explained(request.user, id, now=timezone.now())
        if explained is None:
            raise Http404("There is no such customer that you may see.")
        return _private(json_response(Health.of(explained)))


class CustomerChanges(APIView):
    """Lists who came further or nearer."""

    permission_classes = (IsAuthenticated, HasScope)
    scope = "customers:read"

    @extend_schema(
        operation_id="list_customer_changes",
        summary="List the customers whose distance changed since last week",
        description=(
            "The customers this key may see whose distance moved by three points or more since "
            "the last Monday that is at least a week ago (its midnight, UTC), the most first, "
            "each with the reasons. Follow `next` until it is null. Needs the scope "
            "`customers:read`."
        ),
        tags=["Customers"],
        parameters=[
            OpenApiParameter(
                "direction", str, enum=list(SIGNS), description="By default `further`."
            ),
            *BELONGING,
            LIMIT,
            CURSOR,
        ],
        responses={
            (200, "application/json"): answer(ChangesAnswer, "A page.", examples.CHANGES),
            **problems(422),
        },
    )
    def get(self, request: Request) -> HttpResponse:
        """Return a page of customers who changed."""
        narrowing, after, limit = parameters.read_changes(request.query_params)
        page = changes_page(request.user, narrowing, now=timezone.now(), after=after, size=limit)
        results = [ChangedCustomer.of(one, page.changed[one.pk]) for one in page.readings]
        cursor = parameters.cursor_after_place(page.after) if page.after else None
        return _private(
            json_response(
                ChangesAnswer(page.since, narrowing.direction, results, _next(request, cursor))
            )
        )


def _next(request: Request, cursor: str | None) -> str | None:
    if cursor is None:
        return None
    query = request.query_params.copy()
    query["cursor"] = cursor
    return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")


def _private(response: HttpResponse) -> HttpResponse:
    """Keep what one sender may see out of shared caches."""
    response["Cache-Control"] = "private"
    patch_vary_headers(response, ("Authorization", "Cookie"))
    return response
