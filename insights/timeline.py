"""A timeline as it is drawn: days, what happened on them, and lines from opening to closing."""

import functools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from django.utils import timezone
from django.utils.html import format_html, format_html_join

from interactions.models import Loop, LoopKind, Touchpoint, TouchpointType
from interactions.selectors import TimelinePage
from relationships import words
from relationships.numbers import whole_number

LANES = 3
"""Lines drawn beside each other; what overlaps more than that is told in words alone."""

FREE = 0
LOOP_WORDS = {
    LoopKind.QUESTION: "question",
    LoopKind.COMPLAINT: "complaint",
    LoopKind.FAILURE: "failure",
    LoopKind.PROMISE: "promise",
}


@dataclass(frozen=True, slots=True)
class Lane:
    """A piece of one line: it opens here, closes here, runs through, or there is none."""

    piece: str
    kind: str = ""
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class Event:
    """One touchpoint with what it opened and closed."""

    touchpoint: Touchpoint
    facts: Sequence[str]
    is_bad: bool
    opened: Loop | None
    opened_words: str
    closed: Loop | None
    closed_words: str
    lanes: Sequence[Lane]

    @property
    def mode(self) -> str:
        """Whether a person was met or a screen."""
        return self.touchpoint.type.mode

    @property
    def moment(self) -> datetime:
        """When it happened, by the clock of whoever looks."""
        return timezone.localtime(self.touchpoint.occurred_at)

    @property
    def clock(self) -> str:
        """The time of day."""
        return f"{self.moment:%H:%M}"

    @property
    def lines(self) -> str:
        """The lanes as they are drawn."""
        return _drawn(tuple(self.lanes))


@dataclass(frozen=True, slots=True)
class Day:
    """What happened on one day, the latest first; `lanes` run past its heading."""

    name: str
    events: Sequence[Event]
    lanes: Sequence[Lane]

    @property
    def lines(self) -> str:
        """The lanes as they are drawn."""
        return _drawn(tuple(self.lanes))


@functools.cache
def _drawn(lanes: tuple[Lane, ...]) -> str:
    """Draw the pieces of the lines from what opened to what settled it; there are few such."""
    pieces = format_html_join(
        "",
        '<i class="lane {}{}"></i>',
        ((lane.piece, " open" if lane.is_open else "") for lane in lanes),
    )
    return format_html('<span class="lanes" aria-hidden="true">{}</span>', pieces)


@dataclass(frozen=True, slots=True)
class Drawn:
    """Days, and the loops whose lines run on below them, one a lane."""

    days: Sequence[Day]
    running: Sequence[int]


def draw(page: TimelinePage, *, now: datetime, running: Sequence[int] = ()) -> Drawn:
    """Draw a page of a timeline; `running` are the loops whose lines come from the page above.

    Where something is left out no lines are drawn: they would run past where they end.
    """
    drawn = [] if page.has_gaps else page.loops
    lines = _Lines(drawn, [] if page.has_gaps else _from_above(page, running))
    opened = {loop.opened_by_id: loop for loop in page.loops}
    closed = {loop.closed_by_id: loop for loop in page.loops if loop.closed_by_id}
    days = []
    for day, touchpoints in groupby(page.touchpoints, _local_day):
        lanes = lines.through()
        events = [
            _event(touchpoint, opened.get(touchpoint.pk), closed.get(touchpoint.pk), lines, now)
            for touchpoint in touchpoints
        ]
        days.append(Day(words.day_name(day, timezone.localtime(now).date()), events, lanes))
    return Drawn(days, lines.slots)


