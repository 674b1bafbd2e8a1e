"""One number by month, as columns: the months that are looked at stand out from the others."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from insights.charts.svg import Chart, Svg, drawing, element, linked, text_width

TOP, HEIGHT, ROOM = 16.0, 64.0, 18.0
APART = 6.0
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
    def complete(self) -> str:
        """Whether the month is over, as files tell it."""
        return "yes" if self.is_whole else "so far"

    @property
    def words(self) -> str:
        """The number in words."""
        return self.text or TOO_FEW if self.value is None else self.text


def trend(
    months: Sequence[TrendMonth], *, title: str, what: str, top: float | None = None
) -> Chart:
    """Draw a column a month from zero to `top`, the largest by default; no column is no number.

    The highest and the last whole one say their number: columns have no axis beside them.
    """
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
        data=[[month.month, month.value, month.words, month.complete] for month in months],
        data_head=["Month", "Number", what, "Complete"],
    )


def _draw(
    months: Sequence[TrendMonth], title: str, description: str, ceiling: float, width: float
) -> Svg:
    pitch = width / max(len(months), 1)
    marks = [element("line", class_="axis", x1=0, x2=width, y1=HEIGHT, y2=HEIGHT)]
    talls = [min((month.value or 0) / ceiling, 1) * (HEIGHT - TOP) for month in months]
    numbers = _numbers(months, talls, pitch, width)
    for i, (month, tall) in enumerate(zip(months, talls, strict=True)):
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
        column += [numbers[i]] if i in numbers else []
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


def _numbers(
    months: Sequence[TrendMonth], talls: Sequence[float], pitch: float, width: float
) -> dict[int, Svg]:
    """Write the number of the last whole month, and of the highest where that is not too near.

    Each stands above all columns that it is wider than.
    """
    known = [i for i, month in enumerate(months) if month.value is not None]
    latest = [i for i in known if months[i].is_whole] or known
    marks: dict[int, Svg] = {}
    taken = width
    for i in dict.fromkeys([*latest[-1:], *sorted(known, key=lambda i: -talls[i])[:1]]):
        half = text_width(months[i].words, is_strong=True) / 2
        x = min(max((i + 0.5) * pitch, half), width - half)
        if x + half <= taken:
            below = talls[int((x - half) / pitch) : int((x + half) / pitch) + 1]
            y = HEIGHT - max(below) - 5
            marks[i] = element("text", months[i].words, class_="middle strong", x=x, y=y)
            taken = x - half - APART
    return marks


def _told(month: TrendMonth, x: float, width: float) -> Svg:
    """Write a month and its number in place of the names below, while the keyboard is on it."""
    said = f"{month.name}: {month.words}"
    room = min(3.5 * len(said), width / 2)
    middle = min(max(x, room), width - room)
    return element(
        "text", said, class_="told strong middle", x=middle, y=HEIGHT + 14, aria_hidden="true"
    )
