"""Writes about customers, contacts, identities, people and their keys."""

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce, NullIf

from relationships import access
from relationships.models import (
    AccessKey,
    Contact,
    Customer,
    CustomerMerge,
    Identity,
    Person,
    ProfileChange,
    Team,
)
from relationships.names import searchable
from relationships.selectors import (
    IdentityRef,
    absorbed_by,
    customers_by_identity,
    survivors_of,
)

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


class CustomerGoneError(LookupError):
    """There is no such customer that this person may change."""


class NotMergeableError(ValueError):
    """These customers cannot be merged, or were not."""


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

    The customer is the one beneath all merges, as `customers_by_identity` tells it.

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


@transaction.atomic
def absorb_customer(*, keep: int, absorb: int, by: Person, now: datetime) -> None:
    """Make one customer of two: contacts and identities of `absorb` are those of `keep` now.

    Both must be customers `by` may see. What happened with them is moved by
    `interactions.services.merge_customers`, which calls this first: until its transaction ends
    nobody records anything for either.
    """
    if keep == absorb:
        raise NotMergeableError("Choose two customers; this is one and the same.")
    hold_customers(customer_ids=[keep, absorb], exclusively=True)
    both = list(access.customers_visible_to(by).filter(pk__in=[keep, absorb]))
    if len(both) < 2:
        raise CustomerGoneError("There are no two such customers that you may merge.")
    if both[0].is_demo != both[1].is_demo:
        raise NotMergeableError("One of them is demonstration data, which is removed one day.")
    Customer.objects.filter(pk=absorb).update(merged_into=keep)
    for model in (Contact, Identity):
        model.objects.filter(customer=absorb).update(
            customer=keep, home_id=Coalesce("home_id", F("customer_id"))
        )
    CustomerMerge.objects.create(customer_id=absorb, into_id=keep, merged_by=by, merged_at=now)
    mark_profiles_changed(customer_ids=[keep, absorb])


@transaction.atomic
def release_customer(*, customer_id: int, by: Person, now: datetime) -> int:
    """Take the merge of a customer into another back; return who it was merged into at last.

    Contacts and identities go back with whoever had been merged into the customer before, and
    those that came in meanwhile for one of these. `by` must see both customers.
    """
    survivor = _hold_with_survivor(customer_id)
    in_scope = Customer.objects.filter(access.customer_scope(by), pk__in=[customer_id, survivor])
    if survivor == customer_id or in_scope.count() < 2:
        raise CustomerGoneError("There is no such merged customer that you may bring back.")
    homes = absorbed_by(customer_id)
    Customer.objects.filter(pk=customer_id).update(merged_into=None)
    for model in (Contact, Identity):
        model.objects.filter(customer=survivor, home_id__in=homes).update(
            customer=customer_id, home_id=NullIf("home_id", customer_id)
        )
    merge = CustomerMerge.objects.filter(customer=customer_id, undone_at=None)
    merge.update(undone_by=by, undone_at=now)
    mark_profiles_changed(customer_ids=[customer_id, survivor])
    return survivor


def _hold_with_survivor(customer_id: int) -> int:
    """Hold a customer and who it is now, which may change until we hold them."""
    held = None
    while (survivor := survivors_of([customer_id]).get(customer_id, customer_id)) != held:
        hold_customers(customer_ids=[customer_id, survivor], exclusively=True)
        held = survivor
    return survivor


def hold_customers(*, customer_ids: Iterable[int], exclusively: bool = False) -> None:
    """Keep customers from being deleted, merged or parted until the transaction ends.

    In the order of their ids, so that nobody waits for each other in a ring. Whoever holds them
    `exclusively` also keeps others from recording anything for them.
    """
    lock = "UPDATE" if exclusively else "KEY SHARE"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT FROM {Customer._meta.db_table} WHERE id = ANY(%s) ORDER BY id FOR {lock}",
            [list(customer_ids)],
        )
