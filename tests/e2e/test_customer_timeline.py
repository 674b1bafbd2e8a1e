"""A customer's side and the timeline in a real browser: narrowed, searched, scrolled, moved."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from insights.services.drain import drain
from interactions.models import Touchpoint
from interactions.services import NewTouchpoint, record, source_named
from relationships.models import Customer
from tests.factories import ContactFactory, CustomerFactory

KINDS = ("call.phone", "web.visit", "email.template", "order.placed", "complaint", "visit")


@pytest.fixture
def customer(manager) -> Customer:
    customer = CustomerFactory(
        name="Große Bäckerei Łukasz & Søn", team=manager.team, owner=manager, yearly_value=84_000
    )
    contact = ContactFactory(customer=customer, name="Zoë")
    now = timezone.now()
    items = [
        NewTouchpoint(
            type=KINDS[n % len(KINDS)], customer=customer.pk, contact_id=contact.pk,
            person_id=manager.pk if n % 2 else None, external_id=f"t{n}",
            occurred_at=now - timedelta(days=5 + 4 * n), text=f"Was über no. {n} gesagt wurde.",
        )
        for n in range(70)
    ]  # fmt: skip
    outcomes = record(source=source_named("test"), items=items, by=manager, now=now)
    assert {outcome.status for outcome in outcomes} == {"recorded"}, outcomes[0]
    drain(now=now)
    return customer


@pytest.mark.parametrize("width", [1440, 390])
def test_everyone_can_use_it(open_page, manager, customer, accessibility_problems, width):
    page = open_page(manager, f"/customers/{customer.pk}/?mode=human&open=1&q=no", width=width)
    page.get_by_text("Show by month").click()
    expect(page.get_by_role("link", name="Remove Says: no")).to_be_visible()
    expect(page.get_by_role("checkbox", name="Only what is open")).to_be_checked()
    assert accessibility_problems(page) == []


@pytest.mark.parametrize("width", [1440, 390])
def test_the_timeline_is_narrowed_without_loading_the_page(open_page, manager, customer, width):
    page = open_page(manager, f"/customers/{customer.pk}/", width=width)
    expect(page.get_by_role("button", name="Show", exact=True)).to_be_hidden()
    page.get_by_label("Person or screen").select_option("With a person")
    expect(page.locator(".event.digital")).to_have_count(0)
    expect(page).to_have_url(f"/customers/{customer.pk}/?mode=human")
    search = page.get_by_role("searchbox", name="Search what happened")
    page.locator("body").press("/")
    expect(search).to_be_focused()
    page.keyboard.type("UBER 18")
    expect(page.locator(".event")).to_have_count(1)
    expect(page.locator("#happened-status")).to_have_text("1 touchpoint")
    expect(search).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.type("nowhere")
    expect(page.get_by_text("Nothing that happened matches")).to_be_visible()
    page.get_by_role("link", name="Show everything").last.click()
    expect(page.locator(".event")).to_have_count(30)


def test_going_back_takes_the_filter_away(open_page, manager, customer):
    page = open_page(manager, f"/customers/{customer.pk}/")
    page.get_by_label("Person or screen").select_option("On a screen")
    expect(page.locator(".event.human")).to_have_count(0)
    page.go_back()
    expect(page.locator(".event.human").first).to_be_attached()
    expect(page.locator("h1")).to_have_text(customer.name)


def test_all_of_it_works_without_javascript(open_page, manager, customer):
    page = open_page(manager, f"/customers/{customer.pk}/", has_script=False)
    page.get_by_role("link", name="In their shoes, and what happened").click()
    page.get_by_text("More filters").click()
    page.get_by_label("Kind").select_option("Failure")
    page.get_by_label("From", exact=True).fill("2020-01-01")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator(".event")).to_have_count(11)
    page.get_by_role("link", name="Remove Kind: Failure").click()
    expect(page.locator(".event")).to_have_count(30)
    page.get_by_role("link", name="Older").click()
    expect(page.get_by_role("link", name="Remove From: 1 January 2020")).to_be_visible()
    expect(page.locator(".event")).to_have_count(30)


def test_a_number_leads_to_what_it_counts(open_page, manager, customer):
    page = open_page(manager, f"/customers/{customer.pk}/")
    link = page.locator(".told a", has_text="messages")
    number = int(link.inner_text().split()[0])
    link.click()
    expect(page.locator(".event")).to_have_count(number)
    expect(page.get_by_role("link", name="Remove Only: Not asked for")).to_be_visible()
    expect(page.locator("#timeline")).to_be_in_viewport()


def test_a_week_and_a_month_of_the_year_lead_there(open_page, manager, customer):
    page = open_page(manager, f"/customers/{customer.pk}/")
    page.locator(".rhythm.on-desk a", has_text="with a person").last.click()
    expect(page.get_by_role("link", name="Remove To:")).to_be_visible()
    expect(page.locator(".event.human").first).to_be_visible()
    page.get_by_text("Show by month").click()
    page.locator(".year-of-days table a").nth(9).click()
    expect(page.locator(".event").nth(5)).to_be_visible()


def test_scrolling_on_brings_older_ones_and_leaves_the_focus_alone(open_page, manager, customer):
    page = open_page(manager, f"/customers/{customer.pk}/")
    search = page.get_by_role("searchbox", name="Search what happened")
    search.focus()
    expect(page.locator(".event")).to_have_count(30)
    page.locator("#older").scroll_into_view_if_needed()
    expect(page.locator(".event")).to_have_count(60)
    expect(search).to_be_focused()
    page.locator("#older").scroll_into_view_if_needed()
    expect(page.locator(".event")).to_have_count(70)
    expect(page.locator("#older")).to_have_count(0)


def test_with_keys_one_goes_on_at_the_first_that_came(open_page, manager, customer):
    page = open_page(manager, f"/customers/{customer.pk}/")
    page.locator("#older a").focus()
    expect(page.locator(".event")).to_have_count(60)
    expect(page.locator(".event").nth(30)).to_be_focused()


def test_what_is_deleted_among_few_leaves_the_few(open_page, manager, customer):
    page = open_page(manager, f"/customers/{customer.pk}/")
    page.get_by_label("Person or screen").select_option("On a screen")
    expect(page).to_have_url(f"/customers/{customer.pk}/?mode=digital")
    expect(page.locator(".event.human")).to_have_count(0)
    first = page.locator(".event").first
    text = first.locator(".event-text").inner_text()
    first.locator("summary").click()
    first.get_by_role("button", name="Delete").click()
    expect(page.get_by_text(text)).to_have_count(0)
    expect(page.locator(".event.human")).to_have_count(0)
    expect(page.get_by_role("button", name="Show", exact=True)).to_be_hidden()
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(page.get_by_text(text)).to_be_visible()


@pytest.mark.parametrize("width", [1440, 390])
def test_a_touchpoint_is_moved_to_another_customer_and_back(
    open_page, manager, customer, accessibility_problems, width
):
    other = CustomerFactory(name="Hotell Örnvik", team=manager.team)
    page = open_page(manager, f"/customers/{customer.pk}/", width=width)
    first = page.locator(".event").first
    first.locator("summary").click()
    first.get_by_role("link", name="Move to another customer").click()
    box = page.get_by_role("combobox", name="Customer")
    expect(box).to_be_focused()
    expect(page.locator("#dialog-body.htmx-settling")).to_have_count(0)
    assert accessibility_problems(page) == []
    page.keyboard.type("ornv")
    expect(page.get_by_role("option", name="Hotell Örnvik")).to_be_visible()
    page.keyboard.press("Enter")
    expect(box).to_have_value("Hotell Örnvik")
    page.keyboard.press("Enter")
    toast = page.locator(".toast")
    expect(toast).to_contain_text("moved to Hotell Örnvik")
    expect(page.get_by_text("Was über no. 0 gesagt wurde.")).to_have_count(0)
    assert Touchpoint.objects.get(external_id="t0").customer == other
    toast.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Was über no. 0 gesagt wurde.")).to_be_visible()


def test_the_message_leads_to_where_it_is_now(open_page, manager, customer):
    CustomerFactory(name="Hotell Örnvik", team=manager.team)
    page = open_page(manager, f"/customers/{customer.pk}/")
    first = page.locator(".event").first
    first.locator("summary").click()
    first.get_by_role("link", name="Move to another customer").click()
    expect(page.locator("#dialog-body.htmx-settling")).to_have_count(0)
    page.get_by_role("combobox", name="Customer").fill("Örnvik")
    expect(page.get_by_role("option", name="Hotell Örnvik")).to_be_visible()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Move it").click()
    page.get_by_role("link", name="Show it there").click()
    expect(page.locator("h1")).to_have_text("Hotell Örnvik")
    expect(page.locator(".event:target")).to_contain_text("no. 0")
