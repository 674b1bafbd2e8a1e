"""`manage.py demo` loads the demonstration organisation, `--remove` takes it away."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from insights import demo
from insights.demo.enlist import AddressTakenError
from insights.demo.stories import STORIES
from relationships.models import Person


class Command(BaseCommand):
    """Load or remove the demonstration organisation."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument(
            "--today", type=date.fromisoformat, help="The day it is dated by, such as 2026-03-01."
        )
        parser.add_argument("--password", help="Lets its two people sign in with this password.")
        parser.add_argument("--remove", action="store_true", help="Take the demonstration away.")
        parser.add_argument("--by", metavar="E-MAIL", help="The administrator who removes it.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run."""
        if options["remove"]:
            self._remove(options["by"])
        else:
            self._load(options["today"], options["password"])

    def _load(self, today: date | None, password: str | None) -> None:
        day = today or timezone.localdate()
        if day > timezone.localdate():
            raise CommandError(f"--today {day} has not come yet; give a day that has.")
        try:
            loaded = demo.load_demonstration(today=day, password=password)
        except AddressTakenError as taken:
            raise CommandError(str(taken)) from taken
        self.stdout.write(
            f"{loaded.customers} customers, dated {loaded.dated}: {loaded.recorded:,} touchpoints "
            f"recorded, {loaded.known:,} were there already."
        )
        if loaded.dated != day:
            self.stdout.write("For one dated today, remove it (--remove) and load it again.")
        for person in (loaded.account_manager, loaded.executive):
            self.stdout.write(f"Sign in as {person.role}: {person.email} ({person.name})")
        self.stdout.write("\nWhom to look at:")
        for story in STORIES:
            self.stdout.write(f"  {story.lead:32} {story.sentence}")

    def _remove(self, email: str | None) -> None:
        administrators = Person.objects.filter(
            role=Person.Role.ADMINISTRATOR, is_active=True, is_demo=False
        ).order_by("pk")
        by = (administrators.filter(email=email.lower()) if email else administrators).first()
        if by is None:
            raise CommandError("There is no such administrator; name one with --by E-MAIL.")
        try:
            removed = demo.remove_demonstration(by=by)
        except PermissionDenied as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write(
            f"Removed {removed.customers:,} customers with {removed.touchpoints:,} touchpoints."
        )
