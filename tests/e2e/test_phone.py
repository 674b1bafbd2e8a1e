"""Logging without a network, on a phone that others may use too, and with one thumb."""

import pytest
from django.test import Client
from playwright.sync_api import Error, Page, expect

from interactions.models import Touchpoint, TouchpointType
from relationships.models import Customer
from tests.factories import CustomerFactory, PersonFactory

# The pages' policy forbids Playwright's own waiting for a function.
IN_CHARGE = """
    async () => {
        await navigator.serviceWorker.ready;
        while (!navigator.serviceWorker.controller) await new Promise((go) => setTimeout(go, 20));
    }
"""
NOTHING_KEPT = """
    async () => {
        while ((await caches.keys()).length) await new Promise((go) => setTimeout(go, 20));
    }
"""
KEPT_PAGES = """
    async () => {
        const names = await caches.keys();
        const kept = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
        return kept.flat().map((one) => new URL(one.url).pathname);
    }
"""


@pytest.fixture
def customer(manager) -> Customer:
    return CustomerFactory(name="Thornmere Academy", team=manager.team, owner=manager)


@pytest.fixture
def open_phone(open_page):
    """Open a page of a device with the worker in charge of it, and forgive what has no network."""

    def opened(person, path="/log/waiting/", **options) -> Page:
        page = open_page(person, path, has_worker=True, **{"width": 390, **options})
        page.evaluate(IN_CHARGE)
        return page

    return opened


def toast(page: Page):
    return page.locator(".toast").last


def keep(page: Page, line: str) -> None:
    page.get_by_label("In one line").fill(line)
    page.get_by_label("In one line").press("Enter")
    expect(page.locator("#waiting-list li", has_text=line)).to_be_visible()


@pytest.mark.parametrize("width", [1440, 390])
def test_everyone_can_use_what_waits(open_phone, manager, customer, accessibility_problems, width):
    page = open_phone(manager, width=width)
    expect(page.get_by_text("Nothing waits here")).to_be_visible()
    assert accessibility_problems(page) == []
    keep(page, "call Nobody GmbH")
    expect(page.get_by_text("Needs you: Say which customer it was.")).to_be_visible()
    page.context.set_offline(True)
    keep(page, "coffee Thornmere")
    expect(page.get_by_text("There is no network.")).to_be_visible()
    assert accessibility_problems(page) == []


def test_a_page_without_a_network_lets_one_log_and_sends_it_later(open_phone, manager, customer):
    page = open_phone(manager, "/")
    page.context.set_offline(True)
    page.goto("/customers/")
    expect(page.get_by_text("There is no network.")).to_be_visible()
    keep(page, "coffee Thornmere yesterday")
    keep(page, "call Thornmere")
    expect(page.get_by_role("heading", name="2 waiting to be sent")).to_be_visible()
    assert not Touchpoint.objects.exists()

    page.context.set_offline(False)
    page.get_by_role("button", name="Send now").click()

    expect(page.get_by_text("Nothing waits here")).to_be_visible()
    kinds = Touchpoint.objects.order_by("occurred_at").values_list("type__key", flat=True)
    assert list(kinds) == ["meeting.in_person", "call.phone"]
    page.get_by_role("link", name="Try it again").click()
    expect(page.get_by_role("heading", name="Customers", exact=True)).to_be_visible()


def test_log_opens_without_a_network_by_its_key(open_phone, manager, customer):
    page = open_phone(manager, "/", width=1440)
    page.context.set_offline(True)
    page.keyboard.press("l")
    expect(page.get_by_role("heading", name="Waiting to be sent")).to_be_visible()
    assert page.url.endswith("/log/")


def test_from_a_customer_it_is_kept_for_that_customer(open_phone, manager, customer):
    page = open_phone(manager, f"/customers/{customer.pk}/")
    page.context.set_offline(True)
    page.get_by_role("link", name="Log", exact=True).click()
    expect(page.get_by_text("It is kept for the customer you came from.")).to_be_visible()
    keep(page, "visit, all is well")
    page.context.set_offline(False)

    expect(page.get_by_text("Nothing waits here")).to_be_visible()
    assert Touchpoint.objects.get().customer == customer


