"""Writes about the keys of service accounts."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from relationships.models import AccessKey, Person, Team
from relationships.origins import normal_origin
from relationships.services.accounts import service_account

SCOPES = {
    "touchpoints:write": "record, correct and delete touchpoints",
    "touchpoints:read": "read touchpoints and loops",
    "customers:read": "read customers and their health",
    "customers:write": "make and change customers, also for identities that nobody knows yet",
    "contacts:read": "read contacts and their addresses",
    "contacts:write": "make and change contacts",
    "organisation:read": "read people, teams, segments, sources and totals of the organisation",
    "policy:read": "read the versions of the scoring policy",
    "exports:read": "export everything the key may read, at once",
    "webhooks:manage": "make, change, test and delete webhooks, and get their secrets",
}
"""What a key may do, each with what it lets the key do."""

NOTED_EVERY = timedelta(minutes=1)
MOST_PER_MINUTE = 1_000_000
MOST_ORIGINS = 50
OVERLAPS = {
    0: "ends at once",
    1: "works for another hour",
    24: "works for another day",
    168: "works for another week",
}
"""How many hours a key works beside the one that replaces it."""


class UnknownScopeError(ValueError):
    """A key was asked for with a scope that does not exist."""


class KeyLimitError(ValueError):
    """A key cannot have this rate, or not as many origins."""


class KeyEndedError(LookupError):
    """A key works no more, so nothing about it can be changed."""


class KeyReplacedError(ValueError):
    """A key was replaced already."""


class FormSentTwiceError(ValueError):
    """The key that this form asked for was made already."""


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key just made: the only time its secret is seen."""

    key: AccessKey
    secret: str


@transaction.atomic
def create_key(
    *,
    name: str,
    scopes: Sequence[str],
    expires_at: datetime | None = None,
    team: Team | None = None,
    requests_per_minute: int | None = None,
    origins: Sequence[str] = (),
    by: Person | None = None,
    form_id: UUID | None = None,
) -> NewKey:
    """Make a key for the service account `name`, which is created when it does not exist."""
    rights = _rights(scopes, requests_per_minute, origins)
    account = service_account(name=name, team=team)
    return _make(account, created_by=by, form_id=form_id, expires_at=expires_at, **rights)


@transaction.atomic
def rotate_key(
    *,
    key_id: int,
    overlap: timedelta,
    now: datetime,
    by: Person | None = None,
    form_id: UUID | None = None,
) -> NewKey:
    """Replace a key by one with the same rights; the old one ends when the overlap is over.

    A key that was to end lends its successor as long a life as it had itself.
    """
    if form_id and AccessKey.objects.filter(form_id=form_id).exists():
        raise FormSentTwiceError("This key was rotated already.")
    old = _working_key(key_id, now)
    if AccessKey.objects.filter(replaces=old).exists():
        raise KeyReplacedError("This key was replaced already; rotate the newer one.")
    made = _make(
        old.person,
        created_by=by,
        form_id=form_id,
        expires_at=successor_ends(old, now),
        scopes=old.scopes,
        requests_per_minute=old.requests_per_minute,
        origins=old.origins,
        replaces=old,
    )
    old.expires_at = min(old.expires_at or now + overlap, now + overlap)
    old.save(update_fields=["expires_at"])
    return made


def successor_ends(key: AccessKey, now: datetime) -> datetime | None:
    """Return when a key that replaces this one now will end: it lives as long."""
    return now + (key.expires_at - key.created_at) if key.expires_at else None


@transaction.atomic
def change_key(
    *,
    key_id: int,
    scopes: Sequence[str],
    expires_at: datetime | None,
    requests_per_minute: int | None,
    origins: Sequence[str],
    now: datetime,
) -> AccessKey:
    """Change what a working key may do, from its next request on."""
    rights = _rights(scopes, requests_per_minute, origins) | {"expires_at": expires_at}
    key = _working_key(key_id, now)
    for name, value in rights.items():
        setattr(key, name, value)
    key.save(update_fields=list(rights))
    return key


@transaction.atomic
def revoke_key(*, key_id: int, now: datetime, by: Person | None = None) -> AccessKey:
    """Revoke a key: the next request with it is refused. There is no way back."""
    key = _working_key(key_id, now)
    key.revoked_at, key.revoked_by = now, by
    key.save(update_fields=["revoked_at", "revoked_by"])
    return key


def key_digest(secret: str) -> str:
    """Return what is kept of a key; it is long and random, so a plain hash is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


def note_use(*, key: AccessKey, now: datetime, address: str | None = None) -> None:
    """Remember that a key was used, to the minute, and without waiting for anybody."""
    if key.last_used_at is None or now - key.last_used_at >= NOTED_EVERY:
        _note(key, last_used_at=now, last_used_from=address)


def note_refusal(*, key: AccessKey, now: datetime, address: str | None = None) -> None:
    """Remember that somebody tried a key that works no more, to the minute."""
    if key.last_refused_at is None or now - key.last_refused_at >= NOTED_EVERY:
        _note(key, last_refused_at=now, last_refused_from=address)


def _note(key: AccessKey, **fields: Any) -> None:
    # The key may be remembered for later requests, which then need not note it again.
    for name, value in fields.items():
        setattr(key, name, value)
    with transaction.atomic():
        unlocked = AccessKey.objects.select_for_update(skip_locked=True).filter(pk=key.pk)
        AccessKey.objects.filter(pk__in=unlocked.order_by().values("pk")).update(**fields)


def _make(account: Person, *, form_id: UUID | None, **fields: Any) -> NewKey:
    secret = f"hearth_{secrets.token_urlsafe(32)}"
    try:
        with transaction.atomic():
            key = AccessKey.objects.create(
                person=account,
                prefix=secret[:12],
                digest=key_digest(secret),
                form_id=form_id,
                **fields,
            )
    except IntegrityError:
        if form_id and AccessKey.objects.filter(form_id=form_id).exists():
            raise FormSentTwiceError("This key was made already.") from None
        raise
    return NewKey(key, secret)


def _working_key(key_id: int, now: datetime) -> AccessKey:
    """Return a key and hold it until the transaction ends, or raise `KeyEndedError`."""
    locked = AccessKey.objects.select_for_update(of=("self",)).select_related("person")
    key = locked.filter(pk=key_id).first()
    if key is None or key.state(now) in {AccessKey.State.REVOKED, AccessKey.State.EXPIRED}:
        raise KeyEndedError("This key has ended; nothing about it can be changed.")
    return key


def _rights(
    scopes: Sequence[str], requests_per_minute: int | None, origins: Sequence[str]
) -> dict[str, Any]:
    """Check what a key shall be allowed, and write it in one way."""
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown or not scopes:
        known = ", ".join(SCOPES)
        raise UnknownScopeError(f"Scope {', '.join(unknown) or '(none)'}: use one of {known}.")
    if requests_per_minute is not None and not 1 <= requests_per_minute <= MOST_PER_MINUTE:
        raise KeyLimitError(f"{requests_per_minute} a minute: use 1 to {MOST_PER_MINUTE:,}.")
    if len(origins) > MOST_ORIGINS:
        raise KeyLimitError(f"{len(origins)} origins: use at most {MOST_ORIGINS}.")
    return {
        "scopes": sorted(set(scopes)),
        "requests_per_minute": requests_per_minute,
        "origins": sorted({normal_origin(origin) for origin in origins}),
    }
