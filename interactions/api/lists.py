"""Touchpoints, loops, sources and types by REST: listed, and one by one."""

from dataclasses import replace

from django.http import HttpResponse
from rest_framework.permissions import SAFE_METHODS, IsAuthenticated
from rest_framework.request import Request
from rest_framework.views import APIView

from interactions.api.collections import LOOPS, SOURCES, TIMELINE, TOUCHPOINTS, TYPES
from interactions.selectors.lists import touchpoints_with
from relationships.api.described import list_of, one_of_them
from relationships.api.lists import answer_list, answer_one
from relationships.api.permissions import HasScope
from relationships.views.customers import customer_or_404


class TouchpointList(APIView):
    """Lists touchpoints; whoever records them at the same address inherits it."""

    permission_classes = (IsAuthenticated, HasScope)

    @property
    def scope(self) -> str:
        """What a key must have."""
        is_reading = self.request.method in SAFE_METHODS
        return "touchpoints:read" if is_reading else "touchpoints:write"

    @list_of(
        TOUCHPOINTS,
        "The touchpoints with the customers this key may see, in the order in which they were "
        "recorded. Deleted ones are left out unless asked for. With a rare filter a page may have "
        "fewer than `limit`, or none, while `next` leads on: so many are looked through at once. "
        "`occurred_at` sorts those of one customer, at `/api/v1/customers/{id}/touchpoints/`.",
        scope="touchpoints:read",
    )
    def get(self, request: Request) -> HttpResponse:
        """Return a page of touchpoints."""
        return answer_list(TOUCHPOINTS, request)


class Timeline(APIView):
    """Lists the touchpoints of one customer."""

    permission_classes = (IsAuthenticated, HasScope)
    scope = "touchpoints:read"

    @list_of(
        TIMELINE,
        "What happened with one customer, the latest first. A customer who was merged into "
        "another is answered with that other.",
        scope=scope,
        path="customers/{id}/touchpoints",
    )
    def get(self, request: Request, id: int) -> HttpResponse:
        """Return a page of a customer's timeline."""
        customer = customer_or_404(request.user, id)
        theirs = replace(TIMELINE, rows=lambda person: touchpoints_with(person, customer))
        return answer_list(theirs, request)


class Touchpoint(APIView):
    """Tells one touchpoint."""

    permission_classes = (IsAuthenticated, HasScope)
    scope = "touchpoints:read"

    @one_of_them(
        TOUCHPOINTS, "A touchpoint with a customer this key may see, deleted or not.", scope=scope
    )
    def get(self, request: Request, id: int) -> HttpResponse:
        """Return it."""
        return answer_one(TOUCHPOINTS, request, id)


class Loops(APIView):
    """Lists loops."""

    permission_classes = (IsAuthenticated, HasScope)
    scope = "touchpoints:read"

    @list_of(
        LOOPS,
        "What is open with the customers this key may see, and what was closed. A loop whose "
        "touchpoint is deleted is gone.",
        scope=scope,
    )
    def get(self, request: Request) -> HttpResponse:
        """Return a page of them."""
        return answer_list(LOOPS, request)


class Loop(APIView):
    """Tells one loop."""

    permission_classes = (IsAuthenticated, HasScope)
    scope = "touchpoints:read"

    @one_of_them(LOOPS, "A loop with a customer this key may see.", scope=scope)
    def get(self, request: Request, id: int) -> HttpResponse:
        """Return it."""
        return answer_one(LOOPS, request, id)


class Sources(APIView):
    """Lists sources."""

    permission_classes = (IsAuthenticated, HasScope)
    scope = "organisation:read"

    @list_of(SOURCES, "The doors that touchpoints come in by.", scope=scope)
    def get(self, request: Request) -> HttpResponse:
        """Return a page of them."""
        return answer_list(SOURCES, request)


class Source(APIView):
    """Tells one source."""

    permission_classes = (IsAuthenticated, HasScope)
    scope = "organisation:read"

    @one_of_them(SOURCES, "A door that touchpoints come in by.", scope=scope)
    def get(self, request: Request, id: int) -> HttpResponse:
        """Return it."""
        return answer_one(SOURCES, request, id)


class TouchpointTypes(APIView):
    """Lists the catalogue."""

    permission_classes = (IsAuthenticated, HasScope)
    scope = None

    @list_of(TYPES, "The whole catalogue, as the organisation has it now.", scope=scope)
    def get(self, request: Request) -> HttpResponse:
        """Return a page of them."""
        return answer_list(TYPES, request)


class TouchpointType(APIView):
    """Tells one type."""

    permission_classes = (IsAuthenticated, HasScope)
    scope = None

    @one_of_them(TYPES, "An entry of the catalogue.", scope=scope)
    def get(self, request: Request, key: str) -> HttpResponse:
        """Return it."""
        return answer_one(TYPES, request, key)
