"""Handovers begun, corrected, finished and opened again, and the customers in them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Max

from relationships import access
from relationships.models import Handover, HandoverCustomer, Person
from relationships.models.handovers import REASON_LENGTH
from relationships.selectors.handovers import customers_to_add
from relationships.services.handovers.rules import (
    HandoverGoneError,
    HandoverRefusedError,
    locked_handover,
)

FURTHEST = timedelta(days=730)
"""How far from today a day of leaving may be: anything else is a slip of the finger."""


@dataclass(frozen=True, slots=True)
class NewRow:
    """A customer to hand over: who is proposed and why, and how much only the leaver knows."""

    customer_id: int
    only_days: int = 0
    proposed_id: int | None = None
    proposed_met_at: datetime | None = None


@transaction.atomic
def start_handover(
    *, person_id: int, leaves_on: date, reason: str = "", by: Person, now: datetime
) -> tuple[Handover, bool]:
    """Begin the handover of a person, and say whether it is new; one that is open goes on.

    Raises `HandoverGoneError` unless `by` may hand over their customers, `HandoverRefusedError`
    for a day that makes no sense.
    """
    leaver = Person.objects.select_for_update(no_key=True).filter(pk=person_id).first()
    if leaver is None or not access.may_hand_over(by, leaver):
        raise HandoverGoneError("There is no such person whose customers you may hand over.")
    _check_day(leaves_on, now)
    known = Handover.objects.filter(person=leaver, finished_at=None).first()
    if known:
        return known, False
    said = _reason(reason)
    made = Handover.objects.create(
        person=leaver, leaves_on=leaves_on, reason=said, started_at=now, started_by=by
    )
    return made, True


@transaction.atomic
def change_handover(
    *, handover_id: int, leaves_on: date, reason: str, by: Person, now: datetime
) -> Handover:
    """Correct when somebody leaves, and why; raises as `start_handover`."""
    handover = locked_handover(handover_id, by)
    _check_day(leaves_on, now)
    handover.leaves_on, handover.reason = leaves_on, _reason(reason)
    handover.save(update_fields=["leaves_on", "reason"])
    return handover


@transaction.atomic
def add_rows(*, handover_id: int, rows: Sequence[NewRow], by: Person) -> int:
    """Add customers in this order, behind those there are; return how many were new.

    Only the leaver's that `by` may see come in; whoever is proposed is chosen until somebody
    says otherwise.
    """
    handover = locked_handover(handover_id, by)
    may_add = set(customers_to_add(by, handover).values_list("pk", flat=True))
    last = handover.customers.aggregate(last=Max("rank"))["last"] or 0
    made = [
        HandoverCustomer(
            handover=handover,
            customer_id=row.customer_id,
            rank=last + number,
            only_days=row.only_days,
            proposed_id=row.proposed_id,
            proposed_met_at=row.proposed_met_at,
            successor_id=row.proposed_id,
        )
        for number, row in enumerate((row for row in rows if row.customer_id in may_add), start=1)
    ]
    HandoverCustomer.objects.bulk_create(made)
    return len(made)


@transaction.atomic
def finish_handover(*, handover_id: int, by: Person, now: datetime) -> Handover:
    """Finish a handover; finished twice, the first time counts."""
    handover = locked_handover(handover_id, by, is_open=False)
    if handover.finished_at is None:
        handover.finished_at, handover.finished_by = now, by
        handover.save(update_fields=["finished_at", "finished_by"])
    return handover


@transaction.atomic
def reopen_handover(*, handover_id: int, by: Person) -> Handover:
    """Open a finished handover again.

    Raises `HandoverRefusedError` if there is another open one of the same person by now.
    """
    handover = locked_handover(handover_id, by, is_open=False)
    Person.objects.select_for_update(no_key=True).get(pk=handover.person_id)
    others = Handover.objects.filter(person=handover.person_id, finished_at=None)
    if others.exclude(pk=handover.pk).exists():
        raise HandoverRefusedError("There is a newer handover of the same person. Go on with that.")
    handover.finished_at = handover.finished_by = None
    handover.save(update_fields=["finished_at", "finished_by"])
    return handover


def _check_day(leaves_on: date, now: datetime) -> None:
    if abs(leaves_on - now.date()) > FURTHEST:
        raise HandoverRefusedError("That day is too far away. Give one within two years.")


def _reason(reason: str) -> str:
    return " ".join(reason.split())[:REASON_LENGTH]
