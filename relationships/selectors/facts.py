"""Reads of what we hold of customers in words."""

from django.db.models import F, QuerySet

from relationships import access
from relationships.models import Contact, Customer, Fact, Person
from relationships.numbers import LARGEST_ID


def facts_of(customer: Customer) -> QuerySet[Fact]:
    """Return what we know about a customer: of it as a whole first, then contact by contact."""
    return (
        Fact.objects.filter(customer=customer.pk, deleted_at=None)
        .select_related("contact", "written_by", "confirmed_by")
        .order_by(F("contact__name").asc(nulls_first=True), "contact_id", "label", "pk")
    )


def fact_to_change(person: Person, pk: int) -> Fact | None:
    """Return a fact that `person` may correct, delete or bring back."""
    if not 0 < pk <= LARGEST_ID:
        return None
    return (
        Fact.objects.filter(pk=pk, customer__in=access.customers_visible_to(person))
        .select_related("customer", "contact")
        .first()
    )


def is_known_already(customer: Customer, contact: Contact | None, label: str, value: str) -> bool:
    """Whether we hold this very fact, however its letters are written."""
    return Fact.objects.filter(
        customer=customer,
        contact=contact,
        label__iexact=label,
        value__iexact=value,
        deleted_at=None,
    ).exists()
