"""The coefficients that turn a customer's rhythm into the probability of silence."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
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
    "gone_this_long_before",
    "touches_last_day",
    "asked_shorter",
)

SIGNS = (1, 1, -1, -1, -1, 0, 0, 0, 0, 1, 0, 0)
"""Sign each coefficient may have, so that no fit can reward silence; 0 is free."""

PRIOR_FILE = Path(__file__).with_name("prior.json")
"""Written by `python -m insights.scoring train`, from public logs alone."""


@dataclass(frozen=True, slots=True)
class Silence:
    """Logistic coefficients of silence (SCORING.md, section 2).

    Attributes
    ----------
    intercept : float
        Log odds where every feature is 0.
    coefficients : tuple of floats
        In the order of `FEATURES`.

    Raises
    ------
    ValueError
        For a number missing, not finite or of a sign that would reward silence.

    Examples
    --------
    >>> Silence(0.0, (-1.0, *Silence.prior().coefficients[1:]))
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
    @cache
    def prior(cls) -> Self:
        """Give the shipped coefficients.

        Examples
        --------
        >>> Silence.prior() is Silence.prior()
        True
        """
        return cls.from_json(json.loads(PRIOR_FILE.read_text()))

    def to_json(self) -> dict[str, Any]:
        """Give the coefficients as JSON can hold them, by name.

        Examples
        --------
        >>> Silence.from_json(Silence.prior().to_json()) == Silence.prior()
        True
        """
        named = dict(zip(FEATURES, self.coefficients, strict=True))
        return {"intercept": self.intercept, "coefficients": named}

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> Self:
        """Take the coefficients as `to_json` gave them.

        Raises
        ------
        ValueError
            For coefficients of other features, as another version of Hearth may have written.

        Examples
        --------
        >>> Silence.from_json({"intercept": 0.0, "coefficients": {"luck": 1.0}})
        Traceback (most recent call last):
        ValueError: coefficients of luck; those of overdue, very_overdue, ...
        """
        named = given.get("coefficients")
        if not isinstance(named, Mapping) or set(named) != set(FEATURES):
            raise ValueError(
                f"coefficients of {', '.join(named or ())}; "
                f"those of {', '.join(FEATURES)} are needed"
            )
        return cls(float(given["intercept"]), tuple(float(named[name]) for name in FEATURES))

    def log_odds(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Log odds of silence.

        Parameters
        ----------
        features : f8[n, len(FEATURES)]
            As `presence.features` gives them.

        Returns
        -------
        f8[n]
            Within +-500, where the logistic still is a number.

        Examples
        --------
        >>> sure = Silence(2.0, (0.0,) * len(FEATURES))
        >>> sure.log_odds(np.zeros((1, len(FEATURES)))).tolist()
        [2.0]
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
