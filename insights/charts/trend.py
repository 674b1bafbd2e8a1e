"""One number by month, as columns: the months that are looked at stand out from the others."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from insights.charts.svg import Chart, Svg, drawing, element, linked

HEIGHT, ROOM = 64.0, 18.0
TOO_FEW = "too few to tell"


@dataclass(frozen=True)
class TrendMonth:
    """A month, its number and how it is said; None when there is none to draw.

    A month without a number and without words has too little to tell.
    """

    month: date
    value: float | None
    text: str = ""
    href: str = ""
    is_chosen: bool = True
    is_whole: bool = True

    @property
    def name(self) -> str:
        """The month in words."""
        return f"{self.month:%B %Y}{'' if self.is_whole else ' (so far)'}"

    @property
    def words(self) -> str:
        """The number in words."""
        return self.text or TOO_FEW if self.value is None else self.text


def trend(
    months: Sequence[TrendMonth], *, title: str, what: str, top: float | None = None
) -> Chart:
    """Draw a column a month from zero to `top`, the largest by default; no column is no number."""
    known = [month for month in months if month.value is not None]
    description = (
        f"{known[0].name}: {known[0].words}. {known[-1].name}: {known[-1].words}."
        if known
        else "Too little to tell in any month."
    )
    ceiling = top or max((month.value or 0 for month in known), default=0) or 1
    return Chart(
        svg=_draw(months, title, description, ceiling, 340),
        caption=title,
        head=["Month", what],
        rows=[[month.name, month.words] for month in months],
    )


def _draw(
    months: Sequence[TrendMonth], title: str, description: str, ceiling: float, width: float
) -> Svg:
    pitch = width / max(len(months), 1)
    marks = [element("line", class_="axis", x1=0, x2=width, y1=HEIGHT, y2=HEIGHT)]
    for i, month in enumerate(months):
        tall = min((month.value or 0) / ceiling, 1) * (HEIGHT - 4)
        classes = ["column", *([] if month.is_whole else ["partial"])]
        column = [
            element("title", f"{month.name}: {month.words}"),
            element("rect", class_="quarter", x=i * pitch, y=0, width=pitch, height=HEIGHT),
        ]
        if month.value is not None:
            column.append(
                element(
                    "rect",
                    class_=f"bar fill-{'value' if month.is_chosen else 'plain'}",
                    x=i * pitch + pitch * 0.14,
                    y=HEIGHT - max(tall, 1.5),
                    width=pitch * 0.72,
                    height=max(tall, 1.5),
                    rx=1.5,
                )
            )
        told = [_told(month, (i + 0.5) * pitch, width)] if month.href else []
        marks.append(element("g", linked(month.href, *column), *told, class_=" ".join(classes)))
        if month.month.month in (1, 4, 7, 10):
            name = f"{month.month:%b}" if month.month.month != 1 else f"{month.month:%Y}"
            style = "middle strong" if month.month.month == 1 else "middle"
            x = (i + 0.5) * pitch
            marks.append(element("text", name, class_=style, x=x, y=HEIGHT + 14))
    if all(month.value is None for month in months):
        marks.append(element("text", TOO_FEW, class_="middle", x=width / 2, y=HEIGHT / 2))
    return drawing(
        title,
        description,
        *marks,
        size=(width, HEIGHT + ROOM),
        class_="trend",
        has_links=any(month.href for month in months),
    )


def _told(month: TrendMonth, x: float, width: float) -> Svg:
    """Write a month and its number in place of the names below, while the keyboard is on it."""
    said = f"{month.name}: {month.words}"
    room = min(3.5 * len(said), width / 2)
    middle = min(max(x, room), width - room)
    return element(
        "text", said, class_="told strong middle", x=middle, y=HEIGHT + 14, aria_hidden="true"
    )
