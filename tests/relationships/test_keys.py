"""Keys are made, changed, rotated and revoked, and what is wrong is refused."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from relationships.models import AccessKey, Person
from relationships.origins import OriginFlawError, normal_origin
from relationships.services import (
    FormSentTwiceError,
    KeyEndedError,
    KeyLimitError,
    KeyReplacedError,
    NotAServiceAccountError,
    UnknownScopeError,
    change_key,
    create_key,
    note_refusal,
    note_use,
    revoke_key,
    rotate_key,
    switch_account,
)
from tests.factories import AdministratorFactory, PersonFactory, TeamFactory

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def made(**fields) -> AccessKey:
    return create_key(**{"name": "shop", "scopes": ["touchpoints:write"]} | fields).key


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (" HTTPS://Shop.Example.com:443/ ", "https://shop.example.com"),
        ("http://localhost:5173", "http://localhost:5173"),
        ("http://[::1]:80", "http://[::1]"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
    ],
)
def test_origin_is_kept_as_browsers_send_it(given, kept):
    assert normal_origin(given) == kept


@pytest.mark.parametrize(
    "text",
    [
        "", "shop.example.com", "https://", "ftp://a.example", "https://a.example/path", "null",
        "*",
        "https://a.example?x", "https://u@a.example", "https://a.example:x", "https://*.example",
        "https://a b.example", "https://a\x00.example", f"https://{'a.' * 120}example",
        f"https://{'a' * 70}.example", "https://[", "javascript:alert(1)", "https://a;b.example",
    ],
)  # fmt: skip
def test_what_is_no_origin_is_refused(text):
    with pytest.raises(OriginFlawError):
        normal_origin(text)


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"scopes": []}, UnknownScopeError),
        ({"scopes": ["everything"]}, UnknownScopeError),
        ({"requests_per_minute": 0}, KeyLimitError),
        ({"requests_per_minute": 1_000_001}, KeyLimitError),
        ({"origins": ["https://a.example"] * 51}, KeyLimitError),
        ({"origins": ["nowhere"]}, OriginFlawError),
        ({"name": "\x00"}, NotAServiceAccountError),
    ],
)
def test_rights_that_cannot_be_are_refused_and_nothing_is_made(fields, error):
    with pytest.raises(error):
        made(**fields)

    assert not AccessKey.objects.exists()
    assert not Person.objects.exists()


@pytest.mark.parametrize("fields", [{"requests_per_minute": 0}, {"requests_per_minute": -1}])
def test_database_refuses_a_rate_below_one(fields):
    key = made()

    with pytest.raises(IntegrityError), transaction.atomic():
        AccessKey.objects.filter(pk=key.pk).update(**fields)


def test_database_refuses_a_key_that_replaces_itself_and_two_that_replace_one():
    key, second, third = made(), made(), made()

    with pytest.raises(IntegrityError), transaction.atomic():
        AccessKey.objects.filter(pk=key.pk).update(replaces=key)
    AccessKey.objects.filter(pk=second.pk).update(replaces=key)
    with pytest.raises(IntegrityError), transaction.atomic():
        AccessKey.objects.filter(pk=third.pk).update(replaces=key)


def test_form_sent_twice_makes_one_key():
    form_id = uuid4()
    made(form_id=form_id)

    with pytest.raises(FormSentTwiceError):
        made(form_id=form_id)

    assert AccessKey.objects.count() == 1


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_form_sent_twice_at_once_makes_one_key():
    form_id = uuid4()

    def send(_: int) -> str:
        try:
            return str(made(form_id=form_id).pk)
        except FormSentTwiceError:
            return "twice"
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(send, range(4)))

    assert answers.count("twice") == 3
    assert (AccessKey.objects.count(), Person.objects.count()) == (1, 1)


def test_successor_has_the_same_rights_and_as_long_a_life():
    now, by = timezone.now(), AdministratorFactory()
    old = made(
        scopes=["customers:read", "touchpoints:write"],
        team=TeamFactory(),
        requests_per_minute=60,
        origins=["https://shop.example"],
        expires_at=now + 90 * DAY,
    )
    old.refresh_from_db()

    new = rotate_key(key_id=old.pk, overlap=DAY, now=now + 80 * DAY, by=by).key

    same = ("person", "scopes", "requests_per_minute", "origins")
    assert all(getattr(new, name) == getattr(old, name) for name in same)
    assert new.expires_at - (now + 80 * DAY) == old.expires_at - old.created_at
    assert (new.replaces, new.created_by) == (old, by)
    old.refresh_from_db()
    assert old.expires_at == now + 81 * DAY
    assert new.digest != old.digest


def test_overlap_never_lengthens_a_life():
    now = timezone.now()
    ends = now + timedelta(hours=2)
    old = made(expires_at=ends)

    rotate_key(key_id=old.pk, overlap=7 * DAY, now=now)

    old.refresh_from_db()
    assert old.expires_at == ends


def test_key_is_replaced_once():
    now = timezone.now()
    old = made()
    rotate_key(key_id=old.pk, overlap=DAY, now=now)

    with pytest.raises(KeyReplacedError):
        rotate_key(key_id=old.pk, overlap=DAY, now=now)

    assert AccessKey.objects.count() == 2


@pytest.mark.parametrize("how", ["revoked", "expired", "gone"])
def test_nothing_is_done_with_a_key_that_ended(how):
    now = timezone.now()
    key = made(expires_at=now - DAY if how == "expired" else None)
    if how == "revoked":
        revoke_key(key_id=key.pk, now=now)
    pk = 0 if how == "gone" else key.pk
    rights = {"scopes": ["exports:read"], "expires_at": None}

    with pytest.raises(KeyEndedError):
        rotate_key(key_id=pk, overlap=DAY, now=now)
    with pytest.raises(KeyEndedError):
        change_key(key_id=pk, requests_per_minute=None, origins=[], now=now, **rights)
    with pytest.raises(KeyEndedError):
        revoke_key(key_id=pk, now=now)

    key.refresh_from_db()
    assert key.scopes == ["touchpoints:write"]


def test_only_service_accounts_are_switched_off():
    person = PersonFactory()

    with pytest.raises(NotAServiceAccountError):
        switch_account(account=person, is_on=False)

    person.refresh_from_db()
    assert person.is_active


def test_use_and_refusal_are_noted_once_a_minute_with_the_address(django_assert_num_queries):
    key, now = made(), timezone.now()

    note_use(key=key, now=now, address="192.0.2.7")
    note_refusal(key=key, now=now, address="2001:db8::7")

    key.refresh_from_db()
    assert (key.last_used_at, key.last_used_from) == (now, "192.0.2.7")
    assert (key.last_refused_at, key.last_refused_from) == (now, "2001:db8::7")
    with django_assert_num_queries(0):
        note_use(key=key, now=now + timedelta(seconds=59), address="192.0.2.8")
        note_refusal(key=key, now=now + timedelta(seconds=59), address="192.0.2.8")
