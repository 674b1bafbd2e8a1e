"""After an upgrade pages say how far the counting is, and show no part as the whole."""

from importlib import import_module

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from insights.models import (
    Acquaintance,
    Attention,
    BandFlow,
    BandTotal,
    CustomerState,
    DayMet,
    DistanceTotal,
    KnownTotal,
    PersonYear,
    Reading,
)
from insights.selectors.over_time import over_time
from insights.services.drain import drain
from insights.services.refold import outdate_everyone, recount_progress, refold_outdated
from insights.words import thousands
from relationships.models import Customer
from relationships.services import mark_profiles_changed
from tests.factories import PersonFactory
from tests.insights.test_over_time import customers

__all__ = ["customers"]

pytestmark = pytest.mark.django_db
DONE = 10
PAGES = ("/distance/over-time/", "/distance/", "/who-knows/", "/who-knows/contacts/")
SAID = "Still being counted"


def upgraded():
    """Leave totals as migrations leave them to whoever had Hearth before there were any."""
    for model in (BandFlow, DistanceTotal, DayMet, PersonYear, Attention, Acquaintance):
        model.objects.all().delete()
    KnownTotal.objects.all().delete()
    Reading.objects.update(
        value_class=None, size_class=None, moves=[],
        known_by=0, has_lost_person=False, is_met_lately=False,
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(import_module("insights.migrations.0012_distance_over_time").SCORE_AGAIN)
        cursor.execute(import_module("insights.migrations.0014_who_knows").COUNT)
        cursor.execute(import_module("insights.migrations.0020_every_team").KNOWN)


def finish():
    while refold_outdated(now=timezone.now()):
        pass


@pytest.fixture
def half_done(customers):
    upgraded()
    assert refold_outdated(now=timezone.now(), limit=DONE) == DONE
    return len(customers)


def test_pages_say_how_far_it_is_and_draw_no_part_as_the_whole(executive_browser, half_done):
    part = over_time(timezone.now()).whole.at(BandTotal.NOW).customers
    assert 0 < part < half_done
    for page in PAGES:
        text = executive_browser.get(page).text
        assert SAID in text, page
        assert f"{DONE} of {thousands(half_done)} customers" in text, page
        assert 'hx-get="/counting/"' in text, page
    over = executive_browser.get("/distance/over-time/")
    assert "still being counted" in over.context["sentence"]
    assert '<figure class="chart"' not in over.text
    assert f"{part} customers" not in over.text
    file = executive_browser.get("/distance/over-time/?take=distance-weeks.csv")
    assert file.headers["Content-Type"].startswith("text/html")
    assert executive_browser.get("/distance/").context["moves"] == []


def test_where_customers_stand_was_counted_before_and_is_shown_meanwhile(
    executive_browser, customers
):
    before = executive_browser.get("/distance/").context
    upgraded()
    refold_outdated(now=timezone.now(), limit=DONE)
    now = executive_browser.get("/distance/").context
    assert before["moves"]
    assert (now["sentence"], now["bands"]) == (before["sentence"], before["bands"])


def test_whoever_is_counted_already_is_shown_before_the_others(executive_browser, half_done):
    left = CustomerState.objects.filter(policy_version=-1).values("pk")
    done = Customer.objects.exclude(pk__in=left).filter(stage="current").first()
    others = Customer.objects.filter(team=done.team, stage="current", pk__in=left)
    mark_profiles_changed(customer_ids=[one.pk for one in others])
    CustomerState.objects.filter(pk__in=[one.pk for one in others]).update(policy_version=0)
    drain(now=timezone.now())
    assert recount_progress()
    assert SAID not in executive_browser.get(f"/distance/over-time/?team={done.team_id}").text
    assert SAID in executive_browser.get("/distance/over-time/").text


def test_once_everyone_is_counted_pages_show_what_they_showed(executive_browser, customers):
    pages = PAGES[:3]
    before = [executive_browser.get(page).context["sentence"] for page in pages]
    upgraded()
    finish()
    assert recount_progress() is None
    assert [executive_browser.get(page).context["sentence"] for page in pages] == before
    assert executive_browser.get("/counting/").headers["HX-Refresh"] == "true"


def test_it_tells_how_far_it_is_until_then(executive_browser, half_done):
    text = executive_browser.get("/counting/").text
    assert f'value="{100 * DONE // half_done}"' in text
    refold_outdated(now=timezone.now(), limit=DONE)
    assert f"{2 * DONE} of " in executive_browser.get("/counting/").text


def test_another_time_zone_hides_no_total_that_counts_everyone(executive_browser, customers):
    outdate_everyone()
    assert recount_progress()
    assert SAID not in executive_browser.get("/distance/over-time/").text
    assert SAID not in executive_browser.get("/distance/").text


@pytest.mark.parametrize("asked", ["known=one", "value=a", "size=one", "columns=band.known_by"])
def test_the_list_says_so_where_it_asks_for_what_is_not_counted_yet(
    executive_browser, half_done, asked
):
    share = f"{100 * DONE // half_done}\N{NO-BREAK SPACE}% of all customers so far"
    assert share in executive_browser.get(f"/customers/?{asked}").text
    assert "still being counted" not in executive_browser.get("/customers/").text
    finish()
    assert "still being counted" not in executive_browser.get(f"/customers/?{asked}").text


def test_nobody_else_is_told():
    client = Client()
    client.force_login(PersonFactory())
    assert client.get("/counting/").status_code == 403
