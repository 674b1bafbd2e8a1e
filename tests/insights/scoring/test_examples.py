"""Examples worked by hand; the comments are the working."""

import math

import numpy as np
import pytest

from insights.scoring import Policy, Population, Silence, fold, next_bands, population, read
from tests.insights.scoring.histories import (
    BOOKKEEPING,
    CAMPAIGN,
    KINDS,
    MAIL,
    ORDER,
    PERSON_FAILURE,
    SCREEN_FAILURE,
    START,
    events_of,
    touch,
)

POLICY = Policy()
NOBODY = Population.from_sums(np.zeros(6), POLICY)  # 21 days, variances 1


def folded(*history):
    return fold(events_of(list(history)), KINDS, POLICY)


def reading(*history, as_of):
    return read(folded(*history).states, as_of, POLICY, NOBODY).row(0)


def test_one_meeting_fades_by_half_in_ninety_days():
    row = reading(touch(START), as_of=START + 90)

    # C = 10 / 2 = 5, connection = 1 - e^(-5/15) = 0.2835; warmth = 100 (0.30 + 0.45) 0.2835.
    assert row["connection"] == pytest.approx(0.28347, abs=1e-5)
    assert row["warmth"] == pytest.approx(21.26, abs=0.01)


def test_answered_mail_is_worth_more_than_unanswered():
    sent = touch(START, kind=MAIL, direction=1)
    answered = touch(START, kind=MAIL, direction=0)

    # Alone 0.1 x 2 = 0.2; answered 2 x min(2, 2) = 4.
    assert reading(sent, as_of=START)["connection"] == pytest.approx(1 - math.exp(-0.2 / 15))
    both = reading(sent, answered, as_of=START)
    assert both["connection"] == pytest.approx(1 - math.exp(-4 / 15))


def test_a_webinar_for_fifty_is_not_fifty_meetings():
    row = reading(touch(START, in_room=50.0, sentiment=1.0), as_of=START)

    # 10 / 50 x (1 + 0.5) = 0.3 points.
    assert row["connection"] == pytest.approx(1 - math.exp(-0.3 / 15))


def test_service_alone_carries_warmth_to_thirty_and_no_further():
    orders = [touch(START + day, kind=ORDER, direction=1) for day in range(100)]

    assert reading(*orders, as_of=START + 99)["warmth"] == pytest.approx(30.0, abs=0.01)


def test_goodwill_softens_a_failure_and_a_screen_sharpens_it():
    meetings = [touch(START) for _ in range(3)]
    with_friend = folded(*meetings, touch(START + 90, kind=PERSON_FAILURE, direction=0))
    on_screen = folded(touch(START, kind=SCREEN_FAILURE, direction=0))

    # Connection before: 3 x 10 / 2 = 15, sat(1) = 0.6321; 8 x 1.0 x (1 - 0.6 x 0.6321) = 4.966.
    assert with_friend.hurts[3] == pytest.approx(4.9659, abs=1e-4)
    # 3 x 1.5, and no goodwill.
    assert on_screen.hurts[0] == pytest.approx(4.5)


def test_an_open_failure_does_not_fade_and_one_made_right_does():
    failure = touch(START, kind=SCREEN_FAILURE, direction=0, opens=3)
    closing = touch(START + 3, kind=BOOKKEEPING, closes=3, opener=0, opened_at=START, expected=3.0)

    still_open = reading(failure, as_of=START + 63)
    mended = reading(failure, closing, as_of=START + 63)

    assert still_open["hurt_open"] == pytest.approx(4.5)
    assert still_open["unhealed"] == pytest.approx(1 - math.exp(-4.5 / 8))
    # After 3 days it keeps 1 - 0.8 / 2 = 0.6: 2.7, and half of that 60 days on.
    assert mended["hurt_open"] == 0.0
    assert mended["hurt"] == pytest.approx(1.35)
    # A problem solved in the time expected: 4 / 2 points of care, 60 days ago.
    assert mended["care_shown"] == pytest.approx(2 * 2 ** (-60 / 120))


