"""What a touchpoint must be like, and what is said of one that is not."""

import difflib
import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from operator import attrgetter
from types import SimpleNamespace as Columns
from typing import Any, NamedTuple

from msgspec import Struct

from interactions.models import Direction, LoopKind
from relationships.models import Identity
from relationships.selectors import IdentityRef

# Clocks of other machines run ahead a little; anything later than this has not happened yet.
MINUTES_AHEAD = 5
CLOCK_TOLERANCE = timedelta(minutes=MINUTES_AHEAD)
IN_THE_FUTURE = (
    f"This is more than {MINUTES_AHEAD} minutes in the future; record it when it has happened, "
    "or set the clock right."
)
OLDEST = datetime(1900, 1, 1, tzinfo=UTC)
LONGEST_TEXT = 50_000
LARGEST_ROOM = 1_000_000
LONGEST_MINUTES = 60 * 24 * 31
LARGEST_VALUE = Decimal("999999999999.99")
LONGEST_IDENTITY = 254
LONGEST_NAMESPACE = 100
LONGEST_TYPE = 60
LONGEST = {"external_id": 200, "closes": 200, "via": 100, "text": LONGEST_TEXT}
_KINDS = frozenset(Identity.Kind.values)
_DIRECTIONS = frozenset({None, *Direction.values})
_SEVERITIES = frozenset({None, 1, 3, 8})
_OPENS = frozenset({None, 0, *LoopKind.values})


class NewTouchpoint(Struct, frozen=True, kw_only=True, gc=False):
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


class Refusal(NamedTuple):
    """Why one field of one touchpoint cannot be taken, and what would be right."""

    field: str
    value: str
    reason: str


class Whom(NamedTuple):
    """A customer that may be written to: who that is now, and who it is beneath all merges."""

    customer_id: int
    home_id: int
    team_id: int | None
    contact_id: int | None = None


class AtCustomer(NamedTuple):
    """A contact, or nobody in particular, and whose they are: now, and beneath all merges."""

    contact_id: int | None
    customer_id: int
    home_id: int


class Kind(NamedTuple):
    """What recording asks of a touchpoint type."""

    id: int
    direction: int
    points: float
    opens: int | None
    expected_hours: float | None


@dataclass(frozen=True, slots=True)
class References:
    """What the touchpoints of a batch refer to, as far as it exists and may be used."""

    types: Mapping[str, Kind]
    customers: Mapping[int | IdentityRef, Whom]  # by how the touchpoints name them
    contacts: Mapping[int | IdentityRef, AtCustomer]
    people: Mapping[int | str, int]  # by id and by e-mail address
    openers: Mapping[int, tuple[int, int, str]]  # customer, source and external id that opened it


def refusals(
    items: Sequence[NewTouchpoint], known: References, now: datetime
) -> list[list[Refusal]]:
    """Return everything that is wrong with each item; an empty list means that it can be kept.

    Columns are looked at first: where all values of one are right, as they nearly always are,
    no item has to be asked.
    """
    if not items:
        return []
    values = zip(*map(_values_of, items), strict=True)
    columns = Columns(**dict(zip(NewTouchpoint.__struct_fields__, values, strict=True)))
    checks = [each for all_right, each in _CHECKS if not all_right(columns, known, now)]
    if not checks:
        return [[]] * len(items)
    return [
        [
            Refusal(name, shown(value), reason)
            for check in checks
            for name, value, reason in check(item, known, now)
        ]
        for item in items
    ]


_values_of = attrgetter(*NewTouchpoint.__struct_fields__)
Wrong = Iterator[tuple[str, Any, str]]


