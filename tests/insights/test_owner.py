"""The organisation's pages by owner: whom they offer, what they count, and where links lead."""

import re
from collections import Counter
from datetime import UTC, date, datetime
from importlib import import_module

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from insights.models import Band, OwnerTotal, Reading, TeamTotal, YearAgo
from insights.mondays import WEEKS, last_monday, week_of
from insights.moves import BACK, BANDS
from insights.selectors import known, owners
from insights.selectors.flows import flows
from insights.selectors.organisation import Among, movers_away, movers_closer, standing
from insights.selectors.over_time import BY, over_time
from insights.selectors.owners import organisation_choices
from insights.selectors.places import doors_and_windows, quarters, ways
from insights.services.drain import drain
from insights.services.rollups import rebuild_rollups
from relationships.models import Customer
from relationships.services import mark_profiles_changed
from tests.factories import (
    AdministratorFactory,
    CustomerFactory,
    PersonFactory,
    ReadingFactory,
    ServiceFactory,
)
from tests.insights.test_drain import NOW, send, touch
from tests.insights.test_over_time import customers  # noqa: F401

MOMENT = datetime(2026, 3, 4, 12, tzinfo=UTC)
MONDAY = last_monday(MOMENT)
PAGES = ("/distance/", "/distance/over-time/", "/doors-and-windows/", "/who-knows/")

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock():
    with time_machine.travel(MOMENT, tick=False):
        yield


@pytest.fixture
def marta():
    return PersonFactory(name="Marta Żółkiewska")


def read(owner, *, past=30, band=Band.STEADY, customer=(), **reading):
    """Make a customer of somebody who was at one distance for a year."""
    was = 1 + sum(edge <= past for edge in (25, 45, 65, 85))
    one = CustomerFactory(owner=owner, **dict(customer))
    week = week_of(MONDAY)
    return ReadingFactory(
        customer=one, band=band, history=bytes([past]) * WEEKS, history_on=MONDAY, value_class=0,
        size_class=0, moves=[((week - back) * BANDS + was) * BANDS + band for back in BACK],
        **reading,
    )  # fmt: skip


def everybody():
    """Return every owner there is, and nobody."""
    return [pk or 0 for pk in Reading.objects.values_list("owner", flat=True).distinct()]


def added(counts):
    total = Counter()
    for one in counts:
        total.update(one)
    return +total


def by_band(here):
    found = Counter()
    for line in here.bands:
        for field in ("now", "four_weeks_ago", "year_ago"):
            found[line.band, field] += getattr(line, field) or 0
        for currency, amount in (*line.yearly_value.items(), *line.at_risk.items()):
            found[line.band, currency] += amount
    for team in here.teams:
        found[team.team_id, "customers"] += team.customers
        found[team.team_id, "far"] += team.far
        for currency, amount in team.at_risk.items():
            found[team.team_id, currency] += amount
    return found


def by_square(among):
    return {(one.doors, one.windows): one.count for one in doors_and_windows(among).cells}


def by_quarter(among):
    found = Counter()
    for name, line in quarters(among).items():
        found[name] += line.customers
        for what in ("yearly_value", "at_risk"):
            for currency, amount in getattr(line, what).items():
                found[name, what, currency] += amount
    return found


def by_week(now, among, by):
    found = Counter()
    for part in over_time(now, among, by).parts:
        for day, week in part.weeks.items():
            found[part.key, day, "customers"] += week.customers
            found[part.key, day, "far"] += week.far
            found[part.key, day, "hundredths"] += round(100 * week.distance)
    return found


def by_circle(owner):
    found, circles = Counter(), known.circles(Among(owner=owner))
    for key, some in circles.of_all.items():
        found[key] += some.customers
        for currency, amount in (*some.yearly_value.items(), *some.at_risk.items()):
            found[key, currency] += amount
    for team, of_team in circles.by_team.items():
        for key in ("", *TeamTotal.CIRCLES):
            found[team, key] += of_team[key].customers
            for currency, amount in of_team[key].at_risk.items():
                found[team, key, currency] += amount
    return found


