"""Learning from the organisation's own past."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest

from insights.scoring import Policy, Silence, fold, population, read
from insights.scoring.activity import PLAIN, Activity
from insights.scoring.refit import TooLittleHistoryError, learn, refit
from insights.scoring.silence import FEATURES
from insights.scoring.state import FIELD
from insights.scoring.train import train

POLICY = replace(Policy(), horizon_days=30.0)
TODAY = 20_000.0
FAR_OFF = Silence(-6.0, (0.0,) * len(FEATURES))
"""Says of everyone that they will not be silent."""


def organisation(seed=0, customers=400, days=300):
    """Make up customers who call at their own rate until, one day, they leave for good."""
    numbers = np.random.default_rng(seed)
    rows = []
    for customer in range(customers):
        rate, leaves = numbers.gamma(2.0, 12.0) + 2.0, numbers.exponential(days)
        start = TODAY - days * numbers.random()
        calls = start + np.cumsum(numbers.exponential(rate, 200))
        rows.append(
            np.column_stack([np.full(200, customer), calls])[
                (calls < start + leaves) & (calls < TODAY + 30)
            ]
        )
    customer, at = np.concatenate(rows).T
    return Activity(customer.astype(np.int64), at, np.floor(at).astype(np.int32), customers)


def test_it_learns_what_the_organisation_is_like():
    activity = organisation()

    found = refit(activity.events(), PLAIN, POLICY, TODAY, FAR_OFF)

    assert found.is_better
    assert found.challenger["log_loss"] < found.champion["log_loss"] / 2
    assert found.challenger["auc"] > 0.75
    assert found.challenger["calibration_error"] < 0.1
    assert (np.diff(found.cuts) > 0).all()
    assert found.cuts.max() < TODAY
    assert 300 < found.customers <= 400


def test_what_came_later_has_no_influence():
    activity = organisation()
    known = activity.at < TODAY
    before = Activity(
        activity.customer[known], activity.at[known], activity.day[known], activity.customers
    )

    assert learn(activity, POLICY, TODAY) == learn(before, POLICY, TODAY)


def test_the_held_out_cut_is_not_learned_from():
    activity = organisation()
    found = refit(activity.events(), PLAIN, POLICY, TODAY)
    then = learn(activity, POLICY, TODAY - 30.0)

    again = refit(activity.events(), PLAIN, POLICY, TODAY, then)

    # The same coefficients on the same cut-off: neither is better.
    assert again.champion == again.challenger == found.challenger
    assert again.is_better


def test_a_challenger_that_does_worse_is_told():
    activity = organisation(seed=1)
    # A change no past could foretell: the last month nobody left.
    wakes = np.arange(activity.customers)
    at = np.concatenate([activity.at[activity.at < TODAY - 30], wakes * 0.0 + TODAY - 10.0])
    customer = np.concatenate([activity.customer[activity.at < TODAY - 30], wakes])
    order = np.lexsort((at, customer))
    changed = Activity(
        customer[order], at[order], np.floor(at[order]).astype(np.int32), activity.customers
    )

    found = refit(changed.events(), PLAIN, POLICY, TODAY, FAR_OFF)

    assert not found.is_better


def test_silence_is_never_rewarded_whatever_was_learned():
    activity = organisation(seed=2)
    silence = learn(activity, POLICY, TODAY)
    states = fold(activity.events(), PLAIN, POLICY).states
    states = states[states[:, FIELD["active_days"]] > 0]
    rhythm = population(states, POLICY)

    moments = TODAY + 30 + np.arange(0, 400, 20)
    said = np.array([read(states, m, POLICY, rhythm, silence).silence for m in moments])

    assert (np.diff(said, axis=0) >= -1e-12).all()


def test_customers_above_the_cap_are_a_fair_sample_that_stays_the_same():
    activity = organisation()

    few = activity.sample(50)

    assert len(np.unique(few.customer)) <= 50
    assert few.customers == 50
    np.testing.assert_array_equal(few.at, activity.sample(50).at)
    assert (np.diff(few.customer) >= 0).all()


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (5, r"there are \d days of history; 19 are needed for a horizon of 30 days"),
        (14, r"there are 1\d days of history; 19 are needed"),
    ],
)
def test_too_little_history_says_what_would_be_enough(days, words):
    activity = organisation()
    late = activity.at > TODAY - days
    young = Activity(
        activity.customer[late], activity.at[late], activity.day[late], activity.customers
    )

    with pytest.raises(TooLittleHistoryError, match=words):
        refit(young.events(), PLAIN, POLICY, TODAY)


def test_the_days_said_to_be_enough_are():
    at = np.arange(TODAY - 19, TODAY)
    daily = Activity(np.zeros(19, np.int64), at, at.astype(np.int32), 1)

    assert math.isfinite(refit(daily.events(), PLAIN, POLICY, TODAY).silence.intercept)


def test_the_share_done_rises_to_one():
    told = []

    refit(organisation().events(), PLAIN, POLICY, TODAY, None, told.append)

    assert told == sorted(told)
    assert told[-1] == 1.0


def test_training_writes_what_ships(tmp_path):
    table = "| made_up.csv | 1 | 1 | made up | here | 2020-01-01 | 30 |\n"
    (tmp_path / "README.md").write_text(table)
    activity = organisation(customers=120)
    days = np.datetime64("1970-01-01") + activity.day.astype("timedelta64[D]")
    lines = [f"c{who},{day}" for who, day in zip(activity.customer, days, strict=True)]
    (tmp_path / "made_up.csv").write_text("\n".join(["customer,occurred_at", *lines]))
    out = tmp_path / "prior.json"

    trained = train(tmp_path, out)

    written = json.loads(out.read_text())
    assert written["trained_on"] == {"made_up.csv": 30.0}
    shipped = Silence.from_json(written)
    np.testing.assert_allclose(shipped.coefficients, trained.coefficients, atol=1e-4)


def test_a_folder_that_lists_no_log_is_refused(tmp_path):
    (tmp_path / "README.md").write_text("nothing here")

    with pytest.raises(ValueError, match="lists no CSV file"):
        train(tmp_path, tmp_path / "prior.json")
