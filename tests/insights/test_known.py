"""Who knows our customers: who may read it, what it says of few and of many, its files."""

import csv
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.test import Client

from insights.known_words import (
    attention_sentence,
    folded,
    functions,
    known_sentence,
    levels,
    main_currency,
    of_people,
    year_sentence,
)
from insights.models import EVERY_TEAM, KnownTotal
from insights.selectors.known import AttentionGiven, Circles, Effort, Ours, Share, Some
from insights.selectors.portfolio import Filters, portfolio
from insights.services.drain import drain
from interactions.services import NewTouchpoint, record, source_named
from tests.factories import (
    AdministratorFactory,
    CustomerFactory,
    ExecutiveFactory,
    PersonFactory,
    SegmentFactory,
    TeamFactory,
)

URL = "/who-knows/"
NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def browser(db):
    client = Client()
    client.force_login(ExecutiveFactory(name="Éva"))
    return client


def meet(customer, person=None, days_ago=5.0, kind="meeting.in_person", **given):
    item = NewTouchpoint(
        type=kind, customer=customer.pk, person_id=person.pk if person else None,
        occurred_at=NOW - timedelta(days=days_ago), **given,
    )  # fmt: skip
    (outcome,) = record(
        source=source_named("test"), items=[item], by=AdministratorFactory(), now=NOW
    )
    assert outcome.status == "recorded", outcome
    while drain(now=NOW):
        pass


def some(number, currency="EUR", value=1000):
    return Some(number, {currency: number}, {currency: value}, {currency: 0})


def known_to(one=0, lost=0, total=100):
    of = {"": some(total), "one": some(one), "lost": some(lost)}
    return Circles(of, {})


def test_a_visitor_is_asked_to_sign_in():
    assert Client().get(URL).headers["Location"].startswith("/accounts/login/")


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["", "?take=by-function.csv", "?team=0"])
def test_an_account_manager_is_told_why_this_is_not_for_them(query):
    client = Client()
    client.force_login(PersonFactory())
    response = client.get(URL + query)
    assert response.status_code == 403
    assert "for executives and administrators" in response.text


@pytest.mark.django_db
def test_an_administrator_may_read_it():
    client = Client()
    client.force_login(AdministratorFactory())
    assert client.get(URL).status_code == 200


def test_alone_and_without_customers_it_says_so(browser):
    response = browser.get(URL)
    assert "We are fewer than 3" in response.text
    assert "There are no current customers yet." in response.text
    assert "Too few to tell" in response.text
    assert "No contact yet" in response.text


def test_without_contact_it_says_what_will_come(browser):
    PersonFactory.create_batch(3, function="Sales")
    response = browser.get(URL)
    assert "None of us was in contact with a customer in the last 90 days." in response.text
    assert "Nobody met anybody yet" in response.text


def test_one_of_a_few_stays_unnamed(browser):
    customer, tom = CustomerFactory(name="Acme"), PersonFactory(name="Tom Petersen")
    PersonFactory.create_batch(3)
    meet(customer, tom)
    response = browser.get(URL)
    assert "1 of the 6 of us was in contact with a customer" in response.text
    assert "Of 1 current customer 1 is known to one of us only" in response.text
    assert "Tom" not in response.text
    assert 'href="/proof/">How often is the score right?</a>' in response.text
    assert "Nobody said yet what our people do." in response.text


def test_ninety_days_are_counted_with_today(browser):
    people = PersonFactory.create_batch(4, team=None)
    for days_ago, person in zip((0.1, 89, 90, 200), people, strict=True):
        meet(CustomerFactory(), person, days_ago)
    page = browser.get(URL).context
    # Four of them, who looks, and four administrators by whom it was recorded.
    assert page["everyone"] == "2 of 9"
    assert page["cards"][3]["value"] == "2"


def test_a_touchpoint_without_a_person_is_contact_of_nobody_by_name(browser):
    customer = CustomerFactory()
    PersonFactory.create_batch(3)
    meet(customer)
    page = browser.get(URL).context
    assert page["everyone"].startswith("0 of")
    assert [card["value"] for card in page["cards"]] == ["0", "1", "0", "0"]


