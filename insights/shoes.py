"""What a customer went through, in sentences of which every number leads to what it counts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from django.utils import timezone

from insights.charts import Chart, rhythm
from insights.explanations import touchpoint_url
from insights.selectors.shoes import PERIODS, MetPerson, Shoes, Waited, rhythm_from
from insights.timeline_form import STORY, USUAL_DAYS, TimelineForm, address
from insights.words import ago, joined, times
from interactions.models import LoopKind
from interactions.selectors.shoes import Wait
from relationships.words import day_name, plural, span

PEOPLE_SHOWN = 5
PERIOD_NAMES = {90: "90 days", 365: "A year"}


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a sentence; with `url` it leads to what it speaks of."""

    text: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of one matter: sentences in pieces, and whether something is not well."""

    label: str
    parts: Sequence[Part]
    is_bad: bool = False


class _Links:
    """Addresses of the timeline narrowed to what was counted."""

    def __init__(self, here: str, form: TimelineForm, shoes: Shoes) -> None:
        self.here, self.shoes = here, shoes
        self.days = {} if shoes.days == USUAL_DAYS else {"days": shoes.days}

    def to(self, **narrowed: Any) -> str:
        """Return where that is on the timeline, since the period began."""
        return self.ever(**narrowed, since=self.shoes.since)

    def ever(self, **narrowed: Any) -> str:
        """Return where that is on the timeline, whenever it was."""
        query = "&".join(f"{name}={value}" for name, value in (self.days | narrowed).items())
        return address(self.here, query)

    def at(self, wait: Wait) -> str:
        """Return where what opened it stands on the timeline."""
        return touchpoint_url(self.here, wait.touchpoint_id)


def shoes_context(shoes: Shoes, form: TimelineForm, *, here: str, now: datetime) -> dict[str, Any]:
    """Return what the page tells from the customer's side; nothing where nothing ever happened."""
    if not shoes.has_history:
        return {}
    links, today = _Links(here, form, shoes), timezone.localdate(now)
    is_quiet = not (shoes.happened or shoes.waited.kinds or shoes.waited.waiting)
    return {
        "shoes": [] if is_quiet else list(_told(shoes, links, now)),
        "shoes_since": _since(shoes, today),
        "shoes_met": [] if is_quiet else _people(shoes.met, links, today),
        "shoes_modes": _modes(shoes, links),
        "shoes_periods": _periods(form, here),
        "rhythm": _rhythm(shoes, links, now),
        "rhythm_rows": _months(shoes, links, now),
        "rhythm_words": _rhythm_words(shoes, today),
    }


def _since(shoes: Shoes, today: date) -> str:
    day = day_name(shoes.since, today)
    if shoes.is_cut:
        return f"Since {day}: there is more than can be counted for a page."
    return f"Since {day}"


def _periods(form: TimelineForm, here: str) -> list[dict[str, Any]]:
    """Return the periods to choose from; the timeline stays narrowed as it is."""
    return [
        {
            "label": PERIOD_NAMES[days],
            "url": _shoes_address(here, form.query("days", **_unusual(days))),
            "is_current": days == form.days_back,
        }
        for days in PERIODS
    ]


def _unusual(days: int) -> dict[str, int]:
    return {} if days == USUAL_DAYS else {"days": days}


def _shoes_address(here: str, query: str) -> str:
    return f"{here}?{query or STORY}#shoes"


def _told(shoes: Shoes, links: _Links, now: datetime) -> Iterator[Told]:
    yield Told("Waiting", list(_waited(shoes.waited, links, now)), bool(shoes.waited.waiting))
    yield Told("Repeating", list(_repeated(shoes, links)), bool(shoes.repeated))
    yield Told("Not asked for", list(_unasked(shoes, links)))


def _waited(waited: Waited, links: _Links, now: datetime) -> Iterator[Part]:
    total = sum(waited.kinds.values())
    if total:
        yield Part("They waited ")
        yield Part(times(total), links.to(about="waited"))
        yield Part(": ")
        yield from _kinds(waited, links)
        yield Part(". ")
        yield from _lengths(waited, links, now)
    elif waited.waiting:
        yield Part("They asked for nothing new. ")
    else:
        yield Part("They waited for nothing.")
    if waited.waiting:
        first = waited.waiting[0]
        number = len(waited.waiting)
        yield Part("1 thing" if number == 1 else f"{number:,} things", links.ever(open=1))
        yield Part(" still waits, since " if number == 1 else " still wait, the first since ")
        day = timezone.localdate(first.opened_at)
        name = day_name(day, timezone.localdate(now))
        yield Part(name.lower() if name in {"Today", "Yesterday"} else name, links.at(first))
        yield Part(".")
    elif total:
        yield Part("Nothing waits now.")


def _kinds(waited: Waited, links: _Links) -> Iterator[Part]:
    """Say what they waited for: answers, things made right, promises kept."""
    groups = [
        ("for an answer to ", (LoopKind.QUESTION,), ""),
        ("for ", (LoopKind.COMPLAINT, LoopKind.FAILURE), " to be made right"),
        ("for ", (LoopKind.PROMISE,), " to be kept"),
    ]
    some = [group for group in groups if any(waited.kinds.get(kind) for kind in group[1])]
    for place, (before, kinds, behind) in enumerate(some):
        yield Part(before)
        counts = [(kind, waited.kinds[kind]) for kind in kinds if waited.kinds.get(kind)]
        for second, (kind, count) in enumerate(counts):
            if second:
                yield Part(" and ")
            name = kind.name.lower()
            yield Part(plural(count, name), links.to(about=name))
        yield Part(behind)
        if place < len(some) - 1:
            yield Part(", " if place < len(some) - 2 else " and ")


