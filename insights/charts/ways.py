"""What is drawn over the map of doors and windows: ways over a year, and a chosen part."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from insights.charts.svg import Svg, element, linked, text_width
from insights.region import Region

LEAST_WAY = 1.5
"""Points of doors and windows together under which no arrow is drawn: it has no length."""

NAME_AT_MOST = 22
LINE = 15.0
"""Height of a name, in pixels."""

DESK, PHONE = 525.0, 290.0
"""Pixels of the side of the map, by which names are placed so that none covers another.

It is nowhere smaller: on a desk, in a file (`standalone.PLANE`) and on paper (the stylesheet).
"""

BESIDE = 28.0
"""Pixels right of the map that a name may use; on its other sides stand other words."""

HEAD = "way-head"


@dataclass(frozen=True)
class Arrow:
    """One customer's way over the map, from where they stood to where they stand."""

    label: str
    doors: tuple[float, float]
    windows: tuple[float, float]
    href: str = ""

    @property
    def words(self) -> str:
        """The way in words."""
        (doors_then, doors), (windows_then, windows) = self.doors, self.windows
        return (
            f"{self.label}, over a year: doors {doors_then:.0f} to {doors:.0f}, "
            f"windows {windows_then:.0f} to {windows:.0f}"
        )

    @property
    def has_moved(self) -> bool:
        """Whether there is anything to draw between then and now."""
        (doors_then, doors), (windows_then, windows) = self.doors, self.windows
        return abs(doors - doors_then) + abs(windows - windows_then) >= LEAST_WAY


_Point = tuple[float, float]


@dataclass(frozen=True)
class _Box:
    left: float
    top: float
    right: float
    bottom: float

    def covers(self, other: "_Box") -> bool:
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )

    def is_within(self, side: float) -> bool:
        return (
            self.left >= 0 and self.top >= 0 and self.right <= side + BESIDE and self.bottom <= side
        )

    def is_crossed_by(self, start: _Point, end: _Point) -> bool:
        """Whether a line is within left and right while it is within top and bottom."""
        begins, ends = 0.0, 1.0
        for low, high, here, there in (
            (self.left, self.right, start[0], end[0]),
            (self.top, self.bottom, start[1], end[1]),
        ):
            if here == there:
                if not low < here < high:
                    return False
                continue
            enters, leaves = sorted(((low - here) / (there - here), (high - here) / (there - here)))
            begins, ends = max(begins, enters), min(ends, leaves)
        return begins < ends


def arrows(ways: Sequence[Arrow]) -> list[Svg]:
    """Draw ways, each named where its name covers no other; the first has the first choice.

    A name stands beside all lines where it can, and interrupts one where it cannot.

    A name that fits on a desk and not on a phone has the class `wide`.
    """
    if not ways:
        return []
    # Names come last, so that no line crosses them.
    return [_head(), *map(_arrow, ways), *_names(ways)]


def chosen(region: Region) -> Svg:
    """Draw the frame of a chosen part of the map."""
    return element(
        "rect",
        class_="chosen",
        x=f"{region.windows_from}%",
        y=f"{100 - region.doors_to}%",
        width=f"{region.windows_to - region.windows_from}%",
        height=f"{region.doors_to - region.doors_from}%",
    )


def _head() -> Svg:
    return element(
        "defs",
        element(
            "marker",
            element("path", d="M0 0 8 4 0 8Z", class_="way-tip"),
            id=HEAD, viewBox="0 0 8 8", refX="7", refY="4", markerWidth="9", markerHeight="9",
            markerUnits="userSpaceOnUse", orient="auto",
        ),
    )  # fmt: skip


def _arrow(way: Arrow) -> Svg:
    (y1, y2), (x1, x2) = way.doors, way.windows
    line = {
        "x1": f"{x1:.1f}%", "x2": f"{x2:.1f}%", "y1": f"{100 - y1:.1f}%", "y2": f"{100 - y2:.1f}%",
    }  # fmt: skip
    drawn = [
        element("line", class_="way-edge", **line),
        element("circle", class_="way-start", cx=line["x1"], cy=line["y1"], r=2.5),
        element("line", class_="way-line", marker_end=f"url(#{HEAD})", **line),
    ]
    here = element("circle", class_="way-here", cx=line["x2"], cy=line["y2"], r=3.5)
    marks = drawn if way.has_moved else [here]
    return linked(way.href, element("title", way.words), *marks, class_="way", tabindex="-1")