def test_it_is_of_a_team_by_the_address(browser):
    north, south = TeamFactory(name="North"), TeamFactory(name="South")
    for team in (north, south):
        for person in PersonFactory.create_batch(3, team=team):
            meet(CustomerFactory(team=team), person)
    meet(CustomerFactory(team=north), PersonFactory(team=south))
    page = browser.get(URL, {"team": north.pk}).context
    assert page["everyone"] == "3 of 3"
    assert page["number"] == "4 current customers"
    assert page["stages"][1]["contacts"] == "4"
    assert page["teams"] == []
    assert page["chips"] == [{"key": "Team", "value": "North", "url": URL}]
    assert f"team={north.pk}" in page["cards"][0]["url"]


def test_whom_we_know_is_of_a_stage_and_a_segment_by_the_address(browser):
    bakeries, tom = SegmentFactory(name="Bakeries"), PersonFactory()
    for stage, segment in (("lead", bakeries), ("lead", None), ("current", bakeries)):
        meet(CustomerFactory(stage=stage, segment=segment), tom)
    page = browser.get(URL, {"stage": "lead", "segment": bakeries.pk}).context
    assert page["sentence"].startswith("Of 1 lead 1 is known to one of us only")
    assert page["number"] == "1 lead"
    leads = browser.get(URL, {"stage": "lead"}).context
    assert leads["number"] == "2 leads"
    assert [row["customers"].text for row in leads["teams"]] == ["1", "1"]
    assert browser.get(URL, {"stage": "any"}).context["number"] == "3 customers"
    # Who of us meets customers, and what each stage gets of us, is told of everybody.
    everybody = browser.get(URL).context
    for name in ("everyone", "stages"):
        assert page[name] == leads[name] == everybody[name]


def test_what_is_not_kept_by_segment_says_so_right_there_and_in_files(browser):
    bakeries, tom = SegmentFactory(name="Bakeries"), PersonFactory()
    for segment in (bakeries, None):
        meet(CustomerFactory(segment=segment, team=tom.team), tom)
    met = "The customers they meet are {}: who of us met whom is not kept by that"
    given = "Leads beside the customers we have, {}: contact is not kept by that"
    every = {"segment": bakeries.pk, "owner": tom.pk, "stage": "lead"}
    for asked, met_are, given_are in (
        ({"segment": bakeries.pk}, "of every segment", "of every segment"),
        ({"segment": "0"}, "of every segment", "of every segment"),
        ({"stage": "lead"}, "of every stage", ""),
        (every, "of every stage, segment and owner", "of every segment and owner"),
        ({"stage": "any"}, "", ""),
        ({"team": tom.team_id}, "", ""),
    ):
        text = browser.get(URL, asked).text
        for words, are in ((met, met_are), (given, given_are)):
            assert not are or words.format(are) in text
        assert text.count("not kept by that") == bool(met_are) + bool(given_are)
        for name, are in (("who-met-customers", met_are), ("attention-on-leads", given_are)):
            drawn = browser.get(URL, {**asked, "take": f"{name}.svg"}).content.decode()
            assert (f"customers {are} ·" in drawn) is bool(are)
            assert ("Team: " in drawn) is ("team" in asked)


def test_a_segment_of_very_many_is_left_out_and_says_what_to_do(browser, monkeypatch):
    monkeypatch.setattr("insights.selectors.known.COUNTED_AT_MOST", 1)
    segment, owner = SegmentFactory(), PersonFactory()
    for one in (owner, owner, None):
        meet(CustomerFactory(segment=segment, owner=one, team=owner.team))
    response = browser.get(URL, {"segment": segment.pk})
    assert "too many to add up while you wait; choose a team or an owner" in response.text
    assert response.context["number"] == "3 current customers"
    assert response.context["chips"] == []
    theirs = browser.get(URL, {"segment": segment.pk, "owner": owner.pk})
    assert theirs.context["number"] == "2 current customers"


def test_what_makes_no_sense_is_left_out_and_named(browser):
    response = browser.get(URL, {"team": "99999"})
    assert response.context["form"].among().team is None
    assert response.text.count("It is left out.") == 1


