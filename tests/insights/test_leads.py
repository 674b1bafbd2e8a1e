"""Numbers that a sentence tells lead to lists of as many."""

import re

import pytest

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
