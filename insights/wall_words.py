"""What the Wall says in sentences: how much has a person in it, which doors closed meanwhile."""

from collections.abc import Sequence
from datetime import date

from insights.charts import WallMonth, WallNote
from insights.lost_doors import Comparison, Flow
from insights.models import WallEvent
from insights.words import joined, percent, thousands, upper_first
from relationships.words import plural

WALL_TITLE = "Touchpoints with a person and with a screen, by month"
YEAR = 12
LEAST_TOUCHPOINTS = 50
"""In twelve months: of fewer a share says nothing."""

NAMES = {
    "Met in person": "meetings in person",
    "Visit": "visits",
    "Video call": "video calls",
    "Phone call": "phone calls",
    "Handwritten note": "handwritten notes",
    "Letter": "letters",
    "Chat with a person": "chats with a person",
    "Chat with a bot": "chats with a bot",
    "Personal e-mail": "personal e-mails",
    "E-mail from the customer": "e-mails from {nouns}",
    "Text message": "text messages",
    "Helped without being asked": "help without being asked",
    "Price or refund in their favour": "prices and refunds in their favour",
    "A kindness nobody asked for": "kindnesses nobody asked for",
    "Web visit": "web visits",
    "Product used": "product use",
    "Self-service done": "self-service",
    "Order": "orders",
    "Order taken in person": "orders taken in person",
    "Delivered on time": "deliveries on time",
    "Survey answered": "surveys answered",
}
"""Names of the catalogue as a sentence says them; one that was renamed stands as it is.

Whom the Wall is of is put into them.
"""


def wall_sentence(months: Sequence[WallMonth], channel: str = "") -> str:
    """Say what share has a person in it, beside the first twelve months that are shown.

    Of one channel, which mostly always has a person in it or never, how much passed by it.
    """
    whole = [month for month in months if month.is_whole]
    last, first = whole[-YEAR:], whole[:YEAR]
    if channel and last:
        said = f"{plural(_all(last), 'touchpoint')} by {channel} {_span(last)}"
        has_more = len(whole) >= 2 * YEAR
        return f"{said}; {thousands(_all(first))} {_span(first)}." if has_more else f"{said}."
    now = _share(last)
    if now is None:
        return "Too little was recorded yet to say how much of it has a person in it."
    said = f"{percent(now)} of what passed between us {_span(last)} had a person in it"
    before = _share(first) if len(whole) >= 2 * YEAR else None
    if before is None:
        return f"{said}."
    return f"{said}; {percent(before)} {_span(first)}."


def compared(comparison: Comparison) -> str:
    """Say which months are compared.

    >>> compared(Comparison([date(2024, 9, 1), date(2024, 11, 1)],
    ...                     [date(2026, 9, 1), date(2026, 11, 1)], []))
    'September to November 2026 beside the same months of 2024'
    """
    first, last, then = comparison.now[0], comparison.now[-1], comparison.before[-1]
    year = "" if first.year == last.year else f" {first.year}"
    months = f"{first:%B}{year} to {last:%B} {last.year}"
    return f"{months} beside the same months of {_year(comparison, then)}"


def closed_doors(comparison: Comparison, nouns: str = "customers") -> list[str]:
    """Say of each door that closed how far."""
    since = _year(comparison, comparison.before[-1])
    return [
        f"{upper_first(name_of(door, nouns))} fell from {thousands(door.before)} to "
        f"{thousands(door.now)} a quarter since {since}."
        for door in comparison.lost_doors
    ]


def meanwhile(comparison: Comparison, nouns: str = "customers") -> str:
    """Say what grew at the same time: windows, and other ways of meeting people."""
    said = [_windows(comparison.opened_windows, nouns), _doors(comparison.opened_doors, nouns)]
    return " ".join(filter(None, said))


def name_of(flow: Flow, nouns: str = "customers") -> str:
    """Return what a sentence calls a kind of touchpoint.

    >>> name_of(Flow("Visit", 1, 1, True)), name_of(Flow("Coffee", 1, 1, True))
    ('visits', '“Coffee”')
    >>> name_of(Flow("E-mail from the customer", 1, 1, False), "leads")
    'e-mails from leads'
    """
    name = NAMES.get(flow.name)
    return name.format(nouns=nouns) if name else f"“{flow.name}”"


def notes_of(events: Sequence[WallEvent]) -> list[WallNote]:
    """Return what happened as notes of a chart, numbered in the order given."""
    return [
        WallNote(
            event.on_date, f"{event.text} ({event.team})" if event.team else event.text, number
        )
        for number, event in enumerate(events, start=1)
    ]


def _windows(windows: Sequence[Flow], nouns: str) -> str:
    if not windows:
        return "No window opened at the same time: nothing digital grew by more than chance."
    grown = [flow for flow in windows if flow.before]
    begun = [flow for flow in windows if not flow.before]
    parts = []
    if grown:
        total = thousands(sum(flow.growth for flow in grown))
        together = " together" if len(grown) > 1 else ""
        parts.append(f"At the same time {_names(grown, nouns)} grew by {total}{together}.")
    if begun:
        total = thousands(sum(flow.now for flow in begun))
        parts.append(
            f"{upper_first(_names(begun, nouns))} went from none to {total}, which may only mean "
            "that we began to record it."
        )
    return " ".join(parts)


def _doors(doors: Sequence[Flow], nouns: str) -> str:
    if not doors:
        return ""
    total = thousands(sum(flow.growth for flow in doors))
    return f"With a person, {_names(doors, nouns)} grew by {total}."


def _names(flows: Sequence[Flow], nouns: str) -> str:
    return joined([name_of(flow, nouns) for flow in flows])


def _all(months: Sequence[WallMonth]) -> int:
    return sum(month.human + month.digital for month in months)


def _share(months: Sequence[WallMonth]) -> float | None:
    total = _all(months)
    return sum(month.human for month in months) / total if total >= LEAST_TOUCHPOINTS else None


def _span(months: Sequence[WallMonth]) -> str:
    first, last = months[0].month, months[-1].month
    if first == last:
        return f"in {last:%B %Y}"
    begins = f"{first:%B}" if first.year == last.year else f"{first:%B %Y}"
    return f"from {begins} to {last:%B %Y}"


def _year(comparison: Comparison, day: date) -> str:
    """Return the year before, or two where the months lie in both."""
    first = comparison.before[0].year
    return f"{day.year}" if first == day.year else f"{first}/{day.year % 100:02}"
