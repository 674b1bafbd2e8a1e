"""Looks up what is asked to be written of a contact refers to."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from relationships.models import Contact, Identity, Person
from relationships.selectors import IdentityRef, survivors_of
from relationships.services.merges import keep_customers
from relationships.services.profiles.asked import ContactWrite
from relationships.services.profiles.claims import (
    Claim,
    TakenMeanwhileError,
    claims_of,
    named_refs,
)
from relationships.services.profiles.known import held_customers, storable, visible_among
from relationships.services.profiles.refusals import identity_flaw


class ContactGoneError(LookupError):
    """There is no such contact that this account may change."""

    def __init__(self) -> None:
        super().__init__("There is no such contact that you may write to.")


class Place(NamedTuple):
    """The customer a contact is at: as it is now, and beneath a merge where that is another."""

    customer_id: int
    home_id: int | None


@dataclass(frozen=True, slots=True)
class Known:
    """What a write refers to, as far as it is there and the account may use it.

    The contact and its customer are held until the transaction ends. `place` is where the
    contact is or shall be, `named` where it was said to be, `own` its identities with their ids.
    `visible` are the customers that the account may at least name.
    """

    claims: Mapping[IdentityRef, Claim]
    contact: Contact | None
    own: Mapping[IdentityRef, int]
    place: Place | None
    named: Place | None
    visible: set[int]


def known_to(item: ContactWrite, by: Person) -> Known:
    """Look up what a write refers to, and hold the contact and its customer.

    Nobody is merged, parted or deleted from here to the end. Raises `ContactGoneError`, and
    `TakenMeanwhileError` when an identity came to mean somebody else while we waited.
    """
    keep_customers()
    refs = named_refs([item])
    refs |= {
        ref
        for ref in (item.identity, item.customer)
        if isinstance(ref, IdentityRef) and not identity_flaw(ref)
    }
    before = claims_of(refs)
    named = _named_place(item, before)
    contact = _contact(item, before)
    place = _place(item, contact, named, before)
    held = held_customers([place.customer_id] if place else [], by)
    claims = claims_of(refs)
    if claims != before:
        raise TakenMeanwhileError
    if place and not held:
        if named is None or contact is not None:
            raise ContactGoneError
        place = None
    if contact is not None:
        contact = Contact.objects.select_for_update(no_key=True).get(pk=contact.pk)
    others = {claim.customer_id for claim in claims.values()} - held.keys()
    return Known(
        claims,
        contact,
        _own_identities(contact),
        place,
        named if named and visible_among([named.customer_id], by) else None,
        held.keys() | visible_among(others, by),
    )


def _contact(item: ContactWrite, claims: Mapping[IdentityRef, Claim]) -> Contact | None:
    """Return the contact that is meant, if there is one already."""
    claim = claims.get(item.identity) if item.identity else None
    wanted = claim.contact_id if claim else item.id
    if wanted is None:
        return None
    contact = Contact.objects.filter(pk__in=storable([wanted])).first()
    if contact is None:
        raise ContactGoneError
    return contact


def _named_place(item: ContactWrite, claims: Mapping[IdentityRef, Claim]) -> Place | None:
    """Return the customer that a contact is said to be at, whoever may see it."""
    if isinstance(item.customer, IdentityRef):
        claim = claims.get(item.customer)
        return Place(claim.customer_id, claim.home_id) if claim else None
    if not isinstance(item.customer, int):
        return None
    survivor = survivors_of(storable([item.customer])).get(item.customer)
    if survivor is None:
        return None
    return Place(survivor, item.customer if item.customer != survivor else None)


def _place(
    item: ContactWrite,
    contact: Contact | None,
    named: Place | None,
    claims: Mapping[IdentityRef, Claim],
) -> Place | None:
    """Return where a contact is, else where it is said to be, else where its identity leads."""
    if contact is not None:
        return Place(contact.customer_id, contact.home_id)
    if named is not None:
        return named
    claim = claims.get(item.identity) if item.identity else None
    return Place(claim.customer_id, claim.home_id) if claim else None


def _own_identities(contact: Contact | None) -> Mapping[IdentityRef, int]:
    if contact is None:
        return {}
    return {
        IdentityRef(row.kind, row.value, row.namespace): row.pk
        for row in Identity.objects.filter(contact=contact)
    }
