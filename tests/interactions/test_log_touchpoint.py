"""Logging by hand, and correcting, moving, deleting and taking back."""

import json
import uuid
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client

from interactions import forms
from interactions.models import Direction, Loop, LoopKind, Touchpoint
from relationships.models import Customer
from relationships.selectors import customers_like
from tests.factories import (
    ContactFactory,
    CustomerFactory,
    ExecutiveFactory,
    PersonFactory,
    TeamFactory,
)

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


def said(customer: Customer | None, **fields) -> dict[str, str]:
    given = {"customer": str(customer.pk), "customer_name": customer.name} if customer else {}
    return {"type": "call.phone", "external_id": str(uuid.uuid4())} | given | fields


def log(browser: Client, customer: Customer | None, **fields):
    return browser.post("/log/", said(customer, **fields))


def errors(response) -> dict[str, list[str]]:
    return response.context["form"].errors


# Logging


def test_only_the_customer_and_the_type_must_be_said(browser, customer, manager):
    response = log(browser, customer, person=str(manager.pk))

    assert response.headers["Location"] == f"/customers/{customer.pk}/"
    touchpoint = Touchpoint.objects.get()
    assert touchpoint.occurred_at == NOW
    assert touchpoint.direction == Direction.MUTUAL
    assert (touchpoint.person, touchpoint.recorded_by) == (manager, manager)


def test_nothing_said_is_told_beside_the_fields(browser):
    response = browser.post("/log/", {})

    assert errors(response) == {
        "customer_name": ["Say which customer it was."],
        "type": ["Choose what happened."],
    }
    assert 'id="id_customer_name_error"' in response.content.decode()


def test_everything_said_is_kept(browser, customer, manager):
    contact = ContactFactory(customer=customer)
    manager.time_zone = "Europe/Berlin"
    manager.save()

    log(
        browser, customer, type="promise", occurred_at="2026-03-03T15:30", text="A quote",
        contact=str(contact.pk), person="", direction="2", duration_minutes="25", sentiment="1",
        opens="", due_at="2026-03-06T12:00",
    )  # fmt: skip

    touchpoint = Touchpoint.objects.get()
    assert touchpoint.occurred_at == datetime(2026, 3, 3, 14, 30, tzinfo=UTC)
    assert (touchpoint.contact, touchpoint.person) == (contact, None)
    assert (touchpoint.duration_minutes, touchpoint.sentiment) == (25, 1.0)
    loop = Loop.objects.get()
    assert (loop.kind, loop.text) == (LoopKind.PROMISE, "A quote")
    assert loop.due_at == datetime(2026, 3, 6, 11, tzinfo=UTC)


def test_settling_closes_the_loop(browser, customer):
    log(browser, customer, type="question")
    loop = Loop.objects.get()

    page = browser.get(f"/log/?customer={customer.pk}&closes={loop.pk}&type=loop.closed")
    log(browser, customer, type="loop.closed", closes=str(loop.pk))

    assert f'<option value="{loop.pk}" selected>' in page.content.decode()
    loop.refresh_from_db()
    assert loop.closed_at == NOW


def test_the_same_form_sent_twice_is_logged_once(browser, customer):
    form = said(customer, text="Coffee")

    first = browser.post("/log/", form)
    second = browser.post("/log/", form)

    assert first.headers["Location"] == second.headers["Location"]
    assert Touchpoint.objects.count() == 1


def test_a_form_changed_after_it_was_sent_is_another_touchpoint(browser, customer):
    form = said(customer, text="Coffee")
    browser.post("/log/", form)

    response = browser.post("/log/", {**form, "text": "Cake"})

    assert "This form was sent before" in response.content.decode()
    again = response.context["form"].data
    assert again["external_id"] != form["external_id"]
    browser.post("/log/", again)
    assert sorted(Touchpoint.objects.values_list("text", flat=True)) == ["Cake", "Coffee"]


