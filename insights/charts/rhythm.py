"""A year of days at a glance: weeks beside each other, a disc for people, a square for screens."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta

from insights.charts.svg import Chart, Svg, drawing, element, linked, number
from insights.words import thousands
from relationships.words import plural

PITCH = 12.0
LEFT, TOP = 28.0, 16.0
WEEK = timedelta(weeks=1)
STRENGTHS = (1, 2, 4)
"""From so many touchpoints on a day on its mark is stronger."""

DISCS = (7, 9, 11)
"""How wide the disc of a day with people is, by strength."""

Days = Mapping[date, tuple[int, int]]


def rhythm(
    days: Days, *, title: str, begins: date, today: date, href: Callable[[date, date], str]
) -> Chart:
    """Draw days from the Monday `begins` to `today`: how often with people, and on screens.

    `href` says where a week leads, by its first and its last day. On a phone the year stands in
    two halves, one above the other.
    """
    mondays = [begins + WEEK * i for i in range((today - begins).days // 7 + 1)]
    months = _months(days, begins, today)
    words = _description(days, begins, today)
    half = (len(mondays) + 1) // 2
    return Chart(
        svg=_draw(days, [mondays], today, href, (title, words), is_phone=False),
        phone_svg=_draw(
            days, [mondays[:half], mondays[half:]], today, href, (title, words), is_phone=True
        ),
        caption=title,
        head=["Month", "Days with a person", "Days on screens"],
        rows=[[f"{month:%B %Y}", *map(thousands, counts)] for month, counts in months.items()],
    )


def _description(days: Days, begins: date, today: date) -> str:
    said = _said([counts for day, counts in days.items() if begins <= day <= today])
    return f"{said.capitalize()}. Each week leads to what happened in it."


def _said(counts: Iterable[tuple[int, int]]) -> str:
    """Say on how many days something happened with people, and on screens."""
    both = list(counts)
    human = sum(one > 0 for one, _ in both)
    digital = sum(one > 0 for _, one in both)
    said = [f"{plural(human, 'day')} with a person"] if human else []
    said += [f"{plural(digital, 'day')} on screens"] if digital else []
    return " and ".join(said) or "nothing happened"


def _months(days: Days, begins: date, today: date) -> dict[date, tuple[int, int]]:
    """Count the days with people and on screens by month, each named by its first day."""
    months = {}
    for offset in range((today - begins).days + 1):
        day = begins + timedelta(days=offset)
        human, digital = days.get(day, (0, 0))
        before = months.get(day.replace(day=1), (0, 0))
        months[day.replace(day=1)] = (before[0] + (human > 0), before[1] + (digital > 0))
    return months


def _draw(
    days: Days,
    lines: Sequence[Sequence[date]],
    today: date,
    href: Callable[[date, date], str],
    words: tuple[str, str],
    *,
    is_phone: bool,
) -> Svg:
    height = TOP + 7 * PITCH + 8
    width = LEFT + PITCH * max(map(len, lines))
    marks: list[Svg] = []
    for place, mondays in enumerate(lines):
        top = place * height + TOP
        marks += [*_axes(mondays, top), *_days(days, mondays, today, top)]
        marks += [
            _week(days, monday, today, href, LEFT + i * PITCH, top)
            for i, monday in enumerate(mondays)
        ]
    return drawing(
        *words,
        *marks,
        size=(width, height * len(lines)),
        class_="rhythm on-phone" if is_phone else "rhythm on-desk",
        has_links=True,
    )


def _axes(mondays: Sequence[date], top: float) -> list[Svg]:
    """Name the months where they begin, and two days of the week."""
    marks = [
        element("text", name, x=0, y=top + row * PITCH + 10, aria_hidden="true")
        for row, name in ((0, "Mon"), (4, "Fri"))
    ]
    for i, monday in enumerate(mondays):
        is_first = i == 0 or monday.month != mondays[i - 1].month
        if is_first and (i or monday.day <= 14) and i < len(mondays) - 1:
            name = f"{monday:%b}" if monday.month > 1 else f"{monday:%Y}"
            marks.append(element("text", name, x=LEFT + i * PITCH, y=top - 5, aria_hidden="true"))
    return marks


def _days(days: Days, mondays: Sequence[date], today: date, top: float) -> Iterable[Svg]:
    """Draw all days that are alike as one path: a dot each, as wide as its line."""
    alike: dict[str, list[str]] = {}
    for i, monday in enumerate(mondays):
        for row in range(7):
            day = monday + timedelta(days=row)
            if day > today:
                break
            x, y = LEFT + (i + 0.5) * PITCH, top + (row + 0.5) * PITCH
            dot = f"M{number(x)} {number(y)}h0"
            human, digital = days.get(day, (0, 0))
            alike.setdefault("day none", []).append(dot)
            if digital:
                alike.setdefault(f"day digital strength-{_strength(digital)}", []).append(dot)
            if human:
                alike.setdefault(f"day human strength-{_strength(human)}", []).append(dot)
    # Discs last: they lie on the squares of the same day.
    for name in sorted(alike, key=lambda name: (" human" in name, " digital" in name, name)):
        is_disc = " human" in name
        yield element(
            "path",
            class_=name,
            d="".join(alike[name]),
            stroke_linecap="round" if is_disc else "square",
            stroke_width=DISCS[int(name[-1]) - 1] if is_disc else PITCH - 3,
        )


def _strength(count: int) -> int:
    return sum(count >= least for least in STRENGTHS)


def _week(
    days: Days,
    monday: date,
    today: date,
    href: Callable[[date, date], str],
    x: float,
    top: float,
) -> Svg:
    sunday = min(monday + timedelta(days=6), today)
    counts = [days.get(monday + timedelta(days=row), (0, 0)) for row in range(7)]
    return linked(
        href(monday, sunday),
        element("title", f"Week of {monday.day} {monday:%B %Y}: {_said(counts)}"),
        element("rect", class_="quarter", x=x, y=top, width=PITCH, height=7 * PITCH),
        # The months below are the way for keys: fifty stops before the timeline are too many.
        tabindex="-1",
    )
