"""One touchpoint by the external id that its source gave it: read, put, taken out, brought back."""

from http import HTTPStatus
from typing import Any

import msgspec
from django.db import transaction
from django.http import Http404, HttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.exceptions import APIException
from rest_framework.permissions import SAFE_METHODS, IsAuthenticated
from rest_framework.request import Request
from rest_framework.views import APIView

from interactions.api import examples
from interactions.api.answers import TouchpointItem, pointers
from interactions.api.items import Touchpoint as SentTouchpoint
from interactions.api.items import named_as_sent, read, sent_as
from interactions.api.senders import sender_of
from interactions.models import Touchpoint
from interactions.selectors.own import recorded_as, source_used_by
from interactions.services import (
    NewTouchpoint,
    Refusal,
    TouchpointGoneError,
    TouchpointRefusedError,
)
from interactions.services.flaws import LONGEST
from interactions.services.own import Check, TouchpointDeletedError, bring_back, put, take_out
from relationships.api.bodies import Untouched, json_body
from relationships.api.described import CONDITIONAL
from relationships.api.lists import conditional, etag
from relationships.api.permissions import HasScope
from relationships.api.preconditions import ETAG, IF_MATCH, IF_NONE_MATCH, check_precondition
from relationships.api.problems import RefusedError
from relationships.api.schema import answer, problems, refer
from relationships.models import AccessKey

NOTHING = "Your source has recorded nothing with this external id that you may see."
EXTERNAL_ID = OpenApiParameter(
    "external_id",
    {"type": "string", "minLength": 1, "maxLength": LONGEST["external_id"]},
    OpenApiParameter.PATH,
    description="As it was sent, percent-encoded: `ticket/88` is `ticket%2F88`.",
    examples=[OpenApiExample("A call", value="call-81723")],
)


class DeletedError(APIException):
    """The touchpoint was deleted."""

    status_code = HTTPStatus.GONE

    def __init__(self, error: TouchpointDeletedError) -> None:
        super().__init__(
            f"This touchpoint was deleted at {error.deleted_at.isoformat()}, and its external id "
            "is taken for ever. To bring it back as it was, POST to "
            "/api/v1/touchpoints/restore/{external_id}/; then it can be corrected."
        )


class TouchpointByExternalId(APIView):
    """One touchpoint of the key's own source."""

    permission_classes = (IsAuthenticated, HasScope)
    parser_classes = (Untouched,)

    @property
    def scope(self) -> str:
        """What a key needs for what it asks."""
        is_reading = self.request.method in SAFE_METHODS
        return "touchpoints:read" if is_reading else "touchpoints:write"

    @extend_schema(
        operation_id="get_touchpoint_by_external_id",
        summary="Get a touchpoint by its external id",
        description=(
            "What your source recorded with this external id, as it is now. One that was deleted "
            "is answered with 410. Needs the scope `touchpoints:read`."
        ),
        tags=["Touchpoints"],
        parameters=[EXTERNAL_ID, *CONDITIONAL],
        responses={
            (200, "application/json"): answer(
                TouchpointItem, "The touchpoint.", examples.TOUCHPOINT
            ),
            304: OpenApiResponse(description="It is what you have already."),
            **problems(404, 410),
        },
    )
    def get(self, request: Request, external_id: str) -> HttpResponse:
        """Return it."""
        return _told(request, external_id)

    @extend_schema(
        operation_id="put_touchpoint_by_external_id",
        summary="Correct a touchpoint, or record it",
        description=(
            "Makes the touchpoint exactly what is sent: what is left out is as its type says, and "
            "not as it was before. It may move to another customer. Where there is none yet it is "
            "recorded. One that was deleted stays deleted (410), so that whoever sends all their "
            "records every night brings nothing back that somebody took out. Needs the scope "
            "`touchpoints:write`."
        ),
        tags=["Touchpoints"],
        parameters=[EXTERNAL_ID, IF_MATCH, IF_NONE_MATCH, ETAG],
        request={"application/json": refer(SentTouchpoint)},
        examples=[OpenApiExample("A longer call", value=examples.LONGER_CALL, request_only=True)],
        responses={
            (200, "application/json"): answer(TouchpointItem, "Corrected.", examples.TOUCHPOINT),
            (201, "application/json"): answer(TouchpointItem, "Recorded.", examples.TOUCHPOINT),
            **problems(400, 404, 410, 412, 413, 415, 422),
        },
    )
    def put(self, request: Request, external_id: str) -> HttpResponse:
        """Make it what is sent, or say what is wrong with that."""
        body, sender = json_body(request), sender_of(request)
        item = _named(read(body, namespace=sender.source.name), external_id)
        try:
            # In one, so that the answer and its tag are of what was written.
            with transaction.atomic():
                is_new = put(
                    source=sender.source,
                    item=item,
                    by=sender.by,
                    now=timezone.now(),
                    may_create_customers=sender.may_create_customers,
                    check=_precondition(request),
                )
                response = _told(request, external_id)
        except TouchpointRefusedError as error:
            refusals = named_as_sent(error.refusals, sent_as(body))
            raise RefusedError(pointers(refusals)) from None
        except TouchpointDeletedError as error:
            raise DeletedError(error) from None
        except TouchpointGoneError:
            raise Http404(NOTHING) from None
        response.status_code = HTTPStatus.CREATED if is_new else HTTPStatus.OK
        return response

    @extend_schema(
        operation_id="delete_touchpoint_by_external_id",
        summary="Delete a touchpoint by its external id",
        description=(
            "Takes the touchpoint out of everything that is counted, at once. Deleting it again "
            "is answered the same. Its external id stays taken; it can be brought back. Needs the "
            "scope `touchpoints:write`."
        ),
        tags=["Touchpoints"],
        parameters=[EXTERNAL_ID, IF_MATCH],
        responses={204: OpenApiResponse(description="It is deleted."), **problems(404, 412)},
    )
    def delete(self, request: Request, external_id: str) -> HttpResponse:
        """Delete it."""
        sender = sender_of(request)
        try:
            take_out(
                source=sender.source,
                external_id=external_id,
                by=sender.by,
                now=timezone.now(),
                check=_precondition(request),
            )
        except TouchpointGoneError:
            raise Http404(NOTHING) from None
        return HttpResponse(status=HTTPStatus.NO_CONTENT)


