"""By which owners the pages of the organisation can be narrowed."""

from collections.abc import Mapping, Sequence

from django.db.models import QuerySet

from insights.models import OwnerTotal
from insights.selectors.portfolio import (
    COUNTED_AT_MOST,
    NOBODY,
    OWNERS_SHOWN,
    Choices,
    number_in,
    segment_choices,
    team_choices,
)
from relationships.access import people_visible_to
from relationships.models import Person
from relationships.prepared import prepared


def organisation_choices(person: Person, address: Mapping[str, str]) -> Choices:
    """Return what a page of the organisation can be narrowed to: the owners are who has customers.

    The owner that the address names is offered as well, for an address that was kept is to say who
    was meant also when they have no customers any more.
    """
    team, owner = (number_in(address, name) for name in ("team", "owner"))
    numbers, offered = dict(_numbers(most=OWNERS_SHOWN + 2)), list[tuple[int, str]]()
    owning = [one for one in numbers if one]
    has_more = len(owning) > OWNERS_SHOWN
    if has_more:
        # Not all of them were read.
        numbers = dict(_numbers_of((0, owner or 0)))
        if team is not None:
            offered = _owning_of_team(person, team, most=OWNERS_SHOWN)
    elif owning:
        offered = _named(person, tuple(owning))
    nobody = [NOBODY] if owner == 0 or 0 in numbers else []
    return Choices(
        teams=team_choices(person),
        owners=[*_with(offered, person, owner), *nobody],
        segments=segment_choices(),
        has_more_owners=has_more,
        uncounted=owner if numbers.get(owner or 0, 0) > COUNTED_AT_MOST else None,
    )


@prepared
def _numbers(*, most: int) -> QuerySet[OwnerTotal, tuple[int, int]]:
    """Return how many customers owners have, 0 for nobody; of so many at most, whoever they are."""
    kept = OwnerTotal.objects.filter(customers__gt=0)
    return kept.values_list("owner_id", "customers").order_by()[:most]


@prepared
def _numbers_of(owners: tuple[int, ...]) -> QuerySet[OwnerTotal, tuple[int, int]]:
    """Return how many customers some owners have, 0 for nobody; who has none is left out."""
    kept = OwnerTotal.objects.filter(customers__gt=0, owner_id__in=owners)
    return kept.values_list("owner_id", "customers")


def _with(
    offered: Sequence[tuple[int, str]], person: Person, asked: int | None
) -> Sequence[tuple[int, str]]:
    """Add who was asked for, by name."""
    if not asked or asked in dict(offered):
        return offered
    named = people_visible_to(person).filter(pk=asked).values_list("id", "name")
    return sorted([*offered, *named], key=lambda one: one[1])


@prepared
def _named(person: Person, owners: tuple[int, ...]) -> QuerySet[Person, tuple[int, str]]:
    return people_visible_to(person).filter(pk__in=owners).values_list("id", "name")


@prepared
def _owning_of_team(person: Person, team: int, *, most: int) -> QuerySet[Person, tuple[int, str]]:
    """Return who of a team has customers, 0 for those of none."""
    owning = OwnerTotal.objects.filter(customers__gt=0).values("owner_id")
    owners = people_visible_to(person).filter(pk__in=owning, team=team or None)
    return owners.values_list("id", "name")[:most]
