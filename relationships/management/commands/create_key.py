"""`manage.py create_key NAME --scope touchpoints:write`: make a key for an integration."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from relationships.services import (
    SCOPES,
    NotAServiceAccountError,
    UnknownScopeError,
    UnknownTeamError,
    create_key,
    team_named,
)

LONGEST_DAYS = 3_650


class Command(BaseCommand):
    """Makes a key, shows it once, and says what to do with it."""

    help = (
        "Make a key with which an integration uses the API, and show it once: only its hash is "
        "kept. NAME is the service account, made when it does not exist, and the source of the "
        "touchpoints it sends. Scopes: "
        + "; ".join(f"{name} ({meaning})" for name, meaning in SCOPES.items())
        + "."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("name", metavar="NAME")
        parser.add_argument(
            "--scope", action="append", required=True, help="what the key may do; may be repeated"
        )
        parser.add_argument("--team", help="only this team's customers; by default all")
        parser.add_argument("--expires-days", type=int, help="after how many days it ends")

    def handle(
        self,
        *,
        name: str,
        scope: list[str],
        team: str | None,
        expires_days: int | None,
        **_: Any,
    ) -> None:
        """Make the key and show it."""
        if expires_days is not None and not 1 <= expires_days <= LONGEST_DAYS:
            raise CommandError(f"--expires-days {expires_days}: use 1 to {LONGEST_DAYS:,}.")
        ends = None if expires_days is None else timezone.now() + timedelta(days=expires_days)
        try:
            bound = team_named(team) if team else None
            made = create_key(name=name, scopes=scope, expires_at=ends, team=bound)
        except (UnknownScopeError, NotAServiceAccountError) as error:
            raise CommandError(str(error)) from None
        except UnknownTeamError as error:
            raise CommandError(f"--team {team}: {error}") from None
        until = f"until {ends:%Y-%m-%d}" if ends else "until an administrator revokes it"
        self.stdout.write(
            f"Key for {name}, with {', '.join(made.key.scopes)}, {until}:\n\n"
            f"    {made.secret}\n\n"
            "Keep it now: it is not shown again, and only its hash is stored. Send it with every "
            "request:\n\n"
            f"    Authorization: Bearer {made.secret}\n\n"
            "What to send where: /api/docs/ on your Hearth."
        )