def test_all_owners_and_nobodys_customers_come_to_what_the_pages_count_of_all(customers):  # noqa: F811
    now, all_of_them = timezone.now(), everybody()
    assert len(all_of_them) > 5
    assert 0 in all_of_them
    for stage in ("", "current", "lead"):
        whole = Among(stage=stage)
        each = [Among(stage=stage, owner=owner) for owner in all_of_them]
        assert added(by_band(standing(now, one)) for one in each) == +by_band(standing(now, whole))
        assert added(by_square(one) for one in each) == by_square(whole)
        assert added(by_quarter(one) for one in each) == +by_quarter(whole)
        for number, of_all in enumerate(flows(now, whole)):
            counts = [flows(now, one)[number].counts for one in each]
            assert added(counts) == {move: n for move, n in of_all.counts.items() if n}
            assert of_all.compared > 0 or stage == "lead"
        for by in BY:
            assert added(by_week(now, one, by) for one in each) == +by_week(now, whole, by)
    assert added(map(by_circle, all_of_them)) == +by_circle(None)


def test_what_an_owner_had_at_a_time_is_of_their_customers_alone(clock, marta):
    read(marta, past=30, band=Band.GONE, drift=41.0)
    read(marta, past=90, band=Band.NEAR, drift=-60.0, customer={"stage": "lead"})
    read(None, past=30, band=Band.NEAR, drift=80.0)
    read(PersonFactory(), past=30, band=Band.NEAR, drift=-80.0)
    among = Among(owner=marta.pk)
    here = {line.band: line for line in standing(MOMENT, among).bands}
    assert (here[Band.GONE].now, here[Band.GONE].four_weeks_ago) == (1, 0)
    assert (here[Band.STEADY].now, here[Band.STEADY].year_ago) == (0, 1)
    assert [moved.counts for moved in flows(MOMENT, among)] == [{(Band.STEADY, Band.GONE): 1}] * 2
    assert [one.drift for one in movers_away(among)] == [41.0]
    assert not movers_closer(among)
    anyone = Among(stage="", owner=marta.pk)
    assert [one.drift for one in movers_closer(anyone)] == [-60.0]
    assert over_time(MOMENT, anyone).whole.at(MONDAY).mean == 60.0
    assert [one.drift for one in movers_away(Among(owner=0))] == [80.0]


def test_who_looks_after_whom_is_counted_as_customers_change_hands():
    tom, customer = PersonFactory(), CustomerFactory()
    send(AdministratorFactory(), touch(customer, 3))
    for owner, numbers in ((None, {0: 1}), (tom, {tom.pk: 1}), (None, {0: 1})):
        Customer.objects.filter(pk=customer.pk).update(owner=owner)
        mark_profiles_changed(customer_ids=[customer.pk])
        while drain(now=NOW):
            pass
        kept = OwnerTotal.objects.exclude(customers=0)
        assert dict(kept.values_list("owner_id", "customers")) == numbers
        rebuild_rollups()
        assert dict(kept.values_list("owner_id", "customers")) == numbers


def test_owners_of_before_are_counted_by_the_migration(marta):
    read(marta)
    read(None)
    read(None)
    with connection.cursor() as cursor:
        cursor.execute(import_module("insights.migrations.0017_owner_totals").COUNT)
    numbers = dict(OwnerTotal.objects.values_list("owner_id", "customers"))
    assert numbers == {marta.pk: 1, 0: 2}


def test_rollups_are_never_asked_for_an_owner():
    with pytest.raises(ValueError, match="Rollups know no owner"):
        Among(owner=7).totals()


