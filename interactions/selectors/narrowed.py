"""Which part of a timeline is meant, each a condition that a touchpoint must meet."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import F, Max, Q, QuerySet, RowRange, TextField, Value, Window
from django.db.models.functions import Coalesce, Concat, StrIndex
from django.db.models.lookups import GreaterThan

from interactions.models import Direction, Loop, LoopKind, TouchpointType
from relationships.models import Contact, Customer, Person
from relationships.names import without_accents

Condition = Callable[[Customer, datetime], Q]

Mode, Nature = TouchpointType.Mode, TouchpointType.Nature

REPEATED = ("asked.again", "story.repeated")
"""Types that say a customer had to tell what we had heard, or was asked for what we hold."""

MET_BY = ("meeting", "visit", "video", "phone")
"""Channels by which people meet or hear each other."""

AGAIN_WITHIN = timedelta(days=7)
"""Who asks or complains so soon after the same was settled had to come back with it."""

LOOKED_THROUGH = 20_000
"""Touchpoints looked through for a page of a narrowed timeline; it may then have few or none."""

SEARCHED = 10_000
"""The same for a search, which takes longer: letters with accents are taken apart."""

NEVER = datetime(9999, 1, 1, tzinfo=UTC)
WORDS_AT_MOST = 6

UNASKED = Q(direction=Direction.OUTBOUND, type__mode__in=(Mode.HUMAN, Mode.DIGITAL)) & (
    Q(type__nature=Nature.BROADCAST) | Q(is_template=True)
)
"""What we sent and they did not ask for: to many at once, or written from a template."""

SAID = Q(
    direction=Direction.INBOUND,
    type__mode__in=(Mode.HUMAN, Mode.DIGITAL),
    type__nature__in=(Nature.CONNECTION, Nature.VOICE, Nature.FAILURE, Nature.NEUTRAL),
)
"""What they told us in words of their own; an order or a visit of the shop is none."""

MET = Q(type__mode=Mode.HUMAN, type__channel__in=MET_BY) & ~Q(type__nature=Nature.FAILURE)
"""Where one of them met one of us, or heard their voice."""

TOLD_AGAIN = Q(type__key__in=REPEATED)


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What a timeline is narrowed to; what is empty does not narrow it.

    `about` is one of `ABOUT`; moments are from `since` on and before `until`.
    """

    about: str = ""
    mode: str = ""
    direction: int | None = None
    nature: str = ""
    person_id: int | None = None
    contact_id: int | None = None
    text: str = ""
    since: datetime | None = None
    until: datetime | None = None
    is_open: bool = False

    @property
    def is_set(self) -> bool:
        """Whether it narrows anything."""
        return self != Narrowed()

    @property
    def has_gaps(self) -> bool:
        """Whether it leaves out what happened between what is meant, and not a period alone."""
        return replace(self, since=None, until=None) != Narrowed()

    @property
    def look_through(self) -> int | None:
        """How many touchpoints are looked through for a page; None where few have to be."""
        if not self.is_set or self.is_open or self.about in BY_LOOP:
            return None
        return SEARCHED if self.text else LOOKED_THROUGH

    def condition(self, customer: Customer, *, now: datetime) -> Q:
        """Return what a touchpoint of `customer` must meet to be meant."""
        wanted = {
            "type__mode": self.mode,
            "direction": self.direction,
            "type__nature": self.nature,
            "person_id": self.person_id,
            "contact_id": self.contact_id,
            "occurred_at__gte": self.since,
            "occurred_at__lt": self.until,
        }
        condition = Q(**{name: value for name, value in wanted.items() if value not in {None, ""}})
        if self.about:
            condition &= ABOUT[self.about](customer, now)
        if self.is_open:
            condition &= _opened(Loop.objects.filter(customer=customer, closed_at__isnull=True))
        return condition & _says(self.text, customer)


def with_return(customer: Customer) -> QuerySet[Any]:
    """Return all loops of a customer with `before_at`: till when one like it was open before.

    Alike are loops of one kind with the same contact; it is empty where there was none before.
    """
    ends_at = Coalesce("closed_at", Value(NEVER))
    return Loop.objects.filter(customer=customer).annotate(
        before_at=Window(
            Max(ends_at),
            partition_by=[F("kind"), F("opened_by__contact_id")],
            order_by=[F("opened_at").asc(), F("pk").asc()],
            frame=RowRange(None, -1),
        )
    )


def is_return(kind: int, opened_at: datetime, before_at: datetime | None) -> bool:
    """Whether a question or complaint came back: one like it was open, or just settled."""
    return kind in _ASKED and before_at is not None and before_at > opened_at - AGAIN_WITHIN


_ASKED = (LoopKind.QUESTION, LoopKind.COMPLAINT)


def _came_back(customer: Customer, _: datetime) -> Q:
    again = with_return(customer).filter(before_at__gt=F("opened_at") - AGAIN_WITHIN)
    return _opened(again.filter(kind__in=_ASKED)) & ~TOLD_AGAIN


def _late(customer: Customer, now: datetime) -> Q:
    is_late = Q(closed_at__gt=F("due_at")) | Q(closed_at__isnull=True, due_at__lt=now)
    return _opened(Loop.objects.filter(is_late, customer=customer))


def _waited(*kinds: LoopKind) -> Condition:
    return lambda customer, _: _opened(Loop.objects.filter(customer=customer, kind__in=kinds))


def _opened(loops: QuerySet[Any]) -> Q:
    return Q(pk__in=loops.values("opened_by_id"))


ABOUT: Mapping[str, Condition] = {
    "waited": _waited(*LoopKind),
    "question": _waited(LoopKind.QUESTION),
    "complaint": _waited(LoopKind.COMPLAINT),
    "failure": _waited(LoopKind.FAILURE),
    "promise": _waited(LoopKind.PROMISE),
    "late": _late,
    "repeated": lambda customer, now: TOLD_AGAIN | _came_back(customer, now),
    "held": lambda _, __: Q(type__key="asked.again"),
    "story": lambda _, __: Q(type__key="story.repeated"),
    "back": _came_back,
    "unasked": lambda _, __: UNASKED,
    "said": lambda _, __: SAID,
    "met": lambda _, __: MET,
}
BY_LOOP = ("waited", "question", "complaint", "failure", "promise", "late", "back")
"""What is found by its loops, of which there are few, however long a history is."""


def _says(text: str, customer: Customer) -> Q:
    """Find every word in what a touchpoint says or at the beginning of a name it is told with.

    Neither case nor accents matter. Anywhere in a name would be too much: every "customer" of a
    type has a Tom in it.
    """
    condition = Q()
    for word in text.split()[:WORDS_AT_MOST]:
        condition &= (
            Q(GreaterThan(StrIndex(without_accents(F("text")), without_accents(Value(word))), 0))
            | Q(_begins("via", word))
            | Q(type__in=TouchpointType.objects.filter(_begins("label", word)))
            | Q(contact__in=Contact.objects.filter(_begins("name", word), customer=customer))
            | Q(person__in=Person.objects.filter(_begins("name", word)))
        )
    return condition


def _begins(field: str, word: str) -> GreaterThan:
    """Find a word at the beginning of one of those that a field has."""
    words = Concat(Value(" "), field, output_field=TextField())
    return GreaterThan(StrIndex(without_accents(words), without_accents(Value(f" {word}"))), 0)
