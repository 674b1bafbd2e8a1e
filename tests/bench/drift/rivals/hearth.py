"""Hearth itself: the steps of `insights.scoring.predict`, so that another history can be read."""

from dataclasses import replace

import numpy as np

from insights.scoring import Policy, Population, Silence, fold, population, read
from insights.scoring.activity import PLAIN, Activity
from insights.scoring.refit import TooLittleHistoryError, learn
from tests.bench.drift.logs import History
from tests.bench.drift.rhythm import Numbers
from tests.bench.drift.rival import Judge, Learn


def prior_only(prior: Silence) -> Learn:
    """Make Hearth as it starts: coefficients it is given, and the population's own rhythm."""

    def start(history: History, cut: float, horizon: float) -> Judge:
        """Learn the population's rhythm."""
        policy = replace(Policy(), horizon_days=horizon)
        return _judge(policy, _rhythm(history, policy), prior)

    return start


def refitted(prior: Silence) -> Learn:
    """Make Hearth as it goes on: coefficients refitted to the organisation's own backtests."""

    def refit(history: History, cut: float, horizon: float) -> Judge:
        """Learn the population's rhythm and the coefficients."""
        policy = replace(Policy(), horizon_days=horizon)
        try:
            silence = learn(activity_of(history), policy, cut, prior)
        except TooLittleHistoryError:
            silence = prior
        return _judge(policy, _rhythm(history, policy), silence)

    return refit


def activity_of(history: History) -> Activity:
    """Take every entry of a log as a sign of the customer."""
    _, codes = np.unique(history.customer, return_inverse=True)
    return Activity.of_log(codes, history.at, len(history.customers))


def _rhythm(history: History, policy: Policy) -> Population:
    return population(fold(activity_of(history).events(), PLAIN, policy).states, policy)


def _judge(policy: Policy, rhythm: Population, silence: Silence) -> Judge:
    def judge(known: History, moment: float) -> Numbers:
        states = fold(activity_of(known).events(), PLAIN, policy).states
        return read(states, moment, policy, rhythm, silence).silence

    return judge