def _lengths(waited: Waited, links: _Links, now: datetime) -> Iterator[Part]:
    longest = waited.longest
    if waited.median is not None and waited.settled > 1:
        yield Part(f"Half of what was settled took {span(waited.median)} or less. ")
    if longest is not None:
        lasted = span((longest.closed_at or now) - longest.opened_at)
        only = sum(waited.kinds.values()) == 1
        verb = "took" if longest.closed_at else "has lasted"
        yield Part(f"It {verb} " if only else f"The longest {verb} ")
        yield Part(lasted, links.at(longest))
        yield Part(". " if longest.closed_at else " so far. ")
    if waited.late:
        yield Part(plural(waited.late, "wait"), links.to(about="late"))
        yield Part(" was" if waited.late == 1 else " were")
        yield Part(" longer than expected. ")
    else:
        yield Part("None was longer than expected. ")


def _repeated(shoes: Shoes, links: _Links) -> Iterator[Part]:
    if not shoes.repeated:
        yield Part("They never had to repeat themselves.")
        return
    yield Part("They had to repeat themselves ")
    yield Part(times(shoes.repeated), links.to(about="repeated"))
    yield Part(": ")
    told = [
        ("asked ", shoes.told_again.get("asked.again", 0), "held", " for what we hold"),
        ("told their story again ", shoes.told_again.get("story.repeated", 0), "story", ""),
        ("came back ", shoes.came_back, "back", " with what was open or just settled"),
    ]
    some = [one for one in told if one[1]]
    for place, (before, count, about, behind) in enumerate(some):
        yield Part(before)
        yield Part(times(count), links.to(about=about))
        yield Part(behind)
        if place < len(some) - 1:
            yield Part(", " if place < len(some) - 2 else " and ")
    yield Part(".")


def _unasked(shoes: Shoes, links: _Links) -> Iterator[Part]:
    if shoes.unasked:
        yield Part("We sent ")
        yield Part(plural(shoes.unasked, "message"), links.to(about="unasked"))
        yield Part(" they did not ask for. ")
    else:
        yield Part("We sent nothing they did not ask for. ")
    if shoes.said:
        yield Part("They told us something ")
        yield Part(times(shoes.said), links.to(about="said"))
        yield Part(".")
    else:
        yield Part("They told us nothing themselves.")


def _people(met: Sequence[MetPerson], links: _Links, today: date) -> list[dict[str, str]]:
    """Return whom of us they met, how often and when last; of many, those met most often."""
    named = [one for one in met if one.person_id is not None]
    rows = [
        {
            "name": one.name or "Somebody of us",
            "times": times(one.times),
            "url": links.to(about="met", person=one.person_id),
            "last": ago(timezone.localdate(one.last_at), today),
        }
        for one in named[:PEOPLE_SHOWN]
    ]
    for words, rest in (
        (plural(len(named) - PEOPLE_SHOWN, "other", "others"), named[PEOPLE_SHOWN:]),
        ("Somebody who is not named", [one for one in met if one.person_id is None]),
    ):
        if rest:
            last = max(one.last_at for one in rest)
            rows.append(
                {
                    "name": words,
                    "times": times(sum(one.times for one in rest)),
                    "url": "",
                    "last": ago(timezone.localdate(last), today),
                }
            )
    return rows


def _modes(shoes: Shoes, links: _Links) -> list[dict[str, str]]:
    return [
        {
            "mode": mode,
            "text": f"{words} {times(number) if number else 'never'}",
            "url": links.to(mode=mode) if number else "",
        }
        for mode, words, number in (
            ("human", "With a person", shoes.human),
            ("digital", "On a screen", shoes.digital),
        )
    ]


def _rhythm(shoes: Shoes, links: _Links, now: datetime) -> Chart:
    return rhythm(
        {day: (one.human, one.digital) for day, one in shoes.rhythm.items()},
        title="A year of days",
        begins=rhythm_from(now),
        today=timezone.localdate(now),
        href=lambda first, last: links.ever(since=first, until=last),
    )


def _months(shoes: Shoes, links: _Links, now: datetime) -> list[dict[str, Any]]:
    """Return the months of the year, each with its days and where it stands on the timeline."""
    today, first = timezone.localdate(now), rhythm_from(now)
    rows = []
    while first <= today:
        following = (first.replace(day=1) + timedelta(days=32)).replace(day=1)
        days = [one for day, one in shoes.rhythm.items() if first <= day < following]
        rows.append(
            {
                "name": f"{first:%B %Y}",
                "human": f"{sum(one.human > 0 for one in days)}",
                "digital": f"{sum(one.digital > 0 for one in days)}",
                "url": links.ever(since=first, until=following - timedelta(days=1)),
            }
        )
        first = following
    return rows


def _rhythm_words(shoes: Shoes, today: date) -> str:
    """Say the year in a sentence: on how many days, and the longest time without a person."""
    days = shoes.rhythm
    if not days:
        return "Nothing happened in a year."
    people = sorted(day for day, one in days.items() if one.human)
    screens = sum(1 for one in days.values() if not one.human)
    said = [plural(len(people), "day") + " with a person"] if people else []
    said += [plural(screens, "day") + " on screens alone"] if screens else []
    text = f"In touch on {joined(said)}"
    gaps = [later - earlier for earlier, later in pairwise([*people, today])]
    longest = max(gaps, default=timedelta()).days
    if longest > 1:
        text += f"; the longest time without a person was {plural(longest, 'day')}"
    return f"{text}."
