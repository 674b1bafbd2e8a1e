"""What is planned: said in the form or a line, and asked about when it is over."""

import json
import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from interactions.forms import MINUTE
from interactions.models import Appointment, Loop, LoopKind, Touchpoint, TouchpointType
from interactions.selectors.appointments import (
    appointments_to_confirm,
    coming_up,
    planned_with,
)
from interactions.services import (
    CannotPlanError,
    NewTouchpoint,
    NoSuchAppointmentError,
    call_off,
    merge_customers,
    plan,
    plan_again,
    record,
    source_named,
    took_place,
    unmerge_customer,
)
from relationships.models import Customer
from tests.factories import (
    AdministratorFactory,
    ContactFactory,
    CustomerFactory,
    PersonFactory,
)

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true", "HX-Target": "dialog-body"}


@pytest.fixture
def customer(manager) -> Customer:
    return CustomerFactory(name="Große Gießerei", owner=manager, team=manager.team)


def planned(customer, by, *, hours=24.0, **said) -> Appointment:
    """Plan a meeting some hours from now, or as it was planned some hours ago."""
    now = timezone.now()
    starts_at = now + timedelta(hours=hours)
    values = {
        "form_id": uuid.uuid4(), "customer_id": customer.pk, "type_key": "meeting.in_person",
        "starts_at": starts_at, "by": by, "now": min(now, starts_at - timedelta(hours=1)),
    }  # fmt: skip
    appointment, is_new = plan(**(values | said))
    assert is_new
    return appointment


def in_a_form(moment) -> str:
    return f"{timezone.localtime(moment):{MINUTE}}"


def to_confirm(person) -> list[Appointment]:
    return appointments_to_confirm(person, timezone.now(), at_most=50)


def test_what_is_ahead_is_planned_and_not_recorded(browser, customer, manager):
    contact = ContactFactory(customer=customer)
    at = (timezone.now() + timedelta(days=2)).replace(second=0, microsecond=0)
    said = {
        "customer": customer.pk, "type": "meeting.in_person", "occurred_at": in_a_form(at),
        "contact": contact.pk, "person": manager.pk, "duration_minutes": 45, "text": "The contract",
        "external_id": str(uuid.uuid4()),
    }  # fmt: skip

    for _ in range(2):
        response = browser.post("/log/", said, headers=HTMX)

    assert not Touchpoint.objects.exists()
    found = Appointment.objects.get()
    assert (found.customer, found.contact, found.person) == (customer, contact, manager)
    assert (found.starts_at, found.duration_minutes, found.text) == (at, 45, "The contract")
    assert "is planned already" in response.text


def test_a_line_plans_and_says_so(browser, customer):
    line = "meet Große Gießerei tomorrow 10:00"
    assert "is planned, and Today asks you" in browser.get("/log/line/", {"line": line}).text
    response = browser.post("/log/", {"line": line, "external_id": str(uuid.uuid4())}, follow=True)
    assert "planned for tomorrow at 10:00" in response.text
    assert Appointment.objects.get().customer == customer


@pytest.mark.parametrize(
    ("name", "value"),
    [("sentiment", "1"), ("opens", "1"), ("direction", "1"), ("due_at", "2099-01-01T10:00")],
)
def test_what_only_happens_later_cannot_be_said_yet(browser, customer, name, value):
    at = in_a_form(timezone.now() + timedelta(days=1))
    said = {"customer": customer.pk, "type": "call.phone", "occurred_at": at, name: value}
    assert "This has not happened yet." in browser.post("/log/", said).text
    assert not Appointment.objects.exists()


def test_a_promise_made_with_a_plan_is_owed_at_once_and_each_is_taken_back_by_itself(
    browser, customer, manager
):
    line, form_id = (
        "meet Große Gießerei tomorrow 10:00, promised a quote in three days",
        uuid.uuid4(),
    )
    assert "owed from now on" in browser.get("/log/line/", {"line": line}).text

    for _ in range(2):
        said = {"line": line, "external_id": str(form_id), "person": manager.pk}
        response = browser.post("/log/", said, headers=HTMX)

    assert "is planned already" in response.text
    appointment, promise = Appointment.objects.get(), Touchpoint.objects.get()
    assert (promise.type.key, promise.customer, promise.person) == ("promise", customer, manager)
    assert promise.text == appointment.text == "promised a quote in three days"
    loop = Loop.objects.get()
    assert (loop.kind, loop.opened_by, loop.closed_at) == (LoopKind.PROMISE, promise, None)
    assert 2 < (loop.due_at - timezone.now()) / timedelta(days=1) < 4
    assert promise.occurred_at < appointment.starts_at
    assert to_confirm(manager) == []

    browser.post(f"/appointments/{appointment.pk}/call-off/")
    assert Loop.objects.exists()
    browser.post(f"/touchpoints/{promise.pk}/delete/")
    assert not Loop.objects.exists()


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_of_a_promise_and_a_plan_each_is_told_with_its_own_way_back(browser, customer, headers):
    at = in_a_form(timezone.now() + timedelta(days=1))
    said = {"customer": customer.pk, "type": "call.phone", "occurred_at": at, "opens": "4"}

    response = browser.post("/log/", said, headers=headers, follow=True)

    promise, appointment = Touchpoint.objects.get(), Appointment.objects.get()
    assert f"/touchpoints/{promise.pk}/delete/" in response.text
    assert f"/appointments/{appointment.pk}/call-off/" in response.text
    if headers:
        events = json.loads(response.headers["HX-Trigger"])
        assert {"plansChanged", "touchpointsChanged", "closeDialog"} == set(events)


