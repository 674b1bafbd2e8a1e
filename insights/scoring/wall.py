"""The wall: a relationship that moves from people to screens, or to an intermediary."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from insights.scoring.decay import decayed
from insights.scoring.policy import Policy
from insights.scoring.state import FIELD

Column = NDArray[np.float64]
PERSONAL, MIXED, SELF_SERVICE = 1, 2, 3


@dataclass(frozen=True, slots=True)
class Shares:
    """Shares of touchpoints, 0 to 1, f8[n] each: now (half-life 90) and normally (365)."""

    human_now: Column
    human_normal: Column
    via_now: Column
    via_normal: Column


def shares_of(states: Column, since: Column, policy: Policy) -> Shares:
    """Read the human and the intermediated share of touchpoints.

    Parameters
    ----------
    states : f8[n, STATE_SIZE]
        Rows of state.
    since : f8[n]
        Days since their clock.

    Returns
    -------
    Shares
        0 where nothing was counted. After so long that what is recent has faded to nothing,
        now is as normal.

    Examples
    --------
    >>> from insights.scoring.state import empty_states
    >>> states = empty_states(1)
    >>> states[0, [FIELD["human"], FIELD["slow_human"], FIELD["slow_digital"]]] = [1, 3, 1]
    >>> shares = shares_of(states, np.array([0.0]), Policy())
    >>> shares.human_now.tolist(), shares.human_normal.tolist()
    ([1.0], [0.75])
    """
    human, digital, via = (states[:, FIELD[f"slow_{name}"]] for name in ("human", "digital", "via"))
    nothing = np.zeros(len(states))
    human_normal = _share(human, human + digital, nothing)
    via_normal = _share(via, human + digital, nothing)
    human, digital, via = (
        decayed(states, name, since, policy) for name in ("human", "digital", "via")
    )
    return Shares(
        _share(human, human + digital, human_normal),
        human_normal,
        _share(via, human + digital, via_normal),
        via_normal,
    )


def style_of(
    states: Column, since: Column, policy: Policy, declared: NDArray[np.int8]
) -> NDArray[np.int8]:
    """Tell the relationship's style from what the customer started, unless declared.

    Parameters
    ----------
    states : f8[n, STATE_SIZE]
        Rows of state.
    since : f8[n]
        Days since their clock; what is long ago tells less against the prior.
    policy : Policy
        A Beta(2, 2) prior, personal above 0.6, self-service below 0.2.
    declared : i1[n]
        1 personal, 2 mixed, 3 self-service; 0 to infer.

    Returns
    -------
    i1[n]
        1, 2 or 3.

    Examples
    --------
    >>> from insights.scoring.state import empty_states
    >>> states = empty_states(2)
    >>> states[:, FIELD["slow_digital_started"]] = [7.0, 0.0]
    >>> nothing = np.zeros(2)
    >>> style_of(states, nothing, Policy(), nothing.astype(np.int8)).tolist()  # 2/11 is below 0.2
    [3, 2]
    """
    human, digital = (
        decayed(states, f"slow_{name}_started", since, policy) + policy.style_prior
        for name in ("human", "digital")
    )
    share = human / (human + digital)
    inferred = np.select(
        [share > policy.personal_above, share < policy.self_service_below],
        [PERSONAL, SELF_SERVICE],
        MIXED,
    ).astype(np.int8)
    return np.where(declared > 0, declared, inferred)


def wall_of(shares: Shares, style: NDArray[np.int8], policy: Policy) -> Column:
    """Height of the wall that was built: people gone, and intermediaries come.

    Parameters
    ----------
    shares : Shares
        Of n customers.
    style : i1[n]
        1 personal, 2 mixed, 3 self-service.

    Returns
    -------
    f8[n]
        0 to 2: the fall of the human share plus the rise of the intermediated one, by style.

    Examples
    --------
    >>> one = np.array([0.1]), np.array([0.6]), np.array([0.0]), np.array([0.0])
    >>> wall_of(Shares(*one), np.array([2], dtype=np.int8), Policy()).round(6).tolist()
    [0.3]
    """
    people_gone = np.maximum(shares.human_normal - shares.human_now, 0.0)
    others_come = np.maximum(shares.via_now - shares.via_normal, 0.0)
    weights = np.array([policy.wall_personal, policy.wall_mixed, policy.wall_self_service])
    wall: Column = (people_gone + others_come) * weights[style - 1]
    return wall


def _share(part: Column, whole: Column, otherwise: Column) -> Column:
    """Divide where there is something to divide by, so small that digits are lost excepted."""
    counted = whole > 1e-280
    return np.where(counted, part / np.where(counted, whole, 1.0), otherwise)
