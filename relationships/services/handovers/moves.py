"""Customers of a handover given to their new owners, and any batch taken back."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from relationships import access
from relationships.models import Customer, HandoverCustomer, Person
from relationships.selectors.handovers import successors
from relationships.services.customers import mark_profiles_changed
from relationships.services.handovers.rules import locked_handover, locked_rows, next_batch
from relationships.services.merges import keep_customers


@dataclass(frozen=True, slots=True)
class Moved:
    """How many customers a batch moved, and how many it left: they are somebody else's by now."""

    batch: int
    customers: int
    left: int


@dataclass(frozen=True, slots=True)
class TakenBack:
    """How many customers a batch had moved, chosen for or planned; `kept` were given on since."""

    moved: int = 0
    kept: int = 0
    chosen: int = 0
    planned: int = 0


@transaction.atomic
def move_customers(*, handover_id: int, by: Person, now: datetime) -> Moved:
    """Give every customer with a new owner chosen to that owner.

    A customer of a team whose customers the new owner does not see goes to the owner's team. Whom
    somebody gave to another meanwhile stays there.
    """
    handover = locked_handover(handover_id, by)
    keep_customers()
    waiting = locked_rows(by, handover).filter(
        moved_at=None, successor__in=successors(by, handover)
    )
    rows = list(waiting.select_related("successor"))
    customers = _locked_customers(rows)
    ours = [row for row in rows if customers[row.customer_id].owner_id == handover.person_id]
    if not ours:
        return Moved(batch=0, customers=0, left=len(rows))
    batch = next_batch(handover)
    # Noted before they move, so that the team is the one they come from.
    HandoverCustomer.objects.filter(pk__in=[row.pk for row in ours]).update(
        moved_at=now,
        moved_by=by,
        moved_in=batch,
        team_before=Subquery(Customer.objects.filter(pk=OuterRef("customer")).values("team")[:1]),
        version=F("version") + 1,
        successor_version=F("version") + 1,
    )
    _give((customers[row.customer_id], row.successor) for row in ours)
    return Moved(batch, len(ours), len(rows) - len(ours))


@transaction.atomic
def take_back(*, handover_id: int, batch: int, by: Person) -> TakenBack:
    """Undo what was done to many customers at once: moves, choices or planned introductions.

    What somebody changed since stays as it is.
    """
    handover = locked_handover(handover_id, by)
    keep_customers()
    rows = locked_rows(by, handover)
    moved = list(rows.filter(moved_in=batch).select_related("successor"))
    back = _move_back(moved, handover.person)
    # Whoever is to be introduced must stay somebody.
    is_somebody = Q(introduce_on=None) | Q(successor_before__isnull=False)
    chosen = rows.filter(is_somebody, chosen_in=batch, moved_at=None)
    planned = rows.filter(planned_in=batch, settled_at=None)
    return TakenBack(
        moved=back,
        kept=len(moved) - back,
        chosen=_update(
            chosen, "successor", successor=F("successor_before"), chosen_in=None
        ),
        planned=_update(
            planned, "plan", introduce_on=None, introducer=None, planned_at=None, planned_in=None
        ),
    )


def _move_back(rows: Sequence[HandoverCustomer], leaver: Person) -> int:
    customers = _locked_customers(rows)
    still = [row for row in rows if customers[row.customer_id].owner_id == row.successor_id]
    by_team: dict[int | None, list[int]] = defaultdict(list)
    for row in still:
        by_team[row.team_before_id].append(row.customer_id)
    for team_id, ids in by_team.items():
        Customer.objects.filter(pk__in=ids).update(owner=leaver, team=team_id)
    _update(
        HandoverCustomer.objects.filter(pk__in=[row.pk for row in still]),
        "successor",
        moved_at=None,
        moved_by=None,
        moved_in=None,
        team_before=None,
    )
    mark_profiles_changed(customer_ids=[row.customer_id for row in still])
    return len(still)


def _give(gifts: Iterable[tuple[Customer, Person | None]]) -> None:
    """Give customers to people, with one write for each owner and team."""
    together: dict[tuple[int, int | None], list[int]] = defaultdict(list)
    for customer, owner in gifts:
        if owner is not None:
            sees = access.sees_customers_of(owner, customer.team_id)
            team_id = customer.team_id if sees else owner.team_id
            together[owner.pk, team_id].append(customer.pk)
    for (owner_id, team_id), ids in together.items():
        Customer.objects.filter(pk__in=ids).update(owner=owner_id, team=team_id)
        mark_profiles_changed(customer_ids=ids)


def _locked_customers(rows: Sequence[HandoverCustomer]) -> dict[int, Customer]:
    """Return the customers of rows, locked in one order, so that nobody waits in a ring."""
    customers = Customer.objects.select_for_update(no_key=True)
    found = customers.filter(pk__in=[row.customer_id for row in rows]).order_by("pk")
    return {customer.pk: customer for customer in found}


def _update(rows: QuerySet[HandoverCustomer], part: str, **fields: Any) -> int:
    ids = list(rows.values_list("pk", flat=True))
    newer = {"version": F("version") + 1, f"{part}_version": F("version") + 1}
    return HandoverCustomer.objects.filter(pk__in=ids).update(**newer, **fields) if ids else 0
