"""BG/NBD, MBG/NBD and Pareto/NBD, fitted by maximum likelihood.

Fader, Hardie and Lee (2005), "Counting your customers the easy way"; Batislam, Denizel and
Filiztekin (2007), "Empirical validation and comparison of models for customer base analysis";
Schmittlein, Morrison and Colombo (1987), "Counting your customers: who are they and what will
they do next?". Time is in weeks.

All three give a likelihood L(x, t_x, T) of x repeat events, the last at t_x, and none from then
to T. "None until T + H either" is that same likelihood with T + H in the place of T, so
P(no event in (T, T + H] | x, t_x, T) = L(x, t_x, T + H) / L(x, t_x, T), whatever the model.
"""

from collections.abc import Callable

import numpy as np
from scipy.optimize import minimize
from scipy.special import betaln, gammaln

from tests.bench.drift.logs import History
from tests.bench.drift.rhythm import Numbers, Rhythm
from tests.bench.drift.rival import Judge, Learn

WEEK = 7.0
BOUND = 7.0  # of the logarithm of a parameter: 0.0009 to 1100
NODES, NODE_WEIGHTS = np.polynomial.legendre.leggauss(48)

Likelihood = Callable[[Numbers, Numbers], Numbers]


def bg_nbd(parameters: Numbers, summary: Numbers) -> Numbers:
    """Log likelihood of BG/NBD for (r, alpha, a, b) and rows of x, t_x, T."""
    r, alpha, a, b = parameters
    x, last, end = summary.T
    stayed = betaln(a, b + x) - (r + x) * np.log(alpha + end)
    # Without a repeat nobody can have left.
    left = np.where(
        x > 0,
        betaln(a + 1.0, b + np.maximum(x, 1.0) - 1.0) - (r + x) * np.log(alpha + last),
        -np.inf,
    )
    return _rate(r, alpha, x) - betaln(a, b) + np.logaddexp(stayed, left)


def mbg_nbd(parameters: Numbers, summary: Numbers) -> Numbers:
    """Log likelihood of MBG/NBD for (r, alpha, a, b): one may leave after the first event too."""
    r, alpha, a, b = parameters
    x, last, end = summary.T
    stayed = betaln(a, b + x + 1.0) - (r + x) * np.log(alpha + end)
    left = betaln(a + 1.0, b + x) - (r + x) * np.log(alpha + last)
    return _rate(r, alpha, x) - betaln(a, b) + np.logaddexp(stayed, left)


def pareto_nbd(parameters: Numbers, summary: Numbers) -> Numbers:
    """Log likelihood of Pareto/NBD for (r, alpha, s, beta).

    The moment of leaving is integrated out by Gauss-Legendre over log(alpha + moment) instead of
    by the difference of two hypergeometric functions, which loses its digits in long histories.
    """
    r, alpha, s, beta = parameters
    x, last, end = summary.T
    stayed = -(r + x) * np.log(alpha + end) - s * np.log1p(end / beta)
    half = np.log((alpha + end) / (alpha + last))[:, None] / 2.0
    moved = half * (NODES + 1.0)
    moment = (alpha + last)[:, None] * np.exp(moved) - alpha
    inside = (1.0 - r - x)[:, None] * moved - (s + 1.0) * np.log1p(moment / beta)
    integral = (half * np.exp(inside)) @ NODE_WEIGHTS
    with np.errstate(divide="ignore"):  # nobody leaves in no time
        left = np.log(s / beta) + (1.0 - r - x) * np.log(alpha + last) + np.log(integral)
    return _rate(r, alpha, x) + np.logaddexp(stayed, left)


def _rate(r: float, alpha: float, x: Numbers) -> Numbers:
    """Factor common to the models, from the gamma distribution of rates."""
    return gammaln(r + x) - gammaln(r) + r * np.log(alpha)


def fit(likelihood: Likelihood, summary: Numbers) -> Numbers:
    """Find the parameters under which the summary is likeliest."""
    rows, times = np.unique(summary, axis=0, return_counts=True)

    def loss(logs: Numbers) -> float:
        return -float(times @ likelihood(np.exp(logs), rows)) / len(summary)

    start = np.log([1.0, float(np.median(summary[:, 2])) + 1.0, 1.0, 2.0])
    if likelihood is pareto_nbd:
        start[3] = start[1]
    found = minimize(loss, start, method="L-BFGS-B", bounds=[(-BOUND, BOUND)] * 4)
    return np.exp(found.x)


def summary_of(history: History, end: float) -> Numbers:
    """Sum a history up as x, t_x and T (weeks since the first active day)."""
    rhythm = Rhythm.of(history)
    ages = [rhythm.last - rhythm.first, end - rhythm.first]
    return np.stack([rhythm.days - 1.0, ages[0] / WEEK, ages[1] / WEEK], axis=1)


def no_event(likelihood: Likelihood) -> Learn:
    """Make the rival that asks a model for the probability of no event in the horizon."""

    def learn(history: History, cut: float, horizon: float) -> Judge:
        """Learn the parameters."""
        parameters = fit(likelihood, summary_of(history, cut))

        def judge(known: History, moment: float) -> Numbers:
            return no_event_probability(likelihood, parameters, summary_of(known, moment), horizon)

        return judge

    return learn


def no_event_probability(
    likelihood: Likelihood, parameters: Numbers, summary: Numbers, horizon: float
) -> Numbers:
    """Probability of no event in the horizon (days) given each history."""
    later = summary + np.array([0.0, 0.0, horizon / WEEK])
    ratio = likelihood(parameters, later) - likelihood(parameters, summary)
    return np.exp(np.minimum(ratio, 0.0))  # the integral's last digits may say 1 + 1e-14


def not_alive(history: History, cut: float, horizon: float) -> Judge:
    """Learn the parameters of BG/NBD, to ask the usual question: p(alive)."""
    parameters = fit(bg_nbd, summary_of(history, cut))
    return lambda known, moment: not_alive_probability(parameters, summary_of(known, moment))


def not_alive_probability(parameters: Numbers, summary: Numbers) -> Numbers:
    """One less BG/NBD's p(alive); whoever came once only is alive for certain."""
    r, alpha, a, b = parameters
    x, last, end = summary.T
    odds = a / (b + np.maximum(x, 1.0) - 1.0) * ((alpha + end) / (alpha + last)) ** (r + x)
    return np.where(x > 0, odds / (1.0 + odds), 0.0)
