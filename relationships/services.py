"""Writes about customers, contacts, identities, people and their keys."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import QuerySet

from relationships.models import AccessKey, Customer, Identity, Person, ProfileChange, Team
from relationships.names import searchable
from relationships.selectors import IdentityRef, customers_by_identity

SCOPES = {
    "touchpoints:write": "record touchpoints",
    "customers:read": "read customers and their health",
    "customers:write": "make customers for identities that nobody knows yet",
}


NOTED_EVERY = timedelta(minutes=1)
LONGEST_NAME = 200
"""Characters of a customer's name; an identity may be longer."""
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


_CREATE_CUSTOMERS = f"""
    WITH wanted AS (
        SELECT nextval(pg_get_serial_sequence('{Customer._meta.db_table}', 'id')) AS id, *
        FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[])
            AS ref (kind, namespace, value, name, search_name)
    ), identity AS (
        -- The foreign key to the customer is checked at the end of the transaction.
        INSERT INTO {Identity._meta.db_table} (kind, namespace, value, customer_id)
        SELECT kind, namespace, value, id FROM wanted
        ON CONFLICT (kind, namespace, value) DO NOTHING
        RETURNING customer_id
    ), customer AS (
        INSERT INTO {Customer._meta.db_table}
            (id, name, search_name, stage, style, yearly_value, currency, team_id, is_demo)
        SELECT id, name, search_name, %s, '', 0, %s, %s, false
        FROM wanted JOIN identity ON identity.customer_id = wanted.id
    )
    INSERT INTO {ProfileChange._meta.db_table} (customer_id) SELECT customer_id FROM identity
"""


@transaction.atomic
def customers_for(
    *, refs: Sequence[IdentityRef], team_id: int | None = None
) -> dict[IdentityRef, tuple[int, int | None]]:
    """Return the (customer id, contact id) of each identity; make customers for the unknown ones.

    Two requests may meet the same new identity at once: the second waits for the first at the
    unique constraint and then finds its customer.
    """
    known = customers_by_identity(refs)
    # In one order, so that two requests cannot wait for each other in a ring.
    missing = sorted(set(refs) - known.keys(), key=_by_value)
    if missing:
        _create_customers(missing, team_id=team_id)
        known |= customers_by_identity(missing)
    return known


def _by_value(ref: IdentityRef) -> tuple[str, str, str]:
    return (ref.kind, ref.namespace, ref.value)


def _create_customers(refs: Sequence[IdentityRef], *, team_id: int | None) -> None:
    names = [ref.value[:LONGEST_NAME] for ref in refs]
    with connection.cursor() as cursor:
        cursor.execute(
            _CREATE_CUSTOMERS,
            [
                [ref.kind for ref in refs],
                [ref.namespace for ref in refs],
                [ref.value for ref in refs],
                names,
                [searchable(name) for name in names],
                Customer.Stage.CURRENT,
                Customer._meta.get_field("currency").default,
                team_id,
            ],
        )


@transaction.atomic
def save_customer(*, customer: Customer) -> None:
    """Save what an administrator changed about a customer, so that readings follow."""
    customer.save()
    mark_profiles_changed(customer_ids=[customer.pk])


def revoke_keys(*, keys: QuerySet[AccessKey], now: datetime) -> int:
    """Revoke keys at once and return how many were in use."""
    return keys.filter(revoked_at=None).update(revoked_at=now)


def mark_profiles_changed(*, customer_ids: Sequence[int]) -> None:
    """Say that what we hold about these customers changed, in the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {ProfileChange._meta.db_table} (customer_id) SELECT unnest(%s::bigint[])",
            [list(customer_ids)],
        )
