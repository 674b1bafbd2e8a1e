"""Who moved from which band to which, as a table whose cells are darker where more moved."""

from collections.abc import Callable, Mapping, Sequence

from insights.charts.bands import BAND_NAMES
from insights.charts.svg import Chart, Svg, drawing, element, linked
from insights.words import thousands

NEW = "unknown"
BANDS = tuple(band for band in BAND_NAMES if band != NEW)
ROW, HEAD = 30.0, 42.0
FAINT, FULL = 0.12, 0.55
"""How strong the colour of a cell is with hardly anybody in it, and with the most."""

Moves = Mapping[tuple[str, str], int]
"""Customers by the band they stood in (`NEW`: not heard from before) and the one they are in."""

Leads = Callable[[str, str], str]
"""Makes the address behind a cell; an empty band stands for all of them."""


def flow_table(moves: Moves, *, title: str, when: str, leads: Leads, width: float = 500) -> Chart:
    """Draw a row for each band that was stood in then, and a column for each band of now.

    Further from us lies above the diagonal, nearer below it; whoever stayed stands on it, muted.
    """
    rows = list(BANDS)
    if any(moves.get((NEW, band)) for band in BANDS):
        rows.append(NEW)
    cells = [
        [_said(then), *(moves.get((then, now), 0) for now in BANDS), _total(moves, then, BANDS)]
        for then in rows
    ]
    columns = [sum(moves.get((then, now), 0) for then in rows) for now in BANDS]
    cells.append(["Now", *columns, sum(columns)])
    description = _description(moves, when)
    return Chart(
        svg=_draw(rows, moves, title, description, when, leads, width, is_phone=False),
        phone_svg=_draw(rows, moves, title, description, when, leads, 340, is_phone=True),
        caption=title,
        head=[when, *(f"Now {BAND_NAMES[band].lower()}" for band in BANDS), "All"],
        rows=[[str(name), *map(thousands, counts)] for name, *counts in cells],
        data=cells,
    )


def _said(then: str) -> str:
    return "Not heard from" if then == NEW else BAND_NAMES[then]


def _total(moves: Moves, then: str, bands: Sequence[str]) -> int:
    return sum(moves.get((then, now), 0) for now in bands)


def _description(moves: Moves, when: str) -> str:
    moved = sorted(
        ((count, pair) for pair, count in moves.items() if count and NEW not in pair),
        key=lambda one: (-one[0], one[1]),
    )
    said = [
        f"{thousands(count)} from {then} to {now}" for count, (then, now) in moved if then != now
    ]
    return f"{when} and now: {', '.join(said)}." if said else "Nobody moved between bands."


def _draw(
    rows: Sequence[str],
    moves: Moves,
    title: str,
    description: str,
    when: str,
    leads: Leads,
    width: float,
    *,
    is_phone: bool,
) -> Svg:
    left = 72.0 if is_phone else 104.0
    step = (width - left) / (len(BANDS) + 1)
    most = max(
        (count for (then, now), count in moves.items() if then != now and then != NEW), default=0
    )
    marks = [
        element("text", when, x=0, y=HEAD - 10),
        element("text", "Now", class_="middle", x=left + step * len(BANDS) / 2, y=12),
    ]
    for column, band in enumerate((*BANDS, "")):
        x = left + (column + 0.5) * step
        name = BAND_NAMES.get(band, "All")
        marks.append(element("text", name, class_="strong middle", x=x, y=HEAD - 10))
    for row, then in enumerate((*rows, "")):
        y = HEAD + row * ROW
        name = ("New" if is_phone and then == NEW else _said(then)) if then else "Now"
        marks.append(element("line", class_="rule", x1=0, x2=width, y1=y, y2=y))
        marks.append(element("text", name, class_="strong", x=0, y=y + ROW / 2 + 4))
        for column, now in enumerate((*BANDS, "")):
            x = left + column * step
            marks += _cell(rows, moves, then, now, when, leads, (x, y, step), most)
    return drawing(
        title,
        description,
        *marks,
        size=(width, HEAD + ROW * (len(rows) + 1) + 2),
        class_="flows on-phone" if is_phone else "flows on-desk",
        has_links=True,
    )


def _cell(
    rows: Sequence[str],
    moves: Moves,
    then: str,
    now: str,
    when: str,
    leads: Leads,
    place: tuple[float, float, float],
    most: int,
) -> list[Svg]:
    """Return a number that leads to its customers; nobody is nothing."""
    x, y, step = place
    count = sum(
        moves.get((one, other), 0)
        for one in ([then] if then else rows)
        for other in ([now] if now else BANDS)
    )
    if not count:
        return []
    inner = [element("title", _cell_said(count, then, now, when))]
    is_move = bool(then and now and then not in (now, NEW))
    if is_move:
        inner.append(
            element(
                "rect", class_=f"bar fill-{now}", x=x + 1, y=y + 2, width=step - 2,
                height=ROW - 3, rx=2,
                fill_opacity=f"{FAINT + (FULL - FAINT) * (count / most) ** 0.5:.2f}",
            )
        )  # fmt: skip
    else:
        inner.append(
            element("rect", class_="quarter", x=x + 1, y=y + 2, width=step - 2, height=ROW - 3)
        )
    style = "middle strong" if is_move else "middle stayed" if then and now else "middle"
    inner.append(element("text", thousands(count), class_=style, x=x + step / 2, y=y + ROW / 2 + 4))
    return [linked(leads(then, now), *inner)]


def _cell_said(count: int, then: str, now: str, when: str) -> str:
    was = f"{when} {_said(then).lower()}" if then else ""
    is_now = f"now {BAND_NAMES[now].lower()}" if now else ""
    return f"{', '.join(filter(None, (was, is_now))) or 'All'}: {thousands(count)}"
