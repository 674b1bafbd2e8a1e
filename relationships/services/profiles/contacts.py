"""Contacts made and changed as they are asked for, each whole or not at all."""

from collections.abc import Collection, Iterator
from typing import Any

from django.db import transaction
from msgspec import UNSET, UnsetType

from relationships.models import Contact, Identity, Person
from relationships.selectors import IdentityRef
from relationships.services.introductions import LONGEST_CONTACT_NAME
from relationships.services.profiles.asked import LONGEST_JOB_TITLE, Check, ContactWrite, Outcome
from relationships.services.profiles.claims import (
    Addition,
    TakenMeanwhileError,
    add_identities,
    changed_belongings,
    list_flaws,
    named_places,
    remove_identities,
)
from relationships.services.profiles.contact_known import Known, Place, known_to
from relationships.services.profiles.plans import taken
from relationships.services.profiles.refusals import (
    Refusal,
    WriteRefusedError,
    identity_flaw,
    refusal,
    text_flaw,
)

COLUMNS = ("name", "job_title", "left_on")
NO_NAME = "This is missing: nobody is known by this yet, and a new contact needs a name."
NO_CUSTOMER = "This is missing: say at which customer the new contact is."
NO_SUCH_CUSTOMER = "There is no such customer that you may write to."
ELSEWHERE = (
    "This contact is at customer {}. Who changes sides is a new contact there: say when this one "
    "left, and take away the identities that shall mean the new one."
)


def write_contact(*, item: ContactWrite, by: Person, check: Check | None = None) -> Outcome:
    """Make a contact, or change the one that is meant, and say which it was.

    An identity that means the customer as a whole may come to mean a contact there.

    `check` is asked before anything is found wrong, and given whom nobody else can change then.

    Raises `WriteRefusedError`, `ContactGoneError` and whatever `check` raises; then nothing was
    written.
    """
    while True:
        try:
            return _written(item, by, check)
        except TakenMeanwhileError:
            continue


@transaction.atomic
def _written(item: ContactWrite, by: Person, check: Check | None) -> Outcome:
    known = known_to(item, by)
    if check is not None:
        check(known.contact.pk if known.contact else None)
    flaws = [*_texts(item, known), *_whose(item, known), *list_flaws(item), *_taken(item, known)]
    if flaws or known.place is None:
        raise WriteRefusedError(flaws)
    return _stored(item, known, known.place)


def _texts(item: ContactWrite, known: Known) -> Iterator[Refusal]:
    if item.identity and (flaw := identity_flaw(item.identity)):
        yield refusal("/identity/value", item.identity, flaw)
    if isinstance(item.name, UnsetType):
        if known.contact is None:
            yield refusal("/name", "", NO_NAME)
    elif flaw := text_flaw(item.name, LONGEST_CONTACT_NAME):
        yield refusal("/name", item.name, flaw)
    if not isinstance(item.job_title, UnsetType) and (
        flaw := text_flaw(item.job_title, LONGEST_JOB_TITLE, may_be_empty=True)
    ):
        yield refusal("/job_title", item.job_title, flaw)


def _whose(item: ContactWrite, known: Known) -> Iterator[Refusal]:
    """Yield what is wrong with the customer that a contact is said to be at."""
    if item.customer is UNSET:
        if known.place is None:
            yield refusal("/customer", "", NO_CUSTOMER)
    elif isinstance(item.customer, IdentityRef) and (flaw := identity_flaw(item.customer)):
        yield refusal("/customer", item.customer, flaw)
    elif known.named is None:
        yield refusal("/customer", item.customer, NO_SUCH_CUSTOMER)
    elif known.contact and known.contact.customer_id != known.named.customer_id:
        yield refusal("/customer", item.customer, ELSEWHERE.format(known.contact.customer_id))


def _taken(item: ContactWrite, known: Known) -> Iterator[Refusal]:
    """Yield the identities that mean somebody else; the customer's own may become a contact's."""
    places = list(named_places(item))
    if item.identity is not None:
        places.append(("/identity", item.identity))
    for pointer, ref in places:
        claim = known.claims.get(ref)
        if claim is None or ref in known.own or known.place is None:
            continue
        if claim.customer_id != known.place.customer_id or claim.contact_id is not None:
            yield refusal(pointer, ref, taken(claim, known.visible))


def _stored(item: ContactWrite, known: Known, place: Place) -> Outcome:
    values: dict[str, Any] = {
        name: value.strip() if isinstance(value, str) else value
        for name in COLUMNS
        if (value := getattr(item, name)) is not UNSET
    }
    belongings = changed_belongings(item, item.identity, known.own)
    contact = known.contact or Contact.objects.create(**place._asdict(), **values)
    others = {name: value for name, value in values.items() if getattr(contact, name) != value}
    if others:
        for name, value in others.items():
            setattr(contact, name, value)
        contact.save(update_fields=list(others))
    remove_identities(belongings.removed)
    _take_over([known.claims[ref].identity_id for ref in belongings.added if ref in known.claims],
               contact, place)  # fmt: skip
    add_identities(
        Addition(ref, place.customer_id, contact.pk, place.home_id)
        for ref in belongings.added
        if ref not in known.claims
    )
    if known.contact is None:
        return Outcome("made", contact.pk)
    return Outcome("changed" if others or any(belongings) else "unchanged", contact.pk)


def _take_over(ids: Collection[int], contact: Contact, place: Place) -> None:
    """Let identities of a customer as a whole mean a contact there."""
    if not ids:
        return
    theirs = Identity.objects.filter(pk__in=ids, customer=place.customer_id, contact=None)
    if theirs.update(contact=contact, home_id=place.home_id) < len(ids):
        raise TakenMeanwhileError
