"""Days as the organisation's clocks tell them, wherever it is and however its clocks change."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from insights.scoring import Policy, fold, population, read
from insights.scoring.state import FIELD
from tests.insights.scoring.histories import (
    AFTER,
    KIND_ROWS,
    KINDS,
    MEETING,
    events_of,
    touch,
    touches,
)
from tests.insights.scoring.oracle import Oracle

POLICY = Policy()
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ZONES = sorted(available_timezones() - {"localtime", "Factory"})
# Of 1900 to 2037: clocks have changed in the most curious ways then.
YEARS = st.integers(-70 * 8_766, 68 * 8_766).map(lambda hours: EPOCH + timedelta(hours=hours))
CALM = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])

# Around midnight, around the hours at which clocks change, and anything else.
NEAR = st.one_of(
    st.integers(-120, 120).map(lambda minutes: timedelta(minutes=minutes)),
    st.integers(-72, 72).map(lambda hours: timedelta(hours=hours)),
    st.integers(-3 * 86_400, 3 * 86_400).map(lambda seconds: timedelta(seconds=seconds)),
)


def days_since_1970(moment):
    return (moment - EPOCH) / timedelta(days=1)


def local_day(moment, zone):
    return (moment.astimezone(zone).date() - EPOCH.date()).days


def history_of(moments, zone, **given):
    """Return meetings at these moments, in order, on the days of a zone."""
    return [
        touch(days_since_1970(moment), day=local_day(moment, zone), kind=MEETING, **given)
        for moment in sorted(moments)
    ]


def clocks_change(zone, after):
    """Return the first moment after another at which this zone's clocks change, to the minute."""
    low = after
    for _ in range(400):
        high = low + timedelta(days=1)
        if high.astimezone(zone).utcoffset() != low.astimezone(zone).utcoffset():
            break
        low = high
    else:
        return after
    while high - low > timedelta(minutes=1):
        middle = low + (high - low) / 2
        changed = middle.astimezone(zone).utcoffset() != low.astimezone(zone).utcoffset()
        low, high = (low, middle) if changed else (middle, high)
    return high


def days_begun(history):
    """Return the distinct days, slowly: one that had begun is not left for the one before."""
    begun = []
    for one in history:
        if not begun or one["day"] > begun[-1]:
            begun.append(one["day"])
    return begun


@CALM
@given(
    name=st.sampled_from(ZONES),
    start=YEARS,
    near=st.lists(NEAR, min_size=1, max_size=12),
    is_change=st.booleans(),
)
@example(  # clocks went back from 00:01 to 23:01 of the day before
    name="America/St_Johns",
    start=datetime(2009, 11, 1, 2, 31, tzinfo=UTC),
    near=[timedelta(seconds=-30), timedelta(minutes=10), timedelta(minutes=70)],
    is_change=False,
)
@example(  # the day before came once more
    name="Pacific/Kwajalein",
    start=datetime(1969, 9, 30, 13, tzinfo=UTC),
    near=[timedelta(hours=hours) for hours in (-3, -1, 1, 3, 20, 30)],
    is_change=False,
)
@example(  # a day was left out
    name="Pacific/Apia",
    start=datetime(2011, 12, 30, 10, tzinfo=UTC),
    near=[timedelta(hours=hours) for hours in (-30, -1, 1, 20)],
    is_change=False,
)
def test_active_days_are_the_days_of_the_organisations_clocks(name, start, near, is_change):
    zone = ZoneInfo(name)
    moment = clocks_change(zone, start) if is_change else start
    history = history_of([moment + by for by in near], zone)
    begun = days_begun(history)

    state = fold(events_of(history), KINDS, POLICY).states[0]

    assert state[FIELD["active_days"]] == len(begun)
    assert state[FIELD["first_day"]] == begun[0]
    assert state[FIELD["last_day"]] == begun[-1]
    gaps = np.diff(begun)
    assert state[FIELD["log_gaps"]] == pytest.approx(np.log(gaps).sum())


