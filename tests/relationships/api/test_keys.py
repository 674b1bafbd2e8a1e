"""What a key is let in for: state, rate, origin, and what is answered when it is not."""

import logging
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from redis import Redis

from relationships import selectors, services
from relationships.api import authentication, throttling
from relationships.models import AccessKey
from relationships.services import create_key, key_digest, revoke_key, rotate_key, switch_account
from tests.factories import ExecutiveFactory, TeamFactory

pytestmark = pytest.mark.django_db

TYPES = "/api/v1/touchpoint-types/"
SHOP = "https://shop.example"
ELSEWHERE = "https://elsewhere.example"


@pytest.fixture(autouse=True)
def _fresh(monkeypatch):
    """Forget addresses and buckets: ids of keys come again in every test."""
    Redis.from_url(settings.REDIS_URL).flushdb()
    monkeypatch.setattr(authentication, "_told", {})
    throttling._buckets.cache_clear()


def made(**fields) -> services.NewKey:
    return create_key(**{"name": "shop", "scopes": ["touchpoints:write"]} | fields)


def get(secret: str, path: str = TYPES, **headers):
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return Client(headers={"Authorization": f"Bearer {secret}"} | names).get(path)


def test_key_comes_with_its_account_and_team_in_one_query(django_assert_num_queries):
    bound, free = made(name="north", team=TeamFactory(name="North")), made(name="all")

    at = selectors.current_roster()

    with django_assert_num_queries(2):
        keys = [selectors.key_by_digest(one.key.digest, at=at) for one in (bound, free)]
        teams = [str(key.person.team) for key in keys]

    assert teams == ["North", "None"]
    assert keys == [bound.key, free.key]
    assert [key.person for key in keys] == [bound.key.person, free.key.person]
    assert keys[0].scopes == ["touchpoints:write"]
    fields = {field.attname for field in AccessKey._meta.concrete_fields}
    stored = AccessKey.objects.get(pk=bound.key.pk)
    assert all(getattr(keys[0], name) == getattr(stored, name) for name in fields)
    assert selectors.key_by_digest(key_digest("hearth_other"), at=at) is None


@pytest.mark.parametrize(
    ("end", "reason"),
    [
        (lambda key: revoke_key(key_id=key.pk, now=timezone.now()), "was revoked"),
        (lambda key: switch_account(account=key.person, is_on=False), "switched off"),
        (
            lambda key: rotate_key(key_id=key.pk, overlap=timedelta(), now=timezone.now()),
            "has ended",
        ),
    ],
)
def test_key_that_ended_is_refused_at_once_and_told_why(end, reason):
    one = made()
    assert get(one.secret).status_code == 200

    end(one.key)
    response = get(one.secret)

    assert response.status_code == 401
    assert reason in response.json()["detail"]
    assert response.headers["WWW-Authenticate"] == 'Bearer realm="Hearth", error="invalid_token"'
    one.key.refresh_from_db()
    assert one.key.last_refused_at is not None
    assert one.key.last_refused_from == "127.0.0.1"


def test_account_that_is_switched_on_again_goes_on():
    one = made()
    switch_account(account=one.key.person, is_on=False)
    assert get(one.secret).status_code == 401

    switch_account(account=one.key.person, is_on=True)

    assert get(one.secret).status_code == 200


def test_old_and_new_key_work_side_by_side_until_the_overlap_is_over(time_machine):
    old = made()
    new = rotate_key(key_id=old.key.pk, overlap=timedelta(hours=1), now=timezone.now())
    assert [get(one.secret).status_code for one in (old, new)] == [200, 200]

    time_machine.move_to(timezone.now() + timedelta(minutes=61))

    assert [get(one.secret).status_code for one in (old, new)] == [401, 200]


def test_unknown_key_is_logged_once_a_minute_and_never_whole(caplog, time_machine):
    lost, foreign = f"hearth_{'s' * 40}", "sk_live_of_somebody_else"

    with caplog.at_level(logging.WARNING):
        for secret in (lost, lost, foreign):
            assert get(secret).status_code == 401
        time_machine.move_to(timezone.now() + timedelta(minutes=2))
        get(foreign)

    said = [record.getMessage() for record in caplog.records if "nobody made" in record.message]
    assert len(said) == 2
    assert "hearth_sssss…" in said[0]
    assert all(lost not in one and "sk_live" not in one for one in said)


def test_scope_that_lacks_is_told_as_rfc_6750_says():
    response = get(made().secret, "/api/v1/customers/")

    assert response.status_code == 403
    assert response.headers["WWW-Authenticate"] == (
        'Bearer realm="Hearth", error="insufficient_scope", scope="customers:read"'
    )


