"""`manage.py create_key NAME --scope touchpoints:write`: make a key for an integration."""

from argparse import ArgumentParser
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from relationships.models import AccessKey
from relationships.origins import OriginFlawError
from relationships.selectors.keys import keys_called
from relationships.services import (
    SCOPES,
    KeyEndedError,
    KeyLimitError,
    KeyReplacedError,
    NewKey,
    NotAServiceAccountError,
    UnknownScopeError,
    UnknownTeamError,
    create_key,
    rotate_key,
    team_named,
)

LONGEST_DAYS = 3_650
LONGEST_OVERLAP_HOURS = 8_760
USUAL_OVERLAP_HOURS = 24


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
        parser.add_argument("--scope", action="append", help="what the key may do; repeat it")
        parser.add_argument("--team", help="only this team's customers; by default all")
        parser.add_argument("--expires-days", type=int, help="after how many days it ends")
        parser.add_argument("--rate", type=int, help="how many requests a minute; by default any")
        parser.add_argument(
            "--origin", action="append", help="only from web pages of this origin; repeat it"
        )
        parser.add_argument(
            "--rotate",
            metavar="START",
            help="replace the key of NAME that starts so, with the same rights",
        )
        parser.add_argument(
            "--overlap-hours",
            type=int,
            help=f"how long a rotated key goes on; by default {USUAL_OVERLAP_HOURS}",
        )

    def handle(self, *, name: str, rotate: str | None, **options: Any) -> None:
        """Make the key and show it."""
        try:
            made = _rotated(name, rotate, **options) if rotate else _made(name, **options)
        except (
            UnknownScopeError, NotAServiceAccountError, KeyLimitError, OriginFlawError,
            KeyEndedError, KeyReplacedError,
        ) as error:  # fmt: skip
            raise CommandError(str(error)) from None
        except UnknownTeamError as error:
            raise CommandError(f"--team {options['team']}: {error}") from None
        self.stdout.write(
            f"Key for {name}, with {', '.join(made.key.scopes)}, {_until(made.key.expires_at)}:\n\n"
            f"    {made.secret}\n\n"
            "Keep it now: it is not shown again, and only its hash is stored. Send it with every "
            "request:\n\n"
            f"    Authorization: Bearer {made.secret}\n\n"
            + (f"{made.key.replaces} {_works(made.key.replaces)}.\n\n" if rotate else "")
            + "What to send where: /api/docs/ on your Hearth."
        )


def _made(
    name: str,
    *,
    scope: Sequence[str] | None,
    team: str | None,
    expires_days: int | None,
    rate: int | None,
    origin: Sequence[str] | None,
    overlap_hours: int | None,
    **_: Any,
) -> NewKey:
    if overlap_hours is not None:
        raise CommandError("--overlap-hours goes with --rotate.")
    if expires_days is not None and not 1 <= expires_days <= LONGEST_DAYS:
        raise CommandError(f"--expires-days {expires_days}: use 1 to {LONGEST_DAYS:,}.")
    return create_key(
        name=name,
        scopes=scope or (),
        expires_at=timezone.now() + timedelta(days=expires_days) if expires_days else None,
        team=team_named(team) if team else None,
        requests_per_minute=rate,
        origins=origin or (),
    )


def _rotated(name: str, start: str, *, overlap_hours: int | None, **options: Any) -> NewKey:
    rights = ("scope", "team", "expires_days", "rate", "origin")
    if any(options[right] is not None for right in rights):
        raise CommandError("--rotate keeps all rights; leave the other options out.")
    hours = USUAL_OVERLAP_HOURS if overlap_hours is None else overlap_hours
    if not 0 <= hours <= LONGEST_OVERLAP_HOURS:
        raise CommandError(f"--overlap-hours {hours}: use 0 to {LONGEST_OVERLAP_HOURS:,}.")
    meant = list(keys_called(name, start)[:2])
    if len(meant) != 1:
        found = "several keys start" if meant else "no key starts"
        raise CommandError(f"--rotate {start}: of {name} {found} so; /integrations/keys/ has them.")
    return rotate_key(key_id=meant[0].pk, overlap=timedelta(hours=hours), now=timezone.now())


def _until(ends: datetime | None) -> str:
    return f"until {ends:%Y-%m-%d}" if ends else "until an administrator revokes it"


def _works(old: AccessKey) -> str:
    return f"goes on until {old.expires_at:%Y-%m-%d %H:%M} UTC"
