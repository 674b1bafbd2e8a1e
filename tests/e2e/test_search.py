"""The search over any page by keys, pointer and thumb, and the keyboard help."""

import pytest
from playwright.sync_api import Page, expect

from relationships.models import Customer
from tests.factories import (
    AdministratorFactory,
    ContactFactory,
    CustomerFactory,
    ReadingFactory,
)


@pytest.fixture
def customers(manager) -> list[Customer]:
    names = ("Thornmere Academy", "Hotell Örnvik", "Große Gießerei")
    found = [CustomerFactory(name=name, team=manager.team, owner=manager) for name in names]
    for customer in found:
        ReadingFactory(customer=customer)
    ContactFactory(name="Jürgen Müller", customer=found[0])
    return found


def field(page: Page):
    return page.locator("#palette-field")


def options(page: Page):
    return page.locator("#palette-options [role='option']")


def chosen(page: Page):
    return page.locator("#palette-options [aria-selected='true']")


def opened(page: Page, keys: str = "/") -> Page:
    """Open the search and wait until it offers something."""
    page.keyboard.press(keys)
    expect(field(page)).to_be_focused()
    expect(options(page).first).to_be_visible()
    return page


def arrived(page: Page, customer: Customer) -> None:
    """Wait for the page of a customer; the first one of a process loads the scoring."""
    page.wait_for_url(f"**/customers/{customer.pk}/")
    expect(page.get_by_role("heading", name=customer.name)).to_be_visible()


@pytest.mark.parametrize("width", [1440, 390])
def test_everyone_can_use_the_search_its_page_and_the_keys(
    open_page, manager, customers, accessibility_problems, width
):
    page = open_page(manager, "/", width=width)
    page.get_by_role("link", name="Search", exact=True).click()
    expect(options(page).first).to_be_visible()
    assert accessibility_problems(page) == []
    page.keyboard.type("ornvik")
    expect(chosen(page)).to_have_text("Hotell Örnvik")
    expect(page.locator("#palette-count")).to_have_text("5 results")
    assert accessibility_problems(page) == []
    page.keyboard.press("Escape")
    expect(page.locator("#palette")).not_to_be_visible()
    page.keyboard.press("?")
    expect(page.locator("#shortcuts")).to_be_visible()
    assert accessibility_problems(page) == []
    page.goto("/search/?q=muller")
    assert accessibility_problems(page) == []


@pytest.mark.parametrize("keys", ["/", "Control+Shift+F"])
def test_a_few_letters_arrows_and_enter_lead_to_a_customer(open_page, manager, customers, keys):
    page = opened(open_page(manager, "/changes/"), keys)
    page.keyboard.type("giess")
    expect(chosen(page)).to_have_text("Große Gießerei")
    page.keyboard.press("ArrowDown")
    expect(chosen(page)).to_have_text("Log a call with Große Gießerei")
    expect(field(page)).to_have_attribute("aria-activedescendant", "palette-deeds-1")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    arrived(page, customers[2])


def test_enter_before_the_answer_leads_to_what_was_typed(open_page, manager, customers):
    page = opened(open_page(manager, "/"))
    page.keyboard.type("thornmere")
    page.keyboard.press("Enter")
    arrived(page, customers[0])


def test_a_new_tab_opens_beside_and_the_search_stays(open_page, manager, customers):
    page = opened(open_page(manager, "/"))
    page.keyboard.type("thornmere")
    expect(chosen(page)).to_have_text("Thornmere Academy")
    with page.context.expect_page() as other:
        page.keyboard.press("Control+Enter")
    arrived(other.value, customers[0])
    expect(field(page)).to_be_focused()


def test_escape_gives_the_focus_back(open_page, manager, customers):
    page = open_page(manager, "/customers/")
    page.keyboard.press("j")
    row = page.locator("[data-row] a").first
    expect(row).to_be_focused()
    opened(page, "Control+Shift+F")
    page.keyboard.press("Escape")
    expect(page.locator("#palette")).not_to_be_visible()
    expect(row).to_be_focused()


