"""Where a customer stood on a Monday and stands now, as one number that an index can find."""

from collections.abc import Iterable
from datetime import date
from itertools import product

from insights.mondays import week_of

BACK = (3, 4, 51, 52)
"""How many weeks before the last Monday of a reading those are that pages compare with.

The Monday nearest to four weeks ago is four weeks before the last one, from Friday on three; and
until the night has read somebody, their last Monday is the one before.
"""

BANDS = 6


def move_codes(monday: date, was: Iterable[int], now: Iterable[int]) -> list[int]:
    """Return the codes of all moves from some bands on a Monday to some of now.

    >>> move_codes(date(1970, 1, 12), [1], [4, 5])
    [46, 47]
    """
    first = week_of(monday) * BANDS**2
    return [first + then * BANDS + band for then, band in product(was, now)]


def parts_of(code: int) -> tuple[int, int, int]:
    """Return the week of a code, as `week_of` has it, the band then and the band of now.

    >>> parts_of(46)
    (1, 1, 4)
    """
    week, bands = divmod(code, BANDS**2)
    return week, *divmod(bands, BANDS)
