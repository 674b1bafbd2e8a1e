"""Who knows whom: pairs, single threads, what is not read, and who may see it."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client

from insights.acquaintance_words import MOST_CONTACTS, MOST_PEOPLE
from insights.selectors import histories
from insights.selectors.acquaintances import acquaintances_at
from insights.services.drain import drain
from interactions.services import NewTouchpoint, record, source_named
from relationships.models import Customer, Person
from tests.factories import (
    ContactFactory,
    CustomerFactory,
    ExecutiveFactory,
    PersonFactory,
    ServiceFactory,
)

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def customer(manager) -> Customer:
    return CustomerFactory(name="Acme", team=manager.team, owner=manager)


@pytest.fixture
def ana(customer):
    return ContactFactory(customer=customer, name="Ana")


@pytest.fixture
def tom(manager) -> Person:
    return PersonFactory(name="Tom", team=manager.team)


def met(customer: Customer, person, contact=None, days_ago=1.0, kind="meeting.in_person", **more):
    item = NewTouchpoint(
        type=kind,
        customer=customer.pk,
        person_id=person.pk if person else None,
        contact_id=contact.pk if contact else None,
        occurred_at=NOW - timedelta(days=days_ago),
        **more,
    )
    (outcome,) = record(source=source_named("test"), items=[item], by=recorder(), now=NOW)
    assert outcome.touchpoint_id, outcome.refusals


def recorder() -> Person:
    return Person.objects.filter(name="recorder").first() or ServiceFactory(name="recorder")


def page_of(browser, customer: Customer):
    return browser.get(f"/customers/{customer.pk}/people/")


def told(browser, customer: Customer) -> str:
    return page_of(browser, customer).context["summary"].text


def found(customer: Customer):
    return acquaintances_at(customer, now=NOW)


def test_a_pair_is_as_warm_as_a_customer_with_whom_nothing_else_happened(customer, ana, manager):
    other = CustomerFactory(team=manager.team)
    for days, kind in ((1, "meeting.in_person"), (50, "call.phone"), (400, "call.phone")):
        met(customer, manager, ana, days, kind)
        met(other, manager, None, days, kind)
    met(customer, None, ana, 2)
    drain(now=NOW)
    other.refresh_from_db()

    (pair,) = found(customer).pairs

    assert pair.warmth == pytest.approx(other.reading.warmth, abs=1e-6)
    assert (pair.person, pair.contact, pair.meetings) == (manager, ana, 2)
    assert pair.last_met == NOW - timedelta(days=1)


def test_with_whom_is_told_apart_and_somebody_is_a_row(browser, customer, ana, manager, tom):
    bo = ContactFactory(customer=customer, name="Bo")
    met(customer, manager, ana)
    met(customer, tom, ana, 30)
    met(customer, tom)

    rows = page_of(browser, customer).context["rows"]

    assert [row["name"] for row in rows] == ["Ana", "Bo", "Somebody there"]
    assert [bool(cell.get("warmth")) for cell in rows[0]["cells"]] == [True, True]
    assert rows[1]["contact"] == bo
    assert rows[1]["thread"].text == "Nobody yet"


def test_the_only_one_who_knows_anybody_is_named(browser, customer, ana, manager):
    met(customer, manager, ana)

    assert told(browser, customer) == (
        "Only Marta Żółkiewska knows anybody at Acme. If Marta Żółkiewska leaves, nobody does."
    )
    page = browser.get(f"/customers/{customer.pk}/").content.decode()
    assert "If Marta Żółkiewska leaves, nobody does." in page


def test_nobody_is_left_when_the_one_who_knew_them_has_left(browser, customer, ana, tom):
    met(customer, tom, ana)
    Person.objects.filter(pk=tom.pk).update(is_active=False)

    response = page_of(browser, customer)

    assert response.context["summary"].text == (
        "Nobody knows anybody at Acme any more: Tom, who knew Ana, has left."
    )
    assert response.context["summary"].level == "lost"
    assert response.context["rows"][0]["thread"].text == "Only Tom, who has left"
    assert "has left</span>" in response.content.decode()


def test_who_still_knows_them_beside_one_who_left(browser, customer, ana, manager, tom):
    met(customer, tom, ana)
    met(customer, manager, ContactFactory(customer=customer))
    Person.objects.filter(pk=tom.pk).update(is_active=False)

    assert told(browser, customer) == (
        "Only Marta Żółkiewska still knows anybody at Acme: Tom has left."
    )


def test_contacts_known_to_one_of_us_alone_are_named(browser, customer, ana, manager, tom):
    bo = ContactFactory(customer=customer, name="Bo")
    met(customer, manager, ana)
    met(customer, tom, ana)
    met(customer, tom, bo)

    context = page_of(browser, customer).context

    assert context["summary"].text == "2 of us know 2 people at Acme."
    assert context["single"] == "Bo is known to one of us alone."
    threads = {row["name"]: row["thread"] for row in context["rows"]}
    assert (threads["Bo"].text, threads["Bo"].level) == ("Only Tom", "single")
    assert threads["Ana"].text == ""


def test_whom_only_somebody_knew_who_left_is_said_beside_who_is_known(
    browser, customer, ana, manager, tom
):
    gone = PersonFactory(name="Eva", team=manager.team, is_active=False)
    for number in range(5):
        met(customer, gone, ContactFactory(customer=customer, name=f"Bo {number}"))
    met(customer, manager, ana)
    met(customer, tom, ana)

    context = page_of(browser, customer).context

    assert context["summary"].text == "2 of us know Ana at Acme."
    assert context["single"] == "Whoever knew Bo 0, Bo 1, Bo 2 and 2 more has left."


def test_what_was_long_ago_no_longer_counts_as_knowing(browser, customer, ana, manager):
    met(customer, manager, ana, 900, "call.phone")

    context = page_of(browser, customer).context

    assert context["summary"].text == "Nobody of us knows anybody at Acme any more."
    assert context["rows"][0]["thread"].text == "Nobody now"


def test_who_has_left_the_customer_is_no_thread(browser, customer, ana, manager):
    met(customer, manager, ana)
    ana.left_on = NOW.date()
    ana.save()

    context = page_of(browser, customer).context

    assert context["summary"].text == "Nobody of us knows anybody at Acme any more."
    assert context["rows"][0]["has_left"]


def test_a_failure_settled_by_somebody_else_is_open_for_nobody(customer, ana, manager, tom):
    bo = ContactFactory(customer=customer, name="Bo")
    for contact in (ana, bo):
        met(customer, manager, contact, 9)
    met(customer, manager, ana, 8, "complaint", external_id="c1")
    met(customer, manager, bo, 8, "complaint", external_id="c2")
    met(customer, tom, None, 1, "call.phone", closes="c1")

    warmth = {pair.contact: pair.warmth for pair in found(customer).pairs if pair.person == manager}

    assert warmth[ana] > warmth[bo]


def test_a_service_account_knows_nobody(customer, ana):
    met(customer, ServiceFactory(), ana)

    assert found(customer).pairs == []


def test_without_meetings_the_page_says_how_to_begin(browser, customer):
    page = page_of(browser, customer).content.decode()

    assert "Nobody has met them yet" in page
    assert page.count(f"?customer={customer.pk}") >= 2
    assert "Nobody of us has met anybody at Acme yet." in page


def test_of_a_long_history_only_the_newest_is_read(browser, customer, ana, manager, monkeypatch):
    for days in range(6):
        met(customer, manager, ana, days + 1)
    monkeypatch.setattr(histories, "MOST_READ", 4)

    response = page_of(browser, customer)

    assert found(customer).pairs[0].meetings == 4
    assert "newest of very many touchpoints" in response.content.decode()


def test_columns_and_rows_end_somewhere_and_say_so(browser, customer, manager):
    contacts = ContactFactory.create_batch(MOST_CONTACTS + 2, customer=customer)
    for number in range(MOST_PEOPLE + 1):
        met(customer, PersonFactory(team=manager.team), contacts[0], number + 1)
    met(customer, manager)

    response = page_of(browser, customer)

    assert len(response.context["people"]) == MOST_PEOPLE
    assert len(response.context["rows"]) == MOST_CONTACTS + 1
    assert response.context["rows"][-1]["name"] == "Somebody there"
    page = response.content.decode()
    assert "2 more of us met them as well" in page
    assert "2 more people there" in page


def test_another_teams_customer_is_not_found_and_an_executive_sees_it(browser, customer, ana, tom):
    met(customer, tom, ana)
    stranger = Client()
    stranger.force_login(PersonFactory())
    executive = Client()
    executive.force_login(ExecutiveFactory())

    assert page_of(stranger, customer).status_code == 404
    assert page_of(executive, customer).status_code == 200


def test_whoever_was_merged_is_shown_at_the_survivor(browser, customer, manager):
    absorbed = CustomerFactory(team=manager.team, merged_into=customer)

    assert page_of(browser, absorbed).url == f"/customers/{customer.pk}/people/"


def test_queries_do_not_grow_with_pairs(browser, customer, manager, django_assert_max_num_queries):
    for number in range(20):
        contact = ContactFactory(customer=customer)
        met(customer, PersonFactory(team=manager.team), contact, number + 1)

    with django_assert_max_num_queries(11):
        page_of(browser, customer)
