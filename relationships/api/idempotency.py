"""`Idempotency-Key`: a request that is sent again gets the answer it got."""

import hashlib
import re
from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import APIException
from rest_framework.request import Request

from relationships.api.problems import MalformedError
from relationships.services.idempotency import (
    KEPT_HOURS,
    Answer,
    KeyTakenError,
    RequestRunningError,
    answer_once,
)

HEADER = "Idempotency-Key"
REPEATED = "Idempotency-Replayed"
REPEATED_HEADERS = ("ETag", "Location")
LONGEST_KEY = 255
RETRY_SECONDS = 1

PARAMETER = OpenApiParameter(
    HEADER,
    {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY, "pattern": "^[!-~]+$"},
    OpenApiParameter.HEADER,
    description=(
        f"Any text of your own, such as a UUID. For {KEPT_HOURS} hours the same request with the "
        f"same key gets the same answer, with the header `{REPEATED}: true`, and changes nothing. "
        "A request that was answered with an error changed nothing, and leaves its key free; a "
        "batch in which only items were refused was answered, and keeps it."
    ),
)

_KEY = re.compile(rf"[!-~]{{1,{LONGEST_KEY}}}", re.ASCII)


class StillRunningError(APIException):
    """The same request is being answered at this moment."""

    status_code = HTTPStatus.CONFLICT
    default_detail = f"A request with this {HEADER} is still running; send it again in a moment."
    headers = {"Retry-After": str(RETRY_SECONDS)}  # noqa: RUF012 - nobody changes it


class OtherRequestError(APIException):
    """The key came with another request before."""

    status_code = HTTPStatus.UNPROCESSABLE_ENTITY
    default_detail = (
        f"This {HEADER} came with another request in the last {KEPT_HOURS} hours. "
        "Use a new key for a new request, and the old one only to send the very same again."
    )


def answered_once(
    request: Request, body: bytes, answer: Callable[[], HttpResponse]
) -> HttpResponse:
    """Answer a request; one with a key that was answered before gets that answer again.

    What `answer` raises is not kept.
    """
    if HEADER not in request.headers:
        return answer()
    fresh: list[HttpResponse] = []

    def kept() -> Answer:
        fresh.append(answer())
        given = fresh[0]
        headers = {name: given[name] for name in REPEATED_HEADERS if name in given}
        return Answer(given.status_code, given.content, headers)

    try:
        given = answer_once(
            account=request.user,
            key=_key(request.headers[HEADER]),
            fingerprint=_fingerprint(request, body),
            now=timezone.now(),
            answer=kept,
        )
    except RequestRunningError:
        raise StillRunningError from None
    except KeyTakenError:
        raise OtherRequestError from None
    if not given.is_repeated:
        return fresh[0]
    response = HttpResponse(
        given.content, status=given.status, headers=given.headers, content_type="application/json"
    )
    response[REPEATED] = "true"
    return response


def _key(text: str) -> str:
    """Return the key, with or without the quotes that a structured header has."""
    key = text.strip()
    if len(key) > 1 and key.startswith('"') and key.endswith('"'):
        key = key[1:-1]
    if not _KEY.fullmatch(key):
        raise MalformedError(
            f"{HEADER} has 1 to {LONGEST_KEY} visible ASCII characters, such as those of a UUID."
        )
    return key


def _fingerprint(request: Request, body: bytes) -> bytes:
    """Return a digest of what was asked; a body compressed otherwise is the same body."""
    head = f"{request.method} {request.get_full_path()}\n"
    return hashlib.sha256(head.encode() + body).digest()
