"""Logistic regression that may lean on what was known before and must respect signs."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Column = NDArray[np.float64]

MOST_STEPS = 50
ENOUGH = 1e-9
"""A step that gains less than this share of the loss is the last."""
SHORTEST_STEP = 1e-6


@dataclass(frozen=True, slots=True)
class Pull:
    """A Gaussian belief about each of k coefficients, and the sign it may have.

    Attributes
    ----------
    centre : f8[k]
        Where it is believed to be.
    precision : f8[k]
        How firmly: 1 over the variance, 0 for not at all.
    signs : i8[k]
        1 never below 0, -1 never above, 0 free.
    """

    centre: Column
    precision: Column
    signs: NDArray[np.int64]


def fit_logistic(columns: Column, is_silent: Column, weights: Column, pull: Pull) -> Column:
    """Find the coefficients that are likeliest after the data (maximum a posteriori).

    Minimises `sum(w (log(1 + e^z) - y z)) + sum(precision (b - centre)^2)/2` with `z = X b` by
    Newton steps over the coefficients not held at 0 by their sign (Bertsekas, 1982, Projected
    Newton Methods). The problem is convex, so there is one answer.

    Parameters
    ----------
    columns : f8[m, k]
        X, a column of ones for an intercept among them.
    is_silent : f8[m]
        y, 0 or 1.
    weights : f8[m]
        w, not negative.
    pull : Pull
        Of k coefficients.

    Returns
    -------
    f8[k]
        b.

    Examples
    --------
    >>> nothing = Pull(np.zeros(1), np.array([1e-9]), np.zeros(1, dtype=np.int64))
    >>> fitted = fit_logistic(np.ones((4, 1)), np.array([1.0, 1.0, 1.0, 0.0]), np.ones(4), nothing)
    >>> np.exp(fitted).round(6).tolist()  # odds
    [3.0]
    """
    b = np.where(pull.signs * pull.centre < 0.0, 0.0, pull.centre)
    loss = _loss(b, columns, is_silent, weights, pull)
    for _ in range(MOST_STEPS):
        slope, curve = _derivatives(b, columns, is_silent, weights, pull)
        step = _newton_step(b, slope, curve, pull.signs)
        share = 1.0
        while share > SHORTEST_STEP:
            tried = _within_signs(b + share * step, pull.signs)
            found = _loss(tried, columns, is_silent, weights, pull)
            if found <= loss:
                break
            share /= 2.0
        else:
            break
        gained, b, loss = loss - found, tried, found
        if gained <= ENOUGH * abs(loss):
            break
    return b


def _loss(b: Column, columns: Column, y: Column, weights: Column, pull: Pull) -> float:
    z = columns @ b
    surprise = weights @ (np.logaddexp(0.0, z) - y * z)
    return float(surprise + 0.5 * pull.precision @ (b - pull.centre) ** 2)


def _derivatives(
    b: Column, columns: Column, y: Column, weights: Column, pull: Pull
) -> tuple[Column, Column]:
    """Work out gradient f8[k] and Hessian f8[k, k]."""
    share = 1.0 / (1.0 + np.exp(-np.clip(columns @ b, -500.0, 500.0)))
    slope = columns.T @ (weights * (share - y)) + pull.precision * (b - pull.centre)
    spread = weights * share * (1.0 - share)
    curve = (columns * spread[:, None]).T @ columns + np.diag(pull.precision)
    return slope, curve


def _newton_step(b: Column, slope: Column, curve: Column, signs: NDArray[np.int64]) -> Column:
    """Step to the bottom of the parabola, leaving out what its sign holds at 0."""
    is_free = (signs == 0) | (b != 0.0) | (signs * slope < 0.0)
    step = np.zeros_like(b)
    bend = curve[np.ix_(is_free, is_free)]
    step[is_free] = -np.linalg.lstsq(bend, slope[is_free], rcond=None)[0]
    return step


def _within_signs(b: Column, signs: NDArray[np.int64]) -> Column:
    return np.where(signs * b < 0.0, 0.0, b)
