"""How the score learns: what is stored and taken into use, by whom, and what is shown of it."""

import logging
import threading
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
import time_machine
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection
from django.test import Client

from insights import progress, tasks
from insights.demo import remove_demonstration
from insights.models import Reading, SilenceChoice, SilenceVersion
from insights.mondays import days_of
from insights.scoring import Silence
from insights.scoring.refit import Refit, TooLittleHistoryError
from insights.selectors import learning
from insights.selectors import silence as selectors
from insights.selectors.events import events_of
from insights.selectors.lens import current_lens
from insights.selectors.profiles import profiles_of
from insights.services import drain as drain_module
from insights.services import everyone
from insights.services import refit as services
from insights.services.drain import drain
from interactions.services import NewTouchpoint, record, source_named
from tests.factories import (
    AdministratorFactory,
    CustomerFactory,
    ExecutiveFactory,
    PersonFactory,
)

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
LEARNED = Silence(Silence.prior().intercept + 1.0, Silence.prior().coefficients)
METRICS = {
    "auc": 0.842, "average_precision": 0.7, "brier": 0.12, "calibration_error": 0.031,
    "log_loss": 0.4,
}  # fmt: skip
Verdict = SilenceVersion.Verdict

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_said():
    cache.clear()
    selectors._say_unreadable.cache_clear()


@pytest.fixture
def learns(monkeypatch):
    """Replace the mathematics by an outcome; return what it was given."""
    given = {}

    def learn(outcome):
        def refit(events, kinds, policy, as_of, champion=None, progress=None):
            given.update(events=events, policy=policy, as_of=as_of, champion=champion)
            progress(0.5)
            if isinstance(outcome, Exception):
                raise outcome
            return outcome

        monkeypatch.setattr(services, "refit", refit)
        return given

    return learn


def found(*, is_better=True, **changes):
    cuts = np.array([20_300.0, 20_400.0])
    values = {"silence": LEARNED, "champion": {**METRICS, "auc": 0.83}, "challenger": METRICS}
    return Refit(is_better=is_better, cuts=cuts, customers=7, **{**values, **changes})


def version(**changes):
    values = {
        "values": LEARNED.to_json(), "verdict": Verdict.ADOPTED, "horizon_days": 90,
        "window_from": date(2025, 1, 1), "window_to": date(2025, 12, 1), "customers": 1234,
        "metrics": {"champion": {**METRICS, "auc": 0.831}, "challenger": METRICS},
    }  # fmt: skip
    return SilenceVersion.objects.create(**{**values, **changes})


def signed_in(person):
    client = Client()
    client.force_login(person)
    return client


def calls(customers, days=range(10, 200, 10)):
    items = [
        NewTouchpoint(type="call.phone", customer=one.pk, occurred_at=NOW - timedelta(days=day))
        for one in customers
        for day in days
    ]
    record(source=source_named("test"), items=items, by=AdministratorFactory(), now=NOW)
    while drain(now=NOW):
        pass


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

    after = Reading.objects.get()
    assert abs(after.distance - before.distance) > 5
    assert bytes(after.history) != bytes(before.history)
    assert after.drift == pytest.approx(after.distance - four_weeks_before(after), abs=1)


def four_weeks_before(reading):
    lens, then = current_lens(), NOW - timedelta(days=28)
    ids = np.array([reading.pk])
    with connection.cursor() as cursor:
        profiles = profiles_of(cursor, ids)
    events, _ = events_of(ids, [None], lens.row_of_type)
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


def _killed(**_):
    raise SystemExit


# What is learned from -----------------------------------------------------------------------


def test_pieces_become_one_history(monkeypatch):
    monkeypatch.setattr(learning, "CHUNK", 2)
    calls(CustomerFactory.create_batch(5), days=(30, 20, 10))
    said = []

    lessons = learning.lessons(current_lens().row_of_type, said.append)

    assert lessons.events.customers == lessons.customers == lessons.customers_in_all == 5
    assert lessons.events.offsets.tolist() == [0, 3, 6, 9, 12, 15]
    lessons.events.validate()
    assert said == [0.4, 0.8, 1.0]


