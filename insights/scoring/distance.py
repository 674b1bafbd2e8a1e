"""Distance: how far the customer is now, and the parts it is made of (SCORING.md, section 3)."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from insights.scoring.decay import saturated
from insights.scoring.policy import Policy

Column = NDArray[np.float64]


class Parts(NamedTuple):
    """Points of distance, f8[n] each, that add up to it."""

    presence: Column
    cooling: Column
    wall: Column
    unhealed: Column


def cooling_of(warmth: Column, baseline: Column, policy: Policy) -> Column:
    """Share of the customer's usual warmth that is gone.

    Returns
    -------
    f8[n]
        `clip((baseline - warmth)/max(baseline, 10), 0, 1)`.

    Examples
    --------
    >>> cooling_of(np.array([29.0, 60.0]), np.array([58.0, 58.0]), Policy()).tolist()
    [0.5, 0.0]
    """
    lost = (baseline - warmth) / np.maximum(baseline, policy.cooling_floor)
    return np.clip(lost, 0.0, 1.0)


def unhealed_of(hurt_open: Column, policy: Policy) -> Column:
    """How much an open hurt stands between us, 0 to 1.

    Examples
    --------
    >>> unhealed_of(np.array([0.0, 8.0]), Policy()).round(4).tolist()
    [0.0, 0.6321]
    """
    return saturated(hurt_open / policy.unhealed_scale)


def parts(
    presence: Column, cooling: Column, wall: Column, unhealed: Column, policy: Policy
) -> tuple[Column, Parts]:
    """Put the four together into distance, and share it out among them.

    Parameters
    ----------
    presence, cooling, wall, unhealed : f8[n]
        0 to 1, the wall 0 to 2.
    policy : Policy
        What each can take away.

    Returns
    -------
    distance : f8[n]
        `100 (1 - presence (1 - 0.5 cooling)(1 - 0.3 wall)(1 - 0.75 unhealed))`, 0 to 100.
    parts : Parts
        Shares of `-log` of the four factors, in points; they add up to the distance.

    Examples
    --------
    >>> one, none = np.array([1.0]), np.array([0.0])
    >>> distance, shared = parts(one, one, none, none, Policy())
    >>> distance.tolist(), shared.cooling.tolist(), shared.wall.tolist()
    ([50.0], [50.0], [0.0])
    """
    factors = (
        presence,
        1.0 - policy.cooling_weight * cooling,
        1.0 - policy.wall_weight * wall,
        1.0 - policy.unhealed_weight * unhealed,
    )
    losses = np.stack([-np.log(np.maximum(factor, 1e-300)) for factor in factors])
    total = losses.sum(axis=0)
    distance: Column = -100.0 * np.expm1(-total)
    points = losses * (distance / np.where(total > 0.0, total, 1.0))
    return distance, Parts(*np.maximum(points, 0.0))
