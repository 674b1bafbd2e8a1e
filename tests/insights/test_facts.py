"""Facts on the page of a customer: a line, corrections that collide, asking again, and Undo."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from relationships.models import Customer, Fact
from tests.factories import ContactFactory, CustomerFactory, FactFactory

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
HTMX = {"HTTP_HX_REQUEST": "true"}
LINE = HTMX | {"HTTP_HX_TARGET": "fact-line"}

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def customer(manager) -> Customer:
    return CustomerFactory(name="Bäckerei Øster", team=manager.team, owner=manager)


@pytest.fixture
def fact(customer, manager) -> Fact:
    return FactFactory(
        customer=customer, label="Delivery hours", value="before 9", written_by=manager
    )


def page_of(browser, customer: Customer) -> str:
    return browser.get(f"/customers/{customer.pk}/").content.decode()


def add(browser, customer: Customer, fact: str, headers=None, **more):
    return browser.post(
        f"/customers/{customer.pk}/facts/", {"fact": fact, **more}, **(headers or {})
    )


def test_a_line_writes_a_fact_down(browser, customer, manager):
    contact = ContactFactory(customer=customer, name="Zoë")

    response = add(browser, customer, "Allergic to: phone calls: on Fridays", LINE,
                   contact=contact.pk, holds_until="2026-03-31")  # fmt: skip

    assert "“Allergic to” is written down." in response.content.decode()
    assert "factsChanged" in response["HX-Trigger"]
    assert response["HX-Reswap"] == "none"
    fact = Fact.objects.get()
    assert (fact.label, fact.value) == ("Allergic to", "phone calls: on Fridays")
    assert (fact.contact, fact.holds_until) == (contact, date(2026, 3, 31))
    page = page_of(browser, customer)
    assert "until 31 March" in page
    assert f"Written down by {manager} today" in page


def test_it_is_written_down_without_javascript(browser, customer):
    response = add(browser, customer, "Delivery hours: before 9")

    assert response.url == f"/customers/{customer.pk}/#known"
    assert "“Delivery hours” is written down." in browser.get(response.url).content.decode()


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("", "a colon and what we know"),
        ("before 9", "a colon and what we know"),
        (": before 9", "a colon and what we know"),
        ("x" * 61 + ": y", "this has 61"),
    ],
)
def test_what_is_no_fact_stays_in_the_line_with_what_to_do(browser, customer, line, words):
    in_line = add(browser, customer, line, LINE).content.decode()
    on_page = add(browser, customer, line).content.decode()

    assert words in in_line
    assert 'id="fact-line"' in in_line
    assert "<html" not in in_line
    assert words in on_page
    assert "<h1>" in on_page
    assert not Fact.objects.exists()


def test_a_day_that_is_over_and_a_stranger_are_refused(browser, customer):
    stranger = ContactFactory()

    page = add(browser, customer, "a: b", holds_until="2026-03-03").content.decode()
    other = add(browser, customer, "a: b", contact=stranger.pk).content.decode()

    assert "That day is over." in page
    assert "There is no such person there" in other


def test_another_teams_facts_are_not_found(browser):
    fact = FactFactory()

    assert add(browser, fact.customer, "a: b").status_code == 404
    for rest in ("edit", "confirm", "revert", "delete", "restore"):
        assert browser.post(f"/facts/{fact.pk}/{rest}/").status_code == 404
    assert browser.get(f"/facts/{2**63}/edit/").status_code == 404


def test_two_who_correct_the_same_fact_are_told(browser, fact):
    edit = f"/facts/{fact.pk}/edit/"
    browser.post(edit, {"fact": "Delivery hours: before 8", "version": 1})

    told = browser.post(edit, {"fact": "Delivery hours: at noon", "version": 1})

    page = told.content.decode()
    assert "Somebody changed this meanwhile to “Delivery hours: before 8”." in page
    assert 'value="Delivery hours: at noon"' in page
    assert 'name="version" value="2"' in page
    browser.post(edit, {"fact": "Delivery hours: at noon", "version": 2})
    fact.refresh_from_db()
    assert fact.value == "at noon"


def test_a_correction_is_undone(browser, fact):
    browser.post(f"/facts/{fact.pk}/edit/", {"fact": "Hours: any", "version": 1})

    browser.post(f"/facts/{fact.pk}/revert/")
    again = browser.post(f"/facts/{fact.pk}/revert/", follow=True)

    fact.refresh_from_db()
    assert str(fact) == "Delivery hours: before 9"
    assert "There is nothing to take back." in again.content.decode()


def test_undo_leaves_alone_what_somebody_changed_since(browser, fact):
    browser.post(f"/facts/{fact.pk}/edit/", {"fact": "Hours: any", "version": 1})
    Fact.objects.update(value="none", version=9)

    response = browser.post(f"/facts/{fact.pk}/revert/", follow=True)

    assert "Somebody changed it since" in response.content.decode()
    assert Fact.objects.get().value == "none"


def test_a_deleted_fact_is_off_the_page_and_comes_back(browser, customer, fact):
    response = browser.post(f"/facts/{fact.pk}/delete/", **HTMX)

    assert f"/facts/{fact.pk}/restore/" in response.content.decode()
    assert "before 9</b>" not in page_of(browser, customer)
    assert browser.get(f"/facts/{fact.pk}/edit/").status_code == 404
    browser.post(f"/facts/{fact.pk}/restore/")
    assert "before 9</b>" in page_of(browser, customer)


def test_who_corrects_what_was_deleted_is_told(browser, fact):
    Fact.objects.update(deleted_at=NOW, version=2)

    response = browser.post(f"/facts/{fact.pk}/edit/", {"fact": "a: b", "version": 1}, follow=True)

    assert "Somebody deleted “Delivery hours: before 9” meanwhile." in response.content.decode()


def test_a_fact_not_confirmed_for_a_year_is_asked_about(browser, customer, fact):
    Fact.objects.update(written_at=NOW - timedelta(days=366), confirmed_at=NOW - timedelta(366))

    assert "Still so?" in page_of(browser, customer)
    browser.post(f"/facts/{fact.pk}/confirm/")
    confirmed = page_of(browser, customer)
    assert "Still so?" not in confirmed
    assert "12 months ago, confirmed by Marta Żółkiewska today" in confirmed
    browser.post(f"/facts/{fact.pk}/revert/")
    assert "Still so?" in page_of(browser, customer)


def test_what_no_longer_holds_comes_last_and_is_not_asked_about(browser, customer, manager):
    old = NOW - timedelta(days=800)
    FactFactory(customer=customer, label="A", holds_until=date(2026, 3, 3), written_at=old)
    FactFactory(customer=customer, label="B", holds_until=date(2026, 3, 4))

    response = browser.get(f"/customers/{customer.pk}/")

    rows = response.context["facts"]
    assert [(row["fact"].label, row["until"]) for row in rows] == [
        ("B", "until today"),
        ("A", "held until yesterday"),
    ]
    assert "Still so?" not in response.content.decode()


def test_facts_are_never_markup_and_addresses_have_no_separators(browser, customer):
    fact = FactFactory(customer=customer, label="<i>x</i>", value="<script>alert(1)</script>")

    page = page_of(browser, customer)

    assert "<script>alert" not in page
    assert f"/facts/{fact.pk}/edit/" in page


def test_queries_do_not_grow_with_facts(browser, customer, manager, django_assert_max_num_queries):
    contact = ContactFactory(customer=customer)
    FactFactory.create_batch(30, customer=customer, contact=contact, written_by=manager)

    with django_assert_max_num_queries(22):
        page_of(browser, customer)
