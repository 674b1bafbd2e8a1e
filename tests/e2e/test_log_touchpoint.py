"""Logging a touchpoint with keys and pointer, in the dialog and without JavaScript."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from insights.services.drain import drain
from interactions.models import LoggingTime, Loop, LoopKind, Touchpoint
from interactions.services import NewTouchpoint, record, source_named
from relationships.models import Customer
from tests.factories import ContactFactory, CustomerFactory


@pytest.fixture
def customer(manager) -> Customer:
    customer = CustomerFactory(name="Thornmere Academy", team=manager.team, owner=manager)
    ContactFactory(customer=customer, name="Gwen O'Connor")
    CustomerFactory(name="Hotell Örnvik", team=manager.team, owner=manager)
    now = timezone.now()
    calls = [
        NewTouchpoint(
            type="call.phone", customer=customer.pk, occurred_at=now - timedelta(days=days)
        )
        for days in range(40, 240, 10)
    ]
    question = NewTouchpoint(
        type="question",
        customer=customer.pk,
        occurred_at=now - timedelta(days=39),
        text="When does the machine come?",
    )
    outcomes = record(source=source_named("test"), items=[*calls, question], by=manager, now=now)
    assert {outcome.status for outcome in outcomes} == {"recorded"}, outcomes[0]
    drain(now=now)
    return customer


def toast(page: Page):
    return page.locator(".toast").last


@pytest.mark.parametrize("width", [1440, 390])
def test_everyone_can_use_the_form(open_page, manager, customer, accessibility_problems, width):
    page = open_page(manager, f"/log/?customer={customer.pk}", width=width)
    for summary in page.locator("main summary").all():
        summary.click()
    page.get_by_role("button", name="Log it").click()
    expect(page.get_by_text("Choose what happened.")).to_be_visible()
    assert accessibility_problems(page) == []


def test_a_call_is_logged_with_keys_alone_and_pays_back_at_once(open_page, manager, customer):
    page = open_page(manager, "/")
    page.keyboard.press("l")
    expect(page.get_by_label("In one line")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("combobox", name="Customer")).to_be_focused()
    page.keyboard.type("tornmere", delay=15)
    expect(page.get_by_role("option", name="Thornmere Academy")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_label("With whom")).to_be_visible()
    expect(page.locator("[name=distance_before]")).to_have_count(1)
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("About the leak")
    page.get_by_role("button", name="Log it").press("Enter")

    expect(toast(page)).to_contain_text("Phone call with Thornmere Academy logged.")
    expect(page.locator("#dialog")).not_to_be_visible()
    drain(now=timezone.now())
    expect(toast(page)).to_contain_text("Distance ")
    logged = Touchpoint.objects.get(text="About the leak")
    assert (logged.customer, logged.person) == (customer, manager)


def test_a_double_click_logs_once_and_undo_takes_it_back(open_page, manager, customer):
    page = open_page(manager, f"/customers/{customer.pk}/")
    page.keyboard.press("l")
    page.get_by_label("Met in person").check(force=True)
    page.get_by_role("button", name="Log it").dblclick()

    expect(page.locator(".event-title", has_text="Met in person")).to_have_count(1)
    toast(page).get_by_role("button", name="Undo").click()
    expect(toast(page)).to_contain_text("Deleted")
    expect(page.locator(".event-title", has_text="Met in person")).to_have_count(0)
    toast(page).get_by_role("button", name="Undo").click()
    expect(page.locator(".event-title", has_text="Met in person")).to_have_count(1)


def test_the_new_score_comes_by_itself(open_page, manager, customer):
    page = open_page(manager, f"/customers/{customer.pk}/")
    before = page.locator("#score .meter-number").inner_text()
    page.get_by_role("link", name="Meeting", exact=True).click()
    page.get_by_role("button", name="Log it").click()

    expect(page.get_by_text("Scoring what just happened")).to_be_visible()
    drain(now=timezone.now())
    expect(page.get_by_text("Scoring what just happened")).to_have_count(0)
    assert int(page.locator("#score .meter-number").inner_text()) < int(before)


def test_a_question_is_settled_from_today(open_page, manager, customer):
    page = open_page(manager, "/")
    page.get_by_role("link", name="Settle question of Thornmere Academy").click()
    expect(page.get_by_label("Settles")).not_to_have_value("")
    page.get_by_role("button", name="Log it").click()

    expect(page.get_by_text("When does the machine come?")).to_have_count(0)
    assert Loop.objects.get().closed_at is not None


def test_a_touchpoint_is_corrected_moved_and_taken_back(open_page, manager, customer):
    page = open_page(manager, f"/customers/{customer.pk}/")
    first = page.locator(".event").first
    first.locator("summary").click()
    first.get_by_role("link", name="Correct", exact=True).click()
    box = page.get_by_role("combobox", name="Customer")
    box.fill("örnv")
    page.get_by_role("option", name="Hotell Örnvik").click()
    page.get_by_role("button", name="Save").click()

    expect(toast(page)).to_contain_text("moved to Hotell Örnvik")
    expect(page.get_by_text("When does the machine come?")).to_have_count(0)
    toast(page).get_by_role("button", name="Undo").click()
    expect(page.get_by_text("When does the machine come?").first).to_be_visible()


def test_a_touchpoint_is_deleted_from_the_timeline(open_page, manager, customer):
    page = open_page(manager, f"/customers/{customer.pk}/")
    expect(page.locator(".event")).to_have_count(21)
    first = page.locator(".event").first
    first.locator("summary").click()
    first.get_by_role("button", name="Delete").click()

    expect(toast(page)).to_contain_text("Deleted")
    expect(page.locator(".event")).to_have_count(20)
    expect(page.get_by_text("When does the machine come?")).to_have_count(0)


@pytest.mark.parametrize("is_dialog", [True, False])
def test_what_cannot_be_planned_is_refused_where_it_is_seen(
    open_page, manager, customer, is_dialog
):
    page = open_page(manager, "/" if is_dialog else "/log/", width=390)
    if is_dialog:
        page.keyboard.press("l")
    page.get_by_label("In one line").fill("meet Thornmere tomorrow 10:00, happy")
    page.keyboard.press("Enter")

    felt = page.get_by_label("How did it feel?")
    expect(felt).to_have_attribute("aria-invalid", "true")
    expect(page.locator(".htmx-settling")).to_have_count(0)
    expect(felt).to_be_focused()
    expect(page.get_by_text("This has not happened yet.").first).to_be_in_viewport()
    expect(page.locator(".chip.asks")).to_contain_text("Good")


def test_a_plan_and_a_promise_are_logged_by_one_line_and_taken_back_one_by_one(
    open_page, manager, customer
):
    page = open_page(manager, f"/customers/{customer.pk}/", width=390)
    page.keyboard.press("l")
    page.get_by_label("In one line").fill("meet Thornmere tomorrow 10:00, promised a quote")
    page.keyboard.press("Enter")

    expect(toast(page)).to_contain_text("Meeting with Thornmere Academy planned for tomorrow")
    expect(page.get_by_text("Promise made with Thornmere Academy logged.")).to_be_visible()
    assert Loop.objects.filter(kind=LoopKind.PROMISE).exists()
    toast(page).get_by_role("button", name="Undo").click()
    expect(page.get_by_text("called off")).to_be_visible()
    assert Loop.objects.filter(kind=LoopKind.PROMISE).exists()


def test_what_is_wrong_is_told_in_the_dialog(open_page, manager, customer):
    page = open_page(manager, f"/customers/{customer.pk}/")
    page.keyboard.press("l")
    page.get_by_role("button", name="Log it").click()
    expect(page.locator("#dialog").get_by_text("Choose what happened.")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#dialog")).not_to_be_visible()


def test_selecting_text_beyond_the_dialog_leaves_it_open(open_page, manager, customer):
    page = open_page(manager, "/")
    page.keyboard.press("l")
    line = page.get_by_label("In one line")
    expect(line).to_be_focused()
    line.fill("call Thornmere")
    box = line.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(5, box["y"])
    page.mouse.up()
    expect(line).to_be_visible()
    expect(line).to_have_value("call Thornmere")

    page.mouse.click(5, 5)
    expect(line).to_be_hidden()


def test_it_works_without_javascript(open_page, manager, customer):
    page = open_page(manager, "/", has_script=False)
    page.get_by_role("link", name="Log a touchpoint").click()
    page.get_by_role("combobox").first.fill("thornmere")
    page.get_by_label("Phone call").check(force=True)
    page.get_by_role("button", name="Log it").click()

    expect(page.locator("h1")).to_have_text("Thornmere Academy")
    assert customer.touchpoints.live().count() == 22
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("deleted")).to_be_visible()
    page.get_by_role("link", name="In their shoes, and what happened").click()
    expect(page.locator(".event")).to_have_count(21)


@pytest.mark.parametrize("width", [1440, 390])
def test_one_line_logs_with_the_keyboard_alone(open_page, manager, customer, width):
    page = open_page(manager, "/", width=width)
    page.keyboard.press("Control+k")
    expect(page.get_by_label("In one line")).to_be_focused()
    page.keyboard.type("coffee Gwen Thornmere yesterday 45 min, promised a quote by Fri", delay=5)
    understood = page.get_by_role("list", name="Understood")
    expect(understood.get_by_role("button", name="with Gwen O'Connor")).to_be_visible()
    expect(understood.get_by_role("button", name="45 minutes")).to_be_visible()
    page.keyboard.press("Enter")

    expect(toast(page)).to_contain_text("Met in person with Thornmere Academy logged.")
    meeting = Touchpoint.objects.get(type__key="meeting.in_person")
    assert (meeting.duration_minutes, meeting.text) == (45, "promised a quote by Fri")
    assert Loop.objects.filter(opened_by=meeting).exists()
    assert LoggingTime.objects.get().seconds > 0
    toast(page).get_by_role("button", name="Undo").click()
    expect(toast(page)).to_contain_text("Deleted")


def test_line_sent_before_it_was_answered_is_understood_all_the_same(open_page, manager, customer):
    page = open_page(manager, "/")
    page.keyboard.press("l")
    expect(page.get_by_label("In one line")).to_be_focused()
    page.keyboard.type("visit Thornmere")
    page.keyboard.press("Enter")

    expect(toast(page)).to_contain_text("Visit with Thornmere Academy logged.")


def test_chip_leads_to_its_field_and_what_is_chosen_stays(open_page, manager, customer):
    page = open_page(manager, "/")
    page.keyboard.press("l")
    expect(page.get_by_label("In one line")).to_be_focused()
    expect(page.locator("#dialog-body.htmx-settling")).to_have_count(0)
    page.get_by_label("In one line").fill("call Thornmere")
    understood = page.get_by_role("list", name="Understood")
    understood.get_by_role("button", name="Phone call").click()
    expect(page.get_by_role("radio", name="Phone call")).to_be_focused()
    page.get_by_text("Visit", exact=True).click()
    page.get_by_label("In one line").fill("call Thornmere about the roof")
    expect(understood.get_by_role("button", name="Visit")).to_be_visible()
    page.get_by_label("In one line").press("Enter")

    expect(toast(page)).to_contain_text("Visit with Thornmere Academy logged.")


@pytest.mark.parametrize("width", [1440, 390])
def test_who_may_be_meant_is_chosen_with_one_tap(
    open_page, manager, customer, accessibility_problems, width
):
    CustomerFactory(name="Thornmere Dental", team=manager.team)
    page = open_page(manager, "/", width=width)
    page.get_by_role("link", name="Log").first.click()
    expect(page.get_by_label("In one line")).to_be_focused()
    expect(page.locator("#dialog-body.htmx-settling")).to_have_count(0)
    page.get_by_label("In one line").fill("call Thornmere yesterday")
    understood = page.get_by_role("list", name="Understood")
    expect(understood.get_by_role("button", name="Which of these?")).to_be_visible()
    assert accessibility_problems(page) == []
    page.get_by_text("Thornmere Dental").click()
    expect(understood.get_by_role("button", name="Thornmere Dental")).to_be_visible()
    expect(page.get_by_label("In one line")).to_be_focused()
    page.keyboard.press("Enter")

    expect(toast(page)).to_contain_text("Phone call with Thornmere Dental logged.")


@pytest.mark.parametrize("width", [1440, 390])
def test_the_day_of_an_hour_yet_to_come_is_chosen_with_one_tap(
    open_page, manager, customer, accessibility_problems, width
):
    noon = timezone.now().replace(hour=12, minute=0)
    with time_machine.travel(noon):
        page = open_page(manager, "/log/", width=width)
        page.get_by_label("In one line").fill("call Thornmere 17:00")
        understood = page.get_by_role("list", name="Understood")
        expect(understood.get_by_role("button", name="Today, 17:00 (planned)")).to_be_visible()
        assert accessibility_problems(page) == []
        page.get_by_label("In one line").press("Enter")
        expect(page.get_by_text("Say when it was, or will be.")).to_be_visible()
        page.wait_for_load_state()
        understood.get_by_role("button", name="Yesterday, 17:00").press("Enter")
        expect(understood.get_by_role("button", name="17:00: when?")).to_have_count(0)
        expect(page.get_by_label("In one line")).to_be_focused()
        page.keyboard.press("Enter")
        expect(toast(page)).to_contain_text("Phone call with Thornmere Academy logged.")
    logged = Touchpoint.objects.latest("pk")
    assert logged.occurred_at == noon.replace(hour=17, second=0, microsecond=0) - timedelta(days=1)


def test_what_is_chosen_while_the_page_is_still_loading_is_understood(open_page, manager, customer):
    CustomerFactory(name="Thornmere Dental", team=manager.team)
    page = open_page(manager, "/log/")
    loading: list[Route] = []
    page.route("**/js/print.js", lambda route: loading.append(route))
    page.get_by_label("In one line").fill("call Thornmere yesterday")
    page.get_by_label("In one line").press("Enter")
    expect(page.get_by_text("Which of these is it?")).to_be_visible()
    page.evaluate("async () => { await import('/static/js/line.js'); }")
    page.get_by_text("Thornmere Dental").click()
    understood = page.get_by_role("list", name="Understood")
    expect(understood.get_by_role("button", name="Thornmere Dental")).to_be_visible()
    assert page.evaluate("document.readyState") == "interactive"
    for script in loading:
        script.continue_()


def test_line_works_without_javascript(open_page, manager, customer):
    page = open_page(manager, "/log/", has_script=False)
    page.get_by_label("In one line").fill("call Gwen O'Connor yesterday, happy")
    page.get_by_label("In one line").press("Enter")

    expect(page.get_by_text("Phone call with Thornmere Academy logged.")).to_be_visible()
    assert Touchpoint.objects.filter(sentiment=1).count() == 1
