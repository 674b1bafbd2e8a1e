"""Hearth itself: the steps of `insights.scoring.predict`, so that another history can be read."""

from dataclasses import replace

import pandas as pd

from insights.scoring import Events, Kinds, Policy, Population, Silence, fold, population, read
from tests.bench.drift.logs import History
from tests.bench.drift.rhythm import Numbers
from tests.bench.drift.rival import Judge

KINDS = Kinds.from_rows([{}])


def prior_only(history: History, cut: float, horizon: float) -> Judge:
    """Learn the population's rhythm; the coefficients are those that ship."""
    policy = replace(Policy(), horizon_days=horizon)
    rhythm = population(fold(events_of(history), KINDS, policy).states, policy)
    return _judge(policy, rhythm, Silence.prior())


def events_of(history: History) -> Events:
    """Make every entry of a log an inbound touchpoint worth nothing."""
    return Events.from_frame(pd.DataFrame({"customer": history.customer, "at": history.at}))


def _judge(policy: Policy, rhythm: Population, silence: Silence) -> Judge:
    def judge(known: History, moment: float) -> Numbers:
        states = fold(events_of(known), KINDS, policy).states
        return read(states, moment, policy, rhythm, silence=silence).silence

    return judge
