"""Parts of the map of doors and windows: its squares, and rectangles made of them."""

from collections.abc import Iterator
from dataclasses import dataclass

SQUARE = 5
"""Points of doors and of windows that one square of the map spans."""

SIDE = 100 // SQUARE
"""Squares along each side of the map."""

SPLIT = 40
"""Doors or windows from this on are open: SCORING, section 4."""


@dataclass(frozen=True, slots=True)
class Region:
    """A rectangle on the map, in points; its ends are multiples of `SQUARE`.

    It holds whoever has at least what it begins with and less than what it ends with; 100 is
    part of what ends there.
    """

    doors_from: int = 0
    doors_to: int = 100
    windows_from: int = 0
    windows_to: int = 100

    @property
    def is_everywhere(self) -> bool:
        """Whether it leaves nobody out."""
        return self == EVERYWHERE

    def within(self, other: "Region") -> "Region":
        """Return what it and another have in common.

        >>> Region(doors_to=60).within(Region(doors_from=40))
        Region(doors_from=40, doors_to=60, windows_from=0, windows_to=100)
        """
        return Region(
            max(self.doors_from, other.doors_from),
            min(self.doors_to, other.doors_to),
            max(self.windows_from, other.windows_from),
            min(self.windows_to, other.windows_to),
        )

    def holds(self, doors: int, windows: int) -> bool:
        """Whether the square that begins there is part of it."""
        return (
            self.doors_from <= doors < self.doors_to
            and self.windows_from <= windows < self.windows_to
        )

    def places(self) -> list[int]:
        """Return the numbers of its squares: row by row from no doors up, each from no windows on.

        >>> Region(90, 100, 0, 10).places()
        [360, 361, 380, 381]
        """
        return [
            row * SIDE + column
            for row in range(self.doors_from // SQUARE, self.doors_to // SQUARE)
            for column in range(self.windows_from // SQUARE, self.windows_to // SQUARE)
        ]

    def pairs(self) -> Iterator[tuple[str, str]]:
        """Yield what says it in an address; what leaves nobody out goes without saying."""
        for name in ENDS:
            if getattr(self, name) != getattr(EVERYWHERE, name):
                yield name, str(getattr(self, name))


ENDS = ("doors_from", "doors_to", "windows_from", "windows_to")
EVERYWHERE = Region()
QUARTERS = {
    "open_house": Region(doors_from=SPLIT, windows_from=SPLIT),
    "handshake_only": Region(doors_from=SPLIT, windows_to=SPLIT),
    "through_the_glass": Region(doors_to=SPLIT, windows_from=SPLIT),
    "walled_off": Region(doors_to=SPLIT, windows_to=SPLIT),
}


def corner_of(place: int) -> tuple[int, int]:
    """Return the doors and windows that a square begins with.

    >>> corner_of(361)
    (90, 5)
    """
    row, column = divmod(place, SIDE)
    return row * SQUARE, column * SQUARE
