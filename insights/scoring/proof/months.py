"""Each customer once a month: flagged or not, and what became of them."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from insights.scoring.proof.chance import Estimate, wilson
from insights.scoring.proof.cutoffs import mondays_in, months_of
from insights.scoring.proof.rollcall import RollCall


@dataclass(frozen=True, slots=True)
class Month:
    """What became of the customers of one month, flagged and not.

    Attributes
    ----------
    month : int
        Counted from January 1970.
    weeks : int
        Mondays of it that are cut-offs.
    is_whole : bool
        All of its Mondays are.
    flagged, flagged_silent, others, others_silent : int
        Customers.
    flagged_share, others_share : Estimate
        Share that went silent, with what chance allows.
    """

    month: int
    weeks: int
    is_whole: bool
    flagged: int
    flagged_silent: int
    others: int
    others_silent: int
    flagged_share: Estimate
    others_share: Estimate


@dataclass(frozen=True, slots=True)
class Cases:
    """One month's customers: as they stood when first flagged, else when first looked at.

    Attributes
    ----------
    month, weeks
        As for `Month`.
    call : RollCall
        One row a customer.
    is_flagged : bool[n]
        On the list in any week of the month.
    """

    month: int
    weeks: int
    call: RollCall
    is_flagged: NDArray[np.bool_]

    def counted(self) -> Month:
        """Count them."""
        flagged, silent = self.is_flagged, self.call.is_silent
        sizes = [int(rows.sum()) for rows in (flagged, ~flagged)]
        gone = [int((rows & silent).sum()) for rows in (flagged, ~flagged)]
        return Month(
            month=self.month,
            weeks=self.weeks,
            is_whole=self.weeks == mondays_in(self.month),
            flagged=sizes[0],
            flagged_silent=gone[0],
            others=sizes[1],
            others_silent=gone[1],
            flagged_share=wilson(gone[0], sizes[0]),
            others_share=wilson(gone[1], sizes[1]),
        )


class Calendar:
    """Gathers weeks into months, each given out as soon as the next begins."""

    def __init__(self) -> None:
        self._weeks: list[tuple[RollCall, NDArray[np.bool_]]] = []

    def __len__(self) -> int:
        """Count the weeks of the month under way."""
        return len(self._weeks)

    def see(self, call: RollCall, is_flagged: NDArray[np.bool_]) -> Iterator[Cases]:
        """Take a week's roll call, not empty, of customers in touch; yield a month it ends."""
        if self._weeks and months_of(self._weeks[-1][0].cut[:1]) != months_of(call.cut[:1]):
            yield self.rest()
        self._weeks.append((call, is_flagged))

    def rest(self) -> Cases:
        """Give out the month under way."""
        call = RollCall.joined(week for week, _ in self._weeks)
        is_flagged = np.concatenate([rows for _, rows in self._weeks])
        # Weeks stand in order: with the flagged on top, the first row of each customer is it.
        order = np.argsort(~is_flagged, kind="stable")
        first = np.zeros(len(call), dtype=np.bool_)
        first[order[np.unique(call.place[order], return_index=True)[1]]] = True
        weeks, self._weeks = len(self._weeks), []
        month = int(months_of(call.cut[:1])[0])
        return Cases(month, weeks, call.only(first), is_flagged[first])
