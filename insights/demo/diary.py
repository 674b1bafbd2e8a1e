"""The diary of one customer: stories write into it what happened between them and us."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from insights.demo import texts
from insights.demo.cast import Profile
from insights.demo.days import Calendar
from insights.demo.people import (
    BRANCH_CLOSED_AGO,
    NORTH,
    PRODUCT,
    SERVICE,
    SHOWROOM,
    Colleague,
    account_managers,
    insiders,
)
from interactions.catalogue import DEFAULT_TYPES

THREE_YEARS = 1095
"""Days the demonstration goes back."""

Every = float | tuple[float, float]
"""Days between two of something: always, or three years ago and now."""

_DEPUTY_SHARE = 0.15
"""Share of conversations that somebody else of the team had."""

_PRODUCT_STAYS_IN_AGO = 430
"""Days since those who make what we sell go along to a customer no longer."""

_KINDS = {kind.key: kind for kind in DEFAULT_TYPES}
_MINUTES = {
    "meeting.in_person": (45, 120), "visit": (30, 90), "meeting.video": (25, 60),
    "call.phone": (4, 35), "chat.person": (5, 20), "order.in_person": (20, 60),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """One touchpoint, in the demonstration's own names."""

    external_id: str
    customer: str
    type: str
    at: datetime
    contact: int | None = None
    person: str | None = None
    direction: int | None = None
    minutes: int | None = None
    customers_in_room: int = 1
    sentiment: float | None = None
    via: str = ""
    text: str = ""
    value: Decimal | None = None
    severity: int | None = None
    opens: int | None = None
    due_at: datetime | None = None
    closes: str = ""


class Diary:
    """What happened with one customer, written down layer by layer in any order."""

    def __init__(self, customer: Profile, calendar: Calendar, random: Random) -> None:
        self.customer = customer
        self.calendar = calendar
        self.random = random
        self.entries: list[Entry] = []
        self.deputies = deputies(customer)
        self._keepers: list[tuple[float, str | None]] = [(math.inf, customer.owner)]

    @property
    def since(self) -> float:
        """How many days ago the relationship began."""
        return self.customer.since

    def kept_by(self, person: str | None, since: float) -> None:
        """Say who of us looks after the customer from so many days ago on; later calls win."""
        self._keepers.append((since, person))

    def keeper(self, ago: float) -> str | None:
        """Return who of us looked after the customer then."""
        return [person for since, person in self._keepers if since >= ago][-1]

    def one_of_us(self, ago: float) -> str | None:
        """Return who of us was there: mostly the keeper, sometimes a colleague of the team."""
        keeper = self.keeper(ago)
        if self.deputies and (keeper is None or self.random.random() < _DEPUTY_SHARE):
            return self.random.choice(self.deputies)
        return keeper

    def days(self, every: Every, since: float | None = None, until: float = 0.0) -> Iterator[float]:
        """Yield the days (ago) on which something regular happened, oldest first."""
        began = min(self.since, THREE_YEARS)
        first = began if since is None else min(since, began)
        ago = first - self.random.random() * _gap(every, first)
        while ago > until + 0.5:
            if self.random.random() < self.calendar.bustle(ago):
                yield ago
            ago -= _gap(every, ago) * self.random.lognormvariate(-0.06, 0.35)

    def once(self, kind: str, ago: float, **details: Any) -> Entry:
        """Write down one touchpoint of so many days ago, with words that suit it."""
        find = self.calendar.in_office_hours if _is_human(kind) else self.calendar.any_time
        return self._write(kind, find(ago, self.random), ago, details)

    def then(self, before: Entry, kind: str, hours: float, **details: Any) -> Entry | None:
        """Write down what followed some hours later, unless it has yet to come."""
        at = self.calendar.within(hours, before.at, self.random)
        if at is None:
            return None
        ago = (self.calendar.ends_at - at) / timedelta(days=1)
        same: dict[str, Any] = {"contact": before.contact}
        if before.person and _is_human(kind):
            same["person"] = before.person
        return self._write(kind, at, ago, same | details)

    def settle(self, opened: Entry, kind: str, hours: float, **details: Any) -> Entry | None:
        """Close what an earlier touchpoint opened, some hours later."""
        if "text" not in details:
            details["text"] = texts.words(
                "answer", self.customer, opened.contact, opened.at, self.random
            )
        return self.then(opened, kind, hours, closes=opened.external_id, **details)

    def promise(
        self, ago: float, days: float, kept_after: float | None = None, **details: Any
    ) -> Entry:
        """Promise something within `days`, and keep it after `kept_after` days, or never."""
        at = self.calendar.in_office_hours(ago, self.random)
        made = self._write("promise", at, ago, {"due_at": at + timedelta(days=days), **details})
        if kept_after is not None:
            self.settle(made, "loop.closed", kept_after * 24, text="Done as promised.")
        return made

    def _write(self, kind: str, at: datetime, ago: float, details: Mapping[str, Any]) -> Entry:
        facts = self._defaults(kind, ago) | dict(details)
        if "text" not in facts:
            facts["text"] = texts.words(kind, self.customer, facts["contact"], at, self.random)
        entry = Entry(
            external_id=f"{self.customer.key}-{len(self.entries) + 1:04d}",
            customer=self.customer.key,
            type=kind,
            at=at,
            **facts,
        )
        self.entries.append(entry)
        return entry

    def _defaults(self, kind: str, ago: float) -> dict[str, Any]:
        """Say who was there, for how long and in what mood, where a story does not."""
        is_human = _is_human(kind)
        facts: dict[str, Any] = {
            "person": self._insider(kind, ago, self.one_of_us(ago)) if is_human else None,
            "contact": self._contact(ago) if is_human or self.random.random() < 0.5 else None,
        }
        if kind in _MINUTES:
            facts["minutes"] = self.random.randint(*_MINUTES[kind])
            if self.random.random() < 0.15:
                facts["sentiment"] = round(self.random.uniform(0.1, 0.7), 1)
        return facts

    def _insider(self, kind: str, ago: float, otherwise: str | None) -> str | None:
        """Return who behind the scenes it was: at the counter, in the chat, or along on a visit.

        Whom only one of us knows nobody else ever met.
        """
        number, team = int(self.customer.key[1:]), self.customer.team
        if not self.deputies or self.keeper(ago) is None:
            return otherwise
        some: list[Colleague] = []
        if kind == "order.in_person" and (team != NORTH or ago > BRANCH_CLOSED_AGO):
            some = insiders(SHOWROOM, team)
        elif kind == "chat.person":
            some = insiders(SERVICE)[1:]
        elif kind == "visit" and ago > _PRODUCT_STAYS_IN_AGO and number % 4 == 0:
            some = insiders(PRODUCT)
        return some[number % len(some)].key if some else otherwise

    def _contact(self, ago: float) -> int:
        """Mostly the contact we always talk to, else any who had not left by then."""
        if self.random.random() < 0.7:
            return 0
        number = self.random.randrange(len(self.customer.contacts))
        return number if (self.customer.contacts[number].left_ago or 0) < ago else 0


def _is_human(kind: str) -> bool:
    return _KINDS[kind].mode != "digital"


def deputies(customer: Profile) -> tuple[str, ...]:
    """Return who of the team may stand in for the customer's owner."""
    team = account_managers(customer.team)
    return tuple(person.key for person in team if person.key != customer.owner)


def _gap(every: Every, ago: float) -> float:
    """Return the days between two, on the way from three years ago to now."""
    if not isinstance(every, tuple):
        return every
    then, now = every
    progress = 1 - min(ago / THREE_YEARS, 1.0)
    return then * (now / then) ** progress
