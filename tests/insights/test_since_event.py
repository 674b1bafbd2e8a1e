"""Since which event most of a year's rise came: never more than the numbers bear out."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.utils.html import escape
from hypothesis import given, settings
from hypothesis import strategies as st

from insights.models import Band, BandTotal, DistanceTotal, WallEvent
from insights.report_contents import About, report_contents
from insights.rises import Rise
from insights.selectors.organisation import CURRENT, Among, comparison_days, standing
from insights.selectors.over_time import Week
from insights.selectors.since_event import event_since, monday_after
from insights.sentences import event_said, team_with_most
from tests.factories import TeamFactory, count_total

MOMENT = datetime(2026, 3, 4, 12, tzinfo=UTC)
_, YEAR_AGO = comparison_days(MOMENT)
MONDAYS = [YEAR_AGO + timedelta(weeks=week) for week in range(53)]
TUESDAYS = [monday + timedelta(days=1) for monday in MONDAYS]
KNOWN = 400


def rise(year_ago, then, now, before=39.0, after=13.0, *, known=(KNOWN, KNOWN, KNOWN)):
    weeks = [
        Week(customers, far) for customers, far in zip(known, (year_ago, then, now), strict=True)
    ]
    return Rise(*weeks, before, after)


@pytest.mark.parametrize(
    ("of", "is_so"),
    [
        pytest.param(rise(20, 30, 60), True, id="30 of 40 in the last quarter"),
        pytest.param(rise(20, 20, 60, 26, 26), True, id="all of it in the second half"),
        pytest.param(rise(20, 10, 60, 26, 26), True, id="it had fallen before"),
        pytest.param(rise(20, 47, 60), False, id="a steady rise"),
        pytest.param(rise(20, 38, 60, 26, 26), False, id="most, but hardly faster than before"),
        pytest.param(rise(20, 22, 26, 26, 26), False, id="faster, but by chance"),
        pytest.param(rise(20, 40, 60), False, id="half of it"),
        pytest.param(rise(60, 20, 40), False, id="nearer than a year ago"),
        pytest.param(rise(20, 20, 24), False, id="too few came"),
        pytest.param(rise(20, 20, 60, 50, 2), False, id="too little time after it"),
        pytest.param(rise(20, 20, 60, 3, 49), False, id="too little time before it"),
        pytest.param(rise(2, 2, 8, known=(9, 9, 9)), False, id="too few customers"),
        pytest.param(
            rise(20, 20, 60, known=(100, 100, 300)), False, id="only more customers than then"
        ),
        pytest.param(
            rise(20, 20, 60, known=(200, 300, 500)), True, id="a larger share than both times"
        ),
    ],
)
def test_most_of_a_rise_came_after_something_only_if_its_time_does_not_explain_it(of, is_so):
    assert of.is_mostly_after is is_so


NUMBERS = st.integers(0, 2000)


@given(NUMBERS, NUMBERS, NUMBERS, st.floats(0.1, 60), st.floats(0.1, 60))
def test_what_is_claimed_is_more_than_half_twice_as_fast_and_a_larger_share(
    year_ago, then, now, before, after
):
    of = rise(year_ago, then, now, before, after, known=(2000, 2000, 2000))
    if of.is_mostly_after:
        assert now > year_ago
        assert (now - then) / (now - year_ago) > 0.5
        assert (now - then) / after >= 1.999 * (then - year_ago) / before
        assert min(before, after) >= 4


@given(st.integers(0, 500), st.integers(1, 500), st.integers(1, 51))
def test_of_a_steady_rise_nothing_is_ever_claimed(begin, more, week):
    then = begin + round(more * week / 52)
    known = (2000, 2000, 2000)
    assert not rise(begin, then, begin + more, week, 52.0 - week, known=known).is_mostly_after


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(MOMENT, tick=False):
        yield


def counted(far, *, known=KNOWN, team=0, but=()):
    """Count a team's customers on every Monday and now, by `far` of the week, as drains do."""
    for week, day in [*enumerate(MONDAYS), (53, BandTotal.NOW)]:
        for band, customers in ((Band.NEAR, known - far(week)), (Band.GONE, far(week))):
            count_total(
                BandTotal,
                on_date=day, team_id=team, stage="current", currency="EUR", band=band,
                customers=customers, yearly_value=0,
            )  # fmt: skip
        if day not in but:
            count_total(
                DistanceTotal,
                on_date=day, by=DistanceTotal.By.VALUE, part=0, team_id=team, stage="current",
                customers=known, far=far(week), distance=0,
            )  # fmt: skip


def jumped(week, *, at=31, size=40):
    return 20 + (size if week > at else 0)


def noted(week=30, text="Branch in Zwolle closed", team=None):
    return WallEvent.objects.create(on_date=TUESDAYS[week], text=text, team=team)


def found(among=CURRENT):
    here = standing(MOMENT, among)
    return event_since(MOMENT, here, among, team_with_most(here))


@pytest.mark.django_db
def test_the_newest_event_that_holds_is_told():
    counted(jumped)
    noted(10, "App came"), noted(29, "Team grew")
    event = noted(30)
    noted(31, "All was over"), noted(49, "Too new"), noted(0, "Too old")
    WallEvent.objects.create(on_date=TUESDAYS[30], text="Deleted", deleted_at=MOMENT)
    assert found() == event