def test_the_number_of_queries_does_not_grow(browser, django_assert_num_queries):
    def make(number):
        for _ in range(number):
            team = TeamFactory()
            meet(CustomerFactory(team=team, currency="SEK"), PersonFactory(team=team))

    make(1)
    browser.get(URL)
    with django_assert_num_queries(13):
        browser.get(URL)
    make(6)
    with django_assert_num_queries(13):
        browser.get(URL)


@pytest.mark.parametrize("ending", ["csv", "xlsx", "svg", "png"])
@pytest.mark.parametrize(
    "name",
    ["who-met-customers", "by-function", "by-level", "attention-and-value", "attention-on-leads"],
)
def test_every_chart_can_be_taken_along(browser, name, ending):
    lead = CustomerFactory(stage="lead")
    for person in PersonFactory.create_batch(3, function="Sales"):
        meet(lead, person)
    response = browser.get(URL, {"take": f"{name}.{ending}"})
    assert response.getvalue()
    assert f"{name}-2026-03-04.{ending}" in response.headers["Content-Disposition"]


def test_files_of_who_met_customers_have_numbers_with_their_units(browser):
    sales = PersonFactory.create_batch(4, function="Sales")
    for person in sales[:3]:
        meet(CustomerFactory(), person)

    def lines(name):
        file = browser.get(URL, {"take": f"{name}.csv"})
        return [*csv.reader(file.getvalue().decode("utf-8-sig").splitlines())]

    # Who looks, and the three by whom it was recorded, met nobody and say not what they do.
    assert lines("by-function") == [
        ["Function", "In contact", "Of us", "In contact, %"],
        ["Nobody said", "0", "4", "0.0"],
        ["Sales", "3", "4", "75.0"],
    ]
    assert lines("who-met-customers") == [
        ["Month", "In contact", "Of us", "In contact, %", "Complete"],
        ["2026-02-01", "3", "3", "100.0", "yes"],
        ["2026-03-01", "0", "3", "0.0", "so far"],
    ]


def test_the_list_of_customers_combines_with_who_knows_them(browser):
    north = TeamFactory()
    tom = PersonFactory(team=north, is_active=False)
    lost, met = CustomerFactory(team=north), CustomerFactory(team=north, stage="lead")
    CustomerFactory(team=north)
    meet(lost, tom, 20)
    meet(met, PersonFactory(), 10)
    executive = ExecutiveFactory()

    def found(**filters):
        return [r.pk for r in portfolio(executive, Filters(**filters), sort="name").readings]

    assert found(known="lost") == [lost.pk]
    assert found(known="lost", stage="lead") == []
    assert found(known="one", team=north.pk) == [met.pk]
    assert found(known="met", stage="lead") == [met.pk]
    assert browser.get("/customers/", {"known": "lost"}).context["chips"][0]["value"] == (
        "Their person left"
    )


def test_a_long_list_is_counted_by_the_totals(browser, monkeypatch):
    monkeypatch.setattr("insights.selectors.portfolio.COUNTED_AT_MOST", 2)
    for _ in range(4):
        meet(CustomerFactory(yearly_value=100), PersonFactory())
    assert KnownTotal.objects.exclude(team_id=EVERY_TEAM).count() == 4
    page = browser.get("/customers/", {"known": "one", "stage": "current"})
    assert page.context["summary"] == "4 customers"
    assert page.context["totals"][0]["value"].endswith("400")
    assert (
        browser.get("/customers/", {"known": "one", "band": "near"})
        .context["summary"]
        .startswith("More than 2")
    )


def test_nobody_can_be_told_from_the_others():
    assert folded({}) == []
    assert folded({"Law": Share(1, 1), "Tax": Share(1, 0)}) == []
    groups = {"Sales": Share(9, 8), "Law": Share(1, 1), "Tax": Share(1, 0), "IT": Share(3, 0)}
    assert folded(groups) == [
        ("Sales and smaller groups", Share(11, 9)), ("IT", Share(3, 0)),
    ]  # fmt: skip
    for some_groups in (groups, groups | {"Art": Share(2, 2)}):
        told = folded(some_groups)
        assert min(share.people for _, share in told) >= 3
        assert sum((share for _, share in told), Share()) == sum(some_groups.values(), Share())


