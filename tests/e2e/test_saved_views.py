"""Saved views, columns and files of the list of customers, with keys and pointer."""

import re

import pytest
from playwright.sync_api import expect

from insights.models import Band
from insights.services.saved_views import save_view
from relationships.models import Person
from tests.factories import CustomerFactory, PersonFactory, ReadingFactory, TeamFactory


@pytest.fixture
def manager():
    team = TeamFactory(name="North")
    person = PersonFactory(name="Mia", team=team)
    for i, name in enumerate(("Acme Foods", "Borges & Filhos", "Søndergaard Timber")):
        customer = CustomerFactory(
            name=name, team=team, owner=person, yearly_value=12_000 * (i + 1)
        )
        ReadingFactory(
            customer=customer, distance=20.0 + 30 * i, at_risk=100 - i,
            band=(Band.NEAR, Band.COOLING, Band.DRIFTING)[i], history=bytes(range(53)),
        )  # fmt: skip
    return person


@pytest.fixture
def views(manager):
    colleague = PersonFactory(name="Kim", team=manager.team)
    save_view(name="Drifting first", query="band=drifting", is_for_team=False, by=manager)
    save_view(name="By name", query="sort=name", is_for_team=True, by=colleague)
    return {view.name: view for view in manager.saved_views.all()}


def heads(page):
    return page.locator("thead th")


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("panel", ["This view", "Save", "Columns", "Export"])
def test_everyone_can_use_the_tools(
    open_page, manager, views, accessibility_problems, width, panel
):
    view = views["Drifting first"]
    page = open_page(manager, f"/customers/?band=near&band=drifting&view={view.pk}", width=width)
    page.locator("#views summary", has_text=panel).click()
    assert accessibility_problems(page) == []


def test_what_is_shown_is_saved_opened_changed_renamed_deleted_and_back_with_keys(
    open_page, manager
):
    page = open_page(manager, "/customers/")
    page.get_by_text("Drifting", exact=False).first.click()
    expect(page.locator("[data-row]")).to_have_count(1)
    page.locator("#views summary", has_text="Save").press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("My drifting")
    page.keyboard.press("Enter")
    expect(page.get_by_text("My drifting is saved for you.")).to_be_visible()
    tab = page.get_by_role("link", name="My drifting", exact=True)
    expect(tab).to_have_attribute("aria-current", "page")
    expect(tab).to_be_focused()
    page.get_by_role("link", name="All customers").press("Enter")
    expect(page.locator("[data-row]")).to_have_count(3)
    expect(page.get_by_role("link", name="All customers")).to_be_focused()
    tab.press("Enter")
    expect(page.locator("[data-row]")).to_have_count(1)
    expect(page.get_by_role("checkbox", name="Drifting")).to_be_checked()
    page.get_by_text("Near", exact=False).first.click()
    page.get_by_role("button", name="Keep changes").press("Enter")
    expect(page.get_by_text("My drifting shows this now.")).to_be_visible()
    expect(page.locator("[data-row]")).to_have_count(2)
    page.locator("#views summary", has_text="This view").press("Enter")
    page.get_by_label("Name", exact=True).fill("Both")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Both", exact=True)).to_be_visible()
    page.locator("#views summary", has_text="This view").press("Enter")
    page.get_by_role("button", name="Delete this view").press("Enter")
    expect(page.get_by_role("link", name="Both", exact=True)).to_have_count(0)
    expect(page.locator("[data-row]")).to_have_count(2)
    expect(page.get_by_role("link", name="All customers")).to_be_focused()
    page.keyboard.press("z")
    expect(page.get_by_text("The view Both is back.")).to_be_visible()
    expect(page.get_by_role("link", name="Both", exact=True)).to_be_visible()