def identity_flaw(ref: IdentityRef, who: str = "customer") -> str | None:
    """Return what keeps an identity from being stored, None when nothing does."""
    if not ref.value or ref.value.isspace():
        return f"Say which {who} it was."
    if ref.kind not in _KINDS or (ref.namespace and ref.kind != Identity.Kind.FOREIGN):
        return "Use an e-mail address, a phone number, or a foreign id with its namespace."
    if len(ref.value) > LONGEST_IDENTITY or len(ref.namespace) > LONGEST_NAMESPACE:
        return f"Use at most {LONGEST_IDENTITY} characters, {LONGEST_NAMESPACE} for the namespace."
    for text in (ref.value, ref.namespace):
        if "\x00" in text:
            return "Take out the NUL character."
        if not text.isascii() and not _is_unicode(text):
            return "Take out the lone surrogates; this is not valid Unicode."
    return None


def _references(item: NewTouchpoint, known: References, now: datetime) -> Wrong:
    if item.type not in known.types:
        hint = nearest_type(item.type, tuple(known.types))
        yield "type", item.type, f"There is no such touchpoint type; {hint}"
    if isinstance(item.customer, IdentityRef) and (flaw := identity_flaw(item.customer)):
        yield "customer", item.customer, flaw
        return
    whom = known.customers.get(item.customer)
    if whom is None:
        yield "customer", item.customer, "There is no such customer that you may write to."
    else:
        yield from _of_customer(item, known, whom.customer_id)


def _references_right(columns: Columns, known: References, now: datetime) -> bool:
    return (
        known.types.keys() >= set(columns.type)
        and known.customers.keys() >= set(columns.customer)
        and known.people.keys() >= set(_given(columns.person_id))
        and not any(columns.person)
        and not _given(columns.contact_id)
        and not _given(columns.contact)
        and not _given(columns.closes_loop)
    )


def _of_customer(item: NewTouchpoint, known: References, customer_id: int) -> Wrong:
    yield from _contact(item, known, customer_id)
    yield from _person(item, known)
    if item.closes_loop is not None:
        opener = known.openers.get(item.closes_loop)
        if opener is None or opener[0] != customer_id:
            yield "closes_loop", item.closes_loop, "This customer has no such loop."
    if item.closes and item.closes_loop is not None:
        yield "closes", item.closes, "Give closes or closes_loop, not both."


def _contact(item: NewTouchpoint, known: References, customer_id: int) -> Wrong:
    for name, given in (("contact_id", item.contact_id), ("contact", item.contact)):
        if given is None:
            continue
        if isinstance(given, IdentityRef) and (flaw := identity_flaw(given, "contact")):
            yield name, given, flaw
        elif given not in known.contacts or known.contacts[given].customer_id != customer_id:
            yield name, given, "This customer has no such contact."


def _person(item: NewTouchpoint, known: References) -> Wrong:
    for name, given in (("person_id", item.person_id), ("person", item.person or None)):
        if given is not None and given not in known.people:
            yield name, given, "There is no such person among us."


@functools.lru_cache(maxsize=256)
def nearest_type(key: str, known: tuple[str, ...]) -> str:
    """Say which types of the catalogue may have been meant."""
    near = difflib.get_close_matches(key[:LONGEST_TYPE], known, n=3, cutoff=0.4)
    return f"did you mean {' or '.join(near)}?" if near else "see the catalogue of types."


def _moments(item: NewTouchpoint, known: References, now: datetime) -> Wrong:
    if not _is_aware(item.occurred_at):
        yield "occurred_at", item.occurred_at, "Give an offset from UTC, such as Z or +02:00."
    elif item.occurred_at > now + CLOCK_TOLERANCE:
        yield "occurred_at", item.occurred_at, IN_THE_FUTURE
    elif item.occurred_at < OLDEST:
        yield "occurred_at", item.occurred_at, "This is before 1900; give the right year."


def _moments_right(columns: Columns, known: References, now: datetime) -> bool:
    try:
        earliest, latest = min(columns.occurred_at), max(columns.occurred_at)
        return earliest >= OLDEST and latest <= now + CLOCK_TOLERANCE
    except TypeError:  # one has no offset
        return False