def test_key_is_refused_beyond_its_rate_and_let_in_again(monkeypatch):
    one, other = made(requests_per_minute=3), made(requests_per_minute=3)

    answers = [get(one.secret) for _ in range(4)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    left = [answer.headers["RateLimit"].split(";")[1] for answer in answers]
    assert left == ["r=2", "r=1", "r=0", "r=0"]
    assert answers[0].headers["RateLimit-Policy"] == '"minute";q=3;w=60'
    assert 18 <= int(answers[3].headers["Retry-After"]) <= 20
    assert answers[3].headers["Content-Type"] == "application/problem+json"
    assert "3 requests a minute" in answers[3].json()["detail"]
    assert get(other.secret).status_code == 200


def test_token_comes_back_with_time():
    one = made(requests_per_minute=2)
    for _ in range(2):
        get(one.secret)
    redis = Redis.from_url(settings.REDIS_URL)
    name = f"hearth:requests:{one.key.pk}"

    redis.set(name, f"{float(redis.get(name)) - 30_000:.3f}")

    assert [get(one.secret).status_code for _ in range(2)] == [200, 429]
    assert 0 < redis.pttl(name) <= 60_000


def test_key_without_a_rate_has_that_of_the_setting_or_none(settings):
    one = made()
    assert "RateLimit" not in get(one.secret).headers

    settings.KEY_REQUESTS_PER_MINUTE = 2

    assert get(one.secret).headers["RateLimit"].startswith('"minute";r=1')


def test_everybody_goes_on_while_redis_is_away(settings, caplog):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    one = made(requests_per_minute=1)

    answers = [get(one.secret) for _ in range(3)]

    assert {answer.status_code for answer in answers} == {200}
    assert "RateLimit" not in answers[0].headers
    assert sum("Redis is away" in record.getMessage() for record in caplog.records) == 1


def test_person_in_the_browser_has_no_rate(settings):
    settings.KEY_REQUESTS_PER_MINUTE = 1
    browser = Client()
    browser.force_login(ExecutiveFactory())

    assert [browser.get(TYPES).status_code for _ in range(3)] == [200, 200, 200]


@pytest.mark.parametrize(
    ("origin", "status"), [(SHOP, 200), (ELSEWHERE, 401), ("null", 401), ("", 401)]
)
def test_key_of_a_page_works_in_that_page_alone(origin, status):
    one = made(origins=[SHOP])

    response = get(one.secret, **({"Origin": origin} if origin else {}))

    assert response.status_code == status
    if status == 401:
        assert SHOP in response.json()["detail"]


def test_key_without_origins_works_from_anywhere():
    assert get(made().secret, Origin=ELSEWHERE).status_code == 200


@pytest.mark.parametrize("path", [TYPES, "/api/v1/touchpoints", "/v1/batch", "/v1/nothing"])
def test_browser_that_asks_first_is_answered_for_the_origins_of_keys(path):
    made(origins=[SHOP])
    ask = {"Access-Control-Request-Method": "POST"}

    welcome = Client(headers=ask | {"Origin": SHOP}).options(path)
    stranger = Client(headers=ask | {"Origin": ELSEWHERE}).options(path)

    assert welcome.status_code == stranger.status_code == 204
    assert welcome.headers["Access-Control-Allow-Origin"] == SHOP
    assert "POST" in welcome.headers["Access-Control-Allow-Methods"]
    assert "Authorization" in welcome.headers["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Credentials" not in welcome.headers
    assert not [name for name in stranger.headers if name.startswith("Access-Control")]
    assert "Origin" in welcome.headers["Vary"]
    assert "Origin" in stranger.headers["Vary"]


def test_page_may_read_answers_and_errors():
    one = made(origins=[SHOP], requests_per_minute=5)

    good, bad = get(one.secret, Origin=SHOP), get("hearth_wrong", Origin=SHOP)

    assert (good.status_code, bad.status_code) == (200, 401)
    for response in (good, bad):
        assert response.headers["Access-Control-Allow-Origin"] == SHOP
        assert "Retry-After" in response.headers["Access-Control-Expose-Headers"]
        assert "Origin" in response.headers["Vary"]
    assert "Access-Control-Allow-Origin" not in get(one.secret, Origin=ELSEWHERE).headers


def test_origin_of_a_revoked_key_is_a_stranger_again():
    one = made(origins=[SHOP])
    revoke_key(key_id=one.key.pk, now=timezone.now())

    assert "Access-Control-Allow-Origin" not in get(one.secret, Origin=SHOP).headers


@pytest.mark.parametrize("origin", ["\x00", "x" * 5000, "\xe9", "null", "https://shop.example\t"])
def test_garbage_for_an_origin_is_a_stranger(origin):
    made(origins=[SHOP])

    response = get(made(name="other").secret, Origin=origin)

    assert response.status_code == 200
    assert "Access-Control-Allow-Origin" not in response.headers


def test_pages_for_people_answer_no_other_origin():
    made(origins=[SHOP])

    response = Client(headers={"Origin": SHOP}).get("/accounts/login/")

    assert "Access-Control-Allow-Origin" not in response.headers


def test_address_is_that_beyond_our_own_proxies(monkeypatch):
    one = made()
    monkeypatch.setattr("rest_framework.throttling.api_settings.NUM_PROXIES", 1, raising=False)

    get(one.secret, X_Forwarded_For="203.0.113.9, 198.51.100.4")

    one.key.refresh_from_db()
    assert one.key.last_used_from == "198.51.100.4"


@pytest.mark.parametrize("said", ["nonsense", "fe80::1%eth0", ""])
def test_forwarded_address_that_is_none_of_ours_is_not_believed(said):
    one = made()

    assert get(one.secret, X_Forwarded_For=said).status_code == 200

    one.key.refresh_from_db()
    assert one.key.last_used_from == "127.0.0.1"
