"""Who drains: one that waits for changes, and others beside it."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import psycopg2
import pytest
from django.db import connection, transaction
from django.utils import timezone

from insights import tasks
from insights.models import CustomerState, Reading
from insights.services.drain import drain
from insights.services.watch import is_behind, is_waiting, watching
from interactions.models import Intake, TouchpointChange
from interactions.services import NewTouchpoint, record, source_named
from interactions.services.marks import INTAKES_AT_ONCE, take_intakes
from relationships.services import mark_profiles_changed
from tests.factories import AdministratorFactory, CustomerFactory, months_counted

committed = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@contextmanager
def another() -> Iterator[psycopg2.extensions.cursor]:
    """Be somebody else who is connected to the database."""
    other = psycopg2.connect(**connection.get_connection_params())
    try:
        yield other.cursor()
    finally:
        pid = other.get_backend_pid()
        other.close()
        _wait_until_gone(pid)


def _wait_until_gone(pid: int) -> None:
    """Wait until the server has noticed that somebody closed, and freed what they had locked."""
    with connection.cursor() as cursor:
        while True:
            # Within a transaction one sees who was there when one first asked.
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute("SELECT FROM pg_stat_activity WHERE pid = %s", [pid])
            if cursor.fetchone() is None:
                return
            time.sleep(0.01)


@pytest.fixture
def by():
    return AdministratorFactory()


@pytest.fixture
def called(monkeypatch):
    """Watch for a moment only; return how often the next one was called."""
    calls = []
    monkeypatch.setattr(tasks, "WATCH_SECONDS", 0.5)
    monkeypatch.setattr(tasks.drain, "apply_async", lambda **options: calls.append(options))
    return calls


def send(by, *customers) -> None:
    items = [
        NewTouchpoint(
            type="call.phone", customer=one.pk, occurred_at=timezone.now() - timedelta(hours=1)
        )
        for one in customers
    ]
    record(source=source_named("test"), items=items, by=by, now=timezone.now())


@committed
def test_one_waits_at_a_time_and_whoever_dies_has_given_it_up(transactional_db):
    with another() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtext('insights.watch'))")
        with watching() as is_ours:
            assert not is_ours
    with watching() as is_ours:
        assert is_ours
        with another() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(hashtext('insights.watch'))")
            assert cursor.fetchone() == (False,)
    with another() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtext('insights.watch'))")
        assert cursor.fetchone() == (True,)


@pytest.mark.django_db
def test_all_that_can_change_a_reading_is_waited_for(by):
    customer = CustomerFactory()
    assert not is_waiting()

    send(by, customer)
    assert is_waiting()
    drain(now=timezone.now())
    assert not is_waiting()
    mark_profiles_changed(customer_ids=[customer.pk])
    assert is_waiting()


@pytest.mark.django_db
def test_only_what_has_waited_for_long_calls_for_help(by):
    assert not is_behind(now=timezone.now() + timedelta(hours=1))
    send(by, CustomerFactory())

    assert not is_behind(now=timezone.now())
    assert is_behind(now=timezone.now() + timedelta(seconds=2))


@committed
def test_what_comes_while_a_drain_waits_is_scored_and_the_next_is_called(by, called):
    customer = CustomerFactory()
    thread = threading.Timer(0.2, lambda: (send(by, customer), connection.close()))
    thread.start()

    tasks.drain()

    thread.join()
    assert Reading.objects.get(customer=customer).active_days == 1
    assert called == [{"expires": 0.5}]
    with another() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtext('insights.watch'))")
        assert cursor.fetchone() == (True,)


@committed
def test_beside_one_that_waits_a_drain_takes_what_is_late_and_calls_nobody(by, called):
    customer = CustomerFactory()
    with another() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtext('insights.watch'))")
        send(by, customer)
        tasks.drain()
        assert is_waiting()

        Intake.objects.update(marked_at=timezone.now() - timedelta(seconds=2))
        tasks.drain()

    assert not is_waiting()
    assert Reading.objects.filter(customer=customer).exists()
    assert called == []


@committed
def test_failed_watch_calls_nobody(called, monkeypatch):
    def fail() -> None:
        raise RuntimeError

    monkeypatch.setattr(tasks, "is_waiting", fail)

    with pytest.raises(RuntimeError):
        tasks.drain()

    assert called == []


@committed
def test_what_another_scores_is_left_as_a_change_and_counted_once(by):
    held, free = CustomerFactory.create_batch(2, team=None)
    send(by, held, free)
    drain(now=timezone.now())
    send(by, held, held, free)
    marked_at = Intake.objects.get().marked_at
    with another() as cursor:
        cursor.execute(
            "SELECT FROM insights_customerstate WHERE customer_id = %s FOR UPDATE", [held.pk]
        )
        assert drain(now=timezone.now()) == 1
        assert drain(now=timezone.now()) == 0

        left = TouchpointChange.objects.get()
        assert (left.customer_id, left.count, left.marked_at) == (held.pk, 2, marked_at)
        assert not left.is_refold
        assert not Intake.objects.exists()

    assert drain(now=timezone.now()) == 1
    assert not is_waiting()
    assert Reading.objects.get(customer=held).last_at > Reading.objects.get(customer=held).first_at
    assert sum(months_counted().values_list("count", flat=True)) == 5


@committed
def test_drain_that_fails_gives_back_what_it_took(by, monkeypatch):
    customer = CustomerFactory()
    send(by, customer)
    with monkeypatch.context() as patch:
        patch.setattr("insights.services.drain.store_readings", _interrupt)
        with pytest.raises(KeyboardInterrupt):
            drain(now=timezone.now())
    assert Intake.objects.count() == 1
    assert not CustomerState.objects.exists()

    assert drain(now=timezone.now()) == 1

    assert Reading.objects.get(customer=customer).active_days == 1


def _interrupt(*args: object) -> None:
    raise KeyboardInterrupt


@committed
def test_intakes_beyond_the_limit_are_left_to_others(by):
    customer = CustomerFactory()
    for _ in range(INTAKES_AT_ONCE + 5):
        send(by, customer)
    with transaction.atomic(), connection.cursor() as cursor:
        taken = take_intakes(cursor, limit=3)
        with another() as other:
            other.execute(
                "SELECT count(*) FROM (SELECT FROM interactions_intake"
                " FOR UPDATE SKIP LOCKED) AS free"
            )
            assert other.fetchone() == (5,)
    assert sum(one.touchpoints for one in taken) == 3

    with transaction.atomic(), connection.cursor() as cursor:
        assert sum(one.touchpoints for one in take_intakes(cursor, limit=INTAKES_AT_ONCE + 1)) == (
            INTAKES_AT_ONCE + 1
        )
        assert take_intakes(cursor, limit=10)[0].touchpoints == 1