@CALM
@given(
    name=st.sampled_from(ZONES),
    start=YEARS,
    near=st.lists(NEAR, min_size=2, max_size=10),
    data=st.data(),
)
def test_folding_in_pieces_over_a_change_of_clocks_is_folding_at_once(name, start, near, data):
    zone = ZoneInfo(name)
    moment = clocks_change(zone, start)
    history = history_of([moment + by for by in near], zone)
    cut = data.draw(st.integers(1, len(history) - 1))

    first = fold(events_of(history[:cut]), KINDS, POLICY).states
    pieces = fold(events_of(history[cut:]), KINDS, POLICY, first).states

    np.testing.assert_array_equal(pieces, fold(events_of(history), KINDS, POLICY).states)


@CALM
@given(
    name=st.sampled_from(ZONES),
    start=YEARS,
    near=st.lists(NEAR, min_size=1, max_size=8),
    after=st.integers(0, 400),
)
def test_reading_over_a_change_of_clocks_equals_the_oracle(name, start, near, after):
    zone = ZoneInfo(name)
    moment = clocks_change(zone, start)
    history = history_of([moment + by for by in near], zone)
    assume([one["day"] for one in history] == sorted(one["day"] for one in history))
    states = fold(events_of(history), KINDS, POLICY).states
    as_of = history[-1]["at"] + after
    rhythm = population(states, POLICY)
    oracle = Oracle(history, KIND_ROWS, POLICY)

    row = read(states, as_of, POLICY, rhythm).row(0)

    assert row["active_days"] == len(oracle.days())
    assert row["usual_gap_days"] == pytest.approx(oracle.usual_gap(rhythm))


@CALM
@given(first=st.sampled_from(ZONES), other=st.sampled_from(ZONES), start=YEARS)
def test_no_zone_makes_more_than_a_day_of_difference(first, other, start):
    moments = [start + timedelta(hours=7 * number) for number in range(30)]

    counted = [
        fold(events_of(history_of(moments, ZoneInfo(name))), KINDS, POLICY).states[0]
        for name in (first, other)
    ]

    days = [state[FIELD["active_days"]] for state in counted]
    assert abs(days[0] - days[1]) <= 2
    # What decays goes by the moment, which is the same everywhere.
    assert counted[0][FIELD["mutual"]] == counted[1][FIELD["mutual"]]


@CALM
@given(
    years=st.lists(st.integers(-70 * 365, 50 * 365), min_size=1, max_size=6),
    until=st.integers(0, 60 * 365),
)
def test_a_far_past_underflows_to_nothing_and_never_to_nan(years, until):
    moments = sorted(float(days) for days in years)
    history = [touch(at, kind=number % len(KIND_ROWS)) for number, at in enumerate(moments)]
    states = fold(events_of(history), KINDS, POLICY).states

    row = read(states, moments[-1] + until, POLICY, population(states, POLICY)).row(0)

    unknown = {
        "distance", "presence", "silence", "silent_days", "usual_gap_days", "last_at",
        "part_presence", "part_cooling", "part_wall", "part_unhealed", "first_at",
    }  # fmt: skip
    for name, value in row.items():
        if name == "first_at" and not np.isfinite(value):
            assert all(not KIND_ROWS[one["kind"]]["counts"] for one in history)
            continue
        assert np.isfinite(value) or (name in unknown and not row["known"]), name


@pytest.mark.parametrize("declared", [1, 2, 3])
@CALM
@given(data=st.data())
def test_a_declared_style_changes_the_wall_by_its_weight_and_nothing_it_does_not_enter(
    declared, data
):
    history = data.draw(touches(min_size=1))
    as_of = history[-1]["at"] + data.draw(AFTER)
    states = fold(events_of(history), KINDS, POLICY).states
    rhythm = population(states, POLICY)
    weights = (POLICY.wall_personal, POLICY.wall_mixed, POLICY.wall_self_service)

    inferred = read(states, as_of, POLICY, rhythm).row(0)
    styles = np.array([declared], dtype=np.int8)
    said = read(states, as_of, POLICY, rhythm, styles=styles).row(0)
    undone = read(states, as_of, POLICY, rhythm, styles=np.zeros(1, dtype=np.int8)).row(0)

    assert said["wall"] * weights[inferred["style"] - 1] == pytest.approx(
        inferred["wall"] * weights[declared - 1], rel=1e-12
    )
    follows = {"style", "wall", "distance"} | {name for name in said if name.startswith("part_")}
    for name in said.keys() - follows:
        assert said[name] == inferred[name] or np.isnan(said[name]), name
    assert {name: str(value) for name, value in undone.items()} == {
        name: str(value) for name, value in inferred.items()
    }
