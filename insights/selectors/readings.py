"""Readings of everyone, and the distances that one remembers of past Mondays."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import QuerySet

from insights.models import Reading
from insights.mondays import UNKNOWN, WEEKS
from relationships.access import customer_scope
from relationships.models import Customer, Person
from relationships.selectors import visible_customer


def readings_visible_to(person: Person) -> QuerySet[Reading]:
    """Return the readings of the customers `person` may see, with who they belong to."""
    readings = Reading.objects.filter(customer_scope(person))
    return readings.select_related("customer", "team", "owner", "segment").defer("history")


@dataclass(frozen=True, slots=True)
class Monday:
    """How far a customer was on a Monday, in whole points; None when nobody knew them."""

    on: date
    distance: int | None


@dataclass(frozen=True, slots=True)
class History:
    """A customer, their reading if there is one yet, and its Mondays, the oldest first."""

    customer: Customer
    reading: Reading | None
    mondays: Sequence[Monday]


def visible_history(person: Person, pk: int) -> History | None:
    """Return the past year of a customer, if `person` may see them."""
    customer = visible_customer(person, pk)
    if customer is None:
        return None
    reading = Reading.objects.filter(pk=customer.pk).first()
    return History(customer, reading, _mondays(reading) if reading else [])


def _mondays(reading: Reading) -> list[Monday]:
    """Unpack what a reading remembers, a byte a Monday."""
    distances, last = bytes(reading.history), reading.history_on
    if last is None or len(distances) != WEEKS:
        return []
    return [
        Monday(last - timedelta(weeks=back), None if distance == UNKNOWN else distance)
        for back, distance in zip(reversed(range(WEEKS)), distances, strict=True)
    ]
