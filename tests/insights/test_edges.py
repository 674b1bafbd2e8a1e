"""Touchpoints at the edges: of a day, of now, of a year, of what one customer can have."""

import json
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from django.db import connection
from django.test import Client

from insights.models import CustomerState, PolicyVersion, Reading
from insights.scoring.state import FIELD
from insights.selectors.policy import Place
from insights.services import calendar
from insights.services.drain import drain
from insights.services.nightly import read_everyone_again
from insights.services.policy import save_policy
from insights.services.refold import refold_outdated, refold_progress
from interactions.models import Calendar, Touchpoint, TouchpointChange
from interactions.selectors import timeline_page
from interactions.services import NewTouchpoint, delete, mark_everyone, record, source_named
from relationships.models import Customer, Person
from relationships.services import create_key, mark_profiles_changed
from tests.factories import AdministratorFactory, CustomerFactory, months_counted
from tests.insights.happened import WHOLE

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
SUNDAY_NIGHT = datetime(2026, 3, 1, 23, 58, tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture
def by() -> Person:
    return AdministratorFactory()


@pytest.fixture
def customer() -> Customer:
    return CustomerFactory(yearly_value=1000)


@pytest.fixture
def browser(by: Person) -> Client:
    client = Client()
    client.force_login(by)
    return client


def send(by: Person, customer: Customer, *moments: datetime, now: datetime = NOW, **fields: Any):
    given = {"type": "call.phone"} | fields
    items = [NewTouchpoint(customer=customer.pk, occurred_at=moment, **given) for moment in moments]
    return record(source=source_named("test"), items=items, by=by, now=now)


def refused(outcomes: list[Any]) -> str:
    return " ".join(wrong.reason for outcome in outcomes for wrong in outcome.refusals)


def numbers_of(customer: Customer) -> Any:
    return np.frombuffer(CustomerState.objects.get(customer=customer).numbers)


def scores(customer: Customer) -> tuple[Any, Any]:
    reading = Reading.objects.filter(customer=customer).values().get()
    reading["history"] = bytes(reading["history"])
    del reading["band"], reading["moves"]  # they depend on the band before
    del reading["updated_at"]
    return reading, np.round(numbers_of(customer), 9).tolist()


def from_scratch(customer: Customer, now: datetime) -> tuple[Any, Any]:
    mark_everyone(now=now)
    drain(now=now)
    return scores(customer)


# Days and months, as the organisation's clocks tell them.


@pytest.fixture(autouse=True)
def _process_just_begun():
    """Nothing is remembered of the time zones of other tests."""
    calendar._kept.clear()
    calendar._say_outdated.cache_clear()


ZONES = [
    "UTC", "Europe/Lisbon", "Pacific/Auckland", "Pacific/Kiritimati", "Pacific/Pago_Pago",
    "America/St_Johns", "Asia/Kolkata", "Africa/Casablanca", "Australia/Lord_Howe",
]  # fmt: skip


@pytest.mark.parametrize("name", ZONES)
def test_months_and_active_days_are_those_of_the_organisations_clocks(by, name, settings):
    settings.TIME_ZONE = name
    customer, zone = CustomerFactory(), ZoneInfo(name)
    turns = [datetime(2025, month, 1, tzinfo=zone) for month in range(1, 13)]
    changes = [datetime(2025, 3, 30, 1, tzinfo=UTC), datetime(2009, 11, 1, 2, 31, tzinfo=UTC)]
    moments = [
        moment + timedelta(minutes=minutes)
        for moment in (*turns, *changes)
        for minutes in (-61, -1, 0, 1, 29, 61)
    ]
    send(by, customer, *moments)

    drain(now=NOW)

    days = sorted({moment.astimezone(zone).date() for moment in moments})
    assert numbers_of(customer)[FIELD["active_days"]] == len(days)
    assert numbers_of(customer)[FIELD["last_day"]] == (days[-1] - EPOCH.date()).days
    months = Counter(moment.astimezone(zone).date().replace(day=1) for moment in moments)
    assert dict(months_counted().values_list("month", "count")) == months


def test_changed_time_zone_folds_and_counts_everyone_again(by, customer, settings, caplog):
    other = CustomerFactory()
    midnight = datetime(2026, 3, 1, tzinfo=UTC)
    nights = [midnight - timedelta(days=30 * number, minutes=30) for number in range(4)]
    mornings = [moment + timedelta(hours=1) for moment in nights]
    for who in (customer, other):
        send(by, who, *nights, *mornings)
    drain(now=NOW)
    assert numbers_of(other)[FIELD["active_days"]] == 8

    settings.TIME_ZONE = "Pacific/Auckland"
    send(by, customer, NOW - timedelta(hours=1))
    assert drain(now=NOW) > 0

    assert numbers_of(other)[FIELD["active_days"]] == 4
    assert numbers_of(customer)[FIELD["active_days"]] == 5
    assert Calendar.objects.get().time_zone == "Pacific/Auckland"
    assert "changed from UTC to Pacific/Auckland" in caplog.text
    counted: Counter[date] = Counter()
    for month, count in months_counted().values_list("month", "count"):
        counted[month] += count
    zone = ZoneInfo("Pacific/Auckland")
    moments = Touchpoint.objects.values_list("occurred_at", flat=True)
    months = Counter(moment.astimezone(zone).date().replace(day=1) for moment in moments)
    assert +counted == months
    for who in (customer, other):
        kept = scores(who)
        assert kept == from_scratch(who, NOW)


def test_worker_with_another_time_zone_than_all_others_leaves_customers_to_them(
    by, customer, settings, caplog
):
    """Else two would fold everyone from the start in turn, for ever."""
    send(by, customer, NOW - timedelta(days=3))
    drain(now=NOW)
    save_policy(settings={Place("everyone", "", "horizon_days"): 30.0}, based_on=0, note="", by=by)
    # Another process was restarted with a new setting, and has gone over.
    Calendar.objects.update(time_zone="Pacific/Auckland")
    send(by, customer, NOW - timedelta(days=2))

    assert (drain(now=NOW), drain(now=NOW), refold_outdated(now=NOW)) == (0, 0, 0)

    assert Calendar.objects.get().time_zone == "Pacific/Auckland"
    assert caplog.text.count("it scores nobody until it is restarted") == 1
    settings.TIME_ZONE = "Pacific/Auckland"
    assert drain(now=NOW) == 1
    assert refold_progress() is None


def test_unchanged_time_zone_folds_nobody_again(by, customer):
    send(by, customer, NOW - timedelta(days=3))
    drain(now=NOW)
    drain(now=NOW)

    assert drain(now=NOW) == 0
    assert Calendar.objects.get().time_zone == "UTC"


# Now, and clocks that run ahead.


def test_future_is_refused_beyond_a_tolerance_for_clocks_that_is_said(by, customer):
    ahead = timedelta(minutes=5)

    assert not refused(send(by, customer, NOW + ahead))
    too_far = send(by, customer, NOW + ahead + timedelta(microseconds=1))

    assert "more than 5 minutes in the future" in refused(too_far)


def test_schema_says_how_far_ahead_and_back_a_moment_may_be():
    schema = Client().get("/api/schema/", headers={"Accept": "application/json"}).content.decode()

    assert "at most 5 minutes ahead of our clock" in schema
    assert "from the year 1900 on" in schema


def test_clock_that_runs_ahead_is_as_now(by, customer, browser):
    send(by, customer, NOW + timedelta(minutes=4), NOW - timedelta(days=9))
    drain(now=NOW)
    send(by, customer, NOW + timedelta(minutes=1))
    drain(now=NOW)

    reading = Reading.objects.get(customer=customer)
    assert reading.silent_days == 0
    assert reading.active_days == 2
    assert scores(customer) == from_scratch(customer, NOW)
    assert browser.get(f"/customers/{customer.pk}/{WHOLE}").status_code == 200


@pytest.mark.parametrize("is_night", [False, True])
def test_no_monday_knows_what_a_clock_ahead_told_on_sunday(by, customer, is_night):
    months_ago = SUNDAY_NIGHT - timedelta(days=90)
    send(by, customer, months_ago, months_ago - timedelta(days=9), now=SUNDAY_NIGHT)
    send(by, customer, SUNDAY_NIGHT + timedelta(minutes=4), now=SUNDAY_NIGHT)
    drain(now=SUNDAY_NIGHT)
    later = SUNDAY_NIGHT + timedelta(hours=3)

    if is_night:
        read_everyone_again(now=later)
    else:
        mark_profiles_changed(customer_ids=[customer.pk])
    drain(now=later)

    reading, _ = scores(customer)
    assert reading["history"][-1] > 50
    assert reading["distance"] < 25
    assert scores(customer) == from_scratch(customer, later)


# The far past.


@pytest.mark.parametrize(
    "moment",
    [
        "1899-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-12:00",
    ],
)  # fmt: skip
def test_moments_out_of_all_range_are_refused_with_what_would_be_right(by, customer, moment):
    (outcome,) = send(by, customer, datetime.fromisoformat(moment))

    assert outcome.status == "refused"
    assert "before 1900" in refused([outcome]) or "5 minutes" in refused([outcome])


def test_century_between_touchpoints_is_scored_shown_and_told(by, customer, browser):
    first = datetime(1900, 1, 1, tzinfo=UTC)
    send(by, customer, first, datetime(1969, 12, 31, 23, 59, tzinfo=UTC))
    drain(now=NOW)
    old = Reading.objects.get(customer=customer)
    assert old.first_at == first
    assert old.band == 5

    send(by, customer, NOW - timedelta(days=1))
    drain(now=NOW)

    fields = Reading.objects.filter(customer=customer).values().get()
    floats = {name: value for name, value in fields.items() if isinstance(value, float)}
    assert {name for name, value in floats.items() if not np.isfinite(value)} == set()
    assert scores(customer) == from_scratch(customer, NOW)
    page = browser.get(f"/customers/{customer.pk}/{WHOLE}").content.decode()
    assert "1 January 1900" in page
    key = create_key(name="dashboard", scopes=["customers:read"])
    sender = Client(headers={"Authorization": f"Bearer {key.secret}"})
    health = sender.get(f"/api/v1/customers/{customer.pk}/health/").content
    json.loads(health, parse_constant=pytest.fail)


# Little, and nothing.


@pytest.mark.parametrize(
    ("given", "is_known"),
    [
        ({}, True),
        ({"direction": 1}, False),
        ({"type": "email.template"}, False),
        ({"type": "call.attempt"}, False),
        ({"type": "order.placed", "direction": 1}, True),
        ({"type": "order.late"}, None),
    ],
)
def test_single_touchpoint_gives_a_finite_reading(by, customer, browser, given, is_known):
    send(by, customer, NOW - timedelta(days=2), **given)
    drain(now=NOW)

    fields = Reading.objects.filter(customer=customer).values().get()
    if is_known is not None:
        assert (fields["distance"] is not None) == is_known
        assert (fields["band"] != 0) == is_known
    for name, value in fields.items():
        assert not isinstance(value, float) or np.isfinite(value), name
    assert browser.get(f"/customers/{customer.pk}/{WHOLE}").status_code == 200


def test_single_touchpoint_deleted_again_leaves_an_unknown_customer(by, customer):
    (outcome,) = send(by, customer, NOW - timedelta(days=2))
    drain(now=NOW)

    delete(touchpoint_id=outcome.touchpoint_id, by=by, now=NOW)
    drain(now=NOW)

    reading = Reading.objects.get(customer=customer)
    assert (reading.band, reading.distance, reading.at_risk, reading.active_days) == (0, None, 0, 0)
    assert set(bytes(reading.history)) == {255}
    assert sum(months_counted().values_list("count", flat=True)) == 0


# Very much.


def test_thousands_in_a_day_are_folded_once_and_paged_by_an_index(by, customer):
    start = NOW - timedelta(days=1)
    for half in range(2):
        seconds = range(half * 5_000, half * 5_000 + 5_000)
        send(by, customer, *(start + timedelta(seconds=second) for second in seconds))
    assert TouchpointChange.objects.count() <= 4

    assert drain(now=NOW) > 0

    assert not TouchpointChange.objects.exists()
    assert months_counted().get().count == 10_000
    assert numbers_of(customer)[FIELD["active_days"]] == 1
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE interactions_touchpoint")
    rows = timeline_page(customer)
    assert len(rows.touchpoints) == 30
    plan = (
        Touchpoint.objects.live()
        .filter(customer=customer, occurred_at__lte=start + timedelta(seconds=4_000))
        .order_by("-occurred_at", "-id")[:31]
        .explain()
    )
    assert "touchpoint_timeline" in plan
    assert "Seq Scan" not in plan
    assert "Sort" not in plan


def test_page_of_hundreds_open_loops_shows_those_due_first(
    by, customer, browser, django_assert_max_num_queries
):
    moments = [NOW - timedelta(hours=hour) for hour in range(300)]
    send(by, customer, *moments, type="complaint")
    drain(now=NOW)

    with django_assert_max_num_queries(40):
        page = browser.get(f"/customers/{customer.pk}/{WHOLE}").content.decode()

    assert "250 more are open" in page
    assert len(page) < 250_000


# What we say of a customer after years.


def test_style_declared_after_years_follows_at_the_next_drain_and_goes_again(by, customer):
    years = [NOW - timedelta(days=30 * number) for number in range(1, 40)]
    send(by, customer, *years[4:], type="meeting.in_person")
    send(by, customer, *years[:4], type="web.visit")
    drain(now=NOW)
    inferred, state = scores(customer)

    readings = {}
    for style in ("personal", "self_service", ""):
        Customer.objects.filter(pk=customer.pk).update(style=style)
        mark_profiles_changed(customer_ids=[customer.pk])
        drain(now=NOW)
        readings[style], kept = scores(customer)
        assert kept == state

    personal, self_service = readings["personal"], readings["self_service"]
    assert personal["wall"] == pytest.approx(5 * self_service["wall"])
    assert personal["wall"] > 0
    assert personal["distance"] > self_service["distance"]
    assert personal["warmth"] == self_service["warmth"]
    assert personal["history"] == inferred["history"]
    assert readings[""] == inferred


def test_policy_changed_midway_never_mixes_with_the_old_one(by):
    changed, whole = CustomerFactory.create_batch(2, team=None)
    days = [300, 200, 120, 60, 30, 10, 3]
    moments = [NOW - timedelta(days=day) for day in days]
    versions = [{"connection_half_life": 30.0}, {"connection_half_life": 200.0, "gap_memory": 0.2}]
    version = None
    for number, moment in enumerate(moments):
        send(by, changed, moment)
        drain(now=NOW)
        if number in (2, 4):
            version = PolicyVersion.objects.create(values=versions.pop(0), based_on=version)
    send(by, whole, *moments)
    drain(now=NOW)

    kept, expected = scores(changed), scores(whole)

    assert kept[1] == expected[1]
    for reading, _ in (kept, expected):
        del reading["customer_id"]
    assert kept[0] == expected[0]
    state = CustomerState.objects.get(customer=changed)
    assert version is not None
    assert state.policy_version == version.pk