@pytest.mark.parametrize(
    ("fields", "name", "words"),
    [
        (
            {"occurred_at": "2026-03-05T12:00", "type": "order.placed"},
            "occurred_at",
            "in the future",
        ),
        ({"occurred_at": "1066-10-14T09:00"}, "occurred_at", "before 1900"),
        ({"occurred_at": "yesterday"}, "occurred_at", "such as 2026-03-05 14:30"),
        ({"type": "call.phon"}, "type", "no such type"),
        ({"duration_minutes": "-1"}, "duration_minutes", "Use 0 to"),
        ({"duration_minutes": "an hour"}, "duration_minutes", "whole number"),
        ({"duration_minutes": "9" * 30}, "duration_minutes", "Use 0 to"),
        ({"person": "999999"}, "person", "cannot be chosen"),
        ({"contact": "999999"}, "contact", "cannot be chosen"),
        ({"closes": "1"}, "closes", "cannot be chosen"),
        ({"due_at": "2026-03-09T12:00"}, "due_at", "Nothing is opened"),
        ({"opens": "4", "due_at": "2026-03-01T12:00"}, "due_at", "before it happened"),
        ({"text": "x" * 50_001}, "text", "at most 50,000"),
        ({"text": "\x00"}, "text", "Null characters"),
        ({"external_id": "mine"}, "external_id", "valid UUID"),
        ({"sentiment": "7"}, "sentiment", "cannot be chosen"),
    ],
)
def test_what_cannot_be_taken_is_told_beside_its_field(browser, customer, fields, name, words):
    response = log(browser, customer, **fields)

    assert response.status_code == 200
    assert words in errors(response)[name][0]
    assert Touchpoint.objects.count() == 0


def test_a_moment_that_the_clocks_skip_is_refused(browser, customer, manager):
    manager.time_zone = "Europe/Berlin"
    manager.save()

    response = log(browser, customer, occurred_at="2025-03-30T02:30")

    assert "may not exist" in errors(response)["occurred_at"][0]


# The customer


def test_a_name_typed_without_choosing_finds_the_one_customer(browser, customer):
    response = log(browser, None, customer_name="backerei")

    assert response.status_code == 302
    assert Touchpoint.objects.get().customer == customer


def test_of_several_that_may_be_meant_one_is_chosen(browser, customer, manager):
    other = CustomerFactory(name="Bäckerei Wäfler", team=manager.team)

    asked = log(browser, None, customer_name="bäckerei")
    told = log(browser, None, customer_name="bäckerei", candidate=str(other.pk))

    assert errors(asked)["customer_name"] == ["Which of these is it?"]
    assert [one.name for one in asked.context["form"].candidates] == [customer.name, other.name]
    assert told.status_code == 302
    assert Touchpoint.objects.get().customer == other


def test_another_name_typed_over_the_customer_counts(browser, customer, manager):
    other = CustomerFactory(name="Wäfler", team=manager.team)

    log(browser, customer, customer_name="Wäfler")

    assert Touchpoint.objects.get().customer == other


@pytest.mark.parametrize("typed", ["Bakerei", "bäckrei oster", "ØSTER", "Baeckerei", "backeri"])
def test_typing_slips_are_forgiven(manager, customer, typed):
    CustomerFactory(name="Urząd Miasta", team=manager.team)

    assert customers_like(manager, typed, at_most=5) == [customer]


@pytest.mark.parametrize("typed", ["", "   ", "%", "_", "\x00", "zzzzqq", "'; --", "x" * 5000])
def test_what_means_nobody_finds_nobody(browser, manager, customer, typed):
    assert customers_like(manager, typed, at_most=5) == []
    assert browser.get("/log/customers/", {"customer_name": typed}).status_code == 200


def test_the_search_offers_customers_of_ones_own_team_only(browser, customer):
    CustomerFactory(name="Bäckerei Stranger")

    page = browser.get("/log/customers/", {"customer_name": "bäckerei"}).content.decode()

    assert f'data-value="{customer.pk}"' in page
    assert "Stranger" not in page


def test_another_teams_customer_cannot_be_logged_with(browser):
    stranger = CustomerFactory(name="Stranger")

    response = log(browser, stranger)

    assert "called anything like" in errors(response)["customer_name"][0]
    assert browser.get(f"/log/?customer={stranger.pk}").status_code == 404
    assert browser.get(f"/log/about/?customer={stranger.pk}").status_code == 404
    assert Touchpoint.objects.count() == 0


@pytest.mark.parametrize("pk", ["x", "-1", "0", "9" * 40, "²", "1\x00"])
def test_a_customer_that_is_no_number_is_not_found(browser, pk):
    assert browser.get("/log/", {"customer": pk}).status_code == 404
    assert browser.get("/log/about/", {"customer": pk}).status_code == 404


def test_people_one_may_name_are_those_of_the_team(browser, customer, manager):
    PersonFactory(name="Tom", team=manager.team)
    PersonFactory(name="Stranger")
    PersonFactory(name="Left", team=manager.team, is_active=False)

    form = browser.get("/log/").context["form"]

    names = [label for _, label in form.fields["person"].choices]
    assert names == ["Marta Żółkiewska (me)", "Tom", "Nobody of us"]


# In the dialog