class _Lines:
    """The lines as they stand between two touchpoints, walked from the newest down."""

    def __init__(self, loops: Sequence[Loop], slots: list[int]) -> None:
        self.loops = {loop.pk: loop for loop in loops}
        self.slots = slots
        self._passed: set[int] = set()

    def through(self) -> list[Lane]:
        """Return the lines as they run past something that neither opens nor closes one."""
        return [self._lane(pk, "through") for pk in self.slots]

    def step(self, opened: Loop | None, closed: Loop | None) -> list[Lane]:
        """Return the lines at a touchpoint, and go on below it."""
        if closed and closed.pk not in self._passed and FREE in self.slots:
            self.slots[self.slots.index(FREE)] = closed.pk
        lanes = [self._lane(pk, _piece(pk, opened, closed)) for pk in self.slots]
        if opened:
            self._passed.add(opened.pk)
            self.slots = [FREE if pk == opened.pk else pk for pk in self.slots]
        return lanes

    def _lane(self, pk: int, piece: str) -> Lane:
        loop = self.loops.get(pk)
        if loop is None:
            return Lane("none")
        return Lane(piece, LOOP_WORDS[LoopKind(loop.kind)], loop.closed_at is None)


def _piece(pk: int, opened: Loop | None, closed: Loop | None) -> str:
    if opened and pk == opened.pk:
        return "opens"
    return "closes" if closed and pk == closed.pk else "through"


def _from_above(page: TimelinePage, running: Sequence[int]) -> list[int]:
    """Return one loop a lane: those that ran already keep theirs, others take what is free."""
    shown = {touchpoint.pk for touchpoint in page.touchpoints}
    waiting = [loop.pk for loop in page.loops if loop.closed_by_id not in shown]
    slots = [pk if pk in waiting else FREE for pk in [*running, *[FREE] * LANES][:LANES]]
    for pk in waiting:
        if pk not in slots and FREE in slots:
            slots[slots.index(FREE)] = pk
    return slots


def _local_day(touchpoint: Touchpoint) -> date:
    return timezone.localtime(touchpoint.occurred_at).date()


def _event(
    touchpoint: Touchpoint,
    opened: Loop | None,
    closed: Loop | None,
    lines: _Lines,
    now: datetime,
) -> Event:
    return Event(
        touchpoint=touchpoint,
        facts=list(_facts(touchpoint)),
        is_bad=touchpoint.type.nature == TouchpointType.Nature.FAILURE,
        opened=opened,
        opened_words=_opened(opened, now) if opened else "",
        closed=closed,
        closed_words=_closed(closed, now) if closed else "",
        lanes=lines.step(opened, closed),
    )


def _facts(touchpoint: Touchpoint) -> Iterator[str]:
    """Say who was there and how, each in a few words."""
    yield touchpoint.get_direction_display()
    people = [touchpoint.contact, touchpoint.person]
    if names := " with ".join(str(person) for person in people if person):
        yield names
    if touchpoint.duration_minutes:
        yield words.plural(touchpoint.duration_minutes, "minute")
    if touchpoint.customers_in_room > 1:
        yield f"{touchpoint.customers_in_room:,} customers there"
    if touchpoint.via:
        yield f"via {touchpoint.via}"


def _opened(loop: Loop, now: datetime) -> str:
    """Say what a touchpoint opened and what became of it."""
    kind = LOOP_WORDS[LoopKind(loop.kind)]
    if loop.closed_at is None:
        return f"{kind.capitalize()} open, {words.due(loop.due_at, now)}"
    return f"{kind.capitalize()} settled after {words.span(loop.closed_at - loop.opened_at)}"


def _closed(loop: Loop, now: datetime) -> str:
    """Say what a touchpoint closed."""
    day = timezone.localtime(loop.opened_at).date()
    name = words.day_name(day, timezone.localtime(now).date())
    when = name.lower() if name in {"Today", "Yesterday"} else f"{name}"
    return f"settles the {LOOP_WORDS[LoopKind(loop.kind)]} of {when}"


def lanes_key(running: Iterable[int]) -> str:
    """Write the loops that run on, for the address of the next page.

    >>> lanes_key([12, 0, 7])
    '12.0.7'
    """
    return ".".join(str(pk) for pk in running)


def parse_lanes(key: str) -> list[int]:
    """Read the loops that run on; what is no number is no loop.

    >>> parse_lanes("12.0.x")
    [12, 0, 0]
    """
    return [whole_number(pk) or FREE for pk in key.split(".")[:LANES]]
