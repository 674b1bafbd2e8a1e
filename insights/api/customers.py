"""Customers and where they stand: listed, and one by one."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.views import APIView

from insights.api import examples
from insights.api.answers import BANDS, CustomerItem
from insights.selectors.directory import customers_with_readings, in_bands
from relationships import models
from relationships.api.collection import Collection, Hidden, Sort
from relationships.api.described import list_of, one_of_them
from relationships.api.directory import BY_ID, BY_UPDATE, UPDATED_SINCE, identity_filters
from relationships.api.filters import choices, ids, search
from relationships.api.lists import answer_list, answer_one
from relationships.api.permissions import HasScope
from relationships.selectors.directory import with_name_words


def _read(name: str, kind: type) -> Sort:
    return Sort(f"reading__{name}", kind, may_be_empty=True, is_turned=True)


CUSTOMERS: Collection[Any] = Collection(
    singular="customer",
    plural="customers",
    tag="Customers",
    item=CustomerItem,
    rows=customers_with_readings,
    example=examples.CUSTOMER,
    filters={
        "band": choices(
            "reading__band",
            {word: band for band, word in BANDS.items()},
            "How far the customer is now",
            in_bands,
        ),
        "stage": choices(
            "stage", {stage: stage for stage in models.Customer.Stage.values}, "How far it has come"
        ),
        "team": ids("team_id", "a team"),
        "owner": ids("owner_id", "a person"),
        "segment": ids("segment_id", "a segment"),
        "search": search(
            with_name_words, "Words that the name has, whatever their case and accents."
        ),
        **identity_filters("customer_id", "customers"),
        "updated_since": UPDATED_SINCE,
    },
    sorts={
        "id": BY_ID,
        "name": Sort("search_name", str),
        "updated_at": BY_UPDATE,
        "distance": _read("distance", float),
        "drift": _read("drift", float),
        "at_risk": _read("at_risk", Decimal),
        "last_active_at": _read("last_at", datetime),
    },
    hidden=Hidden("merged", Q(merged_into=None)),
)


class Customers(APIView):
    """Lists customers."""

    permission_classes = (IsAuthenticated, HasScope)
    scope = "customers:read"

    @list_of(
        CUSTOMERS,
        "The customers this key may see, each with the scores that decide. Those who were merged "
        "into another are left out unless asked for. A new score is no change of the customer: "
        "`/api/v1/readings/` lists what was read since.",
        scope=scope,
    )
    def get(self, request: Request) -> HttpResponse:
        """Return a page of customers."""
        return answer_list(CUSTOMERS, request)


class Customer(APIView):
    """Tells one customer."""

    permission_classes = (IsAuthenticated, HasScope)
    scope = "customers:read"

    @one_of_them(
        CUSTOMERS,
        "A customer this key may see; one who was merged into another says so in `merged_into`.",
        scope=scope,
    )
    def get(self, request: Request, id: int) -> HttpResponse:
        """Return one customer."""
        return answer_one(CUSTOMERS, request, id)
