"""Presence: whether the customer is still here, by their own rhythm (SCORING.md, section 2).

An active day is a local day with an inbound or mutual touchpoint, or a purchase; what we send
out says nothing of the customer.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from insights.scoring.decay import left_after
from insights.scoring.gaps import gaps_at_least
from insights.scoring.policy import Policy
from insights.scoring.population import Population
from insights.scoring.silence import Silence, logistic
from insights.scoring.state import FIELD, STATE_SIZE

Column = NDArray[np.float64]
GAP_COLUMNS = slice(FIELD["gap_0"], STATE_SIZE)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """A customer's rhythm, f8[n] each; their own gaps and the population's together.

    Attributes
    ----------
    active_days
        n, at least 1.
    usual_gap
        G, days.
    spread
        s, standard deviation of log gaps.
    trend
        Recent log gap less the usual one; above 0 is slowing.
    """

    active_days: Column
    usual_gap: Column
    spread: Column
    trend: Column


def rhythm_of(states: Column, population: Population, policy: Policy) -> Rhythm:
    """Work out each customer's rhythm.

    Parameters
    ----------
    states : f8[n, STATE_SIZE]
        Rows of state.
    population : Population
        What the customer's own gaps do not tell.
    policy : Policy
        How many gaps outweigh the population.

    Returns
    -------
    Rhythm
        Of someone never active, that of the population.

    Examples
    --------
    >>> from insights.scoring.state import empty_states
    >>> nobody = Population.from_sums(np.zeros(6), Policy())
    >>> rhythm_of(empty_states(1), nobody, Policy()).usual_gap.round(6).tolist()
    [21.0]
    """
    days = np.maximum(states[:, FIELD["active_days"]], 1.0)
    gaps = days - 1.0
    total, squares = states[:, FIELD["log_gaps"]], states[:, FIELD["log_gaps_squared"]]
    k = population.k
    mu = (k * population.mu0 + total) / (k + gaps)
    about_mean = np.maximum(squares - total**2 / np.maximum(gaps, 1.0), 0.0)
    worth = policy.spread_prior_gaps
    variance = (worth * population.sw2 + about_mean) / (worth + np.maximum(gaps - 1.0, 0.0))
    recent = np.minimum(gaps, policy.trend_gaps)
    trend = (k * mu + recent * states[:, FIELD["recent_log_gap"]]) / (k + recent) - mu
    return Rhythm(days, np.exp(mu), np.sqrt(variance), np.where(gaps > 0.0, trend, 0.0))


def features(
    states: Column, silent_days: Column, rhythm: Rhythm, policy: Policy, horizon: float
) -> Column:
    """Work out the features of silence.

    Parameters
    ----------
    states : f8[n, STATE_SIZE]
        Rows of state.
    silent_days : f8[n]
        Days since the customer was last active, at least 0.
    rhythm : Rhythm
        Of the same customers.
    policy : Policy
        The one the states were folded under: the decayed counts depend on its horizon.
    horizon : float
        Days of silence asked for.

    Returns
    -------
    f8[n, len(FEATURES)]
        In the order of `FEATURES`, each clipped.

    Examples
    --------
    >>> from insights.scoring.state import empty_states
    >>> nobody = Population.from_sums(np.zeros(6), Policy())
    >>> states, policy = empty_states(1), Policy()
    >>> rhythm = rhythm_of(states, nobody, policy)
    >>> row = features(states, np.array([21.0]), rhythm, policy, 90.0)[0]
    >>> row.round(3).tolist()[:2]  # overdue, very overdue
    [0.0, 0.0]
    """
    gap = rhythm.usual_gap + 0.5
    overdue = np.log((silent_days + 0.5) / gap)
    lately = policy.horizon_days * policy.busy_lately_horizons
    long = policy.horizon_days * policy.busy_long_horizons
    gaps = states[:, GAP_COLUMNS]
    quiet_before = gaps_at_least(gaps, silent_days)
    columns = (
        overdue,
        np.maximum(overdue - policy.very_overdue_from, 0.0),
        np.log(states[:, FIELD["busy_lately"]] * left_after(silent_days, lately) + 0.05),
        np.log(states[:, FIELD["busy_long"]] * left_after(silent_days, long) + 0.05),
        np.log((quiet_before + 0.25) / rhythm.active_days),
        np.log(rhythm.active_days),
        np.log(horizon / gap),
        np.log(rhythm.spread),
        np.maximum(rhythm.trend, 0.0),
        np.log((gaps_at_least(gaps, np.array([horizon])) + 0.25) / rhythm.active_days),
        np.log(np.maximum(states[:, FIELD["last_day_touches"]], 1.0)),
        np.full(len(states), np.log(horizon / policy.horizon_days)),
    )
    limit = policy.feature_limit
    clipped: Column = np.clip(np.stack(columns, axis=1), -limit, limit)
    return clipped


def silence_and_presence(
    states: Column,
    silent_days: Column,
    rhythm: Rhythm,
    policy: Policy,
    coefficients: Silence,
    horizon: float,
) -> tuple[Column, Column]:
    """Probability of silence through the horizon, and the presence left of what is usual.

    SCORING.md compares with the day of the last touch; then somebody who calls twice a year, and
    is as they always were, is far away after a month. Here the comparison is with as long a
    silence as is usual for this customer, so that presence begins to fall when that is over.

    Parameters
    ----------
    states, silent_days, rhythm, policy, horizon
        As for `features`.
    coefficients : Silence
        The shipped or the refitted ones.

    Returns
    -------
    silence, presence : f8[n]
        0 to 1 each. Presence is 1 until the usual gap is over and only falls from there.

    Examples
    --------
    >>> from insights.scoring.state import empty_states
    >>> nobody = Population.from_sums(np.zeros(6), Policy())
    >>> states, policy = empty_states(2), Policy()
    >>> rhythm = rhythm_of(states, nobody, policy)
    >>> silent = np.array([20.0, 400.0])  # the usual gap is 21 days
    >>> args = (rhythm, policy, Silence.prior(), 90.0)
    >>> silence_and_presence(states, silent, *args)[1].round(3).tolist()
    [1.0, 0.139]
    """
    now = coefficients.log_odds(features(states, silent_days, rhythm, policy, horizon))
    usual = np.minimum(silent_days, rhythm.usual_gap)
    then = coefficients.log_odds(features(states, usual, rhythm, policy, horizon))
    # 1 - logistic(x) is logistic(-x), which keeps its digits when silence is nearly certain.
    return logistic(now), np.minimum(logistic(-now) / logistic(-then), 1.0)
