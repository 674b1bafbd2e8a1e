"""Readings of everyone, and a customer's past year, by REST."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from django.test import Client
from django.utils import timezone

from insights.api.history import EXAMPLE as HISTORY
from insights.api.readings import READINGS
from insights.models import Band, Reading
from insights.mondays import WEEKS
from insights.services.drain import drain
from interactions.services import NewTouchpoint, record, source_named
from relationships.services import create_key
from tests.factories import AdministratorFactory, CustomerFactory, PersonFactory, ReadingFactory

URL = "/api/v1/readings/"
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    return key_of("dashboard", "customers:read")


def key_of(name: str, *scopes: str, **fields: Any) -> Client:
    key = create_key(name=name, scopes=list(scopes), **fields)
    return Client(headers={"Authorization": f"Bearer {key.secret}"})


def names(response) -> list[str]:
    assert response.status_code == 200, response.content
    return [one["customer"]["name"] for one in response.json()["results"]]


def unknown(**fields: Any) -> Reading:
    scores = dict.fromkeys(("distance", "drift", "warmth", "baseline", "silent_days", "last_at"))
    return ReadingFactory(band=Band.UNKNOWN, usual_gap_days=None, at_risk=0, **scores, **fields)


def test_reading_has_all_scores_and_parts_that_add_up(client):
    customer, now = CustomerFactory(), timezone.now()
    items = [
        NewTouchpoint(type="visit", customer=customer.pk, occurred_at=now - timedelta(days=day))
        for day in range(40, 200, 9)
    ]
    record(source=source_named("test"), items=items, by=AdministratorFactory(), now=now)
    drain(now=now)
    unknown()

    first, second = client.get(URL).json()["results"]

    assert first.keys() == READINGS.example.keys()
    assert first["scores"].keys() == READINGS.example["scores"].keys()
    total = sum(Decimal(str(points)) for points in first["parts"].values())
    assert total == Decimal(str(first["scores"]["distance"]))
    assert first["silent_days"] == pytest.approx(40, abs=1)
    health = client.get(f"/api/v1/customers/{customer.pk}/health/").json()
    assert first["scores"] == health["scores"]
    assert first["parts"] == {part["name"]: part["points"] for part in health["parts"]}
    assert (second["band"], second["scores"], second["parts"]) == ("unknown", None, None)
    assert (second["at_risk"], second["style"], second["last_active_at"]) == (None, None, None)


@pytest.mark.parametrize("limit", [1, 2, 9])
@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("customer_id", "a b c n"),
        ("-customer_id", "n c b a"),
        ("-distance", "b c a n"),
        ("distance", "a c b n"),
        ("-drift", "a b c n"),
        ("-at_risk", "c b a n"),
        ("band,-at_risk", "n c a b"),
        ("-last_active_at", "a b c n"),
        ("updated_at", "a b c n"),
    ],
)
def test_sorted_pages_follow_each_other_and_unknown_come_last(client, sort, expected, limit):
    for number, (name, distance, band, risk) in enumerate(
        [("a", 10.0, 2, 5), ("b", 60.1, 4, 7), ("c", 60.1, 2, 9)]
    ):
        ReadingFactory(
            customer__name=name, distance=distance, band=band, at_risk=risk, drift=-number,
            last_at=NOW - timedelta(days=number),
        )  # fmt: skip
    unknown(customer__name="n")
    seen, address = [], f"{URL}?sort={sort}&limit={limit}"

    while address:
        response = client.get(address)
        seen += names(response)
        address = response.json()["next"]

    assert seen == expected.split()


def test_filters_narrow_and_combine(client):
    kept = ReadingFactory(
        customer__name="Kept", customer__owner=PersonFactory(), customer__stage="lead",
        band=Band.NEAR, last_at=NOW,
    )  # fmt: skip
    ReadingFactory(band=Band.GONE, last_at=NOW - timedelta(days=99))

    for query in (
        "band=near", f"team={kept.team_id}", f"owner={kept.owner_id}", "stage=lead",
        f"customer={kept.pk}", "active_since=2026-03-01T00:00:00Z",
        f"band=near&band=steady&team={kept.team_id}",
    ):  # fmt: skip
        assert names(client.get(f"{URL}?{query}")) == ["Kept"], query
    assert names(client.get(f"{URL}?active_before=2026-03-01T00:00:00Z")) != ["Kept"]


def test_updated_since_tells_whose_reading_was_written_since(client):
    customers = CustomerFactory.create_batch(3)
    now = timezone.now()
    source, by = source_named("test"), AdministratorFactory()
    items = [
        NewTouchpoint(type="visit", customer=one.pk, occurred_at=now - timedelta(days=9))
        for one in customers
    ]
    record(source=source, items=items, by=by, now=now)
    drain(now=now)
    Reading.objects.update(updated_at=now - timedelta(days=1))
    as_of = client.get(URL).json()["as_of"]
    item = NewTouchpoint(type="visit", customer=customers[1].pk, occurred_at=now)
    record(source=source, items=[item], by=by, now=now)
    drain(now=now - timedelta(minutes=5))  # by a clock that is behind

    assert names(client.get(f"{URL}?updated_since={as_of}")) == [customers[1].name]


def test_sparse_fields_keep_who_it_is(client):
    ReadingFactory()

    (told,) = client.get(f"{URL}?fields=band,parts").json()["results"]

    assert told.keys() == {"customer_id", "band", "parts"}


def test_what_a_team_may_not_see_is_not_there():
    mine, theirs = ReadingFactory(), ReadingFactory()
    team = mine.customer.team
    browser, key = Client(), key_of("till", "customers:read", team=team)
    browser.force_login(PersonFactory(team=team))

    for sender in (browser, key):
        assert names(sender.get(URL)) == [mine.customer.name]
        assert names(sender.get(f"{URL}?team={theirs.team_id}")) == []
        assert sender.get(f"/api/v1/customers/{mine.pk}/history/").status_code == 200
        assert sender.get(f"/api/v1/customers/{theirs.pk}/history/").status_code == 404


def test_readings_and_history_need_the_scope():
    reading = ReadingFactory()
    for address in (URL, f"/api/v1/customers/{reading.pk}/history/"):
        assert key_of("shop", "touchpoints:write").get(address).status_code == 403
        assert Client().get(address).status_code == 401


def test_list_takes_four_queries_whatever_its_length(client, django_assert_num_queries):
    ReadingFactory.create_batch(20, customer__owner=PersonFactory())
    client.get(URL)

    # Whether the key is still as remembered, and here, where nothing is committed, the key; since
    # when to ask next time, and the readings with who they belong to.
    with django_assert_num_queries(4):
        response = client.get(URL)

    assert len(names(response)) == 20


def test_history_has_a_year_of_mondays(client):
    history = np.full(WEEKS, 255, dtype=np.uint8)
    history[-3:] = [40, 61, 67]
    reading = ReadingFactory(
        distance=67.404, history=history.tobytes(), history_on=date(2026, 3, 2)
    )

    told = client.get(f"/api/v1/customers/{reading.pk}/history/").json()

    assert told.keys() == HISTORY.keys()
    assert told["distance"] == 67.4
    assert len(told["mondays"]) == WEEKS
    assert told["mondays"][0] == {"on": "2025-03-03", "distance": None}
    assert told["mondays"][-2:] == [
        {"on": "2026-02-23", "distance": 61},
        {"on": "2026-03-02", "distance": 67},
    ]


def test_history_of_who_was_not_read_yet_is_empty_and_of_a_merged_one_the_survivors(client):
    kept, gone = CustomerFactory(), CustomerFactory()
    gone.merged_into = kept
    gone.save()

    told = client.get(f"/api/v1/customers/{gone.pk}/history/").json()

    assert (told["customer"]["id"], told["as_of"], told["mondays"]) == (kept.pk, None, [])


@pytest.mark.parametrize("number", ["0", "999999", str(2**70), "abc"])
def test_history_of_nobody_is_404(client, number):
    assert client.get(f"/api/v1/customers/{number}/history/").status_code == 404
