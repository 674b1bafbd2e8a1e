"""The list of customers: filtered, searched, sorted, and paged by key."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, QuerySet, Sum

from insights.models import Band, BandFlow, BandTotal, KnownTotal, Reading
from insights.region import EVERYWHERE, QUARTERS, Region
from insights.selectors.orders import order_of
from insights.selectors.organisation import Among
from insights.selectors.places import standing_in, totals_in
from insights.selectors.then import Then
from insights.selectors.totals import Totals, totals_of, totals_of_flows, totals_of_rollups
from relationships.access import customer_scope, customers_visible_to, teams_visible_to
from relationships.models import Person, Segment
from relationships.names import searchable
from relationships.selectors import customers_like

PAGE_SIZE = 50
COUNTED_AT_MOST = 10_000
"""Counting further would cost more than anybody learns from it."""

READ_AT_ONCE = 2_000
"""Customers that a file holds in memory while it is written."""

MATCHES_AT_MOST = 1_000
NEAR_AT_MOST = 50

KNOWN = {
    "one": Q(known_by=1),
    "several": Q(known_by=2),
    "nobody": Q(known_by=0),
    "lost": Q(has_lost_person=True),
    "met": Q(is_met_lately=True),
    "unmet": Q(is_met_lately=False),
}
"""Who of us knows or met a customer, as readings and their totals have it."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; zero stands for customers who have none."""

    search: str = ""
    bands: Sequence[int] = ()
    quarter: str = ""
    known: str = ""
    region: Region = EVERYWHERE
    stage: str = ""
    team: int | None = None
    owner: int | None = None
    segment: int | None = None
    value_class: int | None = None
    size_class: int | None = None
    then: Then | None = None

    @property
    def are_set(self) -> bool:
        """Whether anything is filtered."""
        texts = (self.search, self.bands, not self.area.is_everywhere, self.known, self.stage)
        choices = (self.team, self.owner, self.segment, self.value_class, self.size_class)
        return any(texts) or any(choice is not None for choice in (*choices, self.then))

    @property
    def area(self) -> Region:
        """The part of the map that is asked for."""
        return self.region.within(QUARTERS[self.quarter]) if self.quarter else self.region


@dataclass(frozen=True, slots=True)
class Page:
    """Some customers in order, and the keys that lead to those before and after."""

    readings: Sequence[Reading]
    before: str
    after: str
    totals: Totals
    is_search_exact: bool = True


@dataclass(frozen=True, slots=True)
class Choices:
    """What a person may filter by, as (id, name)."""

    teams: Sequence[tuple[int, str]] = field(default_factory=list)
    owners: Sequence[tuple[int, str]] = field(default_factory=list)
    segments: Sequence[tuple[int, str]] = field(default_factory=list)


def filter_choices(person: Person) -> Choices:
    """Return the teams, owners and segments that customers of this person can have."""
    teams = teams_visible_to(person)
    owners = Person.objects.filter(team__in=teams).exclude(role=Person.Role.SERVICE)
    return Choices(
        teams=list(teams.values_list("id", "name")),
        owners=list(owners.values_list("id", "name")),
        segments=list(Segment.objects.values_list("id", "name")),
    )


def customers_by_band(person: Person, filters: Filters) -> dict[int, int] | None:
    """Return how many customers stand in each band, whatever bands are chosen.

    None when a filter is set that the rollups do not know, so that nobody sees a wrong number.
    """
    rollups = None if filters.known else _rollups(person, filters)
    if rollups is None:
        return None
    return dict(rollups.values_list("band").annotate(Sum("customers")))


def _rollups(person: Person, filters: Filters) -> QuerySet[Any] | None:
    """Return the rows of the rollup that a filter means, of all bands; None if none knows it."""
    if filters.then:
        return None
    if not filters.known:
        return _among(person, BandTotal.objects.filter(on_date=BandTotal.NOW), filters)
    if filters.bands or filters.segment is not None:
        return None
    return _among(person, KnownTotal.objects.filter(KNOWN[filters.known]), filters)


def _flows(person: Person, filters: Filters) -> QuerySet[BandFlow] | None:
    """Return the flows that a filter means, into all bands; None if there are none of it."""
    if filters.then is None or filters.known:
        return None
    # Who was never heard from is in no flow, and stands in the list of those unknown then.
    if Band.UNKNOWN in filters.then.chosen and not filters.bands:
        return None
    return _among(person, filters.then.flows(), filters)


def _among(person: Person, totals: QuerySet[Any], filters: Filters) -> QuerySet[Any] | None:
    """Narrow totals to whose they are; None when a filter is set that they do not know."""
    unknown = (filters.owner, filters.value_class, filters.size_class)
    is_beside = filters.search or not filters.area.is_everywhere
    if is_beside or any(choice is not None for choice in unknown):
        return None
    totals = totals.filter(customer_scope(person))
    if filters.stage:
        totals = totals.filter(stage=filters.stage)
    if filters.team is not None:
        totals = totals.filter(team_id=filters.team)
    if filters.segment is not None:
        totals = totals.filter(segment_id=filters.segment)
    return totals


