"""Who is in the demonstration: about 400 customers, each with a story to live."""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import cycle
from random import Random

from insights.demo import names
from insights.demo.people import ALPINE, EAST, KEY_ACCOUNTS, NORTH, SOUTH, WEST, account_managers
from insights.demo.story import Story
from relationships.names import searchable

_TEAM_SHARES = {NORTH: 6, SOUTH: 5, EAST: 5, WEST: 5, ALPINE: 4, KEY_ACCOUNTS: 2}
_PER_EURO = {"EUR": 1.0, "GBP": 0.86, "SEK": 11.2, "CHF": 0.95}
_MEDIAN_VALUE, _SPREAD, _LARGEST_VALUE = 14_000, 0.9, 900_000

# Numbers set aside for films and books: Berlin, Hamburg, Cologne, Frankfurt, Munich.
_FICTION = ("+493023125", "+494066969", "+492214710", "+496990009", "+498999998")
_BRITISH_FICTION = "+442079460"


@dataclass(frozen=True, slots=True)
class Someone:
    """A contact; `left_ago` says how many days ago somebody left the customer."""

    name: str
    job_title: str
    email: str
    phone: str
    left_ago: int | None = None

    @property
    def first_name(self) -> str:
        """What we call them."""
        return self.name.split()[0]


@dataclass(frozen=True, slots=True)
class Profile:
    """A customer before anything has happened."""

    key: str
    name: str
    segment: str
    team: str
    language: str
    owner: str | None
    stage: str
    style: str
    yearly_value: Decimal
    currency: str
    since: int
    contacts: tuple[Someone, ...]


class Casting:
    """Hands out customers, no two of one name, to one story after another."""

    def __init__(self, stories: Iterable[Story], random: Random) -> None:
        self._random = random
        self._names = {story.lead for story in stories}
        self._number = 0
        self._owners = {team: cycle(account_managers(team)) for team in _TEAM_SHARES}
        self._leavers = {team: cycle(account_managers(team, left=True)) for team in _TEAM_SHARES}

    def play(self, story: Story) -> Iterator[Profile]:
        """Yield the customers of one story, the lead first."""
        for number in range(story.customers):
            yield self._profile(story, is_lead=number == 0)

    def _profile(self, story: Story, *, is_lead: bool) -> Profile:
        random = self._random
        self._number += 1
        team, tongue, segment, name = self._named(story)
        if is_lead:
            name = story.lead
            origin, tongue, segment = names.origin(name)
            team = team if story.teams and origin not in story.teams else origin
        worth = story.worth * (5 if team == KEY_ACCOUNTS else 1) * (2 if is_lead else 1)
        return Profile(
            key=f"C{self._number:03d}",
            name=name,
            segment=segment,
            team=team,
            language=tongue.language,
            owner=next((self._leavers if story.is_orphan else self._owners)[team]).key,
            stage=story.stage,
            style=story.style,
            yearly_value=_value(worth, tongue.currency, random),
            currency=tongue.currency,
            since=random.randint(*story.since),
            contacts=tuple(self._contacts(tongue, name, random.choice((1, 2, 2, 3, 3, 4)))),
        )

    def _named(self, story: Story) -> tuple[str, names.Tongue, str, str]:
        """Return a team, language, segment and a name that nobody has yet."""
        random, teams = self._random, story.teams or tuple(_TEAM_SHARES)
        while True:
            team = random.choices(teams, weights=[_TEAM_SHARES[team] for team in teams])[0]
            tongue = random.choice(names.TONGUES[team])
            segment = random.choice(story.segments or names.SEGMENTS)
            name = names.firm(tongue, segment, random)
            if name not in self._names:
                self._names.add(name)
                return team, tongue, segment, name

    def _contacts(self, tongue: names.Tongue, firm: str, count: int) -> Iterator[Someone]:
        random = self._random
        taken: set[str] = set()
        while len(taken) < count:
            name = names.person(tongue, random)
            if name.split()[0] in taken:
                continue
            number = len(taken)
            taken.add(name.split()[0])
            yield Someone(
                name=name,
                job_title=random.choice(names.JOB_TITLES),
                email=f"{_slug(name, '.')}@{_slug(firm, '-')}.example.org",
                phone=_phone(tongue, self._number * 4 + number),
                left_ago=random.randint(40, 400) if number > 1 and random.random() < 0.3 else None,
            )


def _value(worth: float, currency: str, random: Random) -> Decimal:
    euros = min(_MEDIAN_VALUE * worth * random.lognormvariate(0, _SPREAD), _LARGEST_VALUE)
    return Decimal(round(euros * _PER_EURO[currency] / 100) * 100)


def _phone(tongue: names.Tongue, number: int) -> str:
    """Return a number that rings nowhere; each customer has up to four."""
    if tongue is names.ENGLISH and number < 1000:
        return f"{_BRITISH_FICTION}{number:03d}"
    return f"{_FICTION[number // 1000]}{number % 1000:03d}"


def _slug(name: str, joint: str) -> str:
    """Return the name as it stands in an address."""
    plain = unicodedata.normalize("NFKD", searchable(name)).replace("ß", "ss").replace("'", "")
    words = "".join(c if c.isascii() and c.isalnum() else " " for c in plain).split()
    return joint.join(words)
