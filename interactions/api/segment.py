"""The door for SDKs of Segment and RudderStack: what they call, how they sign, what they expect."""

import base64
import binascii
import json
import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, NamedTuple

import msgspec
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import NotAuthenticated
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.permissions import IsAuthenticated
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from interactions.api.senders import source_of_key
from interactions.services.segment.arrivals import Envelope
from interactions.services.segment.depth import cut, is_too_deep
from interactions.services.segment.keep import keep
from interactions.services.segment.settle import AT_ONCE, settle
from relationships.api.authentication import admitted
from relationships.api.bodies import Untouched, body_of
from relationships.api.permissions import HasScope, may
from relationships.api.problems import MalformedError, TooLargeError
from relationships.models import AccessKey, Person

LARGEST_BATCH = 5_000
CALLS = {
    "b": "batch", "batch": "batch", "import": "batch",
    "t": "track", "track": "track", "p": "page", "page": "page", "s": "screen",
    "screen": "screen", "i": "identify", "identify": "identify", "g": "group", "group": "group",
    "a": "alias", "alias": "alias",
}  # fmt: skip
"""The last part of an address, and what it means; browsers call the first letters."""

_SUCCESS = b'{"success":true}'
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError)
logger = logging.getLogger(__name__)


class Opened(NamedTuple):
    """The body of a request: its messages, not yet read, and what is said around them."""

    raws: Sequence[msgspec.Raw]
    is_batch: bool
    around: Mapping[str, Any]


class WriteKey(BaseAuthentication):
    """Finds the key where an SDK puts it: basic or bearer authorization, or the body."""

    def authenticate(self, request: Request) -> tuple[Person, AccessKey]:
        """Return the service account and its key; raises `AuthenticationFailed`."""
        secret = _in_header(request.headers.get("Authorization", ""))
        if not secret and request.method == "POST":
            written = opened(request).around.get("writeKey")
            secret = written if isinstance(written, str) else ""
        if not secret:
            raise NotAuthenticated
        return admitted(secret, request)

    def authenticate_header(self, request: Request) -> str:
        """Name the scheme; with Basic, browsers would ask the visitor for a password."""
        return 'Bearer realm="Hearth"'


