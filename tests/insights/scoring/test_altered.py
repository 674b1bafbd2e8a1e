"""Histories cut off, and histories with what could be done now."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from insights.scoring import Policy, fold, population, read
from insights.scoring.altered import Deed, cut_off, with_deeds
from insights.scoring.columns import COMPLAINT
from tests.insights.scoring.histories import (
    AFTER,
    KINDS,
    MAIL,
    MEETING,
    SCREEN_FAILURE,
    START,
    events_of,
    touch,
    touches,
)
from tests.insights.scoring.test_properties import CALM

POLICY = Policy()


@CALM
@given(first=touches(), second=touches(), back=AFTER)
def test_what_is_cut_off_is_as_if_it_had_not_happened_yet(first, second, back):
    moment = max([START, *(one["at"] for one in first + second)]) - back
    before = [[one for one in history if one["at"] < moment] for history in (first, second)]

    cut = cut_off(events_of(first, second), moment)

    cut.validate()
    np.testing.assert_array_equal(
        fold(cut, KINDS, POLICY).states, fold(events_of(*before), KINDS, POLICY).states
    )


@CALM
@given(history=touches(), after=AFTER, kind=st.sampled_from([MEETING, MAIL]))
def test_a_deed_folds_as_the_touchpoint_would(history, after, kind):
    at = (history[-1]["at"] if history else START) + after
    deed = Deed(kind, direction=2)

    pasts = with_deeds(events_of(history), [[], [deed]], at, math.floor(at))

    happened = events_of(history, [*history, touch(at, kind=kind)])
    np.testing.assert_array_equal(
        fold(pasts, KINDS, POLICY).states, fold(happened, KINDS, POLICY).states
    )


def test_a_deed_closes_what_the_history_opened_and_what_was_done_with_it():
    complaint = touch(START, kind=SCREEN_FAILURE, direction=0, opens=COMPLAINT)
    closing = touch(START + 3, closes=COMPLAINT, opener=0, opened_at=START, expected=2.0)
    asks = touch(START + 3, kind=MAIL, direction=0, opens=1)
    answers = touch(START + 3, kind=MAIL, direction=1, closes=1, opener=2, expected=1.0,
                    opened_at=START + 3)  # fmt: skip
    settled = Deed(MEETING, 2, closes=COMPLAINT, opener=0, opened_at=START, expected=2.0)
    answered = [
        Deed(MAIL, 0, opens=1),
        Deed(MAIL, 1, closes=1, opener=2, opened_at=START + 3, expected=1.0),
    ]
    history = [complaint, touch(START + 1)]

    pasts = with_deeds(events_of(history), [[settled], answered], START + 3, int(START) + 3)

    happened = events_of([*history, closing], [*history, asks, answers | {"opener": 2}])
    np.testing.assert_array_equal(
        fold(pasts, KINDS, POLICY).states, fold(happened, KINDS, POLICY).states
    )


def test_deeds_are_refused_in_the_middle_of_a_history_and_for_several_customers():
    with pytest.raises(ValueError, match="goes on until"):
        with_deeds(events_of([touch(START)]), [[]], START - 1, int(START) - 1)
    with pytest.raises(ValueError, match="2 customers"):
        with_deeds(events_of([], []), [[]], START, int(START))


@CALM
@given(
    history=touches(min_size=1),
    after=AFTER,
    kind=st.sampled_from([MEETING, MAIL]),
    style=st.integers(0, 3),
)
def test_where_nothing_hurts_being_together_never_raises_distance(history, after, kind, style):
    at = history[-1]["at"] + after
    pasts = with_deeds(events_of(history), [[], [Deed(kind, 2)]], at, math.floor(at))
    states = fold(pasts, KINDS, POLICY).states
    styles = np.full(2, style, dtype=np.int8)
    before, after_it = (
        read(states, at, POLICY, population(states[:1], POLICY), styles=styles).row(row)
        for row in (0, 1)
    )
    if not before["known"] or before["hurt"] > 0.0:
        return

    assert after_it["distance"] <= before["distance"] + 1e-9


@CALM
@given(history=touches(min_size=1), after=AFTER, kind=st.sampled_from([MEETING, MAIL]))
def test_being_together_ends_the_silence_whatever_was_before(history, after, kind):
    at = history[-1]["at"] + after
    pasts = with_deeds(events_of(history), [[], [Deed(kind, 2)]], at, math.floor(at))
    states = fold(pasts, KINDS, POLICY).states

    reading = read(states, at, POLICY, population(states[:1], POLICY)).row(1)

    assert reading["part_presence"] == 0.0