def test_openers_are_found_in_the_joined_history(monkeypatch):
    monkeypatch.setattr(learning, "CHUNK", 1)
    for one in CustomerFactory.create_batch(2):
        late = NewTouchpoint(
            type="order.late", customer=one.pk, occurred_at=NOW - timedelta(days=5),
            external_id=f"late-{one.pk}",
        )  # fmt: skip
        mended = NewTouchpoint(
            type="call.phone", customer=one.pk, occurred_at=NOW - timedelta(days=4),
            closes=f"late-{one.pk}",
        )  # fmt: skip
        for item in (late, mended):
            record(source=source_named("t"), items=[item], by=AdministratorFactory(), now=NOW)
        drain(now=NOW)

    events = learning.lessons(current_lens().row_of_type).events

    assert events.opener.tolist() == [-1, 0, -1, 2]
    events.validate()


@pytest.mark.parametrize(("name", "most"), [("MOST_CUSTOMERS", 4), ("MOST_TOUCHPOINTS", 8)])
def test_above_a_cap_a_sample_is_learned_from_and_that_is_said(monkeypatch, learns, name, most):
    monkeypatch.setattr(learning, "CHUNK", 2)
    monkeypatch.setattr(learning, name, most)
    calls(CustomerFactory.create_batch(6), days=(30, 20))
    given = learns(found())

    learned = services.refit_silence(as_of=NOW, by=None)

    assert given["events"].customers == 4
    assert learned.metrics["sampled"] == 4
    assert learned.metrics["customers_in_all"] == 6
    assert "(a sample of 6)" in signed_in(ExecutiveFactory()).get("/silence/").text


def test_the_sample_is_the_same_each_time(monkeypatch):
    monkeypatch.setattr(learning, "MOST_CUSTOMERS", 3)
    calls(CustomerFactory.create_batch(6), days=(30,))
    calls(CustomerFactory.create_batch(6), days=(20,))
    rows = current_lens().row_of_type
    first, second = (learning.lessons(rows).events.at for _ in range(2))
    assert first.tolist() == second.tolist()


def test_nobody_to_learn_from_is_no_error():
    lessons = learning.lessons(current_lens().row_of_type)
    assert (lessons.events.customers, len(lessons.events)) == (0, 0)


def test_invented_customers_are_left_out_as_soon_as_there_are_real_ones(learns):
    learns(found())
    calls(CustomerFactory.create_batch(2, is_demo=True))
    assert services.refit_silence(as_of=NOW, by=None).is_demo
    calls(CustomerFactory.create_batch(1))
    learned = services.refit_silence(as_of=NOW, by=None)
    assert not learned.is_demo
    assert learned.metrics["customers_in_all"] == 1


def test_what_was_learned_from_the_demonstration_goes_with_it():
    administrator = AdministratorFactory()
    version(is_in_use=True, is_demo=True)
    kept = version()

    remove_demonstration(by=administrator)

    assert list(SilenceVersion.objects.all()) == [kept]
    assert current_lens().silence == Silence.prior()
    assert selectors.awaits_reading().chosen_by == administrator


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


# The page -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("factory", "status"),
    [(PersonFactory, 403), (ExecutiveFactory, 200), (AdministratorFactory, 200)],
)
def test_those_who_answer_for_all_read_the_page(factory, status):
    client = signed_in(factory())
    assert client.get("/silence/").status_code == status
    assert client.get("/silence/work/").status_code == status


def test_only_administrators_are_offered_to_change_anything():
    version()
    version(is_in_use=True)
    for factory, is_offered in ((ExecutiveFactory, False), (AdministratorFactory, True)):
        text = signed_in(factory()).get("/silence/").text
        for words in ("Refit now", "Use this one", "Go back to what Hearth ships"):
            assert (words in text) is is_offered


@pytest.mark.parametrize("path", ["/silence/refit/", "/silence/use/"])
def test_executives_change_nothing(path):
    first = version()
    response = signed_in(ExecutiveFactory()).post(path, {"version": first.pk, "instead_of": 0})
    assert response.status_code == 403
    assert not selectors.silence_in_use().version


def test_a_version_is_shown_with_both_sides_of_the_contest():
    version(is_in_use=True, created_by=AdministratorFactory(name="Ada"))
    text = signed_in(ExecutiveFactory()).get("/silence/").text
    for words in ("1,234 customers", "0.842", "was 0.831", "Ada", "1 January to 1 December 2025",
                  "90 days of silence", "As good or better", "842 of 1,000", "in 83"):  # fmt: skip
        assert words in text


def test_before_anything_was_learned_the_page_says_so():
    text = signed_in(ExecutiveFactory()).get("/silence/").text
    assert "What Hearth ships is in use" in text
    assert "Nothing learned yet" in text


