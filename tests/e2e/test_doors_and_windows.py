"""The map of doors and windows in a browser: a part of it by dragging, and by keys."""

import re

import pytest
from playwright.sync_api import expect

from insights.services.rollups import rebuild_rollups
from tests.factories import ExecutiveFactory, ReadingFactory

WIDTH, PHONE = 1440, 390


@pytest.fixture
def executive():
    for number in range(10):
        ReadingFactory(doors=52.0, windows=10.0 * number + 2)
    rebuild_rollups()
    return ExecutiveFactory()


def test_a_part_is_chosen_by_dragging_and_leads_to_its_customers(open_page, executive):
    page = open_page(executive, "/doors-and-windows/", width=WIDTH)
    plane = page.locator("svg.plane")
    plane.scroll_into_view_if_needed()
    box = plane.bounding_box()

    def point(doors, windows):
        return box["x"] + box["width"] * windows / 100, box["y"] + box["height"] * (1 - doors / 100)

    page.mouse.move(*point(58, 21))
    page.mouse.down()
    page.mouse.move(*point(52, 33), steps=4)
    expect(plane.locator(".chosen")).to_be_visible()
    # It begins and ends over a quarter, which opens its list when it is pressed.
    page.mouse.move(*point(41, 48), steps=4)
    page.mouse.up()
    address = "doors_from=40&doors_to=60&windows_from=20&windows_to=50"
    expect(page).to_have_url(re.compile(address))
    expect(page.get_by_text("3 customers: doors 40 to 60, windows 20 to 50")).to_be_visible()
    expect(plane.locator(".chosen")).to_be_visible()
    page.get_by_role("link", name="Show the list").click()
    expect(page).to_have_url(re.compile(f"/customers/.*{address}"))
    expect(page.locator("[data-row]")).to_have_count(3)


def test_a_part_is_chosen_by_keys_on_a_phone_and_let_go_of(
    open_page, executive, accessibility_problems
):
    page = open_page(executive, "/doors-and-windows/", width=PHONE)
    page.get_by_label("Windows from").fill("50")
    page.keyboard.press("Tab")
    page.keyboard.type("70")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("windows_from=50&windows_to=70"))
    page.wait_for_load_state()
    expect(page.get_by_text("2 customers: any doors, windows 50 to 70")).to_be_visible()
    assert accessibility_problems(page) == []
    page.get_by_role("link", name="Whole map").click()
    expect(page.get_by_text("windows 50 to 70")).to_have_count(0)
