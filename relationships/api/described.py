"""What the OpenAPI document says of collections, from their declarations."""

from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema

from relationships.api.collection import Collection
from relationships.api.lists import MEDIA_TYPE
from relationships.api.questions import LARGEST_PAGE
from relationships.api.schema import problems, refer
from relationships.numbers import LARGEST_ID

NEXT = "https://hearth.example/api/v1/{}/?cursor=WyIyMDI2LTAzLTAyVDA5OjMwOjAwWiIsWzEyXV0.kWq3"
AS_OF = "2026-03-02T09:30:00Z"


def list_of(
    collection: Collection[Any], description: str, *, scope: str | None, path: str = ""
) -> Callable[..., Any]:
    """Describe the operation that lists a collection; `path` is its address if not its name.

    Where the address names something, that may be missing.
    """
    within = "{id}" in path
    name = path or collection.plural.replace(" ", "-")
    example = {
        "results": [collection.example],
        "next": NEXT.format(name.replace("{id}", "12")),
        "as_of": AS_OF,
    }
    return extend_schema(
        operation_id=f"list_{collection.plural.replace(' ', '_')}",
        summary=f"List {collection.plural}",
        description=(
            f"{description} Follow `next` until it is null. {_keeps_up(collection)}{_needs(scope)}"
        ),
        tags=[collection.tag],
        parameters=[
            *([ID] if within else []),
            *(_filter(name, collection) for name in collection.filters),
            *_hidden(collection),
            _several(
                "sort",
                collection.orders,
                f"By what to sort, with a minus for the largest first; {collection.default_sort} "
                f"unless you say otherwise. What has no such value comes last.",
            ),
            fields_parameter(collection),
            OpenApiParameter(
                "limit",
                {
                    "type": "integer",
                    "minimum": 1,
                    "maximum": LARGEST_PAGE,
                    "default": collection.page_size,
                },
                description="How many at most a page has.",
            ),
            OpenApiParameter(
                "cursor",
                str,
                description="Where a page begins; `next` has it. Keep filters and sort.",
            ),
            *CONDITIONAL,
            OpenApiParameter(
                "Link",
                str,
                OpenApiParameter.HEADER,
                description='The address of the next page, as `rel="next"`.',
                response=[200],
            ),
        ],
        responses={
            (200, MEDIA_TYPE): OpenApiResponse(
                _page(collection),
                description="A page.",
                examples=[OpenApiExample("A page", value=example)],
            ),
            304: OpenApiResponse(description="It is what you have already."),
            **problems(*([404] if within else []), 422),
        },
    )


def one_of_them(
    collection: Collection[Any], description: str, *, scope: str | None
) -> Callable[..., Any]:
    """Describe the operation that answers one thing of a collection."""
    return extend_schema(
        operation_id=f"get_{collection.singular.replace(' ', '_')}",
        summary=f"Tell one {collection.singular}",
        description=f"{description} {_needs(scope)}",
        tags=[collection.tag],
        parameters=[name_parameter(collection), fields_parameter(collection), *CONDITIONAL],
        responses={
            (200, MEDIA_TYPE): item_response(collection),
            304: OpenApiResponse(description="It is what you have already."),
            **problems(404, 422),
        },
    )


def item_response(collection: Collection[Any]) -> OpenApiResponse:
    """Describe the answer with one thing."""
    return OpenApiResponse(
        _item(collection),
        description=f"The {collection.singular}.",
        examples=[OpenApiExample(f"A {collection.singular}", value=collection.example)],
    )


ID = OpenApiParameter(
    "id", {"type": "integer", "minimum": 1, "maximum": LARGEST_ID}, OpenApiParameter.PATH
)


def name_parameter(collection: Collection[Any]) -> OpenApiParameter:
    """Describe what names one thing in its address."""
    name = collection.fields[0]
    return ID if name == "id" else OpenApiParameter(name, str, OpenApiParameter.PATH)


def fields_parameter(collection: Collection[Any]) -> OpenApiParameter:
    """Describe the choice of fields."""
    always = collection.fields[0]
    return _several(
        "fields", list(collection.fields), f"Only these fields; `{always}` always comes along."
    )


CONDITIONAL = (
    OpenApiParameter(
        "If-None-Match",
        str,
        OpenApiParameter.HEADER,
        description="The `ETag` of what you have; 304 says that it is still right.",
    ),
    OpenApiParameter(
        "ETag", str, OpenApiParameter.HEADER, description="Names this content.", response=[200, 304]
    ),
)


def _keeps_up(collection: Collection[Any]) -> str:
    if "updated_since" not in collection.filters:
        return ""
    return (
        "`as_of` is a moment to send as `updated_since` next time: nothing that is there is "
        "missed then. "
    )


def _needs(scope: str | None) -> str:
    return f"Needs the scope `{scope}`." if scope else "Any key may read it."


def _several(name: str, words: list[str], description: str) -> OpenApiParameter:
    schema = {"type": "array", "items": {"type": "string", "enum": words}, "minItems": 1}
    return OpenApiParameter(name, schema, description=description, style="form", explode=False)


def _filter(name: str, collection: Collection[Any]) -> OpenApiParameter:
    narrowing = collection.filters[name]
    if not narrowing.takes_many:
        return OpenApiParameter(name, dict(narrowing.schema), description=narrowing.description)
    return OpenApiParameter(
        name,
        {"type": "array", "items": dict(narrowing.schema), "minItems": 1},
        description=narrowing.description,
        style="form",
        explode=True,
    )


def _hidden(collection: Collection[Any]) -> list[OpenApiParameter]:
    if collection.hidden is None:
        return []
    word = collection.hidden.word
    description = f"With `{word}`, also those; with `updated_since` they are there anyhow."
    return [OpenApiParameter("include", str, enum=[word], description=description)]


def _item(collection: Collection[Any]) -> dict[str, str]:
    return refer(collection.item, always=collection.fields[:1])


def _page(collection: Collection[Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["results", "next", "as_of"],
        "properties": {
            "results": {"type": "array", "items": _item(collection), "maxItems": LARGEST_PAGE},
            "next": {"anyOf": [{"type": "string", "format": "uri"}, {"type": "null"}]},
            "as_of": {"type": "string", "format": "date-time"},
        },
    }
