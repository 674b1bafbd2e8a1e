"""Customers found or made by what others know them by, one or many."""

from collections.abc import Sequence

import msgspec
from django.http import HttpResponse
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.views import APIView

from insights.api.customers import CUSTOMERS, NEEDS
from relationships.api import profile_examples as examples
from relationships.api.bodies import Untouched, json_body, json_response, largest_body
from relationships.api.decoding import array_items, decoded
from relationships.api.idempotency import PARAMETER, answered_once
from relationships.api.permissions import HasScope, WritesCustomers
from relationships.api.preconditions import IF_NONE_MATCH
from relationships.api.problems import MalformedError
from relationships.api.profile_items import (
    LARGEST_BATCH,
    RIGHT_CUSTOMER,
    CustomerChanges,
    CustomerUpsert,
    UpsertResult,
    UpsertResults,
)
from relationships.api.profile_writes import customer_write
from relationships.api.profiles import (
    BODY_ERRORS,
    JSON,
    KIND,
    LOCATION,
    NAMESPACE,
    NAMESPACED,
    VALUE,
    addressed,
    good,
    namespace_of,
    precondition,
    sent,
    write_parameters,
    write_results,
    written,
)
from relationships.api.questions import fields_of
from relationships.api.schema import Flaw, answer, problems, refer
from relationships.services.profiles import (
    CustomerWrite,
    Outcome,
    Refusal,
    write_customer,
    write_customers,
)

# Whatever an item is, the others are written.
ITEM = {"anyOf": [refer(CustomerUpsert), {"description": "Anything else is refused for itself."}]}


class CustomerByIdentity(APIView):
    """One customer, by what others know it by."""

    permission_classes = (IsAuthenticated, HasScope, WritesCustomers)
    parser_classes = (Untouched,)
    scope = "customers:write"

    @extend_schema(
        operation_id="upsert_customer",
        summary="Change the customer with an identity, or make one",
        description=(
            "Makes true of the customer what is sent, and leaves the rest as it is. Where nobody "
            "has this identity yet, a customer is made that has it, and needs a name. Sent again "
            "it changes nothing: `unchanged`. An identity of a customer who was merged into "
            f"another leads to that other. {NEEDS}"
        ),
        tags=["Customers"],
        parameters=[
            KIND,
            VALUE,
            NAMESPACE,
            *write_parameters(CUSTOMERS),
            IF_NONE_MATCH,
            LOCATION,
        ],
        request={JSON: refer(CustomerChanges)},
        examples=[
            OpenApiExample("From a CRM", value=examples.CUSTOMER_UPSERT, request_only=True),
        ],
        responses={**write_results(CUSTOMERS, 200, 201), **problems(404, 412, *BODY_ERRORS)},
    )
    def patch(self, request: Request, kind: str, value: str) -> HttpResponse:
        """Change it, or make it."""
        fields = fields_of(CUSTOMERS, request.query_params, NAMESPACED)
        ref = addressed(request, kind, value)
        asked = sent(request, CustomerChanges, RIGHT_CUSTOMER)
        item = good(customer_write(asked, namespace_of(request), identity=ref))
        check = precondition(request, CUSTOMERS, fields)
        return written(
            request,
            CUSTOMERS,
            fields,
            lambda: write_customer(item=item, by=request.user, check=check),
        )


class CustomerBatch(APIView):
    """Many customers."""

    permission_classes = (IsAuthenticated, HasScope, WritesCustomers)
    parser_classes = (Untouched,)
    scope = "customers:write"

    @extend_schema(
        operation_id="upsert_customers",
        summary="Change or make many customers",
        description=(
            f"Takes a JSON array of at most {LARGEST_BATCH:,} customers, each with the `identity` "
            "that it is known by, and does with each what changing or making one by its identity "
            "does. Each is answered for itself, in order: one that is refused costs no other. A "
            f"body may have {largest_body() // 2**20} MiB, also when it is inflated. {NEEDS}"
        ),
        tags=["Customers"],
        parameters=[PARAMETER],
        request={JSON: {"type": "array", "items": ITEM, "maxItems": LARGEST_BATCH}},
        examples=[OpenApiExample("Two", value=examples.CUSTOMER_BATCH, request_only=True)],
        responses={
            (200, JSON): answer(UpsertResults, "What became of each.", examples.CUSTOMER_RESULTS),
            **problems(409, *BODY_ERRORS),
        },
    )
    def post(self, request: Request) -> HttpResponse:
        """Write what can be written, and answer for each."""
        body = json_body(request)
        raws = array_items(body, at_most=LARGEST_BATCH, what="customers")
        return answered_once(request, body, lambda: json_response(_results(request, raws)))


def _results(request: Request, raws: Sequence[msgspec.Raw]) -> UpsertResults:
    namespace = namespace_of(request)
    items = [_item(raw, namespace) for raw in raws]
    good_ones = [item for item in items if not isinstance(item, list)]
    outcomes = iter(write_customers(items=good_ones, by=request.user))
    results = [
        Outcome("refused", None, item) if isinstance(item, list) else next(outcomes)
        for item in items
    ]
    statuses = [outcome.status for outcome in results]
    return UpsertResults(
        *(statuses.count(status) for status in ("made", "changed", "unchanged", "refused")),
        results=[_told(outcome) for outcome in results],
    )


def _item(raw: msgspec.Raw, namespace: str) -> CustomerWrite | list[Refusal]:
    try:
        asked = decoded(raw, CustomerUpsert, RIGHT_CUSTOMER)
    except MalformedError as error:
        return [Refusal("", "", str(error.detail))]
    return asked if isinstance(asked, list) else customer_write(asked, namespace)


def _told(outcome: Outcome) -> UpsertResult:
    flaws = [
        Flaw(detail=one.reason, pointer=one.pointer, value=one.value) for one in outcome.refusals
    ]
    return UpsertResult(outcome.status, outcome.id, flaws)  # type: ignore[arg-type]
