"""Customers with their readings, for whoever reads them all."""

from collections.abc import Sequence
from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet

from insights.models import Band, Reading
from insights.selectors.portfolio import KNOWN
from relationships.models import Customer, Person
from relationships.selectors.directory import customers_with_identities


def customers_with_readings(person: Person) -> QuerySet[Customer]:
    """Return the customers `person` may see, those merged into another too, as they stand now."""
    return customers_with_identities(person).select_related("reading").defer("reading__history")


def in_bands(bands: Sequence[int]) -> Q:
    """Find customers in one of these bands; a reading that is not there yet counts as unknown."""
    stands = Q(reading__band__in=bands)
    return stands | Q(reading__isnull=True) if Band.UNKNOWN in bands else stands


def known_to(words: Sequence[str]) -> Q:
    """Find customers of one of these words of `KNOWN`, as their readings have it."""
    return Q(reading__in=Reading.objects.filter(reduce(or_, (KNOWN[word] for word in words))))
