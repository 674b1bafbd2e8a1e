"""What the list of changes may be asked for in its address."""

import base64
import binascii
from collections.abc import Callable, Mapping
from typing import Any

from django.http import QueryDict

from insights.selectors.changes import SIGNS, Narrowing, Place
from relationships.api.filters import limit_to, number, one_of
from relationships.api.questions import values_of
from relationships.models import Customer

LARGEST_PAGE = 200
DEFAULT_PAGE = 50


def _stage(text: str) -> str:
    if text not in Customer.Stage.values:
        raise ValueError(f"Use {one_of(Customer.Stage.values)}.")
    return text


def _direction(text: str) -> str:
    if text not in SIGNS:
        raise ValueError(f"Use {one_of(list(SIGNS))}.")
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

CHANGES: Readers = {
    "direction": _direction,
    "stage": _stage,
    "team": number,
    "owner": number,
    "segment": number,
    "limit": limit_to(LARGEST_PAGE),
    "cursor": _place,
}


def read_changes(query: QueryDict) -> tuple[Narrowing, Place | None, int]:
    """Return what to narrow the changes to, the place to go on after and the size of the page.

    Raises `RefusedError` naming every parameter that is unknown or has no good value.
    """
    single = {name: found[-1] for name, found in values_of(query, CHANGES).items()}
    after, limit = single.pop("cursor", None), single.pop("limit", DEFAULT_PAGE)
    return Narrowing(**single), after, limit
