"""`manage.py create_key` shows a key once."""

import re
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from relationships.models import AccessKey, Person
from relationships.services import create_key, key_digest, note_use
from tests.factories import PersonFactory, TeamFactory

pytestmark = pytest.mark.django_db


def create(name: str = "shop", scope: tuple[str, ...] = ("customers:read",), **options) -> str:
    out = StringIO()
    call_command("create_key", name, *(f"--scope={one}" for one in scope), stdout=out, **options)
    return out.getvalue()


def test_key_that_was_shown_works():
    secret = re.search(r"hearth_\S+", create())[0]

    response = Client(headers={"Authorization": f"Bearer {secret}"}).get("/api/v1/customers/")

    assert response.status_code == 200
    assert AccessKey.objects.get().person.role == Person.Role.SERVICE


def test_second_key_of_a_name_has_the_same_account():
    create()
    create(scope=("customers:read", "touchpoints:write"))

    assert Person.objects.count() == 1
    assert AccessKey.objects.count() == 2


def test_key_may_end_and_may_be_bound_to_a_team():
    team = TeamFactory(name="North")

    said = create(team="North", expires_days=30)

    key = AccessKey.objects.get()
    assert key.person.team == team
    assert timedelta(days=29) < key.expires_at - timezone.now() <= timedelta(days=30)
    assert f"until {key.expires_at:%Y-%m-%d}" in said


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"scope": ("read",)}, "Scope read: use one of touchpoints:write"),
        ({"name": " "}, "Use a name"),
        ({"name": "x" * 101}, "Use a name"),
        ({"name": "Hearth"}, "Hearth is the source of what people log here; use another name"),
        ({"name": " HÉARTH "}, "Hearth is the source of what people log here"),
        ({"name": "person"}, "belongs to a person"),
        ({"name": "bound", "team": "South"}, "belongs to no team"),
        ({"team": "West"}, "There is no such team; use South"),
        ({"expires_days": 0}, "use 1 to 3,650"),
        ({"expires_days": 10**12}, "use 1 to 3,650"),
        ({"rate": 0}, "use 1 to 1,000,000"),
        ({"origin": ["shop"]}, "Use scheme and name"),
        ({"scope": ()}, r"Scope \(none\): use one of"),
        ({"overlap_hours": 1}, "goes with --rotate"),
        ({"rotate": "hearth_"}, "--rotate keeps all rights"),
        ({"scope": (), "rotate": "hearth_x"}, "no key starts so"),
        ({"scope": (), "rotate": "hearth_", "overlap_hours": -1}, "use 0 to 8,760"),
    ],
)
def test_wrong_option_is_refused_in_a_sentence(options, sentence):
    PersonFactory(email="person@service.invalid", team=TeamFactory(name="South"))
    create("bound")

    with pytest.raises(CommandError, match=sentence):
        create(**options)

    assert AccessKey.objects.count() == 1


def test_key_may_have_a_rate_and_origins():
    create(rate=60, origin=["https://Shop.example/", "http://localhost:5173"])

    key = AccessKey.objects.get()
    assert key.requests_per_minute == 60
    assert key.origins == ["http://localhost:5173", "https://shop.example"]


def test_key_is_rotated_by_how_it_starts():
    create()
    old = AccessKey.objects.get()

    said = create(scope=(), rotate=f"{old.prefix}…", overlap_hours=1)

    new = AccessKey.objects.get(replaces=old)
    old.refresh_from_db()
    assert new.scopes == old.scopes
    assert new.digest == key_digest(re.search(r"hearth_[\w-]{20,}", said)[0])
    assert timedelta(minutes=59) < old.expires_at - timezone.now() <= timedelta(hours=1)
    assert f"{old.prefix}… goes on until" in said


def test_start_that_several_keys_have_is_not_guessed():
    create()
    create()

    with pytest.raises(CommandError, match="several keys start so"):
        create(scope=(), rotate="hearth_")

    assert AccessKey.objects.count() == 2


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_use_of_a_key_is_noted_outside_any_transaction():
    key = create_key(name="shop", scopes=["touchpoints:write"]).key
    now = timezone.now()

    note_use(key=key, now=now)

    key.refresh_from_db()
    assert key.last_used_at == now