def test_of_many_people_those_near_the_customer_are_shown_and_all_may_be_named(monkeypatch):
    monkeypatch.setattr(forms, "PEOPLE_SHOWN", 2)
    executive, owner = ExecutiveFactory(name="Eva"), PersonFactory(name="Owner")
    client, customer = Client(), CustomerFactory(team=TeamFactory(), owner=owner)
    client.force_login(executive)
    PersonFactory(name="Near", team=customer.team)
    far = PersonFactory(name="Far")

    def shown(**asked):
        choices = client.get("/log/", asked).context["form"].fields["person"].widget.choices
        return [name for _, name in choices]

    assert shown() == ["Eva (me)", "Nobody of us"]
    assert shown(customer=customer.pk) == ["Eva (me)", "Near", "Owner", "Nobody of us"]

    log(client, customer, person=str(far.pk))

    assert Touchpoint.objects.get().person == far
    refused = log(client, customer, person=str(far.pk), type="")
    assert "Far" in [name for _, name in refused.context["form"].fields["person"].widget.choices]


def test_the_dialog_is_the_form_alone(browser, customer):
    page = browser.get(f"/log/?customer={customer.pk}", **HTMX).content.decode()

    assert "<html" not in page
    assert 'hx-post="/log/"' in page
    assert f'value="{customer.name}"' in page


def test_after_logging_in_the_dialog_a_message_offers_undo(browser, customer):
    response = browser.post("/log/", said(customer, distance_before="62"), **HTMX)

    page = response.content.decode()
    touchpoint = Touchpoint.objects.get()
    assert "Phone call with Bäckerei Øster logged." in page
    assert f'hx-post="/touchpoints/{touchpoint.pk}/delete/"' in page
    assert f"/customers/{customer.pk}/payback/?before=62" in page
    events = json.loads(response.headers["HX-Trigger"])
    assert events["touchpointsChanged"] == {"customer": customer.pk}


def test_without_a_dialog_the_next_page_offers_undo(browser, customer):
    response = browser.post("/log/", said(customer), follow=True)

    touchpoint = Touchpoint.objects.get()
    assert f'action="/touchpoints/{touchpoint.pk}/delete/"' in response.content.decode()


@pytest.mark.parametrize(
    ("asked", "goes_to"),
    [("/?whose=all", "/?whose=all"), ("https://evil.example/", None), ("//evil.example", None)],
)
def test_the_way_back_leads_to_hearth_only(browser, customer, asked, goes_to):
    response = log(browser, customer, next=asked)

    assert response.headers["Location"] == (goes_to or f"/customers/{customer.pk}/")


# Correcting, moving, deleting


@pytest.fixture
def touchpoint(browser, customer, manager) -> Touchpoint:
    log(browser, customer, text="Coffee", person=str(manager.pk), occurred_at="2026-03-03T09:15")
    return Touchpoint.objects.get()


def correct(browser: Client, touchpoint: Touchpoint, **changes):
    form = browser.get(f"/touchpoints/{touchpoint.pk}/").context["form"]
    shown = {name: form[name].value() for name in form.fields}
    data = {name: "" if value is None else str(value) for name, value in shown.items()}
    for name in ("occurred_at", "due_at"):
        data[name] = shown[name].strftime("%Y-%m-%dT%H:%M") if shown[name] else ""
    return browser.post(f"/touchpoints/{touchpoint.pk}/", data | changes)


def test_only_what_was_changed_is_corrected(browser, touchpoint):
    exact = touchpoint.occurred_at + timedelta(seconds=31)
    Touchpoint.objects.update(occurred_at=exact, sentiment=0.4, via="Reseller")

    response = correct(browser, touchpoint, text="Tea")

    assert response.status_code == 302
    touchpoint.refresh_from_db()
    assert (touchpoint.text, touchpoint.occurred_at) == ("Tea", exact)
    assert (touchpoint.sentiment, touchpoint.via) == (0.4, "Reseller")


def test_a_correction_can_be_taken_back(browser, touchpoint):
    correct(browser, touchpoint, text="Tea", type="visit", occurred_at="2026-03-01T08:00")

    browser.post(f"/touchpoints/{touchpoint.pk}/revert/")

    before = touchpoint
    after = Touchpoint.objects.select_related("type").get()
    assert (after.text, after.type, after.occurred_at) == (
        before.text, before.type, before.occurred_at,
    )  # fmt: skip


def test_taking_back_twice_says_that_there_is_nothing(browser, touchpoint):
    response = browser.post(f"/touchpoints/{touchpoint.pk}/revert/", follow=True)

    assert "There is nothing to take back." in response.content.decode()


