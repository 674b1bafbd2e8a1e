"""Who moved from which band to which, as a table whose cells are darker where more moved."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

from insights.charts.bands import BAND_NAMES
from insights.charts.svg import Chart, Svg, drawing, element, linked
from insights.words import thousands

NEW, ALL = "unknown", ""
BANDS = tuple(band for band in BAND_NAMES if band != NEW)
ROW, HEAD = 30.0, 42.0
FAINT, FULL = 0.12, 0.38
"""How strong the colour of a cell is with hardly anybody in it, and with the most.

Stronger, the palest colour would swallow the numbers in the dark.
"""

Moves = Mapping[tuple[str, str], int]
"""Customers by the band they stood in (`NEW`: not heard from before) and the one they are in."""

Leads = Callable[[str, str], str]
"""Makes the address behind a cell; an empty band stands for all of them."""


@dataclass(frozen=True)
class _Flows:
    """Rows and columns by band, each ending in their sum, and when the rows were."""

    counts: Moves
    rows: Sequence[str]
    when: str
    leads: Leads

    @cached_property
    def most(self) -> int:
        """Customers in the fullest cell of those who moved."""
        return max((self.counts[cell] for cell in self.counts if _is_move(*cell)), default=0)

    @property
    def description(self) -> str:
        """Who moved, the most first."""
        moved = sorted(
            ((count, cell) for cell, count in self.counts.items() if count and _is_move(*cell)),
            key=lambda one: (-one[0], one[1]),
        )
        said = [f"{thousands(count)} from {then} to {now}" for count, (then, now) in moved]
        return f"{self.when} and now: {', '.join(said)}." if said else "Nobody moved between bands."


def flow_table(moves: Moves, *, title: str, when: str, leads: Leads, width: float = 500) -> Chart:
    """Draw a row for each band that was stood in then, and a column for each band of now.

    Further from us lies above the diagonal, nearer below it; whoever stayed stands on it, muted.
    """
    rows = [*BANDS, *([NEW] if any(moves.get((NEW, band)) for band in BANDS) else []), ALL]
    counts = {
        (then, now): sum(
            moves.get((one, other), 0)
            for one in (rows if then == ALL else [then])
            for other in (BANDS if now == ALL else [now])
        )
        for then in rows
        for now in (*BANDS, ALL)
    }
    flows = _Flows(counts, rows, when, cache(leads))
    cells = [[_said(then), *(counts[then, now] for now in (*BANDS, ALL))] for then in rows]
    return Chart(
        svg=_draw(flows, title, width, is_phone=False),
        phone_svg=_draw(flows, title, 340, is_phone=True),
        caption=title,
        head=[when, *(f"Now {BAND_NAMES[band].lower()}" for band in BANDS), "All"],
        rows=[[str(name), *map(thousands, numbers)] for name, *numbers in cells],
        data=cells,
    )


def _is_move(then: str, now: str) -> bool:
    return ALL not in (then, now) and then not in (now, NEW)


def _said(then: str) -> str:
    return {NEW: "Not heard from", ALL: "Now"}.get(then) or BAND_NAMES[then]


def _draw(flows: _Flows, title: str, width: float, *, is_phone: bool) -> Svg:
    left = 58.0 if is_phone else 104.0
    step = (width - left) / (len(BANDS) + 1)
    # On a phone there is no room beside the bands, and bold their names would touch each other.
    style = "middle" if is_phone else "strong middle"
    marks = [
        element("text", flows.when, x=0, y=12 if is_phone else HEAD - 10),
        element("text", "Now", class_="middle", x=left + step * len(BANDS) / 2, y=12),
    ]
    for column, band in enumerate((*BANDS, ALL)):
        name, x = BAND_NAMES.get(band, "All"), left + (column + 0.5) * step
        marks.append(element("text", name, class_=style, x=x, y=HEAD - 10))
    for row, then in enumerate(flows.rows):
        y = HEAD + row * ROW
        name = "Unheard" if is_phone and then == NEW else _said(then)
        marks.append(element("line", class_="rule", x1=0, x2=width, y1=y, y2=y))
        marks.append(element("text", name, class_="strong", x=0, y=y + ROW / 2 + 4))
        for column, now in enumerate((*BANDS, ALL)):
            if flows.counts[then, now]:
                marks.append(_cell(flows, then, now, left + column * step, y, step))
    return drawing(
        title,
        flows.description,
        *marks,
        size=(width, HEAD + ROW * len(flows.rows) + 2),
        class_="flows on-phone" if is_phone else "flows on-desk",
        has_links=True,
    )


def _cell(flows: _Flows, then: str, now: str, x: float, y: float, step: float) -> Svg:
    """Return a number that leads to its customers."""
    count, is_move = flows.counts[then, now], _is_move(then, now)
    strength = FAINT + (FULL - FAINT) * (count / flows.most) ** 0.5 if is_move else None
    style = "strong" if is_move else "stayed" if then == now else ""
    return linked(
        flows.leads(then, now),
        element("title", _cell_said(flows, then, now)),
        element(
            "rect", class_=f"bar fill-{now}" if is_move else "quarter", x=x + 1, y=y + 2,
            width=step - 2, height=ROW - 3, rx=2,
            fill_opacity=None if strength is None else f"{strength:.2f}",
        ),
        element(
            "text", thousands(count), class_=f"middle {style}".strip(), x=x + step / 2,
            y=y + ROW / 2 + 4,
        ),
    )  # fmt: skip


def _cell_said(flows: _Flows, then: str, now: str) -> str:
    was = "" if then == ALL else f"{flows.when} {_said(then).lower()}"
    is_now = "" if now == ALL else f"now {BAND_NAMES[now].lower()}"
    said = ", ".join(filter(None, (was, is_now))) or "All"
    return f"{said}: {thousands(flows.counts[then, now])}"
