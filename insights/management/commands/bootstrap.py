"""`manage.py bootstrap`: what a first start needs, and how to sign in."""

import hashlib
import io
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from relationships.models import Person

ADMINISTRATOR = "admin@hearth.example"


@dataclass
class SignIn:
    """The password of the first start, in a file that only its owner can read.

    Beside it stand digests of the hashes it is known to open: to try a password takes a third
    of a second on purpose, and every start asks for each account.
    """

    path: Path

    def password(self) -> str:
        """Return the password, made on the first call."""
        if not self.path.exists():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.touch(mode=0o600)
            self.path.write_text(secrets.token_urlsafe(9))
        return self._lines()[0]

    def opens(self, person: Person) -> bool:
        """Whether `person` still has this password."""
        digest = hashlib.sha256(person.password.encode()).hexdigest()
        if digest in self._lines():
            return True
        if not person.has_usable_password() or not person.check_password(self.password()):
            return False
        with self.path.open("a") as file:
            file.write(f"\n{digest}")
        return True

    def _lines(self) -> list[str]:
        return self.path.read_text().split()


class Command(BaseCommand):
    """On a first start, load the demonstration unless DEMO=0 and make an administrator."""

    help = "Load the demonstration unless DEMO=0, and make the first administrator."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the lines to sign in with."""
        default = settings.BASE_DIR / ".hearth" / "sign-in"
        sign_in = SignIn(Path(os.environ.get("HEARTH_SIGN_IN", default)))
        if not Person.objects.filter(role=Person.Role.ADMINISTRATOR).exists():
            self._start_first(sign_in.password())
        for line in _lines(sign_in):
            self.stdout.write(line)

    def _start_first(self, password: str) -> None:
        if os.environ.get("DEMO") != "0":
            call_command("demo", password=password, stdout=io.StringIO())
            call_command("score", stdout=io.StringIO())
        # Last: whoever interrupts a first start finds it to be the first again.
        Person.objects.create_user(
            ADMINISTRATOR, password, name="Administrator", role=Person.Role.ADMINISTRATOR
        )


def _lines(sign_in: SignIn) -> list[str]:
    """Return a line for each account that the first password opens."""
    people = Person.objects.filter(is_active=True).exclude(role=Person.Role.SERVICE)
    shown = people.filter(email=ADMINISTRATOR) | people.filter(is_demo=True)
    accounts = [
        f"  {person.get_role_display():<16} {person.email}"
        for person in shown.exclude(password__startswith="!").order_by("role", "email")
        if sign_in.opens(person)
    ]
    if not accounts:
        return ["Sign in with your own account."]
    return [f"Sign in with the password {sign_in.password()} as", *accounts]