def _names(ways: Sequence[Arrow]) -> Iterator[Svg]:
    """Write names at the ends of their ways, those for which there is room."""
    on_desk, on_phone = _Room(ways, DESK), _Room(ways, PHONE)
    for way in ways:
        text = _shortened(way.label)
        place = on_desk.place_for(way, text)
        if place is not None:
            on_desk.take(way, text, place)
            is_wide = not on_phone.has(way, text, place)
            if not is_wide:
                on_phone.take(way, text, place)
            yield _name(way, text, place, is_wide=is_wide)


@dataclass(frozen=True)
class _Beside:
    """Where a name stands beside the end of its way, in pixels."""

    style: str
    dx: float
    dy: float


_PLACES = (
    _Beside("start", 8, 4),
    _Beside("end", -8, 4),
    _Beside("middle", 0, -9),
    _Beside("middle", 0, 18),
)


def _name(way: Arrow, text: str, place: _Beside, *, is_wide: bool) -> Svg:
    return element(
        "text",
        text,
        class_=f"way-name {place.style}{' wide' if is_wide else ''}",
        x=f"{way.windows[1]:.1f}%",
        y=f"{100 - way.doors[1]:.1f}%",
        dx=place.dx,
        dy=place.dy,
        aria_hidden="true",
    )


class _Room:
    """What is taken of a map of so many pixels: the ends of ways, and the names so far."""

    def __init__(self, ways: Sequence[Arrow], side: float) -> None:
        self._side = side
        self._ends = {way: self._around(way) for way in ways}
        self._names: list[_Box] = []

    def place_for(self, way: Arrow, text: str) -> _Beside | None:
        """Return where a name can stand, beside all lines if it can."""
        free = (place for place in _PLACES if self.has(way, text, place))
        return min(free, key=lambda place: self._is_crossed(way, text, place), default=None)

    def has(self, way: Arrow, text: str, place: _Beside) -> bool:
        """Whether there is room for a name there: it covers no other, and nobody else's end."""
        box = self._box(way, text, place)
        others = (end for one, end in self._ends.items() if one is not way)
        return box.is_within(self._side) and not any(
            box.covers(one) for one in (*others, *self._names)
        )

    def _is_crossed(self, way: Arrow, text: str, place: _Beside) -> bool:
        box = self._box(way, text, place)
        return any(box.is_crossed_by(self._at(one, 0), self._at(one, 1)) for one in self._ends)

    def take(self, way: Arrow, text: str, place: _Beside) -> None:
        """Keep the room of a name from those that follow."""
        self._names.append(self._box(way, text, place))

    def _at(self, way: Arrow, when: int) -> _Point:
        """Return where a way begins (0) and where it ends (1)."""
        return way.windows[when] / 100 * self._side, (100 - way.doors[when]) / 100 * self._side

    def _around(self, way: Arrow) -> _Box:
        x, y = self._at(way, 1)
        return _Box(x - 4, y - 4, x + 4, y + 4)

    def _box(self, way: Arrow, text: str, place: _Beside) -> _Box:
        x, y = self._at(way, 1)
        width = text_width(text, is_strong=True)
        left = x + place.dx - {"start": 0.0, "middle": width / 2, "end": width}[place.style]
        return _Box(left, y + place.dy - LINE + 4, left + width, y + place.dy + 4)


def _shortened(name: str) -> str:
    """Shorten a name that is too long to stand in a drawing.

    >>> _shortened("Gemeinschaftspraxis am Volkspark")
    'Gemeinschaftspraxis a…'
    """
    return name if len(name) <= NAME_AT_MOST else f"{name[: NAME_AT_MOST - 1].rstrip()}…"
