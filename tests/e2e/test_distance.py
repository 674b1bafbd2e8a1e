"""The front page of the organisation in a browser."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from insights.models import Band, BandTotal, MonthlyTouchpoints
from interactions.models import TouchpointType
from tests.factories import ExecutiveFactory, ReadingFactory


@pytest.fixture
def executive():
    for i in range(12):
        ReadingFactory(doors=10, windows=60 if i < 5 else 10, drift=20.0 - 3 * i)
    BandTotal.objects.create(
        on_date=BandTotal.NOW, stage="current", currency="EUR", band=Band.STEADY, customers=12,
        yearly_value=12_000, at_risk=1_200,
    )  # fmt: skip
    for mode, count in (("human", 10), ("digital", 90)):
        type_id = TouchpointType.objects.filter(mode=mode).first().pk
        MonthlyTouchpoints.objects.create(
            month=timezone.localdate().replace(day=1),
            type_id=type_id,
            is_via=False,
            count=count,
        )
    return ExecutiveFactory()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_everyone_can_use_the_page(open_page, executive, accessibility_problems, width, scheme):
    page = open_page(executive, "/distance/", width=width, scheme=scheme)
    assert accessibility_problems(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


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
