"""Logging in one line: whom it names among those whom somebody may see, and what is recorded."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import IntegrityError
from django.test import Client

from interactions.models import Direction, LoggingTime, LoopKind, Touchpoint
from interactions.selectors.effort import FEWEST, median_logging_seconds
from interactions.services import NewTouchpoint, record, source_named
from interactions.services.effort import keep_logging_time
from relationships.models import Customer
from relationships.selectors import named
from tests.factories import ContactFactory, CustomerFactory, PersonFactory, TeamFactory

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def acme(manager) -> Customer:
    acme = CustomerFactory(name="Acme Corp", team=manager.team, owner=manager)
    ContactFactory(customer=acme, name="Ana Souza")
    ContactFactory(customer=acme, name="Tomás O'Neill")
    CustomerFactory(name="Anatolia Foods", team=manager.team)
    return acme


def ask(browser: Client, line: str, **kept):
    response = browser.get("/log/line/", {"line": line, "kept": list(kept), **kept})
    assert response.status_code == 200
    return response


def chips(response) -> dict[str, str]:
    return {chip.name: chip.text for chip in response.context["chips"]}


def send(browser: Client, line: str, **fields):
    return browser.post("/log/", {"line": line, "external_id": str(uuid.uuid4()), **fields})


def test_line_names_customer_and_contact(manager, acme):
    who = named(manager, ["Ana Acme"])

    assert (who.customer, str(who.contact), who.has_more) == (acme, "Ana Souza", False)


@pytest.mark.parametrize(
    "names", [["acme"], ["ACME Corp"], ["Acm"], ["Tomas", "Acme"], ["acme-corp"], ["Akme Corp"]]
)
def test_customer_is_found_by_a_part_or_nearly(manager, acme, names):
    assert named(manager, names).customer == acme


def test_contact_alone_names_their_customer(manager, acme):
    who = named(manager, ["Souza"])

    assert (who.customer, str(who.contact)) == (acme, "Ana Souza")


@pytest.mark.parametrize("typed", ["Żółkiewska", "zolkiewska", "ŻÓŁKIEWSKA"])
def test_contact_alone_is_named_with_and_without_accents(manager, acme, typed):
    ContactFactory(customer=acme, name="Marta Żółkiewska")

    who = named(manager, [typed])

    assert (who.customer, str(who.contact)) == (acme, "Marta Żółkiewska")


def test_contact_of_that_name_is_meant_rather_than_a_customer_whose_name_is_near(manager, acme):
    CustomerFactory(name="Thomas Logistics", team=manager.team)

    who = named(manager, ["Tomas"])

    assert (who.customer, str(who.contact)) == (acme, "Tomás O'Neill")


def test_contact_whose_whole_name_was_said_is_meant_rather_than_a_customer_of_the_name(
    manager, acme
):
    CustomerFactory(name="Souza Maschinenbau", team=manager.team)

    who = named(manager, ["Ana Souza"])
    assert (who.customer, str(who.contact)) == (acme, "Ana Souza")

    assert named(manager, ["Souza"]).customer.name == "Souza Maschinenbau"


def test_contact_is_meant_rather_than_customers_whose_names_only_begin_so(manager, acme):
    for number in range(3):
        CustomerFactory(name=f"Anastasia {number}", team=manager.team)

    who = named(manager, ["Ana"])

    assert (who.customer, str(who.contact)) == (acme, "Ana Souza")


def test_of_contacts_of_one_name_the_one_of_the_customer_named_is_meant(manager, acme):
    other = CustomerFactory(name="Beta", team=manager.team)
    ContactFactory(customer=other, name="Ana Souza")

    assert named(manager, ["Ana Souza Beta"]).customer == other
    assert named(manager, ["Ana Souza"]).customer == acme  # who is the manager's own


def test_several_that_may_be_meant_are_offered_and_nobody_is_guessed(manager, acme):
    other = CustomerFactory(name="Acme Trading", team=manager.team)

    who = named(manager, ["Acme"])

    assert who.customer is None
    assert who.customers == [acme, other]  # her own first
    assert named(manager, ["Acme Trading"]).customer == other
    assert named(manager, ["Ana", "Acme"]).customer == acme


@pytest.mark.parametrize(
    "line",
    [
        "met Acme and Beta Ltd",
        "met Beta Ltd & Acme",
        "Treffen mit Acme und Beta",
        "call Acme Corp e Beta yesterday",
        "meet Acme and Beta next week",
        "call Acme about the quote, then Beta",
        "call Acme about the quote then Beta about the fair",
        "call Acme then Beta",
        "call Beta then Acme",
        "Anruf Acme wegen des Angebots, dann Beta",
        "appel Acme, puis Beta",
        "visit Acme 10:00, then Beta 11:00",
        "call Acme; call Beta",
        "called Acme. Emailed Beta about prices",
        "call Acme, and Beta",
        "met Acme, Beta and Nobody",
        "met Acme, Beta Ltd",
        "call acme, then beta ltd",
        "met Ana, Beta Ltd",
        "call Acme, Beta Ltd yesterday",
    ],
)
def test_of_two_customers_named_none_is_chosen_silently(browser, manager, acme, line):
    beta = CustomerFactory(name="Beta Ltd", team=manager.team)

    response = send(browser, line)

    assert set(response.context["form"].candidates) == {acme, beta}
    assert response.context["form"].errors["customer_name"] == ["Which of these is it?"]
    assert not Touchpoint.objects.exists()


@pytest.mark.parametrize(
    "line",
    [
        "met Acme and Ana",
        "met Ana and Tomas from Acme",
        "call Acme about Beta and Gamma",
        "call Acme and Nobody",
        "call Acme, Beta complained",
        "call Acme, Beta",
        "call Acme, order for Beta Ltd",
        "call Acme, Beta Ltd delivery late",
        "call Acme, beta",
        "call Acme, then beta",
        "call Acme, then Ana",
        "met Acme, Ana Souza",
        "call Acme, email beta",
        "call Acme, then call back",
        "call Acme, then Acme again",
        "call Acme then Nobody",
    ],
)
def test_people_and_topics_joined_to_a_customer_are_no_second_customer(
    browser, manager, acme, line
):
    for name in ("Beta Ltd", "Gamma Ltd", "Ana Bakery"):
        CustomerFactory(name=name, team=manager.team)

    assert chips(ask(browser, line))["customer_name"] == "Acme Corp"


def test_one_customer_whose_name_has_an_and_is_meant(manager, browser, acme):
    CustomerFactory(name="May & Sons", team=manager.team)
    CustomerFactory(name="Sons Ltd", team=manager.team)

    assert chips(ask(browser, "call May and Sons"))["customer_name"] == "May & Sons"


def test_the_whole_of_what_was_said_of_a_contact_tells_customers_apart(manager, acme):
    other = CustomerFactory(name="Acme Trading", team=manager.team)
    ContactFactory(customer=other, name="Ana Lima")
    ContactFactory(customer=other, name="Acme Reception")

    assert named(manager, ["Ana Souza", "Acme"]).customer == acme
    assert named(manager, ["Ana Lima", "Acme"]).customer == other
    assert named(manager, ["Ana", "Acme"]).customers == [acme, other]


def test_two_contacts_of_that_name_are_offered(manager, acme):
    ContactFactory(customer=acme, name="Ana Lima")

    who = named(manager, ["Ana Acme"])

    assert (who.customer, who.contact) == (acme, None)
    assert {str(one) for one in who.contacts} == {"Ana Lima", "Ana Souza"}


def test_customers_of_other_teams_are_not_named(acme):
    stranger = PersonFactory(team=TeamFactory())

    assert named(stranger, ["Acme Corp"]).customers == []
    assert named(stranger, ["Souza"]).customers == []


def test_colleague_who_was_there_is_named(manager, acme):
    piotr = PersonFactory(name="Piotr Nowak", team=manager.team)

    who = named(manager, ["Acme", "Piotr"])

    assert (who.customer, who.colleague, who.has_more) == (acme, piotr, False)


@pytest.mark.parametrize("names", [["%"], ["_"], ["\\"], ["''"], ["x" * 400], ["Ł"], [], ["a b c"]])
def test_whatever_names_nobody_finds_nobody(manager, acme, names):
    assert named(manager, names).customer is None


def test_second_customer_is_looked_for_among_ones_own_and_by_one_query(
    manager, acme, django_assert_max_num_queries
):
    CustomerFactory(name="Stranger Ltd", team=TeamFactory())
    beta = CustomerFactory(name="Beta Ltd", team=manager.team)

    with django_assert_max_num_queries(6):
        who = named(
            manager, ["Acme"], ["Stranger Ltd", "Beta"], joined=["Beta"], lone=["Stranger Ltd"]
        )

    assert who.customers == [acme, beta]


def test_names_cost_few_queries(manager, acme, django_assert_max_num_queries):
    CustomerFactory.create_batch(20, name="Acme Nord", team=manager.team)

    with django_assert_max_num_queries(6):
        named(manager, ["Ana", "Acme Corp", "Tomas", "Piotr"], ["later words"])


def test_chips_show_what_was_understood(browser, acme):
    response = ask(browser, "coffee Ana Acme yesterday 14:30 45 min, promised a quote by Fri")

    assert chips(response) == {
        "customer_name": "Acme Corp",
        "contact": "Ana Souza",
        "type": "Met in person",
        "occurred_at": "Yesterday, 14:30",
        "duration_minutes": "45 minutes",
        "opens": "Promise",
        "due_at": "Friday, 18:00",
    }


def test_only_the_customer_need_be_said(browser, acme):
    assert chips(ask(browser, "Acme")) == {
        "customer_name": "Acme Corp", "type": "Phone call", "occurred_at": "Now"
    }  # fmt: skip


def test_time_that_names_no_moment_is_asked_and_nothing_is_logged_as_now(browser, acme):
    assert chips(ask(browser, "meet Acme next week"))["occurred_at"] == "“next week”: when?"

    response = send(browser, "meet Acme next week")
    assert response.context["form"].errors["occurred_at"] == ["Say when it was, or will be."]
    assert not Touchpoint.objects.exists()

    kept = ask(browser, "meet Acme next week", occurred_at="2026-03-10T10:00")
    assert chips(kept)["occurred_at"] == "Tuesday, 10:00"


def moments(response) -> dict[str, str]:
    return {chip.text: chip.value for chip in response.context["chips"] if chip.value}


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("coffee Acme wednesday", ["Now", "25 February, 12:00"]),
        ("call Acme wednesday 17:00", ["Today, 17:00 (planned)", "25 February, 17:00"]),
    ],
)
def test_weekday_of_today_is_offered_as_today_and_as_a_week_ago(browser, acme, line, offered):
    response = ask(browser, line)

    assert next(chip.text for chip in response.context["chips"] if chip.is_open) == (
        "Wednesday: when?"
    )
    assert list(moments(response)) == offered


def test_hour_yet_to_come_is_asked_with_what_it_may_be_and_logged_as_chosen(browser, acme):
    line, both = "call Acme 17:00", {
        "Today, 17:00 (planned)": "2026-03-04T17:00", "Yesterday, 17:00": "2026-03-03T17:00"
    }  # fmt: skip
    response = ask(browser, line)
    assert moments(response) == both
    assert next(chip.text for chip in response.context["chips"] if chip.is_open) == "17:00: when?"

    kept = {"customer": str(acme.pk), "customer_name": acme.name, "type": "call.phone"}
    for said in ({}, {"understood": line, "occurred_at": "", **kept}):
        response = send(browser, line, **said)
        assert response.context["form"].errors["occurred_at"] == ["Say when it was, or will be."]
        assert moments(response) == both
    assert not Touchpoint.objects.exists()

    planned = ask(browser, line, occurred_at=both["Today, 17:00 (planned)"])
    assert moments(planned) == {}
    assert planned.context["form"].is_planned
    assert chips(planned)["occurred_at"] == "Today, 17:00"

    send(browser, line, understood=line, occurred_at=both["Yesterday, 17:00"], **kept)
    assert Touchpoint.objects.get().occurred_at == NOW - timedelta(hours=19)


def test_hour_apart_may_be_of_something_else_and_then_it_is_now(browser, acme):
    response = ask(browser, "called Acme, delivery 17:00")

    assert list(moments(response)) == ["Yesterday, 17:00", "Now"]


def test_which_of_two_customers_is_asked_again_of_a_line_that_was_understood(
    browser, manager, acme
):
    beta, line = CustomerFactory(name="Beta Ltd", team=manager.team), "met Acme and Beta Ltd"

    response = send(browser, line, understood=line, type="call.phone")

    assert set(response.context["form"].candidates) == {acme, beta}
    assert response.context["form"].errors["customer_name"] == ["Which of these is it?"]


def test_of_a_line_that_was_understood_nothing_else_is_asked_again(browser, acme):
    line = "call Ana Acme, promised a quote next week"
    said = {"understood": line, "candidate": str(acme.pk), "type": "call.phone", "opens": "4"}

    assert send(browser, line, occurred_at="2026-03-04T11:00", **said).status_code == 302
    assert Touchpoint.objects.get().customer == acme


def test_words_of_a_time_in_a_name_are_the_name(browser, manager):
    CustomerFactory(name="Weekend Tours", team=manager.team)

    assert chips(ask(browser, "call Weekend Tours"))["occurred_at"] == "Now"


def test_field_changed_by_hand_is_kept(browser, acme):
    response = ask(browser, "coffee Acme, happy", type="visit", sentiment="-1")

    assert chips(response)["type"] == "Visit"
    assert chips(response)["sentiment"] == "Bad"


def test_customer_of_the_page_is_kept(browser, manager, acme):
    other = CustomerFactory(name="Bäckerei Øster", team=manager.team)
    ContactFactory(customer=other, name="Ana Kowalska")

    response = ask(browser, "coffee Ana", customer=str(other.pk))

    assert chips(response)["customer_name"] == "Bäckerei Øster"
    assert chips(response)["contact"] == "Ana Kowalska"


def test_line_alone_is_recorded(browser, manager, acme):
    line = "coffee Ana Acme yesterday, promised a quote by Fri"
    response = send(browser, line, person=str(manager.pk))

    assert response.status_code == 302
    touchpoint = Touchpoint.objects.get()
    assert touchpoint.customer == acme
    assert str(touchpoint.contact) == "Ana Souza"
    assert touchpoint.type.key == "meeting.in_person"
    assert touchpoint.opens == LoopKind.PROMISE
    assert touchpoint.person == manager
    assert touchpoint.text == "promised a quote by Fri"
    assert NOW - touchpoint.occurred_at == timedelta(days=1)


def test_words_that_mean_nothing_are_kept_as_what_it_was_about(browser, acme):
    send(browser, "call Acme about the leaking roof")

    assert Touchpoint.objects.get().text == "call Acme about the leaking roof"


def test_fields_filled_in_by_the_same_line_are_recorded_as_they_were_changed(browser, acme):
    send(
        browser, "call Acme", understood="call Acme", customer=str(acme.pk),
        customer_name=acme.name, type="visit", occurred_at="2026-03-02T09:00",
    )  # fmt: skip

    assert Touchpoint.objects.get().type.key == "visit"


def test_unclear_line_asks_and_records_nothing(browser, manager, acme):
    CustomerFactory(name="Acme Trading", team=manager.team)

    response = send(browser, "call Acme yesterday")

    assert response.status_code == 200
    assert response.context["form"].errors["customer_name"] == ["Which of these is it?"]
    content = response.content.decode()
    assert "Acme Corp" in content
    assert "Acme Trading" in content
    assert not Touchpoint.objects.exists()


def test_line_that_names_nobody_says_so(browser, acme):
    response = send(browser, "call yesterday")

    assert response.context["form"].errors["customer_name"] == ["Say which customer it was."]


def test_repair_settles_the_one_mess_up_that_is_open(browser, manager, acme):
    late = NewTouchpoint(type="order.late", customer=acme.pk, occurred_at=NOW - timedelta(days=3))
    record(source=source_named("test"), items=[late], by=manager, now=NOW)

    send(browser, "call Acme, late delivery fixed")

    call = Touchpoint.objects.get(type__key="call.phone")
    assert call.closes_external_id == Touchpoint.objects.get(type__key="order.late").external_id


def test_repair_of_one_of_several_asks_which(browser, manager, acme):
    items = [
        NewTouchpoint(type=kind, customer=acme.pk, occurred_at=NOW - timedelta(days=3))
        for kind in ("order.late", "complaint")
    ]
    record(source=source_named("test"), items=items, by=manager, now=NOW)

    assert chips(ask(browser, "fixed with Acme"))["closes"] == "Which of 2?"


def test_who_called_is_understood(browser, acme):
    send(browser, "Acme called me, angry")

    touchpoint = Touchpoint.objects.get()
    assert (touchpoint.direction, touchpoint.sentiment) == (Direction.INBOUND, -1)


@pytest.mark.parametrize(
    "line", ["", " ", "\x00", "x" * 5_000, "<script>", "%s %(a)s {}", "🙂 Acme"]
)
def test_no_line_breaks_the_form(browser, acme, line):
    assert ask(browser, line).context["form"] is not None
    assert send(browser, line).status_code in (200, 302)


def test_how_long_it_took_is_kept_and_the_median_shown(browser, acme):
    for seconds in range(FEWEST):
        send(browser, f"call Acme, number {seconds}", seconds=str(seconds + 0.5))

    assert median_logging_seconds() == FEWEST / 2
    assert "takes 5 seconds or less" in browser.get("/log/").content.decode()


def test_of_too_few_nothing_is_said(browser, acme):
    send(browser, "call Acme", seconds="4")

    assert median_logging_seconds() is None
    assert "or less" not in browser.get("/log/").content.decode()


@pytest.mark.parametrize("seconds", ["", "soon", "nan", "inf", "-1", "0", "1e9"])
def test_time_that_cannot_be_is_left_out_and_the_rest_is_logged(browser, acme, seconds):
    send(browser, "call Acme", seconds=seconds)

    assert Touchpoint.objects.count() == 1
    assert not LoggingTime.objects.exists()


def test_time_of_a_form_sent_twice_is_kept_once(browser, acme):
    for _ in range(2):
        send(browser, "call Acme", seconds="3", external_id="7d9c9d3e-6ec1-4c0c-9b6f-d6b1a2f0a111")

    assert LoggingTime.objects.count() == 1


@pytest.mark.parametrize("seconds", [0, -1, 3601])
def test_database_refuses_a_time_that_cannot_be(seconds):
    with pytest.raises(IntegrityError, match="logging_time_is_an_hour_at_most"):
        LoggingTime.objects.create(seconds=seconds)


def test_service_leaves_out_what_it_does_not_know():
    keep_logging_time(seconds=None)

    assert not LoggingTime.objects.exists()


def test_how_bad_it_was_is_shown_recorded_and_corrected(browser, acme):
    said = chips(ask(browser, "badly late delivery Acme"))
    assert (said["type"], said["severity"]) == ("Late delivery", "It may cost us them")

    send(browser, "a bit late, Acme Corp", customer=str(acme.pk), customer_name="Acme Corp")
    touchpoint = Touchpoint.objects.get()
    assert (touchpoint.type.key, touchpoint.severity) == ("order.late", 1)
    form = browser.get(f"/touchpoints/{touchpoint.pk}/").context["form"]
    assert form["severity"].value() == "1"
    assert "severity" not in chips(ask(browser, "late delivery Acme"))
