"""Likely duplicates in a browser: found by key, compared, merged, undone; two told to be two."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from insights.models import Band
from interactions.services import NewTouchpoint, merge_customers, record, source_named
from relationships.models import Customer, DuplicatePair
from relationships.selectors.duplicates import likely_duplicates
from relationships.services.duplicates import dismiss_duplicate, find_duplicates
from tests.factories import (
    ContactFactory,
    CustomerFactory,
    IdentityFactory,
    PersonFactory,
    ReadingFactory,
    TeamFactory,
)

LIST = "/duplicates/"
NAMES = ("Hotell Örnvik AB", "hotell ornvik")


@pytest.fixture
def manager():
    """Return an account manager with two customers that are one, and two that may be."""
    manager = PersonFactory(name="Marta", team=TeamFactory(name="North"))
    for number, name in enumerate((*NAMES, "Zakład Żółw Sp. z o.o.", "Zaklad Zolf")):
        customer = CustomerFactory(name=name, team=manager.team, owner=manager if number else None)
        ReadingFactory(customer=customer, distance=20 + 20 * number, band=Band(number + 2))
        contact = ContactFactory(customer=customer)
        mail = f"{number}@firm{number // 2}.example"
        IdentityFactory(customer=customer, contact=contact, kind="email", namespace="", value=mail)
        talk(customer, manager, number + 1)
    find_duplicates(now=timezone.now())
    return manager


def talk(customer: Customer, by, times: int) -> None:
    now = timezone.now()
    items = [
        NewTouchpoint(
            type="call.phone", customer=customer.pk, occurred_at=now - timedelta(days=9 * day + 1)
        )
        for day in range(times)
    ]
    record(source=source_named("test"), items=items, by=by, now=now)


def by_name(name: str) -> Customer:
    return Customer.objects.get(name=name)


@pytest.mark.parametrize("width", [1440, 390])
def test_everyone_can_use_the_pages(open_page, manager, accessibility_problems, width):
    keep, absorb = map(by_name, NAMES)
    page = open_page(manager, LIST, width=width)
    expect(page.get_by_role("heading", name="Hotell Örnvik AB and hotell ornvik")).to_be_visible()
    merge, same = f"/customers/{keep.pk}/merge/{absorb.pk}/", f"/customers/{keep.pk}/same/"
    for path in (LIST, merge, same, f"{same}?customer_name=z", "/customers/"):
        page.goto(path)
        assert accessibility_problems(page) == []
    merge_customers(keep=keep.pk, absorb=absorb.pk, by=manager, now=timezone.now())
    page.goto(f"/customers/{keep.pk}/")
    expect(page.get_by_text("Merged with hotell ornvik today by Marta.")).to_be_visible()
    assert accessibility_problems(page) == []
    pair = likely_duplicates(manager).get()
    dismiss_duplicate(pair_id=pair.pk, by=manager, now=timezone.now())
    page.goto(LIST)
    page.locator("#dismissed summary").click()
    expect(page.get_by_text("Said to be two today by Marta")).to_be_visible()
    assert accessibility_problems(page) == []
    page.get_by_role("button", name="Compare again").click()
    expect(page.locator(".toast")).to_contain_text("may be one again.")
    DuplicatePair.objects.all().delete()
    page.goto(LIST)
    expect(page.get_by_role("heading", name="No likely duplicates")).to_be_visible()
    assert accessibility_problems(page) == []


def test_a_pair_is_found_compared_merged_and_parted_by_keys_alone(open_page, manager):
    page = open_page(manager, "/customers/")
    expect(page.get_by_role("link", name="2 likely duplicates")).to_be_visible()
    page.keyboard.press("g")
    page.keyboard.press("u")
    expect(page).to_have_url(re.compile(LIST))
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="Look at merging Hotell")).to_be_focused()
    page.keyboard.press("o")
    expect(page.get_by_role("heading", name="Merge Hotell Örnvik AB into hotell")).to_be_visible()
    page.get_by_role("link", name="Keep Hotell Örnvik AB instead").press("Enter")
    expect(page.get_by_role("heading", name="Merge hotell ornvik into Hotell")).to_be_visible()
    page.get_by_role("button", name="Merge").press("Enter")
    expect(page.get_by_role("heading", level=1, name=NAMES[0])).to_be_visible()
    toast = page.locator("#toasts")
    expect(toast).to_contain_text("hotell ornvik is part of Hotell Örnvik AB now.")
    toast.get_by_role("button", name="Undo").press("Enter")
    expect(toast).to_contain_text("hotell ornvik and Hotell Örnvik AB are two again")
    toast.get_by_role("button", name="Undo").press("Enter")
    expect(toast).to_contain_text("hotell ornvik is part of Hotell Örnvik AB now.")
    page.get_by_role("button", name="Separate hotell ornvik again").press("Enter")
    expect(page.get_by_role("button", name="Separate hotell ornvik again")).to_have_count(0)
    assert by_name(NAMES[1]).merged_into is None


def test_two_told_to_be_two_come_back_by_undo(open_page, manager):
    page = open_page(manager, LIST)
    pair = page.get_by_role("heading", name="Hotell Örnvik AB and hotell ornvik")
    page.get_by_role("button", name="Hotell Örnvik AB and hotell ornvik: these are two").click()
    expect(pair).to_have_count(0)
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(pair).to_be_visible()


def test_a_double_click_on_merge_is_one_merge(open_page, manager):
    keep, absorb = map(by_name, NAMES)
    page = open_page(manager, f"/customers/{keep.pk}/merge/{absorb.pk}/")
    page.get_by_role("button", name="Merge").dblclick()
    expect(page.locator("#toasts").get_by_role("button", name="Undo").first).to_be_visible()
    absorb.refresh_from_db()
    assert absorb.merged_into == keep
    assert absorb.merges.count() == 1


def test_any_other_customer_is_chosen_with_the_keyboard(open_page, manager):
    page = open_page(manager, f"/customers/{by_name(NAMES[0]).pk}/")
    page.get_by_role("link", name="This is the same as…").press("Enter")
    box = page.get_by_role("combobox", name="Customer")
    expect(box).to_be_focused()
    page.keyboard.type("zolf")
    expect(page.get_by_role("option", name="Zaklad Zolf")).to_be_visible()
    page.keyboard.press("Enter")
    expect(box).to_have_value("Zaklad Zolf")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Merge Zaklad Zolf into Hotell")).to_be_visible()


def test_logging_a_touchpoint_over_it_searches_its_own_customers(open_page, manager):
    page = open_page(manager, f"/customers/{by_name(NAMES[0]).pk}/same/")
    page.get_by_role("link", name="Log a touchpoint").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("combobox", name="Customer").press_sequentially("zolf")
    expect(dialog.get_by_role("option", name="Zaklad Zolf")).to_be_visible()


def test_it_works_without_javascript(open_page, manager):
    page = open_page(manager, f"/customers/{by_name(NAMES[0]).pk}/same/", has_script=False)
    page.get_by_role("combobox").fill("hotell")
    page.get_by_role("button", name="Compare them").click()
    page.get_by_role("button", name="Merge").click()
    expect(page.locator("#toasts")).to_contain_text("is part of Hotell Örnvik AB now.")
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(page.locator("#toasts")).to_contain_text("are two again")
