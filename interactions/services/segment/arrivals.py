"""Reads a message: what it is, when it was, how it is told from others; nothing is looked up."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from interactions.services.segment.depth import is_too_deep

LARGEST_MESSAGE = 512 * 1024
"""Bytes of one message; Segment takes 32 KiB."""

LONGEST_ID = 254
LONGEST_MESSAGE_ID = 200
LONGEST_NAME = 200
LONGEST_AHEAD = timedelta(days=366)
LONGEST_AGO = timedelta(days=366 * 50)
KINDS = ("track", "page", "screen", "identify", "group", "alias")
SHOWN_OF_A_REFUSED = 2_000
"""Characters kept of a message that is too large or cannot be read."""

UNTIMED_WINDOW = timedelta(minutes=15)
"""Without an id or a time, equal messages in such a span are one that was sent again."""

IDS = ("userId", "anonymousId", "groupId", "previousId")
_MOMENTS = ("originalTimestamp", "timestamp")
_NEVER_THE_SAME = frozenset({"sentAt", "receivedAt", "writeKey", "_metadata"})


@dataclass(frozen=True, slots=True)
class Envelope:
    """What was said around the messages of a request."""

    received_at: datetime
    sent_at: object = None
    context: Mapping[str, Any] | None = None
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message as it is kept; one with a reason is refused."""

    external_id: str
    kind: str
    name: str
    anonymous_id: str
    occurred_at: datetime
    payload: str
    reason: str = ""


class UnacceptableError(ValueError):
    """Why a message cannot be taken, and what would be right."""


def arrival(raw: bytes | msgspec.Raw, envelope: Envelope) -> Arrival:
    """Read one message; one that cannot be taken says why."""
    data = bytes(raw)
    try:
        message = _message(data, envelope)
    except UnacceptableError as wrong:
        return _refused(data, envelope, str(wrong))
    payload = written(message)
    kind = plain(message.get("type"), 20)
    external_id = _external_id(message, payload, envelope)
    try:
        occurred_at = _occurred_at(message, envelope)
        _check(message, kind)
    except UnacceptableError as wrong:
        occurred_at, reason = envelope.received_at, str(wrong)
    else:
        reason = ""
    return Arrival(
        external_id, kind, _name(message, kind), plain(message.get("anonymousId"), LONGEST_ID),
        occurred_at, payload, reason,
    )  # fmt: skip


def distinct(arrivals: list[Arrival]) -> list[Arrival]:
    """Tell messages apart that are equal and have no id: each is one, as often as it was sent.

    A batch that is sent again says the same again, so nothing doubles.
    """
    seen: dict[str, int] = {}
    told = []
    for one in arrivals:
        number = seen[one.external_id] = seen.get(one.external_id, -1) + 1
        if number and one.external_id.startswith(_DIGEST):
            external_id = f"{one.external_id}-{number}"
            one = Arrival(external_id, *(getattr(one, name) for name in one.__slots__[1:]))
        elif number:
            continue
        told.append(one)
    return told


