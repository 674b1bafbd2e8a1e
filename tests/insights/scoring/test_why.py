"""Sentences that say why, with their facts and their plurals."""

from datetime import date

import pytest

from insights.scoring import Policy, fold, population, read, why
from tests.insights.scoring.histories import KINDS, MAIL, START, events_of, touch

READING = {
    "known": True, "active_days": 9, "silent_days": 41.7, "usual_gap_days": 12.2,
    "warmth": 31.2, "baseline": 58.4, "human_share_now": 0.1, "human_share_normal": 0.61,
    "via_share_now": 0.0, "via_share_normal": 0.0, "part_presence": 0.0, "part_cooling": 0.0,
    "part_wall": 0.0, "part_unhealed": 0.0,
}  # fmt: skip


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"part_presence": 9.0}, "Silent 41 days; usually in touch every 12."),
        (
            {"part_presence": 9.0, "silent_days": 1.9, "usual_gap_days": 1.2},
            "Silent 1 day; usually in touch every day.",
        ),
        (
            {"part_presence": 9.0, "active_days": 1, "silent_days": 1200},
            "Silent 1,200 days; in touch on one day only so far.",
        ),
        ({"part_cooling": 9.0}, "Warmth 31, usually 58."),
        ({"part_wall": 9.0}, "Was 6 in 10 with a person, now 1 in 10."),
        (
            {"part_wall": 9.0, "human_share_now": 0.58},
            "Was 61 in 100 with a person, now 58 in 100.",
        ),
        (
            {"part_wall": 9.0, "human_share_now": 0.61, "via_share_now": 0.5},
            "Was 0 in 10 through an intermediary, now 5 in 10.",
        ),
        ({"part_unhealed": 9.0}, "Failures not made right."),
        ({}, "Nothing has changed: last in touch 41 days ago, usually every 12; warmth 31."),
        ({"silent_days": 0.4}, "Nothing has changed: in touch today, usually every 12; warmth 31."),
        (
            {"silent_days": 1.0, "active_days": 1},
            "Nothing has changed: last in touch 1 day ago; warmth 31.",
        ),
        ({"known": False}, "Never heard from, so there is no distance yet."),
    ],
)
def test_each_part_has_its_facts(given, sentence):
    assert [part.sentence for part in why(READING | given)] == [sentence]


@pytest.mark.parametrize(
    ("count", "since", "sentence"),
    [
        (1, None, "One failure not made right."),
        (2, date(2026, 10, 3), "Two failures since 3 October not made right."),
        (12, None, "12 failures not made right."),
    ],
)
def test_open_failures_are_counted_and_dated(count, since, sentence):
    parts = why(READING | {"part_unhealed": 9.0}, open_failures=count, since=since)

    assert parts[0].sentence == sentence


def test_the_largest_part_comes_first_and_small_ones_are_left_out():
    shares = {"part_presence": 10.0, "part_cooling": 20.0, "part_wall": 0.4, "part_unhealed": 5.0}

    parts = why(READING | shares)

    assert [(part.name, part.points) for part in parts] == [
        ("cooling", 20.0), ("presence", 10.0), ("unhealed", 5.0),
    ]  # fmt: skip


def test_readings_may_be_asked_by_row():
    calls = [touch(START + 12 * turn, kind=MAIL) for turn in range(9)]
    states = fold(events_of([touch(START)], calls), KINDS, Policy()).states
    readings = read(states, START + 96 + 60, Policy(), population(states, Policy()))

    parts = why(readings, 1)

    assert {"presence", "cooling"} == {part.name for part in parts}
    assert sum(part.points for part in parts) == pytest.approx(readings.distance[1])
    assert any(part.sentence.startswith("Silent 60 days; usually in touch") for part in parts)
