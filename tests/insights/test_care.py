"""Do we care: who may see it, what it says, and that it stays quick."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.test import Client

from insights.care_words import care_sentence, half
from insights.hours import STEPS, Median, step_of
from insights.models import CareTrace, OwnerTotal
from insights.selectors.care import Loops, Sums
from insights.selectors.organisation import Among
from interactions.models import TouchpointType
from interactions.services import NewTouchpoint, record, source_named
from relationships.models import Segment, Team
from tests.factories import (
    AdministratorFactory,
    CustomerFactory,
    ExecutiveFactory,
    PersonFactory,
    TeamFactory,
    count_loops,
    count_month,
)
from tests.insights.care_oracle import drain_all

NOW = datetime(2026, 3, 4, 9, tzinfo=UTC)
FEBRUARY = date(2026, 2, 1)

pytestmark = pytest.mark.django_db


@pytest.fixture
def executive():
    client = Client()
    client.force_login(ExecutiveFactory())
    return client


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


def loops(kind, opened, closed, *, team=None, segment=None, month=FEBRUARY, took=5.0):
    count_loops(
        month=month, team_id=team.pk if team else 0, segment_id=segment.pk if segment else 0,
        kind=kind, opened=opened, closed=closed, took_hours=took,
    )  # fmt: skip


def touchpoints(key, count, *, team=None, month=FEBRUARY):
    count_month(
        month=month, team_id=team.pk if team else 0,
        type_id=TouchpointType.objects.get(key=key).pk, is_via=False, count=count,
    )  # fmt: skip


def cards(response):
    return {card["key"]: card for card in response.context["cards"]}


def test_an_account_manager_is_told_why_this_is_not_for_them():
    client = Client()
    client.force_login(PersonFactory())
    for url in ("/care/", "/care/behind/waiting/"):
        response = client.get(url)
        assert response.status_code == 403
        assert "for executives and administrators" in response.text
    assert 'href="/care/"' not in client.get("/").text


def test_an_administrator_may_see_it():
    client = Client()
    client.force_login(AdministratorFactory())
    assert client.get("/care/").status_code == 200
    assert 'href="/care/"' in client.get("/care/").text


def test_an_empty_organisation_is_told_so(executive):
    response = executive.get("/care/")
    assert "there is nothing to tell" in response.text
    assert response.context["running_url"] == "/care/?until=2026-03"
    assert "This month so far" in response.text
    for what in ("waiting", "said", "not-due"):
        assert "Nothing here" in executive.get(f"/care/behind/{what}/").text


def test_there_is_no_list_of_what_is_not_measured(executive):
    assert executive.get("/care/behind/love/").status_code == 404


def test_without_loops_it_says_that_nobody_asked(executive):
    touchpoints("email.campaign", 40)
    touchpoints("care.help", 4)
    response = executive.get("/care/")
    assert response.context["sentence"] == (
        "From December 2025 to February 2026 no customer asked or complained. "
        "We said we care 40 times and showed it 4 times."
    )
    assert cards(response)["listening"]["value"] == "too few to tell"
    assert cards(response)["say-do"]["value"] == "10"


def test_one_team_has_no_table_of_teams(executive):
    north = TeamFactory()
    loops(1, 20, 18, team=north)
    assert cards(executive.get("/care/"))["listening"]["teams"] == []
    loops(1, 20, 2, team=TeamFactory(name="South"))
    rows = cards(executive.get("/care/"))["listening"]["teams"]
    assert [(row["name"], row["value"], row["count"]) for row in rows] == [
        ("South", "10 %", "18 still wait"),
        (north.name, "90 %", "2 still wait"),
    ]
    assert rows[0]["count_url"].startswith("/care/behind/waiting/?team=")


def test_a_team_and_a_year_are_in_the_address_of_every_number(executive):
    team = TeamFactory()
    loops(1, 20, 18, team=team)
    loops(1, 30, 30)
    response = executive.get("/care/", {"team": team.pk, "months": "12", "until": "2026-02"})
    card = cards(response)["listening"]
    assert card["value"] == "90 %"
    assert card["url"] == f"/care/behind/answered/?months=12&team={team.pk}"
    behind = executive.get(card["url"])
    assert (behind.context["count"], behind.context["said"]) == (
        "18 questions and complaints", team.name,
    )  # fmt: skip


@pytest.mark.parametrize("ending", ["csv", "xlsx", "svg", "png"])
def test_every_chart_can_be_taken_along(executive, ending):
    team = TeamFactory(name="Nørth")
    loops(1, 12, 11, team=team)
    page = executive.get("/care/", {"team": team.pk})
    for key in cards(page):
        assert f'?team={team.pk}&amp;take={key}.{ending}"' in page.text
        file = executive.get("/care/", {"team": team.pk, "take": f"{key}.{ending}"})
        assert file.getvalue()
        assert f'filename="{key}-team-north-2026-03' in file.headers["Content-Disposition"]


def test_numbers_of_months_are_taken_along(executive):
    loops(1, 12, 11)
    file = executive.get("/care/", {"take": "listening.csv"}).getvalue().decode()
    assert file.splitlines()[-1].startswith("2026-02-01,0.91666")
    assert file.splitlines()[-1].endswith(",92 %,yes")


def test_whose_care_it_is_stands_in_every_address_with_a_way_out(executive):
    segment = Segment.objects.create(name="Clinics")
    loops(1, 20, 18, segment=segment)
    loops(1, 30, 30)
    asked = {"segment": segment.pk, "stage": "current", "months": "12"}
    response = executive.get("/care/", asked)
    card = cards(response)["listening"]
    assert (card["value"], card["url"]) == (
        "90 %", f"/care/behind/answered/?months=12&segment={segment.pk}&stage=current",
    )  # fmt: skip
    assert [(chip["key"], chip["value"], chip["url"]) for chip in response.context["chips"]] == [
        ("Segment", "Clinics", "/care/?months=12&stage=current"),
        ("Stage", "Current", f"/care/?months=12&segment={segment.pk}"),
    ]
    behind = executive.get(card["url"]).context
    assert (behind["count"], behind["said"]) == (
        "18 questions and complaints", "Clinics, Current",
    )  # fmt: skip
    assert behind["care_url"] == f"/care/?months=12&segment={segment.pk}&stage=current"
    nothing = executive.get("/care/", {"stage": "former"})
    assert "Nothing among these" in nothing.text
    assert 'href="/care/"' in nothing.text


def test_whoever_has_too_many_customers_to_add_up_is_refused_by_name(executive):
    OwnerTotal.objects.create(owner_id=0, customers=10_001)
    for page in ("/care/", "/care/behind/told/", "/wall/", "/wall/behind/"):
        assert "too many to add up" in executive.get(page, {"owner": "0"}).text, page


def test_it_is_compared_with_the_months_before_and_a_year_ago(executive):
    loops(1, 100, 92)
    loops(1, 100, 88, month=date(2025, 10, 1))
    before, year_ago = cards(executive.get("/care/"))["listening"]["compared"]
    assert (before["label"], before["text"], before["moved"]) == (
        "September to November 2025", "88 %", "4 points more",
    )  # fmt: skip
    assert (year_ago["text"], year_ago["moved"], year_ago["url"]) == ("nothing known", "", "")
    assert before["url"] == "/care/behind/answered/?until=2025-11"


def test_what_makes_no_sense_is_left_out_with_a_word(executive):
    loops(1, 20, 18)
    asked = {"until": "2027-01", "team": "9999999", "months": "7", "stage": "x", "owner": "88"}
    response = executive.get("/care/", asked)
    assert response.text.count("It is left out.") == 5
    assert response.context["period"] == "December 2025 to February 2026"
    for after in ("nonsense", "2026-02-01_x_1", "99999999999999999999_1", "1_2_3"):
        for what in ("said", "waiting"):
            assert executive.get(f"/care/behind/{what}/", {"after": after}).status_code == 200


def test_the_running_month_is_called_unfinished(executive):
    loops(1, 20, 18, month=date(2026, 3, 1))
    response = executive.get("/care/", {"until": "2026-03"})
    assert "has not ended" in response.text
    assert response.context["later_url"] == ""
    assert "(so far)" in cards(response)["listening"]["trend"].rows[-1][0]


def test_the_number_of_queries_does_not_grow(executive, django_assert_num_queries):
    def make(number):
        for _ in range(number):
            team = TeamFactory()
            for kind in (1, 2, 3, 4):
                loops(kind, 20, 18, team=team)
            touchpoints("email.campaign", 5, team=team)

    make(1)
    with django_assert_num_queries(10):
        executive.get("/care/")
    make(12)
    with django_assert_num_queries(10):
        response = executive.get("/care/")
    assert len(cards(response)["listening"]["more_teams"]) == 13 - 6


def test_more_than_fifty_teams_are_led_to(executive):
    teams = [TeamFactory() for _ in range(51)]
    for closed, team in enumerate(teams[:50]):
        loops(1, 100, closed, team=team)
    assert len(cards(executive.get("/care/"))["listening"]["more_teams"]) == 44
    loops(1, 100, 99, team=teams[50])
    response = executive.get("/care/", {"until": "2026-02"})
    card = cards(response)["listening"]
    assert [row["value"] for row in card["teams"]] == [f"{share} %" for share in range(6)]
    assert (card["more_teams"], card["all_teams_url"]) == ([], "/care/?all=listening#listening")
    assert "45 more teams</a>" in response.text
    response = executive.get("/care/", {"all": "listening"})
    listening, promises = cards(response)["listening"], cards(response)["promises"]
    assert len(listening["more_teams"]) == 45
    assert listening["more_teams"][-1]["value"] == "99 %"
    assert (promises["more_teams"], promises["all_teams_url"]) == (
        [], "/care/?all=promises#promises",
    )  # fmt: skip
    assert response.text.count(" open><summary>45 more teams") == 1


def test_lists_ask_as_often_whatever_is_on_them(executive, django_assert_num_queries):
    by, team = AdministratorFactory(), TeamFactory()

    def make(number):
        moment = datetime(2026, 2, 10, tzinfo=UTC)
        items = [
            NewTouchpoint(type=kind, customer=customer.pk, occurred_at=moment)
            for customer in CustomerFactory.create_batch(number, team=team)
            for kind in ("question", "email.campaign")
        ]
        record(source=source_named("test"), items=items, by=by, now=NOW)
        drain_all()

    make(1)
    for count in (8, 9):
        with django_assert_num_queries(8):
            executive.get("/care/behind/waiting/")
        with django_assert_num_queries(11):
            executive.get("/care/behind/said/")
        make(count)


def test_a_long_list_is_paged_to_its_end_without_a_gap(executive):
    by, team = AdministratorFactory(), TeamFactory()
    moment = datetime(2026, 2, 10, tzinfo=UTC)
    items = [
        NewTouchpoint(type=kind, customer=customer.pk, occurred_at=moment)
        for customer in CustomerFactory.create_batch(60, team=team)
        for kind in ("question", "email.campaign")
    ]
    record(source=source_named("test"), items=items, by=by, now=NOW)
    drain_all()
    for what in ("waiting", "said"):
        first = executive.get(f"/care/behind/{what}/", {"team": team.pk})
        second = executive.get(first.context["older_url"])
        assert first.context["count"].startswith("60 ")
        names = [row["name"] for page in (first, second) for row in page.context["rows"]]
        assert len(names) == len(set(names)) == 60
        assert second.context["older_url"] == ""


def test_a_line_leads_into_the_timeline(executive):
    customer = CustomerFactory(name="Café Brûlée")
    (outcome,) = record(
        source=source_named("test"),
        items=[NewTouchpoint(type="asked.again", customer=customer.pk, occurred_at=NOW)],
        by=AdministratorFactory(), now=NOW,
    )  # fmt: skip
    drain_all()
    (row,) = executive.get("/care/behind/asked/", {"until": "2026-03"}).context["rows"]
    assert (row["name"], row["side"]) == ("Café Brûlée", "1 touchpoint")
    assert row["sub"].endswith(" · last Today")
    assert f"/customers/{customer.pk}/?at={outcome.touchpoint_id}#" in row["url"]


def test_a_trace_that_leads_nowhere_is_not_shown(executive):
    customer = CustomerFactory()
    CareTrace.objects.create(
        measure=1, month=FEBRUARY, team_id=customer.team_id, customer_id=customer.pk
    )
    assert "Nothing here" in executive.get("/care/behind/said/").text


def test_a_team_that_is_gone_is_still_counted(executive):
    gone = TeamFactory()
    loops(1, 20, 18, team=gone)
    loops(1, 20, 18)
    Team.objects.filter(pk=gone.pk).delete()
    rows = cards(executive.get("/care/"))["listening"]["teams"]
    assert {row["name"] for row in rows} == {"A team that is gone", "No team"}


def _loops(opened, closed, took=5.0):
    hours = [0] * STEPS
    hours[step_of(took)] = closed
    return Loops(opened, closed, closed, tuple(hours))


SAID = {
    "Of what customers told us in May we answered 92 %, half of it within about 5 hours; 14 still "
    "wait. We said we care 1,204 times and showed it 88 times.": Sums(
        said=1204, shown=88, everything=5000, questions=_loops(175, 161)
    ),
    "Of what customers told us in May we answered 92 %, half of it within 15 minutes; 1 still "
    "waits. We never said that we care and showed it once.": Sums(
        shown=1, everything=12, complaints=_loops(12, 11, 0.1)
    ),
    "Of what customers told us in May we answered 100 %, half of it only after more than 171 "
    "days; nobody still waits. We said we care twice and never showed it.": Sums(
        said=2, everything=12, questions=_loops(10, 10, 9000)
    ),
    "Of what customers told us in May we answered 0 %; 10 still wait. We never said that we care "
    "and never showed it.": Sums(everything=12, questions=_loops(10, 0)),
    "In May customers asked or complained once: too few to say how well we listen. We never "
    "said that we care and never showed it.": Sums(everything=1, questions=_loops(1, 1)),
}


@pytest.mark.parametrize("sentence", SAID)
def test_the_first_sentence_says_what_the_numbers_say(sentence):
    assert care_sentence(SAID[sentence], "May") == sentence
    of_leads = care_sentence(SAID[sentence], "May", Among(stage="lead"))
    assert of_leads == sentence.replace("our customers", "these customers").replace(
        "customer", "lead"
    )


def test_promises_not_due_yet_are_no_broken_ones():
    sums = Sums(promises=Loops(opened=12, closed=6, in_time=5), not_due=4)
    assert sums.due == 8
    # What is counted a moment later than what is not due yet never makes less than nothing.
    assert Sums(promises=Loops(opened=3, closed=3, in_time=3), not_due=1).due == 3


def test_nothing_has_no_median():
    assert half(None) == ""
    assert half(Median(30.2), "half of it") == "half of it within about 30 hours"
