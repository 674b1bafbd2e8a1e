"""What must hold for every history."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from insights.scoring import Policy, Population, Silence, fold, population, read, trail
from insights.scoring.events import Events
from tests.insights.scoring.histories import (
    AFTER,
    CAMPAIGN,
    KIND_ROWS,
    KINDS,
    MAIL,
    MEETING,
    ORDER,
    PERSON_FAILURE,
    SCREEN_FAILURE,
    START,
    events_of,
    touch,
    touches,
)

POLICY = Policy()
CALM = settings(
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


def states_of(*customers):
    return fold(events_of(*customers), KINDS, POLICY).states


def reading_of(history, as_of, states=None):
    states = states_of(history) if states is None else states
    return read(states, as_of, POLICY, population(states, POLICY)).row(0)


def end_of(history):
    return history[-1]["at"] if history else START


def with_inserted(history, place, given):
    """Insert a touchpoint at the moment of the one it stands before; openers move on."""
    at = history[place]["at"] if place < len(history) else end_of(history)
    moved = [one | {"opener": one["opener"] + (one["opener"] >= place)} for one in history]
    return [*moved[:place], touch(at, **given), *moved[place:]]


@CALM
@given(history=touches(min_size=2), data=st.data())
def test_folding_in_pieces_equals_folding_at_once(history, data):
    cut = data.draw(st.integers(1, len(history) - 1))
    whole = fold(events_of(history), KINDS, POLICY)
    first = fold(events_of(history[:cut]), KINDS, POLICY)
    rest = []
    for one in history[cut:]:
        carried = first.hurts[one["opener"]] if 0 <= one["opener"] < cut else 0.0
        opener = one["opener"] - cut if one["opener"] >= cut else -1
        rest.append(one | {"opener": opener, "carried_hurt": carried})

    second = fold(events_of(rest), KINDS, POLICY, first.states)

    np.testing.assert_array_equal(second.states, whole.states)
    np.testing.assert_array_equal(np.concatenate([first.hurts, second.hurts]), whole.hurts)


@CALM
@given(history=touches(min_size=2), data=st.data())
def test_order_of_arrival_does_not_matter(history, data):
    arrived = data.draw(st.permutations(range(len(history))))
    frame = pd.DataFrame(history).assign(customer=0).iloc[arrived].reset_index(drop=True)
    place = {old: new for new, old in enumerate(arrived)} | {-1: -1}
    frame["opener"] = frame["opener"].map(place)
    chained = [one for one in history if one["opens"] and one["closes"]]
    if chained:  # a loop may close and open another at one instant: then order is meaning
        return

    shuffled = fold(Events.from_frame(frame), KINDS, POLICY).states

    np.testing.assert_allclose(shuffled, states_of(history), rtol=1e-9, atol=1e-9)


@CALM
@given(history=touches(), after=AFTER, data=st.data())
def test_adding_a_failure_never_raises_warmth(history, after, data):
    place = data.draw(st.integers(0, len(history)))
    failure = {
        "kind": data.draw(st.sampled_from([SCREEN_FAILURE, PERSON_FAILURE])),
        "direction": data.draw(st.integers(0, 2)),
        "opens": data.draw(st.sampled_from([0, 2, 3])),
        "template": data.draw(st.booleans()),
    }
    as_of = end_of(history) + after

    hurt = reading_of(with_inserted(history, place, failure), as_of)["warmth"]

    assert hurt <= reading_of(history, as_of)["warmth"] + 1e-9


@CALM
@given(history=touches(), after=AFTER, data=st.data())
def test_a_template_never_raises_warmth(history, after, data):
    place = data.draw(st.integers(0, len(history)))
    template = {
        "kind": data.draw(st.integers(0, len(KIND_ROWS) - 1)),
        "direction": data.draw(st.integers(0, 2)),
        "template": True,
    }
    as_of = end_of(history) + after

    mailed = reading_of(with_inserted(history, place, template), as_of)["warmth"]

    assert mailed <= reading_of(history, as_of)["warmth"] + 1e-9


@CALM
@given(history=touches(min_size=1), moments=st.lists(AFTER, min_size=2, max_size=6))
def test_silence_alone_never_raises_presence(history, moments):
    states = states_of(history)
    waited = np.sort(moments)
    readings = read(
        np.repeat(states, len(waited), axis=0),
        end_of(history) + waited,
        POLICY,
        population(states, POLICY),
    )
    if not readings.known[0]:
        return

    assert (np.diff(readings.silence) >= -1e-12).all()
    assert (np.diff(readings.presence) <= 1e-12).all()
    nearest = 100.0 * (1.0 - readings.presence)
    assert (np.diff(nearest) >= -1e-9).all()
    assert (readings.distance >= nearest - 1e-9).all()


@CALM
@given(
    period=st.integers(1, 200),
    times=st.integers(1, 60),
    kinds=st.lists(st.sampled_from([MEETING, MAIL, ORDER]), min_size=1, max_size=3),
    direction=st.integers(0, 2),
)
def test_a_constant_rate_has_no_cooling_at_any_age(period, times, kinds, direction):
    history = [
        touch(START + period * turn, kind=kind, direction=direction)
        for turn in range(times)
        for kind in kinds
    ]

    assert reading_of(history, end_of(history))["cooling"] <= 1e-12


@pytest.mark.parametrize("age", [0, 1, 7, 40, 90, 365, 2_000])
def test_daily_contact_has_no_cooling_at_any_hour(age):
    history = [touch(START + day, kind=MAIL) for day in range(age + 1)]

    coolings = [reading_of(history, START + age + hour / 24)["cooling"] for hour in range(24)]

    assert max(coolings) < 0.01


@CALM
@given(history=touches(min_size=1), after=AFTER)
def test_parts_add_up_to_distance(history, after):
    row = reading_of(history, end_of(history) + after)
    if not row["known"]:
        return
    shares = [row[f"part_{name}"] for name in ("presence", "cooling", "wall", "unhealed")]

    assert min(shares) >= 0.0
    assert sum(shares) == pytest.approx(row["distance"], abs=1e-9)


@CALM
@given(
    history=touches(min_size=1),
    other=touches(),
    cuts=st.lists(st.integers(-50, 4_000), min_size=1, max_size=5),
)
def test_trail_sees_only_what_was_before_each_cut(history, other, cuts):
    moments = START + np.sort(cuts).astype(float)
    everyone = states_of(history, other)
    rhythm = population(everyone, POLICY)

    distances = trail(events_of(history, other), KINDS, POLICY, moments, rhythm)

    for column, cut in enumerate(moments):
        for row, customer in enumerate((history, other)):
            before = states_of([one for one in customer if one["at"] < cut])
            expected = read(before, cut, POLICY, rhythm).distance
            assert distances[row, column] == pytest.approx(expected[0], nan_ok=True)


@CALM
@given(history=touches(), after=st.integers(-500, 500_000))
def test_a_known_reading_is_finite(history, after):
    row = reading_of(history, end_of(history) + after)

    unknown_names = {
        "distance", "presence", "silence", "silent_days", "usual_gap_days", "last_at",
        "part_presence", "part_cooling", "part_wall", "part_unhealed",
    }  # fmt: skip
    for name, value in row.items():
        if name == "first_at":
            continue
        assert np.isfinite(value) == (row["known"] or name not in unknown_names), name
    assert 0.0 <= row["warmth"] <= 100.0
    assert 0.0 <= row["baseline"] <= 100.0


@pytest.mark.parametrize(
    "history",
    [
        [touch(START + i / 5_000, kind=i % len(KIND_ROWS), direction=i % 3) for i in range(5_000)],
        [touch(START)],
        [touch(-400_000.0), touch(0.0), touch(400_000.0)],
        [touch(START, kind=PERSON_FAILURE, opens=3, severity=1e6)],
        [touch(START + i / 100, kind=CAMPAIGN, direction=1) for i in range(2_000)]
        + [touch(START + 30)],
    ],
    ids=["thousands a day", "one touchpoint", "centuries apart", "ruinous failure", "spam"],
)
@pytest.mark.parametrize("as_of", [-1e6, START, START + 1, 1e7])
def test_extremes_stay_finite(history, as_of):
    row = reading_of(history, as_of)

    assert all(np.isfinite(value) for value in row.values())


@CALM
@given(histories=st.lists(touches(max_size=5), min_size=1, max_size=4))
def test_population_may_be_gathered_in_chunks(histories):
    states = states_of(*histories)
    sums = sum(Population.gather(states[row : row + 1]) for row in range(len(states)))

    chunked, whole = Population.from_sums(sums, POLICY), population(states, POLICY)

    assert (chunked.sw2, chunked.mu0, chunked.tau2) == pytest.approx(
        (whole.sw2, whole.mu0, whole.tau2)
    )


def test_reading_many_customers_equals_reading_each():
    histories = [[touch(START + i * gap, kind=i % 10) for i in range(6)] for gap in range(1, 8)]
    states = states_of(*histories)
    rhythm = population(states, POLICY)

    together = read(states, START + 100, POLICY, rhythm, Silence.prior())

    each = [read(states[i : i + 1], START + 100, POLICY, rhythm) for i in range(len(states))]
    alone = pd.concat([one.to_frame() for one in each], ignore_index=True)
    pd.testing.assert_frame_equal(together.to_frame(), alone)
