"""A number week by week: one large, or many small ones side by side on one scale."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from insights.charts.svg import (
    Chart,
    Svg,
    cut,
    drawing,
    element,
    in_each_size,
    linked,
    linked_text,
    number,
)
from insights.words import thousands, upper_first

LEAST_SPAN = 20.0
"""Of the scale, so that a small move does not look like a large one."""

PANEL, HEADING, GAP = 96.0, 40.0, 22.0
NARROWEST = 230.0


@dataclass(frozen=True)
class Moment:
    """A number on a day, how it is said, and where it leads; None when it cannot be told.

    `listed` is how many of its customers stand in the list it leads to, where those are not all.
    """

    on: date
    value: float | None
    text: str = ""
    name: str = ""
    href: str = ""
    customers: int = 0
    listed: int | None = None

    @property
    def counts(self) -> list[int]:
        """How many its list has, and of how many where those are more."""
        return [self.customers] if self.listed is None else [self.listed, self.customers]


@dataclass(frozen=True)
class Line:
    """A number over time, its last moment now."""

    name: str
    moments: Sequence[Moment]
    href: str = ""
    note: str = ""

    @cached_property
    def told(self) -> list[Moment]:
        """The moments of which there is a number."""
        return [moment for moment in self.moments if moment.value is not None]

    @cached_property
    def words(self) -> str:
        """Where it began and where it is."""
        told = self.told
        if not told:
            return f"{self.name}: too few to tell."
        began = f", {told[0].name} {told[0].text}" if len(told) > 1 else ""
        return f"{self.name}: {told[-1].name} {told[-1].text}{began}."


@dataclass(frozen=True)
class Scale:
    """From where to where numbers are drawn, and how far its marks stand apart."""

    low: float
    high: float
    step: float = 10.0

    @property
    def marks(self) -> list[float]:
        """Round numbers on it."""
        return [
            self.low + self.step * i for i in range(round((self.high - self.low) / self.step) + 1)
        ]


def scale_of(lines: Sequence[Line], *, from_zero: bool) -> Scale:
    """Return the scale, between 0 and 100, on which all lines can be compared.

    >>> line = Line("All", [Moment(date(2026, 3, 2), 38.0), Moment(date(2026, 3, 9), 44.0)])
    >>> scale_of([line], from_zero=False), scale_of([line], from_zero=True).marks
    (Scale(low=30.0, high=50.0, step=10.0), [0.0, 20.0, 40.0, 60.0])
    """
    values = [moment.value for line in lines for moment in line.told if moment.value is not None]
    least, most = 0.0 if from_zero else min(values, default=0.0), max(values, default=0.0)
    step = 10.0 if most - least <= 40 else 20.0
    low, high = math.floor(least / step) * step, math.ceil(most / step) * step
    low = min(low, 100 - LEAST_SPAN)
    return Scale(low, max(high, low + LEAST_SPAN), step)


def course(
    line: Line,
    *,
    title: str,
    what: str,
    counted: Sequence[str] = ("Customers",),
    unit: str = "",
    from_zero: bool = False,
    width: float = 1040,
) -> Chart:
    """Draw one line; each of its moments leads to whom it counts, named in `counted`."""
    scale = scale_of([line], from_zero=from_zero)
    return Chart(
        **in_each_size(lambda wide, on: _large(line, scale, title, unit, wide, on=on), width),
        caption=title,
        head=["Day", what, *counted],
        rows=[
            [upper_first(moment.name), moment.text, *_counts(moment)]
            for moment in reversed(line.moments)
        ],
        data=[[moment.on, moment.value, *moment.counts] for moment in line.moments],
    )


def courses(
    lines: Sequence[Line],
    whole: Line,
    *,
    title: str,
    what: str,
    parts: str,
    counted: Sequence[str] = ("Customers",),
    unit: str = "",
    from_zero: bool = False,
    width: float = 1040,
) -> Chart:
    """Draw a small line for each part over the line of the whole, all on one scale."""
    scale = scale_of([*lines, whole], from_zero=from_zero)
    return Chart(
        **in_each_size(
            lambda wide, on: _small(lines, whole, scale, title, unit, wide, on=on), width
        ),
        caption=title,
        head=[parts, "Where it went"],
        rows=[[line.name, line.words] for line in lines],
        data=[
            [line.name, moment.on, moment.value, *moment.counts]
            for line in lines
            for moment in line.moments
        ],
        data_head=[parts, "Day", what, *counted],
    )


def _counts(moment: Moment) -> list[str]:
    """Write how many a moment counts; the first number leads to them."""
    first, *others = map(thousands, moment.counts)
    return [linked_text(first, moment.href), *others]


@dataclass(frozen=True)
class _Plane:
    """Where days and numbers are placed."""

    left: float
    top: float
    width: float
    height: float
    first: date
    last: date
    scale: Scale

    def x(self, day: date) -> float:
        days = (self.last - self.first).days or 1
        return self.left + self.width * (day - self.first).days / days

    def y(self, value: float) -> float:
        span = self.scale.high - self.scale.low
        return self.top + self.height * (self.scale.high - value) / span


def _plane(lines: Sequence[Line], box: tuple[float, float, float, float], scale: Scale) -> _Plane:
    days = [moment.on for line in lines for moment in line.moments] or [date(1970, 1, 1)]
    return _Plane(*box, min(days), max(days), scale)


def _large(line: Line, scale: Scale, title: str, unit: str, width: float, *, on: str) -> Svg:
    height, left = 200.0, 38.0
    plane = _plane([line], (left, 14.0, width - left - 46, height), scale)
    step = plane.width / max(len(line.moments) - 1, 1)
    marks = [*_levels(plane, unit), *_quarters(plane), _path(line, plane, "line-share")]
    for moment in line.moments:
        if moment.value is None:
            continue
        x, y = plane.x(moment.on), plane.y(moment.value)
        marks.append(
            linked(
                moment.href,
                element("title", f"{moment.name}: {moment.text}"),
                element(
                    "rect", class_="quarter", x=x - step / 2, y=plane.top, width=step, height=height
                ),
                element("circle", class_="dot-week", cx=x, cy=y, r=3.5),
                # As many stops as weeks would keep the keyboard busy; the table has the same links.
                tabindex=-1,
            )
        )
    marks += _ends(line, plane)
    return drawing(
        title,
        line.words,
        *marks,
        size=(width, plane.top + height + 26),
        class_=f"on-{on}",
        has_links=any(moment.href for moment in line.moments),
    )


def _small(
    lines: Sequence[Line],
    whole: Line,
    scale: Scale,
    title: str,
    unit: str,
    width: float,
    *,
    on: str,
) -> Svg:
    across = max(min(int(width // NARROWEST), len(lines)), 1)
    pitch = min((width + GAP) / across, 380)
    deep, room = HEADING + PANEL + 42, pitch - GAP
    plane = _plane([*lines, whole], (34, HEADING, room - 70, PANEL), scale)
    # Behind every line lies the same: it is written once, and put in its place.
    behind = [*_levels(plane, unit), *_quarters(plane), _path(whole, plane, "line-rival")]
    backdrop = Svg("".join(behind))
    marks: list[Svg] = []
    for place, line in enumerate(lines):
        left, top = (place % across) * pitch, (place // across) * deep
        heading = linked(
            line.href,
            element("title", line.words),
            element("text", cut(line.name, room), class_="strong", x=0, y=13),
            element("text", line.note, x=0, y=28),
        )
        drawn = (heading, backdrop, _path(line, plane, "line-share"), *_ends(line, plane))
        marks.append(element("g", *drawn, transform=f"translate({number(left)} {number(top)})"))
    rows = math.ceil(len(lines) / across)
    return drawing(
        title,
        " ".join(line.words for line in lines) or "Nothing to show.",
        *marks,
        size=(width, max(rows * deep - 20, 1)),
        class_=f"on-{on}",
        has_links=any(line.href for line in lines),
    )


def _levels(plane: _Plane, unit: str) -> list[Svg]:
    marks = []
    right = plane.left + plane.width
    for level in plane.scale.marks:
        y = plane.y(level)
        style = "rule" if level > plane.scale.low else "axis"
        marks.append(element("line", class_=style, x1=plane.left, x2=right, y1=y, y2=y))
        text = f"{level:g}{unit}"
        marks.append(element("text", text, class_="end", x=plane.left - 6, y=y + 4))
    return marks


def _quarters(plane: _Plane) -> list[Svg]:
    """Name the quarters of the year, and the year where one begins."""
    marks = []
    pitch = plane.width * 91 / max((plane.last - plane.first).days, 91)
    for year in range(plane.first.year, plane.last.year + 1):
        for month in (1, 4, 7, 10):
            day = date(year, month, 1)
            if not plane.first <= day <= plane.last or (pitch < 36 and month in (4, 10)):
                continue
            x, y = plane.x(day), plane.top + plane.height
            text, style = (f"{year}", "strong middle") if month == 1 else (f"{day:%b}", "middle")
            marks.append(element("line", class_="axis", x1=x, x2=x, y1=y, y2=y + 4))
            marks.append(element("text", text, class_=style, x=x, y=y + 17))
    return marks


def _path(line: Line, plane: _Plane, style: str) -> Svg:
    path, pen = "", "M"
    for moment in line.moments:
        if moment.value is None:
            pen = "M"
            continue
        path += f"{pen}{plane.x(moment.on):.1f} {plane.y(moment.value):.1f}"
        pen = "L"
    return element("path", class_=style, d=path or "M0 0")


def _ends(line: Line, plane: _Plane) -> list[Svg]:
    """Label the line where it ends, and say where it began."""
    told = line.told
    if not told:
        x, y = plane.left + plane.width / 2, plane.top + plane.height / 2
        return [element("text", "Too few to tell", class_="middle halo", x=x, y=y)]
    first, last = told[0], told[-1]
    marks = []
    for moment, style in ((first, "halo middle"), (last, "strong halo")):
        x, y = plane.x(moment.on), plane.y(moment.value or 0)
        is_last = moment is last
        if moment is first and first is last:
            continue
        text = element(
            "text", moment.text, class_=style, x=x + 8 if is_last else x + 6,
            y=y + 4 if is_last else (y - 9 if y - 9 > plane.top else y + 18),
        )  # fmt: skip
        dot = element("circle", class_="dot-share", cx=x, cy=y, r=4)
        marks.append(
            linked(moment.href, element("title", f"{moment.name}: {moment.text}"), dot, text)
        )
    return marks
