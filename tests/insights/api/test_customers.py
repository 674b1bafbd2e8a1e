"""Customers and their health by REST."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from django.test import Client
from django.utils import timezone

from insights.api import examples
from insights.models import Band, Reading
from insights.mondays import WEEKS, last_monday
from insights.services.drain import drain
from interactions.models import Touchpoint, TouchpointChange
from interactions.services import NewTouchpoint, record, source_named
from relationships.models import Customer
from relationships.services import create_key
from tests.factories import (
    CustomerFactory,
    IdentityFactory,
    PersonFactory,
    ReadingFactory,
    SegmentFactory,
    TeamFactory,
)

URL = "/api/v1/customers/"
NOW = datetime(2026, 3, 1, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    key = create_key(name="dashboard", scopes=["customers:read"])
    return Client(headers={"Authorization": f"Bearer {key.secret}"})


def read_as(customer: Customer, band: Band = Band.DRIFTING, **fields: Any) -> Reading:
    scores = {
        "distance": 67.404,
        "drift": 21.084,
        "warmth": 31.5,
        "baseline": 58.2,
        "presence": 0.41,
        "silence": 0.644,
        "part_presence": 53.6,
        "part_cooling": 13.404,
        "part_wall": 0.3,
        "part_unhealed": 0.1,
        "silent_days": 41.2,
        "usual_gap_days": 12.3,
        "active_days": 30,
        "last_at": NOW,
    }
    return Reading.objects.create(
        customer=customer,
        team=customer.team,
        owner=customer.owner,
        segment=customer.segment,
        stage=customer.stage,
        currency=customer.currency,
        yearly_value=customer.yearly_value,
        as_of=NOW,
        band=band,
        **{"at_risk": Decimal("30912.00")} | ({} if band == Band.UNKNOWN else scores) | fields,
    )


def names(response) -> list[str]:
    assert response.status_code == 200, response.content
    return [customer["name"] for customer in response.json()["results"]]


def test_health_tells_parts_that_add_up_and_why(client):
    customer = CustomerFactory(name="Meridian Press")
    read_as(customer)

    response = client.get(f"{URL}{customer.pk}/health/")

    health = response.json()
    assert response.headers["Cache-Control"] == "private"
    assert health.keys() == examples.HEALTH.keys()
    assert health["scores"].keys() == examples.HEALTH["scores"].keys()
    total = sum(Decimal(str(part["points"])) for part in health["parts"])
    assert total == Decimal(str(health["scores"]["distance"]))
    assert health["parts"][0]["sentence"] == "Silent 41 days; usually in touch every 12."
    assert health["parts"][2]["sentence"] is None
    assert health["why"] == [
        "Silent 41 days; usually in touch every 12.",
        "Warmth 32, usually 58.",
    ]
    assert (health["band"], health["is_being_scored"]) == ("drifting", False)


@pytest.mark.parametrize("has_reading", [True, False])
def test_customer_never_heard_from_is_unknown_not_cold(client, has_reading):
    customer = CustomerFactory()
    if has_reading:
        read_as(customer, Band.UNKNOWN)

    health = client.get(f"{URL}{customer.pk}/health/").json()

    assert (health["band"], health["is_known"]) == ("unknown", False)
    assert (health["scores"], health["parts"], health["at_risk"]) == (None, [], None)
    assert health["is_being_scored"] is not has_reading
    assert health["why"]


def test_health_says_when_something_is_not_scored_yet(client):
    customer = CustomerFactory()
    read_as(customer)
    TouchpointChange.objects.create(
        customer_id=customer.pk, month=NOW, type_id=1, is_via=False, count=1,
        first_at=NOW, is_refold=False,
    )  # fmt: skip

    assert client.get(f"{URL}{customer.pk}/health/").json()["is_being_scored"] is True


@pytest.mark.parametrize("number", ["0", "999999", str(2**70), "abc", "-1"])
def test_health_of_nobody_is_404(client, number):
    response = client.get(f"{URL}{number}/health/")

    assert response.status_code == 404
    assert response.headers["Content-Type"] == "application/problem+json"


def test_what_a_team_may_not_see_is_not_there():
    mine, theirs = CustomerFactory(), CustomerFactory()
    browser = Client()
    browser.force_login(PersonFactory(team=mine.team))

    assert names(browser.get(URL)) == [mine.name]
    assert browser.get(f"{URL}{mine.pk}/health/").status_code == 200
    assert browser.get(f"{URL}{mine.pk}/").status_code == 200
    for address in (f"{URL}{theirs.pk}/health/", f"{URL}{theirs.pk}/"):
        assert browser.get(address).status_code == 404


def test_list_tells_scores_and_says_unknown_where_there_are_none(client):
    read_as(CustomerFactory(name="Meridian Press", team=TeamFactory(name="North")))
    CustomerFactory(name="New")

    first, second = client.get(URL).json()["results"]

    assert first.keys() == examples.CUSTOMER.keys()
    assert (first["team"]["name"], first["band"], first["distance"]) == ("North", "drifting", 67.4)
    assert (second["band"], second["distance"], second["as_of"]) == ("unknown", None, None)


def test_pages_follow_each_other_to_the_end(client):
    customers = CustomerFactory.create_batch(5, team=None)
    seen, address = [], f"{URL}?limit=2&stage=current"

    while address:
        response = client.get(address)
        seen += names(response)
        address = response.json()["next"]

    assert seen == [customer.name for customer in customers]


def test_filters_narrow_and_combine(client):
    team, segment, owner = TeamFactory(), SegmentFactory(), PersonFactory()
    kept = CustomerFactory(name="Zoë Müller", team=team, segment=segment, owner=owner, stage="lead")
    read_as(kept, Band.NEAR)
    read_as(CustomerFactory(name="Other"), Band.GONE)
    CustomerFactory(name="Unread")

    for query in (
        "band=near", f"team={team.pk}", f"segment={segment.pk}", f"owner={owner.pk}",
        "stage=lead", "search=muller%20ZOE", f"band=near&team={team.pk}&search=zo",
    ):  # fmt: skip
        assert names(client.get(f"{URL}?{query}")) == ["Zoë Müller"], query
    assert names(client.get(f"{URL}?band=gone&band=unknown")) == ["Other", "Unread"]


def test_they_are_found_by_who_of_us_knows_and_met_them(client):
    for name, kept in {
        "Mine": {"known_by": 1, "is_met_lately": True},
        "Ours": {"known_by": 2},
        "Lost": {"known_by": 0, "has_lost_person": True},
    }.items():
        reading = ReadingFactory(customer=CustomerFactory(name=name))
        Reading.objects.filter(pk=reading.pk).update(**kept)
    CustomerFactory(name="Unread")

    for query, found in {
        "known=one": ["Mine"], "known=several": ["Ours"], "known=nobody": ["Lost"],
        "known=lost": ["Lost"], "known=met": ["Mine"], "known=unmet": ["Ours", "Lost"],
        "known=one&known=lost": ["Mine", "Lost"], "known=met&known=one": ["Mine"],
    }.items():  # fmt: skip
        assert names(client.get(f"{URL}?{query}")) == found, query


@pytest.mark.parametrize(
    ("query", "parameter", "words"),
    [
        ("band=cold", "band", "unknown, near, steady"),
        ("known=tom", "known", "one, several, nobody, lost, met or unmet"),
        ("stage=x", "stage", "lead, current or former"),
        ("team=x", "team", "whole number"),
        (f"team={2**70}", "team", "whole number"),
        ("team=%C2%B2", "team", "whole number"),
        ("stage=lead&search=a&search=b", "search", "once"),
        ("limit=0", "limit", "1 to 500"),
        ("limit=501", "limit", "1 to 500"),
        ("email=zoe", "email", "zoe@example.com"),
        ("phone=12", "phone", "+49 30 901820"),
        ("sort=warmth", "sort", "at_risk"),
        ("cursor=zzz", "cursor", "`next`"),
        ("cursor=%FF", "cursor", "`next`"),
        ("search=%00", "search", "NUL"),
        ("baand=near", "baand", "did you mean band"),
    ],
)
def test_wrong_parameter_is_named_with_what_would_be_right(client, query, parameter, words):
    response = client.get(f"{URL}?{query}")

    assert response.status_code == 422
    (error,) = response.json()["errors"]
    assert error["parameter"] == parameter
    assert words in error["detail"]


@pytest.mark.parametrize("limit", [1, 2, 5])
@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        # Ids go against a score, as the index has them.
        ("distance", "c b a1 u n"),
        ("-distance", "a1 b c n u"),
        ("-at_risk", "b a1 c n u"),
        ("last_active_at", "a1 b c u n"),
        ("name", "a1 b c n u"),
        ("-distance,-name", "b a1 c u n"),
        ("-distance,id", "a1 b c n u"),
    ],
)
def test_customers_without_a_score_come_last_both_ways(client, sort, expected, limit):
    read_as(CustomerFactory(name="a1"), distance=60.1, at_risk=5, last_at=NOW - timedelta(days=2))
    read_as(CustomerFactory(name="b"), distance=60.1, at_risk=9, last_at=NOW - timedelta(days=1))
    read_as(CustomerFactory(name="c"), distance=0.1 + 0.2, at_risk=1, last_at=NOW)
    read_as(CustomerFactory(name="n"), Band.UNKNOWN, at_risk=0)
    CustomerFactory(name="u")
    seen, address = [], f"{URL}?sort={sort}&limit={limit}"

    while address:
        response = client.get(address)
        seen += names(response)
        address = response.json()["next"]

    assert seen == expected.split()


def test_customer_is_found_by_what_others_know_it_by(client):
    customer = IdentityFactory(customer__name="Known", value="C-7").customer
    IdentityFactory(customer=customer, kind="email", namespace="", value="zoe@example.com")
    IdentityFactory(customer=customer, kind="phone", namespace="", value="+4930901820")
    IdentityFactory(namespace="other", value="zoe@example.com")

    for query in (
        "foreign_id=C-7", "email=ZOE@example.com", "phone=%2B49%20(30)%20901820",
        "foreign_id=C-7&foreign_id=C-8",
    ):  # fmt: skip
        assert names(client.get(f"{URL}?{query}")) == ["Known"], query
    assert names(client.get(f"{URL}?foreign_id=C-8")) == []


def test_merged_customer_is_a_signpost_that_is_shown_when_asked_for(client):
    kept, gone = CustomerFactory(name="Kept"), CustomerFactory(name="Gone")
    gone.merged_into = kept
    gone.save()

    assert names(client.get(URL)) == ["Kept"]
    assert names(client.get(f"{URL}?include=merged")) == ["Kept", "Gone"]
    assert names(client.get(f"{URL}?updated_since=2020-01-01T00:00:00Z")) == ["Kept", "Gone"]
    assert client.get(f"{URL}{gone.pk}/").json()["merged_into"] == kept.pk


def test_one_customer_is_told_with_scores_and_identities(client):
    customer = CustomerFactory(name="Meridian Press", style="personal")
    read_as(customer)
    IdentityFactory(customer=customer, namespace="crm", value="C-1001")

    told = client.get(f"{URL}{customer.pk}/").json()

    assert told.keys() == examples.CUSTOMER.keys()
    assert (told["distance"], told["style"], told["merged_into"]) == (67.4, "personal", None)
    assert told["identities"] == [{"kind": "foreign", "value": "C-1001", "namespace": "crm"}]


def test_health_explains_itself_to_the_last_touchpoint():
    manager = PersonFactory()
    customer = CustomerFactory(team=manager.team)
    now = timezone.now()
    items = [
        NewTouchpoint(
            type="visit", customer=customer.pk, occurred_at=now - timedelta(days=100 + 10 * number)
        )
        for number in range(12)
    ]
    record(source=source_named("test"), items=items, by=manager, now=now)
    drain(now=now)
    browser = Client()
    browser.force_login(manager)

    health = browser.get(f"{URL}{customer.pk}/health/").json()

    silence = health["parts"][0]
    newest = Touchpoint.objects.order_by("-occurred_at").first()
    assert silence["evidence"][0]["id"] == newest.pk
    assert silence["evidence"][0].keys() == {"id", "type", "occurred_at"}
    assert (len(silence["evidence"]), silence["evidence_in_all"]) == (5, 12)
    changed = health["changed"]
    assert changed.keys() == examples.HEALTH["changed"].keys()
    then = sum(Decimal(str(part["points"])) for part in changed["parts_then"])
    assert then == Decimal(str(changed["distance_then"]))
    whole = round(changed["distance_now"]) - round(changed["distance_then"])
    assert sum(cause["points"] for cause in changed["because"]) == whole
    assert changed["sentence"].startswith("Further by ")
    first = health["nearer"][0]
    assert first.keys() == examples.HEALTH["nearer"][0].keys()
    assert (first["deed"], first["type"]) == ("meeting", "meeting.in_person")
    assert first["distance_before"] == health["scores"]["distance"]
    assert first["distance_after"] < first["distance_before"] - 1


def changed_by(points: int, **fields: Any) -> Reading:
    """Make somebody whose distance moved by so much since the Monday of last week."""
    history = np.full(WEEKS, 50, dtype=np.uint8)
    return ReadingFactory(
        distance=50.0 + points, history=history.tobytes(), history_on=last_monday(timezone.now()),
        customer=CustomerFactory(**fields),
    )  # fmt: skip


def test_changes_are_paged_from_the_most_to_the_least(client):
    for number in range(5):
        changed_by(10 + number, name=f"no. {number}")
    changed_by(-30, name="Nearer")
    seen, address = [], f"{URL}changes/?limit=2"

    while address:
        answer = client.get(address).json()
        seen += [one["customer"]["name"] for one in answer["results"]]
        address = answer["next"]

    assert seen[:2] in (["no. 4", "no. 3"], ["no. 3", "no. 4"])
    assert sorted(seen) == [f"no. {number}" for number in range(5)]
    assert answer.keys() == examples.CHANGES.keys()
    nearer = client.get(f"{URL}changes/?direction=nearer").json()
    assert [one["customer"]["name"] for one in nearer["results"]] == ["Nearer"]
    assert nearer["results"][0].keys() == examples.CHANGES["results"][0].keys()


def test_changes_are_told_of_visible_customers_alone_and_narrowed():
    mine, theirs = changed_by(20, name="Mine"), changed_by(20)
    browser = Client()
    browser.force_login(PersonFactory(team=mine.customer.team))

    for query in ("", f"?team={mine.team_id}", "?stage=current"):
        answer = browser.get(f"{URL}changes/{query}").json()
        assert [one["customer"]["name"] for one in answer["results"]] == ["Mine"], query
    assert browser.get(f"{URL}changes/?team={theirs.team_id}").json()["results"] == []


@pytest.mark.parametrize(
    ("query", "parameter", "words"),
    [
        ("direction=up", "direction", "further or nearer"),
        ("cursor=zzz", "cursor", "`next`"),
        ("cursor=YWZ0ZXItMTI=", "cursor", "`next`"),
        ("limit=0", "limit", "1 to 200"),
        ("band=near", "band", "no such parameter"),
        ("direktion=nearer", "direktion", "did you mean direction"),
        ("team=1&team=2", "team", "once"),
    ],
)
def test_wrong_parameter_of_changes_is_named(client, query, parameter, words):
    response = client.get(f"{URL}changes/?{query}")

    assert response.status_code == 422
    (error,) = response.json()["errors"]
    assert error["parameter"] == parameter
    assert words in error["detail"]


def test_changes_need_a_key_with_the_scope():
    key = create_key(name="shop", scopes=["touchpoints:write"])
    client = Client(headers={"Authorization": f"Bearer {key.secret}"})

    assert client.get(f"{URL}changes/").status_code == 403
    assert Client().get(f"{URL}changes/").status_code == 401


def test_list_takes_five_queries_whatever_its_length(client, django_assert_num_queries):
    for customer in CustomerFactory.create_batch(20):
        read_as(customer)
        IdentityFactory(customer=customer)
    client.get(URL)

    # Whether the key is still as remembered, and here, where nothing is committed, the key; since
    # when to ask next time, the customers and their identities.
    with django_assert_num_queries(5):
        response = client.get(URL)

    assert len(names(response)) == 20
