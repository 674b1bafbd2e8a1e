"""Which doors closed, and which windows opened at the same time: the rules.

A door is a way of meeting people, a window a way of seeing what they do on screens. Counts of the
same months in two years are compared, so seasons say nothing; what chance alone would do is left
out. Nothing here says that one came of the other.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

LEAST_BEFORE = 12
"""Touchpoints a quarter, four a month: fewer were no door that anybody used."""

LEAST_FALL = 0.25
"""Of the touchpoints before: less is no closing door."""

BEYOND_CHANCE = 2.0
"""Standard deviations of a difference of two counts, which chance exceeds once in twenty."""

DOORS_TOLD = 5
OTHERS_TOLD = 3


@dataclass(frozen=True, slots=True)
class Flow:
    """How often one kind of touchpoint happened before and now, in as many months."""

    name: str
    before: int
    now: int
    is_door: bool

    @property
    def growth(self) -> int:
        """How many more there are now; negative when they are fewer."""
        return self.now - self.before

    @property
    def is_beyond_chance(self) -> bool:
        """Whether the counts differ more than chance makes them, by their root as Poisson says.

        >>> Flow("visits", 100, 80, True).is_beyond_chance
        False
        >>> Flow("visits", 100, 60, True).is_beyond_chance
        True
        """
        return abs(self.growth) > BEYOND_CHANCE * math.sqrt(self.before + self.now)


@dataclass(frozen=True, slots=True)
class Comparison:
    """The same months of two years: their first days, and what happened in each."""

    before: Sequence[date]
    now: Sequence[date]
    flows: Sequence[Flow]

    @property
    def lost_doors(self) -> list[Flow]:
        """Return the doors that closed, what fell most first."""
        lost = [
            flow
            for flow in self.flows
            if flow.is_door
            and flow.before >= LEAST_BEFORE
            and -flow.growth >= LEAST_FALL * flow.before
            and flow.is_beyond_chance
        ]
        return sorted(lost, key=lambda flow: (flow.growth, flow.name))[:DOORS_TOLD]

    @property
    def opened_windows(self) -> list[Flow]:
        """Return the windows that opened at the same time, what grew most first."""
        return self._grown(is_door=False)

    @property
    def opened_doors(self) -> list[Flow]:
        """Return other ways of meeting people that grew at the same time."""
        return self._grown(is_door=True)

    def _grown(self, *, is_door: bool) -> list[Flow]:
        grown = [
            flow
            for flow in self.flows
            if flow.is_door is is_door and flow.growth > 0 and flow.is_beyond_chance
        ]
        return sorted(grown, key=lambda flow: (-flow.growth, flow.name))[:OTHERS_TOLD]
