"""The list of customers, with keys and pointer."""

import re

import pytest
from playwright.sync_api import expect

from insights.models import Band
from insights.selectors import portfolio
from tests.factories import CustomerFactory, ExecutiveFactory, ReadingFactory


@pytest.fixture
def executive():
    for i, name in enumerate(("Acme Foods", "Borges & Filhos", "Søndergaard Timber")):
        ReadingFactory(
            customer=CustomerFactory(name=name), distance=20.0 + 30 * i, at_risk=100 - i,
            band=(Band.NEAR, Band.COOLING, Band.DRIFTING)[i], history=bytes(range(53)),
        )  # fmt: skip
    return ExecutiveFactory(name="Eva")


@pytest.mark.parametrize("width", [1440, 390])
def test_everyone_can_use_the_page(open_page, executive, accessibility_problems, width):
    page = open_page(executive, "/customers/", width=width)
    assert accessibility_problems(page) == []


def test_typing_filters_the_list_and_the_address_and_back_undoes_it(open_page, executive):
    page = open_page(executive, "/customers/")
    page.keyboard.press("/")
    page.keyboard.type("sondergard", delay=20)
    expect(page.locator("[data-row]")).to_have_count(1)
    expect(page).to_have_url(re.compile(r"/customers/\?q=sondergard$"))
    expect(page.get_by_label("Search by name")).to_be_focused()
    page.get_by_role("link", name="Remove Name: sondergard").click()
    expect(page.locator("[data-row]")).to_have_count(3)
    expect(page.get_by_label("Search by name")).to_have_value("")
    page.go_back()
    expect(page.locator("[data-row]")).to_have_count(1)
    expect(page.get_by_label("Search by name")).to_have_value("sondergard")


def test_bands_combine_with_the_order(open_page, executive):
    page = open_page(executive, "/customers/")
    page.get_by_text("Drifting", exact=False).first.click()
    expect(page.locator("[data-row]")).to_have_count(1)
    page.get_by_text("Near", exact=False).first.click()
    expect(page.locator("[data-row]")).to_have_count(2)
    page.get_by_role("link", name="Customer", exact=True).click()
    expect(page.locator("th[scope=row]").first).to_contain_text("Acme")
    expect(page).to_have_url(re.compile(r"band=near&band=drifting&sort=name$"))


def test_j_and_k_move_through_the_rows(open_page, executive):
    page = open_page(executive, "/customers/")
    for key in "jjjk":
        page.keyboard.press(key)
    assert page.evaluate("document.activeElement.textContent") == "Borges & Filhos"


def test_pages_turn_there_and_back(open_page, executive, monkeypatch):
    monkeypatch.setattr(portfolio, "PAGE_SIZE", 2)
    page = open_page(executive, "/customers/")
    page.get_by_role("link", name="Next").click()
    expect(page.locator("[data-row]")).to_have_count(1)
    page.get_by_role("link", name="Previous").click()
    expect(page.locator("[data-row]")).to_have_count(2)


def test_it_works_without_javascript(open_page, executive):
    page = open_page(executive, "/customers/", has_script=False)
    page.get_by_label("Search by name").fill("borges")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("[data-row]")).to_have_count(1)


def test_the_colour_scheme_is_kept_and_rendered_by_the_server(open_page, executive):
    page = open_page(executive, "/customers/")
    page.get_by_label("You: Eva").click()
    page.get_by_text("Dark").click()
    page.reload()
    assert page.evaluate("document.documentElement.dataset.scheme") == "dark"
    assert page.evaluate("getComputedStyle(document.body).colorScheme") == "dark"


def test_the_keyboard_opens_its_own_help(open_page, executive):
    page = open_page(executive, "/customers/")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_hidden()
