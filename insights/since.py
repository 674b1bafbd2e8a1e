"""Past Mondays as addresses name them: four weeks ago, a year ago, or a day."""

from datetime import date, datetime, timedelta

from insights.models import Band
from insights.mondays import WEEKS, last_monday
from insights.selectors.changes import FURTHER, NEARER
from insights.selectors.organisation import comparison_days
from insights.selectors.then import Then
from insights.words import joined

FOUR_WEEKS, YEAR = "4w", "1y"


class NoSuchMondayError(ValueError):
    """A past Monday cannot be read, or nothing is remembered of it; the message says why."""


def monday_of(text: str, now: datetime) -> date:
    """Return the Monday that is meant; a day means the Monday on or before it.

    >>> from datetime import UTC
    >>> now = datetime(2026, 11, 27, tzinfo=UTC)
    >>> [str(monday_of(text, now)) for text in ("4w", "1y", "2026-11-19")]
    ['2026-11-02', '2025-11-24', '2026-11-16']
    """
    if text in (FOUR_WEEKS, YEAR):
        return comparison_days(now)[text == YEAR]
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise NoSuchMondayError(
            f"{text} is no day. Say {FOUR_WEEKS}, {YEAR} or a day as 2026-01-31."
        ) from None
    last = last_monday(now)
    monday = day - timedelta(days=day.weekday())
    if not last - timedelta(weeks=WEEKS - 1) <= monday <= last:
        raise NoSuchMondayError(f"Nothing is remembered of {text}, only of the last year.")
    return monday


def said_of(text: str, monday: date) -> str:
    """Say when a Monday was, as a heading.

    >>> said_of("4w", date(2026, 11, 2)), said_of("2026-11-04", date(2026, 11, 2))
    ('Four weeks ago', 'On 2 November 2026')
    """
    names = {FOUR_WEEKS: "Four weeks ago", YEAR: "A year ago"}
    return names.get(text, f"On {monday.day} {monday:%B %Y}")


def then_said(then: Then) -> str:
    """Say where customers stood, and which way they moved since.

    >>> monday = date(2026, 11, 2)
    >>> then_said(Then(monday, [4, 5])), then_said(Then(monday, [0])), then_said(Then(monday))
    ('drifting or gone', 'not heard from yet', 'heard from before')
    >>> then_said(Then(monday, [], "further"))
    'nearer than now'
    """
    names = {band.value: band.label.lower() for band in Band}
    names[Band.UNKNOWN.value] = "not heard from yet"
    bands = joined([names[band] for band in then.bands]).replace(" and ", " or ")
    way = {FURTHER: "nearer than now", NEARER: "further than now"}.get(then.way, "")
    return ", ".join(filter(None, (bands, way))) or "heard from before"