def test_the_largest_of_an_owner_are_drawn_from_where_they_were(clock, marta):
    for value, owner in ((900, None), (500, marta), (700, marta), (800, PersonFactory())):
        one = read(owner, customer={"yearly_value": value})
        YearAgo.objects.create(
            customer=one.customer, on_date=date(2025, 3, 3), doors=10, windows=20, stage="current",
            team_id=one.team_id, segment_id=0, currency="EUR", yearly_value=value,
        )  # fmt: skip
    assert [way.yearly_value for way in ways(Among(owner=marta.pk))] == [700, 500]
    assert [way.yearly_value for way in ways(Among(owner=0))] == [900]
    assert len(ways()) == 4


def names(person, **asked):
    rebuild_rollups()
    return [name for _, name in organisation_choices(person, asked).owners]


def test_offered_is_who_has_customers_by_name_and_nobody_where_some_have_none(executive, marta):
    PersonFactory(name="Has none")
    read(marta)
    read(PersonFactory(name="Adam", team=None))
    read(PersonFactory(name="Zoe, who left", is_active=False))
    assert names(executive) == ["Adam", "Marta Żółkiewska", "Zoe, who left"]
    read(None)
    assert names(executive)[-1] == "Nobody"


def test_where_there_are_very_many_those_of_the_chosen_team_are_offered(
    executive, marta, monkeypatch
):
    monkeypatch.setattr(owners, "OWNERS_SHOWN", 2)
    for owner in (marta, PersonFactory(name="Tom"), PersonFactory(name="Uwe", team=None)):
        read(owner)
    assert names(executive) == []
    assert organisation_choices(executive, {}).has_more_owners
    assert names(executive, team=str(marta.team_id)) == ["Marta Żółkiewska"]
    assert names(executive, team="0") == ["Uwe"]
    assert names(executive, owner=str(marta.pk)) == ["Marta Żółkiewska"]


@pytest.mark.parametrize("page", PAGES)
def test_a_kept_address_still_says_who_was_meant(executive_browser, page):
    left = PersonFactory(name="Tom Péter", is_active=False)
    read(PersonFactory())
    response = executive_browser.get(page, {"owner": left.pk})
    assert [(c["key"], c["value"]) for c in response.context["chips"]] == [("Owner", "Tom Péter")]
    assert response.context["chips"][0]["url"] == page
    assert "It is left out" not in response.text


@pytest.mark.parametrize("page", PAGES)
def test_whom_there_is_not_and_who_has_too_many_is_left_out_and_named(
    executive_browser, marta, page, monkeypatch
):
    monkeypatch.setattr(owners, "COUNTED_AT_MOST", 1)
    read(marta)
    read(marta)
    rebuild_rollups()
    for asked, words in ((marta.pk, "too many to add up"), (ServiceFactory().pk, "is gone")):
        response = executive_browser.get(page, {"owner": asked})
        assert words in response.text
        assert response.context["chips"] == []
    assert "It is left out" not in executive_browser.get(page, {"owner": 0}).text


@pytest.mark.parametrize("page", PAGES)
def test_every_list_a_page_leads_to_is_of_the_owner(executive_browser, clock, marta, page):
    for drift in (20.0, -20.0):
        read(marta, drift=drift)
    rebuild_rollups()
    text = executive_browser.get(page, {"owner": marta.pk, "by": "stage"}).text
    links = set(re.findall(r'href="(/customers/\?[^"]*)"', text))
    of_owner = {link for link in links if f"owner={marta.pk}" in link}
    assert len(of_owner) > 3
    # Who gets how much of our attention is told of every owner.
    assert page == "/who-knows/" or of_owner == links


def test_from_page_to_page_the_owner_goes_along(executive_browser, clock, marta):
    read(marta)
    page = executive_browser.get("/distance/", {"owner": marta.pk})
    for url in (
        "/distance/over-time/", "/doors-and-windows/", "/who-knows/", "/changes/", "/wall/",
    ):  # fmt: skip
        assert re.search(rf'href="{url}\?[^"]*owner={marta.pk}"', page.text), url
    for url in (
        "/distance/over-time/?weeks=13&", "/doors-and-windows/?doors_from=20&",
        "/wall/?stage=current&",
    ):  # fmt: skip
        assert (
            f'href="/distance/?owner={marta.pk}"'
            in executive_browser.get(f"{url}owner={marta.pk}").text
        )


