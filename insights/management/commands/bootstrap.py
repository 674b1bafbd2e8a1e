"""`manage.py bootstrap`: what a first start needs, and how to sign in."""

import os
import secrets
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from insights.demo import load_demonstration
from insights.services.drain import drain
from insights.services.nightly import read_everyone_again
from relationships.models import Person

ADMINISTRATOR = "admin@hearth.example"


class Command(BaseCommand):
    """On a first start, load the demonstration unless DEMO=0 and make an administrator."""

    help = "Load the demonstration unless DEMO=0, and make the first administrator."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the lines to sign in with."""
        password = _password()
        if not Person.objects.filter(role=Person.Role.ADMINISTRATOR).exists():
            if os.environ.get("DEMO") != "0":
                self._load_demonstration(password)
            # Last: whoever interrupts a first start finds it to be the first again.
            Person.objects.create_user(
                ADMINISTRATOR, password, name="Administrator", role=Person.Role.ADMINISTRATOR
            )
        for line in _sign_in(password):
            self.stdout.write(line)

    def _load_demonstration(self, password: str) -> None:
        load_demonstration(today=timezone.localdate(), password=password)
        while drain(now=timezone.now()):
            pass
        read_everyone_again(now=timezone.now())


def _password() -> str:
    """Return the password of the first start; it is kept where only its owner can read it."""
    kept = Path(os.environ.get("HEARTH_SIGN_IN", settings.BASE_DIR / ".hearth" / "sign-in"))
    if kept.exists():
        return kept.read_text().strip()
    kept.parent.mkdir(parents=True, exist_ok=True)
    password = secrets.token_urlsafe(9)
    kept.touch(mode=0o600)
    kept.write_text(password)
    return password


def _sign_in(password: str) -> list[str]:
    """Return a line for each account that this password opens."""
    people = Person.objects.filter(is_active=True).exclude(role=Person.Role.SERVICE)
    shown = people.filter(email=ADMINISTRATOR) | people.filter(is_demo=True)
    open_to_us = [
        f"  {person.get_role_display():<16} {person.email}"
        for person in shown.order_by("role", "email")
        if person.has_usable_password() and person.check_password(password)
    ]
    if not open_to_us:
        return ["Sign in with your own account."]
    return [f"Sign in with the password {password} as", *open_to_us]
