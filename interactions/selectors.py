"""Reads about touchpoints and loops."""

from django.db.models import QuerySet

from interactions.models import Loop, Touchpoint, TouchpointType
from relationships import access
from relationships.models import Customer, Person


def timeline(customer: Customer) -> QuerySet[Touchpoint]:
    """Return a customer's touchpoints, the newest first."""
    return (
        Touchpoint.objects.live()
        .filter(customer=customer)
        .select_related("type", "contact", "person", "source")
        .order_by("-occurred_at", "-id")
    )


def open_loops(person: Person) -> QuerySet[Loop]:
    """Return what is open with the customers `person` may see, the first due first."""
    return (
        Loop.objects.filter(
            closed_at__isnull=True, customer__in=access.customers_visible_to(person)
        )
        .select_related("customer", "person")
        .order_by("due_at", "id")
    )


def types_to_log() -> QuerySet[TouchpointType]:
    """Return the touchpoint types offered when logging by hand."""
    return TouchpointType.objects.filter(is_active=True).order_by("label")
