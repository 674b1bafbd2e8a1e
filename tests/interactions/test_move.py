"""Moving a touchpoint to another customer, and taking it back."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client

from interactions.models import Loop, Touchpoint, TouchpointChange
from interactions.services import NewTouchpoint, record, source_named
from relationships.models import Customer
from tests.factories import ContactFactory, CustomerFactory, PersonFactory

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
HTMX = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "dialog-body"}

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def customer(manager) -> Customer:
    return CustomerFactory(name="Bäckerei Øster", team=manager.team)


@pytest.fixture
def other(manager) -> Customer:
    return CustomerFactory(name="Wäfler", team=manager.team)


def happened(customer: Customer, by, hours_ago: float, kind="call.phone", **fields) -> Touchpoint:
    item = NewTouchpoint(
        type=kind, customer=customer.pk, occurred_at=NOW - timedelta(hours=hours_ago), **fields
    )
    (outcome,) = record(source=source_named("test"), items=[item], by=by, now=NOW)
    return Touchpoint.objects.get(pk=outcome.touchpoint_id)


def move(browser: Client, touchpoint: Touchpoint, to: Customer | None, **fields):
    said = {"customer": str(to.pk), "customer_name": to.name} if to else {}
    return browser.post(f"/touchpoints/{touchpoint.pk}/move/", said | fields)


def problem(response) -> str:
    return response.context["form"].errors["customer_name"][0]


def test_it_is_moved_with_all_it_said_and_both_are_scored_again(browser, customer, other, manager):
    touchpoint = happened(customer, manager, 3, text="Coffee", duration_minutes=30)
    TouchpointChange.objects.all().delete()

    response = move(browser, touchpoint, other)

    there = f"/customers/{other.pk}/?at={touchpoint.pk}#touchpoint-{touchpoint.pk}"
    assert response.headers["Location"] == there
    touchpoint.refresh_from_db()
    assert touchpoint.customer == other
    assert (touchpoint.text, touchpoint.duration_minutes) == ("Coffee", 30)
    changed = set(TouchpointChange.objects.values_list("customer_id", flat=True))
    assert changed == {customer.pk, other.pk}


def test_it_can_be_taken_back_with_its_contact_and_what_it_settled(
    browser, customer, other, manager
):
    contact = ContactFactory(customer=customer)
    happened(customer, manager, 5, "question", external_id="q")
    answer = happened(customer, manager, 3, contact_id=contact.pk, closes="q")
    loop = Loop.objects.get()

    move(browser, answer, other)
    loop.refresh_from_db()
    answer.refresh_from_db()
    assert (answer.contact, loop.closed_by) == (None, None)

    browser.post(f"/touchpoints/{answer.pk}/revert/")
    loop.refresh_from_db()
    answer.refresh_from_db()
    assert (answer.customer, answer.contact, loop.closed_by) == (customer, contact, answer)


def test_taking_it_back_leads_to_where_it_is_again(browser, customer, other, manager):
    touchpoint = happened(customer, manager, 3)
    there = f"/customers/{customer.pk}/?at={touchpoint.pk}#touchpoint-{touchpoint.pk}"
    revert = f"/touchpoints/{touchpoint.pk}/revert/"

    def back(**headers):
        move(browser, touchpoint, other)
        return browser.post(revert, **headers)

    assert back().headers["Location"] == there
    from_page = {**HTMX, "HTTP_HX_CURRENT_URL": f"http://testserver/customers/{other.pk}/?at=1"}
    assert back(**from_page).headers["HX-Redirect"] == there
    said = back(**HTMX).content.decode()
    assert "is with Bäckerei Øster again." in said
    assert there in said


def test_what_it_opened_goes_along(browser, customer, other, manager):
    question = happened(customer, manager, 5, "question")

    move(browser, question, other)

    assert Loop.objects.get().customer == other


def test_a_name_is_enough_without_javascript(browser, customer, other, manager):
    touchpoint = happened(customer, manager, 3)

    move(browser, touchpoint, None, customer_name="wafler")

    touchpoint.refresh_from_db()
    assert touchpoint.customer == other


def test_of_several_that_are_meant_one_is_chosen(browser, customer, other, manager):
    CustomerFactory(name="Wäfler Söhne", team=manager.team)
    touchpoint = happened(customer, manager, 3)

    response = move(browser, touchpoint, None, customer_name="wäfl")
    move(browser, touchpoint, None, customer_name="wäfl", candidate=str(other.pk))

    assert problem(response) == "Which of these is it?"
    touchpoint.refresh_from_db()
    assert touchpoint.customer == other


def test_where_it_is_already_is_refused(browser, customer, manager):
    response = move(browser, happened(customer, manager, 3), customer)

    assert problem(response) == "It is with Bäckerei Øster already. Choose another customer."


def test_nobody_named_is_refused(browser, customer, manager):
    touchpoint = happened(customer, manager, 3)

    assert problem(move(browser, touchpoint, None)) == "Say to which customer it belongs."
    assert "anything like “zzz”" in problem(move(browser, touchpoint, None, customer_name="zzz"))


def test_another_teams_customer_is_neither_found_nor_moved_to(browser, customer, manager):
    stranger = CustomerFactory(name="Fremde AG")
    touchpoint = happened(customer, manager, 3)

    by_id, by_name = (
        move(browser, touchpoint, stranger),
        move(browser, touchpoint, None, customer_name="Fremde"),
    )

    for response in (by_id, by_name):
        assert "None of your customers" in problem(response)
    touchpoint.refresh_from_db()
    assert touchpoint.customer == customer


def test_another_teams_touchpoint_is_not_found(browser, other):
    stranger = PersonFactory()
    touchpoint = happened(CustomerFactory(team=stranger.team), stranger, 3)

    assert browser.get(f"/touchpoints/{touchpoint.pk}/move/").status_code == 404
    assert move(browser, touchpoint, other).status_code == 404


def test_the_dialog_says_what_is_moved_and_the_message_leads_there(
    browser, customer, other, manager
):
    touchpoint = happened(customer, manager, 3, text="Coffee & cake")

    form = browser.get(f"/touchpoints/{touchpoint.pk}/move/", **HTMX).content.decode()
    said = browser.post(f"/touchpoints/{touchpoint.pk}/move/", {"customer": other.pk}, **HTMX)

    assert "<html" not in form
    assert "Coffee &amp; cake" in form
    assert "moved to Wäfler." in said.content.decode()
    assert f"/customers/{other.pk}/?at={touchpoint.pk}#touchpoint-" in said.content.decode()
    assert f"/touchpoints/{touchpoint.pk}/revert/" in said.content.decode()