def test_a_form_that_was_open_already_is_kept_too(open_phone, manager, customer):
    page = open_phone(manager, "/")
    page.get_by_role("link", name="Log", exact=True).click()
    expect(page.get_by_label("In one line")).to_be_focused()
    expect(page.locator("#dialog-body.htmx-settling")).to_have_count(0)
    page.get_by_label("In one line").fill("visit Thornmere")
    understood = page.get_by_role("list", name="Understood")
    expect(understood.get_by_role("button", name="Thornmere Academy")).to_be_visible()
    page.context.set_offline(True)
    page.get_by_role("button", name="Log it").click()

    expect(toast(page)).to_contain_text("Kept on this device")
    expect(page.locator("#dialog")).not_to_be_visible()
    expect(page.locator("#waiting-bar")).to_contain_text("1 waiting to be sent")
    page.context.set_offline(False)
    expect(page.locator("#waiting-bar")).to_be_hidden()
    expect(toast(page)).to_contain_text("Visit with Thornmere Academy logged; it had waited here.")
    toast(page).get_by_role("button", name="Undo").click()
    expect(toast(page)).to_contain_text("Deleted")
    assert Touchpoint.objects.get().deleted_at is not None


def test_a_lost_answer_doubles_nothing(open_phone, manager, customer):
    page = open_phone(manager)

    def lose(route):
        route.fetch()
        route.abort()

    # Else the browser has the worker send it again at once.
    page.evaluate("() => { SyncManager.prototype.register = () => Promise.reject(new Error()); }")
    page.route("**/log/waiting/send/", lose)
    keep(page, "call Thornmere")
    expect(page.locator("#waiting-said")).to_contain_text("No network: nothing was sent.")
    assert Touchpoint.objects.count() == 1
    page.unroute("**/log/waiting/send/")
    page.get_by_role("button", name="Send now").click()

    expect(page.get_by_text("Nothing waits here")).to_be_visible()
    assert Touchpoint.objects.count() == 1


def test_two_tabs_send_it_once(open_phone, manager, customer):
    page = open_phone(manager)
    other = page.context.new_page()
    other.goto("/log/waiting/")
    page.context.set_offline(True)
    for number in range(3):
        keep(page, f"call Thornmere, number {number}")
    expect(other.locator("#waiting-list li")).to_have_count(3)
    page.context.set_offline(False)
    for tab in (page, other):
        expect(tab.get_by_text("Nothing waits here")).to_be_visible()
    assert Touchpoint.objects.count() == 3


def test_it_can_be_changed_deleted_and_brought_back(open_phone, manager, customer):
    page = open_phone(manager)
    page.context.set_offline(True)
    keep(page, "call Thornmere")
    page.get_by_role("button", name="Edit").click()
    # What is to be changed is read from the device first.
    expect(page.get_by_label("In one line")).to_have_value("call Thornmere")
    page.get_by_label("In one line").fill("visit Thornmere")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#waiting-list li")).to_contain_text("visit Thornmere")
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("Deleted: visit Thornmere")).to_be_visible()
    expect(page.get_by_role("button", name="Undo")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="1 waiting to be sent")).to_be_visible()
    expect(page.get_by_role("button", name="Delete")).to_be_focused()
    page.context.set_offline(False)

    expect(page.get_by_text("Nothing waits here")).to_be_visible()
    assert Touchpoint.objects.get().type.key == "visit"


def test_what_needs_you_opens_filled_in_and_is_gone_once_it_is_logged(
    open_phone, manager, customer
):
    CustomerFactory(name="Thornmere Dental", team=manager.team)
    page = open_phone(manager)
    keep(page, "visit Thornmere")
    page.get_by_role("button", name="Complete it").click()
    expect(page.get_by_role("heading", name="Log a touchpoint")).to_be_visible()
    page.get_by_text("Thornmere Dental").click()
    page.get_by_role("button", name="Log it").click()

    expect(page.get_by_role("heading", name="Thornmere Dental")).to_be_visible()
    expect(page.locator("#waiting-bar")).to_be_hidden()
    page.goto("/log/waiting/")
    expect(page.get_by_text("Nothing waits here")).to_be_visible()
    assert Touchpoint.objects.get().customer.name == "Thornmere Dental"


