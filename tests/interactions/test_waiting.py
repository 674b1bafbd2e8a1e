"""What was logged without a network: taken once, as it was meant, and only for who wrote it."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client

from interactions.models import Appointment, Loop, Touchpoint
from interactions.services import delete, edit
from relationships.models import Customer
from tests.factories import ContactFactory, CustomerFactory, PersonFactory

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
SEND, FINISH = "/log/waiting/send/", "/log/waiting/finish/"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def customer(manager) -> Customer:
    return CustomerFactory(name="Bäckerei Øster", team=manager.team, owner=manager)


@pytest.fixture
def wrote(manager):
    return lambda line="", **fields: {
        "line": line, "external_id": uuid.uuid4().hex, "written_by": str(manager.pk), "age": "60",
    } | fields  # fmt: skip


def test_a_line_is_understood_as_of_when_it_was_written(browser, customer, manager, wrote):
    line = "coffee Øster yesterday, promised a quote by Fri"

    response = browser.post(SEND, wrote(line, age=str(86_400)))

    assert response.json()["status"] == "recorded"
    touchpoint = Touchpoint.objects.get()
    assert (touchpoint.customer, touchpoint.person, touchpoint.recorded_by) == (
        customer, manager, manager,
    )  # fmt: skip
    assert touchpoint.type.key == "meeting.in_person"
    assert touchpoint.occurred_at.date() == (NOW - timedelta(days=2)).date()
    assert Loop.objects.get().due_at == datetime(2026, 3, 6, 18, tzinfo=UTC)


def test_without_a_day_it_happened_when_it_was_written(browser, customer, manager, wrote):
    manager.time_zone = "Europe/Berlin"
    manager.save()
    browser.post(SEND, wrote("call Øster", age=str(5 * 3600)))
    assert Touchpoint.objects.get().occurred_at == NOW - timedelta(hours=5)


def test_the_answer_offers_undo(browser, customer, wrote):
    toast = browser.post(SEND, wrote("call Øster")).json()["toast"]
    assert "Phone call with Bäckerei Øster logged; it had waited here." in toast
    assert f"/touchpoints/{Touchpoint.objects.get().pk}/delete/" in toast


def test_sent_twice_it_is_logged_once(browser, customer, wrote):
    entry = wrote("call Øster")
    said = [browser.post(SEND, entry).json()["status"] for _ in range(3)]
    assert said == ["recorded", "known", "known"]
    assert Touchpoint.objects.count() == 1


def test_a_form_that_was_sent_but_not_answered_is_known(browser, customer, manager, wrote):
    entry = wrote("call Øster")
    browser.post("/log/", {**entry, "person": manager.pk})
    assert browser.post(SEND, entry).json() == {"status": "known"}
    assert Touchpoint.objects.count() == 1


def test_what_was_deleted_since_does_not_come_back(browser, customer, manager, wrote):
    entry = wrote("call Øster")
    browser.post(SEND, entry)
    delete(touchpoint_id=Touchpoint.objects.get().pk, by=manager, now=NOW)
    browser.post(SEND, entry)
    assert Touchpoint.objects.get().deleted_at == NOW


def test_a_change_after_it_arrived_is_not_lost(browser, customer, wrote):
    entry = wrote("call Øster")
    browser.post(SEND, entry)

    answer = browser.post(SEND, {**entry, "line": "visit Øster", "is_changed": "on"}).json()

    touchpoint = Touchpoint.objects.get()
    assert answer["status"] == "needs_you"
    assert "logged as Phone call with Bäckerei Øster" in answer["reason"]
    assert answer["href"] == f"/touchpoints/{touchpoint.pk}/"
    assert touchpoint.type.key == "call.phone"


def test_a_change_says_nothing_of_a_customer_who_is_somebody_elses_now(
    browser, customer, manager, wrote
):
    entry = wrote("call Øster")
    browser.post(SEND, entry)
    secret = CustomerFactory(name="Secret")
    boss = PersonFactory(role="administrator", team=None)
    edit(touchpoint_id=Touchpoint.objects.get().pk, by=boss, now=NOW, customer=secret.pk)

    answer = browser.post(SEND, {**entry, "is_changed": "on"})

    assert answer.json() == {"status": "known"}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("", "Say which customer it was."),
        ("call yesterday", "Say which customer it was."),
        ("call Nobody GmbH", "Say which customer it was."),
        ("call Twin", "Which of these is it?"),
        ("call Anna Øster", "Anna Berg or Anna Holm?"),
    ],
)
def test_what_cannot_be_settled_needs_you(browser, customer, manager, wrote, line, reason):
    for name in ("Twin North", "Twin South"):
        CustomerFactory(name=name, team=manager.team)
    for name in ("Anna Berg", "Anna Holm"):
        ContactFactory(customer=customer, name=name)

    answer = browser.post(SEND, wrote(line))

    assert (answer.status_code, answer.json()["status"]) == (200, "needs_you")
    assert reason in answer.json()["reason"]
    assert not Touchpoint.objects.exists()


def test_all_fields_of_a_form_that_waited_are_taken(browser, customer, wrote):
    fields = {
        "customer": str(customer.pk), "customer_name": customer.name, "type": "visit",
        "occurred_at": "2026-03-03T15:30", "text": "About the oven", "duration_minutes": "45",
    }  # fmt: skip
    browser.post(SEND, wrote(**fields))

    touchpoint = Touchpoint.objects.get()
    assert (touchpoint.type.key, touchpoint.text) == ("visit", "About the oven")
    assert touchpoint.occurred_at == datetime(2026, 3, 3, 15, 30, tzinfo=UTC)
    assert touchpoint.duration_minutes == 45


def test_the_customer_whose_page_it_was_written_from_is_kept(browser, customer, wrote):
    browser.post(SEND, wrote("call, all is well", customer=str(customer.pk), kept="customer"))
    assert Touchpoint.objects.get().customer == customer


def test_a_customer_who_is_not_theirs_is_not_found(browser, wrote):
    other = CustomerFactory(name="Somebody Else")

    by_id = browser.post(SEND, wrote("call", customer=str(other.pk), kept="customer"))
    by_name = browser.post(SEND, wrote("call Somebody Else"))

    for answer in (by_id, by_name):
        assert answer.json()["status"] == "needs_you"
        assert "Somebody Else" not in answer.text
    assert not Touchpoint.objects.exists()


def test_what_the_service_refuses_is_told(browser, customer, wrote):
    fields = {"customer": str(customer.pk), "type": "visit", "occurred_at": "1066-10-14T10:00"}
    answer = browser.post(SEND, wrote(**fields)).json()
    assert answer["status"] == "needs_you"
    assert "before 1900" in answer["reason"]


def test_nobody_signed_in_is_said_and_nothing_is_taken(client, customer, wrote):
    response = client.post(SEND, wrote("call Øster"))
    assert (response.status_code, response.json()) == (401, {"status": "signed_out"})
    assert not Touchpoint.objects.exists()


def test_nothing_is_taken_in_the_session_of_another_person(customer, manager, wrote):
    other = Client()
    other.force_login(PersonFactory(team=manager.team))
    response = other.post(SEND, wrote("call Øster"))
    assert (response.status_code, response.json()) == (409, {"status": "another_person"})
    assert other.post(FINISH, wrote("call Øster")).status_code == 404
    assert not Touchpoint.objects.exists()


def test_it_takes_nothing_without_the_token(manager, customer, wrote):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(manager)
    assert browser.post(SEND, wrote("call Øster")).status_code == 403

    session = browser.get("/log/waiting/token/")

    assert "no-store" in session.headers["Cache-Control"]
    assert session.json()["person"] == str(manager.pk)
    headers = {"X-CSRFToken": session.json()["token"]}
    assert browser.post(SEND, wrote("call Øster"), headers=headers).status_code == 200
    assert Client().get("/log/waiting/token/").json()["person"] == ""


@pytest.mark.parametrize(
    "garbage",
    [
        {"external_id": "mine"}, {"external_id": ""}, {"written_by": "x"}, {"written_by": "-1"},
        {"written_by": "9" * 40}, {"age": "NaN"}, {"age": "inf"}, {"age": "-1"}, {"age": "1e300"},
        {"age": ""}, {"external_id": "\x00"},
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_aloud(browser, customer, wrote, garbage):
    response = browser.post(SEND, wrote("call Øster") | garbage)
    assert response.status_code == 400
    assert response.json()["status"] == "needs_you"
    assert browser.post(FINISH, wrote("call Øster") | garbage).status_code == 404
    assert not Touchpoint.objects.exists()


@pytest.mark.parametrize(
    "garbage",
    [
        {"line": "\x00"}, {"line": "x" * 10_000}, {"line": "call Øster", "kept": "line"},
        {"line": "\ud800call".encode("utf-8", "surrogatepass").decode("utf-8", "replace")},
        {"customer": "9" * 30, "type": "visit"}, {"candidate": "x"}, {"kept": "__class__"},
        {"customer_name": "Bäckerei Øster", "type": "call.phone", "text": "\x00"},
        {"customer_name": "Bäckerei Øster", "type": "call.phone", "person": "1"},
    ],
)  # fmt: skip
def test_garbage_in_fields_needs_you_and_breaks_nothing(browser, customer, wrote, garbage):
    response = browser.post(SEND, wrote() | garbage)
    assert response.status_code == 200
    assert response.json()["status"] in {"needs_you", "recorded"}


def test_it_must_be_posted(browser):
    assert browser.get(SEND).status_code == 405
    assert browser.get(FINISH).status_code == 405


def test_what_needs_you_opens_filled_in_and_keeps_its_id(browser, manager, wrote):
    for name in ("Twin North", "Twin South"):
        CustomerFactory(name=name, team=manager.team)
    entry = wrote("call Twin, about the oven", age=str(86_400))

    page = browser.post(FINISH, entry)

    form = page.context["form"]
    assert page.status_code == 200
    assert form["line"].value() == "call Twin, about the oven"
    assert form["occurred_at"].value() == "2026-03-03T12:00"
    assert {one.name for one in form.candidates} == {"Twin North", "Twin South"}
    assert entry["external_id"] in page.text
    assert "Which of these" in page.text
    data = {name: value for name, value in form.data.items() if value}
    browser.post("/log/", data | {"candidate": str(form.candidates[0].pk)})
    assert browser.post(SEND, entry).json() == {"status": "known"}
    assert Touchpoint.objects.count() == 1


def test_the_page_of_what_waits_is_for_those_signed_in(browser, client):
    assert browser.get("/log/waiting/").status_code == 200
    assert client.get("/log/waiting/").status_code == 302


def test_the_page_of_what_waits_asks_little(browser, django_assert_max_num_queries):
    browser.get("/log/waiting/")
    with django_assert_max_num_queries(4):
        browser.get("/log/waiting/")


# What another app shares


def test_a_short_text_that_is_shared_is_understood(browser, customer):
    page = browser.get("/log/shared/", {"text": "coffee Øster yesterday"})
    form = page.context["form"]
    assert form.chosen == customer
    assert form["type"].value() == "meeting.in_person"
    assert "Bäckerei Øster" in page.text


def test_an_address_or_a_long_text_is_what_it_was_about(browser, customer):
    url = "https://news.example/a?b=c"
    page = browser.get("/log/shared/", {"title": "Øster opens a shop", "text": url, "url": url})
    form = page.context["form"]
    assert form["text"].value() == f"Øster opens a shop\n{url}"
    assert '<input type="hidden" name="kept" value="text">' in page.text
    assert not form["line"].value()


def test_nothing_shared_opens_an_empty_form(browser):
    assert browser.get("/log/shared/").status_code == 200
    assert browser.get("/log/shared/", {"text": "\x00"}).status_code == 200


def test_what_was_shared_is_kept_over_sign_in(client):
    response = client.get("/log/shared/", {"text": "coffee Ana"})
    assert response.headers["Location"].startswith("/accounts/login/?next=/log/shared/%3Ftext%3D")


def test_what_is_still_to_come_is_planned_once(browser, customer, wrote):
    entry = wrote("meet Øster tomorrow 10:00")
    answers = [browser.post(SEND, entry).json() for _ in range(2)]
    assert [answer["status"] for answer in answers] == ["recorded", "known"]
    assert "planned; it had waited here." in answers[0]["toast"]
    assert Appointment.objects.get().customer == customer
    assert not Touchpoint.objects.exists()


def test_a_promise_that_waited_with_a_plan_is_owed_once(browser, customer, wrote):
    entry = wrote("meet Øster tomorrow 10:00, promised a quote")
    answers = [browser.post(SEND, entry).json() for _ in range(2)]
    assert [answer["status"] for answer in answers] == ["recorded", "known"]
    assert answers[0]["toast"].count("it had waited here.") == 2
    assert (Appointment.objects.count(), Touchpoint.objects.get().type.key) == (1, "promise")


def test_what_was_to_come_and_is_past_by_now_is_asked_about(browser, customer, wrote):
    answer = browser.post(SEND, wrote("meet Øster tomorrow 10:00", age=str(3 * 86_400))).json()
    assert answer["status"] == "needs_you"
    assert "Log it if it took place." in answer["reason"]
    assert not Touchpoint.objects.exists()
