"""What a touchpoint must be like, and what is said of one that is not."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from interactions.models import Direction, LoopKind
from interactions.services.columns import Columns, NewTouchpoint, given
from interactions.services.flaws import (
    CLOCK_TOLERANCE,
    IN_THE_FUTURE,
    LARGEST_ROOM,
    LARGEST_VALUE,
    LONGEST,
    LONGEST_MINUTES,
    OLDEST,
    Refusal,
    identity_flaw,
    is_unicode,
    nearest_type,
    shown,
)
from interactions.services.references import References
from relationships.selectors import IdentityRef, Whom

_DIRECTIONS = frozenset({None, *Direction.values})
_SEVERITIES = frozenset({None, 1, 3, 8})
_OPENS = frozenset({None, 0, *LoopKind.values})


def refusals(columns: Columns, known: References, now: datetime) -> list[list[Refusal]] | None:
    """Return everything that is wrong with each touchpoint, or None when nothing is.

    Columns are looked at first: where all values of one are right, as they nearly always are,
    no touchpoint has to be asked.
    """
    checks = [each for all_right, each in _CHECKS if not all_right(columns, known, now)]
    if not checks:
        return None
    found = [
        [
            Refusal(name, shown(value), reason)
            for check in checks
            for name, value, reason in check(item, whom, known, now)
        ]
        for item, whom in zip(columns.items(), known.whose, strict=True)
    ]
    return found if any(found) else None


Wrong = Iterator[tuple[str, Any, str]]


def _references(item: NewTouchpoint, whom: Whom | None, known: References, now: datetime) -> Wrong:
    if item.type not in known.types:
        hint = nearest_type(item.type, tuple(known.types))
        yield "type", item.type, f"There is no such touchpoint type; {hint}"
    if isinstance(item.customer, IdentityRef) and (flaw := identity_flaw(item.customer)):
        yield "customer", item.customer, flaw
        return
    if whom is None:
        yield "customer", item.customer, "There is no such customer that you may write to."
    else:
        yield from _of_customer(item, known, whom.customer_id)


def _references_right(columns: Columns, known: References, now: datetime) -> bool:
    return (
        None not in known.kinds
        and None not in known.whose
        and known.people.keys() >= set(given(columns.person_id))
        and not any(columns.person)
        and not given(columns.contact_id)
        and not given(columns.contact)
        and not given(columns.closes_loop)
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
    for name, who in (("contact_id", item.contact_id), ("contact", item.contact)):
        if who is None:
            continue
        if isinstance(who, IdentityRef) and (flaw := identity_flaw(who, "contact")):
            yield name, who, flaw
        elif who not in known.contacts or known.contacts[who].customer_id != customer_id:
            yield name, who, "This customer has no such contact."


def _person(item: NewTouchpoint, known: References) -> Wrong:
    for name, who in (("person_id", item.person_id), ("person", item.person or None)):
        if who is not None and who not in known.people:
            yield name, who, "There is no such person among us."


def _moments(item: NewTouchpoint, whom: Whom | None, known: References, now: datetime) -> Wrong:
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


def _numbers(item: NewTouchpoint, whom: Whom | None, known: References, now: datetime) -> Wrong:
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
        given, (columns.sentiment, columns.duration_minutes, columns.value)
    )
    return (
        set(columns.direction) <= _DIRECTIONS
        and set(columns.severity) <= _SEVERITIES
        and all(-1 <= sentiment <= 1 for sentiment in sentiments)
        and all(0 <= number <= LONGEST_MINUTES for number in minutes)
        and all(1 <= number <= LARGEST_ROOM for number in set(columns.customers_in_room))
        and all(value.is_finite() and abs(value) <= LARGEST_VALUE for value in values)
    )


def _texts(item: NewTouchpoint, whom: Whom | None, known: References, now: datetime) -> Wrong:
    for name, longest in LONGEST.items():
        value = getattr(item, name)
        if not value:
            continue
        if len(value) > longest:
            yield name, value, f"Use at most {longest:,} characters; this has {len(value):,}."
        if "\x00" in value:
            yield name, value, "Take out the NUL character."
        if not value.isascii() and not is_unicode(value):
            yield name, value, "Take out the lone surrogates; this is not valid Unicode."


def _texts_right(columns: Columns, known: References, now: datetime) -> bool:
    for name, longest in LONGEST.items():
        values = getattr(columns, name)
        text = "".join(values)
        if len(text) > longest and max(map(len, values)) > longest:
            return False
        if "\x00" in text or not (text.isascii() or is_unicode(text)):
            return False
    return True


def _loop(item: NewTouchpoint, whom: Whom | None, known: References, now: datetime) -> Wrong:
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
    return (
        set(columns.opens) <= _OPENS
        and not given(columns.due_at)
        and not any(map(_closes_itself, columns.closes, columns.external_id))
    )


def _closes_itself(closes: str, external_id: str) -> bool:
    return closes == external_id != ""


_CHECKS = (
    (_references_right, _references),
    (_moments_right, _moments),
    (_numbers_right, _numbers),
    (_texts_right, _texts),
    (_loop_right, _loop),
)


def _is_aware(moment: datetime) -> bool:
    return moment.tzinfo is not None and moment.utcoffset() is not None
