"""What Hearth is measured against, a file for each family.

Every rival learns from a history and then judges customers at a moment; it is never handed
anything from that moment on.
"""

from insights.scoring import Silence
from tests.bench.drift.rival import Rival
from tests.bench.drift.rivals import buy_till_you_die as btyd
from tests.bench.drift.rivals.boosting import boosting
from tests.bench.drift.rivals.cox import cox
from tests.bench.drift.rivals.decay import decay
from tests.bench.drift.rivals.hearth import prior_only, refitted
from tests.bench.drift.rivals.rfm import rfm
from tests.bench.drift.rivals.simple import days_since_last, over_own_gap

PEERS = (
    Rival(
        "Days since last",
        "days since the last event",
        days_since_last,
        is_ranking=True,
    ),
    Rival(
        "Days over own gap",
        "days since the last event over the customer's mean gap between active days",
        over_own_gap,
        is_ranking=True,
    ),
    Rival(
        "RFM",
        "mean rank of recency, number of active days and, where the log has it, total value",
        rfm,
        is_ranking=True,
    ),
    Rival(
        "Decay, 30 days",
        "active days, each counting half as much with every 30 days passed",
        decay(30.0),
        is_ranking=True,
    ),
    Rival(
        "Decay, 90 days",
        "the same with 90 days",
        decay(90.0),
        is_ranking=True,
    ),
    Rival(
        "BG/NBD, not alive",
        "one less the probability of being alive under BG/NBD, which takes who came once to be "
        "alive for certain",
        btyd.not_alive,
        is_ranking=True,
    ),
    Rival(
        "BG/NBD, no event",
        "probability of no event in the horizon under BG/NBD",
        btyd.no_event(btyd.bg_nbd),
    ),
    Rival(
        "MBG/NBD, no event",
        "the same under MBG/NBD, where one may leave after the first event too",
        btyd.no_event(btyd.mbg_nbd),
    ),
    Rival(
        "Pareto/NBD, no event",
        "the same under Pareto/NBD, where one may leave at any time",
        btyd.no_event(btyd.pareto_nbd),
    ),
    Rival(
        "Cox",
        "Cox model of the gaps between active days: number so far, mean and last gap, age",
        cox,
    ),
    Rival(
        "Boosting",
        "gradient boosted trees on some thirty features of dates and value, trained on up to six "
        "earlier cut-offs of the same log",
        boosting,
    ),
)


def rivals(prior: Silence) -> tuple[Rival, ...]:
    """Give the peers, then Hearth from a prior: without a refit, and with one."""
    start = Rival(
        "Hearth, prior only",
        "the score with the coefficients it starts from",
        prior_only(prior),
        is_ours=True,
    )
    refit = Rival(
        "Hearth, refitted",
        "the score with coefficients learnt from the log's own past, leaning on those",
        refitted(prior),
        is_ours=True,
    )
    return (*PEERS, start, refit)


RIVALS = rivals(Silence.prior())
"""All of them from the shipped prior: for their names and their order."""