@pytest.mark.parametrize(
    ("closed_after", "care"),
    [(2.0, 5.0), (3.0, 5.0), (3.5, 4.0), (4.0, 4.0), (8.0, 2.0)],
    ids=["two days early", "a day early", "half a day early", "in time", "late by as long again"],
)
def test_promises_earn_by_when_they_are_kept(closed_after, care):
    promise = touch(START, kind=BOOKKEEPING, opens=4)
    kept = touch(
        START + closed_after, kind=BOOKKEEPING, closes=4, opener=0, opened_at=START, expected=4.0
    )

    row = reading(promise, kept, as_of=START + closed_after)

    assert row["care_shown"] == pytest.approx(care)


def test_a_question_answered_at_the_time_expected_is_worth_half():
    question = touch(START, kind=MAIL, direction=0, opens=1)
    answer = touch(
        START + 2, kind=MAIL, direction=1, closes=1, opener=0, opened_at=START, expected=2.0
    )

    assert reading(question, answer, as_of=START + 2)["care_shown"] == pytest.approx(0.5)


def test_campaigns_are_noise_once_they_pass_two_an_answer():
    campaigns = [touch(START, kind=CAMPAIGN, direction=1) for _ in range(8)]

    row = reading(touch(START), *campaigns, as_of=START)

    # B / (1 + I') - 2 = 8 - 2 = 6; sat(6/6) = 0.6321. They earn nothing.
    assert row["noise"] == pytest.approx(0.63212, abs=1e-5)
    connection = 1 - math.exp(-10 / 15)
    assert row["warmth"] == pytest.approx(75 * connection * (1 - 0.2 * 0.63212), abs=1e-3)
    assert row["care_said"] == 8.0


def test_what_we_send_does_not_make_an_active_day():
    row = reading(touch(START), touch(START + 40, kind=MAIL, direction=1), as_of=START + 41)

    assert row["active_days"] == 1
    assert row["silent_days"] == pytest.approx(41.0)


def test_never_heard_from_is_unknown():
    row = reading(touch(START, kind=MAIL, direction=1), as_of=START + 1)

    assert not row["known"]
    assert math.isnan(row["distance"])
    assert row["warmth"] > 0.0


def test_silence_by_hand():
    row = reading(touch(START), touch(START + 21), as_of=START + 21)

    # One gap of 21 days, population 21 days: G = 21, trend 0, s^2 = (4 + 0)/4 = 1, r = 0.
    features = [
        math.log(0.5 / 21.5),
        0.0,
        math.log(2 ** (-21 / 45) + 1 + 0.05),
        math.log(2 ** (-21 / 360) + 1 + 0.05),
        math.log(1.25 / 2),
        math.log(2),
        math.log(90 / 21.5),
        0.0,
        0.0,
        math.log(0.25 / 2),  # no gap of 90 days yet
        0.0,  # one touchpoint on the last day
        0.0,  # asked for the policy's horizon
    ]
    prior = Silence.prior()
    odds = prior.intercept + sum(b * x for b, x in zip(prior.coefficients, features, strict=True))
    assert row["silence"] == pytest.approx(1 / (1 + math.exp(-odds)))
    assert row["presence"] == 1.0
    assert row["usual_gap_days"] == pytest.approx(21.0)


def test_who_calls_twice_a_year_is_near_until_the_next_call_is_due():
    calls = [touch(START + 180 * number) for number in range(6)]
    last = START + 180 * 5

    # Six gaps of which five are theirs: G = e^((ln 21 + 5 ln 180) / 6) = 125.8 days.
    rows = [reading(*calls, as_of=last + days) for days in (0, 60, 125, 180, 360)]
    assert [round(row["usual_gap_days"], 1) for row in rows] == [125.8] * 5
    assert [row["part_presence"] for row in rows[:3]] == [0.0, 0.0, 0.0]
    assert 0.0 < rows[3]["part_presence"] < rows[4]["part_presence"]


