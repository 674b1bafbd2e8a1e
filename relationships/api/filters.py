"""What a list can be narrowed by: how each parameter is read, described and applied."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
from django.db.models import Q

from relationships.identities import email_ref, phone_ref
from relationships.numbers import LARGEST_ID, whole_number
from relationships.selectors import IdentityRef, survivors_of

LONGEST_TEXT = 200
Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Filter:
    """One parameter that narrows a list.

    `read` turns its text into a value or raises `ValueError` with what would be right;
    `condition` says which rows have one of the values.
    """

    read: Callable[[str], Any]
    condition: Callable[[Sequence[Any]], Q]
    schema: Schema
    description: str
    takes_many: bool = True


def number(text: str) -> int:
    """Read an id."""
    found = whole_number(text)
    if found is None:
        raise ValueError("Use the id of one: a whole number.")
    return found


def limit_to(largest: int) -> Callable[[str], int]:
    """Return what reads how many rows a page is to have, at most so many."""

    def read(text: str) -> int:
        limit = whole_number(text)
        if limit is None or not 1 <= limit <= largest:
            raise ValueError(f"Use a whole number from 1 to {largest}.")
        return limit

    return read


def plain(text: str) -> str:
    """Read words."""
    if len(text) > LONGEST_TEXT or "\x00" in text:
        raise ValueError(f"Use at most {LONGEST_TEXT} characters, and no NUL.")
    return text


def moment(text: str) -> datetime:
    """Read an RFC 3339 moment, also one whose plus sign was not written %2B in the address.

    >>> moment("2026-03-02T09:30:00 01:00").isoformat()
    '2026-03-02T08:30:00+00:00'
    """
    try:
        # The database knows offsets up to 16 hours only, RFC 3339 up to 24.
        return msgspec.convert(_SPACED.sub("+", text), _Moment).astimezone(UTC)
    except (msgspec.ValidationError, UnicodeEncodeError, OverflowError):
        raise ValueError(
            "Use a moment with its offset, such as 2026-03-02T09:30:00Z or "
            "2026-03-02T09:30:00%2B01:00."
        ) from None


def one_of(words: Sequence[str]) -> str:
    """Name the choices in a sentence."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def ids(path: str, what: str) -> Filter:
    """Narrow to rows that belong to one of these."""
    schema = {"type": "integer", "minimum": 0, "maximum": LARGEST_ID}
    return Filter(number, _among(path), schema, f"The id of {what}; give it again for another.")


def customers(path: str) -> Filter:
    """Narrow to rows that belong to one of these customers, or to whom one was merged into."""

    def condition(values: Sequence[int]) -> Q:
        now = survivors_of(values)
        return Q(**{f"{path}__in": [now.get(value, value) for value in values]})

    return replace(ids(path, "a customer, or of one that was merged into it"), condition=condition)


def choices(
    path: str,
    values: Mapping[str, Any],
    what: str,
    condition: Callable[[Sequence[Any]], Q] | None = None,
) -> Filter:
    """Narrow to rows that have one of these words; `values` are what the words are kept as."""

    def read(text: str) -> Any:
        if text not in values:
            raise ValueError(f"Use {one_of(list(values))}.")
        return values[text]

    schema = {"type": "string", "enum": list(values)}
    return Filter(read, condition or _among(path), schema, f"{what}; give it again for another.")


def texts(path: str, what: str) -> Filter:
    """Narrow to rows where a text is exactly one of these."""
    schema = {"type": "string", "maxLength": LONGEST_TEXT, "pattern": _NO_NUL}
    return Filter(plain, _among(path), schema, f"{what}; give it again for another.")


def flag(path: str, what: str, *, true: bool = True) -> Filter:
    """Narrow to rows for which something is true, or is not; `true` is how it is kept."""
    words = {"true": true, "false": not true}

    def read(text: str) -> bool:
        if text not in words:
            raise ValueError("Use true or false.")
        return words[text]

    def condition(values: Sequence[bool]) -> Q:
        return Q(**{path: values[0]})

    return Filter(read, condition, {"type": "boolean"}, what, takes_many=False)


def since(path: str, what: str) -> Filter:
    """Narrow to rows whose moment is this or later."""
    return _moment(f"{path}__gte", f"{what} at this moment or later.")


def before(path: str, what: str) -> Filter:
    """Narrow to rows whose moment is earlier than this."""
    return _moment(f"{path}__lt", f"{what} before this moment.")


def search(condition: Callable[[str], Q], what: str) -> Filter:
    """Narrow to rows with these words."""
    schema = {"type": "string", "maxLength": LONGEST_TEXT, "pattern": _NO_NUL}
    return Filter(plain, lambda values: condition(values[0]), schema, what, takes_many=False)


def email(condition: Callable[[Sequence[Any]], Q], what: str) -> Filter:
    """Narrow to what is known by an e-mail address."""
    schema = {"type": "string", "format": "email", "maxLength": 254}
    return Filter(email_ref, condition, schema, f"The {what} with this e-mail address.")


def phone(condition: Callable[[Sequence[Any]], Q], what: str) -> Filter:
    """Narrow to what is known by a phone number."""
    schema = {"type": "string", "maxLength": LONGEST_TEXT}
    return Filter(phone_ref, condition, schema, f"The {what} with this phone number.")


def foreign_id(condition: Callable[[Sequence[Any]], Q], what: str) -> Filter:
    """Narrow to what another system knows by an id of its own."""
    schema = {"type": "string", "maxLength": LONGEST_TEXT, "pattern": _NO_NUL}
    said = f"The {what} that another system knows by this id, whichever system it is."
    return Filter(lambda text: IdentityRef("foreign", plain(text)), condition, schema, said)


def _moment(lookup: str, what: str) -> Filter:
    return Filter(
        moment,
        lambda values: Q(**{lookup: values[0]}),
        {"type": "string", "format": "date-time"},
        what,
        takes_many=False,
    )


def _among(path: str) -> Callable[[Sequence[Any]], Q]:
    return lambda values: Q(**{f"{path}__in": values})


_Moment = Annotated[datetime, msgspec.Meta(tz=True)]
_SPACED = re.compile(r" (?=\d\d:\d\d$)")
_NO_NUL = r"^[^\x00]*$"