@pytest.mark.parametrize("width", [1440, 390])
def test_a_name_that_is_taken_is_told_beside_the_field_which_keeps_it(
    open_page, manager, views, accessibility_problems, width
):
    page = open_page(manager, "/customers/", width=width)
    page.locator("#views summary", has_text="Save").click()
    field = page.get_by_label("Save what is shown as")
    field.fill("drifting first")
    page.keyboard.press("Enter")
    expect(page.get_by_text("There is a view called drifting first already.")).to_be_visible()
    expect(field).to_have_value("drifting first")
    expect(field).to_be_focused()
    assert accessibility_problems(page) == []
    field.fill("Drifting second")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Drifting second is saved for you.")).to_be_visible()
    page.locator("#views summary", has_text="This view").click()
    page.get_by_label("Name", exact=True).fill("Drifting first")
    page.keyboard.press("Enter")
    field = page.get_by_label("Name", exact=True)
    expect(field).to_be_focused()
    expect(field).to_have_value("Drifting first")
    expect(page.get_by_text("There is a view called Drifting first already.")).to_be_visible()
    assert accessibility_problems(page) == []
    page.keyboard.press("Escape")
    expect(field).to_be_hidden()


def test_columns_are_chosen_and_moved_and_stay_while_filtering(open_page, manager):
    page = open_page(manager, "/customers/")
    page.locator("#views summary", has_text="Columns").press("Enter")
    for name in ("Doors", "Windows", "Owner", "Distance, a year", "Last active"):
        page.get_by_role("checkbox", name=name, exact=True).press("Space")
    page.get_by_role("checkbox", name="Value a year").press("Space")
    earlier = page.get_by_role("button", name="Drift, 4 weeks: earlier")
    earlier.press("Enter")
    earlier.press("Enter")
    expect(earlier).to_be_focused()
    page.get_by_role("button", name="Show these").press("Enter")
    expect(page).to_have_url(re.compile(r"/customers/\?columns=drift\.band\.at_risk\.value$"))
    wanted = ["Customer", "Drift, 4 weeks", "Band", "At risk a year", "Value a year"]
    expect(heads(page)).to_have_text(wanted)
    page.keyboard.press("/")
    page.keyboard.type("acme")
    expect(page.locator("[data-row]")).to_have_count(1)
    expect(heads(page)).to_have_text(wanted)
    expect(page).to_have_url(re.compile("columns=drift"))
    page.locator("#views summary", has_text="Columns").press("Enter")
    page.get_by_role("link", name="The usual columns").press("Enter")
    expect(heads(page)).to_have_count(9)
    expect(page.locator("[data-row]")).to_have_count(1)


def test_escape_closes_a_panel_and_gives_the_focus_back(open_page, manager):
    page = open_page(manager, "/customers/")
    summary = page.locator("#views summary", has_text="Save")
    summary.press("Enter")
    page.get_by_label("Save what is shown as").press("Escape")
    expect(page.get_by_label("Save what is shown as")).to_be_hidden()
    expect(summary).to_be_focused()


def test_the_list_is_taken_along_as_it_is_filtered(open_page, manager):
    page = open_page(manager, "/customers/")
    page.keyboard.press("/")
    page.keyboard.type("borges")
    expect(page.locator("[data-row]")).to_have_count(1)
    for name, ending in (("CSV", "csv"), ("Excel", "xlsx")):
        page.locator("#views summary", has_text="Export").click()
        with page.expect_download() as download:
            page.get_by_role("link", name=name, exact=True).click()
        assert re.fullmatch(
            rf"customers-borges-[\d-]+\.{ending}", download.value.suggested_filename
        )
        if ending == "csv":
            text = download.value.path().read_text()
            assert "Borges" in text
            assert "Acme" not in text


def test_views_and_columns_work_without_javascript(open_page, manager):
    page = open_page(manager, "/customers/", has_script=False)
    page.locator("#views summary", has_text="Columns").click()
    page.get_by_role("button", name="Drift, 4 weeks: earlier").click()
    expect(heads(page).nth(2)).to_have_text("Drift, 4 weeks")
    page.get_by_role("button", name="Show these").click()
    page.locator("#views summary", has_text="Save").click()
    page.get_by_label("Save what is shown as").fill("Drift early")
    page.get_by_label("For my team").check(force=True)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Drift early is saved for everybody in North.")).to_be_visible()
    page.get_by_role("link", name="All customers").click()
    expect(heads(page).nth(2)).to_have_text("Distance, a year")
    page.get_by_role("link", name="Drift early").click()
    expect(heads(page).nth(2)).to_have_text("Drift, 4 weeks")
    assert Person.objects.get(name="Mia").saved_views.get().team.name == "North"
