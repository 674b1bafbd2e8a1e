"""Brings together who was thought to be two: a user and a company, an address, an earlier id."""

from collections.abc import Iterable, Sequence

from interactions.services.merge import merge_customers
from interactions.services.segment.actors import Actor, Terms
from interactions.services.segment.known import Known, Whose
from interactions.services.segment.messages import Message
from relationships.models import Contact, Identity
from relationships.selectors import IdentityRef
from relationships.services.introductions import Belonging, add_contact, attach_identities


class MergeNeededError(Exception):
    """Customers must be merged, and this attempt does not hold off everybody who records."""


def follow_previous(messages: Iterable[Message], known: Known) -> None:
    """Let a new id mean whom the earlier one means."""
    found = [
        Belonging(message.user, *whose)
        for message in messages
        if message.previous and message.user and known.get(message.user) is None
        and not known.is_taken(message.user) and (whose := _first(message.previous, known))
    ]  # fmt: skip
    attach_identities(belongings=found)
    known.look_up({one.ref for one in found})


def join_previous(messages: Iterable[Message], terms: Terms) -> None:
    """Merge who is known by an earlier id and by a later one, when one of them is one person."""
    for message in messages:
        earlier, later = _first(message.previous, terms.known), terms.known.get(message.user)
        if earlier and later:
            _become_one(earlier, later, terms)


def join_companies(actors: Iterable[Actor], terms: Terms) -> None:
    """Take people to the company they say they belong to, with what came before.

    Somebody who was a customer of their own is merged into it. Who belongs to another company
    already is a contact of this one from now on; what was stays where it was.
    """
    known = terms.known
    for actor in actors:
        mine, company = known.get(actor.ref), known.get(actor.company)
        if mine is None or company is None or known.are_one(mine.home_id, company.home_id):
            continue
        if known.is_one_person(mine.home_id):
            _merge(into=company.home_id, absorb=mine.home_id, terms=terms)
        elif mine.contact_id:
            _change_companies(actor, mine.contact_id, company, known)


def join_same_address(actors: Sequence[Actor], terms: Terms) -> None:
    """Merge who is known by an id and by an e-mail address, when one of them is one person."""
    for actor in actors:
        by_id, by_address = terms.known.get(actor.ref), terms.known.get(actor.profile.email)
        if by_id and by_address:
            _become_one(by_id, by_address, terms)


def _become_one(one: Whose, other: Whose, terms: Terms) -> None:
    known = terms.known
    if known.are_one(one.home_id, other.home_id):
        return
    if known.is_one_person(one.home_id):
        _merge(into=other.home_id, absorb=one.home_id, terms=terms)
    elif known.is_one_person(other.home_id):
        _merge(into=one.home_id, absorb=other.home_id, terms=terms)


def _merge(*, into: int, absorb: int, terms: Terms) -> None:
    if not terms.may_merge:
        raise MergeNeededError
    known = terms.known
    keep = known.survivors[into]
    merge_customers(keep=keep, absorb=absorb, by=known.by, now=terms.now)
    known.merged()


def _change_companies(actor: Actor, contact_id: int, company: Whose, known: Known) -> None:
    name = actor.profile.name or Contact.objects.get(pk=contact_id).name
    at = known.survivors[company.home_id]
    theirs = Contact.objects.filter(customer=at, name=name).exclude(
        identities__kind=Identity.Kind.FOREIGN, identities__namespace=actor.ref.namespace
    )
    contact = theirs.first() or add_contact(
        customer_id=company.home_id, name=name, job_title=actor.profile.job_title
    )
    belonging = Belonging(actor.ref, contact.home_id or contact.customer_id, contact.pk)
    attach_identities(belongings=[belonging], is_moving=True)
    known.look_up([actor.ref])


def _first(refs: Iterable[IdentityRef], known: Known) -> Whose | None:
    return next(filter(None, map(known.get, refs)), None)
