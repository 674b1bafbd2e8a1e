"""The fit of the coefficients, against what must hold at the answer."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from insights.scoring.logistic import Pull, fit_logistic


def made_up(seed, rows=300, width=5):
    """Make features, outcomes and weights that have something to do with each other."""
    numbers = np.random.default_rng(seed)
    columns = np.column_stack([np.ones(rows), numbers.normal(size=(rows, width - 1))])
    odds = columns @ numbers.normal(size=width)
    silent = (numbers.random(rows) < 1 / (1 + np.exp(-odds))).astype(float)
    return columns, silent, numbers.random(rows) + 0.1


def slope_at(b, columns, silent, weights, pull):
    """Work out the gradient of the loss, term by term."""
    share = 1 / (1 + np.exp(-columns @ b))
    return columns.T @ (weights * (share - silent)) + pull.precision * (b - pull.centre)


@settings(deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    signs=st.lists(st.sampled_from([-1, 0, 1]), min_size=5, max_size=5),
    precision=st.floats(0.01, 100),
)
def test_at_the_answer_nothing_allowed_is_better(seed, signs, precision):
    data = made_up(seed)
    pull = Pull(np.zeros(5), np.full(5, precision), np.array(signs))

    b = fit_logistic(*data, pull)

    slope = slope_at(b, *data, pull)
    assert (np.array(signs) * b >= 0).all()
    held = (b == 0) & (np.array(signs) != 0)
    np.testing.assert_allclose(slope[~held], 0.0, atol=0.01)
    assert (np.array(signs)[held] * slope[held] >= -0.01).all()


def test_a_firm_belief_is_not_moved():
    centre = np.array([0.3, -0.2, 0.1, 0.0, 1.0])

    b = fit_logistic(*made_up(1), Pull(centre, np.full(5, 1e12), np.zeros(5, dtype=int)))

    np.testing.assert_allclose(b, centre, atol=1e-6)


def test_outcomes_that_can_be_told_apart_entirely_stay_finite():
    columns = np.column_stack([np.ones(10), np.arange(10.0) - 4.5])
    silent = (columns[:, 1] > 0).astype(float)

    b = fit_logistic(columns, silent, np.ones(10), Pull(np.zeros(2), np.full(2, 1e-6), np.zeros(2)))

    assert np.isfinite(b).all()
    assert b[1] > 1.0
