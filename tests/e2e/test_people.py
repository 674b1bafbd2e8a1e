"""Facts, people there and who knows whom in a real browser: keys, both widths."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from interactions.services import NewTouchpoint, record, source_named
from relationships.models import Contact, Customer, Fact
from tests.factories import (
    ContactFactory,
    CustomerFactory,
    FactFactory,
    IdentityFactory,
    PersonFactory,
)


@pytest.fixture
def customer(manager) -> Customer:
    customer = CustomerFactory(name="Große Bäckerei Łukasz", team=manager.team, owner=manager)
    zoe = ContactFactory(customer=customer, name="Zoë Größe", job_title="Head chef")
    bo = ContactFactory(customer=customer, name="Ragnhild")
    IdentityFactory(customer=customer, contact=zoe, kind="email", namespace="",
                    value="zoe@lukasz.example")  # fmt: skip
    tom = PersonFactory(name="Tom", team=manager.team, is_active=False)
    ida = PersonFactory(name="Ida", team=manager.team)
    now = timezone.now()
    items = [
        NewTouchpoint(
            type="meeting.in_person", customer=customer.pk, person_id=person.pk,
            contact_id=contact and contact.pk, occurred_at=now - timedelta(days=days),
        )
        for person, contact, days in (
            (manager, zoe, 3), (ida, zoe, 9), (tom, bo, 20), (ida, None, 30), (tom, zoe, 600),
        )
    ]  # fmt: skip
    outcomes = record(source=source_named("test"), items=items, by=manager, now=now)
    assert {outcome.status for outcome in outcomes} == {"recorded"}, outcomes
    long_ago = now - timedelta(days=400)
    FactFactory(customer=customer, label="Delivery hours", value="before 9", written_at=long_ago)
    FactFactory(customer=customer, contact=zoe, label="Allergic to", value="calls on Fridays",
                written_by=manager, holds_until=timezone.localdate())  # fmt: skip
    return customer


def opened(page: Page) -> None:
    """Wait until the dialog hears what is typed in it."""
    expect(page.locator("#dialog")).to_be_visible()
    expect(page.locator("#dialog-body.htmx-settling")).to_have_count(0)


@pytest.mark.parametrize("width", [1440, 390])
def test_everyone_can_use_the_pages(open_page, manager, customer, accessibility_problems, width):
    at, zoe = f"/customers/{customer.pk}", Contact.objects.get(name="Zoë Größe")
    fact = Fact.objects.first()
    page = open_page(manager, f"{at}/", width=width)
    expect(page.get_by_role("heading", name="Who knows whom")).to_be_visible()
    for path in (
        f"{at}/", f"{at}/people/", f"{at}/facts/", f"{at}/contacts/",
        f"/facts/{fact.pk}/edit/", f"/contacts/{zoe.pk}/edit/",
    ):  # fmt: skip
        page.goto(path)
        assert accessibility_problems(page) == [], path
    page.goto(f"{at}/")
    page.locator("summary[aria-label='Change Zoë Größe']").press("Enter")
    page.get_by_role("link", name="Correct").press("Enter")
    opened(page)
    assert accessibility_problems(page) == []


@pytest.mark.parametrize("width", [1440, 390])
def test_who_knows_whom_can_be_used_when_nobody_met(open_page, accessibility_problems, width):
    newcomer = PersonFactory()
    stranger = CustomerFactory(team=newcomer.team)
    page = open_page(newcomer, f"/customers/{stranger.pk}/people/", width=width)
    expect(page.get_by_role("heading", name="Nobody has met them yet")).to_be_visible()
    assert accessibility_problems(page) == []


def test_the_table_says_who_knows_whom_and_marks_single_threads(open_page, manager, customer):
    page = open_page(manager, f"/customers/{customer.pk}/")
    expect(page.get_by_text("2 of us know Zoë Größe at Große Bäckerei Łukasz.")).to_be_visible()
    expect(page.get_by_text("Whoever knew Ragnhild has left.")).to_be_visible()
    page.get_by_role("link", name="Everybody at Große Bäckerei Łukasz").press("Enter")
    expect(page.get_by_role("columnheader", name="Tom has left")).to_be_visible()
    row = page.get_by_role("row", name="Ragnhild")
    expect(row).to_contain_text("Only Tom, who has left")
    expect(row.get_by_role("cell").first).to_contain_text("not met")
    somebody = page.get_by_role("row", name="Somebody there")
    expect(somebody).to_contain_text("once in 12 months")


def test_on_a_phone_a_contact_is_a_list_of_who_knows_them(open_page, manager, customer):
    page = open_page(manager, f"/customers/{customer.pk}/people/", width=390)
    row = page.locator("tbody tr", has_text="Ragnhild")
    expect(row.locator("td:visible")).to_have_count(1)
    expect(row.locator("td:visible")).to_have_attribute("data-label", "Tom (has left)")


def test_a_fact_is_written_corrected_deleted_and_undone_by_keys_alone(open_page, manager, customer):
    page = open_page(manager, f"/customers/{customer.pk}/")
    line = page.get_by_role("textbox", name="Write down what we know")
    line.press_sequentially("no colon")
    line.press("Enter")
    expect(page.get_by_text("Write what it is about, a colon")).to_be_visible()
    line.fill("Coffee: black")
    line.press("Enter")
    toasts, known = page.locator("#toasts"), page.locator(".known")
    expect(toasts).to_contain_text("“Coffee” is written down.")
    expect(known).to_contain_text("Coffee: black")
    expect(line).to_have_value("")
    expect(line).to_be_focused()

    page.locator("summary[aria-label='Change Coffee']").press("Enter")
    page.get_by_role("link", name="Correct").press("Enter")
    opened(page)
    box = page.get_by_role("dialog").get_by_role("textbox", name="What we know")
    box.fill("Coffee: with milk")
    box.press("Enter")
    expect(page.locator("#dialog")).to_be_hidden()
    expect(known).to_contain_text("Coffee: with milk")
    toasts.locator(".toast", has_text="is corrected").get_by_role("button", name="Undo").press(
        "Enter"
    )
    expect(known).to_contain_text("Coffee: black")

    page.locator("summary[aria-label='Change Coffee']").press("Enter")
    page.get_by_role("button", name="Delete").press("Enter")
    expect(known).not_to_contain_text("Coffee")
    toasts.locator(".toast", has_text="is deleted").get_by_role("button", name="Undo").press(
        "Enter"
    )
    expect(known).to_contain_text("Coffee: black")


def test_an_old_fact_is_confirmed_by_one_tap_on_a_phone(open_page, manager, customer):
    page = open_page(manager, f"/customers/{customer.pk}/", width=390)
    yes = page.get_by_role("button", name="Yes, Delivery hours is still so")
    yes.click()
    expect(yes).to_have_count(0)
    expect(page.locator(".known")).to_contain_text("confirmed by Marta Żółkiewska today")
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(yes).to_be_visible()


def test_somebody_is_added_marked_as_left_and_undone_by_keys_alone(open_page, manager, customer):
    page = open_page(manager, f"/customers/{customer.pk}/")
    page.get_by_role("link", name="Add somebody").press("Enter")
    opened(page)
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("textbox", name="Name")).to_be_focused()
    page.keyboard.type("Ana Kovač")
    dialog.get_by_role("textbox", name="E-mail").fill("zoe@lukasz.example")
    page.keyboard.press("Enter")
    expect(dialog).to_contain_text(
        "zoe@lukasz.example means Zoë Größe at Große Bäckerei Łukasz already."
    )
    dialog.get_by_role("textbox", name="E-mail").fill("ana@lukasz.example")
    page.keyboard.press("Enter")
    expect(page.locator("#dialog")).to_be_hidden()
    people = page.locator(".contacts")
    expect(people).to_contain_text("ana@lukasz.example")

    page.locator("summary[aria-label='Change Ana Kovač']").press("Enter")
    page.get_by_role("button", name="Has left").press("Enter")
    ana = people.locator("li", has_text="Ana Kovač")
    expect(ana).to_contain_text("has left")
    toasts = page.locator("#toasts")
    left = toasts.locator(".toast", has_text="Ana Kovač has left")
    left.get_by_role("button", name="Undo").press("Enter")
    expect(ana).not_to_contain_text("has left")

    page.locator("summary[aria-label='Change Ana Kovač']").press("Enter")
    ana.get_by_role("button", name="Delete").press("Enter")
    expect(ana).to_have_count(0)
    gone = toasts.locator(".toast", has_text="Ana Kovač is deleted")
    gone.get_by_role("button", name="Undo").press("Enter")
    expect(ana).to_contain_text("ana@lukasz.example")


def test_it_works_without_javascript(open_page, manager, customer):
    page = open_page(manager, f"/customers/{customer.pk}/", has_script=False)
    page.get_by_role("textbox", name="Write down what we know").fill("Coffee: black")
    page.get_by_role("button", name="Add", exact=True).click()
    toasts = page.locator("#toasts")
    expect(toasts).to_contain_text("“Coffee” is written down.")
    toasts.get_by_role("button", name="Undo").click()
    expect(toasts).to_contain_text("“Coffee” is deleted.")
    page.get_by_role("link", name="Add somebody").click()
    page.get_by_role("textbox", name="Name").fill("Ana")
    page.get_by_role("button", name="Save").click()
    expect(toasts).to_contain_text("Ana at Große Bäckerei Łukasz is known now.")
    assert Contact.objects.filter(customer=customer, name="Ana").exists()
