"""The measures of care: what each is made of, how it is said, and which lists are behind it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf, isfinite

from insights.care_words import LEAST, TOO_FEW, difference, half, points
from insights.measures import Measure
from insights.selectors.care import Part, Sums
from insights.words import percent, thousands
from interactions.models import LoopKind
from interactions.selectors import MESS_UPS

TOLD = (LoopKind.QUESTION, LoopKind.COMPLAINT)
PROMISES = (LoopKind.PROMISE,)


@dataclass(frozen=True, slots=True)
class Behind:
    """A list behind a number: loops of some kinds in a state, or touchpoints of a measure.

    Whom the page is of, in the plural, stands for `{nouns}` in its title.
    """

    title: str
    count: Callable[[Sums], int]
    noun: tuple[str, str]
    kinds: tuple[LoopKind, ...] = ()
    state: str = ""
    measure: Measure | None = None

    @property
    def parts(self) -> Part:
        """What must be summed to know how many there are."""
        return Part.NOT_DUE if self.state in ("not_due", "broken") else Part(0)


_TOUCHPOINTS = ("touchpoint", "touchpoints")
BEHIND: Mapping[str, Behind] = {
    "told": Behind(
        "What {nouns} told us", lambda s: s.told.opened,
        ("question or complaint", "questions and complaints"), TOLD,
    ),
    "answered": Behind(
        "Answered", lambda s: s.told.closed,
        ("question or complaint", "questions and complaints"), TOLD, "closed",
    ),
    "waiting": Behind(
        "Still waiting for an answer", lambda s: s.told.open,
        ("question or complaint", "questions and complaints"), TOLD, "open",
    ),
    "promised": Behind(
        "What we promised", lambda s: s.promises.opened, ("promise", "promises"), PROMISES,
    ),
    "kept": Behind(
        "Promises kept", lambda s: s.promises.in_time, ("promise", "promises"), PROMISES, "kept",
    ),
    "broken": Behind(
        "Promises kept late or not at all", lambda s: s.due - s.promises.in_time,
        ("promise", "promises"), PROMISES, "broken",
    ),
    "not-due": Behind(
        "Promises not due yet", lambda s: s.not_due, ("promise", "promises"), PROMISES, "not_due",
    ),
    "mess-ups": Behind(
        "What went wrong", lambda s: s.mess_ups.opened,
        ("failure or complaint", "failures and complaints"), MESS_UPS,
    ),
    "made-right": Behind(
        "Made right", lambda s: s.mess_ups.closed,
        ("failure or complaint", "failures and complaints"), MESS_UPS, "closed",
    ),
    "not-right": Behind(
        "Not made right yet", lambda s: s.mess_ups.open,
        ("failure or complaint", "failures and complaints"), MESS_UPS, "open",
    ),
    "said": Behind("We said we care", lambda s: s.said, _TOUCHPOINTS, measure=Measure.SAID),
    "shown": Behind("We showed it", lambda s: s.shown, _TOUCHPOINTS, measure=Measure.SHOWN),
    "noise": Behind(
        "Campaigns and templates", lambda s: s.noise, _TOUCHPOINTS, measure=Measure.NOISE
    ),
    "via": Behind("Through others", lambda s: s.via, _TOUCHPOINTS, measure=Measure.VIA),
    "asked": Behind(
        "Asked again for what we hold", lambda s: s.asked, _TOUCHPOINTS, measure=Measure.ASKED
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Card:
    """One measure of the page; its value is None where there is too little to tell.

    Whom the page is of, in the plural, stands for `{nouns}` in what it means.
    """

    key: str
    title: str
    meaning: str
    value: Callable[[Sums], float | None]
    text: Callable[[float], str]
    unit: str
    compared: Callable[[float, float], str]
    behind: str
    lists: Sequence[tuple[str, str]]
    note: Callable[[Sums, str], str] = field(default=lambda sums, nouns: "")
    is_more_better: bool = False

    def said(self, sums: Sums) -> str:
        """Return the value in words."""
        value = self.value(sums)
        return TOO_FEW if value is None else self.text(value)

    def unit_of(self, sums: Sums) -> str:
        """Return what the value is a number of; nothing where it is none."""
        value = self.value(sums)
        return self.unit if value is not None and isfinite(value) else ""

    def said_before(self, before: Sums) -> str:
        """Return the value of earlier months in words."""
        return "nothing known" if before.is_empty else self.said(before)

    def moved(self, sums: Sums, before: Sums) -> str:
        """Say how the value moved; nothing where it cannot be told."""
        now, then = self.value(sums), self.value(before)
        if now is None or then is None or before.is_empty:
            return ""
        return self.compared(now, then)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole >= LEAST else None


def _ratio(part: int, whole: int) -> float | None:
    if part + whole < LEAST:
        return None
    return part / whole if whole else inf


def _tenths(all_of_it: str) -> Callable[[float], str]:
    """Write a ratio, or what it is when there is nothing to measure against."""
    return lambda value: all_of_it if value == inf else thousands(round(value, 1))


CARDS = (
    Card(
        "listening", "Listening", "Of what {nouns} asked or complained about, what we answered",
        lambda s: _share(s.told.closed, s.told.opened), percent, "answered", points, "answered",
        (("told", "told us"), ("answered", "answered"), ("waiting", "still wait")),
        lambda s, nouns: half(s.told.median), is_more_better=True,
    ),
    Card(
        "promises", "Promises kept", "Of the promises whose time has come, those kept in time",
        lambda s: _share(s.promises.in_time, s.due), percent, "kept in time", points, "kept",
        (
            ("promised", "promised"), ("kept", "kept in time"),
            ("not-due", "not due yet"), ("broken", "late or never"),
        ),
        is_more_better=True,
    ),
    Card(
        "mess-ups", "Mess-ups", "Failures and complaints, and whether we made them right",
        lambda s: s.mess_ups.opened, thousands, "went wrong", difference, "mess-ups",
        (("made-right", "made right"), ("not-right", "not yet")),
        lambda s, nouns: half(s.mess_ups.median, "half of what was made right"),
    ),
    Card(
        "say-do", "Say and do",
        "How often we say that we care for each time we show it: help nobody asked for, a refund, "
        "a kindness",
        lambda s: _ratio(s.said, s.shown), _tenths("only said"), "said for each shown",
        difference, "said", (("said", "said"), ("shown", "shown")),
    ),
    Card(
        "noise", "Noise", "Campaigns and templates we sent for each thing that {nouns} did",
        lambda s: _ratio(s.noise, s.heard), _tenths("nothing heard"), "sent for each heard",
        difference, "noise", (("noise", "sent"),),
        lambda s, nouns: f"{thousands(s.heard)} came from {nouns}",
    ),
    Card(
        "via", "Through others", "What passes through a marketplace or a reseller instead of us",
        lambda s: _share(s.via, s.everything), percent, "through others", points, "via",
        (("via", "touchpoints"),),
        lambda s, nouns: f"of {thousands(s.everything)}",
    ),
    Card(
        "asked", "Asked again", "How often {nouns} had to tell us what we already hold",
        lambda s: s.asked, thousands, "asked again", difference, "asked", (),
    ),
)  # fmt: skip
