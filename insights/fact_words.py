"""What we know about a customer, as its page says it; and a fact as a session keeps it for Undo."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from insights.words import ago
from relationships.models import Fact
from relationships.services.facts import Before, Said
from relationships.words import day_name

ASKED_AFTER = timedelta(days=365)
"""A fact that nobody confirmed for so long is asked about."""


def fact_rows(facts: Iterable[Fact], now: datetime) -> list[dict[str, Any]]:
    """Return the lines of facts, those that no longer hold last."""
    today = timezone.localdate(now)
    rows = [_row(fact, now, today) for fact in facts]
    return sorted(rows, key=lambda row: row["is_over"])


def _row(fact: Fact, now: datetime, today: date) -> dict[str, Any]:
    until = fact.holds_until
    is_over = until is not None and until < today
    return {
        "fact": fact,
        "is_over": is_over,
        "until": until_words(until, today) if until else "",
        "asks": not is_over and now - fact.confirmed_at > ASKED_AFTER,
        "source": _source(fact, today),
    }


def until_words(until: date, today: date) -> str:
    """Say until when something holds.

    >>> today = date(2026, 3, 4)
    >>> until_words(date(2026, 3, 31), today), until_words(date(2026, 3, 1), today)
    ('until 31 March', 'held until 1 March')
    >>> until_words(today, today)
    'until today'
    """
    day = day_name(until, today)
    day = day.lower() if day in {"Today", "Yesterday"} else day
    return f"held until {day}" if until < today else f"until {day}"


def _source(fact: Fact, today: date) -> str:
    """Say who wrote a fact down and when, and who said later that it is so."""
    written = _by("written down", fact.written_by, fact.written_at, today)
    if timezone.localdate(fact.confirmed_at) == timezone.localdate(fact.written_at):
        return written
    return f"{written}, {_by('confirmed', fact.confirmed_by, fact.confirmed_at, today)}"


def _by(deed: str, person: Any, moment: datetime, today: date) -> str:
    by = f" by {person}" if person else ""
    return f"{deed}{by} {ago(timezone.localdate(moment), today)}"


def kept(fact: Fact, version: int) -> dict[str, Any]:
    """Return what a session keeps of a fact that a change leaves in `version`."""
    return {
        "fact": fact.pk,
        "version": version,
        "label": fact.label,
        "value": fact.value,
        "contact_id": fact.contact_id,
        "holds_until": fact.holds_until.isoformat() if fact.holds_until else None,
        "confirmed_at": fact.confirmed_at.isoformat(),
        "confirmed_by_id": fact.confirmed_by_id,
    }


def before(kept: Mapping[str, Any]) -> Before:
    """Return the fact that a session kept."""
    until = kept["holds_until"]
    return Before(
        kept["version"],
        Said(
            kept["label"],
            kept["value"],
            kept["contact_id"],
            date.fromisoformat(until) if until else None,
        ),
        datetime.fromisoformat(kept["confirmed_at"]),
        kept["confirmed_by_id"],
    )
