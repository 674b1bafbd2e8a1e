"""`manage.py find_duplicates`: look now for customers that may be one and the same."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from relationships.services.duplicates import find_duplicates
from relationships.words import plural


class Command(BaseCommand):
    """Do at once what a worker does every night."""

    help = "Find the pairs of customers that may be one and the same."

    def handle(self, *args: Any, **options: Any) -> None:
        """Say how many pairs wait to be looked at."""
        number = find_duplicates(now=timezone.now())
        if number is None:
            self.stdout.write("They are being looked for already; try again in a minute.")
            return
        self.stdout.write(f"{plural(number, 'pair')} to look at under Likely duplicates.")
