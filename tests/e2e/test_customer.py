"""Today and the page of a customer in a real browser."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from insights.services.drain import drain
from interactions.services import NewTouchpoint, record, source_named
from relationships.models import Customer
from tests.factories import ContactFactory, CustomerFactory, IdentityFactory, PersonFactory

KINDS = ("call.phone", "web.visit", "email.template", "order.placed", "complaint", "visit")


@pytest.fixture
def customer(manager) -> Customer:
    customer = CustomerFactory(
        name="Große Bäckerei Łukasz & Søn", team=manager.team, owner=manager, yearly_value=84_000
    )
    contact = ContactFactory(customer=customer, name="Zoë", job_title="Head chef")
    IdentityFactory(customer=customer, contact=contact, kind="email", namespace="",
                    value="zoe@lukasz.example")  # fmt: skip
    now = timezone.now()
    items = [
        NewTouchpoint(
            type=KINDS[n % len(KINDS)], customer=customer.pk, contact_id=contact.pk,
            occurred_at=now - timedelta(days=70 + 2 * n), text=f"What was said, no. {n}.",
        )
        for n in range(40)
    ]  # fmt: skip
    outcomes = record(source=source_named("test"), items=items, by=manager, now=now)
    assert {outcome.status for outcome in outcomes} == {"recorded"}, outcomes[0]
    drain(now=now)
    return customer


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("path", ["/", "/customers/{}/"])
def test_everyone_can_use_the_page(
    open_page, manager, customer, accessibility_problems, path, width
):
    page = open_page(manager, path.format(customer.pk), width=width)
    expect(page.get_by_text(customer.name).first).to_be_visible()
    assert accessibility_problems(page) == []


@pytest.mark.parametrize("width", [1440, 390])
def test_empty_pages_can_be_used_too(open_page, accessibility_problems, width):
    newcomer = PersonFactory()
    stranger = CustomerFactory(team=newcomer.team)

    for path in ("/", f"/customers/{stranger.pk}/"):
        page = open_page(newcomer, path, width=width)
        assert accessibility_problems(page) == []


def test_from_today_to_the_customer_with_keys(open_page, manager, customer):
    page = open_page(manager, "/")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(customer.name)
    page.wait_for_load_state()
    page.keyboard.press("g")
    page.keyboard.press("t")
    expect(page.get_by_role("heading", name="Who needs you")).to_be_visible()


def test_older_touchpoints_come_as_one_scrolls(open_page, manager, customer):
    page = open_page(manager, f"/customers/{customer.pk}/")
    expect(page.locator(".event")).to_have_count(30)
    page.locator("#older").scroll_into_view_if_needed()
    expect(page.locator(".event")).to_have_count(40)
    expect(page.locator("#older")).to_have_count(0)


def test_older_touchpoints_are_a_link_without_javascript(open_page, manager, customer):
    page = open_page(manager, f"/customers/{customer.pk}/", has_script=False)
    page.get_by_role("link", name="In their shoes, and what happened").click()
    expect(page.locator(".event")).to_have_count(30)
    page.get_by_role("link", name="Older").click()
    expect(page.locator(".event")).to_have_count(10)
    page.get_by_role("link", name="Back to the newest").click()
    expect(page.locator(".event")).to_have_count(30)


def test_evidence_leads_to_its_touchpoint_on_an_older_page(open_page, manager, customer):
    page = open_page(manager, f"/customers/{customer.pk}/", has_script=False)
    link = page.locator(".evidence a[href*='?at=']").last
    anchor = link.get_attribute("href").split("#")[1]
    link.click()
    expect(page.locator(f"#{anchor}")).to_be_in_viewport()
    expect(page.locator(f"#{anchor}:target")).to_be_focused()
    page.get_by_role("link", name="Back to the newest").click()
    expect(page.locator(".event")).to_have_count(30)


def test_evidence_that_is_on_the_page_is_found_there(open_page, manager, customer):
    page = open_page(manager, f"/customers/{customer.pk}/")
    expect(page.locator(".event")).to_have_count(30)
    page.evaluate("window.isStillHere = true")
    link = page.locator(".evidence a[href*='?at=']").first
    anchor = link.get_attribute("href").split("#")[1]
    link.click()
    expect(page.locator(f"#{anchor}:target")).to_be_in_viewport()
    expect(page.locator(f"#{anchor}")).to_be_focused()
    assert page.evaluate("window.isStillHere")


def test_all_that_is_behind_a_part_is_shown_alone(open_page, manager, customer):
    page = open_page(manager, f"/customers/{customer.pk}/")
    page.get_by_role("link", name="more behind silence").click()
    expect(page.get_by_text("Only what is behind “Silence”")).to_be_visible()
    expect(page.locator(".event-title", has_text="Templated e-mail")).to_have_count(0)
    page.get_by_role("link", name="Show everything").click()
    expect(page.locator(".event-title", has_text="Templated e-mail").first).to_be_attached()


def test_a_promised_deed_is_logged_and_keeps_its_promise(open_page, manager, customer):
    page = open_page(manager, f"/customers/{customer.pk}/")
    deed = page.locator(".deeds li", has_text="A meeting in person")
    after = deed.locator("b").inner_text()
    deed.get_by_role("link").click()
    page.get_by_role("button", name="Log it").click()
    expect(page.get_by_text("Met in person with")).to_be_visible()
    drain(now=timezone.now())
    expect(page.locator("#score .meter-number")).to_have_text(after)


@pytest.mark.parametrize("width", [1440, 390])
def test_the_narrowed_timeline_can_be_used_by_everyone(
    open_page, manager, customer, accessibility_problems, width
):
    page = open_page(manager, f"/customers/{customer.pk}/?behind=unhealed", width=width)
    page.locator("details.chart-data summary").first.click()
    assert accessibility_problems(page) == []
