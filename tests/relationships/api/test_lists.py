"""Every list: filters, sorts, fields, pages, and what has not changed."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from relationships.models import Team
from relationships.services import create_key
from tests.factories import TeamFactory

URL = "/api/v1/teams/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    key = create_key(name="directory", scopes=["organisation:read"])
    return Client(headers={"Authorization": f"Bearer {key.secret}"})


def names(response: Any) -> list[str]:
    assert response.status_code == 200, response.content
    return [one["name"] for one in response.json()["results"]]


def all_names(client: Client, address: str | None) -> list[str]:
    found: list[str] = []
    while address:
        response = client.get(address)
        found += names(response)
        address = response.json()["next"]
        assert len(found) < 1000
    return found


def errors(response: Any) -> dict[str, str]:
    assert response.status_code == 422, response.content
    assert response.headers["Content-Type"] == "application/problem+json"
    return {one["parameter"]: one["detail"] for one in response.json()["errors"]}


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("id", "cab"),
        ("-id", "bac"),
        ("name", "abc"),
        ("-name", "cba"),
        ("-updated_at", "bac"),
        ("name,-id", "abc"),
        ("name,name,-name", "abc"),
    ],
)
@pytest.mark.parametrize("limit", [1, 2, 3])
def test_pages_follow_each_other_in_the_order_asked_for(client, sort, expected, limit):
    for name in "cab":
        TeamFactory(name=name)

    assert all_names(client, f"{URL}?sort={sort}&limit={limit}") == list(expected)


def test_link_header_leads_to_the_next_page(client):
    TeamFactory.create_batch(2)

    first = client.get(f"{URL}?limit=1")
    last = client.get(first.json()["next"])

    assert first.headers["Link"] == f'<{first.json()["next"]}>; rel="next"'
    assert last.json()["next"] is None
    assert "Link" not in last.headers


def test_rows_that_come_in_between_pages_move_nothing(client):
    for name in ("b", "d", "f"):
        TeamFactory(name=name)
    first = client.get(f"{URL}?sort=name&limit=2").json()

    TeamFactory(name="a")
    TeamFactory(name="e")

    assert all_names(client, first["next"]) == ["e", "f"]


def test_only_the_fields_asked_for_are_told(client):
    team = TeamFactory(name="North")

    for address in (f"{URL}?fields=name", f"{URL}{team.pk}/?fields=name,id"):
        answer = client.get(address).json()
        assert answer.get("results", [answer])[0] == {"id": team.pk, "name": "North"}
    assert client.get(f"{URL}{team.pk}/").json().keys() == {"id", "name", "updated_at"}


@pytest.mark.parametrize(
    ("query", "parameter", "words"),
    [
        ("sort=colour", "sort", "use id, name or updated_at, with a minus"),
        ("sort=", "sort", "cannot be sorted by nothing"),
        ("sort=name&sort=id", "sort", "once"),
        ("fields=id,secret", "fields", "use id, name or updated_at"),
        ("fields=", "fields", "no such field"),
        ("limit=0", "limit", "1 to 500"),
        ("limit=501", "limit", "1 to 500"),
        ("limit=00000010099999", "limit", "1 to 500"),
        ("limit=%C2%B2", "limit", "1 to 500"),
        ("search=%00", "search", "no NUL"),
        ("updated_since=yesterday", "updated_since", "2026-03-02T09:30:00Z"),
        ("updated_since=2026-03-02T09:30:00", "updated_since", "offset"),
        ("updated_since=2026-03-02", "updated_since", "offset"),
        ("cursor=zzz", "cursor", "Follow `next`"),
        ("cursor=a.b", "cursor", "Follow `next`"),
        ("cursor=%FF", "cursor", "Follow `next`"),
        ("cursor=", "cursor", "Follow `next`"),
        ("serch=x", "serch", "did you mean search?"),
        ("include=deleted", "include", "no such parameter"),
    ],
)
def test_wrong_parameter_is_named_with_what_would_be_right(client, query, parameter, words):
    found = errors(client.get(f"{URL}?{query}"))

    assert found.keys() == {parameter}
    assert words in found[parameter]


def test_every_wrong_parameter_is_named_at_once(client):
    assert errors(client.get(f"{URL}?sort=x&limit=x&x=x")).keys() == {"sort", "limit", "x"}


def test_one_thing_takes_only_fields(client):
    team = TeamFactory()

    assert errors(client.get(f"{URL}{team.pk}/?limit=3")).keys() == {"limit"}
    assert errors(client.get(f"{URL}{team.pk}/?fields=x")).keys() == {"fields"}


@pytest.mark.parametrize("change", ["sort=name", "search=e", "updated_since=2020-01-01T00:00:00Z"])
def test_cursor_of_another_question_is_refused(client, change):
    TeamFactory.create_batch(2)
    following = client.get(f"{URL}?limit=1").json()["next"]

    assert errors(client.get(f"{following}&{change}")).keys() == {"cursor"}


def test_cursor_of_another_list_is_refused(client):
    TeamFactory.create_batch(2)
    following = client.get(f"{URL}?limit=1").json()["next"]

    assert errors(client.get(following.replace("/teams/", "/people/"))).keys() == {"cursor"}


def test_limit_and_fields_may_change_between_pages(client):
    TeamFactory.create_batch(4)
    following = client.get(f"{URL}?limit=1").json()["next"].replace("limit=1", "limit=3")

    assert len(client.get(f"{following}&fields=name").json()["results"]) == 3


def test_what_is_known_already_is_not_sent_again(client):
    team = TeamFactory()
    for address in (URL, f"{URL}{team.pk}/"):
        tag = client.get(address).headers["ETag"]

        for known in (tag, f'"other", {tag}', "*"):
            again = client.get(address, headers={"If-None-Match": known})
            assert (again.status_code, again.content) == (304, b""), known
            assert again.headers["ETag"] == tag
            assert again.headers["Cache-Control"] == "private"
        for other in ('"other"', "", "garbage", tag[:-2]):
            assert client.get(address, headers={"If-None-Match": other}).status_code == 200

        Team.objects.filter(pk=team.pk).update(name=f"Renamed for {address}")
        assert client.get(address, headers={"If-None-Match": tag}).status_code == 200


def test_list_that_grew_behind_the_page_is_a_new_one(client):
    TeamFactory()
    tag = client.get(f"{URL}?limit=1").headers["ETag"]

    TeamFactory()

    assert client.get(f"{URL}?limit=1", headers={"If-None-Match": tag}).status_code == 200


def test_changes_since_a_moment_are_those_the_database_saw(client):
    team, _ = TeamFactory(name="old"), TeamFactory()
    seen = max(Team.objects.values_list("updated_at", flat=True)) + timedelta(microseconds=1)
    since = seen.isoformat().replace("+", "%2B")
    assert names(client.get(f"{URL}?updated_since={since}")) == []

    Team.objects.filter(pk=team.pk).update(name="new")

    assert names(client.get(f"{URL}?updated_since={since}")) == ["new"]
    assert names(client.get(f"{URL}?updated_since={since.replace('%2B', '+')}")) == ["new"]


def test_write_that_changes_nothing_is_no_change():
    team = TeamFactory(name="same")
    before = Team.objects.get().updated_at

    Team.objects.filter(pk=team.pk).update(name="same")

    assert Team.objects.get().updated_at == before


@pytest.mark.parametrize("number", ["0", "999999", str(2**70), "abc", "-1"])
def test_one_that_is_not_there_is_404(client, number):
    response = client.get(f"{URL}{number}/")

    assert response.status_code == 404
    assert response.headers["Content-Type"] == "application/problem+json"
