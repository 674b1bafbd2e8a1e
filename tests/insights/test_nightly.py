"""Time passes: readings are taken again from states alone."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from insights.models import Reading, Rhythm
from insights.services.drain import drain
from insights.services.nightly import read_everyone_again, rhythm_is_outdated
from insights.services.rollups import rebuild_rollups
from interactions.services import NewTouchpoint, record, source_named
from tests.factories import AdministratorFactory, CustomerFactory
from tests.insights.test_drain import rollups

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture
def customers():
    customers = CustomerFactory.create_batch(4, yearly_value=1000)
    items = [
        NewTouchpoint(type="call.phone", customer=one.pk, occurred_at=NOW - timedelta(days=day))
        for one in customers
        for day in range(10, 200, 10)
    ]
    record(source=source_named("test"), items=items, by=AdministratorFactory(), now=NOW)
    while drain(now=NOW):
        pass
    return customers


def test_silence_grows_while_nothing_happens(customers):
    before = {reading.pk: reading for reading in Reading.objects.all()}

    assert read_everyone_again(now=NOW + timedelta(days=60)) == len(customers)

    for reading in Reading.objects.all():
        assert reading.silence > before[reading.pk].silence
        assert reading.distance > before[reading.pk].distance
        assert reading.at_risk > before[reading.pk].at_risk
        assert reading.silent_days == pytest.approx(70)
        assert reading.drift > 0


def test_no_touchpoint_is_read(customers):
    with CaptureQueriesContext(
        connection,
    ) as queries:
        read_everyone_again(now=NOW + timedelta(days=1))

    assert not any(re.search(r"interactions_touchpoint\b", query["sql"]) for query in queries)


def test_rollups_stay_exact(customers):
    read_everyone_again(now=NOW + timedelta(days=30))
    kept = rollups()

    rebuild_rollups()

    assert rollups() == kept


def test_rhythm_is_outdated_after_a_first_load_and_not_afterwards(customers):
    assert rhythm_is_outdated()
    read_everyone_again(now=NOW)
    assert not rhythm_is_outdated()
    assert Rhythm.objects.latest().customers == len(customers)
