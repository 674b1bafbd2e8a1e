"""Two customers side by side, and what they would be as one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from insights.models import Reading
from insights.mondays import days_of
from insights.scoring.altered import as_one
from insights.selectors.histories import histories_of, long_histories
from interactions.selectors import open_loops_of
from interactions.selectors.happened import Happened, happened_with
from relationships.models import Customer, DuplicatePair, Person
from relationships.selectors.duplicates import contacts_in_number, duplicates_page
from relationships.selectors.facts import facts_of


@dataclass(frozen=True, slots=True)
class Side:
    """One of two customers that are compared."""

    customer: Customer
    reading: Reading | None
    contacts: int
    happened: Happened


@dataclass(frozen=True, slots=True)
class Pair:
    """Two customers that may be one; `suggested` is who would be kept, with whom more happened."""

    pair: DuplicatePair
    first: Side
    second: Side

    @property
    def suggested(self) -> tuple[Side, Side]:
        """Who is kept and who is merged, unless somebody says otherwise."""
        if self.second.happened.number > self.first.happened.number:
            return self.second, self.first
        return self.first, self.second


@dataclass(frozen=True, slots=True)
class DuplicatesPage:
    """Some pairs, and the place of the last one where more follow."""

    pairs: Sequence[Pair]
    after: tuple[Any, ...] | None


@dataclass(frozen=True, slots=True)
class MergePreview:
    """What merging would do: `loops` are open with whom it merges, `facts` known of them.

    `distance` is None where nothing has happened with either, or too much to be read here.
    """

    keep: Side
    absorb: Side
    loops: int
    facts: int
    distance: float | None
    is_long: bool


def duplicates(person: Person, *, after: Sequence[Any] | None) -> DuplicatesPage:
    """Return the pairs that wait for `person` to judge them, from a place on, side by side."""
    page = duplicates_page(person, after=after)
    sides = _sides([one for pair in page.rows for one in (pair.first, pair.second)])
    pairs = [Pair(pair, sides[pair.first_id], sides[pair.second_id]) for pair in page.rows]
    return DuplicatesPage(pairs, page.after)


def merge_preview(keep: Customer, absorb: Customer, *, now: datetime) -> MergePreview:
    """Return what merging one customer into another would do; nothing is kept of it."""
    sides = _sides([keep, absorb])
    is_long = bool(long_histories([keep.pk, absorb.pk]))
    return MergePreview(
        keep=sides[keep.pk],
        absorb=sides[absorb.pk],
        loops=open_loops_of(absorb).count(),
        facts=facts_of(absorb).count(),
        distance=None if is_long else _distance_as_one(keep.pk, absorb.pk, now),
        is_long=is_long,
    )


def _distance_as_one(keep: int, absorb: int, now: datetime) -> float | None:
    """Fold both histories as if they were one, which has the profile of who is kept."""
    histories = histories_of([keep, absorb])
    if not len(histories.events):
        return None
    profiles = histories.profiles.only(np.array([True, False]))
    one, lens = as_one(histories.events), histories.lens
    moment = max(days_of(now), float(one.at[-1]))
    reading = lens.read(lens.fold(one, profiles), moment, profiles)
    return float(reading.distance[0]) if reading.known[0] else None


def _sides(customers: Sequence[Customer]) -> dict[int, Side]:
    ids = [customer.pk for customer in customers]
    readings, contacts = Reading.objects.in_bulk(ids), contacts_in_number(ids)
    happened = happened_with(ids)
    return {
        one.pk: Side(one, readings.get(one.pk), contacts.get(one.pk, 0), happened[one.pk])
        for one in customers
    }
