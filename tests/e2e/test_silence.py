"""How the score learns, in a browser: many may read it, administrators change it."""

from datetime import date

import pytest
from django.core.cache import cache
from playwright.sync_api import expect

from insights import progress
from insights.models import SilenceChoice, SilenceVersion
from insights.scoring import Silence
from insights.services.refit import LOADS, REFIT
from tests.factories import AdministratorFactory, ExecutiveFactory

MEASURES = {"average_precision": 0.7, "brier": 0.12, "calibration_error": 0.03, "log_loss": 0.4}


@pytest.fixture(autouse=True)
def _nothing_said():
    cache.clear()


@pytest.fixture
def versions():
    made = [
        SilenceVersion.objects.create(
            values=Silence.prior().to_json(), verdict=verdict, horizon_days=90, customers=4210,
            window_from=date(2025, 1, 1), window_to=date(2025, 12, 1), is_in_use=is_in_use,
            metrics={
                "champion": {"auc": 0.831, **MEASURES}, "challenger": {"auc": 0.842, **MEASURES},
                "sampled": 200_000, "customers_in_all": 1_000_000,
            },
        )
        for verdict, is_in_use in (("adopted", False), ("rejected", False), ("adopted", True))
    ]  # fmt: skip
    SilenceChoice.objects.create(
        version=made[-1], chosen_by=AdministratorFactory(), read_at="2026-01-01T00:00Z"
    )
    return made


@pytest.mark.parametrize("width", [1440, 390])
def test_everyone_can_use_the_page(open_page, versions, accessibility_problems, width):
    page = open_page(AdministratorFactory(), "/silence/", width=width)
    assert accessibility_problems(page) == []


def test_everyone_can_use_the_page_while_it_learns(open_page, accessibility_problems):
    progress.say(REFIT, LOADS, 0.4)
    page = open_page(ExecutiveFactory(), "/silence/", width=390)
    expect(page.get_by_role("progressbar")).to_be_visible()
    assert accessibility_problems(page) == []


@pytest.mark.parametrize("has_script", [True, False])
def test_an_administrator_goes_back_to_an_earlier_version(open_page, versions, has_script):
    page = open_page(AdministratorFactory(), "/silence/", has_script=has_script)
    first = page.get_by_role("row", name=f"Version {versions[0].pk}")
    first.get_by_role("button", name="Use this one").click()
    expect(first).to_contain_text("In use")
    expect(page.get_by_text("Everyone is being read again with it")).to_be_visible()
    versions[0].refresh_from_db()
    assert versions[0].is_in_use

    page.get_by_role("button", name="Go back to what Hearth ships").click()
    expect(page.get_by_text("What Hearth ships is in use.").first).to_be_visible()
    assert not SilenceVersion.objects.filter(is_in_use=True).exists()


def test_the_page_tells_how_far_a_refit_is_and_what_came_of_it(open_page):
    page = open_page(AdministratorFactory(), "/silence/")
    page.get_by_role("button", name="Refit now").click()
    expect(page.get_by_text("Waiting for a free worker")).to_be_visible()
    expect(page.get_by_role("button", name="Refit now")).to_have_count(0)

    progress.say(REFIT, LOADS, 0.4)
    expect(page.get_by_text("Loading touchpoints: 40 %")).to_be_visible()

    progress.say_failed(REFIT, "there are 3 days of history")
    expect(page.get_by_text("there are 3 days of history")).to_be_visible()
    expect(page.get_by_role("button", name="Refit now")).to_be_visible()


def test_the_page_is_found_from_the_menu(open_page):
    page = open_page(ExecutiveFactory(), "/customers/")
    page.get_by_label("You:").click()
    page.get_by_role("link", name="How the score learns").click()
    expect(page.get_by_role("heading", name="How the score learns", level=1)).to_be_visible()
    expect(page.get_by_role("button", name="Refit now")).to_have_count(0)
