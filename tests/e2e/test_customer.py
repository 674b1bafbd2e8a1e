"""Today and the page of a customer in a real browser."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from insights.services.drain import drain
from interactions.services import NewTouchpoint, record, source_named
from relationships.models import Customer, Person
from tests.factories import ContactFactory, CustomerFactory, IdentityFactory, PersonFactory

KINDS = ("call.phone", "web.visit", "email.template", "order.placed", "complaint", "visit")


@pytest.fixture
def manager() -> Person:
    return PersonFactory(name="Marta Żółkiewska")


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


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("path", ["/", "/customers/{}/"])
def test_everyone_can_use_the_page(
    open_page, manager, customer, accessibility_problems, path, width, scheme
):
    page = open_page(manager, path.format(customer.pk), width=width, scheme=scheme)
    expect(page.get_by_text(customer.name).first).to_be_visible()
    assert accessibility_problems(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


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
    page.get_by_role("link", name="Older").click()
    expect(page.locator(".event")).to_have_count(10)
    page.get_by_role("link", name="Back to the newest").click()
    expect(page.locator(".event")).to_have_count(30)
