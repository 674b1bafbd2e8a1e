"""Reads of single contacts, and of whom an identity means."""

from hashlib import sha256

from relationships import access
from relationships.models import Contact, Identity, Person
from relationships.numbers import LARGEST_ID
from relationships.selectors.customers import IdentityRef


def contact_to_change(person: Person, pk: int) -> Contact | None:
    """Return a contact that `person` may correct, with its customer and identities."""
    if not 0 < pk <= LARGEST_ID:
        return None
    return (
        Contact.objects.filter(pk=pk, customer__in=access.customers_visible_to(person))
        .select_related("customer")
        .prefetch_related("identities")
        .first()
    )


def meant_by(person: Person, ref: IdentityRef) -> Identity | None:
    """Return an identity with whom it means, if `person` may see that customer."""
    return (
        Identity.objects.filter(
            kind=ref.kind,
            value=ref.value,
            namespace=ref.namespace,
            customer__in=access.customers_visible_to(person),
        )
        .select_related("customer", "contact")
        .first()
    )


def contact_version(contact: Contact) -> str:
    """Return what is equal only for the same words about a contact and the same identities.

    The moment of the last change will not do: an identity changed in a transaction that began
    before another change does not move it.
    """
    said = (contact.name, contact.job_title, contact.left_on)
    refs = sorted((one.kind, one.namespace, one.value) for one in contact.identities.all())
    return sha256(repr((said, refs)).encode()).hexdigest()
