"""Leads are called so, and numbers that a sentence tells lead to lists of as many."""

import re
from html import unescape

import pytest

from insights.charts import Chart
from relationships.words import plural
from tests.insights.test_distance_totals import questions
from tests.insights.test_over_time import customers

__all__ = ["customers"]

pytestmark = pytest.mark.django_db


def test_who_was_far_a_year_ago_and_who_was_never_heard_from(executive_browser, customers):
    followed = set()
    for asked in questions([one.customer for one in customers]):
        page = executive_browser.get("/distance/", asked).context
        for name, says in (
            ("far_year_ago_url", r"A year ago ([\d,]+) "),
            ("unknown_url", r"([\d,]+) never heard from"),
        ):
            said = re.search(says, page["note"])
            if page[name]:
                found = executive_browser.get(page[name]).context["summary"]
                assert found.startswith(f"{said[1]} customer"), (asked, name)
                followed.add(name)
            else:
                assert said is None or said[1] == "0", (asked, name)
    assert len(followed) == 2


def test_all_who_may_be_known_are_those_of_the_list(executive_browser, customers):
    page = executive_browser.get("/who-knows/").context
    current = sum(one.stage == "current" for one in customers)
    assert page["number"] == plural(current, "current customer")
    assert executive_browser.get(page["number_url"]).context["summary"] == plural(
        current, "customer"
    )


OF_LEADS_ALONE = (
    "/distance/", "/doors-and-windows/", "/wall/", "/care/", "/care/behind/told/",
    "/distance/over-time/", "/distance/over-time/?by=size&show=far",
)  # fmt: skip


def test_where_leads_alone_are_shown_nothing_speaks_of_customers(executive_browser, customers):
    for path in OF_LEADS_ALONE:
        asked = f"{path}{'&' if '?' in path else '?'}stage=lead"
        page = executive_browser.get(asked)
        assert "lead" in words_of(page), asked
        assert "customer" not in words_of(page), asked
        # The heads of files stand on no page.
        heads = [head for chart in charts_of(page) for head in chart.data_head or chart.head]
        assert "customer" not in " ".join(heads).lower(), asked


def test_whom_we_know_are_called_leads_beside_what_is_told_of_everybody(
    executive_browser, customers
):
    page = executive_browser.get("/who-knows/", {"stage": "lead"})
    assert {row["customers"].label for row in page.context["teams"]} == {"Leads"}
    assert '<th scope="col" class="num">Leads</th>' in page.text
    assert "Of the leads that you chose this tells whom we know" in page.text


def test_of_stages_beside_each_other_each_is_called_what_it_is(executive_browser, customers):
    parts = executive_browser.get("/distance/over-time/", {"by": "stage"}).context["parts"]
    for noun in ("lead", "customer", "former customer"):
        assert re.search(rf">[\d,]+ {noun}s?<", parts.svg), noun


def words_of(page):
    """Return what a reader is told in words, seen or heard; names of fields are not about whom."""
    main = page.text.partition("<main")[2].partition("</main>")[0]
    main = re.sub(r"<form.*?</form>", "", main, flags=re.DOTALL)
    said = re.findall(r' (?:aria-label|data-label|alt)="([^"]*)"', main)
    return unescape("\n".join([re.sub(r"<[^>]*>", "\n", main), *said])).lower()


def charts_of(page):
    """Return the charts of a page, wherever its context holds them."""
    found = [value for one in page.context for value in one.flatten().values()]
    moves = [one["chart"] for one in page.context.get("moves") or []]
    return [one for one in [*found, *moves] if isinstance(one, Chart)]
