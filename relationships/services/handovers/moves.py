"""Customers of a handover given to their new owners, and any batch undone as a whole."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet

from relationships import access
from relationships.models import Customer, HandoverCustomer, Person
from relationships.selectors.handovers import successors
from relationships.services.bulk_changes import (
    UNCHANGED,
    ChangeGoneError,
    Unchanged,
    change_customers,
    undo_change,
)
from relationships.services.handovers.rules import (
    HandoverRefusedError,
    locked_handover,
    locked_rows,
    next_batch,
)
from relationships.services.merges import keep_customers

Team = int | None | Unchanged


@dataclass(frozen=True, slots=True)
class Moved:
    """How many customers a batch moved, and how many it left where they are."""

    batch: int
    customers: int
    left: int


@dataclass(frozen=True, slots=True)
class Undone:
    """How many customers a batch had moved, chosen for or planned; `left` were given on since."""

    moved: int = 0
    left: int = 0
    chosen: int = 0
    planned: int = 0


@transaction.atomic
def move_customers(*, handover_id: int, by: Person, now: datetime) -> Moved:
    """Give every customer with a new owner chosen to that owner.

    A customer whom the new owner would not see goes to the owner's team, if `by` may say so. Whom
    somebody gave to another meanwhile, or who cannot go, is left.
    """
    handover = locked_handover(handover_id, by)
    keep_customers()
    waiting = locked_rows(by, handover).filter(
        moved_at=None, successor__in=successors(by, handover)
    )
    rows = list(waiting.select_related("successor", "customer"))
    leavers = [row for row in rows if row.customer.owner_id == handover.person_id]
    changes = _give(leavers, by, now)
    if not changes:
        return Moved(batch=0, customers=0, left=len(rows))
    batch = next_batch(handover)
    for change_id, ids in changes.items():
        _update(
            locked_rows(by, handover).filter(customer__in=ids),
            "successor",
            moved_at=now,
            moved_by=by,
            moved_in=batch,
            change_id=change_id,
        )
    moved = sum(map(len, changes.values()))
    return Moved(batch, moved, len(rows) - moved)


@transaction.atomic
def undo_batch(*, handover_id: int, batch: int, by: Person, now: datetime) -> Undone:
    """Undo what was done to many customers at once: moves, choices or planned introductions.

    What somebody changed since stays as it is. Raises `HandoverRefusedError` for a move that
    somebody else made, or that is too long ago.
    """
    handover = locked_handover(handover_id, by)
    rows = locked_rows(by, handover)
    moved = rows.filter(moved_in=batch)
    in_all = len(moved)
    back = _move_back(moved, handover.person, by, now)
    # Whoever is to be introduced must stay somebody.
    is_somebody = Q(introduce_on=None) | Q(successor_before__isnull=False)
    chosen = rows.filter(is_somebody, chosen_in=batch, moved_at=None)
    planned = rows.filter(planned_in=batch, settled_at=None)
    return Undone(
        moved=back,
        left=in_all - back,
        chosen=_update(chosen, "successor", successor=F("successor_before"), chosen_in=None),
        planned=_update(
            planned, "plan", introduce_on=None, introducer=None, planned_at=None, planned_in=None
        ),
    )


def _give(rows: Sequence[HandoverCustomer], by: Person, now: datetime) -> Mapping[int, list[int]]:
    """Give customers away, in one change for each new owner and team; return whom each changed."""
    together: dict[tuple[int, Team], list[int]] = defaultdict(list)
    for row in rows:
        owner, customer = row.successor, row.customer
        if owner is None:
            continue
        if access.sees_customers_of(owner, customer.team_id):
            together[owner.pk, UNCHANGED].append(customer.pk)
        elif access.may_move_customers(by) and owner.team_id is not None:
            together[owner.pk, owner.team_id].append(customer.pk)
    changes = {}
    for (owner_id, team), ids in together.items():
        made = change_customers(customer_ids=ids, owner=owner_id, team=team, by=by, now=now)
        if made.change_id is not None:
            changes[made.change_id] = list(made.outlook.before)
    return changes


def _move_back(moved: QuerySet[HandoverCustomer], leaver: Person, by: Person, now: datetime) -> int:
    try:
        for change_id in sorted({row.change_id for row in moved if row.change_id}):
            undo_change(change_id=change_id, by=by, now=now)
    except ChangeGoneError as error:
        raise HandoverRefusedError(
            "A move is undone by whoever made it, within a day. "
            "Change the owner in Customers instead."
        ) from error
    owned = Customer.objects.filter(owner=leaver).values("pk")
    return _update(
        moved.filter(customer__in=owned),
        "successor",
        moved_at=None,
        moved_by=None,
        moved_in=None,
        change_id=None,
    )


def _update(rows: QuerySet[HandoverCustomer], part: str, **fields: Any) -> int:
    """Change one part of many rows, so that whoever saw it before is told."""
    ids = [row.pk for row in rows]
    newer = {"version": F("version") + 1, f"{part}_version": F("version") + 1}
    return HandoverCustomer.objects.filter(pk__in=ids).update(**newer, **fields) if ids else 0
