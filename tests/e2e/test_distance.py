"""The front page of the organisation in a browser."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from insights.models import Band, BandTotal
from insights.services.rollups import rebuild_rollups
from interactions.models import TouchpointType
from tests.factories import (
    CustomerFactory,
    ExecutiveFactory,
    PersonFactory,
    ReadingFactory,
    count_month,
    count_total,
)


@pytest.fixture
def executive():
    for i in range(12):
        ReadingFactory(doors=10, windows=60 if i < 5 else 10, drift=20.0 - 3 * i)
    count_total(
        BandTotal,
        on_date=BandTotal.NOW, stage="current", currency="EUR", band=Band.STEADY, customers=12,
        yearly_value=12_000, at_risk=1_200,
    )  # fmt: skip
    for mode, count in (("human", 10), ("digital", 90)):
        type_id = TouchpointType.objects.filter(mode=mode).first().pk
        count_month(
            month=timezone.localdate().replace(day=1),
            type_id=type_id,
            is_via=False,
            count=count,
        )
    return ExecutiveFactory()


@pytest.mark.parametrize("width", [1440, 390])
def test_everyone_can_use_the_page(open_page, executive, accessibility_problems, width):
    page = open_page(executive, "/distance/", width=width)
    assert accessibility_problems(page) == []


def test_a_quarter_opens_the_list_of_as_many(open_page, executive):
    page = open_page(executive, "/distance/")
    page.locator("svg a[href*=through_the_glass]").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("quarter=through_the_glass"))
    expect(page.locator("[data-row]")).to_have_count(5)


def test_a_chart_can_be_read_as_a_table(open_page, executive):
    page = open_page(executive, "/distance/")
    page.locator("section", has=page.get_by_role("heading", name="The Wall")).get_by_text(
        "Show as a table"
    ).click()
    expect(page.get_by_role("cell", name="10 %")).to_be_visible()


def test_choosing_an_owner_narrows_the_page_its_lists_and_can_be_undone(open_page, executive):
    marta = PersonFactory(name="Marta Żółkiewska")
    ReadingFactory(customer=CustomerFactory(owner=marta), doors=10, windows=60)
    rebuild_rollups()
    page = open_page(executive, "/distance/")
    owners = page.get_by_label("Owner")
    expect(owners.get_by_role("option")).to_have_text(["Any owner", "Marta Żółkiewska", "Nobody"])
    owners.select_option(label="Marta Żółkiewska")
    expect(page).to_have_url(re.compile(f"owner={marta.pk}"))
    expect(page.get_by_role("link", name="Remove Owner: Marta Żółkiewska")).to_be_visible()
    page.wait_for_load_state()
    page.locator("svg a[href*=through_the_glass]").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/customers/.*through_the_glass"))
    expect(page.locator("[data-row]")).to_have_count(1)
    page.go_back()
    page.go_back()
    expect(page).to_have_url(re.compile(r"/distance/$"))
    expect(page.get_by_label("Owner")).to_have_value("")
