"""The proof page in a browser: read by anyone, worked out while one waits."""

import re
from datetime import date

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from insights.models import Proof, ProofCase
from insights.selectors.proof import Question
from insights.services.prove import work_out
from tests.factories import CustomerFactory, ExecutiveFactory
from tests.insights.made_up_proof import live_through
from tests.insights.test_proof import numbers, results

USUAL = Question()


@pytest.fixture
def executive():
    proof = Proof.objects.create(
        as_of=timezone.now(), results=results(numbers(0)), done_share=1, **USUAL.fields
    )
    for number in range(8):
        ProofCase.objects.create(
            proof=proof, customer=CustomerFactory(), month=date(2026, 1, 1),
            cut_on=date(2026, 1, 5), silence=0.1 + number / 20, distance=20 + number,
            is_flagged=number % 2 == 0, is_silent=number % 2 == 1,
        )  # fmt: skip
    return ExecutiveFactory()


@pytest.mark.parametrize("path", ["/proof/", "/proof/customers/", "/proof/?window=20"])
@pytest.mark.parametrize("width", [1440, 390])
def test_everyone_can_use_the_pages(open_page, executive, accessibility_problems, path, width):
    page = open_page(executive, path, width=width)
    assert accessibility_problems(page) == []


def test_a_number_leads_to_the_names_behind_it(open_page, executive):
    page = open_page(executive, "/proof/")
    row = page.get_by_role("row").filter(has_text="January 2026")
    row.get_by_role("link", name="21", exact=True).click()
    expect(page).to_have_url(re.compile("month=2026-01.*kind=went_silent"))
    expect(page.locator("[data-row]")).to_have_count(4)
    page.get_by_role("link", name="Flagged, and came back").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Flagged, and came back")
    with page.expect_download() as download:
        page.get_by_role("link", name="Save as CSV").click()
    assert download.value.suggested_filename == "proof-2026-01-came-back.csv"


def test_charts_can_be_read_as_tables(open_page, executive):
    page = open_page(executive, "/proof/")
    for heading in ("When we say 60 %, is it 60 %?", "Whom would we have reached?"):
        card = page.locator("section", has=page.get_by_role("heading", name=heading))
        card.get_by_text("Show as a table").click()
        expect(card.get_by_role("table")).to_be_visible()


def test_the_page_shows_progress_and_then_what_was_found(open_page):
    live_through(CustomerFactory.create_batch(24), ExecutiveFactory(), timezone.now(), days=300)
    page = open_page(ExecutiveFactory(), "/proof/")
    page.get_by_label("Look back").fill("200")
    page.get_by_label("Silence of").fill("30")
    page.get_by_role("button", name="Show").click()
    page.get_by_role("button", name="Work it out").click()
    expect(page.get_by_role("heading", name="Being worked out")).to_be_visible()
    run = Proof.objects.get(window_days=200, horizon_days=30)
    Proof.objects.filter(pk=run.pk).update(done_share=0.5)
    expect(page.get_by_text("50 % done")).to_be_visible()

    work_out(proof_id=run.pk)

    expect(page.get_by_text(re.compile(r"^Of \d+ customers? we flagged in"))).to_be_visible()
    expect(page).to_have_url(re.compile("window=200&horizon=30"))


def test_without_script_the_page_can_be_asked_and_started(open_page, executive):
    page = open_page(executive, "/proof/", has_script=False)
    expect(page.get_by_text("Of 40 customers we flagged in January 2026")).to_be_visible()
    page.get_by_label("Silence of").fill("60")
    page.get_by_role("button", name="Show").click()
    page.get_by_role("button", name="Work it out").click()
    expect(page.get_by_role("link", name="Reload to see how far it is")).to_be_visible()
