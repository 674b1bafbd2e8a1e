"""Each number of our contact with customers leads to the days that it counts, to the unit."""

import re
from datetime import date

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.html import conditional_escape

from insights.models import DayMet
from insights.selectors import contacts_behind as selectors
from insights.selectors.contacts_behind import DayPlace, contacts_behind
from insights.words import thousands
from interactions.models import Touchpoint
from tests.factories import CustomerFactory, PersonFactory
from tests.insights.test_over_time import customers

__all__ = ["customers"]

pytestmark = pytest.mark.django_db
URL = "/who-knows/contacts/"
STAGES = ("lead", "current", "former")
LINK = re.compile(r'<a href="([^"]+)">([\d,]+)</a>')


def walked(browser, url):
    """Go through all pages of a list; return the contacts and minutes that its lines come to."""
    contacts = minutes = 0
    seen = set()
    while url:
        page = browser.get(url).context
        for row in page["rows"]:
            found = re.match(r"([\d,]+) contacts?(?:, ([\d,]+) minutes?)?$", row["side"])
            contacts += int(found[1].replace(",", ""))
            minutes += int((found[2] or "0").replace(",", ""))
            assert (row["url"], row["sub"]) not in seen
            seen.add((row["url"], row["sub"]))
        url = page["older_url"]
    return contacts, minutes


def by_hand(stage, begins, ends, team=None):
    """Count touchpoints with a person in them one by one."""
    touched = Touchpoint.objects.filter(
        deleted_at=None, type__mode="human", customer__stage=stage,
    )  # fmt: skip
    if team is not None:
        touched = touched.filter(team_id=team or None)
    return sum(
        begins <= timezone.localtime(at).date() < ends
        for at in touched.values_list("occurred_at", flat=True)
    )


def test_every_number_of_contact_leads_to_as_many(executive_browser, customers, monkeypatch):
    monkeypatch.setattr(selectors, "PAGE_SIZE", 7)
    team = Touchpoint.objects.exclude(team=None).first().team_id
    followed = 0
    for asked in ("", f"?team={team}", "?team=0"):
        page = executive_browser.get(f"/who-knows/{asked}").context
        for row in page.get("stages") or []:
            if row["contacts_url"]:
                contacts, minutes = walked(executive_browser, row["contacts_url"])
                assert thousands(contacts) == row["contacts"], asked
                assert minutes or row["hours"] in ("0 hours", "nobody noted it")
                followed += 1
        for month, *cells, _ in page["leads"].rows[-4:]:
            for cell, stage in zip(cells, STAGES, strict=True):
                found = LINK.fullmatch(conditional_escape(cell))
                if found is None:
                    assert cell == "0"
                    continue
                url = found[1].replace("&amp;", "&")
                assert thousands(walked(executive_browser, url)[0]) == found[2], (
                    asked,
                    month,
                    stage,
                )
                assert executive_browser.get(url).context["contacts"].split()[0] == found[2]
                followed += 1
    assert followed > 10


def test_the_list_says_what_a_slow_count_of_touchpoints_says(executive_browser, customers):
    month = timezone.localdate().replace(day=1)
    before = date(month.year - (month.month == 1), (month.month - 2) % 12 + 1, 1)
    team = Touchpoint.objects.exclude(team=None).first().team_id
    for stage in STAGES:
        for whose in (None, team):
            asked = f"?stage={stage}&month={before:%Y-%m}" + (f"&team={whose}" if whose else "")
            counted = by_hand(stage, before, month, whose)
            assert walked(executive_browser, f"{URL}{asked}")[0] == counted


def test_the_chart_of_leads_leads_there_too(executive_browser, customers):
    chart = executive_browser.get("/who-knows/").context["leads"]
    # On the first of a month nobody may have been met in it yet.
    latest = DayMet.objects.filter(stage="lead").latest("day").day
    assert f'href="{URL}?stage=lead&amp;month={latest:%Y-%m}"' in chart.svg


def met(customer, day, *, team=0, person=0, touchpoints=1):
    DayMet.objects.create(
        customer_id=customer.pk, day=day, person_id=person, team_id=team, stage=customer.stage,
        touchpoints=touchpoints, timed=0, minutes=0,
    )  # fmt: skip


def test_several_of_us_on_a_day_are_one_line(executive):
    customer, day = CustomerFactory(), date(2026, 3, 3)
    met(customer, day, person=1), met(customer, day, person=2, touchpoints=3)
    (line,) = contacts_behind(executive, "current", (day, day)).lines
    assert (line.customer, line.day, line.touchpoints) == (customer, day, 4)


def test_a_page_costs_the_same_however_much_there_is(executive_browser, django_assert_num_queries):
    today = timezone.localdate()
    met(CustomerFactory(), today)
    executive_browser.get(URL)
    with django_assert_num_queries(9):
        executive_browser.get(URL)
    for _ in range(60):
        met(CustomerFactory(), today)
    with django_assert_num_queries(9):
        page = executive_browser.get(URL).context
    assert (len(page["rows"]), bool(page["older_url"])) == (50, True)


def test_what_makes_no_sense_is_left_out_and_named(executive_browser):
    page = executive_browser.get(f"{URL}?stage=boss&month=1999-01&team=x")
    assert page.status_code == 200
    for label in ("Stage", "Month", "Team"):
        assert any(one.startswith(label) for one in page.context["form"].complaints()), label
    assert "Nobody of us was in contact" in page.text


@pytest.mark.parametrize("text", ["", "_", "2026-03-03", "2026-13-01_1", "2026-03-03_²", "x_1"])
def test_a_place_that_means_nothing_leads_to_the_newest(text):
    assert DayPlace.parse(text) is None
    place = DayPlace(date(2026, 3, 3), 12)
    assert DayPlace.parse(str(place)) == place


def test_it_is_not_for_account_managers():
    client = Client()
    client.force_login(PersonFactory())
    assert client.get(URL).status_code == 403
