"""The part of the policy the fold needs, as plain numbers its loop can read."""

from typing import NamedTuple

from insights.scoring.policy import Policy
from insights.scoring.state import BLOCKS


class Rules(NamedTuple):
    """Numbers of the policy, in days, for the compiled loop (which knows no dataclasses)."""

    half_lives: tuple[float, ...]
    sentiment_weight: float
    both_ways: float
    inbound_only: float
    outbound_only: float
    connection_saturation: float
    promise_kept: float
    promise_early: float
    early_days: float
    question: float
    problem: float
    impatience_person: float
    impatience_screen: float
    forgives: float
    mended_share: float
    mending_days: float
    feedback_windows: float
    busy_lately: float
    busy_long: float
    gap_memory: float


def rules_of(policy: Policy) -> Rules:
    """Take from the policy what the loop needs.

    Parameters
    ----------
    policy : Policy
        Any.

    Returns
    -------
    Rules
        `half_lives` has one entry for each block of decayed sums in the state.

    Examples
    --------
    >>> rules_of(Policy()).half_lives
    (90.0, 120.0, 45.0, 60.0, 30.0, 45.0, 365.0)
    """
    return Rules(
        half_lives=tuple(getattr(policy, f"{name}_half_life") for name, _ in BLOCKS),
        sentiment_weight=policy.sentiment_weight,
        both_ways=policy.both_ways_weight,
        inbound_only=policy.inbound_only_weight,
        outbound_only=policy.outbound_only_weight,
        connection_saturation=policy.connection_saturation,
        promise_kept=policy.promise_kept_care,
        promise_early=policy.promise_early_care,
        early_days=policy.early_days,
        question=policy.question_care,
        problem=policy.problem_care,
        impatience_person=policy.impatience_person,
        impatience_screen=policy.impatience_screen,
        forgives=policy.goodwill_forgives,
        mended_share=policy.mended_share,
        mending_days=policy.mending_days,
        feedback_windows=policy.feedback_windows,
        busy_lately=policy.horizon_days * policy.busy_lately_horizons,
        busy_long=policy.horizon_days * policy.busy_long_horizons,
        gap_memory=policy.gap_memory,
    )
