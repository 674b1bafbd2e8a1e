"""What keys, pointer and thumb do with a row of Today and of Customers."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from insights.models import Band, Snooze
from insights.services.drain import drain
from insights.services.snoozes import snooze
from interactions.models import Touchpoint
from interactions.services import NewTouchpoint, edit, record, source_named
from relationships.models import Customer
from tests.factories import CustomerFactory, ReadingFactory


@pytest.fixture
def customers(manager) -> list[Customer]:
    names = ("Thornmere Academy", "Hotell Örnvik", "Große Gießerei")
    found = [CustomerFactory(name=name, team=manager.team, owner=manager) for name in names]
    for number, customer in enumerate(found):
        ReadingFactory(
            customer=customer, band=Band.DRIFTING, distance=70.0, part_presence=70.0,
            at_risk=1000 - number, silent_days=41.0, usual_gap_days=12.0, active_days=9,
        )  # fmt: skip
    return found


def toast(page: Page):
    return page.locator(".toast").last


def row(page: Page, name: str):
    return page.locator("[data-row]", has_text=name)


def happened(customer: Customer, kind: str, by, at) -> None:
    item = NewTouchpoint(type=kind, customer=customer.pk, occurred_at=at)
    record(source=source_named("test"), items=[item], by=by, now=at)


def logged() -> list[tuple[str, str]]:
    rows = Touchpoint.objects.filter(deleted_at=None).order_by("pk")
    return [(one.type.key, one.customer.name) for one in rows.select_related("type", "customer")]


@pytest.mark.parametrize("width", [1440, 390])
def test_everyone_can_use_today_the_menu_and_the_question(
    open_page, manager, customers, accessibility_problems, width
):
    now = timezone.now()
    snooze(
        customer_id=customers[2].pk, until=now + timedelta(days=5), reason="On holiday",
        by=manager, now=now,
    )  # fmt: skip
    page = open_page(manager, "/", width=width)
    page.locator("#snoozed summary").click()
    assert accessibility_problems(page) == []
    page.get_by_role("link", name="Log or snooze Thornmere Academy").click()
    expect(page.get_by_role("button", name="Phone call")).to_be_visible()
    assert accessibility_problems(page) == []
    page.get_by_role("link", name="Snooze on Today").click()
    expect(page.get_by_role("heading", name="Snooze Thornmere Academy")).to_be_visible()
    assert accessibility_problems(page) == []
    for path in ("actions", "snooze"):
        page.goto(f"/customers/{customers[0].pk}/{path}/")
        assert accessibility_problems(page) == []


@pytest.mark.parametrize(
    ("key", "kind"),
    [("c", "call.phone"), ("m", "meeting.in_person"), ("e", "email.personal"),
     ("v", "call.attempt")],
)  # fmt: skip
def test_a_key_logs_at_once_and_the_toast_pays_back(open_page, manager, customers, key, kind):
    page = open_page(manager, "/")
    page.keyboard.press("j")
    page.keyboard.press(key)

    expect(row(page, "Thornmere").locator("[data-said]")).to_contain_text("logged")
    expect(toast(page)).to_contain_text("with Thornmere Academy logged.")
    expect(page.locator("#dialog")).not_to_be_visible()
    assert logged() == [(kind, "Thornmere Academy")]


def test_calls_along_the_rows_are_each_logged_once_and_keep_the_cursor(
    open_page, manager, customers
):
    page = open_page(manager, "/")
    for key in "jccjcjc":
        page.keyboard.press(key)

    expect(page.locator(".toast", has_text="logged.")).to_have_count(3)
    expect(page.locator("[data-said]")).to_have_count(3)
    assert sorted(logged()) == sorted(("call.phone", one.name) for one in customers)
    expect(page.locator(".toast", has_text="already")).to_have_count(1)
    with page.expect_response(lambda response: response.url.endswith("/")):
        page.evaluate("htmx.trigger(document.body, 'todayChanged')")
    expect(row(page, "Große Gießerei").get_by_role("link").first).to_be_focused()
    expect(page.locator("[data-said]")).to_have_count(3)


def test_a_key_undoes_the_last_thing_while_its_toast_is_shown(open_page, manager, customers):
    page = open_page(manager, "/customers/")
    for key in "jcjm":
        page.keyboard.press(key)
    expect(page.locator(".toast", has_text="logged.")).to_have_count(2)
    page.keyboard.press("/")
    page.keyboard.type("z")
    page.keyboard.press("Escape")
    cursor = page.get_by_role("link", name="Hotell Örnvik", exact=True)
    cursor.focus()
    page.keyboard.press("z")

    expect(toast(page)).to_contain_text("Deleted: Met in person with Hotell Örnvik")
    assert logged() == [("call.phone", "Thornmere Academy")]
    expect(cursor).to_be_focused()
    toast(page).get_by_role("button", name="Undo").press("Enter")
    expect(toast(page)).to_contain_text("Met in person with Hotell Örnvik is back.")
    expect(cursor).to_be_focused()


def test_undo_takes_it_back_and_the_row_no_longer_says_so(open_page, manager, customers):
    page = open_page(manager, "/customers/")
    page.keyboard.press("j")
    page.keyboard.press("m")
    expect(toast(page)).to_contain_text("Met in person with Thornmere Academy logged.")
    head = row(page, "Thornmere").locator("th")
    expect(head).to_contain_text("Thornmere Academy Met in person logged")
    toast(page).get_by_role("button", name="Undo").click()

    expect(toast(page)).to_contain_text("Deleted")
    expect(page.locator("[data-said]")).to_have_count(0)
    page.keyboard.press("Escape")
    page.locator("[data-row] a").first.focus()
    page.keyboard.press("m")
    expect(toast(page)).to_contain_text("Met in person with Thornmere Academy logged.")
    assert logged() == [("meeting.in_person", "Thornmere Academy")]


def test_keys_mean_nothing_while_typing_in_a_dialog_or_in_a_chord(open_page, manager, customers):
    page = open_page(manager, "/customers/")
    page.keyboard.press("c")
    page.keyboard.press("j")
    page.keyboard.press("g")
    page.keyboard.press("m")
    page.keyboard.press("?")
    expect(page.locator("#shortcuts")).to_be_visible()
    page.keyboard.press("c")
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.keyboard.type("cmevs")
    expect(page.get_by_label("Search by name")).to_have_value("cmevs")
    expect(page.locator("#results")).to_contain_text("No customer matches")
    assert logged() == []
    expect(page.locator("#dialog")).not_to_be_visible()


def test_a_row_that_could_not_be_logged_takes_it_back(open_page, manager, customers):
    page = open_page(manager, "/")
    refused = {"HX-Trigger": json.dumps({"notLogged": {"customer": customers[0].pk}})}
    page.route("**/log/now/", lambda route: route.fulfill(status=200, headers=refused, body=""))
    page.keyboard.press("j")
    with page.expect_response("**/log/now/"):
        page.keyboard.press("c")
    expect(page.locator("[data-said]")).to_have_count(0)


def test_snoozed_with_keys_woken_by_pointer_and_put_back(open_page, manager, customers):
    page = open_page(manager, "/")
    page.keyboard.press("j")
    page.keyboard.press("s")
    expect(page.get_by_role("radio", name="Tomorrow")).to_be_focused()
    expect(page.locator("#dialog-body.htmx-settling")).to_have_count(0)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Why?")).to_be_focused()
    page.keyboard.type("On holiday")
    page.keyboard.press("Enter")

    expect(toast(page)).to_contain_text("Thornmere Academy is off your Today until")
    expect(page.locator("[data-row]")).to_have_count(2)
    expect(row(page, "Hotell Örnvik").get_by_role("link").first).to_be_focused()
    page.get_by_text("1 customer", exact=True).click()
    expect(page.locator("#snoozed")).to_contain_text("On holiday")
    page.get_by_role("button", name="Wake Thornmere Academy").click()
    expect(page.locator("[data-row]")).to_have_count(3)
    toast(page).get_by_role("button", name="Undo").click()
    expect(page.locator("[data-row]")).to_have_count(2)
    assert Snooze.objects.get().reason == "On holiday"


def test_on_a_phone_the_menu_of_a_row_logs(open_page, manager, customers):
    page = open_page(manager, "/customers/", width=390)
    page.get_by_role("link", name="Log or snooze Hotell Örnvik").click()
    page.get_by_role("button", name="Called, no answer").dblclick()

    expect(toast(page)).to_contain_text("Called, no answer with Hotell Örnvik logged.")
    expect(page.locator("#dialog")).not_to_be_visible()
    assert logged() == [("call.attempt", "Hotell Örnvik")]
    drain(now=timezone.now())


def test_it_works_without_javascript(open_page, manager, customers):
    page = open_page(manager, "/", has_script=False)
    page.get_by_role("link", name="Log or snooze Thornmere Academy").click()
    page.get_by_role("button", name="Phone call").click()
    expect(toast(page)).to_contain_text("Phone call with Thornmere Academy logged.")
    toast(page).get_by_role("button", name="Undo").click()
    page.goto("/")
    page.get_by_role("link", name="Log or snooze Thornmere Academy").click()
    page.get_by_role("link", name="Snooze on Today").click()
    page.get_by_role("button", name="Snooze").click()
    expect(page.locator("[data-row]")).to_have_count(2)
    toast(page).get_by_role("button", name="Undo").click()
    expect(page.locator("[data-row]")).to_have_count(3)
    assert logged() == []


def test_what_went_wrong_is_recorded_in_two_taps_and_made_right(
    open_page, manager, customers, accessibility_problems
):
    page = open_page(manager, f"/customers/{customers[0].pk}/", width=390)
    page.get_by_role("link", name="Something went wrong").click()
    expect(page.get_by_role("button", name="It hurt")).to_be_visible()
    assert accessibility_problems(page) == []
    page.get_by_text("Rude or unanswered").click()
    page.get_by_role("button", name="It hurt").click()
    expect(toast(page)).to_contain_text("What went wrong with Thornmere Academy is recorded.")
    assert logged() == [("service.failed", "Thornmere Academy")]

    earlier = timezone.now() - timedelta(days=3)
    edit(
        touchpoint_id=Touchpoint.objects.get().pk, by=manager, now=timezone.now(),
        occurred_at=earlier, due_at=earlier + timedelta(days=1),
    )  # fmt: skip
    for width in (1440, 390):
        page = open_page(manager, "/", width=width)
        expect(page.get_by_role("heading", name="Made it right?")).to_be_visible()
        assert accessibility_problems(page) == []
    page.get_by_role("button", name="Not yet").click()
    expect(page.get_by_role("heading", name="Made it right?")).to_have_count(0)
    toast(page).get_by_role("button", name="Undo").click()
    page.get_by_role("button", name="Yes, made right").click()
    expect(toast(page)).to_contain_text("Made right with Thornmere Academy.")
    expect(page.get_by_role("heading", name="Made it right?")).to_have_count(0)


def test_who_did_something_with_a_line_goes_on_there_or_at_its_successor(
    open_page, manager, customers
):
    now = timezone.now()
    for days, customer in enumerate(customers, start=3):
        happened(customer, "service.failed", manager, now - timedelta(days=days))
    page = open_page(manager, "/")
    asked = page.locator("section[aria-labelledby=mess-ups] li")
    expect(asked).to_have_count(3)
    asked.nth(1).get_by_role("button", name="Not yet").focus()
    page.keyboard.press("Enter")
    expect(asked).to_have_count(2)
    expect(asked.nth(1).get_by_role("link")).to_be_focused()

    for hours in (1, 2, 3):
        happened(customers[0], "call.phone", manager, now - timedelta(hours=hours))
    page.goto(page.url + f"customers/{customers[0].pk}/")
    events = page.locator("#happened .event")
    expect(events).to_have_count(4)
    menu = events.nth(1).locator("summary")
    menu.focus()
    page.keyboard.press("Enter")
    events.nth(1).get_by_role("link", name="Correct").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(menu).to_be_focused()
    successor = events.nth(2).get_attribute("id")
    page.keyboard.press("Enter")
    events.nth(1).get_by_role("button", name="Delete").focus()
    page.keyboard.press("Enter")
    expect(events).to_have_count(3)
    expect(page.locator(f"#{successor}")).to_be_focused()
