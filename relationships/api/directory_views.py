"""People, teams and segments by REST."""

from django.http import HttpResponse
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.views import APIView

from relationships.api.described import list_of, one_of_them
from relationships.api.directory import PEOPLE, SEGMENTS, TEAMS
from relationships.api.lists import answer_list, answer_one
from relationships.api.permissions import HasScope


class People(APIView):
    """Lists people."""

    permission_classes = (IsAuthenticated, HasScope)
    scope = "organisation:read"

    @list_of(PEOPLE, "The people of ours that this key may see: of its team, or all.", scope=scope)
    def get(self, request: Request) -> HttpResponse:
        """Return a page of people."""
        return answer_list(PEOPLE, request)


class Person(APIView):
    """Tells one person."""

    permission_classes = (IsAuthenticated, HasScope)
    scope = "organisation:read"

    @one_of_them(PEOPLE, "One of us.", scope=scope)
    def get(self, request: Request, id: int) -> HttpResponse:
        """Return one person."""
        return answer_one(PEOPLE, request, id)


class Segments(APIView):
    """Lists segments."""

    permission_classes = (IsAuthenticated, HasScope)
    scope = "organisation:read"

    @list_of(SEGMENTS, "The kinds of customers, as the organisation divides them.", scope=scope)
    def get(self, request: Request) -> HttpResponse:
        """Return a page of segments."""
        return answer_list(SEGMENTS, request)


class Segment(APIView):
    """Tells one segment."""

    permission_classes = (IsAuthenticated, HasScope)
    scope = "organisation:read"

    @one_of_them(SEGMENTS, "A kind of customers.", scope=scope)
    def get(self, request: Request, id: int) -> HttpResponse:
        """Return one segment."""
        return answer_one(SEGMENTS, request, id)


class Teams(APIView):
    """Lists teams."""

    permission_classes = (IsAuthenticated, HasScope)
    scope = "organisation:read"

    @list_of(TEAMS, "The teams whose customers this key may see.", scope=scope)
    def get(self, request: Request) -> HttpResponse:
        """Return a page of teams."""
        return answer_list(TEAMS, request)


class Team(APIView):
    """Tells one team."""

    permission_classes = (IsAuthenticated, HasScope)
    scope = "organisation:read"

    @one_of_them(TEAMS, "A team whose customers this key may see.", scope=scope)
    def get(self, request: Request, id: int) -> HttpResponse:
        """Return one team."""
        return answer_one(TEAMS, request, id)
