"""The list of customers: filtered, searched, sorted, and paged by key."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import Q, QuerySet, Sum

from insights.models import Band, BandTotal, DistanceTotal, KnownTotal, Reading
from insights.region import EVERYWHERE, QUARTERS, Region
from insights.selectors.orders import DEFAULT_SORT, WHOSE, order_of
from insights.selectors.organisation import Among
from insights.selectors.places import standing_in, totals_in
from insights.selectors.rollups import counted_once, totals_visible_to
from insights.selectors.then import Then
from insights.selectors.totals import (
    Totals,
    totals_of,
    totals_of_counts,
    totals_of_rollups,
    totals_of_rows,
)
from relationships.access import (
    customer_scope,
    customers_visible_to,
    people_visible_to,
    sees_every_customer,
    teams_visible_to,
)
from relationships.models import Person, Segment, Team
from relationships.names import searchable
from relationships.numbers import whole_number
from relationships.prepared import prepared
from relationships.selectors import customers_like

PAGE_SIZE = 50
COUNTED_AT_MOST = 10_000
"""Counting further would cost more than anybody learns from it."""

COUNTED_ANEW = 1_000
"""More are as rollups have them, a moment later, where these know the mean distance as well."""

NOBODY = (0, "Nobody")
"""The owner of whoever has none."""

OWNERS_SHOWN = 300
"""Names that anybody looks through; where there are more, those of the chosen team are shown."""

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

_CLASSED = {
    frozenset(band.value for band in Band if band != Band.UNKNOWN): "customers",
    frozenset({Band.DRIFTING.value, Band.GONE.value}): "far",
}
"""Of which bands together totals of classes know how many there are, and under what name."""


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
    """Some customers in order, and the keys that lead to those before and after.

    `by_band` is how many stand in each band, whatever bands are chosen; None when a filter is set
    that the rollups do not know, so that nobody sees a wrong number.
    """

    readings: Sequence[Reading]
    before: str
    after: str
    totals: Totals
    by_band: Mapping[int, int] | None = None
    is_search_exact: bool = True


@dataclass(frozen=True, slots=True)
class Choices:
    """What a person may filter by, as (id, name).

    `uncounted` is an owner of more customers than a page can add up. Where there are more owners
    than `OWNERS_SHOWN`, `owners` are those of the chosen team, and who is chosen already.
    """

    teams: Sequence[tuple[int, str]] = field(default_factory=list)
    owners: Sequence[tuple[int, str]] = field(default_factory=list)
    segments: Sequence[tuple[int, str]] = field(default_factory=list)
    uncounted: int | None = None
    has_more_owners: bool = False


def filter_choices(person: Person, address: Mapping[str, str]) -> Choices:
    """Return the teams, owners and segments that customers of this person can have.

    The address says which team and which owner are chosen already.
    """
    people = _people(person, most=OWNERS_SHOWN + 1)
    has_more = len(people) > OWNERS_SHOWN
    if has_more:
        people = _near(person, *(number_in(address, name) for name in ("team", "owner")))
    return Choices(
        teams=team_choices(person),
        owners=[*people, NOBODY],
        segments=segment_choices(),
        has_more_owners=has_more,
    )


def number_in(address: Mapping[str, str], name: str) -> int | None:
    """Return the number that an address gives for a filter, if it is one."""
    return whole_number(address.get(name, ""))


@prepared
def team_choices(person: Person) -> QuerySet[Team, tuple[int, str]]:
    """Return the teams whose customers this person may see."""
    return teams_visible_to(person).values_list("id", "name")


@prepared
def _people(person: Person, *, most: int) -> QuerySet[Person, tuple[int, str]]:
    return people_visible_to(person).values_list("id", "name")[:most]


@prepared
def _near(person: Person, team: int | None, owner: int | None) -> QuerySet[Person, tuple[int, str]]:
    """Return who is of a team, 0 for none, and one more."""
    of_team = Q(pk=None) if team is None else Q(team=team or None)
    return people_visible_to(person).filter(of_team | Q(pk=owner)).values_list("id", "name")


@prepared
def segment_choices() -> QuerySet[Segment, tuple[int, str]]:
    """Return all segments."""
    return Segment.objects.values_list("id", "name")


@dataclass(frozen=True, slots=True)
class _Kept:
    """What rollups say of a list; nothing where a filter is set that they do not know."""

    totals: Totals | None = None
    by_band: Mapping[int, int] | None = None


def _kept(person: Person, filters: Filters) -> _Kept:
    """Ask the rollup that knows the filters of a list, if one does."""
    if not filters.area.is_everywhere:
        return _Kept(_placed(person, filters))
    if filters.then:
        return _Kept(_kept_then(person, filters, filters.then))
    if filters.known:
        return _Kept(_kept_of_known(person, filters))
    totals = _among(person, BandTotal.objects.filter(on_date=BandTotal.NOW), filters)
    if totals is None:
        return _Kept(_kept_of_class(person, filters))
    sums = map(Sum, ("customers", "yearly_value", "at_risk"))
    rows = list(totals.values_list("band", "currency").annotate(*sums))
    by_band = Counter[int]()
    for band, _, customers, *_ in rows:
        by_band[band] += customers
    found = totals_of_rows(row for band, *row in rows if not filters.bands or band in filters.bands)
    if found.customers > COUNTED_ANEW and not filters.bands:
        heard_from = found.customers - by_band[Band.UNKNOWN]
        found = replace(found, mean_distance=_kept_mean(person, filters, heard_from))
    return _Kept(found, by_band)


def _kept_mean(person: Person, filters: Filters, heard_from: int) -> float | None:
    """Return the mean distance of the customers of teams, or of one of their segments.

    After an upgrade they come into that total one by one: of a part of them it is not the mean.
    """
    totals = DistanceTotal.objects.filter(counted_once(filters.segment), on_date=BandTotal.NOW)
    among = _among(person, totals, filters)
    if among is None:
        return None
    sums = among.aggregate(customers=Sum("customers"), distance=Sum("distance"))
    if not heard_from or sums["customers"] != heard_from:
        return None
    return float(sums["distance"]) / heard_from


def _kept_of_known(person: Person, filters: Filters) -> Totals | None:
    if filters.bands or filters.segment is not None:
        return None
    totals = _among(person, KnownTotal.objects.filter(KNOWN[filters.known]), filters)
    return None if totals is None else totals_of_rollups(totals)


def _kept_then(person: Person, filters: Filters, then: Then) -> Totals | None:
    """Ask how many stood somewhere on a Monday: flows say where to, other totals where alone."""
    if filters.known:
        return None
    if not filters.bands and not then.way:
        # Who was never heard from is in no total of a Monday, and in the list of those unknown.
        if Band.UNKNOWN in then.chosen:
            return None
        stood = BandTotal.objects.filter(on_date=then.on, band__in=then.chosen)
        totals = _among(person, stood, filters)
        return _kept_of_class(person, filters) if totals is None else totals_of_counts(totals)
    flows = _among(person, then.flows(), filters) if then.is_compared else None
    if flows is None:
        return None
    return totals_of_counts(flows.filter(band__in=filters.bands) if filters.bands else flows)


def _kept_of_class(person: Person, filters: Filters) -> Totals | None:
    """Ask how many of a class of value or size are known or far, now or on a Monday."""
    then = filters.then
    if filters.value_class is not None:
        part, others = filters.value_class, replace(filters, value_class=None)
    elif filters.size_class is not None:
        part, others = filters.size_class, replace(filters, size_class=None)
    else:
        return None
    by = DistanceTotal.By.SIZE if filters.value_class is None else DistanceTotal.By.VALUE
    amount = _CLASSED.get(frozenset(then.chosen if then else filters.bands))
    day = then.on if then else BandTotal.NOW
    totals = _among(person, DistanceTotal.objects.filter(by=by, part=part, on_date=day), others)
    return None if totals is None or amount is None else totals_of_counts(totals, amount)


def _among(person: Person, totals: QuerySet[Any], filters: Filters) -> QuerySet[Any] | None:
    """Narrow totals to whose they are; None when a filter is set that they do not know."""
    unknown = (filters.owner, filters.value_class, filters.size_class)
    is_beside = filters.search or not filters.area.is_everywhere
    if is_beside or any(choice is not None for choice in unknown):
        return None
    if filters.team is None:
        totals = totals.filter(totals_visible_to(person))
    else:
        totals = totals.filter(customer_scope(person), team_id=filters.team)
    if filters.stage:
        totals = totals.filter(stage=filters.stage)
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
    order, kept = order_of(sort), _kept(person, filters)
    totals = _totals(kept, readings)
    # Of a team an index leads through what rollups know, in the order of what is at risk.
    is_led = kept.by_band is not None and sort == DEFAULT_SORT and _is_of_team(person, filters)
    is_few = totals.is_exact and totals.customers <= COUNTED_AT_MOST and not is_led
    found, has_before, has_after = order.page(
        readings if totals.customers else readings.none(),
        after=after, before=before, size=PAGE_SIZE, is_few=is_few,
    )  # fmt: skip
    return Page(
        readings=found,
        before=order.key(found[0]) if found and has_before else "",
        after=order.key(found[-1]) if found and has_after else "",
        totals=totals,
        by_band=kept.by_band,
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
    readings = _narrowed(person, filters, _matches(person, filters.search))
    return _totals(_kept(person, filters), readings)


def _is_of_team(person: Person, filters: Filters) -> bool:
    return filters.team is not None or not sees_every_customer(person)


def _totals(kept: _Kept, readings: QuerySet[Reading]) -> Totals:
    """Count the list, up to a limit, unless the rollups say at once that it is long.

    Rollups follow readings a moment later, and while they are rebuilt they know less.
    """
    if kept.totals:
        is_whole = kept.totals.mean_distance is not None
        if kept.totals.customers > (COUNTED_ANEW if is_whole else COUNTED_AT_MOST):
            return kept.totals
    return totals_of(readings, at_most=COUNTED_AT_MOST)


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
    return readings.select_related(*WHOSE)
