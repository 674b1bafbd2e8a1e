"""What is said of service accounts and their keys."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from relationships.models import AccessKey, Person
from relationships.services import SCOPES
from relationships.words import plural, span

ENDS_SOON = timedelta(days=14)
UNUSED_FOR = timedelta(days=90)
TRIED_LATELY = timedelta(days=7)

STATE_WORDS = {
    AccessKey.State.REVOKED: "Revoked",
    AccessKey.State.EXPIRED: "Ended",
    AccessKey.State.SWITCHED_OFF: "Switched off",
}


@dataclass(frozen=True, slots=True)
class Tag:
    """A word beside a name, with the tone it is said in."""

    text: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class KeyRow:
    """One key as it is listed."""

    pk: int
    prefix: str
    is_live: bool
    tags: Sequence[Tag]
    scopes: Sequence[str]
    meanings: Sequence[str]
    made: str
    used: str
    ends: str
    limits: str
    refused: str
    successor: str
    predecessor: str


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One service account with its keys; those that ended stand apart."""

    pk: int
    name: str
    team: str
    is_on: bool
    live: Sequence[KeyRow]
    ended: Sequence[KeyRow]
    refused: str


def account_row(account: Person, now: datetime) -> AccountRow:
    """Tell a service account whose keys were fetched with it."""
    keys = account.keys.all()
    rows = [key_row(key, now) for key in keys]
    tried = max((key.last_refused_at for key in keys if key.last_refused_at), default=None)
    is_tried_lately = tried is not None and now - tried < TRIED_LATELY
    return AccountRow(
        account.pk,
        account.name,
        str(account.team) if account.team else "",
        account.is_active,
        [row for row in rows if row.is_live],
        [row for row in rows if not row.is_live],
        f"still tried {ago(tried, now)}" if tried and is_tried_lately else "",
    )


def key_row(key: AccessKey, now: datetime) -> KeyRow:
    """Tell a key."""
    state = key.state(now)
    return KeyRow(
        pk=key.pk,
        prefix=key.prefix,
        is_live=not _has_ended(state),
        tags=_tags(key, state, now),
        scopes=key.scopes,
        meanings=[meaning for scope, meaning in SCOPES.items() if scope in key.scopes],
        made=_said_by("Made", key.created_at, key.created_by),
        used=_used("Last used", key.last_used_at, key.last_used_from, now) or "Never used",
        ends=_ends(key, state),
        limits=_limits(key),
        refused=_used("Still tried", key.last_refused_at, key.last_refused_from, now),
        successor=key.replacement.prefix if hasattr(key, "replacement") else "",
        predecessor=key.replaces.prefix if key.replaces else "",
    )


def ago(moment: datetime, now: datetime) -> str:
    """Say how long ago something was, to the minute while it is fresh.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 3, 4, 12, tzinfo=UTC)
    >>> ago(noon, noon), ago(noon - timedelta(minutes=3), noon), ago(noon - timedelta(9), noon)
    ('just now', '3 minutes ago', '9 days ago')
    """
    return "just now" if now - moment < timedelta(minutes=1) else f"{span(now - moment)} ago"


def is_ending(key: AccessKey, now: datetime) -> bool:
    """Whether a key ends soon and nothing has taken its place."""
    is_soon = key.expires_at is not None and now < key.expires_at <= now + ENDS_SOON
    return is_soon and key.revoked_at is None and not hasattr(key, "replacement")


def is_unused(key: AccessKey, now: datetime) -> bool:
    """Whether nobody has used a working key for long."""
    works = key.state(now) == AccessKey.State.WORKS
    return works and (key.last_used_at or key.created_at) <= now - UNUSED_FOR


def _has_ended(state: AccessKey.State) -> bool:
    return state in {AccessKey.State.REVOKED, AccessKey.State.EXPIRED}


def _tags(key: AccessKey, state: AccessKey.State, now: datetime) -> list[Tag]:
    tags = (
        [Tag(STATE_WORDS[state], "" if _has_ended(state) else "bad")]
        if state in STATE_WORDS
        else []
    )
    if not _has_ended(state) and hasattr(key, "replacement"):
        tags.append(Tag("Being replaced"))
    if is_ending(key, now) and key.expires_at:
        tags.append(Tag(f"Ends in {span(key.expires_at - now)}", "bad"))
    if is_unused(key, now):
        tags.append(Tag(f"Unused for {UNUSED_FOR.days} days", "bad"))
    if key.origins and not _has_ended(state) and any(":read" in scope for scope in key.scopes):
        tags.append(Tag("Visitors of a page can read with it", "bad"))
    return tags


def _said_by(what: str, moment: datetime, person: Person | None) -> str:
    by = f" by {person}" if person else ""
    return f"{what} {timezone.localtime(moment):%-d %B %Y}{by}"


def _used(what: str, moment: datetime | None, address: str | None, now: datetime) -> str:
    if moment is None:
        return ""
    return f"{what} {ago(moment, now)}" + (f" from {address}" if address else "")


def _ends(key: AccessKey, state: AccessKey.State) -> str:
    if state == AccessKey.State.REVOKED and key.revoked_at:
        return _said_by("Revoked", key.revoked_at, key.revoked_by)
    if key.expires_at is None:
        return "Works until it is revoked"
    ended = "Ended" if state == AccessKey.State.EXPIRED else "Ends"
    return f"{ended} {timezone.localtime(key.expires_at):%-d %B %Y, %H:%M}"


def _limits(key: AccessKey) -> str:
    """Say how often and from where a key may be used; nothing when both are free."""
    rate = key.requests_per_minute or settings.KEY_REQUESTS_PER_MINUTE
    often = f"{plural(rate, 'request')} a minute" if rate else ""
    where = f"only from {', '.join(key.origins)}" if key.origins else ""
    return ", ".join(part for part in (often, where) if part)
