"""Who of us knows whom at a customer, and how well."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
from django.db.models import QuerySet
from django.utils import timezone

from insights.mondays import EPOCH, days_of, to_microseconds
from insights.scoring.pairs import pairs_of
from insights.selectors.events import events_by_pair
from insights.selectors.histories import long_histories
from insights.selectors.lens import Lens, current_lens
from relationships.models import Contact, Customer, Person
from relationships.prepared import prepared
from relationships.selectors import contacts_at

KNOWS_FROM = 10.0
"""Warmth from which somebody knows somebody: a call some weeks ago, a meeting a few months ago."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One of us and one contact; None where it was not noted whom they met."""

    person: Person
    contact: Contact | None
    warmth: float
    last_met: datetime | None
    meetings: int

    @property
    def is_warm(self) -> bool:
        """Whether the two still know each other."""
        return self.warmth >= KNOWS_FROM


@dataclass(frozen=True, slots=True)
class Acquaintances:
    """All pairs at a customer, the warmest first, and everybody there we know by name.

    `is_long` says that only the newest of very many touchpoints were read.
    """

    customer: Customer
    contacts: Sequence[Contact]
    pairs: Sequence[Pair]
    today: date
    is_long: bool

    def is_there(self, contact: Contact | None) -> bool:
        """Whether a contact has not left; whoever was not named has not."""
        return contact is None or contact.left_on is None or contact.left_on > self.today

    @property
    def warm(self) -> Sequence[Pair]:
        """The pairs that know each other, with whoever is still there."""
        return [pair for pair in self.pairs if pair.is_warm and self.is_there(pair.contact)]


def acquaintances_at(customer: Customer, *, now: datetime) -> Acquaintances:
    """Return who knows whom at a customer."""
    contacts = contacts_at(customer)
    later_than = long_histories([customer.pk]).get(customer.pk)
    return acquaintances(customer, contacts, current_lens(), later_than=later_than, now=now)


def acquaintances(
    customer: Customer,
    contacts: Sequence[Contact],
    lens: Lens,
    *,
    later_than: datetime | None,
    now: datetime,
) -> Acquaintances:
    """Return who knows whom among us and these `contacts` of a customer.

    Of a long history only what is `later_than` a moment is read.
    """
    events, who = events_by_pair(
        np.array([customer.pk]), lens.row_of_type, np.array([to_microseconds(later_than)])
    )
    policy = lens.policies.of(customer.segment_id or 0)
    found = pairs_of(events, lens.kinds, policy, days_of(now))
    ids = tuple(who[:, 1].tolist())
    people = {one.pk: one for one in _people(ids)} if ids else {}
    by_id = {contact.pk: contact for contact in contacts}
    pairs = [
        Pair(people[person], by_id.get(contact), warmth, _moment(last_met), meetings)
        for (_, person, contact), warmth, last_met, meetings in zip(
            who.tolist(),
            found.warmth.tolist(),
            found.last_met.tolist(),
            found.meetings.tolist(),
            strict=True,
        )
        if person in people
    ]
    return Acquaintances(
        customer,
        contacts,
        sorted(pairs, key=_warmest),
        timezone.localdate(now),
        is_long=later_than is not None,
    )


@prepared
def _people(ids: tuple[int, ...]) -> QuerySet[Person]:
    return Person.objects.exclude(role=Person.Role.SERVICE).filter(pk__in=ids)


def _warmest(pair: Pair) -> tuple[float, str, int, int]:
    contact = pair.contact.pk if pair.contact else 0
    return -pair.warmth, pair.person.name, pair.person.pk, contact


def _moment(days: float) -> datetime | None:
    return None if np.isnan(days) else EPOCH + timedelta(days=days)
