"""What the OpenAPI document says of every operation, and the types it is made of."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiExample, OpenApiResponse

from relationships.api.problems import MEDIA_TYPE

_types: set[type[msgspec.Struct]] = set()
_always: dict[str, Sequence[str]] = {}


class Flaw(msgspec.Struct, omit_defaults=True):
    """One value that cannot be taken."""

    detail: str
    pointer: str = ""
    parameter: str = ""
    value: str = ""


class Problem(msgspec.Struct, omit_defaults=True):
    """An error, as RFC 9457 has it; `pointer` is a JSON pointer into the body."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[Flaw] = []


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Describes the keys of service accounts."""

    target_class = "relationships.api.authentication.KeyAuthentication"
    name = "key"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        """Return the security scheme."""
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "A key made by `manage.py create_key NAME --scope ...`.",
        }


def refer(kind: type[msgspec.Struct], always: Sequence[str] | None = None) -> dict[str, str]:
    """Return the reference to a type's schema, and see to it that the document has it.

    `always` names the fields that are there whatever fields are asked for.
    """
    _types.add(kind)
    if always is not None:
        _always[kind.__name__] = always
    return {"$ref": f"#/components/schemas/{kind.__name__}"}


def answer(
    kind: type[msgspec.Struct], description: str, example: Mapping[str, Any]
) -> OpenApiResponse:
    """Describe what an operation answers."""
    examples = [OpenApiExample(description, value=example)]
    return OpenApiResponse(refer(kind), description=description, examples=examples)


def problems(*statuses: int) -> dict[tuple[int, str], OpenApiResponse]:
    """Describe the errors an operation may answer with, beside those that any may."""
    everywhere = (400, 401, 403, 406, 429, 500, 503)
    return {
        (status, MEDIA_TYPE): OpenApiResponse(refer(Problem), description=meaning(status))
        for status in sorted({*everywhere, *statuses})
    }


def meaning(status: int) -> str:
    """Say what a status means, wherever it is answered."""
    return _MEANING[status]


def add_components(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Put the types into the document, and say that a body is required where there is one."""
    _, schemas = msgspec.json.schema_components(
        sorted(_types, key=lambda kind: kind.__name__), ref_template="#/components/schemas/{name}"
    )
    for name, required in _always.items():
        schemas[name]["required"] = list(required)
    components = result.setdefault("components", {}).setdefault("schemas", {})
    components.update(sorted(schemas.items()))
    for operations in result["paths"].values():
        for operation in operations.values():
            if "requestBody" in operation:
                operation["requestBody"]["required"] = True
    return result


_MEANING = {
    400: "The request cannot be read.",
    401: "The key is missing, unknown, revoked or expired.",
    403: "The key lacks the scope.",
    404: "There is nothing here that you may see.",
    406: "Only JSON is spoken here.",
    409: "A request with the same `Idempotency-Key` is still running.",
    410: "It was deleted; its external id is taken for ever.",
    412: "It has changed since the version that `If-Match` names.",
    413: "More than one request may carry.",
    415: "The body is in a form that is not spoken here; `detail` says which are.",
    422: "Some values cannot be taken.",
    429: "More requests than this key may make; try again after `Retry-After` seconds.",
    500: "Something went wrong here; nothing was kept.",
    503: "The database did not answer; try again after `Retry-After` seconds.",
}
