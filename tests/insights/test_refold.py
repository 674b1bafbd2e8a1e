"""A new policy scores everyone again, whatever happens meanwhile."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import numpy as np
import pytest
from django.db import connection, connections, transaction

from insights.models import CustomerState, PolicyVersion, Reading, Rhythm
from insights.scoring import next_bands
from insights.selectors.policy import Place
from insights.services import everyone as everyone_module
from insights.services import refold
from insights.services.counted import counted
from insights.services.drain import drain
from insights.services.nightly import read_everyone_again
from insights.services.policy import roll_back_to, save_policy
from insights.services.refold import refold_outdated, refold_progress
from insights.services.rollups import move_totals, rebuild_rollups
from interactions.services import (
    NewTouchpoint,
    merge_customers,
    record,
    source_named,
    unmerge_customer,
)
from relationships.services import mark_profiles_changed
from tests.factories import AdministratorFactory, CustomerFactory, SegmentFactory
from tests.insights.test_drain import rollups

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)


def everyone(**values: float) -> dict[Place, float]:
    return {Place("everyone", "", name): value for name, value in values.items()}


def of_segment(segment, **values: float) -> dict[Place, float]:
    return {Place("segment", str(segment.pk), name): value for name, value in values.items()}


def save(settings) -> PolicyVersion:
    newest = PolicyVersion.objects.order_by("-pk").first()
    return save_policy(
        settings=settings, based_on=newest.pk if newest else 0, note="", by=AdministratorFactory()
    )


def touch(customers, *days: float, kind: str = "call.phone") -> None:
    items = [
        NewTouchpoint(type=kind, customer=one.pk, occurred_at=NOW - timedelta(days=day))
        for one in customers
        for day in days
    ]
    record(source=source_named("test"), items=items, by=AdministratorFactory(), now=NOW)
    while drain(now=NOW):
        pass


def refold_all(limit: int = refold.CHUNK) -> int:
    total = 0
    while done := refold_outdated(now=NOW, limit=limit):
        total += done
    return total


def scores() -> dict[int, tuple[object, ...]]:
    """Return what was scored of each customer, states included, but for the last digits."""
    states = dict(CustomerState.objects.values_list("pk", "numbers"))
    return {
        reading.pk: (
            reading.band, round(reading.distance, 9), round(reading.silence, 9),
            round(reading.warmth, 9),
            bytes(reading.history), np.frombuffer(states[reading.pk]).round(9).tolist(),
        )
        for reading in Reading.objects.all()
    }  # fmt: skip


@pytest.fixture
def customers(db):
    found = [CustomerFactory(yearly_value=1000 * number) for number in range(1, 7)]
    for number, one in enumerate(found):
        touch([one], *range(5 + 9 * number, 400, 11 + 3 * number))
    return found


def test_everyone_is_scored_with_the_new_policy_and_rolling_back_is_exact(customers):
    before = scores()
    version = save(everyone(connection_half_life=20.0, horizon_days=30.0, steady_from=10.0))
    assert (refold_progress().done, refold_progress().total) == (0, 6)

    assert refold_all() == 6

    assert refold_progress() is None
    assert scores() != before
    assert set(CustomerState.objects.values_list("policy_version", flat=True)) == {version.pk}
    roll_back_to(version=0, based_on=version.pk, by=AdministratorFactory())
    refold_all()
    # But for bands: between the margins of an edge they stay what they were.
    assert {pk: found[1:] for pk, found in scores().items()} == {
        pk: found[1:] for pk, found in before.items()
    }
    kept = rollups()
    rebuild_rollups()
    assert rollups() == kept


def test_rollups_are_exact_while_half_of_the_customers_are_scored_again(customers):
    save(everyone(steady_from=10.0, cooling_from=30.0, horizon_days=30.0))
    assert refold_outdated(now=NOW, limit=3) == 3
    touch(customers[:2], 0.5)
    read_everyone_again(now=NOW + timedelta(days=8))
    kept = rollups()

    rebuild_rollups()

    assert rollups() == kept
    assert (refold_progress().done, refold_progress().total) == (5, 6)


def test_most_at_risk_are_scored_first(customers):
    save(everyone(horizon_days=30.0))
    first = Reading.objects.order_by("-at_risk").values_list("pk", flat=True)[0]

    refold_outdated(now=NOW, limit=1)

    assert not CustomerState.objects.filter(pk=first, policy_version=0).exists()


def test_segment_is_scored_by_its_own_policy(customers):
    segment = SegmentFactory()
    for one in customers[:3]:
        one.segment = segment
        one.save()
    mark_profiles_changed(customer_ids=[one.pk for one in customers])
    drain(now=NOW)
    plain = scores()
    save(of_segment(segment, horizon_days=400.0, connection_half_life=30.0, steady_from=5.0))

    refold_all()

    mixed, ours = scores(), {one.pk for one in customers[:3]}
    assert all((mixed[pk] != plain[pk]) == (pk in ours) for pk in plain)
    save(everyone(horizon_days=400.0, connection_half_life=30.0, steady_from=5.0))
    refold_all()
    assert all((scores()[pk] == mixed[pk]) == (pk in ours) for pk in plain)


def test_bands_are_by_the_edges_of_the_segment(customers):
    segment = SegmentFactory()
    customers[0].segment = segment
    customers[0].save()
    mark_profiles_changed(customer_ids=[customers[0].pk])
    edges = ("steady_from", "cooling_from", "drifting_from", "gone_from", "band_margin")
    save(of_segment(segment, **dict.fromkeys(edges, 0.0)))

    drain(now=NOW)
    refold_all()

    assert Reading.objects.get(pk=customers[0].pk).band == 5
    for reading in Reading.objects.exclude(pk=customers[0].pk):
        distance = np.array([reading.distance])
        plain = next_bands(distance, np.array([True]), np.array([0], dtype=np.int8))
        assert reading.band == plain[0]
    kept = rollups()
    rebuild_rollups()
    assert rollups() == kept


@pytest.mark.parametrize("is_marked", [True, False])
def test_customer_who_moves_to_another_segment_is_folded_again(customers, is_marked):
    segment, one = SegmentFactory(), customers[0]
    save(of_segment(segment, connection_half_life=10.0, horizon_days=30.0))
    refold_all()
    one.segment = segment
    one.save()
    if is_marked:
        mark_profiles_changed(customer_ids=[one.pk])
    else:
        read_everyone_again(now=NOW)

    drain(now=NOW)
    moved = scores()[one.pk]

    assert CustomerState.objects.get(pk=one.pk).segment_id == segment.pk
    CustomerState.objects.update(policy_version=0)
    refold_all()
    assert scores()[one.pk] == moved


def test_new_touchpoints_go_on_from_the_state_of_their_segment(customers):
    segment = SegmentFactory()
    for one in customers[:3]:
        one.segment = segment
        one.save()
    mark_profiles_changed(customer_ids=[one.pk for one in customers])
    save(of_segment(segment, connection_half_life=10.0))
    drain(now=NOW)
    refold_all()

    touch(customers, 0.25)

    extended = scores()
    CustomerState.objects.update(policy_version=0)
    refold_all()
    for pk, found in scores().items():
        assert found[:4] == extended[pk][:4]
        assert found[5] == pytest.approx(extended[pk][5])


def test_hyper_prior_changes_the_rhythm_of_all_at_once(customers):
    read_everyone_again(now=NOW)
    before = Rhythm.objects.latest()
    version = save(everyone(hyper_gap_days=300.0, hyper_customers=1000.0))
    touch(customers[:1], 0.5)

    refold_all()

    after, found = Rhythm.objects.latest(), scores()
    assert after.policy_version == version.pk
    assert after.mean_log_gap > before.mean_log_gap + 1
    CustomerState.objects.update(policy_version=0)
    refold_all()
    assert scores() == found


def test_worker_killed_in_the_middle_leaves_what_was_left(customers, monkeypatch):
    save(everyone(horizon_days=30.0))
    refold_outdated(now=NOW, limit=2)
    with monkeypatch.context() as patch:
        patch.setattr(refold, "store_readings", _die)
        with pytest.raises(KeyboardInterrupt):
            refold_outdated(now=NOW, limit=2)
    assert refold_progress().done == 2

    assert refold_all() == 4

    assert refold_progress() is None


def _die(*args: object) -> None:
    raise KeyboardInterrupt


def test_policy_saved_in_the_middle_of_a_night_mixes_nothing(customers, monkeypatch):
    chunks = everyone_module.chunks_of_states

    def saving_after_the_first(cursor):
        for number, chunk in enumerate(chunks(cursor, 2)):
            if number == 1:
                save(everyone(horizon_days=30.0))
            yield chunk

    monkeypatch.setattr(everyone_module, "chunks_of_states", saving_after_the_first)
    read_everyone_again(now=NOW)
    assert set(CustomerState.objects.values_list("policy_version", flat=True)) == {0}

    refold_all()

    found = scores()
    CustomerState.objects.update(policy_version=0)
    refold_all()
    assert scores() == found


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_policy_saved_while_drains_run_scores_everyone_with_the_newest(transactional_db):
    customers = CustomerFactory.create_batch(12, yearly_value=500)
    touch(customers, *range(10, 200, 13))
    by, failures = AdministratorFactory(), []

    def keep_touching() -> None:
        for number in range(12):
            moment = NOW - timedelta(days=9, hours=-number)
            items = [
                NewTouchpoint(type="call.phone", customer=one.pk, occurred_at=moment)
                for one in customers
            ]
            record(source=source_named("test"), items=items, by=by, now=NOW)
            drain(now=NOW)

    for thread in [
        in_thread(work, failures) for work in (keep_touching, keep_saving, keep_refolding)
    ]:
        thread.join(120)
    assert failures == []
    while drain(now=NOW):
        pass
    refold_all()

    newest = PolicyVersion.objects.latest()
    assert set(Reading.objects.values_list("policy_version", flat=True)) == {newest.pk}
    assert set(CustomerState.objects.values_list("policy_version", flat=True)) == {newest.pk}
    found, kept = scores(), rollups()
    rebuild_rollups()
    assert rollups() == kept
    CustomerState.objects.update(policy_version=0)
    refold_all()
    for pk, again in scores().items():
        assert again[1:4] == pytest.approx(found[pk][1:4])


def in_thread(work: Callable[[], None], failures: list[BaseException]) -> threading.Thread:
    def run() -> None:
        try:
            work()
        except BaseException as error:
            failures.append(error)
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def keep_saving() -> None:
    for number in range(6):
        save(everyone(horizon_days=30.0 + number, steady_from=10.0 + number))
        refold_outdated(now=NOW, limit=4)


def keep_refolding() -> None:
    for _ in range(10):
        refold_outdated(now=NOW, limit=3)


REFOLDING = """
import time
import django
django.setup()
from django.utils import timezone
from insights.services.refold import refold_outdated
while refold_outdated(now=timezone.now(), limit=1):
    time.sleep(0.05)
