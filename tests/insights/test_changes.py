"""What changed since last week: who moved, by how much and why; on the page, as CSV."""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from urllib.parse import quote

import numpy as np
import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from insights.models import Band, Reading
from insights.mondays import UNKNOWN, WEEKS
from insights.selectors import changes
from insights.selectors.changes import Place, changed_since, since_last_week
from insights.selectors.histories import histories_of
from insights.services.drain import drain
from insights.views import changes as views
from interactions.services import NewTouchpoint, record, source_named
from relationships.models import Customer, Person
from tests.factories import (
    AdministratorFactory,
    CustomerFactory,
    ExecutiveFactory,
    PersonFactory,
    ReadingFactory,
    SegmentFactory,
    TeamFactory,
)

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)  # a Wednesday
MONDAY = date(2026, 3, 2)
URL = "/changes/"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def browser() -> Client:
    client = Client()
    client.force_login(ExecutiveFactory())
    return client


def happened(customer: Customer, days_ago: float, kind="call.phone", **fields) -> None:
    item = NewTouchpoint(
        type=kind, customer=customer.pk, occurred_at=NOW - timedelta(days=days_ago), **fields
    )
    by = Person.objects.filter(role="administrator").first() or AdministratorFactory()
    (outcome,) = record(source=source_named("test"), items=[item], by=by, now=NOW)
    assert outcome.touchpoint_id, outcome.refusals


def moved(name: str, then: int, now: float, **given) -> Reading:
    """Make somebody whose reading remembers a distance on the Monday of last week."""
    history_on = given.pop("history_on", MONDAY)
    history = np.full(WEEKS, 90, dtype=np.uint8)
    history[WEEKS - 2] = then
    customer = {k: given.pop(k) for k in ("team", "owner", "segment", "stage") if k in given}
    return ReadingFactory(
        customer=CustomerFactory(name=name, **customer), distance=float(now), band=Band.COOLING,
        history=history.tobytes(), history_on=history_on, **given,
    )  # fmt: skip


def names(response) -> list[str]:
    assert response.status_code == 200
    return [row["name"] for row in response.context["rows"]]


@pytest.mark.parametrize(
    ("now", "since"),
    [
        (datetime(2026, 3, 2, 0, 0, tzinfo=UTC), "2026-02-23"),
        (datetime(2026, 3, 8, 23, 59, tzinfo=UTC), "2026-02-23"),
        (datetime(2026, 3, 9, 0, 0, tzinfo=UTC), "2026-03-02"),
    ],
)
def test_last_week_began_on_the_monday_at_least_a_week_ago(now, since):
    assert since_last_week(now).isoformat() == f"{since}T00:00:00+00:00"


def test_those_who_moved_are_listed_each_way_the_most_first(browser):
    moved("Little", 40, 43)
    moved("Much", 40, 70)
    moved("Flicker", 40, 42)
    moved("Nearer", 40, 20)
    moved("New", UNKNOWN, 70)

    response = browser.get(URL)

    assert set(names(response)) == {"Much", "Little"}
    assert names(browser.get(URL, {"direction": "nearer"})) == ["Nearer"]
    assert [one["count"] for one in response.context["directions"]] == ["2", "1"]


def test_until_the_night_readings_are_listed_by_the_week_that_they_know(browser):
    moved("Much", 40, 70, history_on=MONDAY - timedelta(weeks=1))

    assert names(browser.get(URL)) == ["Much"]


def test_what_changed_is_reckoned_by_the_database_from_what_is_remembered():
    readings = [
        moved("Much", 40, 70),
        moved("Half", 40, 70.5),
        moved("Nearer", 90, 0),
        moved("New", UNKNOWN, 70),
        ReadingFactory(distance=70.0),
        ReadingFactory(distance=None, band=Band.UNKNOWN),
    ]
    for reading in readings:
        reading.refresh_from_db()
    assert [reading.since_last_week for reading in readings] == [30, 30, -90, None, None, None]


def test_readings_that_remember_nothing_are_left_out(browser):
    ReadingFactory(distance=70.0)
    ReadingFactory(distance=None, band=Band.UNKNOWN)
    assert names(browser.get(URL)) == []


