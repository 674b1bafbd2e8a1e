"""Decayed sums as they stand at a moment, and their slow twins made comparable."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from insights.scoring.policy import Policy
from insights.scoring.state import BLOCKS, FIELD

Column = NDArray[np.float64]


def left_after(days: Column, half_life: float) -> Column:
    """Share of an amount left after some days (SCORING.md: `2^-((t - t_i)/T)`).

    Parameters
    ----------
    days : f8[n]
        At least 0; infinite days leave nothing.
    half_life : float
        Days.

    Returns
    -------
    f8[n]
        From 1 down to 0.

    Examples
    --------
    >>> left_after(np.array([0.0, 90.0, np.inf]), 90.0).tolist()
    [1.0, 0.5, 0.0]
    """
    left: Column = np.exp2(-days / half_life)
    return left


def saturated(amount: Column) -> Column:
    """Bring an amount to the scale 0 to 1 (SCORING.md: `sat(x) = 1 - exp(-x)`).

    Examples
    --------
    >>> saturated(np.array([0.0, 1.0])).round(4).tolist()
    [0.0, 0.6321]
    """
    return -np.expm1(-amount)


def twin_scale(age: Column, half_life: float, normal_half_life: float) -> Column:
    """Factor that makes a slow twin what the fast sum would be at a constant rate.

    Amounts of one a day since `age` days ago add up to `T/ln 2 (1 - 2^-(age/T))`; the factor is
    that for the fast half-life over that for the slow one. SCORING.md's own factor leaves out
    the fast sum's youth, so that a customer met yesterday would look cooled; in the long run
    the two are the same.

    Parameters
    ----------
    age : f8[n]
        Days since the first touchpoint, at least 0.
    half_life, normal_half_life : float
        Days, of the fast sum and of its twin.

    Returns
    -------
    f8[n]
        From 1 at age 0 down to `half_life / normal_half_life`.

    Examples
    --------
    >>> twin_scale(np.array([0.0, 1e6]), 36.5, 365.0).tolist()
    [1.0, 0.1]
    """
    return _youth(age / half_life) / _youth(age / normal_half_life)


def _youth(lives: Column) -> Column:
    """Share of `lives` half-lives of constant income that is left, with its limit at 0."""
    logs = math.log(2.0) * np.maximum(lives, 1e-12)
    share: Column = -np.expm1(-logs) / logs
    return share


@dataclass(frozen=True, slots=True)
class Sums:
    """The decayed sums warmth is made of, f8[n] each, on the scale of the fast ones."""

    mutual: Column
    inbound: Column
    outbound: Column
    care: Column
    served: Column
    hurt: Column
    broadcast: Column
    heard: Column


BLOCK_OF = {name: block for block, names in BLOCKS for name in names}
WARMTH_SUMS = tuple(Sums.__dataclass_fields__)


def since_clock(states: Column, as_of: Column) -> Column:
    """Days from the states' own moment to `as_of`; a moment before it counts as it.

    Examples
    --------
    >>> from insights.scoring.state import empty_states
    >>> since_clock(empty_states(1), np.array([5.0])).tolist()
    [inf]
    """
    return np.maximum(as_of - states[:, FIELD["clock"]], 0.0)


def decayed(states: Column, name: str, since: Column, policy: Policy) -> Column:
    """One decayed sum, `since` days after the states' clock.

    Parameters
    ----------
    states : f8[n, STATE_SIZE]
        Rows of state.
    name : str
        One of the decayed fields of the state.
    since : f8[n]
        As `since_clock` gives it.

    Returns
    -------
    f8[n]
        In the unit of the field.

    Examples
    --------
    >>> from insights.scoring.state import empty_states
    >>> states = empty_states(1)
    >>> states[0, FIELD["care"]] = 4.0
    >>> decayed(states, "care", np.array([120.0]), Policy()).tolist()
    [2.0]
    """
    half_life: float = getattr(policy, f"{BLOCK_OF[name]}_half_life")
    return states[:, FIELD[name]] * left_after(since, half_life)


def fast_sums(states: Column, since: Column, policy: Policy) -> Sums:
    """Read the sums as they stand, without the hurt of open loops, which does not fade.

    Parameters
    ----------
    states : f8[n, STATE_SIZE]
        Rows of state.
    since : f8[n]
        Days since their clock.

    Returns
    -------
    Sums
        Of n customers.

    Examples
    --------
    >>> from insights.scoring.state import empty_states
    >>> fast_sums(empty_states(1), np.array([np.inf]), Policy()).hurt.tolist()
    [0.0]
    """
    columns = {name: decayed(states, name, since, policy) for name in WARMTH_SUMS}
    return Sums(**columns)


def slow_sums(states: Column, since: Column, as_of: Column, policy: Policy) -> Sums:
    """Read what the sums would be at the customer's own usual rate.

    Parameters
    ----------
    states : f8[n, STATE_SIZE]
        Rows of state.
    since : f8[n]
        Days since their clock.
    as_of : f8[n]
        The moment itself, days since 1970 UTC.

    Returns
    -------
    Sums
        From the slow twins, rescaled by `twin_scale`.

    Examples
    --------
    >>> from insights.scoring.state import empty_states
    >>> moment = np.array([5.0])
    >>> slow_sums(empty_states(1), np.array([np.inf]), moment, Policy()).care.tolist()
    [0.0]
    """
    age = np.maximum(as_of - states[:, FIELD["first_at"]], 0.0)
    normal = policy.normal_half_life
    left = left_after(since, normal)
    scales = {
        block: left * twin_scale(age, getattr(policy, f"{block}_half_life"), normal)
        for block in {BLOCK_OF[name] for name in WARMTH_SUMS}
    }
    return Sums(
        **{name: states[:, FIELD[f"slow_{name}"]] * scales[BLOCK_OF[name]] for name in WARMTH_SUMS}
    )