def plain(value: object, longest: int) -> str:
    """Return an id or a name as text that can be stored; empty for what is neither."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    text = str(value).replace("\x00", "").strip()[:longest]
    return text.encode(errors="replace").decode() if not text.isascii() else text


def written(message: Any) -> str:
    """Return a message as JSON that any PostgreSQL can keep."""
    try:
        return msgspec.json.encode(message).decode()
    except UnicodeEncodeError:
        return json.dumps(message)


def _message(data: bytes, envelope: Envelope) -> dict[str, Any]:
    if len(data) > LARGEST_MESSAGE:
        raise UnacceptableError(
            f"A message may have {LARGEST_MESSAGE // 1024} KiB; send less in it."
        )
    if is_too_deep(data):
        raise UnacceptableError("This is nested too deep.")
    try:
        message = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError):
        message = _read_leniently(data)
    if not isinstance(message, dict):
        raise UnacceptableError("A message is a JSON object with a type, such as track.")
    if envelope.kind:
        message["type"] = envelope.kind
    if envelope.context:
        own = message.get("context")
        message["context"] = {**envelope.context, **(own if isinstance(own, dict) else {})}
    return message


def _read_leniently(data: bytes) -> object:
    """Read what is nearly JSON: lone surrogates, NaN, bytes that are no UTF-8."""
    try:
        return json.loads(data.decode(errors="replace"))
    except ValueError:
        raise UnacceptableError("This is no JSON.") from None


def _check(message: Mapping[str, Any], kind: str) -> None:
    if kind not in KINDS:
        raise UnacceptableError(f"Say what this is: type is one of {', '.join(KINDS)}.")
    for name in IDS:
        value = message.get(name)
        if isinstance(value, dict | list | bool) or len(str(value)) > LONGEST_ID:
            raise UnacceptableError(f"{name} is a text of at most {LONGEST_ID} characters.")
    if kind == "track" and not plain(message.get("event"), LONGEST_NAME):
        raise UnacceptableError("A track call needs an event: the name of what happened.")
    if kind == "group" and not plain(message.get("groupId"), LONGEST_ID):
        raise UnacceptableError("A group call needs a groupId.")
    if kind == "alias" and not all(plain(message.get(x), 1) for x in ("previousId", "userId")):
        raise UnacceptableError("An alias call needs a previousId and a userId.")


def _name(message: Mapping[str, Any], kind: str) -> str:
    if kind == "track":
        return plain(message.get("event"), LONGEST_NAME)
    if kind not in ("page", "screen"):
        return ""
    properties = message.get("properties")
    given = properties if isinstance(properties, dict) else {}
    parts = (
        plain(message.get(key) or given.get(key), LONGEST_NAME) for key in ("category", "name")
    )
    return " ".join(filter(None, parts))[:LONGEST_NAME]


_DIGEST = "digest:"


def _external_id(message: Mapping[str, Any], payload: str, envelope: Envelope) -> str:
    """Return the message's own id; else a digest of what it says, so that a retry is no other."""
    given = message.get("messageId")
    own = plain(given, LONGEST_MESSAGE_ID + 1)
    if own and len(own) <= LONGEST_MESSAGE_ID:
        return own
    if own:
        return "long:" + hashlib.sha256(str(given).encode(errors="replace")).hexdigest()
    said = {name: value for name, value in message.items() if name not in _NEVER_THE_SAME}
    text = written(dict(sorted(said.items())))
    if not any(moment(message.get(name)) for name in _MOMENTS):
        sent = moment(message.get("sentAt")) or moment(envelope.sent_at)
        text += str(sent or int(envelope.received_at.timestamp() // _WINDOW))
    return _DIGEST + hashlib.sha256(text.encode(errors="replace")).hexdigest()


_WINDOW = int(UNTIMED_WINDOW.total_seconds())


def _occurred_at(message: Mapping[str, Any], envelope: Envelope) -> datetime:
    said = next(filter(None, (moment(message.get(name)) for name in _MOMENTS)), None)
    sent = moment(message.get("sentAt")) or moment(envelope.sent_at)
    return corrected(said, sent, envelope.received_at)


def corrected(said: datetime | None, sent: datetime | None, received: datetime) -> datetime:
    """Return when something was by our clock: theirs may be wrong, but not how long ago it was.

    What is a little ahead was now. Raises `UnacceptableError` for what is years ahead or half a
    century ago.

    >>> noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    >>> slow = noon - timedelta(hours=5)
    >>> str(corrected(slow - timedelta(minutes=3), slow, noon))
    '2026-03-02 11:57:00+00:00'
    """
    if said is None:
        return received
    when = said
    if sent is not None:
        by_our_clock = said + (received - sent)
        # A moment to come tells that it was `sentAt` that was wrong.
        when = said if by_our_clock > received >= said else by_our_clock
    if when > received + LONGEST_AHEAD:
        raise UnacceptableError("This is more than a year in the future; set the clock right.")
    if when < received - LONGEST_AGO:
        raise UnacceptableError("This is more than fifty years ago; set the clock right.")
    return min(when, received)


_YEARS = (datetime(1000, 1, 1, tzinfo=UTC), datetime(3000, 1, 1, tzinfo=UTC))


def moment(value: object) -> datetime | None:
    """Return a moment as clients write it: ISO 8601, or seconds or milliseconds since 1970."""
    try:
        if isinstance(value, str):
            when = datetime.fromisoformat(value.strip())
        elif isinstance(value, int | float) and not isinstance(value, bool):
            when = datetime.fromtimestamp(value / 1000 if abs(value) > 1e11 else value, UTC)
        else:
            return None
        when = (when if when.tzinfo else when.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None
    # What arithmetic may add to these is still a date.
    return when if _YEARS[0] <= when <= _YEARS[1] else None


def _refused(data: bytes, envelope: Envelope, reason: str) -> Arrival:
    digest = hashlib.sha256(data).hexdigest()
    shown = data[:SHOWN_OF_A_REFUSED].decode(errors="replace").replace("\x00", "\\0")
    return Arrival(f"{_DIGEST}{digest}", "", "", "", envelope.received_at, shown, reason)