class TouchpointRestore(APIView):
    """Brings a deleted touchpoint back."""

    permission_classes = (IsAuthenticated, HasScope)
    parser_classes = (Untouched,)
    scope = "touchpoints:write"

    @extend_schema(
        operation_id="restore_touchpoint_by_external_id",
        summary="Bring a deleted touchpoint back",
        description=(
            "Brings a touchpoint of your source back as it was. One that is there stays as it is. "
            "Needs the scope `touchpoints:write`."
        ),
        tags=["Touchpoints"],
        parameters=[EXTERNAL_ID, ETAG],
        request=None,
        responses={
            (200, "application/json"): answer(TouchpointItem, "It is there.", examples.TOUCHPOINT),
            **problems(404),
        },
    )
    def post(self, request: Request, external_id: str) -> HttpResponse:
        """Bring it back."""
        sender = sender_of(request)
        try:
            with transaction.atomic():
                bring_back(source=sender.source, external_id=external_id, by=sender.by)
                return _told(request, external_id)
        except TouchpointGoneError:
            raise Http404(NOTHING) from None


def _told(request: Request, external_id: str) -> HttpResponse:
    source = source_used_by(request.user, is_key=isinstance(request.auth, AccessKey))
    touchpoint = recorded_as(source, external_id, request.user)
    if touchpoint is None:
        raise Http404(NOTHING)
    if touchpoint.deleted_at is not None:
        raise DeletedError(TouchpointDeletedError(touchpoint.deleted_at))
    body = _encoded(touchpoint)
    if request.method in SAFE_METHODS:
        return conditional(request, body, etag(body))
    return HttpResponse(body, content_type="application/json", headers={"ETag": etag(body)})


def _named(item: NewTouchpoint | list[Refusal], external_id: str) -> NewTouchpoint:
    """Give an item the external id of its address, which it may repeat."""
    if isinstance(item, list):
        raise RefusedError(pointers(item))
    if item.external_id not in {"", external_id}:
        reason = "Leave it out, or give the one in the address; an external id never changes."
        raise RefusedError(pointers([Refusal("external_id", item.external_id, reason)]))
    return msgspec.structs.replace(item, external_id=external_id)


def _precondition(request: Request) -> Check:
    """Return what looks whether a touchpoint is what the sender takes it for."""

    def check(touchpoint: Touchpoint | None) -> None:
        if touchpoint is None:
            check_precondition(request, None)
        elif touchpoint.deleted_at is None:
            check_precondition(request, etag(_encoded(touchpoint)))

    return check


def _encoded(touchpoint: Touchpoint) -> bytes:
    return _encoder.encode(TouchpointItem.of(touchpoint))


_encoder: Any = msgspec.json.Encoder()
