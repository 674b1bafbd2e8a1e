"""The drain scores whatever changed, in whatever order it came."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from importlib import import_module

import numpy as np
import pytest
from django.db import connection

from insights.models import (
    EVERY_TEAM,
    Band,
    BandFlow,
    BandTotal,
    CustomerState,
    DistanceTotal,
    MonthlyCare,
    OwnerTotal,
    PlaceTotal,
    QuarterTotal,
    Reading,
    TeamTotal,
)
from insights.services.drain import drain
from insights.services.rollups import rebuild_rollups
from interactions.models import TouchpointChange
from interactions.services import NewTouchpoint, delete, edit, record, source_named
from relationships.models import Customer, Person
from relationships.services import mark_profiles_changed
from tests.factories import AdministratorFactory, CustomerFactory, months_counted

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture
def by() -> Person:
    return AdministratorFactory()


@pytest.fixture
def customer() -> Customer:
    return CustomerFactory(yearly_value=1000)


def touch(customer: Customer, days_ago: float, kind: str = "call.phone", **fields) -> NewTouchpoint:
    moment = NOW - timedelta(days=days_ago)
    return NewTouchpoint(type=kind, customer=customer.pk, occurred_at=moment, **fields)


def send(by: Person, *items: NewTouchpoint) -> list[int]:
    outcomes = record(source=source_named("test"), items=items, by=by, now=NOW)
    assert {outcome.status for outcome in outcomes} == {"recorded"}
    return [outcome.touchpoint_id for outcome in outcomes]


def scores(customer: Customer) -> dict[str, object]:
    reading = Reading.objects.filter(customer=customer).values().get()
    del reading["updated_at"]  # when it was written, not what it says
    state = CustomerState.objects.get(customer=customer)
    numbers = np.frombuffer(state.numbers)
    return reading | {"numbers": np.round(numbers, 9).tolist(), "folded_to": state.folded_to}


def rollups() -> tuple[list[object], ...]:
    months = (
        months_counted()
        .filter(count__gt=0)
        .values_list("month", "team_id", "type_id", "is_via", "is_template", "count")
    )
    bands = BandTotal.objects.filter(customers__gt=0).values_list(
        "on_date", "team_id", "segment_id", "stage", "currency", "band", "customers",
        "yearly_value", "at_risk",
    )  # fmt: skip
    distances = DistanceTotal.objects.filter(customers__gt=0).values_list(
        "on_date", "by", "part", "team_id", "segment_id", "stage", "customers", "far", "distance"
    )
    flows = BandFlow.objects.filter(customers__gt=0).values_list(
        "on_date", "team_id", "segment_id", "stage", "was", "band", "customers"
    )
    places = PlaceTotal.objects.exclude(customers=0).values_list(
        "team_id", "segment_id", "stage", "place", "customers"
    )
    quarters = QuarterTotal.objects.exclude(customers=0).values_list(
        "team_id", "segment_id", "stage", "currency", "has_doors", "has_windows", "customers",
        "yearly_value", "at_risk",
    )  # fmt: skip
    owners = OwnerTotal.objects.exclude(customers=0).values_list("owner_id", "customers")
    kept = (months, bands, distances, flows, places, quarters, owners, teams())
    return tuple(map(sorted, kept))


def teams() -> list[tuple[object, ...]]:
    kept = TeamTotal.objects.exclude(customers=0)
    return sorted(
        kept.values_list("team_id", "stage", "currency", "customers", "known", "far", "at_risk")
    )


def test_what_a_team_has_is_what_its_bands_have_and_what_the_migration_takes_from_them(by):
    for yearly_value, currency in ((1000, "EUR"), (500, "USD"), (0, "EUR")):
        customer = CustomerFactory(yearly_value=yearly_value, currency=currency)
        send(by, *(touch(customer, day) for day in (500, 480, 460, 440)))
    send(by, touch(CustomerFactory(team=None), 1, "visit"))
    CustomerFactory()
    drain(now=NOW)
    bands = defaultdict(lambda: [0, 0, 0, 0])
    for one in BandTotal.objects.filter(on_date=BandTotal.NOW, team_id__gte=0):
        of_team = bands[one.team_id, one.stage, one.currency]
        of_team[0] += one.customers
        of_team[1] += one.customers * (one.band != Band.UNKNOWN)
        of_team[2] += one.customers * (one.band in {Band.DRIFTING, Band.GONE})
        of_team[3] += one.at_risk

    drained = teams()

    assert drained == sorted((*key, *amounts) for key, amounts in bands.items() if amounts[0])
    assert any(far for *_, far, _ in drained)
    assert any(not team for team, *_ in drained)
    TeamTotal.objects.all().delete()
    human = sorted(MonthlyCare.objects.values_list("pk", "human"))
    assert any(number for _, number in human)
    MonthlyCare.objects.update(human=0)
    migration = import_module("insights.migrations.0025_team_totals")
    with connection.cursor() as cursor:
        cursor.execute(migration.TEAMS)
        cursor.execute(migration.HUMAN)
    assert teams() == drained
    assert sorted(MonthlyCare.objects.values_list("pk", "human")) == human


def test_touchpoint_gives_a_reading_and_counts_in_the_rollups(by, customer):
    send(by, touch(customer, 40), touch(customer, 20), touch(customer, 1))

    assert drain(now=NOW) > 0

    reading = Reading.objects.get(customer=customer)
    assert 0 <= reading.distance <= 100
    assert reading.distance == pytest.approx(
        reading.part_presence + reading.part_cooling + reading.part_wall + reading.part_unhealed
    )
    assert reading.active_days == 3
    assert float(reading.at_risk) == pytest.approx(1000 * reading.silence, abs=0.01)
    assert sum(months_counted().values_list("count", flat=True)) == 3
    totals = BandTotal.objects.filter(on_date=BandTotal.NOW, customers__gt=0)
    assert {one.team_id: one.band for one in totals} == {
        reading.team_id or 0: reading.band, EVERY_TEAM: reading.band
    }  # fmt: skip
    assert not TouchpointChange.objects.exists()
    assert drain(now=NOW) == 0


def test_in_order_late_and_all_at_once_give_the_same_scores(by):
    at_once, in_order, reverse = CustomerFactory.create_batch(3, team=None)
    days = [300, 200, 90, 33, 12, 2.5, 1, 0.1]
    send(by, *(touch(at_once, day) for day in days))
    for day in days:
        send(by, touch(in_order, day))
        drain(now=NOW)
    for day in reversed(days):
        send(by, touch(reverse, day))
        drain(now=NOW)
    drain(now=NOW)

    # The last digit of a sum depends on how many customers are read at once.
    expected = {
        name: pytest.approx(value, rel=1e-12) if isinstance(value, float) else value
        for name, value in scores(at_once).items()
    }
    for other in (in_order, reverse):
        found = scores(other)
        assert found.pop("customer_id") == other.pk
        assert found == {name: expected[name] for name in found}


def test_closing_a_failure_from_before_heals_it(by, customer):
    send(by, touch(customer, 50), touch(customer, 10, "order.late", external_id="late"))
    drain(now=NOW)
    assert Reading.objects.get(customer=customer).hurt_open > 0

    send(by, touch(customer, 9, closes="late"))
    drain(now=NOW)

    assert Reading.objects.get(customer=customer).hurt_open == 0


def test_deleted_touchpoint_leaves_no_trace(by, customer):
    send(by, touch(customer, 50), touch(customer, 20))
    drain(now=NOW)
    before, rolled = scores(customer), rollups()

    (extra,) = send(by, touch(customer, 5))
    drain(now=NOW)
    assert scores(customer) != before
    delete(touchpoint_id=extra, by=by, now=NOW)
    drain(now=NOW)

    assert scores(customer) == before
    assert rollups() == rolled


def test_moved_touchpoint_counts_for_the_other_customer_alone(by, customer):
    other = CustomerFactory()
    (moved,) = send(by, touch(customer, 5))
    drain(now=NOW)

    edit(touchpoint_id=moved, by=by, now=NOW, customer=other.pk)
    drain(now=NOW)

    assert Reading.objects.get(customer=customer).distance is None
    assert Reading.objects.get(customer=other).active_days == 1
    assert [row.team_id for row in months_counted().filter(count__gt=0)] == [other.team_id]


def test_kept_rollups_equal_rebuilt_ones(by):
    customers = CustomerFactory.create_batch(6, yearly_value=500)
    for number, one in enumerate(customers):
        send(by, touch(one, 400 - 60 * number), touch(one, 100 - number), touch(one, number + 0.5))
    drain(now=NOW)
    Customer.objects.filter(pk=customers[0].pk).update(stage="former", yearly_value=70)
    mark_profiles_changed(customer_ids=[customers[0].pk])
    send(by, touch(customers[1], 0.1), touch(customers[2], 300))
    drain(now=NOW)
    drain(now=NOW + timedelta(days=9))
    kept = rollups()

    rebuild_rollups()

    assert rollups() == kept


def test_profile_change_moves_the_customer_in_the_totals(by, customer):
    send(by, touch(customer, 5))
    drain(now=NOW)
    customer.stage = "former"
    customer.save()
    mark_profiles_changed(customer_ids=[customer.pk])

    drain(now=NOW)

    stages = BandTotal.objects.filter(customers__gt=0).values_list("stage", flat=True)
    assert set(stages) == {"former"}


def test_customer_without_touchpoints_is_unknown(customer):
    mark_profiles_changed(customer_ids=[customer.pk])

    drain(now=NOW)

    reading = Reading.objects.get(customer=customer)
    assert (reading.band, reading.distance, reading.at_risk) == (0, None, 0)


def test_weeks_pass_without_touchpoints(by, customer):
    send(by, touch(customer, 100), touch(customer, 70), touch(customer, 40), touch(customer, 20))
    drain(now=NOW)
    early = bytes(Reading.objects.get(customer=customer).history)
    later = NOW + timedelta(days=21)
    mark_profiles_changed(customer_ids=[customer.pk])

    drain(now=later)

    late = Reading.objects.get(customer=customer)
    assert bytes(late.history)[:-3] == early[3:]
    assert late.history_on == (later - timedelta(days=2)).date()
    assert all(value < 255 for value in bytes(late.history)[-3:])
    send(by, touch(customer, 55))
    drain(now=later)
    assert late.history_on == Reading.objects.get(customer=customer).history_on
