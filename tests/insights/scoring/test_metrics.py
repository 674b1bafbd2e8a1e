"""The measures of proof, worked out by hand and held against slow obvious ones."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from insights.scoring.gaps import BIN_OF_GAP
from insights.scoring.metrics import (
    auc,
    average_precision,
    brier,
    calibration_by_tenths,
    calibration_error,
    early_drift,
    lift_in_top,
)
from insights.scoring.state import FIELD, empty_states

SILENT = np.array([True, True, False, True, False, False])
SAID = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.4])

outcomes = st.lists(
    st.tuples(st.booleans(), st.sampled_from([0.1, 0.25, 0.5, 0.75, 0.9])), min_size=2, max_size=7
)


def test_auc_counts_the_pairs_in_the_right_order():
    # Of 9 pairs only the one silent at 0.6 and the one not silent at 0.7 is the wrong way round.
    assert auc(SILENT, SAID) == pytest.approx(8 / 9)


def test_auc_of_a_constant_is_a_coin():
    assert auc(SILENT, np.full(6, 0.3)) == 0.5


def test_average_precision_averages_the_precision_at_each_silent_one():
    # Precision where the silent ones stand: 1/1, 2/2, 3/4.
    assert average_precision(SILENT, SAID) == pytest.approx((1 + 1 + 0.75) / 3)


def test_average_precision_of_a_constant_is_the_share_silent():
    assert average_precision(SILENT, np.full(6, 0.3)) == pytest.approx(0.5)


def test_lift_takes_whole_customers_and_shares_out_ties():
    # The top tenth of six is one customer, who was silent, where half were: twice as often.
    assert lift_in_top(SILENT, SAID) == pytest.approx(2.0)
    # All the same number: the one on top is silent as often as anybody.
    assert lift_in_top(SILENT, np.full(6, 0.3)) == pytest.approx(1.0)
    # The one on top is one of two, of whom one was silent.
    assert lift_in_top(np.array([True, False, False, False]), np.array([0.9, 0.9, 0.1, 0.1])) == 2.0


def test_lift_of_a_tenth_of_a_hundred_is_ten_customers():
    # 0.1 * 30 is 3.0000000000000004 in floating point, which must not become 4.
    silent = np.arange(30) < 3
    assert lift_in_top(silent, -np.arange(30.0), 0.1) == pytest.approx(10.0)


def test_brier_is_the_mean_square():
    assert brier(np.array([True, False]), np.array([0.8, 0.3])) == pytest.approx(0.13 / 2)


def test_calibration_compares_groups_of_equal_size():
    tenths = calibration_by_tenths(SILENT, SAID, bins=3)
    assert tenths.customers.tolist() == [2, 2, 2]
    assert tenths.said == pytest.approx([0.45, 0.65, 0.85])
    assert tenths.happened == pytest.approx([0.0, 0.5, 1.0])
    assert calibration_error(SILENT, SAID, bins=3) == pytest.approx((0.45 + 0.15 + 0.15) / 3)


def test_a_tie_over_two_groups_is_shared_between_them():
    silent = np.array([True, False, False, False])
    tenths = calibration_by_tenths(silent, np.full(4, 0.25), bins=2)
    assert tenths.happened == pytest.approx([0.25, 0.25])
    assert calibration_error(silent, np.full(4, 0.25), bins=2) == pytest.approx(0.0)


def test_groups_that_do_not_come_out_even_differ_by_one():
    tenths = calibration_by_tenths(np.zeros(23, dtype=bool), np.linspace(0, 1, 23))
    assert tenths.customers.tolist() == [3, 3, 3, 2, 2, 2, 2, 2, 2, 2]
    assert tenths.customers.sum() == 23


@pytest.mark.parametrize(
    ("measure", "silent"),
    [
        (auc, [True, True]),
        (auc, [False, False]),
        (auc, []),
        (average_precision, [False, False]),
        (average_precision, []),
        (lift_in_top, [False, False]),
        (lift_in_top, []),
        (brier, []),
        (calibration_error, []),
    ],
)
def test_what_cannot_be_measured_is_not_a_number(measure, silent):
    assert math.isnan(measure(np.array(silent, dtype=bool), np.full(len(silent), 0.5)))


@pytest.mark.parametrize(
    "measure",
    [auc, average_precision, lift_in_top, brier, calibration_error, calibration_by_tenths],
)
def test_columns_that_cannot_be_compared_are_refused(measure):
    with pytest.raises(ValueError, match="one column"):
        measure(np.array([True]), np.array([0.1, 0.2]))
    with pytest.raises(ValueError, match="NaN"):
        measure(np.array([True, False]), np.array([0.1, np.nan]))


def test_shares_and_groups_out_of_range_are_refused():
    with pytest.raises(ValueError, match="share is 0"):
        lift_in_top(SILENT, SAID, 0.0)
    with pytest.raises(ValueError, match="bins is 0"):
        calibration_by_tenths(SILENT, SAID, 0)


@given(outcomes)
def test_auc_is_the_share_of_pairs(rows):
    silent, said = _columns(rows)
    pairs = [(a, b) for a, b in itertools.product(rows, rows) if a[0] and not b[0]]
    won = [1.0 if a[1] > b[1] else 0.5 if a[1] == b[1] else 0.0 for a, b in pairs]
    assert auc(silent, said) == pytest.approx(np.mean(won) if won else math.nan, nan_ok=True)


@given(outcomes)
def test_average_precision_steps_through_the_thresholds(rows):
    silent, said = _columns(rows)
    area, found = 0.0, 0.0
    for threshold in sorted({p for _, p in rows}, reverse=True):
        above = [s for s, p in rows if p >= threshold]
        recall = sum(above) / max(silent.sum(), 1)
        area, found = area + (recall - found) * sum(above) / len(above), recall
    expected = area if silent.any() else math.nan
    assert average_precision(silent, said) == pytest.approx(expected, nan_ok=True)


@given(outcomes, st.sampled_from([0.1, 0.3, 0.5, 1.0]))
def test_lift_is_the_average_over_all_orders_of_ties(rows, share):
    silent, said = _columns(rows)
    top = math.ceil(round(share * len(rows), 9))
    orders = [
        order
        for order in itertools.permutations(rows)
        if all(a[1] >= b[1] for a, b in itertools.pairwise(order))
    ]
    shares = [np.mean([s for s, _ in order[:top]]) for order in orders]
    expected = np.mean(shares) / silent.mean() if silent.any() else math.nan
    assert lift_in_top(silent, said, share) == pytest.approx(expected, nan_ok=True)


@given(outcomes, st.randoms())
def test_no_measure_depends_on_the_order_of_rows(rows, random):
    mixed = random.sample(rows, len(rows))
    for measure in (auc, average_precision, lift_in_top, brier, calibration_error):
        there, here = measure(*_columns(mixed)), measure(*_columns(rows))
        assert there == pytest.approx(here, nan_ok=True)


def _columns(rows):
    return np.array([s for s, _ in rows]), np.array([p for _, p in rows])


@pytest.mark.parametrize(
    ("gaps", "silent_days", "is_early"),
    [
        ([7, 7, 7], 14.0, True),
        ([7, 7, 7], 14.1, False),
        ([2, 4, 10], 8.0, True),  # the median is 4
        ([2, 4, 10], 8.1, False),
        ([2, 4, 8, 10], 12.0, True),  # the median of an even number is 6
        ([2, 4, 8, 10], 12.1, False),
        ([1, 1], 0.0, False),  # three active days are no rhythm yet
        ([60, 60, 60], 90.0, True),
        ([60, 60, 60], 150.0, False),
    ],
)
def test_early_drift_is_within_twice_the_own_median_gap(gaps, silent_days, is_early):
    states = empty_states(2)
    states[1, FIELD["active_days"]] = len(gaps) + 1
    states[1, FIELD["last_at"]] = 1_000.0
    for gap in gaps:
        states[1, FIELD["gap_0"] + BIN_OF_GAP[gap]] += 1
    assert early_drift(states, 1_000.0 + silent_days).tolist() == [False, is_early]
