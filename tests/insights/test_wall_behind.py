"""What is behind a column of the Wall: every touchpoint it counts, once, the newest first."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.utils import timezone

from insights.selectors.wall import WallAmong, wall
from insights.selectors.wall_behind import Column, touchpoints_behind
from insights.services.drain import drain
from interactions.models import Touchpoint
from interactions.services import NewTouchpoint, delete, record, source_named
from relationships.models import Segment
from tests.factories import (
    AdministratorFactory,
    CustomerFactory,
    PersonFactory,
    TeamFactory,
)

URL = "/wall/behind/"
MOMENT = datetime(2026, 3, 20, 12, tzinfo=UTC)
FEBRUARY = datetime(2026, 2, 1).date()  # noqa: DTZ001 - a month has no zone

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(MOMENT, tick=False):
        yield


@pytest.fixture
def by():
    return AdministratorFactory()


def touch(by, items):
    """Record (customer, type, moment) and count it."""
    outcomes = record(
        source=source_named("test"),
        items=[
            NewTouchpoint(type=kind, customer=customer.pk, occurred_at=moment)
            for customer, kind, moment in items
        ],
        by=by,
        now=MOMENT,
    )
    assert {one.status for one in outcomes} <= {"recorded"}
    while drain(now=MOMENT):
        pass
    return [one.touchpoint_id for one in outcomes]


def pages(executive, column):
    """Follow the pages of a column; return the numbers of all touchpoints, and the total."""
    found, after = [], None
    while True:
        page = touchpoints_behind(executive, column, after=after)
        found += [one.pk for one in page.touchpoints]
        after = page.older
        if after is None:
            return found, page.total


def slowly(column):
    """Look at all touchpoints there are."""
    among, found = column.among, []
    for one in Touchpoint.objects.live().select_related("type", "customer"):
        month = timezone.localtime(one.occurred_at).date().replace(day=1)
        if (month, one.type.mode) != (column.month, column.mode):
            continue
        if among.team is not None and (one.team_id or 0) != among.team:
            continue
        if among.segment is not None and (one.customer.segment_id or 0) != among.segment:
            continue
        if among.stage not in ("", one.customer.stage):
            continue
        if among.owner not in (None, one.customer.owner_id or 0):
            continue
        if among.channel in ("", one.type.channel):
            found.append((one.occurred_at, one.pk))
    return [pk for _, pk in sorted(found, reverse=True)]


def check(executive, column):
    expected = slowly(column)
    assert pages(executive, column) == (expected, len(expected)), column
    months = {one.month: one for one in wall(MOMENT.date(), column.among).months}
    shown = months.get(column.month)
    assert (getattr(shown, column.mode) if shown else 0) == len(expected)
    return len(expected)


def test_a_visitor_is_asked_to_sign_in():
    assert Client().get(URL).headers["Location"].startswith("/accounts/login/")


def test_an_account_manager_is_told_why_this_is_not_for_them():
    client = Client()
    client.force_login(PersonFactory())
    response = client.get(URL)
    assert response.status_code == 403
    assert "for executives and administrators" in response.text


def test_without_touchpoints_it_leads_back(executive_browser):
    response = executive_browser.get(URL)
    assert "<b>0 touchpoints</b> in February 2026" in response.text
    assert "Nothing here" in response.text
    assert 'href="/wall/"' in response.text


def test_what_makes_no_sense_is_left_out_and_named(executive_browser):
    asked = {"mode": "smoke", "month": "2026-13", "team": "99", "after": "yesterday_0"}
    response = executive_browser.get(URL, asked)
    assert response.text.count("It is left out.") == 3
    assert "February 2026" in response.text
    for month in ("2026-04", "0001-01", "1899-11", "x"):
        assert "is no month up to now" in executive_browser.get(URL, {"month": month}).text
    for month in ("2026-03", "1899-12"):
        assert "is no month up to now" not in executive_browser.get(URL, {"month": month}).text


def test_every_touchpoint_of_a_column_is_listed_once(by, executive):
    teams = [TeamFactory(), TeamFactory(), None]
    small, large = (Segment.objects.create(name=name) for name in ("Small", "Large"))
    owners = PersonFactory(), None
    # Few customers are read one by one; of many the newest of all are looked at.
    customers = [
        CustomerFactory(
            team=teams[number % 3],
            segment=large if number < 58 else None,
            stage="current" if number % 5 else "lead",
            owner=owners[number % 2],
        )
        for number in range(60)
    ]
    customers.append(CustomerFactory(team=teams[0], segment=small, stage="former"))
    kinds = ("visit", "call.phone", "web.visit", "email.template")
    # Often at the same moment, in a bunch, and at the ends of the month.
    first = datetime(2026, 2, 1, tzinfo=timezone.get_default_timezone())
    moments = [
        first, first - timedelta(seconds=1), first + timedelta(days=28, seconds=-1),
        first + timedelta(days=28), first + timedelta(days=20), first + timedelta(days=20, hours=1),
    ]  # fmt: skip
    made = touch(
        by,
        [
            (customer, kinds[(number + place) % 4], moment)
            for number, customer in enumerate(customers)
            for place, moment in enumerate(moments)
        ],
    )
    for pk in made[::17]:
        delete(touchpoint_id=pk, by=by, now=MOMENT)
    touch(by, [(customers[0], "visit", MOMENT)])
    whose = [
        (segment, "", None, of)
        for segment in (None, large.pk, small.pk, 0)
        for of in ("", "visit", "email")
    ]
    whose += [(None, "lead", None, ""), (large.pk, "lead", None, ""), (None, "former", None, "")]
    whose += [(None, "", owners[0].pk, ""), (None, "", 0, ""), (large.pk, "lead", owners[0].pk, "")]
    counts = [
        check(
            executive,
            Column(
                FEBRUARY, mode,
                WallAmong(team=team, segment=segment, stage=stage, owner=owner, channel=of),
            ),
        )
        for mode in ("human", "digital")
        for team in (None, teams[0].pk, teams[1].pk, 0)
        for segment, stage, owner, of in whose
    ]  # fmt: skip
    assert max(counts) > 100
    assert min(counts) == 0


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Pacific/Auckland"])
def test_months_are_those_of_the_organisation_also_when_clocks_change(
    by, executive, settings, zone
):
    settings.TIME_ZONE = zone
    customer = CustomerFactory()
    zone_info = timezone.get_default_timezone()
    for year, month in ((2025, 10), (2025, 11), (2025, 3), (2025, 4), (2025, 9)):
        begins = datetime(year, month, 1, tzinfo=zone_info)
        moments = [begins + timedelta(minutes=30 * half) for half in (-2, -1, 0, 1, 2)]
        touch(by, [(customer, "visit", moment) for moment in moments])
    for month in range(2, 12):
        column = Column(datetime(2025, month, 1, tzinfo=UTC).date(), "human", WallAmong())
        check(executive, column)


def test_more_than_a_page_on_one_day_of_a_month_that_runs(by, executive):
    customer = CustomerFactory()
    touch(by, [(customer, "visit", MOMENT - timedelta(minutes=number)) for number in range(130)])
    touch(by, [(customer, "visit", MOMENT - timedelta(days=19)) for _ in range(3)])
    column = Column(MOMENT.date().replace(day=1), "human", WallAmong())
    assert check(executive, column) == 133


def test_a_place_beyond_the_month_begins_at_its_end(by, executive_browser):
    customer = CustomerFactory()
    end = datetime(2026, 3, 1, tzinfo=timezone.get_default_timezone())
    touch(by, [(customer, "visit", end), (customer, "visit", end - timedelta(hours=1))])
    after = f"{datetime(2026, 3, 5, tzinfo=UTC).isoformat()}_999999"
    response = executive_browser.get(URL, {"month": "2026-02", "after": after})
    assert len(response.context["rows"]) == 1


def test_a_row_leads_to_its_touchpoint_and_says_what_it_was(by, executive_browser):
    customer = CustomerFactory(name="Café <Brûlée>")
    (pk,) = touch(by, [(customer, "visit", datetime(2026, 2, 9, 10, tzinfo=UTC))])
    (row,) = executive_browser.get(URL, {"month": "2026-02"}).context["rows"]
    assert (row["name"], row["text"]) == ("Café <Brûlée>", "Visit")
    assert row["url"] == f"/customers/{customer.pk}/?at={pk}#touchpoint-{pk}"
    assert "Café &lt;Brûlée&gt;" in executive_browser.get(URL, {"month": "2026-02"}).text


def test_it_keeps_what_the_wall_is_narrowed_to(by, executive_browser):
    segment = Segment.objects.create(name="Clinics & more")
    customer = CustomerFactory(segment=segment)
    touch(by, [(customer, "visit", MOMENT - timedelta(days=30, minutes=n)) for n in range(60)])
    asked = {"team": customer.team_id, "segment": segment.pk, "channel": "visit", "months": "12"}
    chart = executive_browser.get("/wall/", asked).context["chart"]
    kept = f"team={customer.team_id}&amp;segment={segment.pk}&amp;channel=visit&amp;months=12"
    href = f"/wall/behind/?{kept}&amp;mode=human&amp;month=2026-02"
    assert f'href="{href}"' in chart.svg
    assert f'<a href="{href}">60</a>' in executive_browser.get("/wall/", asked).text
    response = executive_browser.get(href.replace("&amp;", "&"))
    assert "<b>60 touchpoints</b> in February 2026" in response.text
    assert "Clinics &amp; more" in response.text
    assert response.context["wall_url"] == f"/wall/?{kept}".replace("&amp;", "&")
    older = executive_browser.get(response.context["older_url"])
    assert len(older.context["rows"]) == 10
    assert older.context["newest_url"] == href.replace("&amp;", "&")


def test_the_number_of_queries_does_not_grow(by, executive_browser, django_assert_max_num_queries):
    segment = Segment.objects.create(name="Clinics")
    for number in (1, 40):
        customers = CustomerFactory.create_batch(number, segment=segment)
        touch(by, [(one, "visit", MOMENT - timedelta(days=30)) for one in customers])
        for asked in ({}, {"segment": segment.pk}):
            with django_assert_max_num_queries(15):
                executive_browser.get(URL, asked)


def test_a_page_reads_the_newest_by_an_index(by, executive):
    """Of ten thousand touchpoints, with and without a team, a few hundred are looked at."""
    customers = [CustomerFactory(), CustomerFactory(team=None)]
    ends = datetime(2026, 2, 28, tzinfo=UTC)
    touch(
        by,
        [
            (customers[number % 2], "visit", ends - timedelta(minutes=3 * number))
            for number in range(10_000)
        ],
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE interactions_touchpoint")
    read = []

    def explained(execute, sql, params, many, context):
        if "LIMIT %(limit)s" in sql:
            with connection.cursor() as cursor:
                cursor.cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS) {sql}", params)
                read.append("\n".join(line for (line,) in cursor.fetchall()))
        return execute(sql, params, many, context)

    for team in (None, 0, customers[0].team_id):
        with connection.execute_wrapper(explained):
            page = touchpoints_behind(executive, Column(FEBRUARY, "human", WallAmong(team=team)))
        assert len(page.touchpoints) == 50
    for plan, index in zip(read, ("by_type", "by_team", "by_team"), strict=True):
        scans = [line for line in plan.splitlines() if "on interactions_touchpoint" in line]
        assert all(f"Backward using touchpoint_{index}" in scan for scan in scans), plan
        rows = [int(count) for scan in scans for count in re.findall(r" rows=(\d+) loops", scan)]
        assert all(count <= 51 for count in rows), plan
