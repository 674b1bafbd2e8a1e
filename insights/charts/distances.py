"""Customers by distance under two policies: one as bars, the other as an outline over them."""

from collections.abc import Sequence

from insights.charts.bands import BAND_NAMES
from insights.charts.svg import Chart, Svg, drawing, element, number, ticks
from insights.words import short, thousands

BANDS = tuple(BAND_NAMES)[:5]


def distances(
    old: Sequence[int],
    new: Sequence[int],
    edges: Sequence[float],
    *,
    title: str,
    width: float = 720,
) -> Chart:
    """Draw how many customers are how far: `new` as bars in the colours of bands, `old` as a line.

    Both count by equal steps from 0 to 100; `edges` are the four at which bands change now.
    """
    step = 100 / len(new)
    spans = [f"{i * step:g} to {(i + 1) * step:g}" for i in range(len(new))]
    far = round(edges[2] / step)
    description = (
        f"{thousands(sum(new[far:]))} customers at {edges[2]:g} or further with the draft, "
        f"{thousands(sum(old[far:]))} now."
    )
    return Chart(
        svg=_draw(old, new, edges, title, description, width, is_phone=False),
        phone_svg=_draw(old, new, edges, title, description, 340, is_phone=True),
        caption=title,
        head=["Distance", "Now", "With the draft"],
        rows=[
            [span, thousands(before), thousands(after)]
            for span, before, after in zip(spans, old, new, strict=True)
        ],
        data=list(zip(spans, old, new, strict=True)),
    )


def _draw(
    old: Sequence[int],
    new: Sequence[int],
    edges: Sequence[float],
    title: str,
    description: str,
    width: float,
    *,
    is_phone: bool,
) -> Svg:
    left, top, height, bottom = 44.0, 10.0, 180.0, 26.0
    marks_up = ticks(max((*old, *new, 1)))
    pitch = (width - left) / len(new)
    scale = height / marks_up[-1]
    base = top + height
    marks = list(_scale(marks_up, left, width, base, scale))
    for i, count in enumerate(new):
        band = BANDS[sum(edge <= (i + 0.5) * 100 / len(new) for edge in edges)]
        words = f"{i * 100 / len(new):g} to {(i + 1) * 100 / len(new):g}"
        x = left + i * pitch + 1
        marks.append(
            element(
                "g",
                element(
                    "title", f"Distance {words}: {thousands(old[i])} now, {thousands(count)} then"
                ),
                element(
                    "rect", class_=f"bar fill-{band}", x=x, y=base - count * scale,
                    width=max(pitch - 2, 1), height=count * scale,
                ),
            )
        )  # fmt: skip
    marks.append(_outline(old, left, pitch, base, scale))
    for score in (0, 25, 50, 75, 100):
        anchor = "start" if score == 0 else "end" if score == 100 else "middle"
        x = left + (width - left) * score / 100
        marks.append(element("text", f"{score}", class_=anchor, x=x, y=base + 18))
    return drawing(
        title,
        description,
        *marks,
        size=(width, base + bottom),
        class_="distances on-phone" if is_phone else "distances on-desk",
    )


def _scale(
    marks_up: Sequence[float], left: float, width: float, base: float, scale: float
) -> list[Svg]:
    lines = []
    for value in marks_up:
        y = base - value * scale
        lines.append(element("line", class_="rule", x1=left, x2=width, y1=y, y2=y))
        lines.append(element("text", short(value), class_="end", x=left - 6, y=y + 4))
    return lines


def _outline(counts: Sequence[int], left: float, pitch: float, base: float, scale: float) -> Svg:
    points = []
    for i, count in enumerate(counts):
        y = number(base - count * scale)
        points += [f"{number(left + i * pitch)},{y}", f"{number(left + (i + 1) * pitch)},{y}"]
    return element("polyline", class_="line-before", points=" ".join(points))
