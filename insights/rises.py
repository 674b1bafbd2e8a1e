"""Whether most of a year's rise came after something happened: the rule.

Of a steady rise most comes after whatever happened in the first half of the year. So what came
after must be more than its time explains, in pace and beyond chance. Nothing here says that one
came of the other.
"""

import math
from dataclasses import dataclass

from insights.selectors.over_time import Week

LEAST_WEEKS = 4
"""Before and after: of less nobody can tell a pace."""

LEAST_CUSTOMERS = 10
"""With fewer a share says more about chance than about us."""

LEAST_RISE = 5
"""Customers: when fewer came, when they did says nothing."""

TIMES_AS_FAST = 2.0
"""A week after, against a week before."""

BEYOND_CHANCE = 2.0
"""Standard deviations from a steady rise, which chance exceeds once in forty."""


@dataclass(frozen=True, slots=True)
class Rise:
    """How far customers were a year ago, on the Monday after something happened, and at last."""

    year_ago: Week
    then: Week
    now: Week
    weeks_before: float
    weeks_after: float

    @property
    def in_all(self) -> int:
        """How many more are far than a year ago."""
        return self.now.far - self.year_ago.far

    @property
    def after(self) -> int:
        """How many of them more than on that Monday."""
        return self.now.far - self.then.far

    @property
    def is_mostly_after(self) -> bool:
        """Whether we are further than a year ago, and most of that came after, not by its time.

        Of 40 who came in a year, 13 in its last quarter are about its part, 30 are more:

        >>> def grew_to(then: int) -> Rise:
        ...     return Rise(Week(400, 20), Week(400, then), Week(400, 60), 39.0, 13.0)
        >>> grew_to(47).is_mostly_after, grew_to(30).is_mostly_after
        (False, True)
        """
        return (
            min(self.weeks_before, self.weeks_after) >= LEAST_WEEKS
            and self.year_ago.customers >= LEAST_CUSTOMERS
            and self.in_all >= LEAST_RISE
            and 2 * self.after > self.in_all
            # Of more customers more are far: that alone is no distance.
            and _is_further(self.now, self.year_ago)
            and _is_further(self.now, self.then)
            and self._is_faster
            and self._is_beyond_chance
        )

    @property
    def _is_faster(self) -> bool:
        before = self.in_all - self.after
        return self.after * self.weeks_before >= TIMES_AS_FAST * before * self.weeks_after

    @property
    def _is_beyond_chance(self) -> bool:
        """Whether more came after than if each had come on any day of the year."""
        share = self.weeks_after / (self.weeks_before + self.weeks_after)
        deviation = math.sqrt(self.in_all * share * (1 - share))
        return self.after > self.in_all * share + BEYOND_CHANCE * deviation


def _is_further(now: Week, before: Week) -> bool:
    """Whether a larger share is far."""
    return now.far * before.customers > before.far * now.customers
