"""How long a refit and scoring of 200,000 customers take, against the seconds they may."""

import time
from dataclasses import dataclass

import numpy as np
import pandas as pd

from insights.scoring import Events, Policy, Silence, fold, population, read
from insights.scoring.activity import PLAIN
from insights.scoring.refit import refit

CUSTOMERS = 200_000
EVENTS = 1_000_000
DAYS = 730.0
LIMIT_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds taken, and what for."""

    what: str
    seconds: float


def made_up(customers: int, events: int) -> Events:
    """Make customers of very different rates, half of whom leave at some time."""
    random = np.random.default_rng(1)
    rate = random.gamma(0.7, 1.0, customers)
    owner = np.sort(random.choice(customers, events, p=rate / rate.sum()))
    first = random.random(customers) * DAYS * 0.8
    last = np.where(random.random(customers) < 0.5, DAYS, first + random.exponential(90, customers))
    span = np.minimum(last, DAYS) - first
    at = first[owner] + random.random(events) * span[owner]
    return Events.from_frame(pd.DataFrame({"customer": owner, "at": at}))


def timings() -> list[Timing]:
    """Take the processor time of a refit with its backtests, and of scoring everyone."""
    few = made_up(200, 4_000)  # compiles
    refit(few, PLAIN, Policy(), DAYS)
    _score(few, Silence.prior())
    events = made_up(CUSTOMERS, EVENTS)
    start = time.process_time()
    found = refit(events, PLAIN, Policy(), DAYS)
    fitted = time.process_time()
    _score(events, found.silence)
    end = time.process_time()
    return [
        Timing("refit with its backtests", fitted - start),
        Timing("fold and read everyone", end - fitted),
        Timing("both", end - start),
    ]


def _score(events: Events, silence: Silence) -> None:
    policy = Policy()
    states = fold(events, PLAIN, policy).states
    read(states, DAYS, policy, population(states, policy), silence)
