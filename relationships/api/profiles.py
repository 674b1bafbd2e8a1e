"""What the operations share that write customers and contacts."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any, TypeVar

from django.db import transaction
from django.http import Http404, HttpResponse
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse
from msgspec import Struct
from rest_framework.exceptions import APIException
from rest_framework.request import Request

from relationships.api.bodies import json_body, json_response
from relationships.api.collection import Collection
from relationships.api.decoding import decoded
from relationships.api.described import fields_parameter
from relationships.api.filters import plain
from relationships.api.lists import etag, row_named, told
from relationships.api.preconditions import ETAG, IF_MATCH, check_precondition, has_precondition
from relationships.api.problems import MEDIA_TYPE, RefusedError
from relationships.api.profile_items import WriteResult
from relationships.api.schema import Problem, answer, refer
from relationships.identities import (
    LONGEST_IDENTITY,
    LONGEST_NAMESPACE,
    IdentityFlawError,
    identity_ref,
)
from relationships.models import AccessKey
from relationships.selectors import IdentityRef
from relationships.services import CustomerGoneError
from relationships.services.profiles import (
    Check,
    ContactGoneError,
    CustomerMergedError,
    Outcome,
    Refusal,
    WriteRefusedError,
    identity_flaw,
)

JSON = "application/json"
BODY_ERRORS = (400, 413, 415, 422)
S = TypeVar("S", bound=Struct)
W = TypeVar("W")

KIND = OpenApiParameter(
    "kind", str, OpenApiParameter.PATH, enum=["email", "phone", "foreign"],
    description="What sort of identity it is.",
)  # fmt: skip
VALUE = OpenApiParameter(
    "value",
    {"type": "string", "minLength": 1, "maxLength": LONGEST_IDENTITY},
    OpenApiParameter.PATH,
    description="The identity, percent-encoded: `C/88` is `C%2F88`.",
    examples=[OpenApiExample("An id in a CRM", value="C-1001")],
)
NAMESPACE = OpenApiParameter(
    "namespace",
    {"type": "string", "maxLength": LONGEST_NAMESPACE},
    description="The system that a foreign id comes from; by default that of the key.",
)
NAMESPACED = {"namespace": plain}
"""How the parameter is read that names a system."""

Fields = Sequence[str] | None


def fields_seen(collection: Collection[Any]) -> OpenApiParameter:
    """Describe the fields that tags of a write are of."""
    parameter = fields_parameter(collection)
    parameter.description = (
        f"The fields that you read of it: `If-Match` and the `ETag` of the answer are of these. "
        f"Scores change by themselves; without them a tag lasts until the {collection.singular} "
        "is changed."
    )
    return parameter


def write_parameters(collection: Collection[Any]) -> list[OpenApiParameter]:
    """Describe what every change of one thing takes beside its body."""
    return [fields_seen(collection), IF_MATCH, ETAG]


LOCATION = OpenApiParameter(
    "Location", str, OpenApiParameter.HEADER, description="Where it is.", response=[201]
)


def write_results(collection: Collection[Any], *statuses: int) -> dict[Any, OpenApiResponse]:
    """Describe the answers to a write that went well."""
    meanings = {200: "Changed, or as it was already.", 201: "Made."}
    examples = {200: {"status": "changed"}, 201: {"status": "made"}}
    own_id = collection.example[collection.fields[0]]
    return {
        (status, JSON): answer(WriteResult, meanings[status], examples[status] | {"id": own_id})
        for status in statuses
    }


class MergedError(APIException):
    """The customer is another now, who is the one to be changed."""

    status_code = HTTPStatus.CONFLICT


MERGED = {
    (409, MEDIA_TYPE): OpenApiResponse(
        refer(Problem), description="It was merged into another; `detail` says which to change."
    )
}


def sent(request: Request, kind: type[S], right: Mapping[str, str]) -> S:
    """Return what a body says; raises `RefusedError` and what cannot be read at all."""
    return good(decoded(json_body(request), kind, right))


def good(read: W | list[Refusal]) -> W:
    """Return what was read; raises `RefusedError` where something is wrong with it."""
    if isinstance(read, list):
        raise RefusedError(problems_of(read))
    return read


def problems_of(refusals: Sequence[Refusal]) -> list[dict[str, str]]:
    """Tell refusals as problem details do; the identity in an address is a parameter."""
    return [
        {
            **({"parameter": "value"} if _is_address(one.pointer) else {"pointer": one.pointer}),
            **({"value": one.value} if one.value else {}),
            "detail": one.reason,
        }
        for one in refusals
    ]


def _is_address(pointer: str) -> bool:
    return pointer.split("/")[:2] == ["", "identity"]


def addressed(request: Request, kind: str, value: str) -> IdentityRef:
    """Return the identity that an address names; raises `RefusedError` for one that nobody has."""
    own = namespace_of(request) if kind == "foreign" else ""
    try:
        ref = identity_ref(kind, value, request.query_params.get("namespace", own))
        flaw = identity_flaw(ref)
    except IdentityFlawError as error:
        flaw = str(error)
    if flaw:
        raise RefusedError([{"parameter": "value", "value": value[:100], "detail": flaw}])
    return ref


def namespace_of(request: Request) -> str:
    """Return the system whose foreign ids a sender means that names none: that of the key."""
    return request.user.name if isinstance(request.auth, AccessKey) else ""


def precondition(request: Request, collection: Collection[Any], fields: Fields) -> Check | None:
    """Return what looks whether something is what the sender takes it for, if they say so."""
    if not has_precondition(request):
        return None

    def check(found: int | None) -> None:
        tag = None if found is None else _tag(request, collection, found, fields)
        check_precondition(request, tag)

    return check


@contextmanager
def refusals() -> Iterator[None]:
    """Say plainly what the services refuse."""
    try:
        yield
    except WriteRefusedError as error:
        raise RefusedError(problems_of(error.refusals)) from None
    except (CustomerGoneError, ContactGoneError) as error:
        raise Http404(str(error)) from None
    except CustomerMergedError as error:
        raise MergedError(str(error)) from None


def written(
    request: Request, collection: Collection[Any], fields: Fields, write: Callable[[], Outcome]
) -> HttpResponse:
    """Write, and answer with what became of it, where it is, and the name of its content."""
    # In one, so that the tag is of what was written, and of nothing that came right after.
    with refusals(), transaction.atomic():
        outcome = write()
        result = WriteResult(outcome.status, outcome.id or 0)  # type: ignore[arg-type]
        tag = _tag(request, collection, result.id, fields)
    is_made = result.status == "made"
    response = json_response(result, HTTPStatus.CREATED if is_made else HTTPStatus.OK)
    response["ETag"] = tag
    if is_made:
        response["Location"] = f"/api/v1/{collection.plural}/{result.id}/"
    return response


def _tag(request: Request, collection: Collection[Any], pk: int, fields: Fields) -> str:
    return etag(told(collection, row_named(collection, request.user, pk), fields))
