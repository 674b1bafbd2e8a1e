"""What the numbers of care say, in words; where there are too few, that they are."""

from math import inf

from insights.among_words import noun_of
from insights.hours import Median
from insights.selectors.care import Sums
from insights.selectors.monthly import EVERYBODY
from insights.selectors.organisation import Among
from insights.words import percent, thousands, times, upper_first
from relationships.words import plural

LEAST = 10
"""Of fewer a share says more about chance than about us."""

TOO_FEW = "too few to tell"


def care_sentence(sums: Sums, period: str, among: Among = EVERYBODY) -> str:
    """Say how well we listened and whether we show what we say."""
    noun = noun_of(among.stage)
    if sums.is_empty:
        whom, when = f"{'our' if among.are_all else 'these'} {noun}s", during(period)
        return f"Nothing passed between us and {whom} {when}, so there is nothing to tell."
    return f"{_listened(sums, period, noun)} {_said(sums)}"


def _listened(sums: Sums, period: str, noun: str) -> str:
    told = sums.told
    if not told.opened:
        return f"{upper_first(during(period))} no {noun} asked or complained."
    if told.opened < LEAST:
        return (
            f"{upper_first(during(period))} {noun}s asked or complained {times(told.opened)}: "
            f"too few to say how well we listen."
        )
    within = half(told.median, "half of it")
    waiting = f"{thousands(told.open)} still wait{'s' if told.open == 1 else ''}"
    answered = percent(told.closed / told.opened)
    return (
        f"Of what {noun}s told us {during(period)} we answered {answered}"
        f"{f', {within}' if within else ''}; {waiting if told.open else 'nobody still waits'}."
    )


def _said(sums: Sums) -> str:
    said = f"said we care {times(sums.said)}" if sums.said else "never said that we care"
    shown = f"showed it {times(sums.shown)}" if sums.shown else "never showed it"
    return f"We {said} and {shown}."


def during(period: str) -> str:
    """Say when, of a month or some.

    >>> during("May 2026"), during("August to October 2026")
    ('in May 2026', 'from August to October 2026')
    """
    return f"{'from' if ' to ' in period else 'in'} {period}"


def hours(length: float) -> str:
    """Say a time in hours roughly, as the steps it is known in allow.

    >>> hours(0.3), hours(1), hours(5.2), hours(47), hours(80)
    ('18 minutes', '1 hour', '5 hours', '47 hours', '3 days')
    """
    if round(length, 1) < 1:
        return plural(round(length * 60), "minute")
    return plural(round(length), "hour") if length < 48 else plural(round(length / 24), "day")


def half(median: Median | None, what: str = "half") -> str:
    """Say within how long half of something was done; nothing of what never was.

    It is known to a tenth of itself, so a list of what was done may tell a little more or less.

    >>> half(Median(5.2)), half(Median(0.25, -1)), half(Median(4096, 1))
    ('half within about 5 hours', 'half within 15 minutes', 'half only after more than 171 days')
    """
    if median is None:
        return ""
    if median.beyond > 0:
        return f"{what} only after more than {hours(median.hours)}"
    about = "" if median.beyond else "about "
    return f"{what} within {about}{hours(median.hours)}"


def points(now: float, before: float) -> str:
    """Say how a share moved.

    >>> points(0.92, 0.88), points(0.5, 0.51), points(0.5, 0.501)
    ('4 points more', '1 point fewer', 'as before')
    """
    moved = round(now * 100) - round(before * 100)
    if not moved:
        return "as before"
    return f"{plural(abs(moved), 'point')} {'more' if moved > 0 else 'fewer'}"


def difference(now: float, before: float) -> str:
    """Say how a number moved.

    >>> difference(120, 100), difference(2.4, 3.0), difference(7, 7)
    ('20 more', '0.6 fewer', 'as before')
    """
    if inf in (now, before):
        return ""
    moved = round(now - before, 1)
    if not moved:
        return "as before"
    return f"{thousands(abs(moved))} {'more' if moved > 0 else 'fewer'}"
