"""Lists of things and single ones, as every collection answers them."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar

import msgspec
from django.db.models import Model, Q, QuerySet
from django.http import Http404, HttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags
from rest_framework.request import Request

from relationships.api.collection import Collection
from relationships.api.questions import Question, fields_of, question_of
from relationships.models import Person
from relationships.numbers import LARGEST_ID
from relationships.selectors.pages import Key, Page, page, safe_moment

MEDIA_TYPE = "application/json"
M = TypeVar("M", bound=Model)
_encode = msgspec.json.Encoder().encode


class Answer(msgspec.Struct):
    """A page: what is in it, where the next one is, and since when to ask for changes."""

    results: msgspec.Raw
    next: str | None
    as_of: datetime


def answer_list(collection: Collection[Any], request: Request) -> HttpResponse:
    """Answer with a page of what the sender may see."""
    question = question_of(collection, request.query_params, request.path)
    # Before the rows are looked at: what is written meanwhile is then later than this.
    as_of = question.as_of or safe_moment()
    found = (collection.page or by_keys)(collection.rows(request.user), question)
    results = _encode([_told(collection, row, question.fields) for row in found.rows])
    # `as_of` moves on by itself and would make every answer a new one.
    tag = etag(results + repr(found.after).encode())
    cursor = question.cursor(as_of, found.after) if found.after else None
    address = _next(request, cursor)
    body = _encode(Answer(msgspec.Raw(results), address, as_of))
    response = conditional(request, body, f"W/{tag}")
    if address is not None:
        response["Link"] = f'<{address}>; rel="next"'
    return response


def by_keys(rows: QuerySet[M], question: Question) -> Page[M]:
    """Return the page that is asked for, by the indexes of what it is sorted by."""
    return page(
        rows, question.keys, among=question.among, after=question.after, limit=question.limit
    )


def answer_one(collection: Collection[Any], request: Request, name: int | str) -> HttpResponse:
    """Answer with one thing, by what names it, if the sender may see it."""
    fields = fields_of(collection, request.query_params)
    return answer_row(collection, request, row_named(collection, request.user, name), fields)


def row_named(collection: Collection[M], person: Person, name: int | str) -> M:
    """Return the row with this id or key, or raise `Http404`."""
    found: Sequence[M] = ()
    if 0 < name <= LARGEST_ID if isinstance(name, int) else "\x00" not in name:
        among = Q(**{"pk" if isinstance(name, int) else collection.fields[0]: name})
        found = page(collection.rows(person), [Key("pk")], among=among, limit=1).rows
    if not found:
        raise Http404(f"There is no such {collection.singular} that you may see.")
    return found[0]


def answer_row(
    collection: Collection[M], request: Request, row: M, fields: Sequence[str] | None = None
) -> HttpResponse:
    """Answer with one row."""
    body = told(collection, row, fields)
    return conditional(request, body, etag(body))


def told(collection: Collection[M], row: M, fields: Sequence[str] | None = None) -> bytes:
    """Return one row as it is told."""
    return _encode(_told(collection, row, fields))


def etag(body: bytes) -> str:
    """Return the name of exactly this content."""
    return f'"{hashlib.blake2b(body, digest_size=16).hexdigest()}"'


def conditional(request: Request, body: bytes, tag: str) -> HttpResponse:
    """Answer with a body, or only that the sender has it already, and keep it from others."""
    wanted = parse_etags(request.headers.get("If-None-Match", ""))
    strong = tag.removeprefix("W/")
    if any(one == "*" or one.removeprefix("W/") == strong for one in wanted):
        response = HttpResponse(status=304)
        del response["Content-Type"]
    else:
        response = HttpResponse(body, content_type=MEDIA_TYPE)
    response["ETag"] = tag
    response["Cache-Control"] = "private"
    patch_vary_headers(response, ("Authorization", "Cookie"))
    return response


def _told(collection: Collection[Any], row: Any, fields: Sequence[str] | None) -> Any:
    item = collection.item.of(row)
    return item if fields is None else {name: getattr(item, name) for name in fields}


def _next(request: Request, cursor: str | None) -> str | None:
    if cursor is None:
        return None
    query = request.query_params.copy()
    query["cursor"] = cursor
    return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")