def test_moving_leaves_the_contact_behind_and_can_be_taken_back(
    browser, touchpoint, customer, manager
):
    contact = ContactFactory(customer=customer)
    Touchpoint.objects.update(contact=contact)
    other = CustomerFactory(name="Wäfler", team=manager.team)

    moved = correct(browser, touchpoint, customer=str(other.pk), customer_name="Wäfler")

    there = f"/customers/{other.pk}/?at={touchpoint.pk}#touchpoint-{touchpoint.pk}"
    assert moved.headers["Location"] == there
    touchpoint.refresh_from_db()
    assert (touchpoint.customer, touchpoint.contact) == (other, None)
    browser.post(f"/touchpoints/{touchpoint.pk}/revert/")
    touchpoint.refresh_from_db()
    assert (touchpoint.customer, touchpoint.contact) == (customer, contact)


def test_settling_nothing_any_more_opens_the_loop_again(browser, customer):
    log(browser, customer, type="question")
    loop = Loop.objects.get()
    log(browser, customer, closes=str(loop.pk))
    settling = Touchpoint.objects.get(closes_external_id__isnull=False)

    correct(browser, settling, text="Only a chat")
    loop.refresh_from_db()
    assert loop.closed_by == settling
    correct(browser, settling, closes="")
    loop.refresh_from_db()
    assert loop.closed_by is None
    browser.post(f"/touchpoints/{settling.pk}/revert/")
    loop.refresh_from_db()
    assert loop.closed_by == settling


def test_a_correction_of_what_somebody_else_corrected_is_not_taken_blindly(browser, touchpoint):
    form = browser.get(f"/touchpoints/{touchpoint.pk}/").context["form"]
    stale = {name: str(form[name].value() or "") for name in form.fields}
    stale |= {"occurred_at": "2026-03-03T09:15", "due_at": ""}
    correct(browser, touchpoint, text="Tea")

    response = browser.post(f"/touchpoints/{touchpoint.pk}/", stale | {"text": "Milk"})

    assert "Somebody corrected this meanwhile" in response.content.decode()
    assert "“Tea”" in response.content.decode()
    touchpoint.refresh_from_db()
    assert touchpoint.text == "Tea"

    anew = {"edited_at": response.context["form"]["edited_at"].value()}
    browser.post(f"/touchpoints/{touchpoint.pk}/", stale | {"text": "Milk"} | anew)

    touchpoint.refresh_from_db()
    assert touchpoint.text == "Milk"


def test_a_correction_of_what_was_deleted_meanwhile_says_so_and_undo_brings_it_back(
    browser, touchpoint
):
    browser.post(f"/touchpoints/{touchpoint.pk}/delete/")
    before = touchpoint.text

    response = correct(browser, touchpoint, text="Milk")

    touchpoint.refresh_from_db()
    assert touchpoint.deleted_at
    assert touchpoint.text == before
    page = browser.get(response["Location"]).content.decode()
    assert "was deleted meanwhile and not corrected. Undo brings it back." in page
    assert f'action="/touchpoints/{touchpoint.pk}/restore/"' in page


def test_a_correction_that_cannot_be_is_told_beside_its_field(browser, touchpoint):
    response = correct(browser, touchpoint, occurred_at="2027-01-01T00:00")

    assert "in the future" in errors(response)["occurred_at"][0]


def test_deleting_can_be_undone(browser, touchpoint):
    deleted = browser.post(f"/touchpoints/{touchpoint.pk}/delete/", follow=True)
    touchpoint.refresh_from_db()
    assert touchpoint.deleted_at == NOW
    assert "Deleted: Phone call with Bäckerei Øster, yesterday." in deleted.content.decode()

    browser.post(f"/touchpoints/{touchpoint.pk}/restore/")

    touchpoint.refresh_from_db()
    assert touchpoint.deleted_at is None


@pytest.mark.parametrize("verb", ["", "delete/", "restore/", "revert/"])
def test_another_teams_touchpoint_is_not_found(touchpoint, verb):
    client = Client()
    client.force_login(PersonFactory())

    assert client.post(f"/touchpoints/{touchpoint.pk}/{verb}").status_code == 404
    assert client.post(f"/touchpoints/{10**30}/{verb}").status_code == 404


def test_nothing_is_changed_by_a_link_alone(browser, touchpoint):
    for verb in ("delete", "restore", "revert"):
        assert browser.get(f"/touchpoints/{touchpoint.pk}/{verb}/").status_code == 405


def test_a_type_no_longer_offered_stays_on_what_has_it(browser, touchpoint):
    touchpoint.type.is_active = False
    touchpoint.type.save()

    assert correct(browser, touchpoint, text="Tea").status_code == 302
    assert "invalid" not in str(errors(log(browser, touchpoint.customer)))
    assert Touchpoint.objects.count() == 1
