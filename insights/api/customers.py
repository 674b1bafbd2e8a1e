"""Customers and where they stand: listed, and one by one."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.permissions import SAFE_METHODS, IsAuthenticated
from rest_framework.request import Request
from rest_framework.views import APIView

from insights.api import examples
from insights.api.answers import BANDS, CustomerItem
from insights.selectors.directory import customers_with_readings, in_bands, known_to
from insights.selectors.portfolio import KNOWN
from relationships import models
from relationships.api import profile_examples as made
from relationships.api.bodies import Untouched, json_body
from relationships.api.collection import Collection, Hidden, Sort
from relationships.api.described import ID, list_of, one_of_them
from relationships.api.directory import BY_ID, BY_UPDATE, UPDATED_SINCE, identity_filters
from relationships.api.filters import choices, ids, search
from relationships.api.idempotency import PARAMETER, answered_once
from relationships.api.lists import answer_list, answer_one
from relationships.api.permissions import HasScope, WritesCustomers
from relationships.api.preconditions import ETAG
from relationships.api.profile_items import RIGHT_CUSTOMER, CustomerChanges, NewCustomer
from relationships.api.profile_writes import customer_write
from relationships.api.profiles import (
    BODY_ERRORS,
    JSON,
    LOCATION,
    MERGED,
    fields_seen,
    good,
    namespace_of,
    precondition,
    sent,
    write_parameters,
    write_results,
    written,
)
from relationships.api.questions import fields_of
from relationships.api.schema import problems, refer
from relationships.selectors.directory import with_name_words
from relationships.services.profiles import write_customer

NEEDS = "Needs the scope `customers:write`, and a key that names no origins."


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
        "known": choices(
            "reading", {word: word for word in KNOWN}, "Who of us knows or met them", known_to
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


class ReadOrWritten(APIView):
    """Asks of a key to read or to write customers, as the method has it."""

    permission_classes = (IsAuthenticated, HasScope, WritesCustomers)
    parser_classes = (Untouched,)

    @property
    def scope(self) -> str:
        """What a key must have."""
        is_reading = self.request.method in SAFE_METHODS
        return "customers:read" if is_reading else "customers:write"


class Customers(ReadOrWritten):
    """Lists customers, and makes them."""

    @list_of(
        CUSTOMERS,
        "The customers this key may see, each with the scores that decide. Those who were merged "
        "into another are left out unless asked for. A new score is no change of the customer: "
        "`/api/v1/readings/` lists what was read since.",
        scope="customers:read",
    )
    def get(self, request: Request) -> HttpResponse:
        """Return a page of customers."""
        return answer_list(CUSTOMERS, request)

    @extend_schema(
        operation_id="make_customer",
        summary="Make a customer",
        description=(
            "Makes a customer whom nobody knows yet. To find or make one by an identity in one "
            f"call, use `/api/v1/customers/by-identity/`. {NEEDS}"
        ),
        tags=["Customers"],
        parameters=[fields_seen(CUSTOMERS), PARAMETER, ETAG, LOCATION],
        request={JSON: refer(NewCustomer)},
        examples=[OpenApiExample("From a CRM", value=made.CUSTOMER, request_only=True)],
        responses={**write_results(CUSTOMERS, 201), **problems(409, *BODY_ERRORS)},
    )
    def post(self, request: Request) -> HttpResponse:
        """Make it, or say what is wrong with it."""
        fields = fields_of(CUSTOMERS, request.query_params)
        item = good(
            customer_write(sent(request, NewCustomer, RIGHT_CUSTOMER), namespace_of(request))
        )
        return answered_once(
            request,
            json_body(request),
            lambda: written(
                request, CUSTOMERS, fields, lambda: write_customer(item=item, by=request.user)
            ),
        )


class Customer(ReadOrWritten):
    """Tells one customer, and changes it."""

    @one_of_them(
        CUSTOMERS,
        "A customer this key may see; one who was merged into another says so in `merged_into`.",
        scope="customers:read",
    )
    def get(self, request: Request, id: int) -> HttpResponse:
        """Return one customer."""
        return answer_one(CUSTOMERS, request, id)

    @extend_schema(
        operation_id="change_customer",
        summary="Change a customer",
        description=(
            "What is left out stays as it is. Its scores follow in a moment. One who was merged "
            f"into another is not changed (409). {NEEDS}"
        ),
        tags=["Customers"],
        parameters=[ID, *write_parameters(CUSTOMERS)],
        request={JSON: refer(CustomerChanges)},
        examples=[
            OpenApiExample("Who left", value=made.CUSTOMER_CHANGES, request_only=True),
        ],
        responses={
            **write_results(CUSTOMERS, 200),
            **problems(404, 412, *BODY_ERRORS),
            **MERGED,
        },
    )
    def patch(self, request: Request, id: int) -> HttpResponse:
        """Change it, or say what is wrong with that."""
        fields = fields_of(CUSTOMERS, request.query_params)
        asked = sent(request, CustomerChanges, RIGHT_CUSTOMER)
        item = good(customer_write(asked, namespace_of(request), id=id))
        check = precondition(request, CUSTOMERS, fields)
        return written(
            request,
            CUSTOMERS,
            fields,
            lambda: write_customer(item=item, by=request.user, check=check),
        )
