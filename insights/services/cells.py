"""Sums of what is added to totals, as columns of one array."""

from collections.abc import Hashable, Iterable, Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from insights.models import EVERY_TEAM

Group = TypeVar("Group", bound=Hashable)
Cells = NDArray[np.void]
"""What is added to totals: whole numbers that say to which, and amounts."""

Addition = tuple[str, list[list[Any]]]
"""A statement that adds to totals, and its columns."""


def summed(pieces: Sequence[Cells], keys: Sequence[str], amounts: Sequence[str]) -> Cells:
    """Sum up what is added to one total, in the order of keys; what comes to nothing is left out.

    >>> cell = np.dtype([("week", "i8"), ("customers", "i8")])
    >>> piece = np.array([(7, 1), (3, 1), (7, 1), (3, -1)], cell)
    >>> summed([piece], ["week"], ["customers"]).tolist()
    [(7, 2)]
    """
    cells = np.concatenate(pieces)
    # One number for each total, which sorts many times faster than several.
    place = np.zeros(len(cells), np.int64)
    for name in keys:
        column = cells[name] - cells[name].min(initial=0)
        place = place * (int(column.max(initial=0)) + 1) + column
    _, first, place = np.unique(place, return_index=True, return_inverse=True)
    sums = cells[first]
    for name in amounts:
        total = np.zeros(len(first), np.int64)
        np.add.at(total, place, cells[name])
        sums[name] = total
    return sums[np.any([sums[name] != 0 for name in amounts], axis=0)]


def with_every_team(
    cells: Cells, groups: dict[Any, int], keys: Sequence[str], amounts: Sequence[str]
) -> Cells:
    """Return sums, and beside those of teams the sums of all teams together.

    `groups` are what each "group" of the cells stands for, the team first; they get new ones.
    """
    of_all = [(EVERY_TEAM, *rest) for _, *rest in groups]
    together = cells.copy()
    together["group"] = numbered(of_all, groups)[cells["group"]]
    return summed([cells, together], keys, amounts)


def numbered(groups: Iterable[Group], numbers: dict[Group, int]) -> NDArray[np.int64]:
    """Return the number of each group; one that is new gets the next."""
    return np.array([numbers.setdefault(one, len(numbers)) for one in groups], np.int64)


def named(numbers: NDArray[np.int64], groups: Iterable[tuple[Any, ...]]) -> list[list[Any]]:
    """Return the groups that these numbers stand for, as columns: the reverse of `numbered`."""
    known = list(groups)
    columns = zip(*(known[number] for number in numbers.tolist()), strict=True)
    return [list(column) for column in columns]


def blank(names: Sequence[str], number: int, /, **columns: Any) -> Cells:
    """Return so many cells with these columns filled in, and zero elsewhere."""
    cells = np.zeros(number, np.dtype([(name, "i8") for name in names]))
    for name, column in columns.items():
        cells[name] = column
    return cells
