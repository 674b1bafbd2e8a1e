"""`manage.py load_log FILE --type order.placed`: load a CSV log of events."""

import csv
import os
import time
from argparse import ArgumentParser
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError
from django.utils import timezone
from tqdm import tqdm

from interactions.logs import BadRow, LogFile, LogFileError, open_log
from interactions.services import source_of
from interactions.services.load import Loaded, UnknownTypeError, check_type_exists, load
from relationships.models import Person, Team
from relationships.services import (
    NotAServiceAccountError,
    UnknownTeamError,
    service_account,
    team_named,
)

LARGEST_BATCH = 5_000
LONGEST_SHIFT_DAYS = 73_050  # two centuries


@dataclass
class RefusedFile:
    """The rows that were refused, in a file made only when there are some."""

    path: Path
    stack: ExitStack
    _file: TextIO | None = field(default=None, init=False)

    def write(self, row: BadRow) -> None:
        """Add a row; the first one makes the file."""
        if self._file is None:
            opened = self.path.open("w", newline="", encoding="utf-8")
            self._file = self.stack.enter_context(opened)
            csv.writer(self._file).writerow(("line", "field", "value", "reason"))
        shown = row.value.encode(errors="replace").decode().replace("\x00", "\\0")[:100]
        csv.writer(self._file).writerow((row.line, row.field, shown, row.reason))

    @property
    def is_made(self) -> bool:
        """Whether anything was refused."""
        return self._file is not None


class Command(BaseCommand):
    """Loads a CSV file of events, one `customer,occurred_at[,value]` a line."""

    help = (
        "Load a CSV log with the columns customer, occurred_at and, if you like, value. "
        "Customers are made as they appear. Loading a file again, a longer one, or one that was "
        "interrupted doubles nothing: an event is known by what its row says and by how many "
        "equal rows stand above it. A date without a time is the start of that day, and a moment "
        "without an offset is local time, in the organisation's time zone."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--type", required=True, help="touchpoint type, such as order.placed")
        parser.add_argument("--source", help="name of the source; by default the file's")
        parser.add_argument("--team", help="team that newly made customers belong to")
        parser.add_argument(
            "--shift-days",
            type=int,
            default=0,
            metavar="DAYS",
            help="move every event so many days later, to see an old log as if it had just ended",
        )
        parser.add_argument("--batch", type=int, default=1_000, help="rows in one transaction")

    def handle(
        self,
        *,
        file: Path,
        type: str,
        source: str | None,
        team: str | None,
        shift_days: int,
        batch: int,
        **_: Any,
    ) -> None:
        """Load the file, show how far we are and say what became of its rows."""
        if abs(shift_days) > LONGEST_SHIFT_DAYS:
            raise CommandError(f"--shift-days {shift_days}: use at most {LONGEST_SHIFT_DAYS:,}.")
        if not 1 <= batch <= LARGEST_BATCH:
            raise CommandError(f"--batch {batch}: use 1 to {LARGEST_BATCH:,}.")
        into = _checked(type, team)
        began = time.monotonic()
        with ExitStack() as stack:
            refused = RefusedFile(_refused_path(file), stack)
            try:
                stream = stack.enter_context(open_log(file))
                log = LogFile(
                    stream,
                    zone=timezone.get_default_timezone(),
                    shift=timedelta(days=shift_days),
                )
            except LogFileError as error:
                raise CommandError(f"{file} {error}") from None
            account = _account(source or file.stem)
            refused.path.unlink(missing_ok=True)
            loaded = self._load(log, file, type, account, into, batch, refused, stack)
        self._say(loaded, time.monotonic() - began, log, refused)

    def _load(
        self,
        log: LogFile,
        file: Path,
        type_key: str,
        account: Person,
        into: Team | None,
        batch: int,
        refused: RefusedFile,
        stack: ExitStack,
    ) -> Loaded:
        size = file.stat().st_size
        bar = stack.enter_context(
            tqdm(total=size, unit="B", unit_scale=True, desc=file.name, disable=None)
        )

        def show(loaded: Loaded) -> None:
            bar.set_postfix_str(f"{loaded.read:,} rows", refresh=False)
            bar.update(log.bytes_read - bar.n)

        try:
            return load(
                rows=log,
                type_key=type_key,
                source=source_of(account),
                by=account,
                now=timezone.now(),
                batch_size=batch,
                refuse=refused.write,
                after_batch=show,
                team_id=into.pk if into else None,
            )
        except OperationalError as error:
            raise CommandError(f"The database stopped answering: {error}{AGAIN}") from None
        except KeyboardInterrupt:
            raise CommandError(f"Interrupted.{AGAIN}") from None

    def _say(self, loaded: Loaded, seconds: float, log: LogFile, refused: RefusedFile) -> None:
        rate = loaded.read / max(seconds, 1e-9)
        lines = [
            f"{loaded.read:>12,} read",
            f"{loaded.recorded:>12,} recorded",
            f"{loaded.known:>12,} already known",
            f"{loaded.refused:>12,} refused",
        ]
        if refused.is_made:
            lines[-1] += f": line numbers and reasons are in {refused.path}"
        if log.ignored_columns:
            lines.append(f"Columns not used: {', '.join(log.ignored_columns)[:200]}.")
        lines.append(f"{seconds:.1f} s, {rate:,.0f} rows a second.")
        self.stdout.write("\n".join(lines))


AGAIN = "\nWhat was loaded is kept. Run the same command again to load the rest; nothing doubles."


def _checked(type_key: str, team: str | None) -> Team | None:
    """Return the team that was named, after making sure that the type exists."""
    try:
        check_type_exists(type_key)
        return team_named(team) if team else None
    except UnknownTypeError as error:
        raise CommandError(f"--type {type_key}: {error}") from None
    except UnknownTeamError as error:
        raise CommandError(f"--team {team}: {error}") from None


def _account(name: str) -> Person:
    try:
        return service_account(name=name)
    except NotAServiceAccountError as error:
        raise CommandError(f"--source {name}: {error}") from None


def _refused_path(file: Path) -> Path:
    """Return FILE.refused.csv beside the file, or here when its folder cannot be written to."""
    folder = file.parent if os.access(file.parent, os.W_OK) else Path.cwd()
    return folder / f"{file.name}.refused.csv"
