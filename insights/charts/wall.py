"""The Wall: touchpoints with a person against touchpoints with a screen, month by month."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property

from insights.charts.notes import PlacedNote, WallNote, flags, lanes_of, place_notes, words_of
from insights.charts.svg import (
    Chart,
    Svg,
    drawing,
    element,
    in_each_size,
    linked,
    linked_text,
    ticks,
)
from insights.words import percent, short, thousands

Listed = Callable[[date, str], str]
"""Returns where the touchpoints of a month and a mode, `human` or `digital`, are listed."""

SIDE = 44.0
"""Room left and right of the months, for what is written there."""

LEAST_HEIGHT = 16.0
"""Of what can be pressed of a column, in units: a few people among many screens are thin."""


def _nowhere(month: date, mode: str) -> str:
    return ""


@dataclass(frozen=True)
class WallMonth:
    """What happened in one month; `month` is its first day."""

    month: date
    human: int
    digital: int
    is_whole: bool = True

    @property
    def human_share(self) -> float | None:
        """Share of touchpoints with a person; None when there were none at all."""
        total = self.human + self.digital
        return self.human / total if total else None

    @property
    def complete(self) -> str:
        """Whether the month is over, as files tell it."""
        return "yes" if self.is_whole else "so far"

    @cached_property
    def words(self) -> str:
        """The month in a sentence."""
        share = self.human_share
        return (
            f"{self.month:%B %Y}{'' if self.is_whole else ' so far'}: "
            f"{thousands(self.human)} with a person, {thousands(self.digital)} digital"
            + (f", {percent(share)} human" if share is not None else "")
        )


def wall(
    months: Sequence[WallMonth],
    *,
    title: str,
    notes: Sequence[WallNote] = (),
    listed: Listed = _nowhere,
    width: float = 1040,
) -> Chart:
    """Draw the human share as a line above the two counts as columns, on one time axis.

    Two panels and not two scales in one: the share and the counts cannot be misread together.
    Notes stand over both, each at its day. Both parts of a column lead to what they count.
    """
    told = [month for month in months if month.human_share is not None]
    shares = [month for month in told if month.is_whole] or told
    description = (
        ". ".join(dict.fromkeys([shares[0].words, shares[-1].words])) + "."
        if shares
        else "No touchpoints to show yet."
    )
    shown = [note for note in notes if months and note.on >= months[0].month]
    noted = [_noted(month, shown) for month in months]
    listed = cache(listed)

    def draw(wide: float, on: str) -> Svg:
        # On a phone no finger hits a column of a few units: the table below leads there too.
        leading = listed if on == "desk" else None
        return _draw(months, shown, leading, title, description, wide, on=on)

    head = ["Month", "With a person", "Digital", "Human share", *_NOTED[: len(shown)]]
    return Chart(
        **in_each_size(draw, width),
        caption=title,
        head=head,
        rows=[
            [
                f"{m.month:%B %Y}{'' if m.is_whole else ' (so far)'}",
                _cell(m.human, listed(m.month, "human")),
                _cell(m.digital, listed(m.month, "digital")),
                "" if m.human_share is None else percent(m.human_share),
                *([said] if shown else []),
            ]
            for m, said in zip(months, noted, strict=True)
        ],
        data=[
            [m.month, m.human, m.digital, m.human_share, *([said] if shown else []), m.complete]
            for m, said in zip(months, noted, strict=True)
        ],
        data_head=[*head, "Complete"],
        key=[
            ("", words_of(one.note))
            for one in _placed(months, shown, width, has_words=True)
            if one.words != words_of(one.note)
        ],
    )


_NOTED = ("What happened",)


def _cell(count: int, href: str) -> str:
    """Return a number of the table, which leads where its part of the column does."""
    return linked_text(thousands(count), href if count else "")


def _noted(month: WallMonth, notes: Sequence[WallNote]) -> str:
    """Return what happened in a month, in words."""
    found = [
        n.text for n in notes if (n.on.year, n.on.month) == (month.month.year, month.month.month)
    ]
    return "; ".join(found)


def _pitch(months: Sequence[WallMonth], width: float) -> float:
    return (width - 2 * SIDE) / max(len(months), 1)


def _placed(
    months: Sequence[WallMonth], notes: Sequence[WallNote], width: float, *, has_words: bool
) -> list[PlacedNote]:
    first = months[0].month if months else None
    pitch = _pitch(months, width)
    return place_notes(notes, first, SIDE, pitch, width, has_words=has_words)


def _draw(
    months: Sequence[WallMonth],
    notes: Sequence[WallNote],
    listed: Listed | None,
    title: str,
    description: str,
    width: float,
    *,
    on: str,
) -> Svg:
    left, right = SIDE, SIDE
    pitch = _pitch(months, width)
    placed = _placed(months, notes, width, has_words=on != "phone")
    share_top, share_height = 24.0 + lanes_of(placed), 84.0
    count_top = share_top + share_height + 46
    count_height = 150.0
    lines, words = flags(placed, count_top + count_height)
    shares, latest = _shares(months, left, share_top, pitch, share_height, width - right)
    return drawing(
        title,
        description,
        *shares,
        *_counts(months, listed, left, count_top, pitch, count_height, width - right),
        *_years(months, left, count_top + count_height + 16, pitch),
        *lines,
        *latest,
        *_headings(share_top, count_top),
        *words,
        size=(width, count_top + count_height + 24),
        class_=f"on-{on}",
        has_links=bool(listed) and any(listed(month.month, "human") for month in months),
    )


def _shares(
    months: Sequence[WallMonth], left: float, top: float, pitch: float, height: float, right: float
) -> tuple[list[Svg], list[Svg]]:
    """Draw the human share of months, and apart from it the latest, which no line may cross."""
    whole = [month for month in months if month.is_whole] or months
    highest = max((month.human_share or 0 for month in whole), default=0)
    ceiling = next(c for c in (0.1, 0.2, 0.4, 0.6, 0.8, 1.0) if highest <= c)
    marks: list[Svg] = []
    latest: list[Svg] = []
    for level in (0.0, ceiling / 2, ceiling):
        y = top + height * (1 - level / ceiling)
        marks.append(
            element("line", class_="rule" if level else "axis", x1=left, x2=right, y1=y, y2=y)
        )
        marks.append(element("text", f"{level * 100:.0f} %", class_="end", x=left - 8, y=y + 4))
    path, pen = "", "M"
    points: list[tuple[float, float, float]] = []
    for i, month in enumerate(months):
        share = month.human_share
        if share is None or not month.is_whole:
            pen = "M"
            continue
        x, y = left + (i + 0.5) * pitch, top + height * (1 - share / ceiling)
        path += f"{pen}{x:.1f} {y:.1f}"
        pen = "L"
        points.append((x, y, share))
    if points:
        marks.append(element("path", class_="line-share", d=path))
        x, y, share = points[-1]
        latest.append(element("circle", class_="dot-share", cx=x, cy=y, r=4.5))
        latest.append(element("text", percent(share), class_="strong halo", x=x + 9, y=y + 4))
    return marks, latest


def _headings(share_top: float, count_top: float) -> list[Svg]:
    """Name both panels, and the colours of the columns."""
    digital = "Digital, touchpoints a month"
    y = count_top - 30
    return [
        element("text", "Share with a person", class_="strong halo", x=0, y=share_top - 11),
        element("rect", class_="fill-human", x=0, y=y, width=10, height=10, rx=5),
        element("text", "With a person", class_="text-human halo", x=15, y=y + 9),
        element("rect", class_="fill-digital", x=118, y=y, width=10, height=10, rx=1.5),
        element("text", digital, class_="text-digital halo", x=133, y=y + 9),
    ]


def _counts(
    months: Sequence[WallMonth],
    listed: Listed | None,
    left: float,
    top: float,
    pitch: float,
    height: float,
    right: float,
) -> list[Svg]:
    scale = ticks(max((m.human + m.digital for m in months), default=0), 3)
    marks: list[Svg] = []
    for tick in scale:
        y = top + height * (1 - tick / scale[-1])
        marks.append(element("line", class_="rule", x1=left, x2=right, y1=y, y2=y))
        marks.append(element("text", short(tick), class_="end", x=left - 8, y=y + 4))
    for i, month in enumerate(months):
        box = (left + i * pitch, top, pitch, height)
        marks.append(_column(month, listed, box, scale[-1]))
    marks.append(
        element("line", class_="axis", x1=left, x2=right, y1=top + height, y2=top + height)
    )
    if not any(month.human or month.digital for month in months):
        middle = (left + right) / 2
        marks.append(
            element("text", "No touchpoints yet", class_="middle", x=middle, y=top + height / 2)
        )
    return marks


def _column(
    month: WallMonth, listed: Listed | None, box: tuple[float, float, float, float], most: float
) -> Svg:
    """Draw a month in a box (left, top, width, height), the digital part above the human one.

    Where nothing can be pointed at, `listed` is None, and there are only its bars.
    """
    left, top, width, height = box
    human, digital = (height * count / most for count in (month.human, month.digital))
    pressed = max(human, LEAST_HEIGHT) if month.human else 0.0
    thick = max(width * 0.76, 1)
    parts = [element("title", month.words)] if listed else []
    for mode, count, low, tall, reach in (
        ("digital", month.digital, human, digital, (top, height)),
        ("human", month.human, 0.0, human, (top + height - pressed, pressed)),
    ):
        if not count:
            continue
        bar = element(
            "rect",
            class_=f"fill-{mode}",
            x=left + (width - thick) / 2,
            y=top + height - low - tall,
            width=thick,
            height=tall,
        )
        if not listed:
            parts.append(bar)
            continue
        href, said = listed(month.month, mode), "with a person" if mode == "human" else "digital"
        title = element("title", f"{month.words}. List of the {thousands(count)} {said}")
        parts.append(
            linked(
                href,
                title if href else Svg(""),
                bar,
                element("rect", class_="quarter", x=left, y=reach[0], width=width, height=reach[1]),
                # As many stops as months would keep the keyboard busy; the table has all of them.
                tabindex=-1,
            )
        )
    return element("g", *parts, class_="column" if month.is_whole else "column partial")


def _years(
    months: Sequence[WallMonth],
    left: float,
    y: float,
    pitch: float,
) -> list[Svg]:
    """Name the years, and as many months as there is room for."""
    marks = []
    every = next(n for n in (1, 2, 3, 6, 12) if pitch * n >= 30 or n == 12)
    for i, month in enumerate(months):
        x = left + (i + 0.5) * pitch
        of_year = month.month.month
        if of_year == 1:
            marks.append(element("text", f"{month.month:%Y}", class_="strong middle", x=x, y=y))
        elif (of_year - 1) % every == 0:
            marks.append(element("text", f"{month.month:%b}", class_="middle", x=x, y=y))
    if months and not any(month.month.month == 1 for month in months):
        year = f"{months[-1].month:%Y}"
        marks.append(element("text", year, class_="strong end", x=left - 8, y=y))
    return marks
