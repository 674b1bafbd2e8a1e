"""`manage.py score`: score whatever changed now, and read everyone again."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from insights.services.drain import drain
from insights.services.nightly import read_everyone_again


class Command(BaseCommand):
    """Do at once what workers do in the background."""

    help = "Score whatever changed, and take every reading again as of now."

    def handle(self, *args: Any, **options: Any) -> None:
        """Say how much was done."""
        changes = 0
        while taken := drain(now=timezone.now()):
            changes += taken
        customers = read_everyone_again(now=timezone.now())
        self.stdout.write(f"{changes:,} changes scored, {customers:,} customers read.")
