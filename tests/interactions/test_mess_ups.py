"""Recording what went wrong in two taps, and asking whether it was made right."""

import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from interactions.mess_up_forms import KINDS, SEVERITIES
from interactions.models import Loop, LoopKind, Touchpoint
from interactions.services import (
    MessUpGoneError,
    NewTouchpoint,
    ask_again,
    edit,
    record,
    source_named,
)
from relationships.models import Customer
from tests.factories import CustomerFactory, PersonFactory

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true", "HX-Target": "dialog-body"}


@pytest.fixture
def customer(manager) -> Customer:
    return CustomerFactory(name="Große Gießerei", owner=manager, team=manager.team)


def page() -> str:
    return str(uuid.uuid4())


def went_wrong(customer: Customer, days_ago: float, kind: str = "complaint") -> Loop:
    now = timezone.now()
    item = NewTouchpoint(
        type=kind, customer=customer.pk, occurred_at=now - timedelta(days=days_ago), text="Broken"
    )
    by = PersonFactory(team=customer.team)
    (outcome,) = record(source=source_named("test"), items=[item], by=by, now=now)
    return Loop.objects.get(opened_by=outcome.touchpoint_id)


def asked(browser: Client) -> list[str]:
    return [one["customer"].name for one in browser.get("/").context["mess_ups"]]


@pytest.mark.parametrize("severity", SEVERITIES)
@pytest.mark.parametrize("kind", KINDS)
def test_two_taps_record_what_went_wrong(browser, customer, manager, kind, severity):
    said = {"kind": kind, "severity": severity, "page": page()}

    response = browser.post(f"/log/mess-up/{customer.pk}/", said, headers=HTMX)

    touchpoint = Touchpoint.objects.get()
    label, key = KINDS[kind]
    assert (touchpoint.type.key, touchpoint.severity, touchpoint.text) == (key, severity, label)
    assert (touchpoint.customer, touchpoint.person) == (customer, manager)
    assert Loop.objects.get().kind == LoopKind.FAILURE
    assert "Große Gießerei is recorded" in response.text
    assert "Undo" in response.text


def test_own_words_are_kept_and_sending_twice_records_once(browser, customer):
    said = {"kind": "late", "severity": 8, "page": page(), "text": "Three days"}
    for _ in range(2):
        browser.post(f"/log/mess-up/{customer.pk}/", said)
    assert Touchpoint.objects.get().text == "Three days"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"kind": ""}, "Choose what went wrong."),
        ({"kind": "x"}, "That cannot be chosen"),
        ({"severity": ""}, "Say how bad it was."),
        ({"severity": "5"}, "That cannot be chosen"),
    ],
)
def test_the_form_says_what_is_wrong(browser, customer, wrong, words):
    said = {"kind": "late", "severity": 3, "page": page(), **wrong}
    assert words in browser.post(f"/log/mess-up/{customer.pk}/", said).text
    assert not Touchpoint.objects.exists()


def test_customers_of_others_are_not_found(browser):
    other = CustomerFactory()
    path = f"/log/mess-up/{other.pk}/"
    assert browser.get(path).status_code == 404
    assert browser.post(path, {"kind": "late", "severity": 3, "page": page()}).status_code == 404


def test_after_two_days_the_owner_is_asked(browser, customer, manager):
    went_wrong(customer, 2.1)
    went_wrong(customer, 1.9)
    went_wrong(customer, 5, "question")
    went_wrong(CustomerFactory(team=manager.team), 5)

    today = browser.get("/")

    assert asked(browser) == ["Große Gießerei"]
    assert "Made it right?" in today.text
    assert "Complaint" not in [
        loop["kind"] for loop in today.context["loops"] if loop["is_overdue"]
        and loop["customer"] == customer
    ]  # fmt: skip


def test_yes_settles_it_and_undo_asks_again(browser, customer, manager):
    loop = went_wrong(customer, 3)
    path, said = f"/loops/{loop.pk}/made-right/", {"page": page(), "next": "/"}

    home = browser.post(path, said, follow=True)

    assert home.redirect_chain == [("/", 302)]
    assert "Made right with Große Gießerei." in home.text
    loop.refresh_from_db()
    assert loop.closed_by.type.key == "loop.closed"
    assert loop.closed_by.person == manager
    assert asked(browser) == []
    assert "settled already" in browser.post(path, said, follow=True).text
    assert Touchpoint.objects.filter(type__key="loop.closed").count() == 1

    browser.post(f"/touchpoints/{loop.closed_by_id}/delete/")
    assert asked(browser) == ["Große Gießerei"]
    browser.post(path, said)
    assert asked(browser) == []


def test_not_yet_asks_again_in_two_days_and_undo_at_once(browser, customer):
    loop = went_wrong(customer, 3)

    response = browser.post(f"/loops/{loop.pk}/not-yet/", headers=HTMX)

    assert "todayChanged" in response.headers["HX-Trigger"]
    assert asked(browser) == []
    loop.refresh_from_db()
    wait = loop.ask_again_at - timezone.now()
    assert timedelta(days=1.9) < wait <= timedelta(days=2)
    browser.post(response.context["undo_url"])
    assert asked(browser) == ["Große Gießerei"]


def test_it_is_asked_again_when_the_time_has_come(browser, customer, manager):
    loop = went_wrong(customer, 5)
    ask_again(loop_id=loop.pk, at=timezone.now() - timedelta(hours=1), by=manager)
    assert asked(browser) == ["Große Gießerei"]


def test_what_opened_it_may_be_corrected_without_asking_sooner(browser, customer, manager):
    loop = went_wrong(customer, 5)
    browser.post(f"/loops/{loop.pk}/not-yet/")
    edit(touchpoint_id=loop.opened_by_id, by=manager, now=timezone.now(), text="Broken twice")
    loop.refresh_from_db()
    assert loop.text == "Broken twice"
    assert asked(browser) == []


@pytest.mark.parametrize("action", ["made-right", "not-yet", "ask-now"])
def test_what_is_not_ones_own_or_no_mess_up_stays_as_it_is(browser, customer, action):
    others = went_wrong(CustomerFactory(team=PersonFactory().team), 5)
    question = went_wrong(customer, 5, "question")
    for loop in (others, question):
        path = f"/loops/{loop.pk}/{action}/"
        page_text = browser.post(path, {"page": page()}, follow=True).text
        assert "That is settled already." in page_text
        loop.refresh_from_db()
        assert (loop.closed_at, loop.ask_again_at) == (None, None)


def test_the_service_refuses_what_is_settled_or_of_others(customer, manager):
    loop, now = went_wrong(customer, 5), timezone.now()
    with pytest.raises(MessUpGoneError):
        ask_again(loop_id=loop.pk, at=now, by=PersonFactory())
    closing = NewTouchpoint(
        type="loop.closed", customer=customer.pk, occurred_at=now, closes_loop=loop.pk
    )
    record(source=source_named("test"), items=[closing], by=manager, now=now)
    with pytest.raises(MessUpGoneError):
        ask_again(loop_id=loop.pk, at=now, by=manager)


def test_the_number_of_queries_does_not_grow_with_mess_ups(
    browser, customer, django_assert_max_num_queries
):
    for _ in range(5):
        went_wrong(customer, 5)
    with django_assert_max_num_queries(15):
        assert len(asked(browser)) == 5
