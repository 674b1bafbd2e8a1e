"""Totals by REST: exactly what is kept, by what is asked for, and no other team's."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from insights.api import rollups
from insights.models import Band, BandTotal, MonthlyTouchpoints
from interactions.models import TouchpointType
from relationships.services import create_key
from tests.factories import PersonFactory, SegmentFactory, TeamFactory, count_total

TOUCHPOINTS = "/api/v1/rollups/touchpoints/"
BANDS = "/api/v1/rollups/bands/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    return key_of("warehouse", "organisation:read")


def key_of(name: str, *scopes: str, **fields: Any) -> Client:
    key = create_key(name=name, scopes=list(scopes), **fields)
    return Client(headers={"Authorization": f"Bearer {key.secret}"})


def had(month: str, key: str, count: int, *, team: int = 0, via: bool = False) -> None:
    MonthlyTouchpoints.objects.create(
        month=date.fromisoformat(f"{month}-01"), type_id=TouchpointType.objects.get(key=key).pk,
        team_id=team, is_via=via, count=count,
    )  # fmt: skip


def stood(on: date, band: Band, customers: int, **fields: Any) -> None:
    count_total(
        BandTotal,
        on_date=on, band=band, customers=customers,
        **({"stage": "current", "currency": "EUR", "yearly_value": 100 * customers, "at_risk": 7}
           | fields),
    )  # fmt: skip


def results(response) -> list[dict[str, Any]]:
    assert response.status_code == 200, response.content
    return response.json()["results"]


def test_touchpoints_are_counted_by_what_is_asked_for(client):
    team = TeamFactory(name="North")
    had("2026-02", "call.phone", 5, team=team.pk)
    had("2026-02", "visit", 2)
    had("2026-02", "web.visit", 40, via=True)
    had("2026-03", "call.phone", 1)
    had("2025-01", "call.phone", 9)
    had("2026-01", "call.phone", 0)
    between = f"{TOUCHPOINTS}?since=2026-01&until=2026-03"
    february = {"month": "2026-02-01"}

    assert results(client.get(between)) == [
        february | {"count": 40, "mode": "digital"},
        february | {"count": 7, "mode": "human"},
        {"month": "2026-03-01", "count": 1, "mode": "human"},
    ]
    assert results(client.get(f"{between}&by=type,team&mode=human")) == [
        february | {"count": 2, "team": None, "type": "visit"},
        february | {"count": 5, "team": {"id": team.pk, "name": "North"}, "type": "call.phone"},
        {"month": "2026-03-01", "count": 1, "team": None, "type": "call.phone"},
    ]
    assert results(client.get(f"{between}&by=via&via=true")) == [
        february | {"count": 40, "via": True}
    ]
    assert results(client.get(f"{between}&by=channel&team=0&type=visit&type=web.visit"))
    assert results(client.get(f"{TOUCHPOINTS}?since=2025-01&until=2025-12&by=mode")) == [
        {"month": "2025-01-01", "count": 9, "mode": "human"}
    ]


def test_a_year_up_to_now_is_told_by_default(client):
    month = timezone.localdate().replace(day=1)
    answer = client.get(TOUCHPOINTS).json()
    assert answer["until"] == month.isoformat()
    since = date.fromisoformat(answer["since"])
    assert (month.year * 12 + month.month) - (since.year * 12 + since.month) == 11


def test_bands_are_counted_now_and_on_mondays(client):
    team, segment = TeamFactory(), SegmentFactory(name="Publishers")
    stood(BandTotal.NOW, Band.NEAR, 3, team_id=team.pk, segment_id=segment.pk)
    stood(BandTotal.NOW, Band.NEAR, 2, stage="lead")
    stood(BandTotal.NOW, Band.GONE, 1, currency="USD")
    stood(BandTotal.NOW, Band.COOLING, 0)
    stood(date(2026, 3, 2), Band.NEAR, 4)

    now = results(client.get(BANDS))
    assert now == [
        {"on": "now", "band": "near", "currency": "EUR", "customers": 5,
         "yearly_value": "500.00", "at_risk": "14.00"},
        {"on": "now", "band": "gone", "currency": "USD", "customers": 1,
         "yearly_value": "100.00", "at_risk": "7.00"},
    ]  # fmt: skip
    both = results(client.get(f"{BANDS}?on=now&on=2026-03-02&band=near&stage=current"))
    assert [(one["on"], one["customers"], one["at_risk"]) for one in both] == [
        ("2026-03-02", 4, None), ("now", 3, "7.00")
    ]  # fmt: skip
    by = results(client.get(f"{BANDS}?by=segment,stage,team&segment={segment.pk}"))
    assert by[0]["team"] == {"id": team.pk, "name": team.name}
    assert (by[0]["segment"]["name"], by[0]["stage"]) == ("Publishers", "current")
    assert results(client.get(f"{BANDS}?by=team&stage=lead"))[0]["team"] is None


@pytest.mark.parametrize(
    ("url", "query", "parameter", "words"),
    [
        (TOUCHPOINTS, "by=owner", "by", "team, type, mode, channel or via"),
        (TOUCHPOINTS, "since=2026", "since", "2026-03"),
        (TOUCHPOINTS, "since=2026-13", "since", "2026-03"),
        (TOUCHPOINTS, "since=0000-01", "since", "2026-03"),
        (TOUCHPOINTS, "mode=mixed", "mode", "human, digital or none"),
        (TOUCHPOINTS, "via=yes", "via", "true or false"),
        (TOUCHPOINTS, "type=%00", "type", "NUL"),
        (TOUCHPOINTS, "bye=team", "bye", "did you mean by"),
        (BANDS, "by=owner", "by", "team, segment or stage"),
        (BANDS, "on=2026-03-03", "on", "Monday"),
        (BANDS, "on=9999-12-31", "on", "Monday"),
        (BANDS, "band=cold", "band", "near"),
        (BANDS, "team=x", "team", "whole number"),
        (BANDS, "&".join(f"on={date.fromordinal(730122 + 7 * n)}" for n in range(61)), "on", "60"),
    ],
)
def test_wrong_parameter_is_named_with_what_would_be_right(client, url, query, parameter, words):
    response = client.get(f"{url}?{query}")

    assert response.status_code == 422
    (error,) = response.json()["errors"]
    assert error["parameter"] == parameter
    assert words in error["detail"]


def test_too_many_totals_are_refused_and_not_cut_off(client, monkeypatch):
    monkeypatch.setattr(rollups, "MOST_ROWS", 1)
    had("2026-02", "call.phone", 5)
    had("2026-03", "call.phone", 5)
    response = client.get(f"{TOUCHPOINTS}?since=2026-01&until=2026-03")
    assert response.status_code == 422
    assert "at most 1 at once" in response.json()["errors"][0]["detail"]


def test_a_key_of_a_team_counts_that_team_and_needs_no_more_than_its_customers():
    mine, theirs = TeamFactory(), TeamFactory()
    month = f"{timezone.localdate():%Y-%m}"
    for team, count in ((mine, 1), (theirs, 2)):
        had(month, "call.phone", count, team=team.pk)
        stood(BandTotal.NOW, Band.NEAR, count, team_id=team.pk)
    key, browser = key_of("till", "customers:read", team=mine), Client()
    browser.force_login(PersonFactory(team=mine))

    for sender in (key, browser):
        assert [one["count"] for one in results(sender.get(TOUCHPOINTS))] == [1]
        assert [one["customers"] for one in results(sender.get(BANDS))] == [1]
        assert results(sender.get(f"{BANDS}?team={theirs.pk}")) == []
    for url in (TOUCHPOINTS, BANDS):
        assert key_of("all", "customers:read").get(url).status_code == 403
        other = key_of("other", "organisation:read", team=mine)
        assert other.get(url).status_code == 403
        assert Client().get(url).status_code == 401


def test_totals_known_already_are_not_sent_again(client):
    for url in (TOUCHPOINTS, BANDS):
        tag = client.get(url).headers["ETag"]
        assert client.get(url, headers={"If-None-Match": tag}).status_code == 304


def test_totals_take_few_queries_whatever_their_length(client, django_assert_max_num_queries):
    for key in ("call.phone", "visit", "web.visit"):
        for team in TeamFactory.create_batch(5):
            had("2026-02", key, 5, team=team.pk)
            stood(BandTotal.NOW, Band.NEAR, 3, team_id=team.pk)
    client.get(BANDS)

    with django_assert_max_num_queries(5):
        client.get(f"{TOUCHPOINTS}?since=2026-01&until=2026-03&by=team,type")
    with django_assert_max_num_queries(5):
        client.get(f"{BANDS}?by=team,segment")