def test_levels_stand_in_their_order_and_functions_by_size():
    found = Ours(
        {"": Share(3, 1), "Finance": Share(4, 0)},
        {"executive": Share(3, 1), "": Share(1, 0), "staff": Share(20, 9), "head": Share(3, 0)},
        {},
    )
    assert [name for name, _ in levels(found)] == [
        "Staff and smaller groups", "Heads of department", "Executives",
    ]  # fmt: skip
    assert [name for name, _ in functions(found)] == ["Finance", "Nobody said"]


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (Share(2, 2), "too few to tell"),
        (Share(3, 0), "0 of 3"),
        (Share(10, 10), "10 of 10 (100 %)"),
        (Share(2400, 3), "3 of 2,400 (under 1 %)"),
    ],
)
def test_shares_are_told_of_many_alone(share, words):
    assert of_people(share) == words


def test_the_sentence_tells_of_executives_where_there_are_some():
    def people(executives):
        return Ours({"Sales": Share(40, 20)}, {"staff": Share(37, 20), "executive": executives}, {})

    hang = "Of 100 current customers 12 are known to one of us only, and 1 has lost"
    said = known_sentence(people(Share(3, 2)), known_to(one=12, lost=1))
    assert said.startswith("20 of the 40 of us (50 %) were in contact with a customer in the last")
    assert "90 days, 2 of 3 executives among them. " in said
    assert hang in said
    assert ", and none of 3 executives. " in known_sentence(people(Share(3, 0)), known_to())
    assert "executives" not in known_sentence(people(Share(2, 1)), known_to())
    assert "none is known to one of us only, and none has lost" in (
        known_sentence(people(Share(3, 0)), known_to())
    )


def test_a_year_is_compared_where_enough_of_us_were_here():
    months = {date(2025, 2, 1): Share(9, 3), date(2026, 2, 1): Share(40, 3)}
    assert year_sentence(Ours({}, {}, months | {date(2026, 3, 1): Share(40, 1)})) == ""
    assert year_sentence(Ours({}, {}, {})) == ""


def given(leads=(41, 0, 0), others=(59, 0, 0), **customers):
    lately = {"lead": Effort(*leads), "current": Effort(*others)}
    return AttentionGiven(lately, {}, customers)


def test_attention_is_said_beside_numbers_and_value():
    worth = {"lead": some(10, value=120), "current": some(90, value=880)}
    assert attention_sentence(given(**worth)) == (
        "Leads got 41 % of our contact in the last 90 days; they are 10 % of our customers and "
        "12 % of the value in EUR."
    )
    timed = given(leads=(41, 10, 300), others=(59, 10, 300), **worth)
    assert "and 50 % of the time that was noted" in attention_sentence(timed)
    assert attention_sentence(given()).endswith("; there are no leads now.")
    nothing = {"lead": some(10, value=0), "current": some(90, value=0)}
    assert attention_sentence(given(**nothing)).endswith("they are 10 % of our customers.")
    assert attention_sentence(given(leads=(1, 0, 0), others=(0, 0, 0))) == (
        "We were in contact once in the last 90 days: too little to compare."
    )
    assert "Nobody of us" in attention_sentence(given(leads=(0, 0, 0), others=(0, 0, 0)))
    assert "Leads got nothing" in attention_sentence(given(leads=(0, 0, 0), **worth))


def test_the_currency_is_that_of_most_customers():
    worth = {"lead": some(3, "SEK", 9_000_000), "current": some(5, "EUR", 10)}
    assert main_currency(given(**worth)) == "EUR"
    assert main_currency(given()) == ""


@pytest.mark.django_db
def test_functions_have_one_spelling_and_are_said_in_the_administration():
    admin = AdministratorFactory(function="Sales")
    other = PersonFactory()
    client = Client()
    client.force_login(admin)
    form = {
        "email": other.email, "name": other.name, "role": other.role, "team": other.team_id,
        "function": "  sAlEs ", "level": "head", "is_active": "on",
    }  # fmt: skip
    response = client.post(f"/admin/relationships/person/{other.pk}/change/", form)
    assert response.status_code == 302
    other.refresh_from_db()
    assert (other.function, other.level) == ("Sales", "head")
