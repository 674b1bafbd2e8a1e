"""Several rows at once, by keys, pointer and thumb, with JavaScript and without."""

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from insights.models import Band
from insights.services.drain import drain
from interactions.models import Touchpoint
from relationships.models import Customer
from tests.factories import CustomerFactory, PersonFactory, ReadingFactory, SegmentFactory

NAMES = ("Thornmere Academy", "Hotell Örnvik", "Große Gießerei", "Zażółć Łódź")


@pytest.fixture
def customers(manager) -> list[Customer]:
    found = [CustomerFactory(name=name, team=manager.team, owner=manager) for name in NAMES]
    for number, customer in enumerate(found):
        ReadingFactory(
            customer=customer, band=Band.DRIFTING, distance=70.0, part_presence=70.0,
            at_risk=1000 - number, silent_days=41.0, usual_gap_days=12.0, active_days=9,
        )  # fmt: skip
    return found


def toast(page: Page):
    return page.locator(".toast").last


def bar(page: Page):
    return page.locator("#picks")


def box(page: Page, name: str):
    return page.get_by_role("checkbox", name=f"Select {name}")


def logged() -> list[tuple[str, int]]:
    rows = Touchpoint.objects.filter(deleted_at=None).order_by("customer_id")
    return list(rows.values_list("customer__name", "customers_in_room"))


def settled_dialog(page: Page):
    expect(page.locator("#dialog h2")).to_be_visible()
    expect(page.locator("#dialog-body.htmx-settling")).to_have_count(0)
    return page.locator("#dialog")


@pytest.mark.parametrize("width", [1440, 390])
def test_everyone_can_use_the_boxes_the_bar_and_the_questions(
    open_page, manager, customers, accessibility_problems, width
):
    for path in ("/", "/customers/"):
        page = open_page(manager, path, width=width)
        page.keyboard.press("j")
        page.keyboard.press("x")
        page.keyboard.press("Shift+J")
        expect(bar(page)).to_contain_text("2 selected")
        assert accessibility_problems(page) == []
    for button, title in (("Log for all…", "Log with"), ("Owner…", "Owner of")):
        page.get_by_role("button", name=button).click()
        expect(page.get_by_role("heading", name=f"{title} 2 customers")).to_be_visible()
        settled_dialog(page)
        assert accessibility_problems(page) == []
        page.keyboard.press("Escape")
        expect(page.locator("#dialog")).not_to_be_visible()


def test_keys_select_log_and_undo(open_page, manager, customers):
    page = open_page(manager, "/customers/")
    expect(bar(page)).not_to_be_visible()
    for key in ("j", "x", "Shift+J", "j", "x"):
        page.keyboard.press(key)
    expect(bar(page)).to_contain_text("3 selected")
    expect(box(page, "Große Gießerei")).to_be_checked()
    page.keyboard.press("x")
    expect(bar(page)).to_contain_text("2 selected")
    page.get_by_role("button", name="Style…").click()
    settled_dialog(page)
    page.keyboard.press("Escape")
    page.get_by_role("link", name=NAMES[3], exact=True).focus()
    page.keyboard.press("c")

    expect(toast(page)).to_contain_text("Phone call with 2 customers logged.")
    expect(page.locator("#dialog")).not_to_be_visible()
    expect(bar(page)).not_to_be_visible()
    assert logged() == [(NAMES[0], 2), (NAMES[1], 2)]
    toast(page).get_by_role("button", name="Undo").click()
    expect(toast(page)).to_contain_text("Deleted: what happened with 2 customers together")
    assert logged() == []


def test_escape_clears_and_keys_are_for_one_row_again(open_page, manager, customers):
    page = open_page(manager, "/")
    page.keyboard.press("Shift+X")
    expect(bar(page)).to_contain_text("4 selected")
    page.keyboard.press("Escape")
    expect(bar(page)).not_to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("m")
    expect(toast(page)).to_contain_text("Met in person with Thornmere Academy logged.")
    assert logged() == [(NAMES[0], 1)]


def test_pointer_and_shift_select_a_range_and_the_cursor_follows(open_page, manager, customers):
    page = open_page(manager, "/customers/")
    page.locator("[data-row]", has_text=NAMES[0]).hover()
    box(page, NAMES[0]).click()
    box(page, NAMES[2]).click(modifiers=["Shift"])
    expect(bar(page)).to_contain_text("3 selected")
    expect(page.get_by_role("link", name=NAMES[2], exact=True)).to_be_focused()
    box(page, NAMES[1]).click()
    expect(bar(page)).to_contain_text("2 selected")
    page.get_by_role("button", name="Clear").click()
    expect(bar(page)).not_to_be_visible()
    expect(page.locator("[data-pick]:checked")).to_have_count(0)


