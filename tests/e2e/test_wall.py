"""The Wall and Distance in a browser: filters, events, files to take along, and on paper."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from insights.models import Band, BandTotal, Reading, WallEvent
from insights.months import months_before
from interactions.models import TouchpointType
from relationships.models import Customer
from tests.factories import ExecutiveFactory, ReadingFactory, TeamFactory, count_month, count_total


@pytest.fixture
def team():
    return TeamFactory(name="Nørth")


@pytest.fixture
def executive(team):
    return ExecutiveFactory(name="Henrik Søndergård")


def fill(team, customers):
    """Make so many customers of a team, three years of touchpoints and two events."""
    if not customers:
        return
    first = ReadingFactory(customer__team=team, drift=9.0, doors=10, windows=60)
    others = Customer.objects.bulk_create(
        Customer(name=f"Customer {i}", team=team) for i in range(1, customers)
    )
    fields = [f for f in Reading._meta.concrete_fields if not (f.primary_key or f.generated)]
    said = {field.attname: getattr(first, field.attname) for field in fields}
    Reading.objects.bulk_create(
        Reading(customer_id=one.pk, **{**said, "doors": i % 100, "windows": i * 7 % 100})
        for i, one in enumerate(others)
    )
    count_total(
        BandTotal,
        on_date=BandTotal.NOW, team_id=team.pk, stage="current", currency="EUR", band=Band.STEADY,
        customers=customers, yearly_value=12_000, at_risk=1_200,
    )  # fmt: skip
    types = dict(TouchpointType.objects.values_list("key", "pk"))
    for back in range(36):
        for key, count in (("visit", 20 + 4 * back), ("web.visit", 400 - 9 * back)):
            month = months_before(timezone.localdate(), back)
            count_month(month=month, team_id=team.pk, type_id=types[key], count=count)
    WallEvent.objects.create(on_date=months_before(timezone.localdate(), 20), text="Branch closed")
    WallEvent.objects.create(
        on_date=months_before(timezone.localdate(), 2), text="An app for everybody", team=team
    )


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("customers", [0, 1, 40, 400])
def test_everyone_can_use_both_pages(
    open_page, team, executive, accessibility_problems, customers, width
):
    fill(team, customers)
    for path in ("/distance/", "/wall/"):
        page = open_page(executive, path, width=width)
        for menu in page.locator(".take-along summary").all()[:1]:
            menu.click()
        assert accessibility_problems(page) == []


def test_a_filter_stands_in_the_address_and_back_takes_it_away(open_page, team, executive):
    fill(team, 3)
    page = open_page(executive, "/distance/")
    page.get_by_label("Team", exact=True).select_option("Nørth")
    expect(page).to_have_url(re.compile(f"team={team.pk}"))
    expect(page.get_by_role("link", name="Remove Team: Nørth")).to_be_visible()
    page.go_back()
    expect(page).to_have_url(re.compile("/distance/$"))
    expect(page.get_by_role("link", name="Remove Team: Nørth")).to_have_count(0)


def test_a_filter_goes_with_its_links_to_the_list(open_page, team, executive):
    fill(team, 3)
    page = open_page(executive, f"/distance/?team={team.pk}")
    page.get_by_role("table", name="Customers and value by band").get_by_text("Steady").click()
    expect(page).to_have_url(re.compile(f"stage=current&team={team.pk}&band=steady"))
    expect(page.locator("[data-row]")).to_have_count(3)


def test_a_column_opens_what_it_counts_by_pointer_and_by_keys(open_page, team, executive):
    fill(team, 1)
    page = open_page(executive, f"/wall/?team={team.pk}&months=12")
    page.locator(".on-desk .column a").last.click()
    expect(page.get_by_role("heading", level=1, name="With a person")).to_be_visible()
    expect(page).to_have_url(re.compile(f"team={team.pk}&months=12&mode=human&month="))
    page.get_by_role("link", name="Digital").click()
    expect(page.get_by_role("heading", level=1, name="Digital")).to_be_visible()
    page.get_by_role("link", name="The Wall", exact=True).click()
    expect(page).to_have_url(re.compile(f"/wall/\\?team={team.pk}&months=12$"))
    page.wait_for_load_state()
    page.get_by_text("Show as a table").press("Enter")
    page.get_by_role("row", name="(so far)").get_by_role("link").first.press("Enter")
    expect(page.get_by_role("heading", level=1, name="With a person")).to_be_visible()


def test_an_event_is_noted_corrected_deleted_and_undone_with_keys(open_page, team, executive):
    fill(team, 1)
    page = open_page(executive, f"/wall/?team={team.pk}")
    events, settled = page.get_by_role("list", name="Events"), page.locator("#dialog-body")
    page.get_by_role("link", name="Note an event").press("Enter")
    expect(page.get_by_role("heading", name="Note an event")).to_be_visible()
    expect(page.locator("#dialog-body.htmx-settling")).to_have_count(0)
    settled.get_by_label("What happened").fill("Łódź opened")
    settled.get_by_label("What happened").press("Enter")
    expect(page.locator("[data-toast]")).to_contain_text("“Łódź opened” stands in the Wall now.")
    expect(events.get_by_role("listitem").first).to_contain_text("Łódź opened")
    expect(events.get_by_role("listitem").first).to_contain_text("Nørth")
    expect(page.locator(".chart-svg.on-desk")).to_contain_text("Łódź opened (Nørth)")
    expect(page).to_have_url(re.compile(f"/wall/\\?team={team.pk}$"))

    page.get_by_role("link", name="Correct Łódź opened").press("Enter")
    expect(page.get_by_role("heading", name="Correct an event")).to_be_visible()
    expect(page.locator("#dialog-body.htmx-settling")).to_have_count(0)
    settled.get_by_label("What happened").fill("")
    settled.get_by_label("What happened").press("Enter")
    expect(settled).to_contain_text("Say what happened, in a few words.")
    expect(page.locator("#dialog-body.htmx-settling")).to_have_count(0)
    settled.get_by_label("What happened").fill("Gdańsk opened")
    settled.get_by_label("What happened").press("Enter")
    expect(page.locator("[data-toast]")).to_contain_text("“Gdańsk opened” is corrected.")
    page.get_by_role("button", name="Undo").press("Enter")
    expect(events.get_by_role("listitem").first).to_contain_text("Łódź opened")

    page.get_by_role("button", name="Delete Łódź opened").press("Enter")
    expect(page.locator("[data-toast]")).to_contain_text("“Łódź opened” is deleted.")
    expect(events).not_to_contain_text("Łódź opened")
    page.get_by_role("button", name="Undo").press("Enter")
    expect(events.get_by_role("listitem").first).to_contain_text("Łódź opened")


def test_an_event_is_noted_without_javascript(open_page, team, executive):
    fill(team, 1)
    page = open_page(executive, "/wall/?months=12", has_script=False)
    page.get_by_role("link", name="Note an event").click()
    page.get_by_label("What happened").fill("Branch opened")
    page.get_by_role("button", name="Note it").click()
    expect(page).to_have_url(re.compile("/wall/\\?months=12$"))
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("list", name="Events")).not_to_contain_text("Branch opened")


@pytest.mark.parametrize("kind", ["PNG", "SVG", "XLSX", "CSV"])
def test_a_chart_is_taken_along_by_keys_as_it_is_shown(open_page, team, executive, kind):
    fill(team, 2)
    page = open_page(executive, f"/wall/?team={team.pk}")
    page.locator("summary[aria-label^='Take along']").press("Enter")
    with page.expect_download() as download:
        page.get_by_role("link", name=f"({kind})").press("Enter")
    assert re.fullmatch(
        rf"wall-team-north-[0-9-]+\.{kind.lower()}", download.value.suggested_filename
    )
    assert f"team={team.pk}" in download.value.url
    assert download.value.path().stat().st_size > 300


@pytest.mark.parametrize("path", ["/distance/", "/wall/", "/proof/", "/customers/{}/"])
def test_paper_is_white_with_black_text_and_says_who_printed_it(open_page, team, executive, path):
    fill(team, 3)
    page = open_page(executive, path.format(Customer.objects.first().pk))
    page.emulate_media(media="print", color_scheme="dark")
    body = page.locator("body")
    expect(body).to_have_css("background-color", "rgb(255, 255, 255)")
    expect(body).to_have_css("color", "rgb(0, 0, 0)")
    for hidden in (".site-head", ".site-foot", ".filter-panel", ".take-along", ".btn"):
        assert not [one for one in page.locator(hidden).all() if one.is_visible()], hidden
    for chart in page.locator(".chart:has(.on-paper)").all():
        expect(chart.locator(".on-paper")).to_be_visible()
        expect(chart.locator(".on-desk")).to_be_hidden()
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    foot = f"{page.title()} · printed by Henrik Søndergård, as of"
    expect(page.locator(".print-foot")).to_contain_text(foot)
    for card in page.locator("main .card:not(:has(.timeline, .rows, .table))").all():
        expect(card).to_have_css("break-inside", "avoid")
    assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")