@pytest.mark.django_db
@pytest.mark.parametrize(
    "far",
    [
        pytest.param(lambda week: 20 + week // 2, id="steady"),
        pytest.param(lambda week: 60 - jumped(week), id="nearer"),
        pytest.param(lambda week: 20, id="as far"),
        pytest.param(lambda week: jumped(week, at=10), id="long before it"),
        pytest.param(lambda week: jumped(week, at=52), id="only where bands keep a margin"),
    ],
)
def test_nothing_is_told_where_the_numbers_do_not_bear_it_out(far):
    counted(far)
    noted()
    assert found() is None


@pytest.mark.django_db
@pytest.mark.parametrize("week", [0, 31])
def test_nothing_is_told_where_a_week_is_not_known(week):
    counted(jumped, but=[MONDAYS[week]])
    noted()
    assert found() is None


@pytest.mark.django_db
@pytest.mark.parametrize("day", [YEAR_AGO, MONDAYS[31], MONDAYS[52], BandTotal.NOW])
def test_nothing_is_told_where_a_week_is_only_partly_counted(day):
    counted(jumped)
    noted()
    assert found()
    DistanceTotal.objects.filter(on_date=day).update(customers=300, far=15)
    assert found() is None


@pytest.mark.django_db
def test_an_event_of_a_team_is_told_where_the_team_is_asked_for_or_named_and_bears_it_out():
    north, south = TeamFactory(name="North"), TeamFactory(name="South")
    counted(jumped, team=north.pk)
    counted(lambda week: 5, team=south.pk)
    of_north = noted(30, "North", north)
    noted(30, "South", south)
    assert found() == of_north
    assert found(Among(team=north.pk)) == of_north
    assert found(Among(team=south.pk)) is None
    of_north.delete()
    assert found() is None


@pytest.mark.django_db
def test_a_team_that_is_named_but_rose_before_is_not_told():
    north, south = TeamFactory(name="North"), TeamFactory(name="South")
    counted(lambda week: jumped(week, at=5, size=60), team=north.pk)
    counted(lambda week: jumped(week, size=200) - 20, team=south.pk, known=4000)

    event = noted(30, "North closed", north)
    here = standing(MOMENT)
    named = next(team for team in here.teams if team.team_id == north.pk)
    assert event_since(MOMENT, here, CURRENT, named) is None
    event.team = None
    event.save()
    assert event_since(MOMENT, here, CURRENT, named) == event


@pytest.mark.django_db
@settings(max_examples=25)
@given(
    far=st.lists(st.integers(0, 60), min_size=54, max_size=54),
    weeks=st.sets(st.integers(0, 52), max_size=3),
)
def test_whatever_came_when_it_never_claims_what_the_weeks_do_not_say(far, weeks):
    for model in (BandTotal, DistanceTotal, WallEvent):
        model.objects.all().delete()
    counted(far.__getitem__)
    for week in weeks:
        noted(week, f"Event {week}")
    event = found()
    if event:
        week = TUESDAYS.index(event.on_date) + 1
        assert min(far[52], far[53]) > far[0]
        assert 2 * (far[52] - far[week]) > far[52] - far[0]
        assert (far[52] - far[week]) * week >= 2 * (far[week] - far[0]) * (52 - week)


@pytest.mark.parametrize(
    "text",
    [
        "branch in Zwolle closed",
        "Closed.",
        "We lost <b>Tom</b> & “his” people; why?",
        "Åsa's — Łódź: 50 % off!",
        "x" * 80,
    ],
)
def test_the_first_sentence_says_it_in_whatever_words_and_leads_to_it(executive_browser, text):
    counted(jumped)
    event = noted(30, text)
    page = executive_browser.get("/distance/")
    said = f"“{text}” (30 September 2025)"
    start = "We are further from our customers than a year ago, most of it since"
    wall = "/wall/?stage=current"
    assert f'{start} <a href="{wall}#event-{event.pk}">{escape(said)}</a>: 60 of ' in page.text
    assert f'id="event-{event.pk}"' in executive_browser.get(wall).text


def test_where_a_team_is_asked_for_it_leads_to_the_wall_of_the_team(executive_browser):
    team = TeamFactory(name="North")
    counted(jumped, team=team.pk)
    event = noted(30, team=team)
    page = executive_browser.get(f"/distance/?team={team.pk}")
    wall = f"/wall/?team={team.pk}&stage=current"
    assert page.context["since"]["url"] == f"{wall}#event-{event.pk}"
    assert page.context["since"]["event"].endswith("(North, 30 September 2025)")
    assert f'id="event-{event.pk}"' in executive_browser.get(wall).text


def test_it_asks_for_one_thing_more_and_only_where_there_was_an_event(
    executive_browser, django_assert_num_queries
):
    executive_browser.get("/distance/")
    with django_assert_num_queries(17):
        executive_browser.get("/distance/")
    counted(jumped)
    with django_assert_num_queries(18):
        executive_browser.get("/distance/")
    for week in range(10, 40):
        noted(week)
    with django_assert_num_queries(19):
        executive_browser.get("/distance/")


@pytest.mark.django_db
def test_the_board_report_says_it_too():
    counted(jumped)
    event = noted()
    about = About(date(2026, 3, 1), is_whole=False, as_of=MOMENT, by="", is_demo=False)
    sentence = report_contents(about)["sentence"]
    assert sentence.split(". ", 1)[1].startswith(
        f"We are further from our customers than a year ago, most of it since {event_said(event)}: "
        "60 of 400 customers are drifting or gone, "
    )


@pytest.mark.parametrize("days", range(7))
def test_the_monday_after_an_event_is_the_first_that_knows_nothing_of_it(days):
    monday = monday_after(date(2026, 3, 2) + timedelta(days=days))
    assert monday == date(2026, 3, 9)
