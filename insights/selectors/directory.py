"""Customers by id, for whoever reads them all: filtered, paged by key, with their readings."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from relationships.access import customers_visible_to
from relationships.models import Customer, Person
from relationships.names import searchable


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What a list is narrowed to; a reading that is not there yet counts as unknown."""

    search: str = ""
    bands: Sequence[int] = ()
    stage: str = ""
    team: int | None = None
    owner: int | None = None
    segment: int | None = None


@dataclass(frozen=True, slots=True)
class DirectoryPage:
    """Some customers by id, and the id after which the next page begins."""

    customers: Sequence[Customer]
    next_after: int | None


def directory(person: Person, narrowed: Narrowed, *, after: int, limit: int) -> DirectoryPage:
    """Return the customers `person` may see whose id is larger than `after`."""
    customers = _narrow(customers_visible_to(person), narrowed)
    found = list(
        customers.filter(pk__gt=after)
        .select_related("team", "owner", "segment", "reading")
        .order_by("pk")[: limit + 1]
    )
    page = found[:limit]
    return DirectoryPage(page, page[-1].pk if len(found) > limit else None)


def _narrow(customers: QuerySet[Customer], narrowed: Narrowed) -> QuerySet[Customer]:
    for word in searchable(narrowed.search).split():
        customers = customers.filter(search_name__contains=word)
    if narrowed.bands:
        stands = Q(reading__band__in=narrowed.bands)
        if 0 in narrowed.bands:
            stands |= Q(reading__isnull=True)
        customers = customers.filter(stands)
    if narrowed.stage:
        customers = customers.filter(stage=narrowed.stage)
    for name in ("team", "owner", "segment"):
        number = getattr(narrowed, name)
        if number is not None:
            customers = customers.filter(**{f"{name}_id": number})
    return customers
