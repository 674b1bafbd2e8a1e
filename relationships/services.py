"""Writes about customers, contacts, identities, people and their keys."""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, connection, transaction

from relationships.models import AccessKey, Customer, Identity, Person, ProfileChange
from relationships.names import searchable
from relationships.selectors import IdentityRef, customers_by_identity

SCOPES = {
    "touchpoints:write": "record touchpoints",
    "customers:read": "read customers and their health",
}


class UnknownScopeError(ValueError):
    """A key was asked for with a scope that does not exist."""


class NotAServiceAccountError(ValueError):
    """The name of a key belongs to a person."""


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key just made: the only time its secret is seen."""

    key: AccessKey
    secret: str


@transaction.atomic
def create_key(*, name: str, scopes: Sequence[str], expires_at: datetime | None = None) -> NewKey:
    """Make a key for the service account `name`, which is created when it does not exist."""
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown or not scopes:
        known = ", ".join(SCOPES)
        raise UnknownScopeError(f"Scope {', '.join(unknown) or '(none)'}: use one of {known}.")
    person = _service_account(name)
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


def _service_account(name: str) -> Person:
    slug = "-".join(searchable(name).split())
    email = f"{slug}@service.invalid"
    person = Person.objects.filter(email=email).first()
    if person is None:
        return Person.objects.create_user(email, name=name, role=Person.Role.SERVICE)
    if person.role != Person.Role.SERVICE:
        raise NotAServiceAccountError(f"{email} belongs to a person; use another name.")
    return person


@transaction.atomic
def customers_for(
    *, refs: Sequence[IdentityRef], team_id: int | None = None
) -> dict[IdentityRef, tuple[int, int | None]]:
    """Return the (customer id, contact id) of each identity; make customers for the unknown ones.

    Two requests may meet the same new identity at once: the second waits for the first at the
    unique constraint and then finds its customer.
    """
    known = customers_by_identity(refs)
    missing = _missing(refs, known)
    if missing:
        try:
            with transaction.atomic():
                return known | _create_customers(missing, team_id=team_id)
        except IntegrityError:
            known = customers_by_identity(refs)
            return known | _create_customers(_missing(refs, known), team_id=team_id)
    return known


def _missing(refs: Sequence[IdentityRef], known: Mapping[IdentityRef, object]) -> list[IdentityRef]:
    """Return the unknown identities in one order, so that two requests cannot wait in a ring."""
    return sorted(set(refs) - known.keys(), key=_by_value)


def _by_value(ref: IdentityRef) -> tuple[str, str, str]:
    return (ref.kind, ref.namespace, ref.value)


def _create_customers(
    refs: Sequence[IdentityRef], *, team_id: int | None
) -> dict[IdentityRef, tuple[int, int | None]]:
    customers = Customer.objects.bulk_create(
        Customer(name=ref.value, search_name=searchable(ref.value), team_id=team_id) for ref in refs
    )
    Identity.objects.bulk_create(
        Identity(customer=customer, kind=ref.kind, namespace=ref.namespace, value=ref.value)
        for ref, customer in zip(refs, customers, strict=True)
    )
    mark_profiles_changed(customer_ids=[customer.pk for customer in customers])
    return {ref: (customer.pk, None) for ref, customer in zip(refs, customers, strict=True)}


def mark_profiles_changed(*, customer_ids: Sequence[int]) -> None:
    """Say that what we hold about these customers changed, in the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {ProfileChange._meta.db_table} (customer_id) SELECT unnest(%s::bigint[])",
            [list(customer_ids)],
        )