def test_a_promise_due_before_it_was_made_is_refused_and_nothing_is_planned(browser, customer):
    at = in_a_form(timezone.now() + timedelta(days=1))
    said = {
        "customer": customer.pk, "type": "call.phone", "occurred_at": at, "opens": "4",
        "due_at": "2020-01-01T10:00",
    }  # fmt: skip

    response = browser.post("/log/", said)

    assert response.context["form"].errors["due_at"] == ["It cannot be due before it happened."]
    assert not Appointment.objects.exists()
    assert not Touchpoint.objects.exists()


def test_without_a_type_for_promises_none_is_made_with_a_plan(browser, customer):
    TouchpointType.objects.filter(key="promise").update(is_active=False)
    at = in_a_form(timezone.now() + timedelta(days=1))
    said = {"customer": customer.pk, "type": "call.phone", "occurred_at": at, "opens": "4"}

    assert "This has not happened yet." in browser.post("/log/", said).text
    assert not Appointment.objects.exists()


def test_a_promise_stands_beside_what_the_same_form_logged_before(browser, customer):
    form_id = str(uuid.uuid4())
    said = {"customer": customer.pk, "type": "call.phone", "external_id": form_id}
    browser.post("/log/", said)
    at = in_a_form(timezone.now() + timedelta(days=1))

    browser.post("/log/", {**said, "occurred_at": at, "opens": "4"})

    kinds = set(Touchpoint.objects.values_list("type__key", flat=True))
    assert kinds == {"call.phone", "promise"}


def test_what_nobody_does_together_is_not_planned(browser, customer, manager):
    at = in_a_form(timezone.now() + timedelta(days=1))
    said = {"customer": customer.pk, "type": "order.late", "occurred_at": at}
    assert "in the future" in browser.post("/log/", said).text
    with pytest.raises(CannotPlanError) as refused:
        planned(customer, manager, type_key="order.late")
    assert refused.value.field == "type"


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"type_key": "nothing"}, "type"),
        ({"hours": 24 * 365 * 3}, "occurred_at"),
        ({"duration_minutes": 0}, "duration_minutes"),
        ({"duration_minutes": 100_000}, "duration_minutes"),
        ({"text": "x" * 50_001}, "text"),
        ({"contact_id": 1}, "contact_id"),
        ({"person_id": 1}, "person_id"),
        ({"customer_id": 1}, "customer"),
    ],
)
def test_plans_that_cannot_be_are_refused(customer, manager, said, field):
    with pytest.raises(CannotPlanError) as refused:
        planned(customer, manager, **said)
    assert refused.value.field == field
    assert not Appointment.objects.exists()


def test_the_database_refuses_no_time_at_all(customer, manager):
    appointment = planned(customer, manager)
    with pytest.raises(IntegrityError), transaction.atomic():
        Appointment.objects.filter(pk=appointment.pk).update(duration_minutes=0)


def test_it_is_asked_when_it_is_over_and_for_two_weeks(customer, manager):
    planned(customer, manager, hours=2)
    planned(customer, manager, hours=-0.5)
    over = planned(customer, manager, hours=-2)
    planned(customer, manager, hours=-24 * 15)
    planned(customer, PersonFactory(team=manager.team), hours=-2)
    assert to_confirm(manager) == [over]


def test_yes_records_it_once_as_it_was_planned(browser, customer, manager):
    contact = ContactFactory(customer=customer)
    appointment = planned(
        customer, manager, hours=-26, contact_id=contact.pk, duration_minutes=30, text="Prices"
    )
    path = f"/appointments/{appointment.pk}/took-place/"

    for _ in range(2):
        response = browser.post(path, {"next": "/"}, follow=True)

    assert "Met in person with Große Gießerei logged." in response.text
    touchpoint = Touchpoint.objects.get()
    assert (touchpoint.occurred_at, touchpoint.contact) == (appointment.starts_at, contact)
    assert (touchpoint.person, touchpoint.duration_minutes) == (manager, 30)
    assert touchpoint.text == "Prices"
    assert to_confirm(manager) == []


