"""Touchpoints as JSON: read all at once, and one by one where a bad one must spoil no other."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import islice
from operator import attrgetter
from typing import Annotated, Any, Literal, get_type_hints

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from interactions.models import Direction, LoopKind
from interactions.services import Columns, NewTouchpoint, Refusal
from interactions.services.columns import are_all
from interactions.services.flaws import (
    LARGEST_ROOM,
    LARGEST_VALUE,
    LONGEST,
    LONGEST_IDENTITY,
    LONGEST_MINUTES,
    LONGEST_NAMESPACE,
    MINUTES_AHEAD,
    OLDEST,
    shown,
)
from relationships.api.decoding import MOST_FLAWS, UNREADABLE, nearest_field, reason_of
from relationships.identities import IdentityFlawError, email_ref, phone_ref
from relationships.numbers import LARGEST_ID
from relationships.selectors import IdentityRef

LARGEST_BATCH = 5_000

DIRECTIONS = {member.name.lower(): member.value for member in Direction}
OPENS = {"none": 0} | {member.name.lower(): member.value for member in LoopKind}

WHEN = (
    f"RFC 3339, with an offset: from the year {OLDEST.year} on, and at most {MINUTES_AHEAD} "
    "minutes ahead of our clock."
)


def _at_most(characters: int) -> Meta:
    """State a limit in the schema; the service enforces it with all others."""
    return Meta(extra_json_schema={"maxLength": characters})


def _within(least: float, most: float, **more: Any) -> Meta:
    """State what numbers there may be, as `_at_most` does."""
    return Meta(extra_json_schema={"minimum": least, "maximum": most}, **more)


Id = Annotated[int, _within(1, LARGEST_ID)]
Moment = Annotated[datetime, Meta(extra_json_schema={"format": "date-time"})]
_AMOUNT = (
    f"At most {LARGEST_VALUE}, either way from zero; rounded to two decimals. A JSON number is "
    "taken too, and as exactly."
)


class CustomerReference(Struct, forbid_unknown_fields=True, omit_defaults=True, gc=False):
    """Who the customer is: give exactly one of id, foreign_id, email and phone.

    The namespace is the system that a foreign id comes from; by default that of the key.
    """

    id: Id | UnsetType = UNSET
    foreign_id: Annotated[str, _at_most(LONGEST_IDENTITY)] | UnsetType = UNSET
    namespace: Annotated[str, _at_most(LONGEST_NAMESPACE)] | UnsetType = UNSET
    email: Annotated[str, _at_most(LONGEST_IDENTITY)] | UnsetType = UNSET
    phone: Annotated[str, _at_most(LONGEST_IDENTITY)] | UnsetType = UNSET


class ContactReference(CustomerReference):
    """Which person at the customer it was: give exactly one of id, foreign_id, email and phone."""


class PersonReference(Struct, forbid_unknown_fields=True, omit_defaults=True, gc=False):
    """Which of us was there: give exactly one of id and email."""

    id: Id | UnsetType = UNSET
    email: Annotated[str, _at_most(LONGEST_IDENTITY)] | UnsetType = UNSET


class Touchpoint(Struct, forbid_unknown_fields=True, kw_only=True, omit_defaults=True, gc=False):
    """One thing that happened between a customer and us; what is left out is as its type says."""

    type: Annotated[str, Meta(description="A key from /api/v1/touchpoint-types/.")]
    customer: CustomerReference
    occurred_at: Annotated[Moment, Meta(tz=None, description=WHEN)]
    external_id: (
        Annotated[
            str,
            Meta(description="Your own id: the same one is recorded once, for ever."),
            _at_most(LONGEST["external_id"]),
        ]
        | None
    ) = None
    direction: Literal["inbound", "outbound", "mutual"] | None = None
    contact: ContactReference | None = None
    contact_id: Id | None = None
    person: PersonReference | None = None
    person_id: Annotated[Id, Meta(description="Which of us was there.")] | None = None
    duration_minutes: Annotated[int, _within(0, LONGEST_MINUTES)] | None = None
    customers_in_room: Annotated[int, _within(1, LARGEST_ROOM)] | None = None
    sentiment: Annotated[float, _within(-1, 1, description="From bad to good.")] | None = None
    via: (
        Annotated[str, Meta(description="The intermediary, if any."), _at_most(LONGEST["via"])]
        | None
    ) = None
    text: Annotated[str, _at_most(LONGEST["text"])] | None = None
    value: Annotated[Decimal, Meta(description=_AMOUNT)] | None = None
    severity: (
        Annotated[
            int,
            Meta(
                description="Of a failure: small, serious or grave.",
                extra_json_schema={"enum": [1, 3, 8]},
            ),
        ]
        | None
    ) = None
    opens: Literal["question", "complaint", "failure", "promise", "none"] | None = None
    due_at: (
        Annotated[
            Moment, Meta(description="When what it opens must be closed; else it says nothing.")
        ]
        | None
    ) = None
    closes: (
        Annotated[
            str,
            Meta(
                description=(
                    "The external_id of what opened the loop that this closes: for the same "
                    "customer, and no later than this. It may arrive later."
                )
            ),
            _at_most(LONGEST["closes"]),
        ]
        | None
    ) = None
    closes_loop: Annotated[Id, Meta(description="That loop's own id.")] | None = None


CUSTOMER = (
    'Use exactly one of {"id": 12}, {"foreign_id": "C-1", "namespace": "shop"}, '
    '{"email": "zoe@example.com"} and {"phone": "+49 30 901820"}.'
)
CONTACT = (
    'Use exactly one of {"id": 12}, {"foreign_id": "P-1", "namespace": "shop"}, '
    '{"email": "tom@example.com"} and {"phone": "+49 30 901820"}.'
)
PERSON = 'Use exactly one of {"id": 12} and {"email": "ann@example.com"}.'
_MOMENT = "Use an RFC 3339 moment with an offset, such as 2026-03-01T12:30:00Z."
_WHOLE = "Use a whole number."
_TEXT = "Use a string."
RIGHT = {
    "type": "Use the key of a touchpoint type, such as call.phone.",
    "customer": CUSTOMER,
    "occurred_at": _MOMENT,
    "external_id": _TEXT,
    "direction": "Use inbound, outbound or mutual.",
    "contact": CONTACT,
    "contact_id": _WHOLE,
    "person": PERSON,
    "person_id": _WHOLE,
    "duration_minutes": _WHOLE,
    "customers_in_room": _WHOLE,
    "sentiment": "Use a number from -1 (bad) to 1 (good).",
    "via": _TEXT,
    "text": _TEXT,
    "value": "Use a number, or a string such as 11.77.",
    "severity": "Use 1 (small), 3 (serious) or 8 (grave).",
    "opens": "Use question, complaint, failure, promise or none.",
    "due_at": _MOMENT,
    "closes": _TEXT,
    "closes_loop": _WHOLE,
}
REQUIRED = ("type", "customer", "occurred_at")
_NAMING = ("external_id", "contact", "contact_id", "person", "person_id")
_TYPES = get_type_hints(Touchpoint, include_extras=True)

_decoder = msgspec.json.Decoder(Touchpoint)
_whole_decoder = msgspec.json.Decoder(list[Touchpoint])
_PLACE = re.compile(r" - at `\$\.?([^`]*)`")


def read_whole(body: bytes, *, is_lines: bool) -> list[Touchpoint] | None:
    """Read all touchpoints at once; None when one of them cannot be read."""
    try:
        return _decoder.decode_lines(body) if is_lines else _whole_decoder.decode(body)
    except UNREADABLE:
        return None


class UnreadableNameError(ValueError):
    """A reference names nobody, or names somebody in two ways."""

    def __init__(self, field: str, reference: object, reason: str) -> None:
        super().__init__(reason)
        self.refusal = Refusal(field, _text(reference), reason)


def read(one: bytes | msgspec.Raw | Touchpoint, *, namespace: str) -> NewTouchpoint | list[Refusal]:
    """Read one touchpoint, or say everything that is wrong with how it is written."""
    try:
        touchpoint = one if isinstance(one, Touchpoint) else _decoder.decode(one)
        return columns_of([touchpoint], namespace).items()[0]
    except UnreadableNameError as error:
        return [error.refusal]
    except UNREADABLE as error:
        return _flaws(one, error)


def sent_as(one: bytes | msgspec.Raw | Touchpoint) -> dict[str, Any]:
    """Return what was sent of one touchpoint, as far as it can be read at all."""
    if isinstance(one, Touchpoint):
        return {name: getattr(one, name) for name in _NAMING}
    try:
        fields = msgspec.json.decode(one)
    except UNREADABLE:
        return {}
    return fields if isinstance(fields, dict) else {}


def named_as_sent(refusals: Iterable[Refusal], sent: dict[str, Any]) -> tuple[Refusal, ...]:
    """Let refusals name the field that was sent: an id may come as {"id": 12} or by itself."""
    names = {
        f"{name}_id": f"{name}.id"
        for name in ("contact", "person")
        if sent.get(name) and sent.get(f"{name}_id") is None
    }
    return tuple(
        Refusal(names.get(wrong.field, wrong.field), wrong.value, wrong.reason)
        for wrong in refusals
    )


def columns_of(touchpoints: Sequence[Touchpoint], namespace: str) -> Columns:
    """Turn touchpoints, at least one, into what is recorded.

    Whole columns at once: what few touchpoints have is looked at only where one has it.
    Raises `UnreadableNameError`.
    """
    sent = dict(zip(_FIELDS, zip(*map(_values, touchpoints), strict=True), strict=True))
    customers = [_customer(one, namespace) for one in sent["customer"]]
    contact_ids, contacts = _contacts(sent["contact"], sent["contact_id"], namespace)
    person_ids, people = _people(sent["person"], sent["person_id"])
    return Columns(
        type=sent["type"],
        customer=customers,
        occurred_at=sent["occurred_at"],
        external_id=_filled(sent["external_id"], ""),
        direction=_numbers(sent["direction"], DIRECTIONS),
        contact_id=contact_ids,
        person_id=person_ids,
        contact=contacts,
        person=people,
        duration_minutes=sent["duration_minutes"],
        customers_in_room=_filled(sent["customers_in_room"], 1),
        sentiment=sent["sentiment"],
        via=_filled(sent["via"], ""),
        text=_filled(sent["text"], ""),
        value=sent["value"],
        severity=sent["severity"],
        opens=_numbers(sent["opens"], OPENS),
        due_at=sent["due_at"],
        closes=_filled(sent["closes"], ""),
        closes_loop=sent["closes_loop"],
    )


_FIELDS = Touchpoint.__struct_fields__
_values = attrgetter(*_FIELDS)


def _filled(column: Sequence[Any], default: Any) -> Sequence[Any]:
    """Put the default where nothing was sent."""
    if None not in column:
        return column
    if are_all(column, None):
        return [default] * len(column)
    return [default if value is None else value for value in column]


def _numbers(column: Sequence[str | None], numbers: dict[str, int]) -> Sequence[int | None]:
    """Turn words into what is stored."""
    if are_all(column, None):
        return column  # type: ignore[return-value]
    return [None if word is None else numbers[word] for word in column]


def _customer(reference: CustomerReference, namespace: str) -> int | IdentityRef:
    foreign_id = reference.foreign_id
    # How nearly all are named; the rest may take longer.
    if (
        foreign_id is not UNSET
        and reference.id is reference.email is reference.phone is UNSET
        and reference.namespace is UNSET
    ):
        return IdentityRef("foreign", foreign_id, namespace)
    try:
        return _meant(reference, namespace, CUSTOMER)
    except IdentityFlawError as error:
        raise UnreadableNameError("customer", reference, str(error)) from None


def _meant(reference: CustomerReference, namespace: str, right: str) -> int | IdentityRef:
    foreign_id = reference.foreign_id
    given = (reference.id is not UNSET) + (reference.email is not UNSET)
    given += (reference.phone is not UNSET) + (foreign_id is not UNSET)
    if given != 1 or (reference.namespace is not UNSET and foreign_id is UNSET):
        raise IdentityFlawError(right)
    if isinstance(foreign_id, str):
        where = reference.namespace if isinstance(reference.namespace, str) else namespace
        return IdentityRef("foreign", foreign_id, where)
    if isinstance(reference.email, str):
        return email_ref(reference.email)
    if isinstance(reference.phone, str):
        return phone_ref(reference.phone)
    return reference.id  # type: ignore[return-value]


def _contacts(
    references: Sequence[ContactReference | None], ids: Sequence[int | None], namespace: str
) -> tuple[Sequence[int | None], Sequence[IdentityRef | None]]:
    """Return the ids of contacts, and the identities of those that were named otherwise."""
    if are_all(references, None):
        return ids, references  # type: ignore[return-value]
    pairs = zip(references, ids, strict=True)
    names = [_contact(reference, pk, namespace) for reference, pk in pairs]
    return (
        [None if isinstance(name, IdentityRef) else name for name in names],
        [name if isinstance(name, IdentityRef) else None for name in names],
    )


def _contact(
    reference: ContactReference | None, contact_id: int | None, namespace: str
) -> int | IdentityRef | None:
    if reference is None:
        return contact_id
    try:
        named = _meant(reference, namespace, CONTACT)
        if contact_id is not None:
            raise IdentityFlawError("Give contact or contact_id, not both.")
    except IdentityFlawError as error:
        raise UnreadableNameError("contact", reference, str(error)) from None
    return named


def _people(
    references: Sequence[PersonReference | None], ids: Sequence[int | None]
) -> tuple[Sequence[int | None], Sequence[str]]:
    """Return the ids of people of ours, and the addresses of those that were named by these."""
    if are_all(references, None):
        return ids, [""] * len(ids)
    pairs = zip(references, ids, strict=True)
    return zip(*(_person(*pair) for pair in pairs), strict=True)  # type: ignore[return-value]


def _person(reference: PersonReference | None, person_id: int | None) -> tuple[int | None, str]:
    if reference is None:
        return person_id, ""
    try:
        if (reference.id is UNSET) == (reference.email is UNSET):
            raise IdentityFlawError(PERSON)
        if person_id is not None:
            raise IdentityFlawError("Give person or person_id, not both.")
        if isinstance(reference.email, str):
            return None, email_ref(reference.email).value
    except IdentityFlawError as error:
        raise UnreadableNameError("person", reference, str(error)) from None
    return reference.id, ""  # type: ignore[return-value]


def _flaws(raw: bytes | msgspec.Raw, error: Exception) -> list[Refusal]:
    """Look at an item that cannot be read field by field."""
    try:
        fields = msgspec.json.decode(raw)
    except UNREADABLE:
        place = _PLACE.search(str(error))
        return [Refusal(place[1] if place else "", shown(_start(raw)), reason_of(error))]
    if not isinstance(fields, dict):
        return [Refusal("", _text(fields), "Use an object, as the schema says.")]
    found = (flaw for name, value in fields.items() for flaw in _flaws_of(name, value))
    flaws = list(islice(found, MOST_FLAWS))
    flaws += [Refusal(name, "", f"This is missing. {RIGHT[name]}") for name in _missing(fields)]
    return flaws or [Refusal("", shown(_start(raw)), reason_of(error))]


def _flaws_of(name: str, value: Any) -> list[Refusal]:
    if name not in _TYPES:
        return [
            Refusal(
                shown(name),
                _text(value),
                f"There is no such field; {nearest_field(name[:100], tuple(_TYPES))}",
            )
        ]
    try:
        msgspec.convert(value, _TYPES[name])
    except msgspec.ValidationError as error:
        place = _PLACE.search(str(error))
        return [Refusal(f"{name}.{place[1]}" if place else name, _text(value), RIGHT[name])]
    return []


def _missing(fields: dict[str, Any]) -> Sequence[str]:
    return [name for name in REQUIRED if name not in fields]


def _start(raw: bytes | msgspec.Raw) -> str:
    return bytes(raw)[:200].decode(errors="replace")


def _text(value: Any) -> str:
    return shown(msgspec.json.encode(value).decode() if not isinstance(value, str) else value)
