"""Proof: the score held against what happened, with only what was known then (section 6).

Roll calls at past Mondays (`rollcall`) are watched for what weekly warnings would have been worth
(`alerts`), gathered by month so that each customer counts once in it (`months`), and measured
(`measures`). Pure: touchpoints in, numbers and cases out.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from insights.scoring.policy import Policy
from insights.scoring.proof.alerts import Warned, Watch, flagged
from insights.scoring.proof.chance import Estimate
from insights.scoring.proof.cutoffs import cut_offs, days_missing, longest_horizon, months_of
from insights.scoring.proof.histories import first_activity, joined
from insights.scoring.proof.measures import (
    Kind,
    Rival,
    Tenth,
    is_enough,
    kinds_of_customer,
    rivals_of,
    tenths_of,
)
from insights.scoring.proof.months import Calendar, Cases, Month
from insights.scoring.proof.rollcall import SCORES, Group, RollCall, in_touch, roll_calls
from insights.scoring.silence import Silence

__all__ = [
    "Cases",
    "Estimate",
    "Evidence",
    "Group",
    "Kind",
    "Month",
    "Numbers",
    "Rival",
    "Tenth",
    "Warned",
    "cut_offs",
    "days_missing",
    "first_activity",
    "flagged",
    "in_touch",
    "joined",
    "longest_horizon",
    "prove",
]


@dataclass(frozen=True, slots=True)
class Numbers:
    """What the proof page shows; no customer can be told from it.

    Attributes
    ----------
    first_cut, last_cut : float
        Days since 1970 UTC.
    weeks : int
        Cut-offs.
    months : list of Month
        Oldest first.
    kinds : list of Kind
        Those in touch first.
    rivals : list of Rival
        Hearth first; empty when there are too few cases.
    warned : dict of Warned
        By score.
    tenths : list of Tenth
        Lowest first; empty when there are too few cases.
    """

    first_cut: float
    last_cut: float
    weeks: int
    months: list[Month]
    kinds: list[Kind]
    rivals: list[Rival]
    warned: dict[str, Warned]
    tenths: list[Tenth]


@dataclass(frozen=True, slots=True)
class Evidence:
    """The numbers, and the customers behind them."""

    numbers: Numbers
    cases: list[Cases]


def prove(
    groups: Sequence[Group],
    policy: Policy,
    cuts: NDArray[np.float64],
    budget: float,
    segments: NDArray[np.int64],
    silence_at: Callable[[float], Silence],
    progress: Callable[[float], None],
) -> Evidence:
    """Hold the score against what happened after each cut-off.

    Parameters
    ----------
    groups, policy, silence_at
        As for `roll_calls`.
    cuts : f8[c]
        As `cut_offs` gives them, at least one.
    budget : float
        Share of the customers in touch that we may warn of in a week, 0 to 1.
    segments : i8[everyone]
        0 for none.
    progress : callable
        Told what share is done, rising to 1.

    Returns
    -------
    Evidence
        Each month is measured at its first cut-off; warnings are counted at all.

    Raises
    ------
    ValueError
        As for `roll_calls`.
    """
    watch, calendar = Watch(budget, policy.horizon_days), Calendar()
    cases: list[Cases] = []
    firsts: list[RollCall] = []
    is_first = np.diff(months_of(cuts), prepend=-1) != 0
    calls = roll_calls(groups, policy, cuts.tolist(), silence_at, set(cuts[is_first].tolist()))
    for number, call in enumerate(calls):
        in_touch = call.only(call.is_in_touch)
        if len(in_touch):
            cases += calendar.see(in_touch, watch.see(in_touch))
        if is_first[number]:
            firsts.append(call)
        progress((number + 1) / len(cuts))
    if len(calendar):
        cases.append(calendar.rest())
    return Evidence(_numbers(cuts, RollCall.joined(firsts), segments, watch, cases), cases)


def _numbers(
    cuts: NDArray[np.float64],
    call: RollCall,
    segments: NDArray[np.int64],
    watch: Watch,
    cases: Sequence[Cases],
) -> Numbers:
    in_touch = call.only(call.is_in_touch)
    can_measure = is_enough(in_touch.is_silent)
    return Numbers(
        first_cut=float(cuts[0]),
        last_cut=float(cuts[-1]),
        weeks=len(cuts),
        months=[month.counted() for month in cases],
        kinds=list(kinds_of_customer(call, segments)),
        rivals=list(rivals_of(in_touch)) if can_measure else [],
        warned={name: watch.outcome(name) for name in SCORES},
        tenths=tenths_of(in_touch) if can_measure else [],
    )
