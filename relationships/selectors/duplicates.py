"""Pairs of customers that may be one, as far as a person may see both."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Count, Q, QuerySet

from relationships import access
from relationships.models import Contact, CustomerMerge, DuplicatePair, Person
from relationships.prepared import prepared
from relationships.selectors.pages import Key, Page, page

PAIRS_A_PAGE = 10
COUNTED_AT_MOST = 100
"""Beyond these a link says that there are more: to count them all would look at each."""

MERGES_SHOWN = 20

_KEYS = (Key("score", is_falling=True), Key("id"))
_NEWEST = (Key("dismissed_at", is_falling=True), Key("id", is_falling=True))


def pairs_visible_to(person: Person) -> QuerySet[DuplicatePair]:
    """Return the pairs of unmerged customers of which `person` may see both; dismissed ones too."""
    return DuplicatePair.objects.filter(
        access.customer_scope(person, "first__"),
        access.customer_scope(person, "second__"),
        first__merged_into=None,
        second__merged_into=None,
    )


def likely_duplicates(person: Person) -> QuerySet[DuplicatePair]:
    """Return the pairs that wait for `person` to judge them."""
    return pairs_visible_to(person).filter(dismissed_at=None)


def number_of_duplicates(person: Person) -> int:
    """Return how many pairs wait, counted no further than `COUNTED_AT_MOST`."""
    return len(_some_duplicates(person))


@prepared
def _some_duplicates(person: Person) -> QuerySet[DuplicatePair, int]:
    return likely_duplicates(person).order_by().values_list("pk", flat=True)[:COUNTED_AT_MOST]


def duplicates_page(person: Person, *, after: Sequence[Any] | None) -> Page[DuplicatePair]:
    """Return the pairs that follow a place, the likeliest first, with owners and teams."""
    rows = likely_duplicates(person).select_related(
        "first__owner", "first__team", "second__owner", "second__team"
    )
    return page(rows, _KEYS, among=Q(), after=after, limit=PAIRS_A_PAGE)


def dismissed_page(person: Person, *, after: Sequence[Any] | None) -> Page[DuplicatePair]:
    """Return the pairs that somebody said are two, the last said first, from a place on."""
    said = pairs_visible_to(person).select_related("first", "second", "dismissed_by")
    among = Q(dismissed_at__isnull=False)
    return page(said, _NEWEST, among=among, after=after, limit=PAIRS_A_PAGE)


def contacts_in_number(customer_ids: Sequence[int]) -> dict[int, int]:
    """Return how many contacts each customer has that has any."""
    counted = Contact.objects.filter(customer__in=customer_ids).order_by()
    return dict(counted.values_list("customer").annotate(number=Count("pk")))


def merges_of(person: Person, customer_id: int, absorbed: Sequence[int]) -> list[CustomerMerge]:
    """Return who was merged into a customer, at first or later hand, if `person` may see them."""
    below = [pk for pk in absorbed if pk != customer_id]
    if not below:
        return []
    merges = CustomerMerge.objects.filter(
        access.customer_scope(person, "customer__"), customer__in=below, undone_at=None
    )
    return list(merges.select_related("customer", "merged_by").order_by("-merged_at", "-pk"))[
        :MERGES_SHOWN
    ]
