"""The map of doors and windows: who may read it, what it counts, and where each number leads."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client

from insights.forms import CustomersForm
from insights.models import PLACE, Band, PlaceTotal, QuarterTotal, Reading, YearAgo
from insights.region import EVERYWHERE, QUARTERS, Region
from insights.selectors import places as selectors
from insights.selectors import portfolio
from insights.selectors.organisation import Among
from insights.selectors.places import doors_and_windows, quarters, ways
from insights.selectors.portfolio import Choices
from insights.services.rollups import rebuild_rollups
from tests.factories import (
    CustomerFactory,
    ExecutiveFactory,
    PersonFactory,
    ReadingFactory,
    SegmentFactory,
    TeamFactory,
)

URL = "/doors-and-windows/"
MOMENT = datetime(2026, 3, 4, 12, tzinfo=UTC)
PARTS = (
    Region(20, 60, 0, 40),
    Region(doors_from=40, windows_to=40),
    Region(doors_from=95),
    Region(windows_from=5, windows_to=10),
    Region(35, 40, 35, 40),
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(MOMENT, tick=False):
        yield


@pytest.fixture
def browser():
    client = Client()
    client.force_login(ExecutiveFactory())
    return client


def place(doors, windows, *, value=0, currency="EUR", at_risk=0, band=Band.STEADY, **customer):
    one = CustomerFactory(yearly_value=value, currency=currency, **customer)
    return ReadingFactory(customer=one, doors=doors, windows=windows, at_risk=at_risk, band=band)


def year_ago(reading, doors=10.0, windows=10.0):
    return YearAgo.objects.create(
        customer=reading.customer, on_date=date(2025, 3, 3), doors=doors, windows=windows,
        team_id=reading.team_id or 0, segment_id=reading.segment_id or 0, stage=reading.stage,
        currency=reading.currency, yearly_value=reading.yearly_value,
    )  # fmt: skip


@pytest.fixture
def scattered():
    """Place customers on every edge there is between squares, and one never heard from."""
    scores = (0.0, 4.999, 5.0, 19.99, 20.0, 39.999999999999993, 40.0, 59.9, 60.0, 99.99, 100.0)
    team, segment = TeamFactory(), SegmentFactory()
    for number, doors in enumerate(scores):
        of_team = team if number % 2 else None
        for windows in (scores[number], scores[-1 - number], 7.5):
            place(
                doors, windows, value=10 * number, at_risk=number, team=of_team,
                segment=segment if number % 3 else None, currency="USD" if number == 4 else "EUR",
                stage="lead" if number % 5 == 0 else "current",
            )  # fmt: skip
    place(50, 50, band=Band.UNKNOWN)
    rebuild_rollups()
    return team, segment


def by_hand(region, among=None):
    """Return the readings in a part of the map, looked at one by one."""

    def is_between(score, begins, ends):
        return begins <= score < ends or score == ends == 100

    return [
        one
        for one in Reading.objects.exclude(band=Band.UNKNOWN)
        if is_between(one.doors, region.doors_from, region.doors_to)
        and is_between(one.windows, region.windows_from, region.windows_to)
        and (among is None or among.stage in ("", one.stage))
        and (among is None or among.team in (None, one.team_id or 0))
        and (among is None or among.segment in (None, one.segment_id or 0))
    ]


def amongs(team, segment):
    for stage in ("", "current", "lead", "former"):
        for of_team in (None, 0, team.pk):
            for of_segment in (None, 0, segment.pk):
                yield Among(stage, of_team, of_segment)


def listed(browser, url):
    return browser.get(url).context["summary"]


def test_only_those_who_see_the_organisation_see_its_map(browser):
    assert Client().get(URL).headers["Location"].startswith("/accounts/login/")
    client = Client()
    client.force_login(PersonFactory())
    assert client.get(URL).status_code == 403
    assert browser.get(URL).status_code == 200


def test_with_nobody_on_the_map_it_says_so(browser):
    response = browser.get(URL)
    assert "so nobody stands on the map" in response.text
    assert "Nobody on the map yet" in response.text
    assert "Nobody among these" in browser.get(URL, {"stage": "lead"}).text


def test_every_count_is_what_one_by_one_gives_whoever_is_chosen(scattered):
    for among in amongs(*scattered):
        found, lines = doors_and_windows(among), quarters(among)
        assert found.count() == len(found.places) == len(by_hand(EVERYWHERE, among)), among
        for region in (*PARTS, *QUARTERS.values()):
            expected = by_hand(region, among)
            assert found.count(region) == len(expected), (among, region)
            assert selectors.totals_in(region, among).customers == len(expected)
        for name, region in QUARTERS.items():
            expected = by_hand(region, among)
            assert lines[name].customers == len(expected)
            for field in ("yearly_value", "at_risk"):
                amounts = {}
                for one in expected:
                    amount = Decimal(getattr(one, field))
                    amounts[one.currency] = amounts.get(one.currency, Decimal(0)) + amount
                assert getattr(lines[name], field) == {c: a for c, a in amounts.items() if a}


def test_the_square_of_a_reading_is_the_same_for_lists_and_totals(scattered):
    of_lists = Reading.objects.exclude(band=Band.UNKNOWN).values_list(PLACE, flat=True)
    of_totals = PlaceTotal.objects.filter(team_id=-1)
    for number in range(400):
        customers = sum(row.customers for row in of_totals if row.place == number)
        assert customers == sum(one == number for one in of_lists)


def test_a_part_of_the_map_leads_to_the_list_of_exactly_those(browser, scattered):
    for region in PARTS:
        page = browser.get(URL, {**dict(region.pairs()), "stage": "any"}).context
        expected = by_hand(region)
        assert page["chosen"]["customers"].split()[0] == str(len(expected))
        found = browser.get(page["chosen"]["url"]).context
        assert {row.pk for row in found["rows"]} == {one.pk for one in expected}
        assert found["summary"] == page["chosen"]["customers"]


def test_quarters_are_counted_valued_and_lead_to_as_many(browser, scattered):
    page = browser.get(URL, {"stage": "any"})
    names = {"Open house": "open_house", "Walled off": "walled_off"}
    for quarter in page.context["quarters"]:
        assert listed(browser, quarter["url"]).split()[0] == quarter["customers"]
        if quarter["name"] in names:
            expected = by_hand(QUARTERS[names[quarter["name"]]])
            assert int(quarter["customers"]) == len(expected)
    assert page.context["chart"].rows[0][3:] == [
        page.context["quarters"][0]["value"],
        page.context["quarters"][0]["at_risk"],
    ]


def test_of_too_many_to_count_the_totals_know_how_many(browser, scattered, monkeypatch):
    monkeypatch.setattr(portfolio, "COUNTED_AT_MOST", 1)
    region = PARTS[0]
    asked = {**dict(region.pairs()), "stage": "any"}
    page = browser.get(URL, asked).context["chosen"]
    expected = f"{len(by_hand(region))} customers"
    assert (page["customers"], page["value"]) == (expected, "")
    assert listed(browser, page["url"]) == expected
    walled = browser.get("/customers/", {"quarter": "walled_off"}).context
    assert walled["summary"] == f"{len(by_hand(QUARTERS['walled_off']))} customers"
    assert walled["totals"][0]["label"] == "Worth a year"


def test_totals_of_too_many_are_those_of_the_team_for_an_account_manager(scattered, monkeypatch):
    monkeypatch.setattr(portfolio, "COUNTED_AT_MOST", 1)
    team, _ = scattered
    client = Client()
    client.force_login(PersonFactory(team=team))
    region = Region(doors_to=60)
    ours = by_hand(region, Among("", team.pk))
    assert listed(client, "/customers/?doors_to=60") == f"{len(ours)} customers"
    assert 1 < len(ours) < len(by_hand(region))
    client.force_login(PersonFactory(team=None))
    for address in ("/customers/?doors_to=60", "/customers/?quarter=walled_off"):
        assert listed(client, address) == "0 customers"


def test_a_quarter_and_a_part_of_the_map_narrow_each_other(browser, scattered):
    address = "/customers/?quarter=open_house&doors_from=20&doors_to=60"
    assert listed(browser, address).split()[0] == str(len(by_hand(Region(40, 60, 40, 100))))
    nobody = browser.get("/customers/?quarter=walled_off&doors_from=60").context
    assert nobody["summary"] == "0 customers"


def test_too_many_for_marks_are_drawn_as_squares(browser, scattered, monkeypatch):
    assert len(doors_and_windows(Among("")).places) > 20
    monkeypatch.setattr(selectors, "MARKS_AT_MOST", 20)
    assert doors_and_windows(Among("")).places == ()
    chart = browser.get(URL, {"stage": "any"}).context["chart"]
    assert chart.svg.count("fill-drifting") == len(doors_and_windows(Among("")).cells)
    assert chart.data_head == ()


@pytest.mark.parametrize(
    ("asked", "complaint"),
    [
        ({"doors_from": "60", "doors_to": "20"}, "Doors to: 20 is not more than 60."),
        ({"doors_from": "7"}, "Doors from: "),
        ({"doors_from": "100"}, "Doors from: "),
        ({"doors_to": "0"}, "Doors to: "),
        ({"windows_to": "105"}, "Windows to: "),
        ({"windows_from": "few"}, "Windows from: "),
    ],
)
def test_a_part_that_makes_no_sense_is_left_out_and_named(browser, asked, complaint):
    place(10, 10)
    rebuild_rollups()
    response = browser.get(URL, asked)
    assert complaint in " ".join(response.context["form"].complaints())
    assert "It is left out." in response.text
    form = CustomersForm(asked, Choices())
    form.is_valid()
    assert complaint in " ".join(form.complaints())


def test_the_address_says_it_all_and_each_part_can_be_taken_away(browser):
    place(10, 10, team=(team := TeamFactory(name="Nørth")))
    rebuild_rollups()
    page = browser.get(URL, {"team": team.pk, "doors_to": "20", "windows_to": "100"})
    assert [(chip["key"], chip["value"]) for chip in page.context["chips"]] == [
        ("Team", "Nørth"),
        ("Doors to", "20"),
    ]
    assert page.context["chips"][0]["url"] == f"{URL}?doors_to=20"
    assert page.context["chosen"]["cleared_url"] == f"{URL}?team={team.pk}"
    assert page.context["chosen"]["url"] == f"/customers/?stage=current&team={team.pk}&doors_to=20"
    (quarter,) = re.findall(r'href="(/customers/\?[^"]*walled_off)"><title', page.text)
    assert f"team={team.pk}" in quarter
    listing = browser.get(page.context["chosen"]["url"])
    assert [chip["key"] for chip in listing.context["chips"]] == ["Doors to", "Stage", "Team"]
    assert '<input type="hidden" name="doors_to" value="20">' in listing.text


def test_the_number_of_queries_does_not_grow_with_the_customers(browser, django_assert_num_queries):
    def make(number):
        for _ in range(number):
            year_ago(place(30, 10, value=100, at_risk=10))
        rebuild_rollups()

    make(1)
    with django_assert_num_queries(14):
        browser.get(URL, {"doors_to": "40"})
    make(20)
    with django_assert_num_queries(14):
        browser.get(URL, {"doors_to": "40"})


def test_ways_are_of_those_worth_most_and_currencies_take_turns(browser):
    for number in range(20):
        year_ago(place(30, 10, value=100 * number, currency="EUR"))
    year_ago(place(30, 10, value=1, currency="USD"))
    gone = place(30, 10, value=9_999_999, currency="EUR")
    year_ago(gone)
    Reading.objects.filter(pk=gone.pk).update(stage="former")
    found = ways()
    assert len(found) == selectors.ARROWS_SHOWN - 1
    assert [(way.currency, int(way.yearly_value)) for way in found[:3]] == [
        ("USD", 1),
        ("EUR", 1900),
        ("EUR", 1800),
    ]
    assert ways(Among("lead")) == []


def test_a_way_is_drawn_named_and_told_and_leads_to_the_customer(browser):
    reading = place(80, 20.4, value=1200, name="Änne & Co")
    year_ago(reading, doors=20.0, windows=60.0)
    rebuild_rollups()
    page = browser.get(URL)
    assert page.context["ways"] == [
        {
            "name": "Änne & Co",
            "url": f"/customers/{reading.pk}/",
            "band": "steady",
            "value": "EUR\N{NO-BREAK SPACE}1,200",
            "doors": "20 → 80",
            "windows": "60 → 20",
        }
    ]
    assert page.context["since"] == "3 March 2025"
    svg = page.context["chart"].svg
    assert "Änne &amp; Co, over a year: doors 20 to 80, windows 60 to 20" in svg
    assert 'class="way-name' in svg


def test_where_nobody_was_with_us_a_year_ago_it_says_why_there_are_no_arrows(browser):
    place(80, 20)
    rebuild_rollups()
    page = browser.get(URL)
    assert "no night has passed yet" in page.text
    assert "way-" not in page.context["chart"].svg


def test_each_square_and_quarter_is_counted_once():
    place(10, 10)
    rebuild_rollups()
    for total, name in ((PlaceTotal, "place_total"), (QuarterTotal, "quarter_total")):
        one = total.objects.first()
        one.pk = None
        with pytest.raises(IntegrityError, match=f"{name}_is_counted_once"), transaction.atomic():
            one.save()
