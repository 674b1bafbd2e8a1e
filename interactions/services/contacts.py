"""Contacts deleted: slips only, for what happened with somebody is not forgotten with them."""

from django.db import transaction

from interactions.models import Appointment, Touchpoint
from relationships import access
from relationships.models import Contact, Person
from relationships.selectors import IdentityRef
from relationships.services import wait_for_customers
from relationships.services.profiles import ContactGoneError, ContactWrite


class ContactInUseError(ValueError):
    """Something happened with the contact, or is known about them; they may only have left."""


@transaction.atomic
def delete_contact(*, contact_id: int, by: Person) -> ContactWrite:
    """Delete a contact with whom nothing ever happened; return what makes them anew.

    Raises `ContactGoneError` unless `by` sees their customer, and `ContactInUseError`.
    """
    # Whoever records keeps customers first, so nothing happens with the contact meanwhile.
    wait_for_customers()
    visible = access.customers_visible_to(by)
    contact = Contact.objects.filter(pk=contact_id, customer__in=visible).first()
    if contact is None:
        raise ContactGoneError
    # Deleted touchpoints count: they can be brought back.
    if Touchpoint.objects.filter(customer_id=contact.customer_id, contact=contact).exists():
        raise ContactInUseError(
            f"Something was logged with {contact}, which stays. If they left, say that instead."
        )
    if Appointment.objects.filter(contact=contact).exists():
        raise ContactInUseError(
            f"Something is or was planned with {contact}. If they left, say that instead."
        )
    if contact.facts.filter(deleted_at=None).exists():
        raise ContactInUseError(
            f"We know something about {contact}. Delete that first, or say that they left."
        )
    identities = [
        IdentityRef(one.kind, one.value, one.namespace) for one in contact.identities.order_by("pk")
    ]
    contact.delete()
    return ContactWrite(
        customer=contact.home_id or contact.customer_id,
        name=contact.name,
        job_title=contact.job_title,
        left_on=contact.left_on,
        identities=identities,
    )
