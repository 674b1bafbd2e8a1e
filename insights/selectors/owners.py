"""By which owners the pages of the organisation can be narrowed."""

from collections.abc import Mapping, Sequence

from django.db.models import Count, QuerySet, Subquery, Value
from django.db.models.lookups import LessThanOrEqual

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
    offered = _owning(person, most=OWNERS_SHOWN)
    has_more = not offered and OwnerTotal.objects.filter(customers__gt=0, owner_id__gt=0).exists()
    if has_more and team is not None:
        offered = _owning(person, team, of_team=True, most=OWNERS_SHOWN)
    numbers = dict(_numbers((0, owner or 0)))
    nobody = [NOBODY] if owner == 0 or 0 in numbers else []
    return Choices(
        teams=team_choices(person),
        owners=[*_with(offered, person, owner), *nobody],
        segments=segment_choices(),
        has_more_owners=has_more,
        uncounted=owner if numbers.get(owner or 0, 0) > COUNTED_AT_MOST else None,
    )


@prepared
def _numbers(owners: tuple[int, ...]) -> QuerySet[OwnerTotal, tuple[int, int]]:
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
def _owning(
    person: Person, team: int | None = None, *, of_team: bool = False, most: int
) -> QuerySet[Person, tuple[int, str]]:
    """Return who of those visible has customers; nobody where more do than are offered."""
    owning = OwnerTotal.objects.filter(customers__gt=0)
    owners = people_visible_to(person).filter(pk__in=owning.values("owner_id"))
    if of_team:
        owners = owners.filter(team=team or None)
    else:
        number = owning.annotate(all=Value(1)).values("all").annotate(n=Count("pk")).values("n")
        owners = owners.filter(LessThanOrEqual(Subquery(number), most))
    return owners.values_list("id", "name")[:most]
