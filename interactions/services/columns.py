"""Touchpoints as doors hand them in: one by one, and as columns, which are quicker to look at."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from operator import attrgetter, itemgetter
from typing import Any, Self

from msgspec import Struct
from msgspec.structs import astuple, replace

from relationships.selectors import IdentityRef


class NewTouchpoint(Struct, frozen=True, gc=False):
    """A touchpoint as a door hands it in; what is None or empty takes the type's default.

    `customer` is an id or an identity. A contact is named by id or, in `contact`, by identity; who
    of us was there by id or, in `person`, by e-mail address. `closes` is the external id, in the
    same source, of the touchpoint that opened the loop this one closes; `closes_loop` is that
    loop's own id. `opens` is a `LoopKind`, or 0 to open nothing although the type would.
    """

    type: str
    customer: int | IdentityRef
    occurred_at: datetime
    external_id: str = ""
    direction: int | None = None
    contact_id: int | None = None
    person_id: int | None = None
    contact: IdentityRef | None = None
    person: str = ""
    duration_minutes: int | None = None
    customers_in_room: int = 1
    sentiment: float | None = None
    via: str = ""
    text: str = ""
    value: Decimal | None = None
    severity: int | None = None
    opens: int | None = None
    due_at: datetime | None = None
    closes: str = ""
    closes_loop: int | None = None


class Columns(Struct, frozen=True, gc=False):
    """Many new touchpoints: for each field of `NewTouchpoint` a value of each."""

    type: Sequence[str]
    customer: Sequence[int | IdentityRef]
    occurred_at: Sequence[datetime]
    external_id: Sequence[str]
    direction: Sequence[int | None]
    contact_id: Sequence[int | None]
    person_id: Sequence[int | None]
    contact: Sequence[IdentityRef | None]
    person: Sequence[str]
    duration_minutes: Sequence[int | None]
    customers_in_room: Sequence[int]
    sentiment: Sequence[float | None]
    via: Sequence[str]
    text: Sequence[str]
    value: Sequence[Decimal | None]
    severity: Sequence[int | None]
    opens: Sequence[int | None]
    due_at: Sequence[datetime | None]
    closes: Sequence[str]
    closes_loop: Sequence[int | None]

    @classmethod
    def of(cls, items: Sequence[NewTouchpoint]) -> Self:
        """Turn touchpoints, at least one, into columns."""
        return cls(*zip(*map(_values, items), strict=True))

    def __len__(self) -> int:
        return len(self.type)

    def names_others(self) -> bool:
        """Whether any names a contact, one of us, or a loop."""
        columns = (self.contact_id, self.person_id, self.contact, self.closes_loop)
        return any(map(given, columns)) or any(self.person)

    def items(self) -> list[NewTouchpoint]:
        """Turn columns into touchpoints."""
        return list(map(NewTouchpoint, *astuple(self)))

    def take(self, places: Sequence[int]) -> Self:
        """Return those at these places, at least one, in that order."""
        return type(self)(*(take(column, places) for column in astuple(self)))

    def with_external_ids(self, external_ids: Sequence[str]) -> Self:
        """Return them under other external ids."""
        return replace(self, external_id=external_ids)


_values = attrgetter(*NewTouchpoint.__struct_fields__)


def take(column: Sequence[Any], places: Sequence[int]) -> Sequence[Any]:
    """Return the values at these places, at least one, in that order."""
    return itemgetter(*places)(column) if len(places) > 1 else (column[places[0]],)


def given(column: Sequence[Any]) -> list[Any]:
    """Return the values of a column that are not None."""
    return [] if are_all(column, None) else [value for value in column if value is not None]


def are_all(column: Sequence[Any], value: object) -> bool:
    """Whether a column has this value and no other."""
    return column.count(value) == len(column)
