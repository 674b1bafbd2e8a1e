"""Writes about service accounts and their keys."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from relationships.models import AccessKey, Person, Team
from relationships.names import searchable

SCOPES = {
    "touchpoints:write": "record, correct and delete touchpoints",
    "touchpoints:read": "read touchpoints and loops",
    "customers:read": "read customers and their health",
    "customers:write": "make customers for identities that nobody knows yet",
    "contacts:read": "read contacts and what they are reached by",
    "organisation:read": "read people, teams, segments, sources and totals of the organisation",
    "policy:read": "read the versions of the scoring policy",
    "exports:read": "export everything the key may read, at once",
}
"""What a key may do, each with what it lets the key do."""


NOTED_EVERY = timedelta(minutes=1)


LONGEST_SOURCE = 100
"""Characters of the name of a source, which is that of its service account."""


class UnknownScopeError(ValueError):
    """A key was asked for with a scope that does not exist."""


class NotAServiceAccountError(ValueError):
    """A service account cannot have this name, or not this team."""


class UnknownTeamError(LookupError):
    """There is no team with this name."""


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
) -> NewKey:
    """Make a key for the service account `name`, which is created when it does not exist."""
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown or not scopes:
        known = ", ".join(SCOPES)
        raise UnknownScopeError(f"Scope {', '.join(unknown) or '(none)'}: use one of {known}.")
    person = service_account(name=name, team=team)
    secret = f"hearth_{secrets.token_urlsafe(32)}"
    key = AccessKey.objects.create(
        person=person,
        prefix=secret[:12],
        digest=key_digest(secret),
        scopes=sorted(set(scopes)),
        expires_at=expires_at,
    )
    return NewKey(key, secret)


def key_digest(secret: str) -> str:
    """Return what is kept of a key; it is long and random, so a plain hash is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


def note_use(*, key: AccessKey, now: datetime) -> None:
    """Remember that a key was used, to the minute, and without waiting for anybody."""
    if key.last_used_at is not None and now - key.last_used_at < NOTED_EVERY:
        return
    with transaction.atomic():
        unlocked = AccessKey.objects.select_for_update(skip_locked=True).filter(pk=key.pk)
        AccessKey.objects.filter(pk__in=unlocked.values("pk")).update(last_used_at=now)


def service_account(*, name: str, team: Team | None = None) -> Person:
    """Return the service account `name`, created when it does not exist.

    One that belongs to a team sees that team's customers alone, and stays with it.
    """
    slug = "-".join(searchable(name).split())
    if not slug or len(name) > LONGEST_SOURCE or "\x00" in name:
        raise NotAServiceAccountError(f"Use a name of 1 to {LONGEST_SOURCE} characters.")
    email = f"{slug}@service.invalid"
    person = Person.objects.filter(email=email).first()
    if person is None:
        return Person.objects.create_user(email, name=name, role=Person.Role.SERVICE, team=team)
    if person.role != Person.Role.SERVICE:
        raise NotAServiceAccountError(f"{email} belongs to a person; use another name.")
    if team is not None and person.team_id != team.pk:
        bound = f"belongs to the team {person.team}" if person.team_id else "belongs to no team"
        raise NotAServiceAccountError(f"The service account {name} {bound}; use another name.")
    return person


def team_named(name: str) -> Team:
    """Return the team with this name, or raise `UnknownTeamError` with those there are."""
    team = Team.objects.filter(name=name.replace("\x00", "")).first()
    if team is None:
        names = list(Team.objects.values_list("name", flat=True)[:10])
        known = f"use {' or '.join(names)}." if names else "an administrator can make one."
        raise UnknownTeamError(f"There is no such team; {known}")
    return team


def revoke_keys(*, keys: QuerySet[AccessKey], now: datetime) -> int:
    """Revoke keys at once and return how many were in use."""
    return keys.filter(revoked_at=None).update(revoked_at=now)
