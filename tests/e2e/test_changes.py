"""What changed since last week, in a real browser."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from insights.services.drain import drain
from interactions.services import NewTouchpoint, record, source_named
from relationships.models import Person
from tests.factories import CustomerFactory, PersonFactory


@pytest.fixture
def manager() -> Person:
    """Somebody with a customer who falls silent, one who is hurt, and one who is back."""
    manager = PersonFactory(name="Marta Żółkiewska")
    now = timezone.now()
    items = []
    for name, last in (("Große Bäckerei Łukasz", 48), ("Søn & Co", 10), ("Čerstvá", 40)):
        customer = CustomerFactory(name=name, team=manager.team, owner=manager, yearly_value=9_000)
        items += [
            NewTouchpoint(
                type="call.phone", customer=customer.pk, occurred_at=now - timedelta(days=days)
            )
            for days in range(last, last + 120, 6)
        ]
        for kind, who, days in (("complaint", "Søn & Co", 1), ("visit", "Čerstvá", 2)):
            if name == who:
                at = now - timedelta(days=days)
                items.append(NewTouchpoint(type=kind, customer=customer.pk, occurred_at=at))
    outcomes = record(source=source_named("test"), items=items, by=manager, now=now)
    assert {outcome.status for outcome in outcomes} == {"recorded"}
    drain(now=now)
    return manager


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("query", ["", "?direction=nearer", "?stage=lead&owner=0", "?stage=x"])
def test_everyone_can_use_the_page(open_page, manager, accessibility_problems, query, width):
    page = open_page(manager, f"/changes/{query}", width=width)
    expect(page.get_by_role("heading", name="What changed")).to_be_visible()
    assert accessibility_problems(page) == []


def test_from_who_moved_to_the_customer_with_keys(open_page, manager):
    page = open_page(manager, "/")
    page.keyboard.press("g")
    page.keyboard.press("w")
    expect(page.locator("li.mover")).to_have_count(2)
    expect(page.get_by_text("more days of silence")).to_be_visible()
    page.get_by_role("link", name="Nearer").click()
    expect(page.locator("li.mover")).to_have_count(1)
    expect(page.get_by_text("In touch again on")).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Čerstvá")
    expect(page.get_by_role("heading", name="What changed since last week")).to_be_visible()


def test_filters_submit_themselves_and_work_without_javascript(open_page, manager):
    page = open_page(manager, "/changes/")
    page.get_by_label("Stage").select_option("lead")
    expect(page.get_by_role("heading", name="Nobody among these")).to_be_visible()

    bare = open_page(manager, "/changes/?direction=nearer", has_script=False)
    bare.get_by_label("Stage").select_option("current")
    bare.get_by_role("button", name="Show").click()
    expect(bare.locator("li.mover")).to_have_count(1)
    assert "direction=nearer" in bare.url


def test_the_list_is_downloaded(open_page, manager):
    page = open_page(manager, "/changes/")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    text = download.value.path().read_text(encoding="utf-8")
    assert download.value.suggested_filename.startswith("changes-further-")
    assert "Große Bäckerei Łukasz" in text
    assert len(text.splitlines()) == 3
