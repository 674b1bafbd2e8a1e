"""The population's rhythm, which lends to a customer what their own history cannot tell yet."""

import math
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from insights.scoring.policy import Policy
from insights.scoring.state import FIELD, check_states


@dataclass(frozen=True, slots=True)
class Population:
    """How log gaps vary within a customer and between customers.

    Attributes
    ----------
    sw2 : float
        Variance of a customer's own log gaps about their mean, log days squared.
    mu0 : float
        Mean of customers' mean log gaps, log days.
    tau2 : float
        Variance between customers' means, log days squared.
    k : float
        `sw2 / tau2`: gaps of one's own that weigh as much as the population.

    Examples
    --------
    >>> nobody = Population.from_sums(np.zeros(6), Policy())
    >>> round(math.exp(nobody.mu0), 6), nobody.k
    (21.0, 1.0)
    """

    sw2: float
    mu0: float
    tau2: float
    k: float

    @staticmethod
    def gather(states: NDArray[np.float64], mean_trust_gaps: float = 2.0) -> NDArray[np.float64]:
        """Take the sums the rhythm is made of; those of several chunks add up.

        Parameters
        ----------
        states : f8[n, STATE_SIZE]
            A chunk of customers.
        mean_trust_gaps : float
            The policy's, in gaps: a mean of m gaps weighs `m / (m + 2)`.

        Returns
        -------
        f8[6]
            Squares within, their degrees of freedom, weights, weighted means, weighted
            squared means, and weights over gaps.

        Raises
        ------
        ValueError
            When the states have the wrong shape.

        Examples
        --------
        >>> from insights.scoring.state import empty_states
        >>> Population.gather(empty_states(3)).tolist()
        [0.0, 0.0, 0.0, 0.0, 0.0, 0.0]
        """
        check_states(states)
        known = states[states[:, FIELD["active_days"]] >= 2.0]
        gaps = known[:, FIELD["active_days"]] - 1.0
        means = known[:, FIELD["log_gaps"]] / gaps
        weights = gaps / (gaps + mean_trust_gaps)
        within = np.maximum(known[:, FIELD["log_gaps_squared"]] - gaps * means**2, 0.0)
        columns = (
            within,
            gaps - 1.0,
            weights,
            weights * means,
            weights * means**2,
            weights / gaps,
        )
        return np.array([column.sum() for column in columns])

    @classmethod
    def from_sums(cls, sums: NDArray[np.float64], policy: Policy) -> Self:
        """Work out the rhythm, by moments, from sums as `gather` takes them.

        The hyper-prior is worth 10 customers: 10 means at 21 days that vary by 1, and 10
        degrees of freedom within that vary by 1.

        Parameters
        ----------
        sums : f8[6]
            Added over all chunks.
        policy : Policy
            The hyper-prior.

        Returns
        -------
        Population
            Finite even of nobody.

        Examples
        --------
        >>> calm = np.array([0.0, 990.0, 100.0, 0.0, 0.0, 10.0])
        >>> Population.from_sums(calm, Policy()).sw2
        0.01
        """
        squares, freedom, weight, mean_sum, square_sum, per_gap = (float(x) for x in sums)
        prior, variance = policy.hyper_customers, policy.hyper_variance
        hyper_mean = math.log(policy.hyper_gap_days)
        sw2 = (prior * variance + squares) / (prior + freedom)
        mu0 = (prior * hyper_mean + mean_sum) / (prior + weight)
        # A mean of m gaps varies by sw2/m of itself; only the rest is between customers.
        about = square_sum - 2.0 * mu0 * mean_sum + mu0**2 * weight - sw2 * per_gap
        tau2 = max((prior * variance + about) / (prior + weight), policy.between_floor)
        return cls(sw2, mu0, tau2, sw2 / tau2)


def population(states: NDArray[np.float64], policy: Policy) -> Population:
    """Work out the population's rhythm from all its states (SCORING.md, section 2).

    Parameters
    ----------
    states : f8[n, STATE_SIZE]
        Everyone.
    policy : Policy
        The hyper-prior.

    Returns
    -------
    Population
        Finite even of nobody.

    Raises
    ------
    ValueError
        When the states have the wrong shape.

    Examples
    --------
    >>> from insights.scoring.state import empty_states
    >>> population(empty_states(5), Policy()).tau2
    1.0
    """
    return Population.from_sums(Population.gather(states, policy.mean_trust_gaps), policy)