def test_charts_say_whose_they_are_but_for_those_that_are_of_all(executive_browser, clock, marta):
    read(marta)
    asked = {"owner": marta.pk, "team": marta.team_id}
    said = f"Current customers, Team: {marta.team}, Owner: {marta.name}"
    read(marta, customer={"team": marta.team})
    page = executive_browser.get("/distance/", asked).context
    assert {page[name].said for name in ("strips", "map", "wall")} == {said}
    assert executive_browser.get("/distance/over-time/", asked).context["whole"].said == said
    known = executive_browser.get("/who-knows/", asked).context
    assert known["months"].said == f"Team: {marta.team}, customers of every owner"


def test_whom_we_know_is_told_of_one_owner_and_our_people_of_all(executive_browser, clock, marta):
    PersonFactory.create_batch(3)
    read(marta, known_by=1, customer={"yearly_value": 700})
    read(marta, known_by=2, is_met_lately=True, has_lost_person=True)
    read(marta, known_by=1, customer={"stage": "lead"})
    read(None, known_by=1)
    page = executive_browser.get("/who-knows/", {"owner": marta.pk})
    cards = {card["key"]: card for card in page.context["cards"]}
    values = {key: card["value"] for key, card in cards.items()}
    assert values == {"one": "1", "nobody": "0", "lost": "1", "unmet": "1"}
    assert cards["one"]["yearly_value"] == "EUR\N{NO-BREAK SPACE}700"
    for key in ("one", "lost", "unmet"):
        listed = executive_browser.get(cards[key]["url"]).context
        assert listed["summary"] == "1 customer"
    assert page.context["sentence"].startswith("Of 2 current customers 1 is known to one of us")
    assert page.context["everyone"] == executive_browser.get("/who-knows/").context["everyone"]
    assert "of every owner" in page.text


@pytest.mark.parametrize(
    ("page", "queries"),
    [*zip(PAGES, (13, 10, 10, 13), strict=True)],
)
def test_the_number_of_queries_does_not_grow_with_the_customers(
    executive_browser, clock, marta, page, queries, django_assert_num_queries
):
    asked = {"owner": marta.pk, "doors_to": "40"}
    read(marta, drift=20.0)
    rebuild_rollups()
    with django_assert_num_queries(queries):
        executive_browser.get(page, asked)
    for _ in range(20):
        read(marta, drift=20.0)
        read(PersonFactory())
    rebuild_rollups()
    with django_assert_num_queries(queries):
        executive_browser.get(page, asked)


def test_a_shorter_period_draws_fewer_weeks_and_compares_with_the_same(
    executive_browser, clock, marta
):
    read(marta, past=30, distance=50.0)
    rebuild_rollups()
    year = executive_browser.get("/distance/over-time/").context
    quarter = executive_browser.get("/distance/over-time/", {"weeks": "13"}).context
    assert [len(page["whole"].data) for page in (year, quarter)] == [54, 15]
    assert quarter["whole"].data == year["whole"].data[-15:]
    assert quarter["rows"] == year["rows"]
    assert quarter["chips"] == []
    assert quarter["whole"].said == "Current customers, Period: A quarter"


def test_the_list_takes_an_owner_who_has_no_team(executive_browser):
    adam = PersonFactory(name="Adam", team=None)
    read(adam)
    read(None)
    page = executive_browser.get("/customers/", {"owner": adam.pk}).context
    assert (page["summary"], page["chips"][0]["value"]) == ("1 customer", "Adam")
    assert (
        executive_browser.get("/customers/", {"owner": 0}).context["chips"][0]["value"] == "Nobody"
    )
