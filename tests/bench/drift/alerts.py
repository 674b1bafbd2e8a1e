"""Weekly alerts to the top 5 %: how many of them were right, and how early they came.

In each week of the horizon before a cut-off, the twentieth with the highest probability is
flagged among the customers with a rhythm (at least four active days) whose silence is not evident
yet (shorter than a horizon) and who were not flagged before. A flag is right when the customer is
silent for a whole horizon from that week on. Its lead is the share of the horizon that had not
passed since the last event: silence of a whole horizon is what anybody can see.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from tests.bench.drift.earlier import SHORTEST_STEP
from tests.bench.drift.logs import History, Log
from tests.bench.drift.rhythm import Numbers, Rhythm
from tests.bench.drift.rival import Rival, teach
from tests.bench.drift.rivals import rivals

WEEK = 7.0
BUDGET = 0.05
RHYTHM_DAYS = 4


def alerts(log: Log, cut: float) -> Numbers:
    """Give precision, lead and number of flags of each rival, f8[rivals, 3]."""
    return np.array([_alerts_of(rival, log, cut) for rival in rivals(log.prior)])


def _alerts_of(rival: Rival, log: Log, cut: float) -> tuple[float, float, float]:
    """Flag week by week, learning anew every third of a horizon."""
    flagged: NDArray[np.int64] = np.zeros(0, dtype=np.int64)
    right, lead, taught_at, said = [], [], -np.inf, None
    for week in _weeks(log, cut):
        known = log.history.before(week)
        if week - taught_at >= max(SHORTEST_STEP, log.horizon / 3.0):
            taught_at, said = week, teach(rival, known, week, log.horizon)
        rows = _flag(known, week, log.horizon, flagged, said(known, week).score)
        chosen = known.customers[rows]
        flagged = np.append(flagged, chosen)
        right.append(log.history.silent(chosen, week, week + log.horizon))
        lead.append(1.0 - (week - Rhythm.of(known).last_at[rows]) / log.horizon)
    if not len(flagged):
        return np.nan, np.nan, 0.0
    return float(np.concatenate(right).mean()), float(np.concatenate(lead).mean()), len(flagged)


def _weeks(log: Log, cut: float) -> Iterator[float]:
    """Count the weeks up to a cut-off, from half a horizon of history on."""
    first = max(cut - log.horizon, log.history.start + log.horizon / 2.0)
    number = int((cut - first) // WEEK)
    return iter(cut - WEEK * np.arange(number, -1, -1))


def _flag(
    known: History, week: float, horizon: float, flagged: NDArray[np.int64], score: Numbers
) -> NDArray[np.int64]:
    """Choose this week's rows."""
    rhythm = Rhythm.of(known)
    may_be = (rhythm.days >= RHYTHM_DAYS) & (week - rhythm.last_at < horizon)
    budget = int(np.ceil(BUDGET * may_be.sum()))
    rows = np.flatnonzero(may_be & ~np.isin(known.customers, flagged))
    return rows[np.argsort(-score[rows], kind="stable")[:budget]]
