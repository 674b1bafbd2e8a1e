"""Reads of single contacts, and of whom an identity means."""

from relationships import access
from relationships.models import Contact, Identity, Person
from relationships.selectors.customers import IdentityRef


def contact_to_change(person: Person, pk: int) -> Contact | None:
    """Return a contact that `person` may correct, with its customer and identities."""
    if not 0 < pk < 2**63:
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
