"""Loads the demonstration organisation: first who there is, then what happened."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from random import Random
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction

from insights.demo.cast import Casting, Profile
from insights.demo.days import Calendar
from insights.demo.diary import Diary, Entry
from insights.demo.enlist import NAMESPACE, enlist
from insights.demo.people import (
    ACCOUNT_MANAGER_SIGN_IN,
    BRANCH_CLOSED_AGO,
    COLLEAGUES,
    EXECUTIVE_SIGN_IN,
    NORTH,
    SERVICE_EMAIL,
    Colleague,
)
from insights.demo.plans import plan_some
from insights.demo.stories import STORIES
from insights.demo.story import Story
from insights.services.wall_events import WallEventRefusedError, note_event
from interactions.services import NewTouchpoint, record, source_named
from relationships.models import Identity, Person, Team

SEED = 5
SOURCE = "demonstration"
BATCH = 4_000
"""Touchpoints recorded in one transaction."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """Somebody of the demonstration who can sign in."""

    role: str
    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Demonstration:
    """What is there after loading: its day, its size, and who can sign in."""

    dated: date
    customers: int
    recorded: int
    known: int
    account_manager: SignIn
    executive: SignIn


def load_demonstration(
    *, today: date, seed: int = SEED, password: str | None = None
) -> Demonstration:
    """Load the demonstration organisation, or what is missing of it.

    The day it was first loaded on stays: loading again on another day, with the same seed,
    completes what a killed load left undone and records nothing else. For a demonstration dated
    today, remove it first. `password` becomes that of the two people who sign in.
    """
    dated = _begun_on() or today
    Person.objects.filter(email=SERVICE_EMAIL).update(is_active=True)
    calendar = Calendar(dated, ZoneInfo(settings.TIME_ZONE))
    cast = profiles(seed)
    with transaction.atomic():
        enlist([profile for profile, _ in cast], calendar)
        _let_in((ACCOUNT_MANAGER_SIGN_IN, EXECUTIVE_SIGN_IN), password)
    recorded, known = _record_all(entries(cast, calendar, seed), now=calendar.ends_at)
    plan_some(calendar.today, calendar.zone)
    if recorded:
        _note_closed_branch(dated)
        _analyze()
    # All is recorded: the account is open only while it is needed.
    Person.objects.filter(email=SERVICE_EMAIL).update(is_active=False)
    return Demonstration(
        dated=dated,
        customers=len(cast),
        recorded=recorded,
        known=known,
        account_manager=_sign_in("account manager", ACCOUNT_MANAGER_SIGN_IN),
        executive=_sign_in("executive", EXECUTIVE_SIGN_IN),
    )


def profiles(seed: int) -> list[tuple[Profile, Story]]:
    """Return every customer with the story it lives; a seed always gives the same."""
    casting = Casting(STORIES, Random(seed))
    return [(profile, story) for story in STORIES for profile in casting.play(story)]


def entries(
    cast: Iterable[tuple[Profile, Story]], calendar: Calendar, seed: int
) -> Iterator[Entry]:
    """Yield every touchpoint, customer by customer.

    Each customer has a generator of their own, so that a change to one story leaves the
    others as they were.
    """
    for profile, story in cast:
        diary = Diary(profile, calendar, Random(f"{seed} {profile.key}"))
        story.tell(diary)
        yield from diary.entries


def _begun_on() -> date | None:
    """Return the day the demonstration that is here is dated by: when its account joined."""
    account = Person.objects.filter(email=SERVICE_EMAIL).first()
    zone = ZoneInfo(settings.TIME_ZONE)
    return account.joined_at.astimezone(zone).date() if account else None


def _let_in(colleagues: Iterable[Colleague], password: str | None) -> None:
    if password is None:
        return
    for colleague in colleagues:
        person = Person.objects.get(email=colleague.email)
        person.set_password(password)
        person.save(update_fields=["password"])


def _sign_in(role: str, colleague: Colleague) -> SignIn:
    return SignIn(role, colleague.name, colleague.email)


def _record_all(told: Iterator[Entry], *, now: datetime) -> tuple[int, int]:
    """Record in batches, each kept once it is done; return how many were new and how many not."""
    by = Person.objects.get(email=SERVICE_EMAIL)
    source = source_named(SOURCE, service_account=by)
    resolve = _Resolver()
    counts = {"recorded": 0, "known": 0}
    while batch := list(islice(told, BATCH)):
        items = [item for entry in batch if (item := resolve(entry))]
        for outcome in record(source=source, items=items, by=by, now=now):
            if outcome.status == "refused":
                raise ValueError(f"{outcome.external_id}: {outcome.refusals}")
            counts[outcome.status] += 1
    return counts["recorded"], counts["known"]


def _note_closed_branch(dated: date) -> None:
    """Note beside the Wall what the North lives with, once."""
    north = Team.objects.get(name=NORTH)
    by = Person.objects.get(email=EXECUTIVE_SIGN_IN.email)
    day = dated - timedelta(days=BRANCH_CLOSED_AGO)
    with suppress(WallEventRefusedError):
        note_event(on_date=day, text="Hamburg branch closed", team_id=north.pk, by=by)


def _analyze() -> None:
    """Tell the planner of tables that were empty a moment ago, before they are first read."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE interactions_touchpoint, interactions_touchpointchange")


class _Resolver:
    """Turns the demonstration's own names into rows; who was deleted since is left out."""

    def __init__(self) -> None:
        self._customers: Mapping[str, int] = dict(
            Identity.objects.filter(
                kind=Identity.Kind.FOREIGN, namespace=NAMESPACE, contact__isnull=True
            ).values_list("value", "customer_id")
        )
        self._contacts: Mapping[str, int] = dict(
            Identity.objects.filter(
                kind=Identity.Kind.FOREIGN, namespace=NAMESPACE, contact__isnull=False
            ).values_list("value", "contact_id")
        )
        emails = {colleague.email: colleague.key for colleague in COLLEAGUES}
        self._people: Mapping[str, int] = {
            emails[email]: pk
            for email, pk in Person.objects.filter(email__in=emails).values_list("email", "pk")
        }

    def __call__(self, entry: Entry) -> NewTouchpoint | None:
        """Return the touchpoint to record, None when its customer is no longer there."""
        customer = self._customers.get(entry.customer)
        if customer is None:
            return None
        contact = self._contacts.get(f"{entry.customer}-{entry.contact}")
        return NewTouchpoint(
            type=entry.type,
            customer=customer,
            occurred_at=entry.at,
            external_id=entry.external_id,
            direction=entry.direction,
            contact_id=contact,
            person_id=self._people.get(entry.person or ""),
            duration_minutes=entry.minutes,
            customers_in_room=entry.customers_in_room,
            sentiment=entry.sentiment,
            via=entry.via,
            text=entry.text,
            value=entry.value,
            severity=entry.severity,
            opens=entry.opens,
            due_at=entry.due_at,
            closes=entry.closes,
        )
