"""Whom a score finds when customers are called from the top of its list, beside its rivals."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from insights.charts.svg import Chart, Svg, drawing, element
from insights.words import percent

SHOWN = 0.3
"""Of all customers, as many as anybody could call."""

APART = 16.0
"""Units between two labels."""


@dataclass(frozen=True)
class Found:
    """One score: the share of the silent found among the top 0 to 100 % in even steps."""

    label: str
    shares: Sequence[float]
    is_ours: bool = False

    def at(self, share: float) -> float:
        """Return what is found among the top share of customers, which is one of the steps."""
        return self.shares[round(share * (len(self.shares) - 1))]


def lift(lines: Sequence[Found], *, title: str, width: float = 520) -> Chart:
    """Draw a line a score, ours on top of the others, each named where it ends."""
    description = (
        " ".join(
            f"{line.label}: {percent(line.at(0.1))} of those who went silent are among the first "
            f"10 %, {percent(line.at(0.2))} among the first 20 %."
            for line in lines
        )
        or "Nothing to show."
    )
    tops = [step * 0.05 for step in range(1, 7)]
    return Chart(
        svg=_draw(lines, title, description, width, is_phone=False),
        phone_svg=_draw(lines, title, description, 340, is_phone=True),
        caption=title,
        head=["Score", *(f"First {top * 100:.0f} %" for top in tops)],
        rows=[[line.label, *(percent(line.at(top)) for top in tops)] for line in lines],
        data=[[line.label, *(line.at(top) for top in tops)] for line in lines],
    )


@dataclass(frozen=True)
class _Plane:
    """Where shares stand on the canvas."""

    left: float
    top: float
    room: float
    height: float

    def x(self, share: float) -> float:
        return self.left + self.room * share / SHOWN

    def y(self, share: float) -> float:
        return self.top + self.height * (1 - share)


def _draw(
    lines: Sequence[Found], title: str, description: str, width: float, *, is_phone: bool
) -> Svg:
    left, right = 42.0, 152.0
    height = 300.0 if is_phone else 412.0
    plane = _Plane(left, 34.0, width - left - right, height)
    return drawing(
        title,
        description,
        *_axes(plane),
        *_paths(lines, plane),
        *_ends(lines, plane),
        size=(width, plane.y(0) + 44),
        class_="square on-phone" if is_phone else "square on-desk",
    )


def _axes(plane: _Plane) -> list[Svg]:
    marks = [element("text", "Found, of all who went silent", class_="strong", x=0, y=12)]
    right, bottom = plane.x(SHOWN), plane.y(0)
    for level in (0.0, 0.25, 0.5, 0.75, 1.0):
        y, style = plane.y(level), "rule" if level else "axis"
        marks += [
            element("line", class_=style, x1=plane.left, x2=right, y1=y, y2=y),
            element("text", f"{level * 100:.0f} %", class_="end", x=plane.left - 7, y=y + 4),
        ]
    for step in (0.0, 0.1, 0.2, 0.3):
        text = f"{step * 100:.0f} %"
        marks.append(element("text", text, class_="middle", x=plane.x(step), y=bottom + 17))
    called = "Customers called, riskiest first"
    marks.append(element("text", called, class_="strong", x=plane.left, y=bottom + 37))
    return marks


def _paths(lines: Sequence[Found], plane: _Plane) -> list[Svg]:
    blindly = element(
        "line", class_="diagonal", x1=plane.x(0), y1=plane.y(0), x2=plane.x(SHOWN),
        y2=plane.y(SHOWN),
    )  # fmt: skip
    marks = [blindly]
    for line in sorted(lines, key=lambda line: line.is_ours):
        path = "M" + "L".join(
            f"{plane.x(step):.1f} {plane.y(line.at(step)):.1f}" for step in _steps(line)
        )
        style = "line-ours" if line.is_ours else "line-rival"
        marks.append(element("path", element("title", line.label), class_=style, d=path))
    return marks


def _ends(lines: Sequence[Found], plane: _Plane) -> list[Svg]:
    ends = [(line.label, line.at(SHOWN), line.is_ours) for line in lines]
    ends.append(("Calling blindly", SHOWN, False))
    places = _apart([plane.y(share) for _, share, _ in ends])
    marks = []
    for (label, share, is_ours), place in zip(ends, places, strict=True):
        marks += _end(label, share, plane.x(SHOWN), plane.y(share), place, is_ours=is_ours)
    return marks


def _steps(line: Found) -> list[float]:
    """Return the steps of the line that are shown."""
    step = 1 / (len(line.shares) - 1)
    return [i * step for i in range(round(SHOWN / step) + 1)]


def _end(label: str, share: float, x: float, y: float, place: float, *, is_ours: bool) -> list[Svg]:
    """Name a line where it ends, with a leader when the name had to move."""
    style = "text-ours" if is_ours else ""
    return [
        element("circle", class_="dot-ours" if is_ours else "dot-rival", cx=x, cy=y, r=4),
        element("line", class_="leader", x1=x + 6, y1=y, x2=x + 14, y2=place),
        element("text", f"{label} {percent(share)}", class_=style or None, x=x + 18, y=place + 4),
    ]


def _apart(places: Sequence[float]) -> list[float]:
    """Move places down as little as keeps them apart."""
    order = sorted(range(len(places)), key=lambda i: places[i])
    moved = list(places)
    for above, below in pairwise(order):
        moved[below] = max(moved[below], moved[above] + APART)
    return moved