class WhateverIsAccepted(BaseContentNegotiation):
    """Answers with JSON, whatever the SDK says that it reads."""

    def select_renderer(
        self, request: Request, renderers: Sequence[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """Return the only renderer."""
        return renderers[0], renderers[0].media_type


# Described by each call that it takes: interactions.api.segment_document.
@extend_schema(exclude=True)
class SegmentDoor(APIView):
    """Takes calls in the dialect of Segment: docs/segment.md tells how."""

    authentication_classes = (WriteKey,)
    permission_classes = (IsAuthenticated, HasScope)
    content_negotiation_class = WhateverIsAccepted
    parser_classes = (Untouched,)
    scope = "touchpoints:write"

    def post(self, request: Request, call: str) -> HttpResponse:
        """Keep what was sent, and acknowledge it; then make of it what it means."""
        now = timezone.now()
        body = opened(request)
        context = body.around.get("context") if body.is_batch else None
        envelope = Envelope(
            received_at=now,
            sent_at=body.around.get("sentAt"),
            context=context if isinstance(context, dict) else None,
            kind="" if body.is_batch or CALLS[call] == "batch" else CALLS[call],
        )
        ids = keep(
            source=source_of_key(request),
            raws=body.raws,
            envelope=envelope,
            by=request.user,
            may_create_customers=may(request, "customers:write"),
        )
        _settle_now(ids)
        return HttpResponse(_SUCCESS, content_type="application/json")

    def handle_exception(self, exc: Exception) -> Response:
        """Say what is wrong as problem details, and as the SDKs of Segment read it."""
        response = super().handle_exception(exc)
        code = HTTPStatus(response.status_code).phrase.lower().replace(" ", "_")
        response.data |= {"code": code, "message": response.data["detail"]}
        return response


def opened(request: Request) -> Opened:
    """Return the messages of a request, which is opened once.

    Raises `MalformedError` for what is no JSON, and `TooLargeError`.
    """
    if not hasattr(request, "opened"):
        request.opened = _opened(body_of(request))
    return request.opened


def _opened(body: bytes) -> Opened:
    body = body.removeprefix(b"\xef\xbb\xbf")
    try:
        return _taken_apart(body)
    except RecursionError:
        # Mostly one message is too deep. It still is when it was cut, and is refused for that.
        return _taken_apart(cut(body))


def _taken_apart(body: bytes) -> Opened:
    said = _parts(body)
    if isinstance(said, list):
        return Opened(_few_enough(said), True, {})
    batch = _items(said["batch"]) if "batch" in said else None
    if batch is None:
        return Opened([msgspec.Raw(body)], False, _around(said, ("writeKey", "sentAt")))
    return Opened(_few_enough(batch), True, _around(said, ("writeKey", "sentAt", "context")))


def _around(said: Mapping[str, msgspec.Raw], names: Sequence[str]) -> dict[str, Any]:
    around = {name: said[name] for name in names if name in said}
    for name, raw in around.items():
        if is_too_deep(bytes(raw)):
            raise MalformedError(f"`{name}` is nested too deep.")
    return {name: _value(raw) for name, raw in around.items()}


def _parts(body: bytes) -> dict[str, msgspec.Raw] | list[msgspec.Raw]:
    """Return the members of an object or the items of an array, as they are written."""
    try:
        return msgspec.json.decode(body, type=dict[str, msgspec.Raw] | list[msgspec.Raw])
    except _UNREADABLE:
        return _parts_leniently(body)


def _parts_leniently(body: bytes) -> dict[str, msgspec.Raw] | list[msgspec.Raw]:
    """Take apart what is nearly JSON: lone surrogates, NaN, bytes that are no UTF-8."""
    try:
        said = json.loads(body.decode(errors="replace"))
    except ValueError as error:
        raise MalformedError(f"Send JSON: {error}.") from None
    if isinstance(said, dict):
        return {name: _raw(value) for name, value in said.items()}
    if isinstance(said, list):
        return list(map(_raw, said))
    raise MalformedError("Send a JSON object, such as a track call or a batch of calls.")


def _raw(value: object) -> msgspec.Raw:
    return msgspec.Raw(json.dumps(value).encode())


def _items(batch: msgspec.Raw) -> list[msgspec.Raw] | None:
    try:
        return msgspec.json.decode(batch, type=list[msgspec.Raw])
    except msgspec.ValidationError:
        return None
    except _UNREADABLE:
        said = _value(batch)
        return list(map(_raw, said)) if isinstance(said, list) else None


def _value(raw: msgspec.Raw) -> Any:
    try:
        return msgspec.json.decode(raw)
    except _UNREADABLE:
        return json.loads(bytes(raw).decode(errors="replace"))


def _few_enough(raws: list[msgspec.Raw]) -> list[msgspec.Raw]:
    if len(raws) > LARGEST_BATCH:
        raise TooLargeError(
            f"These are {len(raws):,} messages; send at most {LARGEST_BATCH:,} at once."
        )
    return raws


def _in_header(header: str) -> str:
    scheme, _, sent = header.strip().partition(" ")
    if scheme.lower() == "bearer":
        return sent.strip()
    if scheme.lower() != "basic":
        return ""
    try:
        user, _, password = base64.b64decode(sent.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return ""
    return user or password


def _settle_now(ids: Sequence[int]) -> None:
    """Settle what was just kept; whatever stands in the way, it is kept, and settled later."""
    try:
        for start in range(0, len(ids), AT_ONCE):
            settle(now=timezone.now(), event_ids=ids[start : start + AT_ONCE])
    except Exception:
        logger.exception("events were kept but not settled; a worker will")
