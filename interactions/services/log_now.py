"""Recording what just happened, from a page on which a row was pressed."""

import uuid
from datetime import datetime

from interactions.selectors import BY_HAND, logged_by_hand
from interactions.services.columns import NewTouchpoint
from interactions.services.record import Outcome, record, source_named
from relationships.models import Person


def log_now(
    *,
    page: uuid.UUID,
    customer_id: int,
    type_key: str,
    by: Person,
    now: datetime,
    text: str = "",
    severity: int | None = None,
    closes_loop: int | None = None,
) -> Outcome:
    """Record a touchpoint of `by` as its type says, once for each page, customer, type and loop.

    Pressed again it is known already, unless it was deleted meanwhile: then it is another one.
    """
    source, presses = source_named(BY_HAND), 0
    while True:
        name = f"{by.pk} {customer_id} {type_key} {closes_loop or 0} {presses}"
        external_id = str(uuid.uuid5(page, name))
        item = NewTouchpoint(
            type=type_key,
            customer=customer_id,
            occurred_at=now,
            person_id=by.pk,
            external_id=external_id,
            text=text,
            severity=severity,
            closes_loop=closes_loop,
        )
        (outcome,) = record(source=source, items=[item], by=by, now=now)
        if outcome.status != "known" or not _is_deleted(external_id):
            return outcome
        presses += 1


def _is_deleted(external_id: str) -> bool:
    touchpoint = logged_by_hand(external_id)
    return touchpoint is not None and touchpoint.deleted_at is not None
