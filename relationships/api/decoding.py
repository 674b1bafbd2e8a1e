"""From JSON to what it says, or to everything that is wrong with how it is written."""

import difflib
import functools
import json
import re
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar, get_type_hints

import msgspec
from msgspec import Struct, structs

from relationships.api.problems import MalformedError, TooLargeError
from relationships.services.profiles import Refusal, refusal

MOST_FLAWS = 10
"""Wrong values that are told of one thing; an object may have a million fields of its own."""

MOST_COMMAS = 200_000
"""An array with fewer cannot have so many items that splitting it would fill the memory."""

UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
S = TypeVar("S", bound=Struct)

_PLACE = re.compile(r" - at `\$([^`]*)`")
_STEP = re.compile(r"\.?([^.\[\]]+)")


def decoded(raw: bytes | msgspec.Raw, kind: type[S], right: Mapping[str, str]) -> S | list[Refusal]:
    """Read a JSON object, or say what is wrong field by field; `right` says what would be.

    Raises `MalformedError` for what is no JSON.
    """
    try:
        return msgspec.json.decode(raw, type=kind)
    except UNREADABLE as error:
        return _flaws(raw, kind, right, error)


def array_items(body: bytes, *, at_most: int, what: str, right: str = "") -> Sequence[msgspec.Raw]:
    """Return the items of a JSON array, not yet read; `right` says what to send instead of none.

    Raises `MalformedError` and `TooLargeError`.
    """
    right = right or f"Send a JSON array of {what}."
    many = too_many(at_most, what)
    if body.count(b",") > MOST_COMMAS:
        _check_number(body, at_most, many, right)
    items = _split(body, right)
    if len(items) > at_most:
        raise TooLargeError(many)
    return items


def too_many(at_most: int, what: str) -> str:
    """Say that there are more than may come at once."""
    return f"These are more than {at_most:,} {what}; send at most as many at once."


def _split(body: bytes, right: str) -> list[msgspec.Raw]:
    try:
        return msgspec.json.decode(body, type=list[msgspec.Raw])
    except UNREADABLE as error:
        # Lone surrogates and NaN: refused item by item, so that they cost no neighbour.
        items = _loaded(body)
        if not isinstance(items, list):
            raise MalformedError(f"{right} {reason_of(error)}") from None
        return [msgspec.Raw(json.dumps(item).encode()) for item in items]


def _loaded(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _check_number(body: bytes, at_most: int, many: str, right: str) -> None:
    """Stop at the first item too many: eight million of them are no more than 16 MiB."""
    number = 0

    def count(kind: type[_Item], item: Any) -> _Item:
        nonlocal number
        number += 1
        if number > at_most:
            raise TooLargeError(many)
        return _Item()

    try:
        msgspec.json.Decoder(list[_Item], dec_hook=count).decode(body)
    except UNREADABLE as error:
        raise MalformedError(f"{right} {reason_of(error)}") from None


class _Item:
    """One item, whatever it is."""


def _flaws(
    raw: bytes | msgspec.Raw, kind: type[Struct], right: Mapping[str, str], error: Exception
) -> list[Refusal]:
    try:
        fields = msgspec.json.decode(raw)
    except UNREADABLE as unreadable:
        raise MalformedError(f"This is no JSON that can be read. {reason_of(unreadable)}") from None
    if not isinstance(fields, dict):
        return [refusal("", _text(fields), "Use an object, as the schema says.")]
    types = _types(kind)
    found = (
        flaw for name, value in fields.items() for flaw in _flaws_of(name, value, types, right)
    )
    flaws = list(islice(found, MOST_FLAWS))
    flaws += [
        Refusal(f"/{field.name}", "", f"This is missing. {right[field.name]}")
        for field in structs.fields(kind)
        if field.required and field.name not in fields
    ]
    return flaws or [Refusal("", "", reason_of(error))]


@functools.cache
def _types(kind: type[Struct]) -> dict[str, Any]:
    return get_type_hints(kind, include_extras=True)


def _flaws_of(
    name: str, value: Any, types: Mapping[str, Any], right: Mapping[str, str]
) -> list[Refusal]:
    if name not in types:
        reason = f"There is no such field; {nearest_field(name[:100], tuple(types))}"
        return [refusal(_pointer([name[:100]]), _text(value), reason)]
    try:
        msgspec.convert(value, types[name])
    except msgspec.ValidationError as error:
        place = _PLACE.search(str(error))
        steps = _STEP.findall(place[1]) if place else []
        return [refusal(_pointer([name, *steps]), _text(value), right[name])]
    return []


def _pointer(steps: Sequence[str]) -> str:
    """Write a JSON pointer (RFC 6901).

    >>> _pointer(["identities", "0", "a/b~"])
    '/identities/0/a~1b~0'
    """
    return "".join(f"/{step.replace('~', '~0').replace('/', '~1')}" for step in steps)


@functools.lru_cache(maxsize=256)
def nearest_field(name: str, known: tuple[str, ...]) -> str:
    """Say which field may have been meant."""
    near = difflib.get_close_matches(name, known, n=1)
    return f"did you mean {near[0]}?" if near else "see /api/docs/."


def reason_of(error: Exception) -> str:
    """Say what keeps something from being read."""
    if isinstance(error, RecursionError):
        return "This is nested too deep."
    if isinstance(error, UnicodeDecodeError):
        return "This is not UTF-8."
    return f"{_PLACE.sub('', str(error))}."


def _text(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
