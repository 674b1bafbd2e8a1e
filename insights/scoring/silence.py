"""The coefficients that turn a customer's rhythm into the probability of silence."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

FEATURES = (
    "overdue",
    "very_overdue",
    "busy_lately",
    "busy_for_long",
    "been_this_quiet_before",
    "active_days",
    "horizon",
    "irregular",
    "slowing",
)

SIGNS = (1, 1, -1, -1, -1, 0, 0, 0, 0)
"""Sign each coefficient may have, so that no fit can reward silence; 0 is free."""

PRIOR = (0.2684, 0.7556, 0.0, -1.509, -0.2707, 0.4383, 0.0713, -0.104, 1.6352)
PRIOR_INTERCEPT = 0.3136


@dataclass(frozen=True, slots=True)
class Silence:
    """Logistic coefficients of silence (SCORING.md, section 2).

    Attributes
    ----------
    intercept : float
        Log odds where every feature is 0.
    coefficients : tuple of 9 floats
        In the order of `FEATURES`.

    Raises
    ------
    ValueError
        For a number missing, not finite or of a sign that would reward silence.

    Examples
    --------
    >>> Silence(0.0, (-1.0, *PRIOR[1:]))
    Traceback (most recent call last):
    ValueError: the coefficient of overdue is -1.0; it must not be below 0
    """

    intercept: float
    coefficients: tuple[float, ...]

    def __post_init__(self) -> None:
        """Refuse coefficients that would reward silence."""
        if len(self.coefficients) != len(FEATURES):
            raise ValueError(f"{len(self.coefficients)} coefficients; {len(FEATURES)} are needed")
        if not all(math.isfinite(number) for number in (self.intercept, *self.coefficients)):
            raise ValueError(f"coefficients must be finite, not {self.coefficients}")
        for name, sign, value in zip(FEATURES, SIGNS, self.coefficients, strict=True):
            if sign * value < 0:
                side = "below" if sign > 0 else "above"
                raise ValueError(f"the coefficient of {name} is {value}; it must not be {side} 0")

    @classmethod
    def prior(cls) -> Self:
        """Give the shipped coefficients.

        Examples
        --------
        >>> Silence.prior().intercept
        0.3136
        """
        return cls(PRIOR_INTERCEPT, PRIOR)

    def to_json(self) -> dict[str, Any]:
        """Give the coefficients as JSON can hold them.

        Examples
        --------
        >>> Silence.from_json(Silence.prior().to_json()) == Silence.prior()
        True
        """
        return {"intercept": self.intercept, "coefficients": list(self.coefficients)}

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> Self:
        """Take the coefficients as `to_json` gave them.

        Raises
        ------
        ValueError
            For coefficients of another shape, as an older Hearth may have written.
        """
        return cls(float(given["intercept"]), tuple(float(x) for x in given["coefficients"]))

    def log_odds(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Log odds of silence.

        Parameters
        ----------
        features : f8[n, 9]
            As `presence.features` gives them.

        Returns
        -------
        f8[n]
            Within +-500, where the logistic still is a number.

        Examples
        --------
        >>> Silence.prior().log_odds(np.zeros((1, 9))).tolist()
        [0.3136]
        """
        odds: NDArray[np.float64] = self.intercept + features @ np.array(self.coefficients)
        return np.clip(odds, -500.0, 500.0)


def logistic(log_odds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn log odds into a probability.

    Examples
    --------
    >>> logistic(np.array([0.0, -500.0])).round(6).tolist()
    [0.5, 0.0]
    """
    share: NDArray[np.float64] = 1.0 / (1.0 + np.exp(-log_odds))
    return share
