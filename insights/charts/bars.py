"""Horizontal bars with their labels beside them and their values at their ends."""

from collections.abc import Sequence
from dataclasses import dataclass

from insights.charts.svg import Chart, Svg, cut, drawing, element, linked, text_width
from insights.words import thousands
from relationships.words import plural


@dataclass(frozen=True)
class Bar:
    """One bar; `text` is the value as people read it, `fill` a class suffix."""

    label: str
    value: float
    text: str = ""
    href: str = ""
    fill: str = "value"

    @property
    def words(self) -> str:
        """The value in words."""
        return self.text or thousands(self.value)


def bars(
    rows: Sequence[Bar],
    *,
    title: str,
    unit: str,
    width: float = 520,
    what: str = "Name",
    top: float | None = None,
) -> Chart:
    """Draw one bar a row, in the order given, from a common zero; negatives run to the left.

    A bar as long as there is room is `top`, the largest by default.
    """
    longest = max(rows, key=lambda row: abs(row.value), default=None)
    description = (
        f"{plural(len(rows), 'bar')}; the longest is {longest.label} with {longest.words}."
        if longest
        else "Nothing to show."
    )
    return Chart(
        svg=_draw(rows, title, description, width, top, is_phone=False),
        phone_svg=_draw(rows, title, description, 340, top, is_phone=True),
        caption=title,
        head=[what, unit],
        rows=[[row.label, row.words] for row in rows],
        data=[[row.label, row.value] for row in rows],
    )


def _draw(
    rows: Sequence[Bar],
    title: str,
    description: str,
    width: float,
    top: float | None,
    *,
    is_phone: bool,
) -> Svg:
    pitch, thick = (44.0, 14.0) if is_phone else (30.0, 16.0)
    left = (
        0.0
        if is_phone
        else min(
            width * 0.4,
            10 + max((text_width(row.label, is_strong=True) for row in rows), default=0),
        )
    )
    right = 10 + max((text_width(row.words) for row in rows), default=0)
    room = max(width - left - right, 40)
    most = top or max((row.value for row in rows), default=0)
    least = min((row.value for row in rows), default=0)
    reach = (max(most, 0) - min(least, 0)) or 1
    zero = left - min(least, 0) / reach * room
    label_room = width if is_phone else left - 8
    marks = []
    for i, row in enumerate(rows):
        upper = i * pitch + (20 if is_phone else 7)
        length = abs(row.value) / reach * room
        start = zero - length if row.value < 0 else zero
        label_y = upper - 6 if is_phone else upper + thick - 4
        marks.append(
            linked(
                row.href,
                element("title", f"{row.label}: {row.words}"),
                element("rect", class_="quarter", x=0, y=i * pitch, width=width, height=pitch),
                element("text", cut(row.label, label_room), class_="strong", x=0, y=label_y),
                element(
                    "rect",
                    class_=f"bar fill-{row.fill}",
                    x=start,
                    y=upper,
                    width=max(length, 1.5),
                    height=thick,
                    rx=2,
                ),
                element("text", row.words, x=max(start + length, zero) + 8, y=upper + thick - 3.5),
            )
        )
    if rows and not is_phone:
        marks.append(element("line", class_="axis", x1=zero, x2=zero, y1=2, y2=len(rows) * pitch))
    return drawing(
        title,
        description,
        *marks,
        size=(width, max(len(rows) * pitch, 1) + 2),
        class_="bars on-phone" if is_phone else "bars on-desk",
        has_links=any(row.href for row in rows),
    )