def test_the_wall_rises_when_people_go_and_is_lower_for_the_self_served():
    people = [touch(START + day, kind=MAIL, direction=0) for day in range(0, 360, 30)]
    screens = [touch(START + day, kind=ORDER, direction=0) for day in range(360, 540, 30)]
    states = folded(*people, *screens).states
    styles = np.array([1, 2, 3], dtype=np.int8)

    rows = read(np.repeat(states, 3, axis=0), START + 540, POLICY, NOBODY, styles=styles)

    fallen = rows.human_share_normal[0] - rows.human_share_now[0]
    assert fallen > 0.2
    assert rows.wall.tolist() == pytest.approx([fallen, 0.6 * fallen, 0.2 * fallen])


def test_an_intermediary_that_comes_between_is_a_wall_too():
    ours = [touch(START + day) for day in range(0, 300, 30)]
    theirs = [touch(START + day, via=True) for day in range(300, 600, 30)]

    coming = reading(*ours, *theirs, as_of=START + 600)
    going = reading(*[one | {"via": not one["via"]} for one in [*ours, *theirs]], as_of=START + 600)

    assert coming["wall"] > 0.1
    assert going["wall"] == 0.0


def test_feedback_and_distinct_days_open_windows():
    seen = [touch(START + hour / 24, kind=ORDER, direction=0) for hour in range(5)]

    row = reading(*seen, touch(START, kind=9, direction=1), as_of=START + 0.2)

    # One day however often, plus 3 for the feedback: 100 sat(4/6), a fifth of a day old.
    assert row["windows"] == pytest.approx(100 * (1 - math.exp(-4 / 6)), abs=0.2)


def test_a_reading_before_the_last_touch_counts_as_of_it():
    states = folded(touch(START), touch(START + 50)).states

    early, then = (read(states, moment, POLICY, NOBODY).row(0) for moment in (START, START + 50))

    assert early["warmth"] == then["warmth"]
    assert early["silent_days"] == 0.0


def test_a_late_event_is_refused():
    states = folded(touch(START)).states

    with pytest.raises(ValueError, match="refold that customer"):
        fold(events_of([touch(START - 1)]), KINDS, POLICY, states)


def test_an_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="kind 99 does not exist; there are 12"):
        folded(touch(START, kind=99))


@pytest.mark.parametrize(
    ("distances", "bands"),
    [
        ([24, 26, 24, 27.9, 28, 26, 22, 21.9], [1, 1, 1, 1, 2, 2, 2, 1]),
        ([10, 46, 48, 99, 83, 81], [1, 2, 3, 5, 5, 4]),
        ([90, 60, 5], [5, 3, 1]),
        ([math.nan, 50, math.nan, 50], [0, 3, 0, 3]),
    ],
    ids=["no flicker at an edge", "an edge barely passed", "several at once", "unknown"],
)
def test_bands_change_only_when_well_passed(distances, bands):
    band, seen = np.zeros(1, dtype=np.int8), []
    for distance in distances:
        band = next_bands(np.array([distance]), ~np.isnan([distance]), band)
        seen.append(int(band[0]))

    assert seen == bands


def test_population_of_one_rhythm_tends_to_it():
    weekly = [touch(START + 7 * week) for week in range(50)]
    states = fold(events_of(*[weekly] * 200), KINDS, POLICY).states

    rhythm = population(states, POLICY)

    # 200 customers of weight 49/51 against a hyper-prior of 10 at 21 days.
    weight = 200 * 49 / 51
    assert rhythm.mu0 == pytest.approx((10 * math.log(21) + weight * math.log(7)) / (10 + weight))
    assert rhythm.sw2 == pytest.approx(10 / (10 + 200 * 48))
