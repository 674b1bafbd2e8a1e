"""How long scoring 200,000 customers takes, against the five seconds it may."""

import time
from dataclasses import dataclass

import numpy as np
import pandas as pd

from insights.scoring import Events, Policy, fold, population, read
from tests.bench.drift.rivals.hearth import KINDS

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


def scoring() -> Timing:
    """Time folding and reading all customers once, after a warm-up."""
    _score(made_up(50, 200))
    events = made_up(CUSTOMERS, EVENTS)
    start = time.perf_counter()
    _score(events)
    return Timing("fold and read", time.perf_counter() - start)


def _score(events: Events) -> None:
    policy = Policy()
    states = fold(events, KINDS, policy).states
    read(states, DAYS, policy, population(states, policy))
