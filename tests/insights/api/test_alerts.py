"""Alerts by REST: listed, narrowed, paged, and only of visible customers."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from insights.api.alerts import ALERTS
from insights.models import Alert, AlertRun
from relationships.services import create_key
from tests.factories import CustomerFactory, PersonFactory

URL = "/api/v1/alerts/"
MONDAY = datetime(2026, 3, 2, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    return key_of("dashboard", "customers:read")


def key_of(name: str, *scopes: str, **fields: Any) -> Client:
    key = create_key(name=name, scopes=list(scopes), **fields)
    return Client(headers={"Authorization": f"Bearer {key.secret}"})


def warned(customer: Any = None, since: datetime = MONDAY, **fields: Any) -> Alert:
    run, _ = AlertRun.objects.get_or_create(
        week=since.date(), defaults={"horizon_days": 90, "budget_percent": 5, "in_touch": 40}
    )
    told = {
        "silence": 0.6441, "distance": 67.404, "last_at": MONDAY - timedelta(days=41),
        "is_repeated": False, "why": ["Silent 41 days; usually in touch every 12."],
    }  # fmt: skip
    return Alert.objects.create(
        run=run, customer=customer or CustomerFactory(), since=since,
        until=since + timedelta(days=90), **(told | fields),
    )  # fmt: skip


def ids(response) -> list[int]:
    assert response.status_code == 200, response.content
    return [alert["id"] for alert in response.json()["results"]]


def test_alert_says_who_why_and_what_became_of_it(client):
    customer = CustomerFactory(name="Meridian Press", owner=PersonFactory())
    heard_at = MONDAY + timedelta(days=2)
    alert = warned(customer, status="recovered", heard_at=heard_at)

    told = client.get(f"{URL}{alert.pk}/").json()

    assert told.keys() == ALERTS.example.keys()
    assert told["customer"] == {"id": customer.pk, "name": "Meridian Press"}
    assert told["owner"]["name"] == customer.owner.name
    assert (told["week"], told["until"]) == ("2026-03-02", "2026-05-31T00:00:00Z")
    assert (told["status"], told["heard_at"]) == ("recovered", "2026-03-04T00:00:00Z")
    assert (told["silence_share"], told["distance"]) == (0.6441, 67.4)
    assert told["why"] == ["Silent 41 days; usually in touch every 12."]


def test_newest_week_comes_first_and_in_it_the_likeliest(client):
    old = warned(silence=0.9, since=MONDAY - timedelta(weeks=1))
    second, first = warned(silence=0.5), warned(silence=0.7)
    equal = warned(silence=0.7)

    assert ids(client.get(URL)) == [first.pk, equal.pk, second.pk, old.pk]
    assert ids(client.get(f"{URL}?sort=silence_share")) == [second.pk, equal.pk, first.pk, old.pk]


@pytest.mark.parametrize("sort", ["", "id", "-updated_at", "-silence_share", "week"])
def test_pages_follow_each_other_to_the_end(client, sort):
    for number in range(7):
        warned(silence=0.1 * (number % 3), since=MONDAY - timedelta(weeks=number % 2))
    address = f"{URL}?limit=2" + (f"&sort={sort}" if sort else "")
    whole = ids(client.get(address.replace("limit=2", "limit=100")))
    seen = []

    while address:
        response = client.get(address)
        seen += ids(response)
        address = response.json()["next"]

    assert seen == whole
    assert len(set(seen)) == 7


def test_filters_narrow_and_combine(client):
    customer = CustomerFactory(owner=PersonFactory())
    kept = warned(customer, is_repeated=True)
    warned(status="came_true", since=MONDAY - timedelta(weeks=1))

    for query in (
        "status=open", "week=2026-03-02", f"team={customer.team_id}", f"customer={customer.pk}",
        f"owner={customer.owner_id}", "is_repeated=true",
        f"status=open&status=recovered&week=2026-03-02&team={customer.team_id}",
    ):  # fmt: skip
        assert ids(client.get(f"{URL}?{query}")) == [kept.pk], query
    assert len(ids(client.get(f"{URL}?week=2026-03-02&week=2026-02-23"))) == 2


def test_updated_since_tells_what_is_new_and_what_changed(client):
    first, second = warned(), warned()
    as_of = client.get(URL).json()["as_of"]
    Alert.objects.filter(pk=second.pk).update(status="came_true")
    third = warned()
    Alert.objects.filter(pk=first.pk).update(status="open")  # says nothing new

    changed = ids(client.get(f"{URL}?updated_since={as_of}&sort=updated_at"))

    assert changed[-2:] == [second.pk, third.pk]


@pytest.mark.parametrize(
    ("query", "parameter", "words"),
    [
        ("week=2026-03-03", "week", "Monday"),
        ("week=0001-01-01", "week", "Monday"),
        ("week=%00", "week", "Monday"),
        ("status=lost", "status", "open, recovered or came_true"),
        ("statsu=open", "statsu", "did you mean status"),
        ("sort=why", "sort", "week"),
        ("updated_since=yesterday", "updated_since", "offset"),
    ],
)
def test_wrong_parameter_is_named_with_what_would_be_right(client, query, parameter, words):
    response = client.get(f"{URL}?{query}")

    assert response.status_code == 422
    (error,) = response.json()["errors"]
    assert error["parameter"] == parameter
    assert words in error["detail"]


def test_what_a_team_may_not_see_is_not_there():
    mine, theirs = warned(), warned()
    team = mine.customer.team
    browser, key = Client(), key_of("till", "customers:read", team=team)
    browser.force_login(PersonFactory(team=team))

    for sender in (browser, key):
        assert ids(sender.get(URL)) == [mine.pk]
        assert sender.get(f"{URL}{mine.pk}/").status_code == 200
        assert sender.get(f"{URL}{theirs.pk}/").status_code == 404
        assert ids(sender.get(f"{URL}?team={theirs.customer.team_id}")) == []


def test_alerts_of_who_was_merged_away_are_not_told(client):
    kept, gone = warned(), warned()
    gone.customer.merged_into = kept.customer
    gone.customer.save()

    assert ids(client.get(URL)) == [kept.pk]


def test_alerts_need_the_scope():
    assert key_of("shop", "touchpoints:write").get(URL).status_code == 403
    assert Client().get(URL).status_code == 401


def test_answer_known_already_is_not_sent_again(client):
    alert = warned()
    for address in (URL, f"{URL}{alert.pk}/"):
        tag = client.get(address).headers["ETag"]
        assert client.get(address, headers={"If-None-Match": tag}).status_code == 304
    Alert.objects.update(status="came_true")
    assert client.get(URL, headers={"If-None-Match": tag}).status_code == 200


def test_list_takes_four_queries_whatever_its_length(client, django_assert_num_queries):
    for _ in range(20):
        warned(CustomerFactory(owner=PersonFactory()))
    client.get(URL)

    # Whether the key is still as remembered, and here, where nothing is committed, the key; since
    # when to ask next time, and the alerts with their customers.
    with django_assert_num_queries(4):
        response = client.get(URL)

    assert len(ids(response)) == 20


def test_example_is_of_a_monday():
    assert date.fromisoformat(ALERTS.example["week"]).weekday() == 0
