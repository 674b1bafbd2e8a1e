"""The scoring policy in a browser: with a keyboard, on a phone, without script."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from insights import tasks
from insights.models import PolicyVersion
from insights.selectors.policy import Place
from insights.services.drain import drain
from insights.services.policy import save_policy
from insights.services.refold import refold_outdated
from insights.views import policy as view
from interactions.services import NewTouchpoint, record, source_named
from tests.factories import AdministratorFactory, CustomerFactory, SegmentFactory


@pytest.fixture
def admin(monkeypatch):
    """Return an administrator of an organisation whose worker is quick."""
    monkeypatch.setattr(view.work_out_preview, "delay", tasks.preview_policy)
    monkeypatch.setattr(view.refold, "delay_on_commit", lambda: None)
    by, now = AdministratorFactory(name="Ada"), timezone.now()
    segment = SegmentFactory(name="Retail")
    customers = CustomerFactory.create_batch(8, yearly_value=1000, segment=segment)
    items = [
        NewTouchpoint(
            type="call.phone", customer=one.pk, occurred_at=now - timedelta(days=day + 9 * number)
        )
        for number, one in enumerate(customers)
        for day in range(3, 300, 17)
    ]
    record(source=source_named("test"), items=items, by=by, now=now)
    while drain(now=now):
        pass
    return by


@pytest.mark.parametrize("width", [1440, 390])
def test_everyone_can_use_the_pages(open_page, admin, accessibility_problems, width):
    save_policy(
        settings={Place("everyone", "", "horizon_days"): 60.0}, based_on=0, note="Tried", by=admin
    )
    page = open_page(admin, "/policy/", width=width)
    page.locator("#types > summary").click()
    page.get_by_label("Segment", exact=True).select_option(label="Retail")
    page.get_by_label("What it should have of its own").select_option(label="Half-life of care")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("heading", name="Retail")).to_be_visible()
    page.evaluate("document.querySelectorAll('details.policy-section').forEach(d => d.open = true)")
    assert accessibility_problems(page) == []
    page.locator("[name='everyone::steady_from']").fill("2")
    page.get_by_role("button", name="Preview").last.click()
    expect(page.get_by_text("would change band")).to_be_visible()
    assert accessibility_problems(page) == []
    page.goto("/policy/versions/")
    assert accessibility_problems(page) == []
    page.get_by_role("link", name=re.compile("Compare .*the defaults")).click()
    expect(page.get_by_text("Length of silence")).to_be_visible()
    assert accessibility_problems(page) == []


def test_a_change_is_previewed_saved_and_rolled_back(open_page, admin):
    page = open_page(admin, "/policy/")
    page.locator("#presence > summary").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Length of silence").fill("30")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="What this would change")).to_be_visible()
    page.get_by_label("Why").fill("Our customers come monthly")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Our customers come monthly")).to_be_visible()
    expect(page.get_by_text("Customers scored anew: 0 of 8")).to_be_visible()
    while refold_outdated(now=timezone.now()):
        pass
    page.get_by_role("button", name="Roll back to what Hearth ships").click()
    expect(page.get_by_text("Back to what Hearth ships").first).to_be_visible()
    assert PolicyVersion.objects.latest().values == {}


def test_a_mistake_is_told_at_its_field_in_an_open_section(open_page, admin):
    page = open_page(admin, "/policy/")
    page.locator("#warmth > summary").click()
    page.get_by_label("Share of care").fill("0.9")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("they must add up to 1").first).to_be_visible()
    expect(page.get_by_role("textbox", name="Share of care")).to_have_attribute(
        "aria-invalid", "true"
    )


def test_whoever_saves_second_sees_both(open_page, admin):
    page = open_page(admin, "/policy/")
    other = AdministratorFactory(name="Ben")
    save_policy(
        settings={Place("everyone", "", "care_half_life"): 50.0}, based_on=0, note="", by=other
    )
    page.locator("#presence > summary").click()
    page.get_by_label("Length of silence").fill("30")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name=re.compile("Ben saved version"))).to_be_visible()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("In use")).to_be_visible()
    assert PolicyVersion.objects.latest().values == {"care_half_life": 50.0, "horizon_days": 30.0}


def test_it_all_works_without_script(open_page, admin):
    page = open_page(admin, "/policy/", has_script=False)
    page.locator("#presence > summary").click()
    page.get_by_role("textbox", name="Length of silence").fill("30")
    page.get_by_role("button", name="Preview").last.click()
    expect(page.get_by_text("would change band")).to_be_visible()
    page.get_by_role("link", name="Back to editing").click()
    expect(page.get_by_role("textbox", name="Length of silence")).to_have_value("30")
    page.get_by_role("button", name="Reset Length of silence").click()
    expect(page.get_by_text("Nothing changes before you save")).to_be_visible()
    page.locator("#presence > summary").click()
    expect(page.get_by_role("textbox", name="Length of silence")).to_have_value("90")
