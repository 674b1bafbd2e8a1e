"""What happened on a day, as a line through a chart with its words on top."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from insights.charts.svg import Svg, element, text_width

LANES = 4
"""So deep words stand; numbers as deep as they must."""

LANE = 17.0
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
    """A note with where its line and its words stand: in `lane`, from `left` to `right`."""

    note: WallNote
    x: float
    lane: int
    words: str
    left: float
    right: float

    def suits(self, other: "PlacedNote") -> bool:
        """Whether neither covers the other's words, nor crosses them with its line."""
        is_apart = self.right <= other.left or other.right <= self.left
        return (
            (self.lane != other.lane or is_apart)
            and not (self.left < other.x < self.right and other.lane <= self.lane)
            and not (other.left < self.x < other.right and self.lane <= other.lane)
        )


def place_notes(
    notes: Sequence[WallNote],
    first: date | None,
    left: float,
    pitch: float,
    width: float,
    *,
    has_words: bool,
) -> list[PlacedNote]:
    """Give each note its words in the highest lane where they can be read, else its number."""
    if first is None:
        return []
    at = {note: left + pitch * _months_since(first, note.on) for note in notes}
    placed: list[PlacedNote] = []
    order = sorted(notes, key=lambda note: (note.on, note.number))
    for note in _in_turn(order, at, width) if has_words else order:
        words = _choices(note, at[note], width) if has_words else []
        numbers = [_beside(note, at[note], f"{note.number}", part) for part in (0.5, 0.0)]
        placed.append(_fitting(words, numbers, placed))
    return sorted(placed, key=lambda one: (one.note.on, one.note.number))


def _in_turn(
    order: Sequence[WallNote], at: Mapping[WallNote, float], width: float
) -> list[WallNote]:
    """Return notes in the order in which they take their places, from that of their days.

    Words stand to the right of their line, so whoever is left of others goes first; those that
    would leave the canvas stand to the left of theirs, and the last of them goes first.
    """
    turned = [note for note in order if _beside(note, at[note], words_of(note), 0).right > width]
    return [*reversed(turned), *(note for note in order if note not in turned)]


def _choices(note: WallNote, x: float, width: float) -> list[PlacedNote]:
    """Return words right and left of their line, where the canvas has room for them."""
    beside = (_beside(note, x, words_of(note), part) for part in (0.0, 1.0))
    return [one for one in beside if one.left >= 0 and one.right <= width]


def _beside(note: WallNote, x: float, words: str, part: float) -> PlacedNote:
    """Return a note with so much of its words left of its line: none, all, or half of them."""
    # Beside its line a text keeps away from it; over it, it only keeps away from others.
    room = text_width(words) + (4 if part == 0.5 else 10)
    return PlacedNote(note, x, 0, words, x - room * part, x + room * (1 - part))


def _fitting(
    words: Sequence[PlacedNote], numbers: Sequence[PlacedNote], placed: Sequence[PlacedNote]
) -> PlacedNote:
    deepest = max((one.lane for one in placed), default=-1) + 1
    for choices, lanes in ((words, LANES), (numbers, deepest + 1)):
        for lane in range(lanes):
            for one in choices:
                there = replace(one, lane=lane)
                if all(map(there.suits, placed)):
                    return there
    # Below all others it covers nobody's words, and interrupts a line behind it.
    return replace(numbers[-1], lane=deepest)


def words_of(note: WallNote) -> str:
    """Return the number of a note and its text, shortened where it is long."""
    text = note.text
    text = text if len(text) <= LONGEST else text[: LONGEST - 1].rstrip() + "…"
    return f"{note.number} {text}"


def lanes_of(placed: Sequence[PlacedNote]) -> float:
    """Return how much room the words need above the chart."""
    return LANE * (max(one.lane for one in placed) + 1) if placed else 0.0


def flags(placed: Sequence[PlacedNote], bottom: float) -> tuple[list[Svg], list[Svg]]:
    """Draw notes: their lines, and their words, which come after all lines."""
    lines, words = [], []
    for one in placed:
        top = one.lane * LANE + 2
        said = f"{one.note.on.day} {one.note.on:%B %Y}: {one.note.text}"
        style, x, below = "", one.x + 5, 0.0
        if one.right == one.x:
            style, x = " end", one.x - 5
        elif one.left < one.x:
            # A number in the middle stands on its line, which begins below it.
            style, x, below = " middle", one.x, LANE - 4
        lines.append(
            element(
                "line", element("title", said), class_="note-line", x1=one.x, x2=one.x,
                y1=top + below, y2=bottom,
            )
        )  # fmt: skip
        words.append(element("text", one.words, class_=f"note halo{style}", x=x, y=top + 10))
    return lines, words


def _months_since(first: date, day: date) -> float:
    """Return how many months, and what part of one, lie between.

    >>> _months_since(date(2025, 12, 1), date(2026, 2, 1))
    2.0
    """
    following = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    length = (following - day.replace(day=1)).days
    return (day.year - first.year) * 12 + day.month - first.month + (day.day - 1) / length
