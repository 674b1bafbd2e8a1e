"""Customers with their readings, for whoever reads them all."""

from collections.abc import Sequence

from django.db.models import Q, QuerySet

from insights.models import Band
from relationships.models import Customer, Person
from relationships.selectors.directory import customers_with_identities


def customers_with_readings(person: Person) -> QuerySet[Customer]:
    """Return the customers `person` may see, those merged into another too, as they stand now."""
    return customers_with_identities(person).select_related("reading").defer("reading__history")


def in_bands(bands: Sequence[int]) -> Q:
    """Find customers in one of these bands; a reading that is not there yet counts as unknown."""
    stands = Q(reading__band__in=bands)
    return stands | Q(reading__isnull=True) if Band.UNKNOWN in bands else stands
