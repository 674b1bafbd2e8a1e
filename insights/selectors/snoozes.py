"""Whom a person has snoozed."""

from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet

from insights.models import Snooze
from interactions.models import Loop
from interactions.selectors import MESS_UPS
from relationships import access
from relationships.models import Person


def asleep(person: Person, *, now: datetime) -> QuerySet[Snooze]:
    """Return the snoozes of `person` that hold, the first to end first.

    None holds any longer once a failure or complaint was recorded after it; when that happened
    does not matter, for whoever snoozed did not know of it.
    """
    went_wrong = Loop.objects.filter(
        customer=OuterRef("customer"),
        kind__in=MESS_UPS,
        opened_by__recorded_at__gt=OuterRef("created_at"),
    )
    return (
        Snooze.objects.filter(access.customer_scope(person, "customer__"), ~Exists(went_wrong))
        .filter(person=person.pk, until__gt=now)
        .select_related("customer")
        .order_by("until", "pk")
    )