def test_a_call_is_logged_from_the_search(open_page, manager, customers):
    page = opened(open_page(manager, "/"))
    page.keyboard.type("call thornmere")
    expect(chosen(page)).to_have_text("Log a call with Thornmere Academy")
    page.keyboard.press("Enter")
    expect(page.locator("#palette")).not_to_be_visible()
    expect(page.locator("#dialog [name='customer_name']")).to_have_value("Thornmere Academy")
    expect(page.get_by_label("In one line")).to_be_focused()
    expect(page.get_by_label("In one line")).to_have_value("call Thornmere Academy")
    page.keyboard.type(" yesterday")
    expect(page.locator("#dialog .chip", has_text="Yesterday")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#dialog")).not_to_be_visible()


def test_customers_opened_in_this_tab_come_first(open_page, manager, customers):
    page = open_page(manager, f"/customers/{customers[0].pk}/")
    page.goto(f"/customers/{customers[2].pk}/")
    opened(page)
    group = page.locator("#palette-options [role='group']").first
    expect(group).to_contain_text("Opened lately")
    expect(group.get_by_role("option")).to_have_text(["Große Gießerei", "Thornmere Academy"])
    page.keyboard.press("Enter")
    arrived(page, customers[2])


def test_colours_change_at_once(open_page, manager):
    page = opened(open_page(manager, "/"))
    page.keyboard.type("night")
    expect(chosen(page)).to_have_text("Dark colours")
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("data-scheme", "dark")


def test_signing_out_forgets_who_was_opened(open_page, manager, customers):
    page = opened(open_page(manager, f"/customers/{customers[0].pk}/"))
    page.keyboard.type("sign out")
    expect(chosen(page)).to_have_text("Sign out")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    assert page.evaluate("sessionStorage.getItem('recent')") is None


def test_the_thumb_opens_a_customer_on_the_phone(open_page, manager, customers):
    page = open_page(manager, "/", width=390)
    page.get_by_role("link", name="Search", exact=True).click()
    expect(field(page)).to_be_focused()
    page.keyboard.type("orn")
    options(page).filter(has_text="Hotell Örnvik").first.click()
    arrived(page, customers[1])


def test_without_a_script_the_button_leads_to_a_page_that_does_the_same(
    open_page, manager, customers
):
    page = open_page(manager, "/", has_script=False)
    page.get_by_role("link", name="Search", exact=True).click()
    page.get_by_role("searchbox").fill("jurgen")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="Jürgen Müller Thornmere Academy").click()
    arrived(page, customers[0])


def test_where_a_page_has_its_own_search_the_slash_goes_there(open_page, manager, customers):
    page = open_page(manager, "/customers/")
    page.keyboard.press("/")
    expect(page.get_by_label("Search by name")).to_be_focused()
    expect(page.locator("#palette")).not_to_be_visible()


def test_the_help_says_which_keys_are_of_this_page(open_page, manager, customers):
    page = open_page(manager, "/customers/")
    page.keyboard.press("?")
    lists = page.locator("[data-where='rows']")
    expect(lists.get_by_text("on this page", exact=True)).to_be_visible()
    page.goto("/proof/")
    page.keyboard.press("?")
    expect(lists.get_by_text("not on this page", exact=True)).to_be_visible()


def test_the_help_has_every_key_of_the_pages(open_page, customers):
    page = open_page(AdministratorFactory(), "/customers/")
    said = page.locator("#shortcuts").evaluate(
        "one => [...one.querySelectorAll('dd')].map((dd) => dd.textContent)"
    )
    heard = page.evaluate(
        """() => [...document.querySelectorAll('[data-key], [data-row-key], [data-key-focus]')]
            .map(({dataset}) => dataset.key ?? dataset.rowKey ?? dataset.keyFocus)"""
    )
    told = {part for one in said for part in (one, *one.replace(",", " ").split())}
    assert len(heard) > 10
    assert {key for key in heard if key not in told} == set()
