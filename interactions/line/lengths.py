"""Lengths in a line, in several languages."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from interactions.line.phrases import BEFORE_AN_HOUR, LENGTHS, LONGEST_TIME
from interactions.line.words import Word, known_phrases
from relationships.names import searchable

_HOURS = (
    r"(?:hours?|hrs?|h|stunden?|std\.?|heures?|horas?|ore|ora|uur|timmar|timer|godziny|godz\.?)"
)
_MINUTES = r"(?:minutes?|mins?|m|minuten|minuti|minutos|minuter|minutter|minuty|minut)"
_LENGTH = re.compile(
    rf"(?<![\w.:])(\d{{1,3}})(?:[.,](\d))?\s?({_MINUTES}|{_HOURS})(?!\w)", re.IGNORECASE
)
# Such as "1h30", "1 h 30 min" and "1:30 h".
_HOURS_AND_MINUTES = re.compile(
    rf"(?<![\w.:])(?:([0-6])\s?{_HOURS}\s?([0-5]\d)(?:\s?{_MINUTES})?|(\d):(\d\d)\s?{_HOURS})"
    r"(?![\w:/]|\.\d)",
    re.IGNORECASE,
)
"""Up to six hours: from seven on "9h30" and "9h" are times of the day, and any is after "at"."""


_HOUR_OF_DAY = re.compile(r"(?:[7-9]|1\d|2[0-4])h", re.IGNORECASE)
_AROUND = frozenset(
    ("in", "ago", "vor", "hace", "fa", "geleden", "sedan", "siden", "il", "temu", "dans", "within")
)
_AT = re.compile(rf"(?:\b(?:{BEFORE_AN_HOUR})|à) $", re.IGNORECASE)
LONGEST_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class Length:
    """How long something took, and the words that say so."""

    minutes: int
    start: int
    end: int


def length_in(line: str, words: Sequence[Word]) -> Length | None:
    """Return the first length in a line that is no part of a moment.

    >>> length_in("call 45 min", []), length_in("met 3 hours ago", []), length_in("call 1h30", [])
    (Length(minutes=45, start=5, end=11), None, Length(minutes=90, start=5, end=9))
    """
    for minutes, start, end in _lengths(line, words):
        before = searchable(line[:start])
        around = before.split()[-1:] + searchable(line[end:]).split()[:1]
        is_span = before.endswith("il y a") or _AROUND.intersection(around)
        if 0 < minutes <= LONGEST_MINUTES and not is_span:
            return Length(minutes, start, end)
    return None


def _lengths(line: str, words: Sequence[Word]) -> Iterator[tuple[int, int, int]]:
    """Yield what may be lengths, in minutes, and where they stand."""
    for found in _HOURS_AND_MINUTES.finditer(line):
        if not _AT.search(line[: found.start()]):
            hours, minutes = (int(part) for part in found.groups() if part)
            yield hours * 60 + minutes, *found.span()
    for found in _LENGTH.finditer(line):
        if _HOUR_OF_DAY.fullmatch(found[0]) or _AT.search(line[: found.start()]):
            continue
        amount = int(found[1]) + int(found[2] or 0) / 10
        is_minutes = found[3].casefold().startswith("m")
        yield round(amount if is_minutes else amount * 60), *found.span()
    for said, first, last in known_phrases(line, words, LENGTHS, LONGEST_TIME):
        yield said, words[first].start, words[last - 1].end
