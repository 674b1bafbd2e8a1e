"""The list of customers: who sees whom, filters, search, order and pages by key."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from insights.models import Band, BandTotal
from insights.selectors import portfolio as module
from insights.selectors.orders import SORTS
from insights.selectors.portfolio import Filters, portfolio
from insights.services.rollups import rebuild_rollups
from tests.factories import (
    CustomerFactory,
    ExecutiveFactory,
    PersonFactory,
    ReadingFactory,
    SegmentFactory,
    TeamFactory,
    count_total,
)

pytestmark = pytest.mark.django_db
URL = "/customers/"


@pytest.fixture
def executive():
    return ExecutiveFactory(name="Eva")


def reading_of(name, **values):
    customer = {k: values.pop(k) for k in ("team", "owner", "segment", "stage") if k in values}
    return ReadingFactory(customer=CustomerFactory(name=name, **customer), **values)


def names(page):
    return [reading.customer.name for reading in page.readings]


def shown(response):
    return [row.name for row in response.context["rows"]]


def test_a_visitor_is_asked_to_sign_in():
    assert Client().get(URL).headers["Location"].startswith("/accounts/login/")


def test_an_account_manager_sees_the_customers_of_their_team_only():
    manager = PersonFactory()
    reading_of("Ours", team=manager.team)
    reading_of("Theirs")
    client = Client()
    client.force_login(manager)
    response = client.get(URL)
    assert shown(response) == ["Ours"]
    assert "Theirs" not in response.text


def test_an_account_manager_cannot_reach_others_by_filter_search_or_key():
    manager = PersonFactory()
    theirs = reading_of("Theirs")
    client = Client()
    client.force_login(manager)
    for query in (
        {"team": theirs.team_id},
        {"q": "Theirs"},
        {"q": "Thiers"},
        {"after": f"{theirs.pk - 1}:999999"},
        {"before": f"{theirs.pk + 1}:0"},
    ):
        assert shown(client.get(URL, query)) == []


def test_someone_without_a_team_sees_nobody():
    reading_of("Acme")
    client = Client()
    client.force_login(PersonFactory(team=None))
    response = client.get(URL)
    assert shown(response) == []
    assert "No customers yet" in response.text


def test_the_number_of_queries_does_not_grow_with_the_list(
    executive_browser, django_assert_num_queries
):
    for _ in range(2):
        reading_of("A", segment=SegmentFactory(), owner=PersonFactory())
    with django_assert_num_queries(12):
        executive_browser.get(URL)
    for _ in range(20):
        reading_of("B", segment=SegmentFactory(), owner=PersonFactory())
    with django_assert_num_queries(12):
        executive_browser.get(URL)


def test_filters_combine(executive_browser):
    team, segment = TeamFactory(), SegmentFactory()
    owner = PersonFactory(team=team)
    fits = {"team": team, "segment": segment, "owner": owner, "stage": "lead", "band": Band.GONE}
    reading_of("Fits", **fits)
    for field, other in {
        "team": TeamFactory(), "segment": None, "owner": None, "stage": "current",
        "band": Band.NEAR,
    }.items():  # fmt: skip
        reading_of(f"Other {field}", **{**fits, field: other})
    query = {"team": team.pk, "segment": segment.pk, "owner": owner.pk, "stage": "lead"}
    assert shown(executive_browser.get(URL, query | {"band": "gone"})) == ["Fits"]
    assert set(shown(executive_browser.get(URL, query | {"band": ["gone", "near"]}))) == {
        "Fits",
        "Other band",
    }


def test_customers_without_an_owner_can_be_found(executive_browser):
    reading_of("Orphan", owner=None)
    reading_of("Kept", owner=PersonFactory())
    assert shown(executive_browser.get(URL, {"owner": "0"})) == ["Orphan"]


@pytest.mark.parametrize(
    ("quarter", "name"),
    [
        ("open_house", "Both"),
        ("handshake_only", "Doors"),
        ("through_the_glass", "Windows"),
        ("walled_off", "Neither"),
    ],
)
def test_quarters_split_at_forty(executive_browser, quarter, name):
    for customer, doors, windows in (
        ("Both", 40, 40), ("Doors", 40, 39.9), ("Windows", 39.9, 40), ("Neither", 0, 0),
    ):  # fmt: skip
        reading_of(customer, doors=doors, windows=windows)
    assert shown(executive_browser.get(URL, {"quarter": quarter})) == [name]


def test_each_filter_has_a_chip_that_takes_it_away_alone(executive_browser):
    team = TeamFactory(name="North")
    reading_of("Acme", team=team)
    response = executive_browser.get(URL, {"team": team.pk, "stage": "current", "sort": "name"})
    by_key = {chip["key"]: chip for chip in response.context["chips"]}
    assert by_key["Team"]["value"] == "North"
    assert by_key["Team"]["url"] == f"{URL}?stage=current&sort=name"


def test_what_makes_no_sense_is_named_and_left_out(executive_browser):
    reading_of("Acme")
    response = executive_browser.get(URL, {"stage": "imaginary", "sort": "colour", "band": "blue"})
    assert response.status_code == 200
    assert shown(response) == ["Acme"]
    assert "imaginary" in response.text
    assert "left out" in response.text


@pytest.mark.parametrize(
    "query",
    [
        {"q": "\x00"}, {"q": "%"}, {"q": "_"}, {"q": "' OR 1=1 --"}, {"q": "x" * 500},
        {"after": "1:nan"}, {"after": "x:y"}, {"after": "\x00"}, {"before": "1:Infinity"},
        {"after": "99999999999999999999:1"}, {"after": "1:", "before": "1:"},
        {"after": "1:2020-01-01", "sort": "last_at"}, {"team": "9" * 30}, {"owner": "-1"},
    ],
)  # fmt: skip
def test_no_address_breaks_the_page(executive_browser, query):
    reading_of("Acme")
    assert executive_browser.get(URL, query).status_code == 200


@pytest.mark.parametrize("typed", ["Søndergaard", "sonder", "SØNDER", "gaard timb", "timber so"])
def test_search_finds_any_part_of_a_name_without_accents(executive, typed):
    reading_of("Søndergaard Timber")
    reading_of("Acme")
    page = portfolio(executive, Filters(search=typed), sort="name")
    assert names(page) == ["Søndergaard Timber"]
    assert page.is_search_exact


@pytest.mark.parametrize("typed", ["Sondergard", "sondegaard timbr", "Acmee Fods"])
def test_search_forgives_typos_when_nothing_contains_the_words(executive, typed):
    reading_of("Søndergaard Timber")
    reading_of("Acme Foods")
    page = portfolio(executive, Filters(search=typed), sort="name")
    assert len(page.readings) == 1
    assert not page.is_search_exact


def test_two_letters_match_where_a_word_begins(executive):
    for name in ("Abba", "Great Abbey", "Cabaret"):
        reading_of(name)
    page = portfolio(executive, Filters(search="ab"), sort="name")
    assert names(page) == ["Abba", "Great Abbey"]


def test_a_search_that_many_names_match_still_finds_them(executive, monkeypatch):
    monkeypatch.setattr(module, "MATCHES_AT_MOST", 1)
    for name in ("Acme One", "Acme Two", "Borges"):
        reading_of(name)
    page = portfolio(executive, Filters(search="acme"), sort="name")
    assert names(page) == ["Acme One", "Acme Two"]


def many(monkeypatch):
    """Make customers with ties and unknowns, and pages of three."""
    monkeypatch.setattr(module, "PAGE_SIZE", 3)
    start = datetime(2026, 1, 1, tzinfo=UTC)
    for i, distance in enumerate([50.0, None, 50.0, 20.5, None, 99.0, 50.0, 0.0, None, 20.5]):
        is_known = distance is not None
        reading_of(
            f"Name {i % 4}",
            distance=distance,
            drift=distance and distance - 40,
            at_risk=Decimal(i % 3),
            last_at=start + timedelta(days=i % 4) if is_known else None,
            band=Band.STEADY if is_known else Band.UNKNOWN,
        )


@pytest.mark.parametrize("sort", [sign + name for name in SORTS for sign in ("", "-")])
def test_pages_by_key_show_everyone_once_forwards_and_back(executive, monkeypatch, sort):
    many(monkeypatch)
    forwards = [portfolio(executive, Filters(), sort=sort)]
    while forwards[-1].after:
        forwards.append(portfolio(executive, Filters(), sort=sort, after=forwards[-1].after))
    backwards = [forwards[-1]]
    while backwards[-1].before:
        backwards.append(portfolio(executive, Filters(), sort=sort, before=backwards[-1].before))
    ids = [[reading.pk for reading in page.readings] for page in forwards]
    assert [len(page) for page in ids] == [3, 3, 3, 1]
    assert len({pk for page in ids for pk in page}) == 10
    back = [reading.pk for page in reversed(backwards) for reading in page.readings]
    assert back == [pk for page in ids for pk in page]


@pytest.mark.parametrize("sort", ["distance", "-distance"])
def test_order_follows_the_sort_and_the_unknown_come_last(executive, monkeypatch, sort):
    many(monkeypatch)
    monkeypatch.setattr(module, "PAGE_SIZE", 50)
    found = [reading.distance for reading in portfolio(executive, Filters(), sort=sort).readings]
    known = found[:7]
    assert known == sorted(known, reverse=sort.startswith("-"))
    assert found[7:] == [None, None, None]


def test_a_customer_who_moved_between_pages_is_neither_lost_nor_doubled(executive, monkeypatch):
    many(monkeypatch)
    first = portfolio(executive, Filters(), sort="-distance")
    leaver = first.readings[0]
    leaver.distance = 1.0
    leaver.save()
    second = portfolio(executive, Filters(), sort="-distance", after=first.after)
    assert not {r.pk for r in second.readings} & {r.pk for r in first.readings}


def test_the_total_is_exact_up_to_a_limit_and_honest_beyond(executive_browser, monkeypatch):
    monkeypatch.setattr(module, "COUNTED_AT_MOST", 2)
    for _ in range(2):
        reading_of("Acme")
    assert executive_browser.get(URL).context["summary"] == "2 customers"
    reading_of("Acme")
    assert executive_browser.get(URL).context["summary"] == "More than 2 customers"


def test_bands_are_counted_unless_the_filter_is_one_the_rollups_do_not_know(executive_browser):
    count_total(
        BandTotal,
        on_date=BandTotal.NOW,
        stage="current",
        currency="EUR",
        band=Band.GONE,
        customers=7,
        yearly_value=0,
    )
    counts = {band["key"]: band["count"] for band in executive_browser.get(URL).context["bands"]}
    assert counts["gone"] == "7"
    assert counts["near"] == "0"
    bands = executive_browser.get(URL, {"q": "acme"}).context["bands"]
    assert {band["count"] for band in bands} == {""}


def test_an_account_manager_is_told_the_bands_of_their_team_only():
    manager = PersonFactory()
    for team_id, customers in ((manager.team_id, 2), (TeamFactory().pk, 5)):
        count_total(
            BandTotal,
            on_date=BandTotal.NOW, team_id=team_id, stage="current", currency="EUR", band=Band.GONE,
            customers=customers, yearly_value=0,
        )  # fmt: skip
    client = Client()
    client.force_login(manager)
    counts = {band["key"]: band["count"] for band in client.get(URL).context["bands"]}
    assert counts["gone"] == "2"


@pytest.mark.parametrize("sort", [*SORTS, *(f"-{sort}" for sort in SORTS)])
def test_a_list_of_few_is_in_the_order_of_a_long_one(executive, monkeypatch, sort):
    for number in range(7):
        is_known = number != 3
        reading_of(
            f"Acme {number % 3}", at_risk=Decimal(10 * (number % 3)), drift=float(number % 2),
            distance=40.0 + number % 4 if is_known else None,
        )  # fmt: skip
    few = names(portfolio(executive, Filters(), sort=sort))
    monkeypatch.setattr(module, "COUNTED_AT_MOST", 2)
    many = portfolio(executive, Filters(), sort=sort)
    assert not many.totals.is_exact
    assert names(many) == few
    assert len(few) == 7


def test_a_list_that_is_long_comes_to_what_it_would_if_it_were_counted(executive, monkeypatch):
    north, hotels = TeamFactory(), SegmentFactory()
    for number in range(9):
        reading_of(
            f"Acme {number}", team=[north, None][number % 2], segment=[hotels, None][number // 5],
            stage=["current", "lead"][number % 3 == 1],
            distance=None if number == 8 else 10.0 + number, at_risk=Decimal(number),
            band=Band.UNKNOWN if number == 8 else Band.NEAR,
            value_class=1 + number % 2, size_class=1, policy_version=1,
        )  # fmt: skip
    rebuild_rollups()
    whose = [
        Filters(),
        Filters(stage="current"),
        Filters(team=north.pk),
        Filters(team=0),
        Filters(segment=hotels.pk),
        Filters(segment=0, stage="lead"),
        Filters(team=north.pk, segment=hotels.pk, stage="current"),
    ]
    for person in (executive, PersonFactory(team=north)):
        for filters in whose:
            monkeypatch.setattr(module, "COUNTED_ANEW", 10)
            counted = portfolio(person, filters, sort="-at_risk")
            monkeypatch.setattr(module, "COUNTED_ANEW", 0)
            kept = portfolio(person, filters, sort="-at_risk")
            assert kept.totals.customers == counted.totals.customers
            assert kept.totals.yearly_value == counted.totals.yearly_value
            assert kept.totals.mean_distance == pytest.approx(counted.totals.mean_distance)
            assert names(kept) == names(counted)


def test_the_mean_of_a_part_is_never_shown_as_that_of_all(executive, monkeypatch):
    """After an upgrade customers come into the totals of distances one by one."""
    monkeypatch.setattr(module, "COUNTED_ANEW", 0)
    reading_of("Acme", distance=10.0, band=Band.NEAR, value_class=1, size_class=1)
    reading_of("Zenith", distance=90.0, band=Band.GONE, value_class=None, size_class=None)
    rebuild_rollups()

    assert portfolio(executive, Filters(), sort="-at_risk").totals.mean_distance == 50.0


def test_htmx_gets_the_list_alone_and_a_restored_page_gets_all(executive_browser):
    reading_of("Acme")
    part = executive_browser.get(URL, headers={"HX-Request": "true"})
    whole = executive_browser.get(
        URL, headers={"HX-Request": "true", "HX-History-Restore-Request": "true"}
    )
    assert "<html" not in part.text
    assert 'id="results"' in part.text
    assert "<html" in whole.text
    assert "HX-Request" in part.headers["Vary"]


def test_a_link_in_the_list_brings_the_filters_with_it_and_typing_does_not(executive_browser):
    reading_of("Acme")
    link = executive_browser.get(URL, headers={"HX-Request": "true", "HX-Boosted": "true"})
    typing = executive_browser.get(URL, headers={"HX-Request": "true"})
    assert 'id="filters"' in link.text
    assert 'id="filters"' not in typing.text


def test_nobody_matching_offers_a_way_out(executive_browser):
    reading_of("Acme")
    response = executive_browser.get(URL, {"band": "gone"})
    assert "No customer matches" in response.text
    assert f'href="{reverse("customers")}"' in response.text


def test_a_row_says_what_is_known_and_nothing_else(executive_browser):
    reading_of("Known", distance=61.6, drift=12.4, at_risk=Decimal("1234567.8"), band=Band.COOLING)
    reading_of("New", distance=None, drift=None, last_at=None, band=Band.UNKNOWN)
    rows = {row.name: row for row in executive_browser.get(URL).context["rows"]}
    assert rows["Known"].distance == "62"
    assert (rows["Known"].drift, rows["Known"].direction) == ("+12", "away")
    assert rows["Known"].at_risk == "EUR\N{NO-BREAK SPACE}1,234,568"
    assert (rows["New"].distance, rows["New"].drift, rows["New"].last_touch) == ("", "", "never")


def test_the_sparkline_is_the_last_year_up_to_now(executive_browser):
    reading_of(
        "Acme", distance=70.0, history=bytes([255] * 50 + [10, 20, 30]),
        history_on=date(2026, 3, 2),
    )  # fmt: skip
    (row,) = executive_browser.get(URL).context["rows"]
    assert 'aria-label="Distance over a year: from 10 to 70"' in row.sparkline


def test_names_are_escaped(executive_browser):
    reading_of("<script>alert(1)</script>")
    assert "<script>alert" not in executive_browser.get(URL).text


def test_of_very_many_owners_those_of_the_chosen_team_are_shown_and_any_may_be_asked_for(
    executive_browser, monkeypatch
):
    monkeypatch.setattr(module, "OWNERS_SHOWN", 1)
    tom, uwe = PersonFactory(name="Tom"), PersonFactory(name="Uwe")
    for address in (URL, "/changes/"):

        def shown(**asked):
            page = executive_browser.get(address, asked)  # noqa: B023
            return [name for _, name in page.context["form"].fields["owner"].widget.choices]

        assert shown() == ["Any owner (choose a team for names)", "Nobody"]
        assert shown(team=tom.team_id)[1:] == ["Tom", "Nobody"]
        assert shown(team=tom.team_id, owner=uwe.pk)[1:] == ["Tom", "Uwe", "Nobody"]
    chips = executive_browser.get(URL, {"owner": uwe.pk}).context["chips"]
    assert [(chip["key"], chip["value"]) for chip in chips] == [("Owner", "Uwe")]
