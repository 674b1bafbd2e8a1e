"""Warmth of pairs: by hand, and as whole customers with whom nothing else happened."""

import numpy as np
import pandas as pd
import pytest

from insights.scoring import Events, Kinds, Policy, Population, Silence, fold, read
from insights.scoring.pairs import pairs_of

KINDS = Kinds.from_rows(
    [{"points": 6, "human": True}, {"points": 2, "digital": True}, {"severity": 3, "human": True}]
)


def events_of(rows: list[tuple[int, float, int, int]], customers: int) -> Events:
    frame = pd.DataFrame(rows, columns=["customer", "at", "kind", "direction"])
    return Events.from_frame(frame, range(customers))


def test_a_call_of_a_half_life_ago_is_worth_half():
    pairs = pairs_of(events_of([(0, 10.0, 0, 2)], 1), KINDS, Policy(), as_of=100.0)

    # 75 (1 - exp(-3 / 15)): connection 0.45 and served 0.30 of 3 points.
    assert pairs.warmth.round(3).tolist() == [13.595]


def test_warmth_is_that_of_a_customer_with_whom_nothing_else_happened():
    random = np.random.default_rng(5)
    rows = [
        (int(random.integers(7)), float(random.uniform(0, 900)), int(random.integers(3)),
         int(random.integers(3)))
        for _ in range(300)
    ]  # fmt: skip
    events = events_of(rows, 8)

    pairs = pairs_of(events, KINDS, Policy(), as_of=900.0)

    nobody = Population.from_sums(np.zeros(6), Policy())
    states = fold(events, KINDS, Policy()).states
    warmth = read(states, 900.0, Policy(), nobody, Silence.prior()).warmth
    assert pairs.warmth == pytest.approx(np.nan_to_num(warmth))


def test_only_meetings_of_the_last_year_are_counted_but_the_last_is_known():
    rows = [(0, 100.0, 0, 2), (0, 600.0, 1, 2), (1, 300.0, 0, 2), (1, 600.0, 2, 0)]

    pairs = pairs_of(events_of(rows, 3), KINDS, Policy(), as_of=610.0)

    assert pairs.meetings.tolist() == [0, 2, 0]
    np.testing.assert_equal(pairs.last_met, [100.0, 600.0, np.nan])


def test_of_nobody_there_is_nothing():
    pairs = pairs_of(events_of([], 0), KINDS, Policy(), as_of=0.0)

    assert [len(column) for column in (pairs.warmth, pairs.last_met, pairs.meetings)] == [0, 0, 0]
