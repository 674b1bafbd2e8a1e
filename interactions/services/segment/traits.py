"""What traits tell of people and companies is kept; nothing that is known is emptied by them."""

from collections.abc import Iterable, Sequence

from interactions.services.segment.actors import Actor
from interactions.services.segment.known import Known
from interactions.services.segment.messages import Message
from relationships.models import Contact
from relationships.names import searchable
from relationships.services.introductions import (
    LONGEST_CONTACT_NAME,
    Belonging,
    add_contact,
    attach_identities,
    rename_customers,
    update_contacts,
)


def apply_traits(actors: Sequence[Actor], messages: Iterable[Message], known: Known) -> None:
    """Update the contacts of people, and the names of companies and of people who are customers."""
    telling = [actor for actor in actors if any(actor.profile[:3]) and known.get(actor.ref)]
    _give_contacts(telling, known)
    whose = {actor.ref: known.get(actor.ref) for actor in telling}
    ids = [found.contact_id for found in whose.values() if found and found.contact_id]
    contacts = known.contacts(ids) if ids else {}
    names = _company_names(messages, known)
    homes = {found.home_id for found in whose.values() if found} | names.keys()
    called = known.names(homes) if homes else {}
    changed = []
    for actor in telling:
        found = whose[actor.ref]
        contact = contacts.get(found.contact_id) if found and found.contact_id else None
        if found is None or contact is None:
            continue
        before = contact.name
        if _take(actor, contact):
            changed.append(contact)
        told = actor.profile.company or actor.profile.name
        by_itself = (before, actor.ref.value, actor.profile.email and actor.profile.email.value)
        # Whoever is called as their contact was is a customer of their own.
        if told and called.get(found.home_id) in by_itself:
            names.setdefault(found.home_id, better(told, called[found.home_id]))
    update_contacts(contacts=changed)
    rename_customers(names={pk: name for pk, name in names.items() if name != called.get(pk)})


def better(told: str, before: str) -> str:
    """Return the name that was told, but not one that only lacks what was written before.

    >>> better("Zoe Muller", "Zoë Müller"), better("Zoë Müller", "zoe muller")
    ('Zoë Müller', 'Zoë Müller')
    """
    is_same = searchable(told) == searchable(before)
    return before if not told or (is_same and told.isascii()) else told


def _take(actor: Actor, contact: Contact) -> bool:
    name = better(actor.profile.name, contact.name)[:LONGEST_CONTACT_NAME]
    job_title = better(actor.profile.job_title, contact.job_title)[:LONGEST_CONTACT_NAME]
    if (name, job_title) == (contact.name, contact.job_title):
        return False
    contact.name, contact.job_title = name, job_title
    return True


def _company_names(messages: Iterable[Message], known: Known) -> dict[int, str]:
    told = {
        whose.home_id: message.company_name
        for message in messages
        if message.company_name and (whose := known.get(message.company))
    }
    called = known.names(told) if told else {}
    return {pk: better(name, called.get(pk, "")) for pk, name in told.items()}


def _give_contacts(actors: Iterable[Actor], known: Known) -> None:
    """Make a contact of somebody whom a whole customer stood for so far."""
    for actor in actors:
        found = known.get(actor.ref)
        if found and found.contact_id is None and actor.profile.name:
            contact = add_contact(customer_id=found.home_id, name=actor.profile.name)
            belonging = Belonging(actor.ref, found.home_id, contact.pk)
            attach_identities(belongings=[belonging], is_moving=True)
            known.look_up([actor.ref])
