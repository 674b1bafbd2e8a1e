"""Read scores from states: time passing needs only this."""

import numpy as np
from numpy.typing import NDArray

from insights.scoring.decay import decayed, fast_sums, saturated, since_clock, slow_sums
from insights.scoring.distance import cooling_of, parts, unhealed_of
from insights.scoring.policy import Policy
from insights.scoring.population import Population
from insights.scoring.presence import rhythm_of, silence_and_presence
from insights.scoring.readings import Readings
from insights.scoring.silence import Silence
from insights.scoring.state import FIELD, check_states
from insights.scoring.wall import shares_of, style_of, wall_of
from insights.scoring.warmth import warmth_of

Column = NDArray[np.float64]

BLOCK = 8_192
"""Customers read at a time, so that the columns in hand stay in the processor's cache."""


def read(
    states: Column,
    as_of: float | Column,
    policy: Policy,
    population: Population,
    silence: Silence | None = None,
    horizon: float | None = None,
    styles: NDArray[np.int8] | None = None,
) -> Readings:
    """Read every score of n customers as of a moment.

    Parameters
    ----------
    states : f8[n, STATE_SIZE]
        As `fold` gives them; not changed.
    as_of : float or f8[n]
        Days since 1970-01-01 UTC. A moment before a state's own counts as the state's.
    policy : Policy
        The one the states were folded under.
    population : Population
        Of all customers, see `population`.
    silence : Silence, optional
        Coefficients; by default the shipped ones.
    horizon : float, optional
        Days of silence asked for; by default the policy's.
    styles : i1[n], optional
        Declared styles: 1 personal, 2 mixed, 3 self-service, 0 to infer.

    Returns
    -------
    Readings
        One row a customer; no NaN in that of a known one.

    Raises
    ------
    ValueError
        For states of the wrong shape, a moment that is not finite, a style that does not
        exist, or lengths that differ.

    Examples
    --------
    >>> from insights.scoring.population import population
    >>> from insights.scoring.state import empty_states
    >>> nobody = empty_states(1)
    >>> read(nobody, 20_000.0, Policy(), population(nobody, Policy())).known.tolist()
    [False]
    """
    check_states(states)
    moments = _moments(as_of, len(states))
    declared = _styles(styles, len(states))
    chosen = Silence.prior() if silence is None else silence
    days = policy.horizon_days if horizon is None else horizon
    readings = Readings.blank(len(states))
    for start in range(0, len(states), BLOCK):
        block = slice(start, start + BLOCK)
        # Columns side by side in memory: every formula reads a few of them for all customers.
        columns = np.asfortranarray(states[block])
        piece = _read_block(
            columns, moments[block], policy, population, chosen, days, declared[block]
        )
        readings.put(block, piece)
    return readings


def _read_block(
    states: Column,
    as_of: Column,
    policy: Policy,
    population: Population,
    coefficients: Silence,
    horizon: float,
    declared: NDArray[np.int8],
) -> Readings:
    """Read one block of customers."""
    known = states[:, FIELD["active_days"]] > 0.0
    since = since_clock(states, as_of)
    sums = fast_sums(states, since, policy)
    hurt_open = states[:, FIELD["hurt_open"]]
    now = warmth_of(sums, policy, hurt_open)
    baseline = warmth_of(slow_sums(states, since, as_of, policy), policy).score

    last_at = np.where(known, states[:, FIELD["last_at"]], as_of)
    silent_days = np.maximum(as_of - last_at, 0.0)
    rhythm = rhythm_of(states, population, policy)
    silence, presence = silence_and_presence(
        states, silent_days, rhythm, policy, coefficients, horizon
    )
    style = style_of(states, since, policy, declared)
    shares = shares_of(states, since, policy)
    # What hurts openly is told by its own part, so it must not count as cooling as well.
    cooling = cooling_of(now.if_mended, baseline, policy)
    wall = wall_of(shares, style, policy)
    unhealed = unhealed_of(hurt_open, policy)
    distance, shared = parts(presence, cooling, wall, unhealed, policy)
    windows = saturated(decayed(states, "windows", since, policy) / policy.windows_saturation)
    first_at = states[:, FIELD["first_at"]]

    def if_known(column: Column) -> Column:
        return np.where(known, column, np.nan)

    return Readings(
        known=known,
        warmth=now.score,
        baseline=baseline,
        distance=if_known(distance),
        presence=if_known(presence),
        silence=if_known(silence),
        cooling=cooling,
        wall=wall,
        unhealed=unhealed,
        doors=100.0 * now.connection,
        windows=100.0 * windows,
        noise=now.noise,
        goodwill=policy.goodwill_forgives * now.connection,
        connection=now.connection,
        care=now.care,
        served=now.served,
        hurt=sums.hurt + hurt_open,
        hurt_open=hurt_open.copy(),
        part_presence=if_known(shared.presence),
        part_cooling=if_known(shared.cooling),
        part_wall=if_known(shared.wall),
        part_unhealed=if_known(shared.unhealed),
        style=style,
        silent_days=if_known(silent_days),
        usual_gap_days=if_known(rhythm.usual_gap),
        active_days=states[:, FIELD["active_days"]].astype(np.int64),
        human_share_now=shares.human_now,
        human_share_normal=shares.human_normal,
        via_share_now=shares.via_now,
        via_share_normal=shares.via_normal,
        care_said=decayed(states, "care_said", since, policy),
        care_shown=sums.care,
        first_at=np.where(np.isfinite(first_at), first_at, np.nan),
        last_at=if_known(last_at),
    )


def _moments(as_of: float | Column, customers: int) -> Column:
    """Give every customer a moment."""
    moments = np.asarray(as_of, dtype=np.float64)
    if not np.isfinite(moments).all():
        raise ValueError(f"as_of is {as_of}; it must be finite days since 1970")
    return np.broadcast_to(moments, (customers,))


def _styles(styles: NDArray[np.int8] | None, customers: int) -> NDArray[np.int8]:
    """Give every customer a declared style, 0 for none."""
    if styles is None:
        return np.zeros(customers, dtype=np.int8)
    declared = np.asarray(styles, dtype=np.int8)
    if declared.shape != (customers,) or ((declared < 0) | (declared > 3)).any():
        raise ValueError(f"styles must be {customers} of 0, 1, 2 or 3")
    return declared
