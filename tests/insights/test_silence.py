"""The page that shows how the score learns: who may read it, who may change anything."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from insights import progress, tasks
from insights.models import SilenceChoice, SilenceVersion
from insights.selectors import silence as selectors
from insights.services import refit as services
from tests.factories import (
    AdministratorFactory,
    ExecutiveFactory,
    PersonFactory,
)
from tests.insights.made_up_silence import signed_in, version

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_nothing_said")]


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
    for words in ("1,234 customers", "84.2", "was 83.1", "Ada", "1 January to 1 December 2025",
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