def _numbers(item: NewTouchpoint, known: References, now: datetime) -> Wrong:
    if item.direction not in _DIRECTIONS:
        yield "direction", item.direction, "Use inbound, outbound or mutual."
    if item.sentiment is not None and not -1 <= item.sentiment <= 1:
        yield "sentiment", item.sentiment, "Use a number from -1 (bad) to 1 (good)."
    if not 1 <= item.customers_in_room <= LARGEST_ROOM:
        yield "customers_in_room", item.customers_in_room, "Use a whole number from 1."
    if item.duration_minutes is not None and not 0 <= item.duration_minutes <= LONGEST_MINUTES:
        yield "duration_minutes", item.duration_minutes, f"Use 0 to {LONGEST_MINUTES} minutes."
    if item.severity not in _SEVERITIES:
        yield "severity", item.severity, "Use 1 (small), 3 (serious) or 8 (grave)."
    if item.value is not None and not (item.value.is_finite() and abs(item.value) <= LARGEST_VALUE):
        yield "value", item.value, "Use an amount of money below a million million."


def _numbers_right(columns: Columns, known: References, now: datetime) -> bool:
    sentiments, minutes, values = map(
        _given, (columns.sentiment, columns.duration_minutes, columns.value)
    )
    return (
        set(columns.direction) <= _DIRECTIONS
        and set(columns.severity) <= _SEVERITIES
        and all(-1 <= sentiment <= 1 for sentiment in sentiments)
        and all(0 <= number <= LONGEST_MINUTES for number in minutes)
        and all(1 <= number <= LARGEST_ROOM for number in set(columns.customers_in_room))
        and all(value.is_finite() and abs(value) <= LARGEST_VALUE for value in values)
    )


def _texts(item: NewTouchpoint, known: References, now: datetime) -> Wrong:
    for name, longest in LONGEST.items():
        value = getattr(item, name)
        if not value:
            continue
        if len(value) > longest:
            yield name, value, f"Use at most {longest:,} characters; this has {len(value):,}."
        if "\x00" in value:
            yield name, value, "Take out the NUL character."
        if not value.isascii() and not _is_unicode(value):
            yield name, value, "Take out the lone surrogates; this is not valid Unicode."


def _texts_right(columns: Columns, known: References, now: datetime) -> bool:
    for name, longest in LONGEST.items():
        values = getattr(columns, name)
        text = "".join(values)
        if len(text) > longest and max(map(len, values)) > longest:
            return False
        if "\x00" in text or not (text.isascii() or _is_unicode(text)):
            return False
    return True


def _loop(item: NewTouchpoint, known: References, now: datetime) -> Wrong:
    if item.opens not in _OPENS:
        yield "opens", item.opens, "Use question, complaint, failure, promise or none."
    if item.closes and item.closes == item.external_id:
        yield "closes", item.closes, "It cannot close itself; name what opened the loop."
    if item.due_at is None or not _is_aware(item.occurred_at):
        return
    if not _is_aware(item.due_at):
        yield "due_at", item.due_at, "Give an offset from UTC, such as Z or +02:00."
    elif item.due_at < item.occurred_at:
        yield "due_at", item.due_at, "It cannot be due before it happened."
    elif item.due_at > now + timedelta(days=36_525):
        yield "due_at", item.due_at, "This is more than a hundred years away."


def _loop_right(columns: Columns, known: References, now: datetime) -> bool:
    return set(columns.opens) <= _OPENS and not any(columns.closes) and not _given(columns.due_at)


def _given(column: Sequence[Any]) -> list[Any]:
    return [] if column.count(None) == len(column) else [v for v in column if v is not None]


_CHECKS = (
    (_references_right, _references),
    (_moments_right, _moments),
    (_numbers_right, _numbers),
    (_texts_right, _texts),
    (_loop_right, _loop),
)


def _is_aware(moment: datetime) -> bool:
    return moment.tzinfo is not None and moment.utcoffset() is not None


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def shown(value: Any) -> str:
    """Return a value as it is quoted to whoever sent it, short and printable."""
    if isinstance(value, IdentityRef):
        value = value.value
    text = value.isoformat() if isinstance(value, datetime) else str(value)
    text = text.encode(errors="replace").decode().replace("\x00", "\\0")
    return text if len(text) <= 100 else f"{text[:99]}…"
