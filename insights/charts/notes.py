"""What happened on a day, as a line through a chart with its words on top."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from insights.charts.svg import Svg, element

LANES = 3
LANE = 17.0
LETTER = 6.7
"""Units that a letter takes, rather too many than too few."""

LONGEST = 42
"""Letters of a note that are drawn; the table and the list have all of it."""


@dataclass(frozen=True)
class WallNote:
    """Something that happened on a day; `number` names it where there is no room for words."""

    on: date
    text: str
    number: int


@dataclass(frozen=True)
class PlacedNote:
    """A note with where it stands; without `words` only its line is drawn."""

    note: WallNote
    x: float
    lane: int
    words: str
    is_left: bool


def place_notes(
    notes: Sequence[WallNote],
    first: date | None,
    left: float,
    pitch: float,
    width: float,
    *,
    has_words: bool,
) -> list[PlacedNote]:
    """Give each note the highest lane in which it covers no other: words, else its number."""
    if first is None:
        return []
    taken: list[list[tuple[float, float]]] = [[] for _ in range(LANES)]
    placed = []
    for note in sorted(notes, key=lambda note: (note.on, note.number)):
        x = left + pitch * _months_since(first, note.on)
        choices = [f"{note.number}"]
        if has_words:
            choices.insert(0, f"{note.number} {_clipped(note.text)}")
        placed.append(_placed(note, x, choices, taken, width))
    return placed


def _placed(
    note: WallNote,
    x: float,
    choices: Sequence[str],
    taken: list[list[tuple[float, float]]],
    width: float,
) -> PlacedNote:
    for words in choices:
        room = LETTER * len(words) + 10
        is_left = x + room > width
        span = (x - room, x) if is_left else (x, x + room)
        for lane, spans in enumerate(taken):
            if all(span[1] <= start or span[0] >= end for start, end in spans):
                spans.append(span)
                return PlacedNote(note, x, lane, words, is_left)
    return PlacedNote(note, x, LANES - 1, "", is_left=False)


def lanes_of(placed: Sequence[PlacedNote]) -> float:
    """Return how much room the words need above the chart."""
    return LANE * (max(one.lane for one in placed) + 1) if placed else 0.0


def flags(placed: Sequence[PlacedNote], bottom: float) -> list[Svg]:
    """Draw notes: lines first, then all words, so that no line crosses them."""
    lines, words = [], []
    for one in placed:
        top = one.lane * LANE + 2
        said = f"{one.note.on.day} {one.note.on:%B %Y}: {one.note.text}"
        lines.append(
            element(
                "line", element("title", said), class_="note-line", x1=one.x, x2=one.x, y1=top,
                y2=bottom,
            )
        )  # fmt: skip
        if one.words:
            words.append(
                element(
                    "text",
                    one.words,
                    class_="note halo end" if one.is_left else "note halo",
                    x=one.x - 5 if one.is_left else one.x + 5,
                    y=top + 10,
                )
            )
    return lines + words


def _months_since(first: date, day: date) -> float:
    """Return how many months, and what part of one, lie between.

    >>> _months_since(date(2025, 12, 1), date(2026, 2, 1))
    2.0
    """
    following = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    length = (following - day.replace(day=1)).days
    return (day.year - first.year) * 12 + day.month - first.month + (day.day - 1) / length


def _clipped(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1].rstrip() + "…"