def portfolio(
    person: Person, filters: Filters, *, sort: str, after: str = "", before: str = ""
) -> Page:
    """Return a page of the customers `person` may see, with their readings.

    `sort` is a key of `SORTS`, with a minus for the largest first. `after` and `before` are keys
    of an earlier page; one that means nothing leads to the first page.
    """
    matches = _matches(person, filters.search)
    readings = _narrowed(person, filters, matches)
    order = order_of(sort)
    found, has_before, has_after = order.page(readings, after=after, before=before, size=PAGE_SIZE)
    return Page(
        readings=found,
        before=order.key(found[0]) if found and has_before else "",
        after=order.key(found[-1]) if found and has_after else "",
        totals=_totals(person, filters, readings),
        is_search_exact=matches.are_exact,
    )


def everyone(
    person: Person, filters: Filters, *, sort: str, fields: Sequence[str]
) -> Iterator[Sequence[Any]]:
    """Yield these fields of the customers of all pages, in the order of the pages."""
    readings = _narrowed(person, filters, _matches(person, filters.search))
    for part in order_of(sort).parts(readings):
        yield from part.values_list(*fields).iterator(chunk_size=READ_AT_ONCE)


def ids_among(person: Person, filters: Filters, *, at_most: int) -> list[int]:
    """Return the ids of the customers of all pages, as many as are asked for."""
    readings = _narrowed(person, filters, _matches(person, filters.search)).select_related(None)
    return list(readings.order_by().values_list("pk", flat=True)[:at_most])


def totals_among(person: Person, filters: Filters) -> Totals:
    """Return what the list comes to, without its rows."""
    return _totals(person, filters, _narrowed(person, filters, _matches(person, filters.search)))


def _totals(person: Person, filters: Filters, readings: QuerySet[Reading]) -> Totals:
    """Count the list, up to a limit; beyond it the rollups count, if they know its filters."""
    placed = _placed(person, filters)
    # To count thousands by where they stand takes long; their rollup says at once that they are.
    if placed and placed.customers > COUNTED_AT_MOST:
        return placed
    totals = totals_of(readings, at_most=COUNTED_AT_MOST)
    if totals.is_exact:
        return totals
    rollups, flows = _rollups(person, filters), _flows(person, filters)
    of_bands = Q(band__in=filters.bands) if filters.bands else Q()
    if rollups is not None:
        counted = totals_of_rollups(rollups.filter(of_bands))
    elif flows is not None:
        counted = totals_of_flows(flows.filter(of_bands))
    else:
        return totals
    # Rollups follow readings a moment later; while they are rebuilt they know less.
    return counted if counted.customers > COUNTED_AT_MOST else totals


def _placed(person: Person, filters: Filters) -> Totals | None:
    """Return what the rollups of the map say of a list; None if they know its filters not."""
    texts = (filters.search, filters.bands, filters.known)
    choices = (filters.owner, filters.value_class, filters.size_class, filters.then)
    is_beside = any(texts) or any(choice is not None for choice in choices)
    if filters.area.is_everywhere or is_beside:
        return None
    among = Among(filters.stage, filters.team, filters.segment)
    return totals_in(filters.area, among, customer_scope(person))


@dataclass(frozen=True, slots=True)
class _Matches:
    condition: Q
    are_exact: bool = True


def _matches(person: Person, search: str) -> _Matches:
    """Find customers by name: those with every word in it, else those whose name is near.

    Ranking by likeness is slow over many names, so it is asked for only when nothing has the
    words. Few matches are named by id, so that no sort has to walk past all the others.
    """
    words = searchable(search).split()
    if not words:
        return _Matches(Q())
    exact = customers_visible_to(person).filter(_has("search_name", words)).order_by()
    ids = list(exact.values_list("pk", flat=True)[: MATCHES_AT_MOST + 1])
    if len(ids) > MATCHES_AT_MOST:
        return _Matches(_has("customer__search_name", words))
    if ids:
        return _Matches(Q(pk__in=ids))
    near = customers_like(person, search, at_most=NEAR_AT_MOST)
    return _Matches(Q(pk__in=[customer.pk for customer in near]), are_exact=False)


def _has(path: str, words: Sequence[str]) -> Q:
    """Match names with every word; one or two letters only at the start of one."""
    condition = Q()
    for word in words:
        if len(word) > 2:
            condition &= Q(**{f"{path}__contains": word})
        else:
            begins = Q(**{f"{path}__startswith": word}) | Q(**{f"{path}__contains": f" {word}"})
            condition &= begins
    return condition


def _narrowed(person: Person, filters: Filters, matches: _Matches) -> QuerySet[Reading]:
    readings = Reading.objects.filter(customer_scope(person)).filter(matches.condition)
    if filters.bands:
        readings = readings.filter(band__in=filters.bands)
    if not filters.area.is_everywhere:
        readings = readings.filter(standing_in(filters.area))
    if filters.known:
        readings = readings.filter(KNOWN[filters.known])
    if filters.stage:
        readings = readings.filter(stage=filters.stage)
    classes = {"value_class": filters.value_class, "size_class": filters.size_class}
    readings = readings.filter(**{name: of for name, of in classes.items() if of is not None})
    if filters.then:
        readings = filters.then.among(readings, filters.bands)
    for name in ("team", "owner", "segment"):
        choice = getattr(filters, name)
        if choice is not None:
            readings = readings.filter(**{f"{name}_id": choice or None})
    # Who looks after them, as the customer says: the reading follows a moment later.
    return readings.select_related("customer__owner", "customer__team", "customer__segment")