def test_more_than_anybody_goes_through_are_not_counted(browser, monkeypatch):
    monkeypatch.setattr(changes, "MOST_COUNTED", 2)
    monkeypatch.setattr(views, "MOST_COUNTED", 2)
    for number in range(4):
        moved(f"Further {number}", 40, 70)
    for number in range(2):
        moved(f"Nearer {number}", 40, 10)

    response = browser.get(URL)

    assert [one["count"] for one in response.context["directions"]] == ["2+", "2"]


def test_an_account_manager_sees_only_their_team_on_the_page_and_in_the_file():
    manager = PersonFactory()
    moved("Ours", 40, 70, team=manager.team)
    theirs = moved("Theirs", 40, 70)
    client = Client()
    client.force_login(manager)

    for query in ({}, {"team": theirs.team_id}, {"after": "99_0"}, {"team": "x"}):
        assert "Theirs" not in names(client.get(URL, query))
        file = b"".join(client.get(f"{URL}changes.csv", query)).decode()
        assert "Theirs" not in file
    assert client.get(URL).context["directions"][0]["count"] == "1"


def test_a_visitor_is_asked_to_sign_in():
    for address in (URL, f"{URL}changes.csv"):
        assert Client().get(address).headers["Location"].startswith("/accounts/login/")


def test_filters_combine_and_count_too(browser):
    team, segment = TeamFactory(), SegmentFactory()
    owner = PersonFactory(team=team)
    fits = {"team": team, "segment": segment, "owner": owner, "stage": "lead"}
    moved("Fits", 40, 70, **fits)
    for field, other in (
        ("team", TeamFactory()), ("segment", None), ("owner", None), ("stage", "current"),
    ):  # fmt: skip
        moved(f"Other {field}", 40, 70, **fits | {field: other})
    query = {"team": team.pk, "segment": segment.pk, "owner": owner.pk, "stage": "lead"}

    response = browser.get(URL, query)

    assert names(response) == ["Fits"]
    assert response.context["directions"][0]["count"] == "1"
    assert names(browser.get(URL, {"owner": 0})) == ["Other owner"]


def test_what_makes_no_sense_is_left_out_and_said(browser):
    moved("Much", 40, 70)

    response = browser.get(URL, {"stage": "x", "direction": "up", "after": "zzz", "team": "9999"})

    assert names(response) == ["Much"]
    for word in ("Stage", "Direction", "Team"):
        assert f"{word}: " in response.text


