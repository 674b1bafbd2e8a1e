"""Logging in one press: at once, once, by whoever pressed, and only what they may."""

import uuid

import pytest
from django.utils import timezone

from interactions import services
from interactions.models import Touchpoint, TouchpointType
from interactions.row_actions import KEYS, row_actions
from interactions.services import edit
from relationships.models import Customer
from tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def customer(manager) -> Customer:
    return CustomerFactory(name="Große Gießerei", owner=manager, team=manager.team)


@pytest.fixture
def press(browser, customer):
    page = str(uuid.uuid4())

    def post(kind: str = "call.phone", **data):
        said = {"customer": customer.pk, "type": kind, "page": page, **data}
        return browser.post("/log/now/", said, headers=HTMX)

    return post


@pytest.mark.parametrize("kind", KEYS)
def test_one_press_records_now_by_me_what_the_type_says(press, customer, manager, kind):
    before = timezone.now()

    response = press(kind, distance_before="70")

    touchpoint = Touchpoint.objects.get()
    assert (touchpoint.customer, touchpoint.person) == (customer, manager)
    assert touchpoint.recorded_by == manager
    assert touchpoint.type.key == kind
    assert touchpoint.direction == touchpoint.type.direction
    assert before <= touchpoint.occurred_at <= timezone.now()
    assert f"{touchpoint.type} with Große Gießerei logged." in response.text
    assert f"/touchpoints/{touchpoint.pk}/delete/" in response.text
    assert f"/customers/{customer.pk}/payback/?before=70" in response.text
    assert "touchpointsChanged" in response.headers["HX-Trigger"]


def test_pressed_twice_it_is_recorded_once(press):
    press()
    response = press()
    assert Touchpoint.objects.count() == 1
    assert "already; press l to log another one" in response.text
    assert "Undo" not in response.text


def test_another_type_customer_or_page_is_another_touchpoint(press, manager):
    press()
    press("email.personal")
    press(customer=CustomerFactory(team=manager.team).pk)
    press(page=str(uuid.uuid4()))
    assert Touchpoint.objects.count() == 4


def test_after_undo_it_can_be_logged_again(press, browser):
    for _ in range(2):
        press()
        touchpoint = Touchpoint.objects.get(deleted_at=None)
        browser.post(f"/touchpoints/{touchpoint.pk}/delete/")
    press()
    press()
    assert Touchpoint.objects.count() == 3
    assert Touchpoint.objects.filter(deleted_at=None).count() == 1


def test_what_was_moved_to_another_customer_meanwhile_is_still_known(press, manager):
    press()
    elsewhere = CustomerFactory(team=manager.team)
    touchpoint = Touchpoint.objects.get()
    edit(touchpoint_id=touchpoint.pk, by=manager, now=timezone.now(), customer=elsewhere.pk)
    assert "already" in press().text
    assert Touchpoint.objects.count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"type": "complaint"}, {"type": ""}, {"page": "x"}, {"customer": "0"}, {"customer": "é"},
        {"customer": "9" * 30},
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_not_found(press, wrong):
    assert press(**wrong).status_code == 404
    assert not Touchpoint.objects.exists()


def test_customers_of_others_are_not_found(press):
    assert press(customer=CustomerFactory().pk).status_code == 404
    assert not Touchpoint.objects.exists()


def test_a_type_that_went_out_of_use_is_not_offered_and_is_refused(press, browser, customer):
    TouchpointType.objects.filter(key="email.personal").update(is_active=False)

    assert press("email.personal").status_code == 404
    assert "email.personal" not in {action.type for action in row_actions()}
    assert "Personal e-mail" not in browser.get(f"/customers/{customer.pk}/actions/").text


def test_without_htmx_it_goes_back_where_it_was_pressed(browser, customer):
    said = {"customer": customer.pk, "type": "visit", "page": str(uuid.uuid4())}
    assert browser.post("/log/now/", said).status_code == 404
    said["type"] = "meeting.in_person"
    home = browser.post("/log/now/", {**said, "next": "/"}, follow=True)
    assert home.redirect_chain == [("/", 302)]
    assert "Met in person with Große Gießerei logged." in home.text
    again = browser.post("/log/now/", {**said, "next": "https://elsewhere.example/"})
    assert again.headers["Location"] == f"/customers/{customer.pk}/"


def test_what_is_refused_is_said_with_its_reason(press, customer, monkeypatch):
    refusal = services.Refusal("customer", "5", "Somebody merged it.")
    outcome = services.Outcome("refused", "x", refusals=(refusal,))
    monkeypatch.setattr(services, "log_now", lambda **said: outcome)

    response = press()

    assert "That could not be logged: Somebody merged it." in response.text
    assert "notLogged" in response.headers["HX-Trigger"]


@pytest.mark.parametrize("path", ["/log/now/", "/customers/1/wake/", "/customers/1/snooze/again/"])
def test_nothing_is_done_by_looking(browser, path):
    assert browser.get(path).status_code == 405
