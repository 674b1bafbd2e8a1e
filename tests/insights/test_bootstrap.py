"""`manage.py bootstrap` makes an administrator once and says how to sign in."""

from io import StringIO

import pytest
from django.core.management import call_command

from insights.management.commands.bootstrap import ADMINISTRATOR
from relationships.models import Customer, Person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def sign_in(tmp_path, monkeypatch):
    kept = tmp_path / "folder" / "sign-in"
    monkeypatch.setenv("HEARTH_SIGN_IN", str(kept))
    monkeypatch.setenv("DEMO", "0")
    return kept


def bootstrap() -> str:
    out = StringIO()
    call_command("bootstrap", stdout=out)
    return out.getvalue()


def test_first_start_makes_an_administrator_and_the_next_changes_nothing(sign_in):
    said = bootstrap()

    administrator = Person.objects.get()
    password = sign_in.read_text().split()[0]
    assert administrator.check_password(password)
    assert said.split("\n")[0] == f"Sign in with the password {password} as"
    assert ADMINISTRATOR in said
    assert sign_in.stat().st_mode & 0o077 == 0
    assert bootstrap() == said
    assert Person.objects.get().pk == administrator.pk


def test_changed_password_is_not_told():
    bootstrap()
    administrator = Person.objects.get()
    administrator.set_password("something of my own")
    administrator.save()

    assert bootstrap() == "Sign in with your own account.\n"


def test_first_start_loads_the_demonstration_scored(monkeypatch):
    monkeypatch.setenv("DEMO", "1")

    said = bootstrap()

    assert "Account manager" in said
    assert "Executive" in said
    assert Customer.objects.filter(reading__isnull=False).count() == Customer.objects.count() > 300
