"""What every change to a handover asks first: is it there, may they, and is it still open."""

from datetime import datetime

from django.db.models import QuerySet

from relationships.models import Handover, HandoverCustomer, Person
from relationships.selectors.handovers import (
    handovers_visible_to,
    rows_of,
    successors,
    visible_row,
)


class HandoverGoneError(LookupError):
    """There is no such handover, or none of that customer, at which this person may work."""


class HandoverRefusedError(ValueError):
    """It cannot be like that; the message says what to do."""


def locked_handover(handover_id: int, by: Person, *, is_open: bool = True) -> Handover:
    """Return a handover and let others wait for it until the transaction ends.

    Raises `HandoverGoneError` unless `by` may work at it, `HandoverRefusedError` if it must be
    open and is finished.
    """
    found = handovers_visible_to(by).select_for_update(of=("self",), no_key=True)
    handover = found.select_related("person").filter(pk=handover_id).first()
    if handover is None:
        raise HandoverGoneError("There is no such handover that you may see.")
    if is_open and handover.finished_at is not None:
        raise HandoverRefusedError("This handover is finished. Open it again first.")
    return handover


def locked_row(row_id: int, by: Person, *, is_open: bool = True) -> HandoverCustomer:
    """Return one customer of a handover and let others wait for it; raises as above."""
    if visible_row(by, row_id) is None:
        raise HandoverGoneError("There is no such customer in a handover that you may see.")
    HandoverCustomer.objects.select_for_update(no_key=True).get(pk=row_id)
    row = visible_row(by, row_id)
    if row is None:
        raise HandoverGoneError("There is no such customer in a handover that you may see.")
    if is_open and row.handover.finished_at is not None:
        raise HandoverRefusedError("This handover is finished. Open it again first.")
    return row


def locked_rows(by: Person, handover: Handover) -> QuerySet[HandoverCustomer]:
    """Return the customers of a handover that `by` may see, for others to wait for, by their id."""
    seen = rows_of(by, handover).order_by().values("pk")
    rows = HandoverCustomer.objects.select_for_update(of=("self",), no_key=True)
    return rows.filter(pk__in=seen).order_by("pk")


def successor_numbered(person_id: int, handover: Handover, by: Person) -> Person:
    """Return whom `by` may give a customer to; raises `HandoverRefusedError` for anybody else."""
    found = successors(by, handover).filter(pk=person_id).first()
    if found is None:
        raise HandoverRefusedError("They cannot take over. Choose somebody else of your team.")
    return found


def minute_of(now: datetime) -> datetime:
    """Return when its minute began: what people log has no seconds, and counts from then on."""
    return now.replace(second=0, microsecond=0)


def next_batch(handover: Handover) -> int:
    """Return the number of a change of many customers at once; the handover must be locked."""
    handover.batches += 1
    handover.save(update_fields=["batches"])
    return handover.batches
