"""`If-Match` and `If-None-Match` of requests that write: nobody undoes what they have not seen."""

from http import HTTPStatus

from django.utils.http import parse_etags
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import APIException
from rest_framework.request import Request

IF_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    description="The `ETag` of what you have: 412 says that it was changed meanwhile.",
)
IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match",
    str,
    OpenApiParameter.HEADER,
    description="With `*`, nothing is corrected: 412 says that there is one already.",
)
ETAG = OpenApiParameter(
    "ETag", str, OpenApiParameter.HEADER, description="Names this content.", response=[200, 201]
)


class ChangedError(APIException):
    """What is there is not what the sender takes it for."""

    status_code = HTTPStatus.PRECONDITION_FAILED
    default_detail = "It is not what your If-Match or If-None-Match asks for; read it again."


def has_precondition(request: Request) -> bool:
    """Whether a request says what must be there."""
    return not {"If-Match", "If-None-Match"}.isdisjoint(request.headers)


def check_precondition(request: Request, tag: str | None) -> None:
    """Raise `ChangedError` where what is there, None for nothing, is not what is asked for."""
    expected, unwanted = request.headers.get("If-Match"), request.headers.get("If-None-Match")
    is_missed = expected is not None and not _names(expected, tag)
    if is_missed or (unwanted is not None and _names(unwanted, tag)):
        raise ChangedError


def _names(header: str, tag: str | None) -> bool:
    return tag is not None and not {tag, "*"}.isdisjoint(parse_etags(header))
