"""What a list is asked for in its address, and what is said of what it may not be."""

import difflib
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from django.core import signing
from django.db.models import Q
from django.http import QueryDict
from django.utils.http import urlencode

from relationships.api.collection import Collection, Hidden
from relationships.api.filters import limit_to, one_of
from relationships.api.problems import RefusedError
from relationships.selectors.pages import Key

LARGEST_PAGE = 500


@dataclass(slots=True)
class Question:
    """What was asked for: which rows, in what order, from where on, and what of them."""

    among: Q
    keys: list[Key]
    kinds: list[Any]
    signer: signing.Signer
    values: Mapping[str, list[Any]]
    fields: Sequence[str] | None = None
    limit: int = 1
    as_of: datetime | None = None
    after: Sequence[Any] | None = None

    def cursor(self, as_of: datetime, after: Sequence[Any]) -> str:
        """Return what leads to the page that begins behind these values."""
        place = signing.b64_encode(msgspec.json.encode((as_of, after))).decode()
        return self.signer.sign(place)


def question_of(collection: Collection[Any], query: QueryDict, path: str) -> Question:
    """Read what is asked for; raises `RefusedError` naming every parameter that is wrong."""
    read: dict[str, Callable[[str], Any]] = {
        **{name: one.read for name, one in collection.filters.items()},
        "sort": lambda text: _order(collection, text),
        "fields": lambda text: _fields(collection, text),
        "limit": limit_to(LARGEST_PAGE),
        "cursor": str,
    }
    if collection.hidden:
        read["include"] = _include(collection.hidden)
    many = {name for name, one in collection.filters.items() if one.takes_many}
    values = values_of(query, read, many)
    names = values.get("sort", [_order(collection, collection.default_sort)])[-1]
    keys, kinds = _keys(collection, names)
    question = Question(_among(collection, values), keys, kinds, _signer(path, query), values)
    question.fields = values.get("fields", [None])[-1]
    question.limit = values.get("limit", [collection.page_size])[-1]
    if "cursor" in values:
        question.as_of, question.after = _place(question, values["cursor"][-1])
    return question


def fields_of(
    collection: Collection[Any],
    query: QueryDict,
    others: Mapping[str, Callable[[str], Any]] | None = None,
) -> Sequence[str] | None:
    """Read which fields of one thing are asked for; `others` may be given beside them."""
    read = {"fields": lambda text: _fields(collection, text), **(others or {})}
    return values_of(query, read).get("fields", [None])[-1]


def values_of(
    query: QueryDict, read: Mapping[str, Callable[[str], Any]], many: Container[str] = ()
) -> dict[str, list[Any]]:
    """Read parameters, each with its function, as lists of values; `many` may be given again.

    Raises `RefusedError` naming every parameter that is unknown or has no good value.
    """
    values: dict[str, list[Any]] = {}
    flaws = []
    for name, texts in query.lists():
        try:
            if name not in read:
                raise ValueError(f"There is no such parameter; {_hint(name, list(read))}")
            if len(texts) > 1 and name not in many:
                raise ValueError("Give it once.")
            values[name] = [read[name](text) for text in texts]
        except ValueError as error:
            flaws.append({"parameter": name[:100], "value": texts[-1][:100], "detail": str(error)})
    if flaws:
        raise RefusedError(flaws)
    return values


def _hint(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name[:100], known, n=1)
    return f"did you mean {near[0]}?" if near else f"use {one_of(known)}."


def _among(collection: Collection[Any], values: Mapping[str, list[Any]]) -> Q:
    among = Q()
    for name, narrowing in collection.filters.items():
        if name in values:
            among &= narrowing.condition(values[name])
    hidden = collection.hidden
    if hidden and not {"include", "updated_since"} & values.keys():
        among &= hidden.shown
    return among


def _order(collection: Collection[Any], text: str) -> list[str]:
    names = text.split(",")
    for name in names:
        if name not in collection.orders:
            raise ValueError(
                f"A list of {collection.plural} cannot be sorted by {name[:100] or 'nothing'}; use "
                f"{one_of(list(collection.sorts))}, with a minus for the largest first."
            )
    return names


def _keys(collection: Collection[Any], names: Sequence[str]) -> tuple[list[Key], list[Any]]:
    """Return what to sort by, up to the id, and the types of the values."""
    keys: list[Key] = []
    kinds: list[Any] = []
    first = collection.sorts[names[0].removeprefix("-")]
    for name in names:
        sort = collection.sorts[name.removeprefix("-")]
        if any(key.path == sort.path for key in keys):
            continue
        keys.append(Key(sort.path, name.startswith("-"), sort.may_be_empty))
        kinds.append(sort.kind | None if sort.may_be_empty else sort.kind)
        if sort.path == "pk":
            return keys, kinds
    keys.append(Key("pk", is_falling=keys[0].is_falling != first.is_turned))
    return keys, [*kinds, int]


def _fields(collection: Collection[Any], text: str) -> list[str]:
    """Return the chosen fields, always with what names each thing."""
    chosen = text.split(",")
    for name in chosen:
        if name not in collection.fields:
            raise ValueError(f"There is no such field; use {one_of(collection.fields)}.")
    return [name for name in collection.fields if name in chosen or name == collection.fields[0]]


def _include(hidden: Hidden) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text != hidden.word:
            raise ValueError(f"Use {hidden.word}.")
        return text

    return read


def _signer(path: str, query: QueryDict) -> signing.Signer:
    """Return what signs cursors of this very list: of another they are not good."""
    narrowing = sorted(
        (name, text)
        for name, texts in query.lists()
        if name not in ("cursor", "limit", "fields")
        for text in texts
    )
    return signing.Signer(sep=".", salt=f"cursor {path}?{urlencode(narrowing)}")


def _place(question: Question, cursor: str) -> tuple[datetime, Sequence[Any]]:
    kinds = tuple[datetime, tuple.__class_getitem__(tuple(question.kinds))]
    try:
        place = signing.b64_decode(question.signer.unsign(cursor).encode())
        return msgspec.json.decode(place, type=kinds)
    except (signing.BadSignature, ValueError, msgspec.MsgspecError):
        detail = (
            "This is not from a list with these filters and this sort. Follow `next` as it is, or "
            "begin without a cursor."
        )
        flaw = {"parameter": "cursor", "value": cursor[:100], "detail": detail}
        raise RefusedError([flaw]) from None