def test_undo_asks_again_and_yes_records_again(browser, customer, manager):
    appointment = planned(customer, manager, hours=-26)
    path = f"/appointments/{appointment.pk}/took-place/"
    browser.post(path)
    browser.post(f"/touchpoints/{Touchpoint.objects.get().pk}/delete/")
    assert to_confirm(manager) == [appointment]
    browser.post(path)
    assert Touchpoint.objects.live().count() == 1
    assert to_confirm(manager) == []


@pytest.mark.parametrize(
    ("kind", "hours_after", "is_it"),
    [
        ("meeting.in_person", 1, True),
        ("meeting.in_person", 30, True),
        ("meeting.in_person", 40, False),
        ("meeting.in_person", -13, False),
        ("call.phone", 1, False),
    ],
)
def test_what_was_logged_meanwhile_is_not_asked_about(customer, manager, kind, hours_after, is_it):
    appointment = planned(customer, manager, hours=-48)
    item = NewTouchpoint(
        type=kind,
        customer=customer.pk,
        occurred_at=appointment.starts_at + timedelta(hours=hours_after),
    )
    record(source=source_named("test"), items=[item], by=manager, now=timezone.now())
    assert (to_confirm(manager) == []) is is_it


@pytest.mark.parametrize(("hours", "words"), [(-26, "did not take place"), (26, "called off")])
def test_no_is_said_and_taken_back(browser, customer, manager, hours, words):
    appointment = planned(customer, manager, hours=hours)
    response = browser.post(f"/appointments/{appointment.pk}/call-off/", {"next": "/"}, follow=True)
    assert words in response.text
    assert f"/appointments/{appointment.pk}/plan-again/" in response.text
    now = timezone.now()
    assert to_confirm(manager) == []
    assert coming_up(manager, now, now + timedelta(days=7), at_most=50) == []
    browser.post(f"/appointments/{appointment.pk}/plan-again/")
    found = [*to_confirm(manager), *coming_up(manager, now, now + timedelta(days=7), at_most=50)]
    assert found == [appointment]


def test_nobody_answers_for_customers_that_are_not_theirs(browser, manager):
    appointment = planned(CustomerFactory(), AdministratorFactory(), hours=-26)
    for verb in ("took-place", "call-off", "plan-again"):
        assert browser.post(f"/appointments/{appointment.pk}/{verb}/").status_code == 404
    for change in (took_place, call_off):
        with pytest.raises(NoSuchAppointmentError):
            change(appointment_id=appointment.pk, by=manager, now=timezone.now())
    with pytest.raises(NoSuchAppointmentError):
        plan_again(appointment_id=appointment.pk, by=manager)
    assert not Touchpoint.objects.exists()


def test_a_type_that_is_gone_is_told(browser, customer, manager):
    appointment = planned(customer, manager, hours=-26)
    PersonFactory(team=manager.team)
    Appointment.objects.filter(pk=appointment.pk).update(
        type=TouchpointType.objects.get(key="meeting.in_person"), text="x" * 60_000
    )
    path = f"/appointments/{appointment.pk}/took-place/"
    response = browser.post(path, {"next": "/"}, follow=True)
    assert "That could not be logged" in response.text
    assert to_confirm(manager) == [appointment]


def test_today_asks_and_shows_what_comes(browser, customer, manager):
    planned(customer, manager, hours=-26, text="Prices")
    planned(customer, manager, hours=26, text="The fair")
    home = browser.get("/").text
    assert "Did it take place?" in home
    assert "Coming up" in home
    assert "The fair" in browser.get(f"/customers/{customer.pk}/").text
    assert "All clear" not in home


def test_the_form_of_an_answer_begins_with_what_was_planned(browser, customer, manager):
    planned(customer, manager, hours=-26, text="Prices", duration_minutes=30)
    url = browser.get("/").context["to_confirm"][0]["tell_url"]
    form = browser.get(url).context["form"]
    assert form.chosen == customer
    assert form["text"].value() == "Prices"
    assert form["type"].value() == "meeting.in_person"
    assert not form.is_planned


def test_plans_follow_a_merge_and_go_back(customer, manager):
    by, other = AdministratorFactory(), CustomerFactory(team=manager.team)
    appointment, now = planned(other, manager), timezone.now()
    merge_customers(keep=customer.pk, absorb=other.pk, by=by, now=now)
    assert list(planned_with(customer, now)) == [appointment]
    unmerge_customer(customer_id=other.pk, by=by, now=now)
    assert list(planned_with(customer, now)) == []
    assert list(planned_with(other, now)) == [appointment]


def test_a_stranger_is_asked_to_sign_in(customer, manager):
    appointment = planned(customer, manager)
    response = Client().post(f"/appointments/{appointment.pk}/call-off/")
    assert response.status_code == 302
    assert "/accounts/login/" in response["Location"]
