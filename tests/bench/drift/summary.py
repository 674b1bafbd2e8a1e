"""From what was measured at each cut-off to one number for each rival, with its interval."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tests.bench.drift.measures import MEASURES
from tests.bench.drift.rhythm import Numbers
from tests.bench.drift.rivals import RIVALS
from tests.bench.drift.study import Study

TWO_SIDED_95 = 1.96
OURS = max(number for number, rival in enumerate(RIVALS) if rival.is_ours)
"""Hearth as it runs: the last of its rows."""

PEERS = [number for number, rival in enumerate(RIVALS) if not rival.is_ours]


@dataclass(frozen=True, slots=True)
class Means:
    """Means over a log's cut-offs, or over logs.

    Attributes
    ----------
    points : f8[rivals, groups, measures]
        As measured.
    draws : f8[rivals, groups, measures, draws]
        The same means of each draw.
    """

    points: Numbers
    draws: Numbers

    @property
    def margins(self) -> Numbers:
        """Half the width of a 95 % interval, f8[rivals, groups, measures]."""
        return TWO_SIDED_95 * np.nanstd(self.draws, axis=-1)

    def best_peer(self, group: int, measure: int) -> int:
        """Choose the best single peer, in hindsight."""
        sign = 1.0 if MEASURES[measure].is_more_better else -1.0
        return PEERS[int(np.nanargmax(sign * self.points[PEERS, group, measure]))]

    def lead(self, group: int, measure: int, peer: int) -> tuple[float, float]:
        """Say by how much Hearth is better than a peer (worse below 0), and the margin of that."""
        sign = 1.0 if MEASURES[measure].is_more_better else -1.0
        ours, theirs = (self.points[number, group, measure] for number in (OURS, peer))
        drawn = self.draws[OURS, group, measure] - self.draws[peer, group, measure]
        return sign * float(ours - theirs), TWO_SIDED_95 * float(np.nanstd(drawn))


def of_log(study: Study) -> Means:
    """Average over the cut-offs of a log."""
    points = np.nanmean([compared.points for compared in study.compared], axis=0)
    return Means(points, np.nanmean([compared.draws for compared in study.compared], axis=0))


def over_logs(means: Sequence[Means]) -> Means:
    """Average over logs, each of equal weight."""
    points = np.nanmean([one.points for one in means], axis=0)
    return Means(points, np.nanmean([one.draws for one in means], axis=0))


def alerts_of(study: Study) -> Numbers:
    """Give precision and lead over all alerts of a log, f8[rivals, 2]."""
    alerted = np.array(study.alerted)
    flags = alerted[:, :, 2:]
    return np.nansum(alerted[:, :, :2] * flags, axis=0) / flags.sum(axis=0)


def begun_of(study: Study) -> Numbers:
    """Average the AUC learnt from a few customers over a log's cut-offs, f8[rivals, seeds]."""
    return np.nanmean(study.begun, axis=0)
