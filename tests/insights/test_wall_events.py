"""What is noted beside the Wall: what is refused, what can be undone, where it is shown."""

from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError

from insights.models import WallEvent
from insights.selectors.wall import wall_event, wall_events
from insights.services import wall_events as services
from insights.services.wall_events import NoSuchWallEventError, WallEventRefusedError
from interactions.models import TouchpointType
from tests.factories import (
    AdministratorFactory,
    ExecutiveFactory,
    PersonFactory,
    TeamFactory,
    count_month,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
DAY = date(2025, 5, 12)


@pytest.fixture
def executive():
    return ExecutiveFactory(name="Henrik Søndergård")


@pytest.fixture
def event(executive):
    return services.note_event(on_date=DAY, text="Branch closed", by=executive)


def toast(response):
    (message,) = response.context["messages"]
    return message.message, message.extra_tags


@pytest.mark.parametrize("text", ["", " ", " closed", "closed ", "\n"])
def test_the_database_refuses_words_that_are_not_trimmed(text):
    with pytest.raises(IntegrityError, match="wall_event_has_a_trimmed_text"):
        WallEvent.objects.create(on_date=DAY, text=text)


@pytest.mark.parametrize("day", [date(1969, 12, 31), date(2100, 1, 1)])
def test_the_database_refuses_a_day_out_of_our_times(day):
    with pytest.raises(IntegrityError, match="wall_event_is_in_our_times"):
        WallEvent.objects.create(on_date=day, text="closed")


def test_the_database_refuses_the_same_twice_on_a_day():
    WallEvent.objects.create(on_date=DAY, text="Branch closed")
    with pytest.raises(IntegrityError, match="wall_event_is_noted_once"):
        WallEvent.objects.create(on_date=DAY, text="branch CLOSED")


def test_the_same_may_happen_to_two_teams_and_again_after_it_was_deleted():
    for team in (None, TeamFactory(), TeamFactory()):
        WallEvent.objects.create(on_date=DAY, text="Branch closed", team=team)
    WallEvent.objects.create(on_date=DAY, text="Branch closed", deleted_at=NOW)
    assert WallEvent.objects.count() == 4


@pytest.mark.parametrize("factory", [ExecutiveFactory, AdministratorFactory])
def test_executives_and_administrators_note_events(factory):
    person, team = factory(), TeamFactory()
    found = services.note_event(on_date=DAY, text="  Branch\n closed ", team_id=team.pk, by=person)
    assert (found.text, found.team, found.made_by) == ("Branch closed", team, person)


def test_an_account_manager_may_do_none_of_it(event):
    person = PersonFactory()
    said = {"on_date": DAY, "text": "x"}
    for act in (
        lambda: services.note_event(**said, by=person),
        lambda: services.correct_event(event_id=event.pk, **said, by=person),
        lambda: services.delete_event(event_id=event.pk, by=person, now=NOW),
        lambda: services.restore_event(event_id=event.pk, by=person),
    ):
        with pytest.raises(PermissionDenied):
            act()
    assert list(wall_events(person)) == []
    assert wall_event(person, event.pk) is None


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"text": " \0 "}, "Say what happened"),
        ({"text": "x" * 81}, "80 letters at most"),
        ({"on_date": date(1900, 1, 1)}, "between 1970 and 2099"),
        ({"team_id": 10**9}, "That team is gone"),
        ({"text": "branch closed"}, "noted on this day already"),
    ],
)
def test_what_cannot_be_noted_is_refused_with_what_to_do(executive, event, said, reason):
    with pytest.raises(WallEventRefusedError, match=reason):
        services.note_event(**{"on_date": DAY, "text": "Other", **said}, by=executive)
    assert WallEvent.objects.count() == 1


def test_there_is_a_most_of_them(executive, event, monkeypatch):
    monkeypatch.setattr(services, "MOST_EVENTS", 1)
    with pytest.raises(WallEventRefusedError, match="Delete one"):
        services.note_event(on_date=DAY, text="Other", by=executive)


def test_a_deleted_one_can_be_neither_corrected_nor_deleted_again(executive, event):
    services.delete_event(event_id=event.pk, by=executive, now=NOW)
    with pytest.raises(NoSuchWallEventError):
        services.correct_event(event_id=event.pk, on_date=DAY, text="x", by=executive)
    with pytest.raises(NoSuchWallEventError):
        services.delete_event(event_id=event.pk, by=executive, now=NOW)