def test_form_logs_with_all_and_says_when_something_is_missing(open_page, manager, customers):
    page = open_page(manager, "/customers/", width=390)
    for name in NAMES[:3]:
        box(page, name).click()
    page.get_by_role("button", name="Log for all…").click()
    dialog = settled_dialog(page)
    expect(dialog).to_contain_text("Log with 3 customers")
    dialog.get_by_role("button", name="Log it").click()
    expect(dialog).to_contain_text("Choose what happened.")
    settled_dialog(page)
    dialog.get_by_text("Met in person", exact=True).click()
    dialog.get_by_label("What was it about?").fill("Breakfast at the fair")
    dialog.get_by_role("button", name="Log it").dblclick()

    expect(toast(page)).to_contain_text("Met in person with 3 customers logged.")
    expect(page.locator("#dialog")).not_to_be_visible()
    expect(bar(page)).not_to_be_visible()
    assert logged() == [(name, 3) for name in NAMES[:3]]
    drain(now=timezone.now())


def test_owner_of_all_of_a_filter_is_changed_and_put_back(open_page, manager, customers):
    colleague = PersonFactory(name="Zoë Ångström", team=manager.team)
    page = open_page(manager, "/customers/")
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.get_by_text("Select all 4").click()
    expect(bar(page)).to_contain_text("All 4 selected")
    expect(page.locator("[data-pick]:checked")).to_have_count(4)
    page.get_by_role("button", name="Owner…").click()
    dialog = settled_dialog(page)
    dialog.get_by_label("Owner").select_option("Zoë Ångström")
    expect(dialog).to_contain_text("4 customers change.")
    dialog.get_by_role("button", name="Change the owner").click()

    expect(toast(page)).to_contain_text("The owner of 4 customers is Zoë Ångström now.")
    expect(page.locator("[data-row]", has_text="Zoë Ångström")).to_have_count(4)
    assert Customer.objects.filter(owner=colleague).count() == 4
    expect(bar(page)).not_to_be_visible()
    expect(page.get_by_role("link", name=NAMES[0], exact=True)).to_be_focused()
    toast(page).get_by_role("button", name="Undo").click()
    expect(toast(page)).to_contain_text("4 customers are as they were.")
    expect(page.locator("[data-row]", has_text="Zoë Ångström")).to_have_count(0)
    expect(page.get_by_role("link", name=NAMES[0], exact=True)).to_be_focused()
    assert Customer.objects.filter(owner=manager).count() == 4


def test_selection_stays_when_the_list_is_filtered(open_page, manager, customers):
    segment = SegmentFactory(name="Hotels")
    page = open_page(manager, "/customers/")
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("/")
    page.keyboard.type("Hotell")
    expect(page.locator("[data-row]")).to_have_count(1)
    expect(bar(page)).to_contain_text("1 selected, 1 not shown here")
    box(page, NAMES[1]).click()
    page.get_by_role("button", name="Segment…").click()
    dialog = settled_dialog(page)
    dialog.get_by_label("Segment").select_option("Hotels")
    dialog.get_by_role("button", name="Change the segment").click()
    expect(toast(page)).to_contain_text("The segment of 2 customers is Hotels now.")
    assert set(Customer.objects.filter(segment=segment)) == set(customers[:2])


def test_it_works_without_javascript(open_page, manager, customers):
    page = open_page(manager, "/customers/", has_script=False)
    expect(bar(page)).not_to_be_visible()
    for name in NAMES[:2]:
        box(page, name).check()
    page.get_by_role("button", name="Style…").click()
    page.get_by_label("Style").select_option("Self-service")
    page.get_by_role("button", name="See who changes").click()
    expect(page.locator("#several-ahead")).to_contain_text("2 customers change.")
    page.get_by_role("button", name="Change the style").click()
    expect(toast(page)).to_contain_text("The style of 2 customers is self-service now.")
    toast(page).get_by_role("button", name="Undo").click()
    expect(toast(page)).to_contain_text("2 customers are as they were.")
    box(page, NAMES[0]).check()
    page.get_by_role("button", name="Log for all…").click()
    page.get_by_text("Phone call", exact=True).click()
    page.get_by_role("button", name="Log it").click()
    expect(toast(page)).to_contain_text("Phone call with 1 customer logged.")
    assert logged() == [(NAMES[0], 1)]
