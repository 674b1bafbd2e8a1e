"""What changed between two readings: shares that are true, numbers that add up, plain sentences."""

from datetime import date

import pytest
from hypothesis import given

from insights.scoring import Policy, fold, population, read
from insights.scoring.altered import cut_off
from insights.scoring.changed import Since, changes, contributions, sentence
from tests.insights.scoring.histories import AFTER, KINDS, events_of, touches
from tests.insights.scoring.test_properties import CALM

POLICY = Policy()
SINCE = Since(date(2026, 11, 16), date(2026, 11, 25))
ROW = {
    "known": True, "distance": 0.0, "part_presence": 0.0, "part_cooling": 0.0, "part_wall": 0.0,
    "part_unhealed": 0.0, "silent_days": 5.0, "usual_gap_days": 12.2, "warmth": 50.0,
    "baseline": 55.0, "human_share_now": 0.6, "human_share_normal": 0.6, "via_share_now": 0.0,
    "via_share_normal": 0.0,
}  # fmt: skip


def row(**parts):
    """Make a reading of these parts alone."""
    facts = {name: parts.pop(name) for name in list(parts) if name in ROW}
    shared = {f"part_{name}": points for name, points in parts.items()}
    return ROW | shared | {"distance": sum(parts.values())} | facts


def readings_of(history, moments):
    """Read a history as of moments, each seeing only what was before it."""
    events = events_of(history)
    known = [cut_off(events, moment) for moment in moments]
    states = [fold(piece, KINDS, POLICY).states for piece in known]
    rhythm = population(states[-1], POLICY)
    return [
        read(state, moment, POLICY, rhythm).row(0)
        for state, moment in zip(states, moments, strict=True)
    ]


@CALM
@given(history=touches(min_size=2), after=AFTER, back=AFTER)
def test_contributions_add_up_to_the_change_exactly(history, after, back):
    as_of = history[-1]["at"] + after
    then, now = readings_of(history, [as_of - back, as_of + 0.125])
    if not (then["known"] and now["known"]):
        return

    shares = contributions(then, now)

    assert sum(shares.values()) == pytest.approx(now["distance"] - then["distance"], abs=1e-6)


@CALM
@given(history=touches(min_size=2), after=AFTER, back=AFTER)
def test_whole_points_add_up_to_the_distances_as_shown(history, after, back):
    as_of = history[-1]["at"] + after
    then, now = readings_of(history, [as_of - back, as_of + 0.125])
    if not (then["known"] and now["known"]):
        return

    found = changes(then, now, SINCE)

    assert sum(one.points for one in found) == round(now["distance"]) - round(then["distance"])
    assert all(one.phrase for one in found)


def test_a_part_that_did_not_change_is_not_blamed_when_another_grew():
    # The same open complaint before and after: only silence was added.
    states_then = {"presence": 1.0, "unhealed": 0.75}
    then = row(unhealed=25.0)
    distance = 100 * (1 - 0.5 * states_then["unhealed"])
    now = row(presence=44.169, unhealed=18.331, silent_days=60.0)
    assert now["distance"] == pytest.approx(distance)

    shares = contributions(then, now)

    assert shares["presence"] == pytest.approx(37.5, abs=0.01)
    assert shares["unhealed"] == pytest.approx(0.0, abs=0.01)


@pytest.mark.parametrize(
    ("then", "now", "since", "said"),
    [
        (
            row(),
            row(presence=3.0, unhealed=9.0, silent_days=14.0),
            {"opened": [("complaint", date(2026, 11, 18))]},
            (
                "Further by 12: the complaint of 18 November is not made right (+9) and "
                "9 more days of silence (+3)."
            ),
        ),
        (
            row(),
            row(presence=3.0, silent_days=6.0),
            {},
            "Further by 3: 1 more day of silence (+3).",
        ),
        (
            row(),
            row(presence=3.0, silent_days=4.2),
            {"active_on": date(2026, 11, 17)},
            "Further by 3: silent for 4 days, usually in touch every 12 (+3).",
        ),
        (
            row(presence=30.0),
            row(),
            {"active_on": date(2026, 11, 17)},
            "Nearer by 30: in touch again on 17 November (-30).",
        ),
        (
            row(unhealed=20.0),
            row(),
            {"healed": [("failure", date(2025, 12, 3))]},
            "Nearer by 20: the failure of 3 December 2025 was made right (-20).",
        ),
        (
            row(unhealed=20.0),
            row(),
            {"healed": [("failure", date(2026, 11, 3)), ("complaint", date(2026, 11, 4))]},
            "Nearer by 20: two failures were made right (-20).",
        ),
        (
            row(),
            row(cooling=8.0, warmth=41.0),
            {},
            "Further by 8: warmth fell from 50 to 41 (+8).",
        ),
        (
            row(),
            row(cooling=8.0),
            {},
            "Further by 8: warmth is further below what is usual (+8).",
        ),
        (
            row(),
            row(wall=8.0, human_share_now=0.4),
            {},
            "Further by 8: 4 in 10 touchpoints with a person, before 6 in 10 (+8).",
        ),
        (
            row(),
            row(wall=8.0, via_share_now=0.5),
            {},
            "Further by 8: 5 in 10 touchpoints through an intermediary, before 0 in 10 (+8).",
        ),
    ],
)
def test_sentences_have_the_facts(then, now, since, said):
    given_since = Since(SINCE.day, SINCE.today, **since)
    found = changes(then, now, given_since)

    so = sentence(then, now, found, given_since)
    assert so.replace(" since Monday 16 November", "").replace("\N{MINUS SIGN}", "-") == said


@pytest.mark.parametrize(
    ("then", "now", "said"),
    [
        (row(cooling=20.0), row(cooling=20.0), "As near as on Monday 16 November."),
        (
            row() | {"known": False, "distance": float("nan")},
            row(),
            "Heard from for the first time since Monday 16 November.",
        ),
        (row(), {"known": False}, "Never heard from, so there is nothing to compare."),
    ],
)
def test_where_nothing_moved_the_sentence_says_so(then, now, said):
    assert sentence(then, now, [], SINCE) == said


def test_what_went_both_ways_is_told_though_it_evens_out():
    then = row(presence=20.0)
    now = row(cooling=20.0, warmth=30.0)

    found = changes(then, now, Since(SINCE.day, SINCE.today, active_on=date(2026, 11, 18)))

    assert {one.name: one.points for one in found} == {"presence": -18, "cooling": 18}
    assert sentence(then, now, found, SINCE).startswith("As near as on Monday 16 November: ")
