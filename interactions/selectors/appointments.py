"""Reads about what is planned, and what of it nobody has said how it went."""

import uuid
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, QuerySet

from interactions.models import Appointment, Touchpoint
from interactions.selectors.touchpoints import logged_by_hand
from relationships import access
from relationships.models import Customer, Person
from relationships.prepared import prepared

OVER_AFTER = timedelta(hours=1)
"""When it is asked whether something took place; until then it may still be going on."""

ASKED_FOR = timedelta(days=14)
"""How long it is asked: whoever did not answer by then will not know."""

EARLIER, LATER = timedelta(hours=12), timedelta(hours=36)
"""How far a touchpoint may be from what was planned to be it."""


def appointment_of(person: Person, pk: int) -> Appointment | None:
    """Return what is or was planned with a customer whom `person` may see."""
    return _visible(person).filter(pk=pk).first()


@prepared
def appointments_to_confirm(
    person: Person, now: datetime, *, at_most: int
) -> QuerySet[Appointment]:
    """Return what `person` planned to do and nobody logged or called off, the oldest first."""
    return (
        _planned_by(person)
        .filter(starts_at__lt=now - OVER_AFTER, starts_at__gt=now - ASKED_FOR)
        .filter(~_took_place())[:at_most]
    )


@prepared
def coming_up(
    person: Person, now: datetime, until: datetime, *, at_most: int
) -> QuerySet[Appointment]:
    """Return what `person` will do until a moment, or is just doing, the next first."""
    planned = _planned_by(person)
    return planned.filter(starts_at__gte=now - OVER_AFTER, starts_at__lt=until)[:at_most]


def promise_name(form_id: uuid.UUID) -> str:
    """Return the external id of what was promised in a form that planned something."""
    return str(uuid.uuid5(form_id, "promise"))


def promise_with(appointment: Appointment) -> Touchpoint | None:
    """Return what was promised when something was planned, deleted or not."""
    return logged_by_hand(promise_name(appointment.form_id))


def planned_with(customer: Customer, now: datetime) -> QuerySet[Appointment]:
    """Return what is planned with a customer."""
    return (
        Appointment.objects.filter(customer=customer.pk)
        .filter(called_off_at=None, starts_at__gte=now - OVER_AFTER)
        .select_related("contact", "person", "type")
        .order_by("starts_at", "pk")
    )


def _planned_by(person: Person) -> QuerySet[Appointment]:
    planned = _visible(person).filter(person=person.pk, called_off_at=None)
    return planned.order_by("starts_at", "pk")


def _visible(person: Person) -> QuerySet[Appointment]:
    return Appointment.objects.filter(access.customer_scope(person, "customer__")).select_related(
        "customer", "contact", "person", "type"
    )


def _took_place() -> Exists:
    return Exists(
        Touchpoint.objects.live().filter(
            customer_id=OuterRef("customer_id"),
            type_id=OuterRef("type_id"),
            occurred_at__gt=OuterRef("starts_at") - EARLIER,
            occurred_at__lt=OuterRef("starts_at") + LATER,
        )
    )
