"""The Wall: who may read it, that its numbers are right, and which doors it calls closed."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.test import Client

from insights.charts import WallMonth
from insights.lost_doors import Comparison, Flow
from insights.models import MonthlyTouchpoints, WallEvent
from insights.months import months_before
from insights.selectors.wall import WallAmong, wall, wall_channels
from insights.wall_words import closed_doors, compared, meanwhile, wall_sentence
from interactions.models import TouchpointType
from tests.factories import (
    AdministratorFactory,
    PersonFactory,
    TeamFactory,
    count_month,
)

URL = "/wall/"
MOMENT = datetime(2026, 3, 4, 12, tzinfo=UTC)
TODAY = MOMENT.date()


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(MOMENT, tick=False):
        yield


def count(key, month, number, *, team=0, is_via=False):
    count_month(
        month=month, type_id=TouchpointType.objects.get(key=key).pk, team_id=team, is_via=is_via,
        count=number,
    )  # fmt: skip


def history(key, numbers, *, team=0):
    """Count so many a month, the last number in the month before this one."""
    for back, number in enumerate(reversed(numbers), start=1):
        count(key, months_before(TODAY, back), number, team=team)


def flow(name, before, now, *, is_door):
    return Flow(name, before, now, is_door)


def comparison(*flows):
    months = [date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 1)]
    before = [date(month.year - 2, month.month, 1) for month in months]
    return Comparison(before=before, now=months, flows=flows)


def test_a_visitor_is_asked_to_sign_in():
    assert Client().get(URL).headers["Location"].startswith("/accounts/login/")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", [URL, "/wall/?take=wall.csv", "/wall/events/", "/wall/events/1/"]
)  # fmt: skip
def test_an_account_manager_is_told_why_this_is_not_for_them(path):
    client = Client()
    client.force_login(PersonFactory())
    response = client.get(path)
    assert response.status_code == 403
    assert "for executives and administrators" in response.text


@pytest.mark.django_db
def test_an_administrator_may_read_it():
    client = Client()
    client.force_login(AdministratorFactory())
    assert client.get(URL).status_code == 200


def test_without_touchpoints_it_says_what_will_come(executive_browser):
    response = executive_browser.get(URL)
    assert "No wall yet" in response.text
    assert "Too little was recorded yet" in response.text


def test_filters_without_touchpoints_lead_back_to_all(executive_browser):
    count("visit", date(2026, 1, 1), 3)
    response = executive_browser.get(URL, {"channel": "phone"})
    assert "Nothing among these" in response.text


def test_what_makes_no_sense_is_left_out_and_named(executive_browser):
    response = executive_browser.get(URL, {"team": "99", "channel": "smoke", "months": "7"})
    assert response.context["form"].among() == WallAmong()
    assert response.text.count("It is left out.") == 3


def test_the_number_of_queries_does_not_grow(executive_browser, django_assert_num_queries):
    def make(number):
        team = TeamFactory()
        for back in range(number):
            month = months_before(TODAY, back)
            count("visit", month, 3, team=team.pk)
            count("web.visit", month, 3, team=team.pk)
            WallEvent.objects.create(on_date=month, text=f"Event {number} {back}", team=team)

    make(1)
    with django_assert_num_queries(10):
        executive_browser.get(URL)
    make(30)
    with django_assert_num_queries(10):
        executive_browser.get(URL)


@pytest.mark.django_db
def test_the_wall_is_of_a_team_a_channel_and_a_period():
    north = TeamFactory()
    count("visit", date(2026, 2, 1), 5, team=north.pk)
    count("call.phone", date(2026, 2, 1), 7, team=north.pk)
    count("visit", date(2026, 2, 1), 11)
    count("visit", date(2023, 2, 1), 13)
    count("web.visit", date(2026, 1, 1), 17)

    def humans(**among):
        return sum(month.human for month in wall(TODAY, WallAmong(**among)).months)

    assert humans() == 5 + 7 + 11
    assert humans(months=None) == 5 + 7 + 11 + 13
    assert humans(team=north.pk) == 5 + 7
    assert humans(team=0) == 11
    assert humans(channel="visit") == 5 + 11
    assert humans(channel="visit", team=north.pk) == 5
    assert wall(TODAY, WallAmong(channel="web")).months[0].month == date(2026, 1, 1)


@pytest.mark.django_db
def test_channels_are_those_of_the_catalogue_without_bookkeeping():
    TouchpointType.objects.create(
        key="x", label="X", channel="ledger", mode="none", nature="neutral", direction=1
    )
    assert "visit" in wall_channels()
    assert "ledger" not in wall_channels()


@pytest.mark.django_db
def test_the_last_whole_quarter_is_held_against_the_same_months_two_years_before():
    history("visit", [80] * 12 + [50] * 12 + [12] * 4)
    history("web.visit", [100] * 24 + [300] * 4)
    found = wall(TODAY, WallAmong()).comparison
    assert compared(found) == "December 2025 to February 2026 beside the same months of 2023/24"
    assert closed_doors(found) == ["Visits fell from 240 to 36 a quarter since 2023/24."]
    assert meanwhile(found) == "At the same time web visits grew by 600."


@pytest.mark.django_db
def test_with_less_history_a_year_before_must_do_and_with_less_nothing_does():
    history("visit", [80] * 4 + [12] * 12)
    found = wall(TODAY, WallAmong()).comparison
    assert found.before[-1] == date(2025, 2, 1)
    MonthlyTouchpoints.objects.filter(month__lt=date(2025, 1, 1)).delete()
    assert wall(TODAY, WallAmong()).comparison is None


@pytest.mark.django_db
def test_what_came_in_a_first_month_that_may_be_part_of_one_is_not_compared():
    history("visit", [80] * 15)
    assert wall(TODAY, WallAmong()).comparison is None
    count("visit", months_before(TODAY, 16), 1)
    assert wall(TODAY, WallAmong()).comparison is not None


@pytest.mark.django_db
def test_failures_and_campaigns_are_neither_doors_nor_windows():
    history("complaint", [80] * 12 + [1] * 16)
    history("email.campaign", [1] * 12 + [900] * 16)
    found = wall(TODAY, WallAmong()).comparison
    assert found.lost_doors == found.opened_windows == []


@pytest.mark.django_db
def test_a_channel_narrows_the_doors_and_leaves_all_windows():
    for key in ("visit", "call.phone"):
        history(key, [80] * 12 + [1] * 16)
    history("web.visit", [1] * 12 + [900] * 16)
    found = wall(TODAY, WallAmong(channel="visit")).comparison
    assert [door.name for door in found.lost_doors] == ["Visit"]
    assert [window.name for window in found.opened_windows] == ["Web visit"]


@pytest.mark.parametrize(
    ("before", "now", "is_lost"),
    [
        (240, 36, True),
        (11, 0, False),  # Nobody used it.
        (12, 0, True),
        (12, 5, False),  # Chance does that.
        (1000, 800, False),  # Less than a quarter.
        (1000, 750, True),
        (36, 240, False),
    ],
)
def test_a_door_is_lost_when_it_was_used_and_fell_by_enough_and_more_than_chance(
    before, now, is_lost
):
    found = comparison(flow("Visit", before, now, is_door=True)).lost_doors
    assert bool(found) is is_lost


@pytest.mark.parametrize(
    ("before", "now", "is_open"), [(100, 140, True), (100, 120, False), (0, 5, True), (0, 4, False)]
)
def test_a_window_is_open_when_it_grew_by_more_than_chance(before, now, is_open):
    found = comparison(flow("Web visit", before, now, is_door=False)).opened_windows
    assert bool(found) is is_open


def test_what_fell_most_is_told_first_and_no_more_than_anybody_reads():
    doors = [flow(f"Door {i}", 100 + i, 0, is_door=True) for i in range(9)]
    assert [door.name for door in comparison(*doors).lost_doors] == [
        "Door 8", "Door 7", "Door 6", "Door 5", "Door 4",
    ]  # fmt: skip


def test_growth_is_added_where_several_windows_opened():
    found = comparison(
        flow("Visit", 240, 36, is_door=True),
        flow("Product used", 1000, 2500, is_door=False),
        flow("Web visit", 600, 1000, is_door=False),
    )
    assert meanwhile(found) == "At the same time product use and web visits grew by 1,900 together."


def test_a_door_without_a_window_says_so_and_never_why():
    said = meanwhile(comparison(flow("Visit", 240, 36, is_door=True)))
    assert said.startswith("No window opened at the same time")
    assert "because" not in said


def test_what_was_never_counted_before_is_doubted():
    found = comparison(flow("Visit", 240, 36, is_door=True), flow("App", 0, 300, is_door=False))
    assert meanwhile(found) == (
        "“App” went from none to 300, which may only mean that we began to record it."
    )


def test_another_way_of_meeting_that_grew_is_told():
    found = comparison(
        flow("Visit", 240, 36, is_door=True), flow("Video call", 3, 90, is_door=True)
    )
    assert meanwhile(found).endswith("With a person, video calls grew by 87.")


def test_the_first_sentence_compares_with_the_first_year_shown():
    def months(number, human, digital, start=date(2023, 1, 1)):
        return [WallMonth(months_before(start, -i), human, digital) for i in range(number)]

    old, new = months(12, 60, 40), months(12, 20, 80, date(2024, 1, 1))
    assert wall_sentence(old + new) == (
        "20 % of what passed between us from January to December 2024 had a person in it; 60 % "
        "from January to December 2023."
    )
    assert wall_sentence(new) == (
        "20 % of what passed between us from January to December 2024 had a person in it."
    )
    assert wall_sentence([]).startswith("Too little was recorded")
