"""What a list may be asked for in its address, and what is said of what it may not."""

import base64
import binascii
import difflib
from collections.abc import Callable, Mapping
from typing import Any

from django.http import QueryDict

from insights.models import Band
from insights.selectors.changes import SIGNS, Narrowing, Place
from insights.selectors.directory import Narrowed
from relationships.api.problems import RefusedError
from relationships.models import Customer

BANDS = {band.name.lower(): band.value for band in Band}
LARGEST_PAGE = 200
DEFAULT_PAGE = 50
LARGEST_ID = 2**63 - 1


def _band(text: str) -> int:
    if text not in BANDS:
        raise ValueError(f"Use {_or(list(BANDS))}.")
    return BANDS[text]


def _stage(text: str) -> str:
    if text not in Customer.Stage.values:
        raise ValueError(f"Use {_or(Customer.Stage.values)}.")
    return text


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 20 and int(text) <= LARGEST_ID):
        raise ValueError("Use the id of one: a whole number.")
    return int(text)


def _limit(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and 1 <= int(text[:9]) <= LARGEST_PAGE):
        raise ValueError(f"Use a whole number from 1 to {LARGEST_PAGE}.")
    return int(text)


def _search(text: str) -> str:
    if len(text) > 200 or "\x00" in text:
        raise ValueError("Use at most 200 characters, and no NUL.")
    return text


def _cursor(text: str) -> int:
    try:
        return _number(base64.urlsafe_b64decode(text.encode()).decode().removeprefix("after-"))
    except (ValueError, binascii.Error):
        raise ValueError("Use the address in `next` of the page before.") from None


def cursor_after(customer_id: int) -> str:
    """Return the cursor of the page that begins after this customer."""
    return base64.urlsafe_b64encode(f"after-{customer_id}".encode()).decode()


def _direction(text: str) -> str:
    if text not in SIGNS:
        raise ValueError(f"Use {_or(list(SIGNS))}.")
    return text


def _place(text: str) -> Place:
    try:
        place = Place.parse(base64.urlsafe_b64decode(text.encode()).decode())
    except (ValueError, binascii.Error):
        place = None
    if place is None:
        raise ValueError("Use the address in `next` of the page before.")
    return place


def cursor_after_place(place: Place) -> str:
    """Return the cursor of the page of changes that begins after this place."""
    return base64.urlsafe_b64encode(str(place).encode()).decode()


Readers = Mapping[str, Callable[[str], Any]]

CUSTOMERS: Readers = {
    "band": _band,
    "stage": _stage,
    "team": _number,
    "owner": _number,
    "segment": _number,
    "search": _search,
    "limit": _limit,
    "cursor": _cursor,
}
CHANGES: Readers = {
    "direction": _direction,
    "stage": _stage,
    "team": _number,
    "owner": _number,
    "segment": _number,
    "limit": _limit,
    "cursor": _place,
}


def read(query: QueryDict) -> tuple[Narrowed, int, int]:
    """Return what to narrow to, the id to go on after and the size of the page.

    Raises `RefusedError` naming every parameter that is unknown or has no good value.
    """
    values = _read(query, CUSTOMERS)
    single = {name: found[-1] for name, found in values.items()}
    after, limit = single.pop("cursor", 0), single.pop("limit", DEFAULT_PAGE)
    single.pop("band", None)
    return Narrowed(bands=values.get("band", ()), **single), after, limit


def read_changes(query: QueryDict) -> tuple[Narrowing, Place | None, int]:
    """Return what to narrow the changes to, the place to go on after and the size of the page.

    Raises `RefusedError` naming every parameter that is unknown or has no good value.
    """
    single = {name: found[-1] for name, found in _read(query, CHANGES).items()}
    after, limit = single.pop("cursor", None), single.pop("limit", DEFAULT_PAGE)
    return Narrowing(**single), after, limit


def _read(query: QueryDict, readers: Readers) -> dict[str, list[Any]]:
    values: dict[str, list[Any]] = {}
    flaws = []
    for name, texts in query.lists():
        try:
            values[name] = _values(name, texts, readers)
        except ValueError as error:
            flaws.append({"parameter": name[:100], "value": texts[-1][:100], "detail": str(error)})
    if flaws:
        raise RefusedError(flaws)
    return values


def _values(name: str, texts: list[str], readers: Readers) -> list[Any]:
    if name not in readers:
        near = difflib.get_close_matches(name[:100], readers, n=1)
        hint = f"did you mean {near[0]}?" if near else f"use {_or(list(readers))}."
        raise ValueError(f"There is no such parameter; {hint}")
    if len(texts) > 1 and name != "band":
        raise ValueError("Give it once.")
    return [readers[name](text) for text in texts]


def _or(words: list[str]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}"