"""


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_kill_9_of_the_worker_leaves_what_was_left_to_the_next(transactional_db):
    customers = CustomerFactory.create_batch(60, yearly_value=500)
    touch(customers, 10, 20, 50, 90)
    save(everyone(horizon_days=30.0))
    server = os.environ["DATABASE_URL"].rpartition("/")[0]
    environment = {
        **os.environ,
        "DATABASE_URL": f"{server}/{connection.settings_dict['NAME']}",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }

    with subprocess.Popen([sys.executable, "-c", REFOLDING], env=environment) as worker:
        deadline = time.monotonic() + 120
        while refold_progress().done < 3 and time.monotonic() < deadline:
            time.sleep(0.02)
        worker.kill()
    done = refold_progress().done

    assert 3 <= done < 60
    assert refold_all() == 60 - done
    assert refold_progress() is None
    kept = rollups()
    rebuild_rollups()
    assert rollups() == kept


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_refold_leaves_who_is_being_drained_to_the_drain(transactional_db):
    customers = CustomerFactory.create_batch(2)
    touch(customers, 10, 40)
    save(everyone(horizon_days=30.0))
    done = []
    with transaction.atomic():
        CustomerState.objects.select_for_update().get(pk=customers[0].pk)
        thread = threading.Thread(target=lambda: (done.append(refold_all()), connection.close()))
        thread.start()
        thread.join(60)

    assert done == [1]
    assert refold_all() == 1


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_drain_that_counts_twice_never_deadlocks_with_another(transactional_db):
    """As one with late and with new touchpoints does, and another the other way round."""
    customers = CustomerFactory.create_batch(2)
    touch(customers, 10, 40)
    failures = []

    def count(first, second) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            found = counted(cursor, "true", [])
            for one in (first, second):
                row = found.only(found.ids == one.pk)
                moved = replace(row, cents=row.cents + 100, bands=np.array([one.pk % 5], "i1"))
                move_totals(cursor, row, moved)
                time.sleep(0.5)

    threads = [
        in_thread(lambda pair=pair: count(*pair), failures) for pair in (customers, customers[::-1])
    ]
    for thread in threads:
        thread.join(60)

    assert failures == []


def keep_merging(customers, by) -> None:
    for number in range(8):
        keep, absorb = (customers[(number + step) % 4].pk for step in (0, 1))
        merge_customers(keep=keep, absorb=absorb, by=by, now=NOW)
        time.sleep(0.05)
        if number < 7:
            unmerge_customer(customer_id=absorb, by=by, now=NOW)


def keep_touching_both_ways(customers, by) -> None:
    for number in range(10):
        # In turn later than all that is folded, and in between: both ways at once.
        for days in (9 - number / 24, 60 + number / 24):
            moment = NOW - timedelta(days=days)
            items = [
                NewTouchpoint(type="call.phone", customer=one.pk, occurred_at=moment)
                for one in customers
            ]
            record(source=source_named("test"), items=items, by=by, now=NOW)


def keep_draining() -> None:
    for _ in range(25):
        drain(now=NOW, limit=3)


def keep_reading() -> None:
    for _ in range(4):
        read_everyone_again(now=NOW)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_merging_drains_policies_and_nights_at_once_lose_and_double_nothing(transactional_db):
    customers = CustomerFactory.create_batch(8, yearly_value=500)
    touch(customers, *range(10, 200, 13))
    by, failures = AdministratorFactory(), []
    works = (
        partial(keep_merging, customers, by), partial(keep_touching_both_ways, customers, by),
        keep_draining, keep_draining, keep_saving, keep_refolding,
        keep_reading,
    )  # fmt: skip
    for thread in [in_thread(work, failures) for work in works]:
        thread.join(120)
    assert failures == []
    while drain(now=NOW):
        pass
    refold_all()

    assert CustomerState.objects.count() == Reading.objects.count() == 7
    found, kept = scores(), rollups()
    rebuild_rollups()
    assert rollups() == kept
    CustomerState.objects.update(policy_version=0)
    refold_all()
    for pk, again in scores().items():
        assert again[1:4] == pytest.approx(found[pk][1:4])


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_state_left_behind_by_a_customer_that_is_gone_stops_nobody(transactional_db):
    gone, kept = CustomerFactory.create_batch(2)
    touch([gone, kept], 10, 40)
    left = CustomerState.objects.get(pk=gone.pk)
    gone.delete()
    left.save(force_insert=True)
    save(everyone(horizon_days=30.0))
    mark_profiles_changed(customer_ids=[left.pk, kept.pk])

    drain(now=NOW)
    refold_all()

    assert read_everyone_again(now=NOW) == 1
    assert refold_progress() is None


def test_shipped_policy_needs_no_refold(customers):
    assert refold_progress() is None
    assert refold_outdated(now=NOW) == 0
