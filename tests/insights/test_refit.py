"""Refitting silence: what is stored and taken into use, by whom, and read with by everyone."""

import logging
import threading
from datetime import date, timedelta

import numpy as np
import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection

from insights import progress, tasks
from insights.models import Reading, SilenceChoice, SilenceVersion
from insights.mondays import days_of
from insights.scoring import Silence
from insights.scoring.refit import TooLittleHistoryError
from insights.selectors import silence as selectors
from insights.selectors.events import events_of
from insights.selectors.lens import current_lens
from insights.selectors.profiles import profiles_of
from insights.services import drain as drain_module
from insights.services import everyone
from insights.services import refit as services
from insights.services.drain import drain
from insights.services.refold import refold_progress
from interactions.services import NewTouchpoint, record, source_named
from tests.factories import (
    AdministratorFactory,
    CustomerFactory,
    ExecutiveFactory,
    PersonFactory,
)
from tests.insights.made_up_silence import (
    LEARNED,
    METRICS,
    NOW,
    Verdict,
    calls,
    found,
    signed_in,
    version,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_nothing_said")]


# Reading with what is in use ----------------------------------------------------------------


def test_without_a_version_what_ships_is_read_with():
    assert current_lens().silence == Silence.prior()


def test_the_version_in_use_is_read_with():
    version()
    version(is_in_use=True)
    assert current_lens().silence == LEARNED


@pytest.mark.parametrize(
    "values", [{"intercept": 1.0, "coefficients": [1.0]}, {"intercept": 1.0}, {"a": 1}, [], None]
)
def test_a_version_of_another_shape_does_not_stop_scoring(values, caplog):
    kept = version(values=values if values is not None else 3, is_in_use=True)
    with caplog.at_level(logging.WARNING):
        assert current_lens().silence == Silence.prior()
        assert current_lens().silence == Silence.prior()
    assert [record.args[0] for record in caplog.records] == [kept.pk]


def test_two_versions_are_never_in_use_at_once():
    version(is_in_use=True)
    with pytest.raises(IntegrityError, match="one_silence_is_in_use"):
        version(is_in_use=True)


def test_a_verdict_is_one_of_three():
    with pytest.raises(IntegrityError, match="silence_verdict_is_known"):
        version(verdict="perhaps")


# Learning -----------------------------------------------------------------------------------


def test_a_better_version_is_stored_with_its_metrics_and_taken_into_use(learns):
    calls(CustomerFactory.create_batch(3))
    given, administrator = learns(found()), AdministratorFactory()

    learned = services.refit_silence(as_of=NOW, by=administrator)

    learned.refresh_from_db()
    assert learned.is_in_use
    assert learned.verdict == Verdict.ADOPTED
    assert learned.created_by == administrator
    assert learned.metrics["challenger"] == METRICS
    assert learned.metrics["champion"]["auc"] == 0.83
    assert learned.window_from == date(2025, 7, 31)
    assert learned.window_to == NOW.date()
    assert learned.horizon_days == 90
    assert len(given["events"]) == 3 * 19
    assert given["champion"] == Silence.prior()
    assert given["as_of"] == pytest.approx(20_516.5)
    assert current_lens().silence == LEARNED
    assert SilenceChoice.objects.get().version == learned
    assert progress.work(services.REFIT) is None


def test_a_worse_version_is_stored_and_changes_nothing(learns):
    champion = version(is_in_use=True)
    learns(found(is_better=False))

    learned = services.refit_silence(as_of=NOW, by=None)

    assert learned.verdict == Verdict.REJECTED
    assert selectors.silence_in_use().version == champion
    assert not SilenceChoice.objects.exists()


@pytest.mark.parametrize(("days_ago", "is_rival"), [(30, False), (120, True)])
def test_the_rival_has_not_seen_the_days_both_are_judged_on(learns, days_ago, is_rival):
    """A version learned 30 days ago knows much of the last 90 already."""
    kept = version(is_in_use=True, values=LEARNED.to_json())
    SilenceChoice.objects.create(version=kept, chosen_at=NOW - timedelta(days=days_ago))
    given = learns(found(is_better=False))

    learned = services.refit_silence(as_of=NOW, by=None)

    assert given["champion"] == (LEARNED if is_rival else Silence.prior())
    assert learned.metrics["champion_version"] == (kept.pk if is_rival else 0)


def test_what_somebody_chose_meanwhile_is_not_undone(learns, monkeypatch):
    champion, administrator = version(is_in_use=True), AdministratorFactory()

    def choose_meanwhile(*args, **kwargs):
        services.use_silence(version=None, instead_of=champion.pk, by=administrator)
        return found()

    monkeypatch.setattr(services, "refit", choose_meanwhile)
    learned = services.refit_silence(as_of=NOW, by=None)

    assert learned.verdict == Verdict.ASIDE
    assert selectors.silence_in_use().version is None


def test_a_metric_that_is_not_defined_is_stored_as_such(learns):
    learns(found(challenger={**METRICS, "auc": float("nan")}))
    learned = services.refit_silence(as_of=NOW, by=None)
    learned.refresh_from_db()
    assert learned.metrics["challenger"]["auc"] is None


def test_too_little_history_is_said_in_words(learns):
    learns(TooLittleHistoryError("there are 3 days of history; 34 are needed"))

    assert services.refit_silence(as_of=NOW, by=None) is None

    assert not SilenceVersion.objects.exists()
    text = signed_in(ExecutiveFactory()).get("/silence/").text
    assert "there are 3 days of history; 34 are needed" in text


def test_an_error_is_raised_and_does_not_look_like_work(learns):
    learns(RuntimeError("a fault"))
    with pytest.raises(RuntimeError):
        services.refit_silence(as_of=NOW, by=None)
    assert not progress.work(services.REFIT).is_running
    assert "because of an error" in signed_in(ExecutiveFactory()).get("/silence/").text


def test_only_administrators_refit(learns):
    learns(found())
    with pytest.raises(PermissionDenied):
        services.refit_silence(as_of=NOW, by=ExecutiveFactory())
    assert not SilenceVersion.objects.exists()


def test_everyone_is_read_again_with_what_was_learned(learns):
    calls(CustomerFactory.create_batch(2))
    before = {reading.pk: reading.silence for reading in Reading.objects.all()}
    learns(found())

    with time_machine.travel(NOW, tick=False):
        tasks.learn_silence()

    assert all(reading.silence > before[reading.pk] for reading in Reading.objects.all())
    assert selectors.awaits_reading() is None
    assert services.read_with_new_silence(now=NOW) == 0


def test_drift_does_not_set_one_version_against_another(learns):
    calls(CustomerFactory.create_batch(1), days=range(40, 200, 40))
    before = Reading.objects.get()
    learns(found(silence=Silence(Silence.prior().intercept + 3.0, Silence.prior().coefficients)))

    with time_machine.travel(NOW, tick=False):
        tasks.learn_silence()
        tasks.refold()

    assert refold_progress() is None
    after = Reading.objects.get()
    assert abs(after.distance - before.distance) > 5
    assert bytes(after.history) != bytes(before.history)
    assert after.drift == pytest.approx(after.distance - four_weeks_before(after), abs=1)


def four_weeks_before(reading):
    lens, then = current_lens(), NOW - timedelta(days=28)
    ids = np.array([reading.pk])
    with connection.cursor() as cursor:
        profiles = profiles_of(cursor, ids)
    events, _ = events_of(ids, lens.row_of_type)
    return lens.trail(events, profiles, np.array([days_of(then)]))[0, 0]


def test_a_reading_that_was_interrupted_is_found_again(monkeypatch):
    calls(CustomerFactory.create_batch(2))
    version(is_in_use=True)
    SilenceChoice.objects.create(version=SilenceVersion.objects.get())
    monkeypatch.setattr(services, "read_everyone_again", _killed)
    with pytest.raises(SystemExit):
        tasks.keep_silence()
    monkeypatch.undo()

    tasks.keep_silence()

    assert selectors.awaits_reading() is None


def test_a_reading_that_fails_is_not_tried_again_with_every_tick(monkeypatch):
    calls(CustomerFactory.create_batch(2))
    SilenceChoice.objects.create(version=version(is_in_use=True))
    tried = []

    def fail(**_):
        tried.append(1)
        raise RuntimeError

    monkeypatch.setattr(services, "read_everyone_again", fail)
    with pytest.raises(RuntimeError):
        tasks.keep_silence()
    tasks.keep_silence()

    assert len(tried) == 1
    assert selectors.awaits_reading() is not None


def _killed(**_):
    raise SystemExit


# Choosing -----------------------------------------------------------------------------------


def test_an_administrator_takes_an_earlier_version_into_use_and_that_is_remembered():
    first, second = version(), version(is_in_use=True)
    administrator = AdministratorFactory()

    assert services.use_silence(version=first, instead_of=second.pk, by=administrator)

    assert selectors.silence_in_use().version == first
    choice = SilenceChoice.objects.get()
    assert (choice.version, choice.chosen_by) == (first, administrator)
    assert selectors.awaits_reading() == choice


def test_choosing_twice_is_choosing_once():
    first, administrator = version(is_in_use=True), AdministratorFactory()
    assert services.use_silence(version=None, instead_of=first.pk, by=administrator)
    assert not services.use_silence(version=None, instead_of=first.pk, by=administrator)
    assert SilenceChoice.objects.count() == 1


def test_two_administrators_do_not_overwrite_each_other():
    first, second, third = version(), version(), version(is_in_use=True)
    services.use_silence(version=first, instead_of=third.pk, by=AdministratorFactory())

    with pytest.raises(services.AnotherInUseError):
        services.use_silence(version=second, instead_of=third.pk, by=AdministratorFactory())

    assert selectors.silence_in_use().version == first


def test_a_version_that_cannot_be_read_is_not_taken_into_use():
    broken = version(values={"intercept": 1, "coefficients": []})
    with pytest.raises(services.UnreadableVersionError):
        services.use_silence(version=broken, instead_of=0, by=AdministratorFactory())
    assert not SilenceChoice.objects.exists()


@pytest.mark.parametrize("factory", [PersonFactory, ExecutiveFactory])
def test_nobody_else_chooses(factory):
    first = version()
    with pytest.raises(PermissionDenied):
        services.use_silence(version=first, instead_of=0, by=factory())
    assert not selectors.silence_in_use().version


# At once ------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_refits_at_once_do_not_run(monkeypatch):
    began, may_end, outcomes = threading.Event(), threading.Event(), []

    def slow(*args, **kwargs):
        began.set()
        assert may_end.wait(20)
        return found()

    def learn():
        outcomes.append(services.refit_silence(as_of=NOW, by=None))
        connection.close()

    monkeypatch.setattr(services, "refit", slow)
    first = threading.Thread(target=learn)
    first.start()
    assert began.wait(20)
    assert services.refit_silence(as_of=NOW, by=None) is None
    may_end.set()
    first.join(20)

    assert outcomes[0].is_in_use
    assert SilenceVersion.objects.count() == 1
    assert services.refit_silence(as_of=NOW, by=None) is not None


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_whoever_was_drained_with_what_was_in_use_before_is_read_with_the_new(monkeypatch):
    customers = CustomerFactory.create_batch(2)
    calls(customers)
    before = {reading.pk: reading.silence for reading in Reading.objects.all()}
    has_lens, may_go_on = threading.Event(), threading.Event()
    store = drain_module.store_readings

    def store_late(*args, **kwargs):
        has_lens.set()
        assert may_go_on.wait(20)
        return store(*args, **kwargs)

    monkeypatch.setattr(drain_module, "store_readings", store_late)
    record(
        source=source_named("test"), by=AdministratorFactory(), now=NOW,
        items=[NewTouchpoint(
            type="email.template", customer=customers[0].pk, occurred_at=NOW - timedelta(hours=1)
        )],
    )  # fmt: skip

    def drain_late():
        drain(now=NOW)
        connection.close()

    wait = everyone._wait_for

    def wait_for(*args):
        may_go_on.set()
        wait(*args)

    monkeypatch.setattr(everyone, "_wait_for", wait_for)
    drains = threading.Thread(target=drain_late)
    drains.start()
    assert has_lens.wait(20)
    newer = version()
    services.use_silence(version=newer, instead_of=0, by=AdministratorFactory())
    services.read_with_new_silence(now=NOW)
    may_go_on.set()
    drains.join(20)

    assert all(reading.silence > before[reading.pk] for reading in Reading.objects.all())
    assert selectors.awaits_reading() is None