def test_one_that_was_noted_again_meanwhile_does_not_come_back(executive, event):
    services.delete_event(event_id=event.pk, by=executive, now=NOW)
    services.note_event(on_date=DAY, text="Branch closed", by=executive)
    with pytest.raises(WallEventRefusedError, match="already"):
        services.restore_event(event_id=event.pk, by=executive)
    assert wall_event(executive, event.pk) is None


def test_those_of_a_team_are_shown_with_it_and_those_of_all_always(executive, event):
    north, south = TeamFactory(), TeamFactory()
    of_north = services.note_event(on_date=DAY, text="North", team_id=north.pk, by=executive)
    assert set(wall_events(executive)) == {event, of_north}
    assert set(wall_events(executive, north.pk)) == {event, of_north}
    assert set(wall_events(executive, south.pk)) == {event}


def test_an_event_is_noted_on_the_page_and_undone(executive_browser):
    team = TeamFactory(name="North")
    page = f"/wall/events/?team={team.pk}"
    assert f'<option value="{team.pk}" selected>North</option>' in executive_browser.get(page).text
    sent = {"on_date": "2025-05-12", "text": "Branch closed", "team": str(team.pk)}
    response = executive_browser.post(page, sent, follow=True)
    assert response.redirect_chain[-1][0] == f"/wall/?team={team.pk}"
    text, undo = toast(response)
    assert text == "“Branch closed” stands in the Wall now."
    assert [event["text"] for event in response.context["events"]] == ["Branch closed"]
    response = executive_browser.post(undo, follow=True)
    assert response.context["events"] == []
    assert response.redirect_chain[-1][0] == f"/wall/?team={team.pk}"


def test_a_correction_is_undone_to_what_was_said_before(executive_browser, event):
    team = TeamFactory()
    sent = {"on_date": "2024-01-31", "text": "Żółć & co?", "team": str(team.pk)}
    response = executive_browser.post(f"/wall/events/{event.pk}/?months=12", sent, follow=True)
    event.refresh_from_db()
    assert (event.on_date, event.text, event.team) == (date(2024, 1, 31), "Żółć & co?", team)
    response = executive_browser.post(toast(response)[1], follow=True)
    event.refresh_from_db()
    assert (event.on_date, event.text, event.team) == (DAY, "Branch closed", None)
    assert response.redirect_chain[-1][0] == "/wall/?months=12"


def test_a_deleted_one_comes_back_by_undo(executive_browser, event):
    response = executive_browser.post(f"/wall/events/{event.pk}/delete/", follow=True)
    assert response.context["events"] == []
    response = executive_browser.post(toast(response)[1], follow=True)
    assert [one["text"] for one in response.context["events"]] == ["Branch closed"]


def test_what_is_wrong_stays_on_the_page_with_the_reason(executive_browser, event):
    sent = {"on_date": "2025-05-12", "text": "Branch closed", "team": ""}
    assert "noted on this day already" in executive_browser.post("/wall/events/", sent).text
    assert (
        "Choose the day it happened." in executive_browser.post("/wall/events/", {"text": "x"}).text
    )


@pytest.mark.parametrize("act", ["", "delete/", "restore/", "revert/?was_on_date=2025-01-01&was_text=x"])  # fmt: skip  # noqa: E501
def test_what_there_is_not_is_not_found(executive_browser, act):
    assert executive_browser.post(f"/wall/events/4711/{act}").status_code == 404


def test_an_undo_that_says_nothing_is_not_found(executive_browser, event):
    assert executive_browser.post(f"/wall/events/{event.pk}/revert/").status_code == 404


def test_an_event_stands_in_the_chart_its_table_and_its_files(executive_browser, executive):
    team = TeamFactory(name="North")
    count_month(
        month=date(2025, 5, 1), team_id=team.pk, is_via=False, count=5,
        type_id=TouchpointType.objects.get(key="visit").pk,
    )  # fmt: skip
    services.note_event(on_date=DAY, text="Branch <closed>", team_id=team.pk, by=executive)
    response = executive_browser.get("/wall/", {"months": "any"})
    chart = response.context["chart"]
    assert "1 Branch &lt;closed&gt; (North)" in chart.svg
    assert chart.rows[0] == ["May 2025", "5", "0", "100 %", "Branch <closed> (North)"]
    lines = b"".join(
        executive_browser.get("/wall/", {"months": "any", "take": "wall.csv"})
    ).decode()
    assert lines.splitlines()[1] == "2025-05-01,5,0,1.0,Branch <closed> (North),yes"
