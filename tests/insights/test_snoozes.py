"""Snoozing on Today: whom it hides, from whom, until when, and what wakes them earlier."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from insights.demo.remove import remove_demonstration
from insights.models import Band, Snooze
from insights.services.drain import drain
from insights.services.snoozes import (
    NotAsleepError,
    Sleep,
    SnoozeRefusedError,
    snooze,
    wake,
)
from insights.snooze_forms import SnoozeForm
from interactions.services import NewTouchpoint, delete, merge_customers, record, source_named
from relationships.models import Customer, Person
from relationships.services import CustomerGoneError
from tests.factories import AdministratorFactory, CustomerFactory, PersonFactory, ReadingFactory
from tests.insights.scoring.conftest import _compiled_fold  # noqa: F401

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=7)


def browser_of(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def drifting(owner: Person, name: str = "Große Gießerei", **values) -> Customer:
    customer = CustomerFactory(name=name, owner=owner, team=owner.team, **values)
    ReadingFactory(customer=customer, band=Band.DRIFTING, distance=70.0, part_presence=70.0)
    return customer


def sleep_a_week(customer: Customer, by: Person, reason: str = "") -> Sleep | None:
    now = timezone.now()
    return snooze(customer_id=customer.pk, until=now + WEEK, reason=reason, by=by, now=now)


def happened(customer: Customer, by: Person, kind: str, days_ago: float = 0) -> int:
    now = timezone.now()
    item = NewTouchpoint(
        type=kind, customer=customer.pk, occurred_at=now - timedelta(days=days_ago)
    )
    (outcome,) = record(source=source_named("test"), items=[item], by=by, now=now)
    assert outcome.status == "recorded"
    return outcome.touchpoint_id


def needs(person: Person) -> list[str]:
    response = browser_of(person).get("/")
    return [need["customer"].name for need in response.context["needs"]]


def test_a_snoozed_customer_leaves_today_and_stands_at_its_foot(manager):
    customer = drifting(manager)
    drifting(manager, "Awake")
    client = browser_of(manager)

    response = client.post(
        f"/customers/{customer.pk}/snooze/", {"until": "monday", "reason": "On  holiday"}
    )

    assert response.headers["Location"] == "/"
    page = client.get("/")
    assert needs(manager) == ["Awake"]
    (row,) = page.context["snoozes"]
    assert row["customer"] == customer
    assert row["reason"] == "On holiday"
    assert "1 customer</span>" in page.text
    assert "is off your Today until" in page.text


def test_it_is_on_the_today_of_everybody_else(manager):
    customer = drifting(manager)
    colleague = PersonFactory(team=manager.team)
    sleep_a_week(customer, colleague)

    assert needs(colleague) == []
    assert needs(manager) == ["Große Gießerei"]


def test_it_comes_back_when_the_time_is_over(manager):
    sleep_a_week(drifting(manager), manager)
    assert needs(manager) == []

    with time_machine.travel(timezone.now() + WEEK):
        assert needs(manager) == ["Große Gießerei"]
        assert browser_of(manager).get("/").context["snoozes"] == []


@pytest.mark.parametrize("kind", ["complaint", "order.late"])
def test_it_comes_back_at_once_when_something_goes_wrong(manager, kind):
    customer = drifting(manager)
    sleep_a_week(customer, manager)

    happened(customer, manager, kind)

    assert needs(manager) == ["Große Gießerei"]


def test_what_had_gone_wrong_earlier_and_is_recorded_now_wakes_too(manager):
    customer = drifting(manager)
    sleep_a_week(customer, manager)

    happened(customer, manager, "complaint", days_ago=3)

    assert needs(manager) == ["Große Gießerei"]


def test_what_was_known_or_is_no_mess_up_wakes_nobody(manager):
    customer = drifting(manager)
    happened(customer, manager, "complaint")
    sleep_a_week(customer, manager)
    happened(customer, manager, "question")
    mistake = happened(customer, manager, "complaint")
    delete(touchpoint_id=mistake, by=manager, now=timezone.now())

    assert needs(manager) == []


def test_whoever_was_woken_by_a_complaint_can_be_snoozed_again(manager):
    customer = drifting(manager)
    sleep_a_week(customer, manager)
    happened(customer, manager, "complaint")

    assert sleep_a_week(customer, manager) is None
    assert needs(manager) == []


def test_waking_and_its_undo(manager):
    customer = drifting(manager)
    sleep_a_week(customer, manager, "Asked for peace & quiet")
    client = browser_of(manager)

    response = client.post(f"/customers/{customer.pk}/wake/", headers={"HX-Request": "true"})
    assert "is back on Today" in response.text
    assert needs(manager) == ["Große Gießerei"]
    client.post(response.context["undo_url"])

    assert needs(manager) == []
    assert Snooze.objects.get().reason == "Asked for peace & quiet"


def test_undo_of_a_snooze_wakes_or_brings_back_the_one_before(manager):
    customer = drifting(manager)
    client = browser_of(manager)
    path, headers = f"/customers/{customer.pk}/snooze/", {"HX-Request": "true"}

    first = client.post(path, {"until": "tomorrow", "reason": "first"}, headers=headers)
    second = client.post(path, {"until": "two_weeks"}, headers=headers)
    client.post(second.context["undo_url"])
    assert Snooze.objects.get().reason == "first"
    client.post(first.context["undo_url"])

    assert needs(manager) == ["Große Gießerei"]


def test_waking_twice_says_so(manager):
    customer = drifting(manager)
    client = browser_of(manager)
    response = client.post(f"/customers/{customer.pk}/wake/", follow=True)
    assert "is on Today already" in response.text


@pytest.mark.parametrize(
    "query",
    ["", "?until=soon", "?until=2020-01-01T00:00%2B00:00", "?until=2999-01-01", "?until=%00"],
)
def test_an_undo_that_makes_no_sense_snoozes_nobody(manager, query):
    customer = drifting(manager)
    client = browser_of(manager)
    client.post(f"/customers/{customer.pk}/snooze/again/{query}")
    assert not Snooze.objects.exists()


def test_the_form_says_what_is_missing(manager):
    customer = drifting(manager)
    client, path = browser_of(manager), f"/customers/{customer.pk}/snooze/"
    assert "Choose until when." in client.post(path).text
    assert "That cannot be chosen" in client.post(path, {"until": "never"}).text
    too_long = client.post(path, {"until": "monday", "reason": "x" * 201})
    assert "at most 200 characters" in too_long.text
    assert client.get(path).status_code == 200
    assert not Snooze.objects.exists()


def test_days_begin_where_the_reader_is():
    form = SnoozeForm({"until": "monday"}, today=date(2026, 3, 4))
    assert form.is_valid()
    with timezone.override("Asia/Tokyo"):
        assert form.moment().astimezone(UTC) == datetime(2026, 3, 8, 15, tzinfo=UTC)


def test_on_a_monday_next_monday_is_a_week_away():
    form = SnoozeForm({"until": "monday"}, today=date(2026, 3, 9))
    assert form.is_valid()
    assert form.moment().date() == date(2026, 3, 16)


@pytest.mark.parametrize("action", ["snooze", "snooze/again", "wake", "actions"])
def test_nobody_reaches_customers_of_others(action):
    customer = drifting(PersonFactory())
    client = browser_of(PersonFactory())
    data = {"until": "monday"}
    path = f"/customers/{customer.pk}/{action}/"
    response = client.get(path) if action == "actions" else client.post(path, data)
    assert response.status_code == 404
    assert not Snooze.objects.exists()


def test_services_refuse_what_is_not_ones_own_or_makes_no_sense(manager):
    mine, other, now = drifting(manager), drifting(PersonFactory(), "Other"), timezone.now()
    with pytest.raises(CustomerGoneError):
        snooze(customer_id=other.pk, until=now + WEEK, by=manager, now=now)
    with pytest.raises(CustomerGoneError):
        wake(customer_id=other.pk, by=manager, now=now)
    for until in (now, now - WEEK, now + timedelta(days=32)):
        with pytest.raises(SnoozeRefusedError):
            snooze(customer_id=mine.pk, until=until, by=manager, now=now)
    with pytest.raises(NotAsleepError):
        wake(customer_id=mine.pk, by=manager, now=now)
    assert not Snooze.objects.exists()


def test_a_customer_who_went_to_another_team_is_not_named_any_more(manager):
    customer = drifting(manager)
    sleep_a_week(customer, manager)
    Customer.objects.filter(pk=customer.pk).update(team=PersonFactory().team)
    assert browser_of(manager).get("/").context["snoozes"] == []


def test_the_database_refuses_what_makes_no_sense(manager):
    customer, now = drifting(manager), timezone.now()
    with pytest.raises(IntegrityError, match="snooze_ends_later"), transaction.atomic():
        Snooze.objects.create(person=manager, customer=customer, until=now, created_at=now)
    Snooze.objects.create(person=manager, customer=customer, until=now + WEEK)
    with (
        pytest.raises(IntegrityError, match="customer_is_snoozed_once_by_each"),
        transaction.atomic(),
    ):
        Snooze.objects.create(person=manager, customer=customer, until=now + WEEK)


def test_the_survivor_of_a_merge_keeps_the_later_snooze(manager):
    keep, absorb, now = CustomerFactory(team=manager.team), drifting(manager), timezone.now()
    colleague = PersonFactory(team=manager.team)
    snooze(customer_id=keep.pk, until=now + WEEK, reason="short", by=manager, now=now)
    snooze(customer_id=absorb.pk, until=now + 2 * WEEK, reason="long", by=manager, now=now)
    snooze(customer_id=absorb.pk, until=now + WEEK, reason="theirs", by=colleague, now=now)

    merge_customers(keep=keep.pk, absorb=absorb.pk, by=manager, now=now)
    drain(now=now)

    kept = Snooze.objects.order_by("pk").values_list("person", "customer", "reason")
    assert list(kept) == [(manager.pk, keep.pk, "long"), (colleague.pk, keep.pk, "theirs")]


def test_removing_the_demonstration_takes_its_snoozes_along():
    administrator = AdministratorFactory()
    sleep_a_week(CustomerFactory(is_demo=True), administrator)
    remove_demonstration(by=administrator)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert not Snooze.objects.exists()


def test_when_only_sleepers_are_left_the_page_says_so(manager):
    sleep_a_week(drifting(manager), manager)
    assert "All clear for now" in browser_of(manager).get("/").text


def test_the_number_of_queries_does_not_grow_with_snoozes(manager, django_assert_max_num_queries):
    for number in range(60):
        sleep_a_week(drifting(manager, f"C{number}"), manager)
    client = browser_of(manager)
    with django_assert_max_num_queries(15):
        page = client.get("/")
    assert len(page.context["snoozes"]) == 50
    assert page.context["snoozed"] == "60 customers"
    assert "10 more sleep longer." in page.text