def test_a_version_for_another_horizon_is_named():
    version(is_in_use=True, horizon_days=30)
    text = signed_in(ExecutiveFactory()).get("/silence/").text
    assert "fitted for 30 days of silence; the policy now asks for 90 days" in text


def test_a_version_that_cannot_be_read_is_named():
    version(is_in_use=True, values={"intercept": 1, "coefficients": []})
    text = signed_in(AdministratorFactory()).get("/silence/").text
    assert "cannot be read by this one. What Hearth ships is used instead" in text
    assert "Cannot be read by this Hearth" in text
    assert "Use this one" not in text


def test_a_refit_is_asked_for_once(monkeypatch, django_capture_on_commit_callbacks):
    asked = []
    monkeypatch.setattr(tasks.learn_silence, "delay_on_commit", lambda **given: asked.append(given))
    administrator = AdministratorFactory()
    client = signed_in(administrator)

    for _ in range(2):
        assert client.post("/silence/refit/").headers["Location"] == "/silence/"

    assert asked == [{"by": administrator.pk}]
    text = client.get("/silence/").text
    assert "Waiting for a free worker" in text
    assert "Refit now" not in text


def test_work_says_how_far_it_is_and_has_the_page_loaded_when_it_is_over():
    client = signed_in(ExecutiveFactory())
    progress.say(services.REFIT, services.LOADS, 0.42)
    response = client.get("/silence/work/")
    assert "Loading touchpoints: 42 %" in response.text
    assert "HX-Refresh" not in response.headers

    progress.say_done(services.REFIT)
    assert client.get("/silence/work/").headers["HX-Refresh"] == "true"


def test_work_of_a_worker_that_was_killed_does_not_run_for_ever():
    client = signed_in(AdministratorFactory())
    progress.say(services.REFIT, services.LOADS, 0.42)
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=3)):
        text = client.get("/silence/").text
    assert "stopped before it was done" in text
    assert "Refit now" in text


def test_choosing_on_the_page_asks_for_everyone_to_be_read(monkeypatch):
    asked = []
    monkeypatch.setattr(tasks.keep_silence, "delay_on_commit", lambda: asked.append(1))
    first, client = version(), signed_in(AdministratorFactory())

    response = client.post("/silence/use/", {"version": first.pk, "instead_of": 0}, follow=True)

    assert asked == [1]
    assert selectors.silence_in_use().version == first
    assert f"Version {first.pk} is in use" in response.text
    assert "Everyone is about to be read again" in response.text


def test_choosing_from_a_page_that_is_out_of_date_is_refused_in_words():
    first, _ = version(), version(is_in_use=True)
    client = signed_in(AdministratorFactory())
    response = client.post("/silence/use/", {"version": first.pk, "instead_of": 0}, follow=True)
    assert "Something else was taken into use since you opened this page" in response.text


@pytest.mark.parametrize(
    "given", [{}, {"version": "x", "instead_of": "0"}, {"version": "99", "instead_of": "0"},
              {"version": "0", "instead_of": "-1"}, {"version": "9" * 30, "instead_of": "0"}],
)  # fmt: skip
def test_nonsense_is_not_found(given):
    assert signed_in(AdministratorFactory()).post("/silence/use/", given).status_code == 404


def test_versions_are_paged(monkeypatch):
    made = [version() for _ in range(23)]
    client = signed_in(ExecutiveFactory())
    first = client.get("/silence/").text
    assert f'href="/silence/?before={made[3].pk}"' in first
    older = client.get(f"/silence/?before={made[3].pk}").text
    assert f"Version {made[2].pk}<" in older or f"Version {made[2].pk}" in older
    assert f"Version {made[3].pk}" not in older
    assert "Older" not in older
    assert client.get("/silence/?before=x").status_code == 404


def test_the_page_asks_as_often_for_twenty_versions_as_for_one(django_assert_max_num_queries):
    client = signed_in(ExecutiveFactory())
    for _ in range(20):
        version(created_by=AdministratorFactory())
        SilenceChoice.objects.create(
            version=SilenceVersion.objects.latest(), chosen_by=AdministratorFactory()
        )
    client.get("/silence/")
    with django_assert_max_num_queries(16):
        client.get("/silence/")


def test_the_weekly_refit_and_the_reading_afterwards_are_scheduled(settings):
    named = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert {tasks.learn_silence.name, tasks.keep_silence.name} <= named
