"""The state: the fixed row of numbers one customer's history folds into.

Columns of one half-life stand together, so that letting time pass is one factor per block.
`slow_` marks the slow twin, from which the customer's own normal is read.
"""

import numpy as np
from numpy.typing import NDArray

from insights.scoring.gaps import BINS

BLOCKS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("connection", ("mutual", "inbound", "outbound", "human", "digital", "via")),
    ("care", ("care", "care_said")),
    ("served", ("served",)),
    ("hurt", ("hurt",)),
    ("noise", ("broadcast", "heard")),
    ("windows", ("windows",)),
    (
        "normal",
        (
            *("slow_mutual", "slow_inbound", "slow_outbound"),
            *("slow_human", "slow_digital", "slow_via"),
            *("slow_care", "slow_served", "slow_hurt", "slow_broadcast", "slow_heard"),
            *("slow_human_started", "slow_digital_started"),
        ),
    ),
)
"""The decayed sums as they stood at `clock`, by the policy's half-life that fades them.

`mutual`, `inbound`, `outbound` are points; `human`, `digital`, `via` count touchpoints; `heard`
counts what the customer sent us; `_started` what they began or took part in.
"""

DECAYED = tuple(name for _, names in BLOCKS for name in names)

STATE_FIELDS = (
    *DECAYED,
    "hurt_open",  # hurt of the loops still open, which does not fade
    "clock",  # moment the sums stand at, days since 1970 UTC; -inf before anything
    "goodwill",  # connection (0 to 1) just before the instant of `clock`
    "first_at",  # moment of the first touchpoint; +inf before any
    "window_day",  # last local day with a digital signal; -inf before any
    "active_days",  # n
    "first_day",  # local day of the first active day; +inf before any
    "last_day",  # local day of the last active day; -inf before any
    "last_at",  # moment of the last activity; -inf before any
    "last_day_touches",  # touchpoints of the customer on that day
    "busy_lately",  # decayed count of active days at `last_at`, short half-life
    "busy_long",  # the same, long half-life
    "log_gaps",  # sum of log gaps (log days)
    "log_gaps_squared",  # sum of their squares
    "recent_log_gap",  # exponentially weighted log gap
    *(f"gap_{j}" for j in range(BINS)),  # histogram, see gaps.py
)
STATE_SIZE = len(STATE_FIELDS)

FIELD = {name: column for column, name in enumerate(STATE_FIELDS)}
"""Column of each field."""


def empty_states(customers: int) -> NDArray[np.float64]:
    """Make the states of customers nothing is known of.

    Parameters
    ----------
    customers : int
        How many.

    Returns
    -------
    f8[customers, STATE_SIZE]
        Rows that any touchpoint may be folded into.

    Examples
    --------
    >>> empty_states(2).shape == (2, STATE_SIZE)
    True
    >>> empty_states(1)[0, FIELD["active_days"]].item()
    0.0
    """
    states = np.zeros((customers, STATE_SIZE))
    for name in ("clock", "window_day", "last_day", "last_at"):
        states[:, FIELD[name]] = -np.inf
    for name in ("first_at", "first_day"):
        states[:, FIELD[name]] = np.inf
    return states


def check_states(states: NDArray[np.float64]) -> None:
    """Refuse an array that cannot be rows of state.

    Raises
    ------
    ValueError
        For another shape or type, which would be read as nonsense.

    Examples
    --------
    >>> check_states(np.zeros((1, 3)))
    Traceback (most recent call last):
    ValueError: states are float64 (1, 3); they must be float64 (n, ...
    """
    if states.ndim != 2 or states.shape[1] != STATE_SIZE or states.dtype != np.float64:
        right = f"they must be float64 (n, {STATE_SIZE})"
        raise ValueError(f"states are {states.dtype} {states.shape}; {right}")
