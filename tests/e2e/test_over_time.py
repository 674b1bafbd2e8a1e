"""Distance over time and flows between bands in a browser."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from insights.models import Band, BandFlow, BandTotal, DistanceTotal, Reading
from insights.mondays import last_monday
from insights.moves import move_codes
from insights.selectors.organisation import comparison_days
from tests.factories import ExecutiveFactory, ReadingFactory, count_total


@pytest.fixture
def executive():
    now = timezone.now()
    month, _ = comparison_days(now)
    for _ in range(2):
        reading = ReadingFactory(band=Band.COOLING, distance=50.0)
        Reading.objects.filter(pk=reading.pk).update(
            moves=move_codes(month, [Band.STEADY], [Band.COOLING])
        )
    for day, by in ((BandTotal.NOW, 1), (last_monday(now) - timedelta(weeks=8), 1),
                    (BandTotal.NOW, 2)):  # fmt: skip
        count_total(
            DistanceTotal,
            on_date=day,
            by=by,
            part=0,
            stage="current",
            customers=12,
            far=3,
            distance=400,
        )
    count_total(
        BandTotal,
        on_date=BandTotal.NOW, stage="current", currency="EUR", band=Band.COOLING, customers=2,
        yearly_value=0,
    )  # fmt: skip
    count_total(
        BandFlow, on_date=month, stage="current", was=Band.STEADY, band=Band.COOLING, customers=2
    )
    return ExecutiveFactory()


def test_who_moved_opens_exactly_those_and_time_is_looked_at_by_size(open_page, executive):
    page = open_page(executive, "/distance/")
    moved = page.locator("section", has=page.get_by_role("heading", name="Who moved where"))
    moved.locator("svg.on-desk a[href*='was=steady'][href*='band=cooling']").first.focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("since=4w"))
    expect(page.locator("[data-row]")).to_have_count(2)
    page.goto(page.url.split("/customers/")[0] + "/distance/over-time/")
    page.get_by_label("By", exact=True).select_option("size")
    expect(page).to_have_url(re.compile("by=size"))
    expect(page.get_by_role("link", name="Nobody by name").first).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="By team")).to_be_visible()


def test_on_a_phone_every_choice_is_named_and_has_room_for_its_words(open_page, executive):
    page = open_page(executive, "/distance/over-time/", width=390)
    labels = page.locator(".filter-choices label")
    assert min(one.bounding_box()["width"] for one in labels.all()) > 10
    clipped = page.evaluate("""
        [...document.querySelectorAll(".filter-choices select")].filter((one) => {
            const shown = one.offsetWidth;
            one.style.maxWidth = "none";
            return one.offsetWidth > shown;
        }).map((one) => one.name)
    """)
    assert clipped == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
