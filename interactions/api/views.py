"""Touchpoints in, one or many."""

from http import HTTPStatus

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.views import APIView

from interactions.api import examples
from interactions.api.answers import BatchResult, pointers
from interactions.api.batches import Batch, batch_of
from interactions.api.items import LARGEST_BATCH, Touchpoint
from interactions.api.lists import TouchpointList
from interactions.api.receive import receive
from interactions.api.senders import sender_of
from interactions.services import Outcome
from relationships.api.bodies import (
    Untouched,
    json_body,
    json_or_lines,
    json_response,
    largest_body,
)
from relationships.api.idempotency import PARAMETER, answered_once
from relationships.api.permissions import HasScope
from relationships.api.problems import MalformedError, RefusedError
from relationships.api.schema import answer, problems, refer

JSON, NDJSON = "application/json", "application/x-ndjson"
BODY_ERRORS = (400, 413, 415)
SIZE = (
    f"A body may have {largest_body() // 2**20} MiB, also when it is inflated; "
    "`Content-Encoding` may be gzip or deflate."
)


# Whatever an item is, the others are recorded.
ITEM = {"anyOf": [refer(Touchpoint), {"description": "Anything else is refused for itself."}]}


class Touchpoints(TouchpointList):
    """Records one touchpoint, and lists them."""

    parser_classes = (Untouched,)

    @extend_schema(
        operation_id="record_touchpoint",
        summary="Record one touchpoint",
        description=(
            "Records a touchpoint once for ever: one sent again with the same `external_id` is "
            "answered with 200 and changes nothing. A customer whom nobody knows yet is made if "
            f"the key has the scope `customers:write`. {SIZE} Needs the scope `touchpoints:write`."
        ),
        tags=["Touchpoints"],
        parameters=[PARAMETER],
        request={"application/json": refer(Touchpoint)},
        examples=[OpenApiExample("A phone call", value=examples.CALL, request_only=True)],
        responses={
            (201, "application/json"): answer(Outcome, "Recorded.", examples.RECORDED),
            (200, "application/json"): answer(Outcome, "Known already.", examples.KNOWN),
            **problems(*BODY_ERRORS, 409, 422),
        },
    )
    def post(self, request: Request) -> HttpResponse:
        """Record it, or say what is wrong with it."""
        body = json_body(request)
        if body.startswith(b"["):
            raise MalformedError("This is an array; send it to /api/v1/touchpoints/batch/.")
        return answered_once(request, body, lambda: _recorded(request, body))


class TouchpointBatch(APIView):
    """Records many touchpoints."""

    permission_classes = (IsAuthenticated, HasScope)
    parser_classes = (Untouched,)
    scope = "touchpoints:write"

    @extend_schema(
        operation_id="record_touchpoints",
        summary="Record many touchpoints",
        description=(
            f"Takes at most {LARGEST_BATCH:,} touchpoints, as a JSON array or as one JSON object a "
            "line. Each is answered for itself, in order: the good ones are kept, the bad ones "
            "refused with the field, its value and what would be right. Sending a batch again is "
            "safe when its touchpoints have an `external_id` or the request an `Idempotency-Key`. "
            f"{SIZE} Needs the scope `touchpoints:write`."
        ),
        tags=["Touchpoints"],
        parameters=[PARAMETER],
        request={
            JSON: {"type": "array", "items": ITEM, "maxItems": LARGEST_BATCH},
            # Not one JSON value, so no schema of one describes it.
            NDJSON: {"description": "Each line is a touchpoint as JSON."},
        },
        examples=[
            OpenApiExample("Two of them", value=examples.BATCH, request_only=True, media_type=JSON),
            OpenApiExample("Two lines", value=examples.LINES, request_only=True, media_type=NDJSON),
        ],
        responses={
            (200, "application/json"): answer(
                BatchResult, "What became of each.", examples.BATCH_RESULT
            ),
            **problems(*BODY_ERRORS, 409, 422),
        },
    )
    def post(self, request: Request) -> HttpResponse:
        """Record what can be recorded, and answer for each."""
        body, is_lines = json_or_lines(request)
        batch = batch_of(body, is_lines=is_lines)
        return answered_once(
            request, body, lambda: json_response(BatchResult.of(_received(request, batch)))
        )


def _recorded(request: Request, body: bytes) -> HttpResponse:
    (outcome,) = _received(request, [body])
    if outcome.status == "refused":
        raise RefusedError(pointers(outcome.refusals))
    is_new = outcome.status == "recorded"
    return json_response(outcome, HTTPStatus.CREATED if is_new else HTTPStatus.OK)


def _received(request: Request, batch: Batch) -> list[Outcome]:
    sender = sender_of(request)
    return receive(
        batch,
        source=sender.source,
        by=sender.by,
        now=timezone.now(),
        may_create_customers=sender.may_create_customers,
    )
