"""One customer of a handover: who takes over, what to know, and the introduction."""

from datetime import date, datetime
from typing import Any

from django.db import transaction

from relationships.models import HandoverCustomer, Person
from relationships.services.handovers.rules import (
    HandoverRefusedError,
    locked_row,
    minute_of,
    successor_numbered,
)

LONGEST_NOTE = 10_000


class ChangedMeanwhileError(ValueError):
    """Somebody else wrote the same part meanwhile; `row` says what, and nothing was lost."""

    def __init__(self, row: HandoverCustomer) -> None:
        super().__init__("Somebody changed this meanwhile.")
        self.row = row


@transaction.atomic
def choose_successor(
    *, row_id: int, successor_id: int | None, version: int, by: Person
) -> HandoverCustomer:
    """Say who takes a customer over, or that nobody does yet.

    `version` is the one that `by` saw: raises `ChangedMeanwhileError` if it was chosen otherwise
    since, `HandoverRefusedError` for somebody who cannot take over.
    """
    row = locked_row(row_id, by)
    if row.successor_id == successor_id:
        return row
    if row.moved_at is not None:
        raise HandoverRefusedError(
            f"{row.customer} is moved already. Undo the move on the summary first."
        )
    if successor_id is not None:
        successor_numbered(successor_id, row.handover, by)
    elif row.introduce_on is not None:
        raise HandoverRefusedError("An introduction is planned. Take its date away first.")
    return _write(row, "successor", version, successor_id=successor_id, chosen_in=None)


@transaction.atomic
def write_note(
    *, row_id: int, note: str, version: int, by: Person, now: datetime
) -> HandoverCustomer:
    """Keep what the next one must know of a customer; raises as `choose_successor`."""
    row = locked_row(row_id, by)
    said = note.replace("\r\n", "\n").replace("\x00", "").strip()
    if said == row.note:
        return row
    if len(said) > LONGEST_NOTE:
        raise HandoverRefusedError(f"Write at most {LONGEST_NOTE:,} characters.")
    written = {"noted_at": now, "noted_by_id": by.pk} if said else {}
    return _write(
        row, "note", version, note=said, **(written or {"noted_at": None, "noted_by_id": None})
    )


@transaction.atomic
def plan_introduction(
    *,
    row_id: int,
    introducer_id: int | None,
    introduce_on: date | None,
    version: int,
    by: Person,
    now: datetime,
    today: date,
) -> HandoverCustomer:
    """Plan who introduces the next owner, and by when; no day means no introduction.

    Raises as `choose_successor`, and `HandoverRefusedError` for a day that is over.
    """
    row = locked_row(row_id, by)
    if introduce_on is None:
        if row.introduce_on is None:
            return row
        return _write(
            row, "plan", version, introduce_on=None, introducer_id=None, planned_at=None,
            planned_in=None, settled_at=None, settled_by_id=None,
        )  # fmt: skip
    if (row.introduce_on, row.introducer_id) == (introduce_on, introducer_id):
        return row
    _check_plan(row, introducer_id, introduce_on, by, today)
    return _write(
        row, "plan", version, introduce_on=introduce_on, introducer_id=introducer_id,
        planned_at=row.planned_at or minute_of(now), planned_in=None,
    )  # fmt: skip


def _check_plan(
    row: HandoverCustomer, introducer_id: int | None, introduce_on: date, by: Person, today: date
) -> None:
    if row.successor_id is None:
        raise HandoverRefusedError("Choose who takes over first.")
    if introducer_id is None:
        raise HandoverRefusedError("Choose who introduces them.")
    if introducer_id not in {row.handover.person_id, row.introducer_id}:
        successor_numbered(introducer_id, row.handover, by)
    if introducer_id == row.handover.person_id and introduce_on > row.handover.leaves_on:
        raise HandoverRefusedError(
            f"{row.handover.person} has left by then. Choose an earlier day or somebody else."
        )
    if introduce_on < today and introduce_on != row.introduce_on:
        raise HandoverRefusedError("That day is over. Choose a later one.")
    if (introduce_on - today).days > 730:
        raise HandoverRefusedError("That day is too far away. Give one within two years.")


@transaction.atomic
def settle_introduction(*, row_id: int, by: Person, now: datetime) -> HandoverCustomer:
    """Say that an introduction is done or not needed; it is no touchpoint and scores nothing."""
    row = locked_row(row_id, by, is_open=False)
    if row.introduce_on is None:
        raise HandoverRefusedError("No introduction is planned any more.")
    if row.settled_at is None:
        row.settled_at, row.settled_by = now, by
        row.save(update_fields=["settled_at", "settled_by"])
    return row


@transaction.atomic
def unsettle_introduction(*, row_id: int, by: Person) -> HandoverCustomer:
    """Take back that an introduction is done."""
    row = locked_row(row_id, by, is_open=False)
    row.settled_at = row.settled_by = None
    row.save(update_fields=["settled_at", "settled_by"])
    return row


def _write(row: HandoverCustomer, part: str, seen: int, **fields: Any) -> HandoverCustomer:
    """Change one part of a row, unless it is newer than what was seen."""
    if getattr(row, f"{part}_version") > seen:
        raise ChangedMeanwhileError(row)
    row.version += 1
    fields[f"{part}_version"] = row.version
    for name, value in fields.items():
        setattr(row, name, value)
    row.save(update_fields=["version", *(name.removesuffix("_id") for name in fields)])
    return row
