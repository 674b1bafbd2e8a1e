"""Planning a meeting with keys, and saying the day after how it went."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from interactions.models import Appointment, Touchpoint
from relationships.models import Customer
from tests.factories import CustomerFactory


@pytest.fixture
def customer(manager) -> Customer:
    return CustomerFactory(name="Große Gießerei", team=manager.team, owner=manager)


def moved(**shift) -> None:
    """Let time pass: what was planned lies so much earlier."""
    appointment = Appointment.objects.get()
    appointment.starts_at -= timedelta(**shift)
    appointment.save()


@pytest.mark.parametrize("width", [1440, 390])
def test_a_meeting_is_planned_in_a_line_and_confirmed_in_a_tap(
    open_page, customer, manager, accessibility_problems, width
):
    page = open_page(manager, "/", width=width)
    page.keyboard.press("l")
    expect(page.locator("#dialog-body.htmx-settling")).to_have_count(0)
    page.get_by_label("In one line").fill("meet Große Gießerei tomorrow 10:00, the new labels")
    expect(page.get_by_text("This is yet to come")).to_be_visible()
    assert accessibility_problems(page) == []
    page.keyboard.press("Enter")
    expect(page.locator(".toast").last).to_contain_text("planned for tomorrow at 10:00")
    card = page.get_by_role("region", name="Coming up")
    expect(card).to_contain_text("the new labels")
    assert accessibility_problems(page) == []

    moved(days=2)
    page.reload()
    asked = page.get_by_role("region", name="Did it take place?")
    expect(asked).to_contain_text("Yesterday at 10:00")
    assert accessibility_problems(page) == []
    asked.get_by_role("button", name="Yes, Meeting").press("Enter")
    expect(asked).to_have_count(0)
    expect(page.locator(".toast").last).to_contain_text("logged")
    assert Touchpoint.objects.get().text == "the new labels"
    page.locator(".toast").last.get_by_role("button", name="Undo").press("Enter")
    expect(asked).to_be_visible()


def test_no_is_taken_back_and_more_can_be_said(open_page, customer, manager):
    page = open_page(manager, "/log/?customer=" + str(customer.pk))
    page.get_by_label("In one line").fill("meet tomorrow 10:00")
    page.get_by_role("button", name="Log it").click()
    expect(page.locator(".toast")).to_contain_text("planned for tomorrow")
    expect(page.get_by_role("region", name="Planned")).to_be_visible()
    moved(days=1, hours=20)
    page.goto("/")
    asked = page.get_by_role("region", name="Did it take place?")
    asked.get_by_role("button", name="No, Meeting").click()
    expect(asked).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    asked.get_by_role("link", name="Yes, and…").click()
    expect(page.locator("#dialog-body.htmx-settling")).to_have_count(0)
    expect(page.get_by_label("What was it about?")).to_be_visible()
    page.get_by_label("What was it about?").fill("They want labels in blue")
    page.get_by_role("button", name="Log it").click()
    expect(asked).to_have_count(0)
    assert Touchpoint.objects.get().occurred_at < timezone.now()


def test_it_works_without_javascript(open_page, customer, manager):
    page = open_page(manager, "/log/?customer=" + str(customer.pk), has_script=False)
    page.get_by_label("In one line").fill("meet tomorrow 10:00")
    page.get_by_role("button", name="Log it").click()
    expect(page.get_by_text("planned for tomorrow at 10:00")).to_be_visible()
    moved(days=2)
    page.goto("/")
    page.get_by_role("button", name="Yes, Meeting").click()
    expect(page.get_by_text("Met in person with Große Gießerei logged.")).to_be_visible()
    expect(page.get_by_text("Did it take place?")).to_have_count(0)
