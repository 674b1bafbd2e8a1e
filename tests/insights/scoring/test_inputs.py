"""What the core refuses, and how it says so."""

import re

import numpy as np
import pandas as pd
import pytest

from insights.scoring import (
    STATE_FIELDS,
    Events,
    Kinds,
    Policy,
    Silence,
    empty_states,
    fold,
    population,
    read,
    trail,
)
from insights.scoring.gaps import GAP_EDGES, gaps_at_least
from tests.insights.scoring.histories import KINDS, START, events_of, touch


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"horizon": 30}, "horizon (30) is not a tunable; did you mean horizon_days?"),
        ({"zzz": 1}, "zzz (1) is not a tunable; see Policy for the names"),
        ({"horizon_days": 0}, "horizon_days is 0; it must be a number of days from 1 to 3650"),
        ({"hurt_scale": "8"}, "hurt_scale is '8'; it must be a number (severity) from 0.1 to 1000"),
        ({"hurt_scale": True}, "hurt_scale is True; it must be"),
        ({"hurt_scale": float("nan")}, "hurt_scale is nan; it must be"),
        ({"care_weight": 0.5}, "add up to 1.25; they must add up to 1"),
        ({"steady_from": 50}, "each must be at least the one before"),
        ([1], "a policy is a JSON object of numbers, not [1]"),
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(given, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        Policy.from_json(given)


def test_a_policy_survives_json():
    policy = Policy(horizon_days=30.0, wall_weight=0.1)

    assert Policy.from_json(policy.to_json()) == policy


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"in_room": 0.5}, "in_room of row 0 is 0.5; it must be at least 1"),
        ({"sentiment": 1.5}, "sentiment of row 0 is 1.5; it must be -1 to 1, or NaN"),
        ({"severity": -1.0}, "severity of row 0 is -1.0"),
        ({"direction": 3}, "direction of row 0 is 3; it must be 0"),
        ({"opens": 5}, "opens of row 0 is 5"),
        ({"closes": 1}, "opened_at of row 0 is nan"),
        ({"closes": 1, "opened_at": 0.0, "expected": 0.0}, "expected of row 0 is 0.0"),
        ({"carried_hurt": -1.0}, "carried_hurt of row 0 is -1.0"),
        ({"opener": 0}, "opener of row 0 is 0; it must be an earlier row"),
        ({"opener": 7}, "opener of row 0 is 7; it must be an earlier row"),
        ({"kind": -1}, "kind of row 0 is -1"),
        ({"at": np.inf, "day": 0}, "at of row 0 is inf"),
    ],
)
def test_events_that_make_no_sense_are_refused(given, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        events_of([touch(START) | given])


@pytest.mark.parametrize(
    ("second", "message"),
    [
        ({"closes": 2}, "it must open that kind of loop of the same customer"),
        ({"customer": 1}, "it must open that kind of loop of the same customer"),
        ({}, "a loop is closed once"),
    ],
    ids=["another kind", "another customer", "twice"],
)
def test_a_closing_must_fit_its_opening(second, message):
    close = touch(START + 1, closes=1, opener=0, opened_at=START, expected=1.0)
    rows = [touch(START, opens=1), close, close | second]
    if "customer" in second or "closes" in second:
        rows = [rows[0], rows[2]]

    with pytest.raises(ValueError, match=message):
        Events.from_frame(pd.DataFrame([{"customer": 0} | row for row in rows]))


def test_time_must_not_run_backwards():
    with pytest.raises(ValueError, match="day of row 1 is 17998"):
        events_of([touch(START), touch(START + 0.5) | {"day": 17_998}])


def test_a_frame_keeps_customers_without_events():
    frame = pd.DataFrame({"customer": ["b"], "at": [1.0]})

    events = Events.from_frame(frame, customers=["a", "b", "c"])

    assert events.offsets.tolist() == [0, 0, 1, 1]
    assert fold(events, KINDS, Policy()).states.shape == (3, len(STATE_FIELDS))


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (pd.DataFrame({"at": [1.0]}), "no column 'customer'"),
        (pd.DataFrame({"customer": ["z"], "at": [1.0]}), "'z' is not among the customers given"),
    ],
)
def test_a_frame_that_does_not_fit_is_refused(frame, message):
    with pytest.raises(ValueError, match=message):
        Events.from_frame(frame, customers=["a"])


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"point": 1}, "kind 0: 'point' is not one of points"),
        ({"care": -1}, "care of kind 0 is -1.0"),
        ({"human": True, "digital": True}, "kind 0 is both human and digital"),
    ],
)
def test_kinds_that_make_no_sense_are_refused(row, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        Kinds.from_rows([row])


@pytest.mark.parametrize("sign", [(0, -0.1), (3, 0.1)])
def test_coefficients_may_not_reward_silence(sign):
    place, value = sign
    coefficients = list(Silence.prior().coefficients)
    coefficients[place] = value

    with pytest.raises(ValueError, match="it must not be"):
        Silence(0.0, tuple(coefficients))


def test_read_refuses_what_does_not_fit():
    states = empty_states(2)
    rhythm = population(states, Policy())

    with pytest.raises(ValueError, match="as_of is nan"):
        read(states, np.nan, Policy(), rhythm)
    with pytest.raises(ValueError, match="styles must be 2 of 0, 1, 2 or 3"):
        read(states, 1.0, Policy(), rhythm, styles=np.array([9, 0]))
    with pytest.raises(ValueError, match="1 states for 0 customers"):
        fold(events_of(), KINDS, Policy(), empty_states(1))
    with pytest.raises(ValueError, match="cuts must rise"):
        trail(events_of(), KINDS, Policy(), np.array([2.0, 1.0]), rhythm)


def test_nobody_at_all_is_no_trouble():
    states = fold(events_of(), KINDS, Policy()).states

    assert len(read(states, 1.0, Policy(), population(states, Policy()))) == 0


def test_gap_bins_lose_nothing_and_never_rise():
    counts = np.ones((1, len(GAP_EDGES) - 1))
    days = np.arange(0, 40_000, 7, dtype=float)

    left = gaps_at_least(np.repeat(counts, len(days), axis=0), days)

    assert left[0] == counts.sum()
    assert (np.diff(left) <= 0).all()
    assert left[-1] == 0.0
