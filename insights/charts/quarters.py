"""Doors and windows: where customers stand between meeting people and being seen on screens."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from insights.charts.bands import BAND_NAMES
from insights.charts.svg import Chart, Svg, drawing, element, linked, number
from insights.region import SPLIT, SQUARE
from insights.words import thousands, upper_first
from relationships.words import plural

MARKS_AT_MOST = 1_000
"""More cover each other, and take longer to draw than a page has."""


@dataclass(frozen=True)
class Mark:
    """One customer on the map; `weight` 0 to 1 sets the size of the mark."""

    label: str
    doors: float
    windows: float
    band: str
    href: str = ""
    weight: float = 0


@dataclass(frozen=True)
class Cell:
    """How many customers share one square of the map, named by its lower left corner."""

    doors: int
    windows: int
    count: int


@dataclass(frozen=True)
class Quarter:
    """One of the four quarters; `has_doors` and `has_windows` say which."""

    name: str
    meaning: str
    has_doors: bool
    has_windows: bool
    count: int
    href: str = ""
    yearly_value: str = ""
    at_risk: str = ""


def cells_of(marks: Iterable[Mark]) -> list[Cell]:
    """Count marks by square.

    >>> cells_of([Mark("A", 3, 99.5, "near"), Mark("B", 4.9, 100, "gone")])
    [Cell(doors=0, windows=95, count=2)]
    """
    counted = Counter((_floor(mark.doors), _floor(mark.windows)) for mark in marks)
    return [Cell(doors, windows, n) for (doors, windows), n in sorted(counted.items())]


def quarter_map(
    quarters: Sequence[Quarter],
    *,
    title: str,
    marks: Sequence[Mark] = (),
    cells: Sequence[Cell] = (),
    split: float = SPLIT,
    over: Sequence[Svg] = (),
    is_large: bool = False,
    noun: str = "customer",
) -> Chart:
    """Draw customers as marks, or as shaded squares when `cells` are given or marks too many.

    What is drawn `over` them comes from `insights.charts.ways`.

    The canvas has no size of its own: marks are placed by percentages, so that text stays
    legible on a phone and a large screen alike.
    """
    if len(marks) > MARKS_AT_MOST:
        cells, marks = cells_of(marks), ()
    total = sum(quarter.count for quarter in quarters)
    has_money = any(quarter.yearly_value for quarter in quarters)
    description = (
        f"{plural(total, noun)}. "
        + ", ".join(f"{thousands(q.count)} {q.name.lower()}" for q in quarters)
        + "."
    )
    svg = drawing(
        title,
        description,
        *(_quarter(quarter, split) for quarter in quarters),
        *_axes(split),
        *_density(cells, noun),
        *(_mark(mark) for mark in sorted(marks, key=lambda mark: -mark.weight)),
        *over,
        *(_heading(quarter, split) for quarter in quarters),
        size=None,
        class_="plane large" if is_large else "plane",
        has_links=True,
    )
    return Chart(
        svg=svg,
        caption=title,
        head=["Quarter", "What it means", upper_first(f"{noun}s"), *(_MONEY if has_money else ())],
        rows=[_row(quarter, thousands(quarter.count), has_money=has_money) for quarter in quarters],
        data=[[m.label, BAND_NAMES[m.band], m.doors, m.windows] for m in marks]
        or [_row(quarter, quarter.count, has_money=has_money) for quarter in quarters],
        data_head=[upper_first(noun), "Band", "Doors", "Windows"] if marks else (),
        key=[
            (f"mark mark-{band}", name)
            for band, name in BAND_NAMES.items()
            if any(mark.band == band for mark in marks)
        ],
    )


_MONEY = ("Yearly value", "At risk")


def _row(quarter: Quarter, count: int | str, *, has_money: bool) -> list[Any]:
    money = [quarter.yearly_value, quarter.at_risk] if has_money else []
    return [quarter.name, quarter.meaning, count, *money]


def _floor(score: float) -> int:
    return min(int(score // SQUARE) * SQUARE, 100 - SQUARE)


def _at(score: float) -> str:
    return f"{min(max(score, 0), 100):.1f}%"


def _quarter(quarter: Quarter, split: float) -> Svg:
    x, width = (split, 100 - split) if quarter.has_windows else (0, split)
    y, height = (0, 100 - split) if quarter.has_doors else (100 - split, split)
    return linked(
        quarter.href,
        element("title", f"{quarter.name}: {thousands(quarter.count)}. {quarter.meaning}"),
        element("rect", class_="quarter", x=_at(x), y=_at(y), width=_at(width), height=_at(height)),
    )


def _heading(quarter: Quarter, split: float) -> Svg:
    x = _at(split) if quarter.has_windows else "0"
    y, lines = ("0", (-30, -12)) if quarter.has_doors else ("100%", (42, 60))
    return element(
        "g",
        element("text", thousands(quarter.count), class_="strong figure", x=x, y=y, dy=lines[0]),
        element("text", quarter.name, x=x, y=y, dy=lines[1]),
        class_="quarter-heading",
        aria_hidden="true",
    )


def _axes(split: float) -> list[Svg]:
    lines = [
        element("line", class_="axis", x1="0", x2="100%", y1="100%", y2="100%"),
        element("line", class_="axis", x1="0", x2="0", y1="0", y2="100%"),
        element("line", class_="rule split", x1=_at(split), x2=_at(split), y1="0", y2="100%"),
        element(
            "line", class_="rule split", x1="0", x2="100%", y1=_at(100 - split), y2=_at(100 - split)
        ),
    ]
    for score in (0, split, 100):
        text = f"{score:.0f}"
        anchor = "end" if score == 100 else "middle"
        lines.append(element("text", text, class_=anchor, x=_at(score), y="100%", dy=20))
        lines.append(element("text", text, class_="end", x="0", y=_at(100 - score), dx=-12, dy=4))
    middle = (100 + split) / 2
    lines.append(element("text", "Windows →", class_="middle", x=_at(middle), y="100%", dy=20))
    lines.append(element("text", "Doors →", class_="sideways", x="0", y=_at(100 - middle), dx=-18))
    return lines


def _density(cells: Sequence[Cell], noun: str) -> list[Svg]:
    most = max((cell.count for cell in cells), default=1)
    return [
        element(
            "rect",
            element("title", plural(cell.count, noun)),
            class_="fill-drifting",
            # By its logarithm: beside a crowded square a single customer must still be seen.
            fill_opacity=f"{0.2 + 0.75 * math.log(cell.count) / max(math.log(most), 1):.2f}",
            x=_at(cell.windows),
            y=_at(100 - SQUARE - cell.doors),
            width=f"{SQUARE}%",
            height=f"{SQUARE}%",
        )
        for cell in cells
    ]


def _mark(mark: Mark) -> Svg:
    # There are hundreds: written in one piece they take a third of the time.
    words = (
        f"{escape(mark.label)}: {BAND_NAMES[mark.band].lower()}, doors {mark.doors:.0f}, "
        f"windows {mark.windows:.0f}"
    )
    shape = (
        f'<circle class="mark mark-{mark.band}" cx="{_at(mark.windows)}" '
        f'cy="{_at(100 - mark.doors)}" r="{number(3.5 + 5 * min(max(mark.weight, 0), 1))}"/>'
    )
    opening = f'<a href="{escape(mark.href)}" tabindex="-1">' if mark.href else "<g>"
    return Svg(f"{opening}<title>{words}</title>{shape}</{'a' if mark.href else 'g'}>")
