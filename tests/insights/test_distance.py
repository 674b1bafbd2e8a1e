"""The front page of the organisation: who may read it, and that its numbers are right."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.test import Client

from insights.distance_presentation import note
from insights.models import Band, BandTotal
from insights.selectors.organisation import (
    Among,
    BandLine,
    Standing,
    TeamLine,
    comparison_days,
    movers_away,
    movers_closer,
    standing,
)
from insights.selectors.wall import wall_by_month
from insights.sentences import distance_sentence
from interactions.models import TouchpointType
from relationships.models import Segment
from tests.factories import (
    AdministratorFactory,
    CustomerFactory,
    PersonFactory,
    ReadingFactory,
    TeamFactory,
    count_month,
    count_total,
)

URL = "/distance/"
MOMENT = datetime(2026, 3, 4, 12, tzinfo=UTC)
FOUR_WEEKS_AGO, YEAR_AGO = comparison_days(MOMENT)


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(MOMENT, tick=False):
        yield


def total(
    band, customers, *, on_date=BandTotal.NOW, currency="EUR", risk=0, team_id=0, stage="current"
):
    return count_total(
        BandTotal,
        on_date=on_date, team_id=team_id, stage=stage, currency=currency, band=band,
        customers=customers, yearly_value=customers * 1000, at_risk=risk,
    )  # fmt: skip


def standing_of(
    near=0, gone=0, *, unknown=0, gone_before=None, gone_year_ago=None, at_risk=None, teams=()
):
    def line(band, now, before=None, year=None, risk=None):
        return BandLine(band, now, before, year, {}, risk or {})

    return Standing(
        [
            line(Band.UNKNOWN, unknown),
            line(Band.NEAR, near),
            line(Band.GONE, gone, gone_before, gone_year_ago, at_risk),
        ],
        [TeamLine(pk, f"Team {pk}", *counts, at_risk={}) for pk, counts in enumerate(teams)],
    )


def test_a_visitor_is_asked_to_sign_in():
    assert Client().get(URL).headers["Location"].startswith("/accounts/login/")


@pytest.mark.django_db
def test_an_account_manager_is_told_why_this_is_not_for_them():
    client = Client()
    client.force_login(PersonFactory())
    response = client.get(URL)
    assert response.status_code == 403
    assert "for executives and administrators" in response.text


@pytest.mark.django_db
def test_an_administrator_may_read_it():
    client = Client()
    client.force_login(AdministratorFactory())
    assert client.get(URL).status_code == 200


def test_with_no_customers_at_all_it_says_so(executive_browser):
    response = executive_browser.get(URL)
    assert "not heard from any customer" in response.text
    assert response.context["has_data"] is False


def test_the_number_of_queries_does_not_grow_with_the_customers(
    executive_browser, django_assert_num_queries
):
    def make(number):
        for _ in range(number):
            reading = ReadingFactory(drift=20.0)
            total(Band.STEADY, 1, team_id=reading.team_id)
        count_month(month=date(2026, 3, 1), team_id=number, type_id=1, is_via=False, count=5)

    make(1)
    with django_assert_num_queries(17):
        executive_browser.get(URL)
    make(20)
    with django_assert_num_queries(17):
        executive_browser.get(URL)


@pytest.mark.django_db
def test_bands_count_current_customers_now_and_before():
    total(Band.GONE, 5)
    total(Band.GONE, 2, currency="USD")
    total(Band.GONE, 90, stage="lead")
    total(Band.GONE, 3, on_date=FOUR_WEEKS_AGO)
    total(Band.NEAR, 4, on_date=YEAR_AGO)
    gone = standing(MOMENT).bands[Band.GONE]
    assert (gone.now, gone.four_weeks_ago, gone.year_ago) == (7, 3, 0)


@pytest.mark.django_db
def test_a_day_of_which_nothing_is_known_is_not_a_zero():
    total(Band.GONE, 5)
    total(Band.GONE, 0, on_date=YEAR_AGO)
    gone = standing(MOMENT).bands[Band.GONE]
    assert (gone.four_weeks_ago, gone.year_ago) == (None, None)


@pytest.mark.django_db
def test_currencies_are_never_added():
    total(Band.GONE, 1, risk=100)
    total(Band.NEAR, 1, risk=50)
    total(Band.GONE, 1, currency="USD", risk=30)
    here = standing(MOMENT)
    assert here.at_risk == {"EUR": Decimal(150), "USD": Decimal(30)}
    assert here.bands[Band.GONE].yearly_value == {"EUR": Decimal(1000), "USD": Decimal(1000)}


def test_value_at_risk_by_team_has_a_chart_for_each_currency(executive_browser):
    north, south = TeamFactory(name="North"), TeamFactory(name="South")
    total(Band.GONE, 1, team_id=north.pk, risk=100)
    total(Band.GONE, 1, team_id=south.pk, risk=900)
    total(Band.GONE, 1, team_id=south.pk, risk=20, currency="USD")
    total(Band.GONE, 1, risk=5)
    total(Band.GONE, 1, team_id=TeamFactory(name="Of cents").pk, risk=Decimal("0.40"))
    euros, dollars = executive_browser.get(URL).context["risks"]
    assert [row[0] for row in euros.rows] == ["South", "North", "No team"]
    assert [row[0] for row in dollars.rows] == ["South"]


@pytest.mark.django_db
def test_the_wall_counts_people_and_screens_and_leaves_bookkeeping_out():
    types = {
        mode: TouchpointType.objects.filter(mode=mode).first().pk for mode in ("human", "digital")
    }
    bookkeeping = TouchpointType.objects.create(
        key="test.bookkeeping", label="-", channel="-", mode="none", nature="neutral", direction=1
    )
    for month, type_id, team_id, count in (
        (date(2026, 1, 1), types["human"], 1, 3),
        (date(2026, 1, 1), types["human"], 2, 4),
        (date(2026, 1, 1), types["digital"], 1, 20),
        (date(2026, 3, 1), bookkeeping.pk, 1, 500),
        (date(2015, 3, 1), types["human"], 1, 9),
    ):
        count_month(month=month, type_id=type_id, team_id=team_id, is_via=False, count=count)
    months = wall_by_month(MOMENT.date())
    assert [(m.month, m.human, m.digital, m.is_whole) for m in months] == [
        (date(2026, 1, 1), 7, 20, True),
        (date(2026, 2, 1), 0, 0, True),
        (date(2026, 3, 1), 0, 0, False),
    ]


@pytest.mark.django_db
def test_movers_are_those_who_moved_most_and_by_enough():
    for drift in (4.9, 5.0, 30.0, -5.0, -4.9, -40.0, None):
        ReadingFactory(drift=drift)
    assert [reading.drift for reading in movers_away()] == [30.0, 5.0]
    assert [reading.drift for reading in movers_closer()] == [-40.0, -5.0]


def test_a_mover_has_a_reason(executive_browser):
    ReadingFactory(
        drift=30.0, distance=70.0, band=Band.DRIFTING, part_presence=60.0, silent_days=41.0,
        usual_gap_days=12.0, active_days=30, at_risk=Decimal(1234),
    )  # fmt: skip
    total(Band.DRIFTING, 1)
    (mover,) = executive_browser.get(URL).context["away"]
    assert mover["reason"] == "Silent 41 days; usually in touch every 12."
    assert (mover["before"], mover["now"]) == (40, 70)


def test_a_customer_never_heard_from_stands_in_no_quarter_of_the_list(executive_browser):
    ReadingFactory(doors=0, windows=0, band=Band.UNKNOWN)
    ReadingFactory(doors=0, windows=0)
    listed = executive_browser.get("/customers/", {"quarter": "walled_off"})
    assert listed.context["summary"] == "1 customer"


def test_filters_stand_in_the_address_as_chips_and_in_every_link(executive_browser):
    team = TeamFactory(name="Nørth")
    ReadingFactory(customer=CustomerFactory(team=team, stage="lead"), drift=9.0)
    total(Band.STEADY, 1, team_id=team.pk, stage="lead", risk=5)
    response = executive_browser.get(URL, {"team": team.pk, "stage": "lead", "segment": ""})
    assert [(chip["key"], chip["value"]) for chip in response.context["chips"]] == [
        ("Team", "Nørth"),
        ("Stage", "Lead"),
    ]
    assert response.context["chips"][0]["url"] == "/distance/?stage=lead"
    assert "Leads only." in response.context["note"]
    links = re.findall(r'href="(/customers/\?[^"]*)"', response.text)
    assert len(links) > 10
    for link in links:
        assert f"team={team.pk}" in link
        assert "stage=lead" in link


def test_the_wall_on_distance_is_of_those_who_are_shown_and_leads_to_what_it_counts(
    executive_browser,
):
    total(Band.STEADY, 1, stage="lead")
    segment = Segment.objects.create(name="Clinics")
    visit = TouchpointType.objects.get(key="visit")
    for stage, count in (("current", 7), ("lead", 2)):
        count_month(
            month=date(2026, 2, 1), type_id=visit.pk, count=count, segment_id=segment.pk,
            stage=stage,
        )  # fmt: skip
    for asked, kept, human in (
        ({}, "stage=current", 7), ({"stage": "lead"}, "stage=lead", 2), ({"stage": "any"}, "", 9),
    ):  # fmt: skip
        response = executive_browser.get(URL, {"segment": segment.pk, **asked})
        address = "&amp;".join(filter(None, [f"segment={segment.pk}", kept]))
        wall = response.context["wall"]
        assert f"/wall/behind/?{address}&amp;mode=human&amp;month=2026-02" in wall.svg
        assert response.context["wall_url"] == f"/wall/?{address}".replace("&amp;", "&")
        assert f"{human} with a person" in wall.svg


def test_where_nobody_is_among_the_chosen_it_leads_back(executive_browser):
    total(Band.STEADY, 1)
    response = executive_browser.get(URL, {"stage": "former"})
    assert "Nobody among these" in response.text
    assert 'href="/distance/"' in response.text


def test_a_filter_that_makes_no_sense_is_left_out_and_named(executive_browser):
    response = executive_browser.get(URL, {"team": "4711", "stage": "friend"})
    assert response.text.count("It is left out.") == 2
    assert response.context["form"].among() == Among()


@pytest.mark.parametrize(
    ("here", "sentence"),
    [
        (
            standing_of(),
            "We have not heard from any customer yet, so there is no distance to show.",
        ),
        (
            standing_of(near=1, unknown=50),
            (
                "So far we have heard from 1 customer only: too few to say how far we are from our "
                "customers."
            ),
        ),
        (
            standing_of(339, 41, gone_before=29, at_risk={"EUR": Decimal(2_100_000)}),
            (
                "41 of 380 customers are drifting or gone, 12 more than four weeks ago; EUR 2.1 M "
                "a year is at risk."
            ),
        ),
        (
            standing_of(19, 1, gone_before=3, at_risk={"EUR": Decimal(10), "USD": Decimal(20)}),
            (
                "1 of 20 customers is drifting or gone, 2 fewer than four weeks ago; USD 20 and "
                "EUR 10 a year are at risk."
            ),
        ),
        (
            standing_of(339, 41, gone_before=44, gone_year_ago=5, at_risk={"EUR": Decimal(9)}),
            (
                "41 of 380 customers are drifting or gone, 36 more than a year ago but 3 fewer "
                "than four weeks ago; EUR 9 a year is at risk."
            ),
        ),
        (
            standing_of(339, 41, gone_before=41, gone_year_ago=29, at_risk={"EUR": Decimal(9)}),
            (
                "41 of 380 customers are drifting or gone, 12 more than a year ago and as many as "
                "four weeks ago; EUR 9 a year is at risk."
            ),
        ),
        (
            standing_of(20, 0, gone_before=0),
            (
                "None of 20 customers are drifting or gone, as many as four weeks ago; no yearly "
                "value is at risk."
            ),
        ),
        (
            standing_of(15, 5),
            (
                "5 of 20 customers are drifting or gone, and nothing older to compare with yet; no "
                "yearly value is at risk."
            ),
        ),
        (
            standing_of(15, 5, gone_before=3, teams=[(0, 0), (9, 3), (11, 2)]),
            (
                "5 of 20 customers are drifting or gone, 2 more than four weeks ago, most of them "
                "in Team 1; no yearly value is at risk."
            ),
        ),
    ],
)
def test_the_first_sentence_says_what_the_numbers_say(here, sentence):
    assert distance_sentence(here).replace("\N{NO-BREAK SPACE}", " ") == sentence


@pytest.mark.parametrize(
    ("here", "stage", "sentence"),
    [
        (standing_of(15, 5), "lead", "5 of 20 leads are drifting or gone, and nothing older"),
        (standing_of(15, 5), "former", "5 of 20 former customers are drifting or gone,"),
        (standing_of(2, 1), "lead", "Of these we have heard from 3 leads only: too few to say"),
        (standing_of(0, 0), "lead", "We have not heard from any of these leads yet,"),
    ],
)
def test_whoever_are_leads_alone_are_called_so(here, stage, sentence):
    assert distance_sentence(here, among=Among(stage=stage)).startswith(sentence)


def test_of_too_few_to_tell_nothing_is_said_of_a_year_ago():
    told, too_few = (standing_of(near, 1, gone_year_ago=0) for near in (9, 8))
    assert note(told, Among(stage="lead")) == "Leads only. A year ago nobody was that far."
    assert note(too_few, Among(stage="lead")) == "Leads only."


@pytest.mark.parametrize(
    ("gone", "teams"),
    [
        pytest.param(4, [(0, 0), (5, 4), (15, 0)], id="they are few"),
        pytest.param(5, [(9, 5), (12, 0)], id="they have no team"),
        pytest.param(6, [(0, 0), (11, 3), (11, 3)], id="it has half"),
        pytest.param(5, [(0, 0), (18, 4), (3, 1)], id="it has as many of all customers"),
        pytest.param(5, [], id="there is none"),
    ],
)
def test_no_team_is_named_where_that_would_say_nothing(gone, teams):
    assert "most of them" not in distance_sentence(standing_of(16, gone, teams=teams))


@pytest.mark.parametrize("days", range(7))
def test_comparisons_are_with_mondays_nearest_to_four_weeks_and_a_year_ago(days):
    now = datetime(2026, 3, 2, 12, tzinfo=UTC) + timedelta(days=days)
    month, year = comparison_days(now)
    assert month.weekday() == year.weekday() == 0
    assert abs((now.date() - month).days - 28) <= 3
    assert 358 <= (now.date() - year).days <= 370
