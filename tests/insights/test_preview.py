"""A preview says what saving would do, to the digit, and writes nothing."""

from datetime import UTC, datetime, timedelta

import pytest

from insights.models import CustomerState, Reading
from insights.selectors.policy import Place
from insights.services import preview as module
from insights.services.nightly import read_everyone_again
from insights.services.preview import preview
from insights.services.refold import refold_outdated
from tests.factories import SegmentFactory
from tests.insights.test_refold import customers, everyone, of_segment, save, scores

__all__ = ["customers"]

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
POINTS = {Place("type", "call.phone", "points"): 30.0}
DRAFTS = [
    everyone(wall_weight=0.1, cooling_weight=0.9),
    everyone(connection_half_life=20.0, horizon_days=30.0),
    everyone(steady_from=5.0, cooling_from=10.0, band_margin=0.0),
    everyone(hyper_gap_days=300.0, hyper_customers=1000.0),
    POINTS,
]


@pytest.fixture
def readings(customers):
    read_everyone_again(now=NOW)
    return customers


def bands() -> dict[int, int]:
    return dict(Reading.objects.values_list("pk", "band"))


def test_draft_that_changes_nothing_moves_nobody(readings):
    found = preview(settings={}, now=NOW + timedelta(days=40))

    assert (found.moving, found.movers) == (0, ())
    assert found.old_histogram == found.new_histogram
    assert (found.customers, found.looked_at, found.margin) == (6, 6, 0)


@pytest.mark.parametrize("settings", DRAFTS)
def test_saving_does_what_the_preview_said(readings, settings):
    before, kept = bands(), scores()
    found = preview(settings=settings, now=NOW)
    assert scores() == kept
    save(settings)

    while refold_outdated(now=NOW):
        pass

    after = bands()
    moved = {pk: (before[pk], after[pk]) for pk in after if after[pk] != before[pk]}
    assert {m.customer_id: (m.old_band, m.new_band) for m in found.movers} == moved
    assert found.moving == len(moved)
    assert [sum(row[band] for row in found.matrix) for band in range(6)] == [
        list(after.values()).count(band) for band in range(6)
    ]
    for mover in found.movers:
        distance = Reading.objects.get(pk=mover.customer_id).distance
        assert mover.new_distance == pytest.approx(distance)


def test_draft_for_a_segment_moves_only_its_customers(readings):
    segment = SegmentFactory()
    ours = [one.pk for one in readings[:2]]
    for one in readings[:2]:
        one.segment = segment
        one.save()
    edges = ("steady_from", "cooling_from", "drifting_from", "gone_from", "band_margin")

    found = preview(settings=of_segment(segment, **dict.fromkeys(edges, 0.0)), now=NOW)

    assert {mover.customer_id for mover in found.movers} <= set(ours)
    assert all(mover.new_band == 5 for mover in found.movers)
    assert found.moving


def test_preview_while_another_policy_still_spreads_starts_from_that_policy(readings):
    save(everyone(connection_half_life=20.0, steady_from=1.0))
    assert refold_outdated(now=NOW, limit=3) == 3
    settings = everyone(connection_half_life=20.0, steady_from=1.0)

    found = preview(settings=settings, now=NOW)

    assert found.moving == 0
    assert CustomerState.objects.filter(policy_version=0).count() == 3


def test_of_many_customers_some_are_looked_at_and_the_error_is_said(readings, monkeypatch):
    monkeypatch.setattr(module, "MOST_CUSTOMERS", 3)
    monkeypatch.setattr(module, "LEAST_OF_A_BAND", 1)

    found = preview(settings=everyone(steady_from=0.5, band_margin=0.0), now=NOW)

    assert found.customers == 6
    assert found.looked_at < 6
    assert sum(map(sum, found.matrix)) == pytest.approx(6, abs=1)
    assert found.margin >= 0


def test_proof_says_when_history_is_too_short(readings):
    found = preview(settings={}, now=NOW)

    assert found.proof.effects == ()


def test_progress_is_told(readings):
    told = []

    preview(settings=everyone(connection_half_life=20.0), now=NOW, tell=told.append)

    assert told == sorted(told)
    assert told[-1] > 0.5
