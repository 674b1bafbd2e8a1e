"""The fast code must equal the slow, obvious oracle."""

import math

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings

from insights.scoring import Policy, Silence, fold, population, read
from tests.insights.scoring.histories import AFTER, KIND_ROWS, KINDS, START, events_of, touches
from tests.insights.scoring.oracle import Oracle

POLICY = Policy()
SILENCE = Silence.prior()


@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(history=touches(), other=touches(max_size=6), after=AFTER)
def test_fold_and_read_equal_the_oracle(history, other, after):
    folded = fold(events_of(history, other), KINDS, POLICY)
    rhythm = population(folded.states, POLICY)
    as_of = (history[-1]["at"] if history else START) + after
    oracle = Oracle(history, KIND_ROWS, POLICY)

    # On the very edge of a style the last digit decides.
    share = oracle.share_begun(as_of)
    assume(min(abs(share - 0.6), abs(share - 0.2)) > 1e-9)

    row = read(folded.states, as_of, POLICY, rhythm, SILENCE).row(0)

    assert folded.hurts[: len(history)] == pytest.approx(oracle.hurts, rel=1e-9)
    assert row["known"] == bool(oracle.active())
    assert row["active_days"] == len(oracle.days())
    for name, value in oracle.reading(as_of, rhythm, SILENCE, POLICY.horizon_days).items():
        assert row[name] == pytest.approx(value, rel=1e-7, abs=1e-7), name


@settings(deadline=None, max_examples=60)
@given(histories=touches(min_size=3), after=AFTER)
def test_population_is_that_of_its_definition(histories, after):
    customers = [histories[: size + 1] for size in range(len(histories))]
    customers = [
        [one if one["opener"] < len(kept) else one | {"closes": 0, "opener": -1} for one in kept]
        for kept in customers
    ]
    states = fold(events_of(*customers), KINDS, POLICY).states
    logs = [
        [math.log(gap) for gap in Oracle(customer, KIND_ROWS, POLICY).gaps()]
        for customer in customers
    ]
    logs = [row for row in logs if row]
    within = sum(sum((x - np.mean(row)) ** 2 for x in row) for row in logs)
    sw2 = (10 + within) / (10 + sum(len(row) - 1 for row in logs))
    weights = [len(row) / (len(row) + 2) for row in logs]
    means = [np.mean(row) for row in logs]
    pairs = list(zip(weights, means, strict=True))
    mu0 = (10 * math.log(21) + sum(w * x for w, x in pairs)) / (10 + sum(weights))
    between = sum(
        w * ((x - mu0) ** 2 - sw2 / len(row)) for (w, x), row in zip(pairs, logs, strict=True)
    )
    tau2 = max((10 + between) / (10 + sum(weights)), 0.1)

    result = population(states, POLICY)

    assert (result.sw2, result.mu0, result.tau2) == pytest.approx((sw2, mu0, tau2), abs=1e-9)
    assert result.k == pytest.approx(sw2 / tau2)