def test_signed_out_in_between_it_stays_until_one_signs_in(open_phone, manager, customer):
    page = open_phone(manager)
    page.context.set_offline(True)
    keep(page, "call Thornmere")
    cookies = page.context.cookies()
    page.context.clear_cookies()
    page.context.set_offline(False)
    expect(page.get_by_role("link", name="Sign in to send")).to_be_visible()
    assert not Touchpoint.objects.exists()

    page.context.add_cookies(cookies)
    page.reload()

    expect(page.get_by_text("Nothing waits here")).to_be_visible()
    assert Touchpoint.objects.count() == 1


def test_another_person_neither_sees_nor_sends_what_waits(open_phone, manager, customer):
    page = open_phone(manager)
    page.context.set_offline(True)
    keep(page, "call Thornmere")
    page.context.clear_cookies()
    page.context.set_offline(False)
    expect(page.get_by_role("link", name="Sign in to send")).to_be_visible()
    client, other = Client(), PersonFactory(team=manager.team)
    client.force_login(other)
    url = page.evaluate("location.origin")
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": url}]
    )

    page.goto("/log/waiting/")

    expect(page.get_by_text("1 touchpoint of somebody else waits here too.")).to_be_visible()
    expect(page.locator("#waiting-list li")).to_have_count(0)
    keep(page, "call Nobody GmbH")
    expect(page.get_by_text("Needs you:")).to_be_visible()
    assert not Touchpoint.objects.exists()


def test_only_what_everybody_may_see_is_kept_and_sign_out_clears_it(open_phone, manager, customer):
    page = open_phone(manager, f"/customers/{customer.pk}/")
    page.goto("/")
    page.goto("/log/waiting/")
    paths = page.evaluate(KEPT_PAGES)
    assert {path for path in paths if not path.startswith("/static/")} == {"/offline/"}
    page.get_by_label("You:").click()
    page.get_by_role("button", name="Sign out").click()

    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.evaluate(NOTHING_KEPT)
    page.context.set_offline(True)
    with pytest.raises(Error, match="ERR_"):
        page.goto("/customers/")


def test_what_is_shared_without_a_network_waits_in_the_line(open_phone, manager, customer):
    page = open_phone(manager)
    page.context.set_offline(True)
    page.goto("/log/shared/?title=&text=coffee%20Thornmere")
    expect(page.get_by_label("In one line")).to_have_value("coffee Thornmere")
    page.goto("/log/shared/?title=Offer&text=https://news.example/a")
    expect(page.get_by_label("What was it about?")).to_have_value("Offer\nhttps://news.example/a")


def test_what_is_shared_opens_the_form(open_page, manager, customer, accessibility_problems):
    page = open_page(manager, "/log/shared/?text=coffee+Thornmere", width=390)
    understood = page.get_by_role("list", name="Understood")
    expect(understood.get_by_role("button", name="Thornmere Academy")).to_be_visible()
    assert accessibility_problems(page) == []
    page.get_by_role("button", name="Log it").click()
    expect(page.get_by_role("heading", name="Thornmere Academy")).to_be_visible()
    assert Touchpoint.objects.get().type == TouchpointType.objects.get(key="meeting.in_person")


def test_the_thumb_reaches_what_is_done_most(open_page, manager, customer):
    page = open_page(manager, "/", width=390)
    log = page.get_by_role("link", name="Log", exact=True).bounding_box()
    assert log["y"] > 800
    assert min(log["width"], log["height"]) >= 44
    page.get_by_role("link", name="Log", exact=True).click()
    expect(page.get_by_label("In one line")).to_be_focused()
    for control in (page.get_by_role("button", name="Log it"), page.get_by_label("In one line")):
        assert control.bounding_box()["height"] >= 44
    expect(page.get_by_label("In one line")).to_have_attribute("enterkeyhint", "send")


def test_without_javascript_the_page_logs_at_once(open_page, manager, customer):
    page = open_page(manager, "/log/waiting/", has_script=False)
    expect(page.get_by_text("Logging without a network needs JavaScript.")).to_be_visible()
