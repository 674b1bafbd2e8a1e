"""Warmth: what has been built up (SCORING.md, section 1)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from insights.scoring.decay import Sums, saturated
from insights.scoring.policy import Policy

Column = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Warmth:
    """Warmth and what it is made of, f8[n] each.

    Attributes
    ----------
    score
        0 to 100.
    if_mended
        What the score would be if nothing hurt openly.
    connection, care, served, noise
        0 to 1.
    """

    score: Column
    if_mended: Column
    connection: Column
    care: Column
    served: Column
    noise: Column


def connection_of(sums: Sums, policy: Policy) -> Column:
    """Work out connection, 0 to 1: one-way attention is no relationship, it takes two.

    Parameters
    ----------
    sums : Sums
        Of n customers.
    policy : Policy
        Weights and saturation.

    Returns
    -------
    f8[n]
        `sat(C / 15)` with `C = M + 2 min(I, O) + 0.5 max(I - O, 0) + 0.1 max(O - I, 0)`.

    Examples
    --------
    >>> none = np.zeros(2)
    >>> both = np.array([6.0, 0.0])
    >>> sums = Sums(none, both, np.array([6.0, 12.0]), none, none, none, none, none)
    >>> connection_of(sums, Policy()).round(3).tolist()  # C is 12 and 1.2
    [0.551, 0.077]
    """
    unanswered = sums.inbound - sums.outbound
    points = (
        sums.mutual
        + policy.both_ways_weight * np.minimum(sums.inbound, sums.outbound)
        + policy.inbound_only_weight * np.maximum(unanswered, 0.0)
        + policy.outbound_only_weight * np.maximum(-unanswered, 0.0)
    )
    return saturated(points / policy.connection_saturation)


def noise_of(sums: Sums, policy: Policy) -> Column:
    """Noise, 0 to 1: broadcasts beyond what the customer's own words call for.

    Parameters
    ----------
    sums : Sums
        Of n customers.
    policy : Policy
        Tolerance and saturation.

    Returns
    -------
    f8[n]
        `sat(max(0, B / (1 + I') - 2) / 6)`.

    Examples
    --------
    >>> none = np.zeros(1)
    >>> sums = Sums(none, none, none, none, none, none, np.array([8.0]), none)
    >>> noise_of(sums, Policy()).round(4).tolist()
    [0.6321]
    """
    ratio = sums.broadcast / (1.0 + sums.heard)
    return saturated(np.maximum(ratio - policy.noise_tolerated, 0.0) / policy.noise_saturation)


def warmth_of(sums: Sums, policy: Policy, hurt_open: Column | float = 0.0) -> Warmth:
    """Warmth from decayed sums; from the slow twins it is the customer's baseline.

    Parameters
    ----------
    sums : Sums
        Of n customers.
    policy : Policy
        Weights and scales.
    hurt_open : f8[n] or float
        Of open loops, in severities.

    Returns
    -------
    Warmth
        The score and its parts.

    Examples
    --------
    >>> none = np.zeros(1)
    >>> sums = Sums(np.array([15.0]), none, none, none, none, none, none, none)
    >>> warmth_of(sums, Policy()).score.round(2).tolist()  # 100 (0.30 + 0.45) sat(1)
    [47.41]
    """
    connection = connection_of(sums, policy)
    care = saturated(sums.care / policy.care_saturation)
    served = saturated(sums.served / policy.served_saturation)
    noise = noise_of(sums, policy)
    # Someone met in person needs no web visits to be served.
    built = (
        policy.served_weight * np.maximum(served, connection)
        + policy.connection_weight * connection
        + policy.care_weight * care
    )
    kept = np.exp(-sums.hurt / policy.hurt_scale) * (1.0 - policy.noise_weight * noise)
    if_mended = 100.0 * built * kept
    score = if_mended * np.exp(-hurt_open / policy.hurt_scale)
    return Warmth(score, if_mended, connection, care, served, noise)