def test_pages_lead_forth_and_back_through_everyone(browser):
    for number in range(60):
        moved(f"no. {number}", 10, 30 + number // 2)
    seen, address = [], URL

    while address:
        response = browser.get(address)
        seen.append(names(response))
        address = response.context["next_url"]

    assert [len(page) for page in seen] == [20, 20, 20]
    assert len({name for page in seen for name in page}) == 60
    back = response.context["previous_url"]
    assert set(names(browser.get(back))) == set(seen[1])


@pytest.mark.parametrize("key", ["", "x", "_", "1_", "-1_4", "1_99999999999999999999", "٣_3"])
def test_a_place_that_means_nothing_is_none(key):
    assert Place.parse(key) is None


def test_empty_lists_say_what_to_do(browser):
    assert "Nobody moved away" in browser.get(URL).text
    assert "Nobody came nearer" in browser.get(URL, {"direction": "nearer"}).text
    assert "Nobody among these" in browser.get(URL, {"stage": "lead"}).text


def test_the_number_of_queries_does_not_grow_with_the_list(browser, django_assert_num_queries):
    moved("One", 40, 70)
    with django_assert_num_queries(15):
        browser.get(URL)
    for number in range(19):
        customer = moved(f"no. {number}", 40, 70, segment=SegmentFactory(), owner=PersonFactory())
        happened(customer.customer, 30)
        happened(customer.customer, 3, "complaint")
    with django_assert_num_queries(15):
        assert len(names(browser.get(URL))) == 20


def test_reasons_are_what_happened(browser):
    hurt, silent = CustomerFactory(name="Hurt"), CustomerFactory(name="Silent")
    for days in range(12, 200, 12):
        happened(hurt, days)
        happened(silent, days + 20)
    happened(hurt, 1, "complaint", severity=8)
    drain(now=NOW)

    rows = {row["name"]: row for row in browser.get(URL).context["rows"]}

    assert "9 more days of silence (+" in rows["Silent"]["why"]
    assert "he complaint of 3 March is not made right (+" in rows["Hurt"]["why"]
    found = changed_since(list(Reading.objects.all()), now=NOW)
    for changed in found.values():
        assert sum(one.points for one in changed.changes) == changed.points
        assert sum(changed.parts_then.values()) == pytest.approx(changed.distance_then)


def test_what_the_past_is_compared_with_is_what_was_read_then():
    customer = CustomerFactory()
    for days in (100, 88, 76, 64, 40):
        happened(customer, days)
    monday = since_last_week(NOW)
    drain(now=monday)
    then = Reading.objects.get()
    happened(customer, 2)
    drain(now=NOW)

    changed = changed_since([Reading.objects.get()], now=NOW)[customer.pk]

    assert changed.distance_then == pytest.approx(then.distance)
    assert changed.parts_then["presence"] == pytest.approx(then.part_presence)
    assert "in touch again on 2 March" in changed.sentence


def test_histories_of_many_are_read_a_few_at_a_time_and_told_alike(monkeypatch):
    found = [CustomerFactory() for _ in range(5)]
    for number, customer in enumerate(found):
        for days in (20 + number, 40, 60, 80):
            happened(customer, days)
    drain(now=NOW)
    readings = list(Reading.objects.order_by("pk"))
    at_once = changed_since(readings, now=NOW)
    read = []
    monkeypatch.setattr(changes, "FOLDED_AT_ONCE", 2)
    monkeypatch.setattr(changes, "histories_of", lambda ids: read.append(ids) or histories_of(ids))

    assert changed_since(readings, now=NOW) == at_once

    assert [len(ids) for ids in read] == [2, 2, 1]


def test_the_page_of_the_customer_tells_what_happened_since(browser):
    customer = CustomerFactory()
    for days in (60, 50, 40, 30, 20):
        happened(customer, days)
    drain(now=NOW)
    page = browser.get(f"/customers/{customer.pk}/").text
    assert "Nothing has happened since." in page.split('id="changed-title"')[1]

    for number in range(7):
        happened(customer, 1 + number / 10, "web.visit")
    drain(now=NOW)
    page = browser.get(f"/customers/{customer.pk}/").text.split('id="changed-title"')[1]

    told = page.split("</ul>")[0]
    assert told.count("Web visit") == 5
    assert "and 2 more" in told


def test_a_customer_first_heard_from_since_says_so():
    customer = CustomerFactory()
    happened(customer, 2)
    drain(now=NOW)

    changed = changed_since([Reading.objects.get()], now=NOW)[customer.pk]

    assert changed.sentence == "Heard from for the first time since Monday 23 February."
    assert (changed.distance_then, changed.points, changed.parts_then) == (None, None, {})


def test_the_file_has_everyone_of_every_page_and_no_formulas(browser):
    for number in range(103):
        moved(f"no. {number}", 10, 30)
    moved("=1+1", 10, 30, owner=PersonFactory(name="Søren Ż"))

    response = browser.get(f"{URL}changes.csv")

    rows = list(csv.DictReader(io.StringIO(b"".join(response).decode())))
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert "changes-further-2026-03-04.csv" in response.headers["Content-Disposition"]
    assert len(rows) == 104
    (odd,) = [row for row in rows if row["Owner"]]
    assert (odd["Customer"], odd["Owner"], odd["Since"]) == ("'=1+1", "Søren Ż", "2026-02-23")
    assert (odd["Distance now"], odd["Stage"]) == ("30", "Current")


def test_the_name_of_the_file_says_whose_it_is(browser):
    team, owner = TeamFactory(name="東京"), PersonFactory(name="Søren Ż")
    moved("Acme", 10, 30, team=team, owner=owner)
    query = {"team": team.pk, "owner": owner.pk, "direction": "nearer"}
    said = quote("changes-nearer-owner-soren-z-team-東京-2026-03-04.csv")
    assert said in browser.get(f"{URL}changes.csv", query).headers["Content-Disposition"]


def test_the_file_looks_through_all_readings_once(browser):
    """Each hundred costs the same few queries: who is in the file is asked once for all."""
    for number in range(201):
        moved(f"no. {number}", 10, 30)
    response = browser.get(f"{URL}changes.csv")

    with CaptureQueriesContext(connection) as queries:
        rows = list(csv.DictReader(io.StringIO(b"".join(response).decode())))

    assert len({row["Customer"] for row in rows}) == 201
    looks = [query["sql"] for query in queries if "since_last_week" in query["sql"]]
    assert sum("IN (" not in sql for sql in looks) == 1
    assert len(looks) == 4
