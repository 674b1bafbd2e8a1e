"""What was said against what happened, tenth by tenth: on the diagonal the score is honest."""

from collections.abc import Sequence
from dataclasses import dataclass

from insights.charts.svg import Chart, Svg, drawing, element
from insights.words import percent, thousands

CEILINGS = (0.1, 0.2, 0.4, 0.6, 0.8, 1.0)
LABELLED = 3
"""Points labelled at most, from the right, where they stand apart."""

TOP, RIGHT, BOTTOM = 14.0, 16.0, 44.0


@dataclass(frozen=True)
class Said:
    """A tenth of the customers: what was said of them, and what happened; shares from 0 to 1."""

    said: float
    happened: float
    low: float
    high: float
    customers: int

    @property
    def words(self) -> str:
        """The tenth in a sentence."""
        return f"Said {percent(self.said)}: {percent(self.happened)} went silent"


@dataclass(frozen=True)
class _Plane:
    """Where shares stand on the canvas."""

    left: float
    top: float
    side: float
    ceiling: float

    def x(self, share: float) -> float:
        return self.left + self.side * share / self.ceiling

    def y(self, share: float) -> float:
        return self.top + self.side * (1 - share / self.ceiling)


def calibration(tenths: Sequence[Said], *, title: str, width: float = 520) -> Chart:
    """Draw what happened above what was said, each with the range that chance allows."""
    description = " ".join(f"{tenth.words}." for tenth in tenths) or "Nothing to show."
    return Chart(
        svg=_draw(tenths, title, description, width, is_phone=False),
        phone_svg=_draw(tenths, title, description, 340, is_phone=True),
        caption=title,
        head=["Customers, lowest tenth first", "We said", "Went silent", "Chance allows"],
        rows=[
            [
                thousands(tenth.customers),
                percent(tenth.said),
                percent(tenth.happened),
                f"{percent(tenth.low)} to {percent(tenth.high)}",
            ]
            for tenth in tenths
        ],
        data=[[t.customers, t.said, t.happened, t.low, t.high] for t in tenths],
        data_head=["Customers", "We said", "Went silent", "Chance allows from", "to"],
    )


def _draw(
    tenths: Sequence[Said], title: str, description: str, width: float, *, is_phone: bool
) -> Svg:
    left = 42.0
    side = width - left - RIGHT
    highest = max((max(tenth.said, tenth.high) for tenth in tenths), default=1.0)
    ceiling = next((level for level in CEILINGS if highest <= level), 1.0)
    plane = _Plane(left, TOP, side, ceiling)
    return drawing(
        title,
        description,
        *_axes(plane),
        *_regions(plane, is_phone=is_phone),
        *(mark for tenth in tenths for mark in _point(tenth, plane)),
        *_labels(tenths, plane),
        size=(width, TOP + side + BOTTOM),
        class_="square on-phone" if is_phone else "square on-desk",
    )


def _axes(plane: _Plane) -> list[Svg]:
    marks = []
    bottom, right = plane.y(0), plane.x(plane.ceiling)
    for level in (0.0, plane.ceiling / 2, plane.ceiling):
        text, style = f"{level * 100:.0f} %", "rule" if level else "axis"
        x, y = plane.x(level), plane.y(level)
        marks += [
            element("line", class_=style, x1=plane.left, x2=right, y1=y, y2=y),
            element("line", class_=style, x1=x, x2=x, y1=plane.top, y2=bottom),
            element("text", text, class_="end", x=plane.left - 7, y=y + 4),
            element("text", text, class_="middle" if level else "start", x=x, y=bottom + 17),
        ]
    marks.append(
        element("text", "What we said", class_="strong middle", x=plane.x(plane.ceiling / 2) ,
                y=bottom + 37)
    )  # fmt: skip
    return marks


def _regions(plane: _Plane, *, is_phone: bool) -> list[Svg]:
    """Say what it means to stand above, on and below the diagonal."""
    top = plane.ceiling
    marks = [
        element("line", class_="diagonal", x1=plane.x(0), y1=plane.y(0), x2=plane.x(top),
                y2=plane.y(top)),
        element("text", "What happened", class_="strong", x=plane.left + 8, y=plane.top + 14),
    ]  # fmt: skip
    more = "More went silent than we said" if not is_phone else "More than we said"
    fewer = "Fewer went silent than we said" if not is_phone else "Fewer than we said"
    marks.append(element("text", more, x=plane.left + 8, y=plane.y(top * 0.86)))
    marks.append(element("text", fewer, class_="end", x=plane.x(top) - 8, y=plane.y(top * 0.04)))
    return marks


def _point(tenth: Said, plane: _Plane) -> list[Svg]:
    x, low, high = plane.x(tenth.said), tenth.low, min(tenth.high, plane.ceiling)
    return [
        element("line", class_="whisker", x1=x, x2=x, y1=plane.y(low), y2=plane.y(high)),
        element(
            "circle",
            element("title", tenth.words),
            class_="dot-ours",
            cx=x,
            cy=plane.y(tenth.happened),
            r=5,
        ),
    ]


def _labels(tenths: Sequence[Said], plane: _Plane) -> list[Svg]:
    """Label points from the right while they stand apart; their text stays inside."""
    marks: list[Svg] = []
    taken: list[float] = []
    for tenth in sorted(tenths, key=lambda tenth: -tenth.said)[:LABELLED]:
        x, y = plane.x(tenth.said), plane.y(tenth.happened)
        if any(abs(y - other) < 22 for other in taken) or tenth.said < plane.ceiling * 0.15:
            continue
        taken.append(y)
        is_left = x > plane.left + plane.side * 0.5
        text = f"said {percent(tenth.said)}, was {percent(tenth.happened)}"
        marks.append(
            element(
                "text",
                text,
                class_="strong halo end" if is_left else "strong halo",
                x=x - 10 if is_left else x + 10,
                y=y + 4,
            )
        )
    return marks
