"""Recording what just happened, from a page on which a row was pressed."""

import uuid
from datetime import datetime

from msgspec.structs import replace

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
    """Record a touchpoint of `by` as its type says, once for each page, customer, type and loop."""
    item = NewTouchpoint(
        type=type_key,
        customer=customer_id,
        occurred_at=now,
        person_id=by.pk,
        text=text,
        severity=severity,
        closes_loop=closes_loop,
    )
    name = f"{by.pk} {customer_id} {type_key} {closes_loop or 0}"
    return record_pressed(page=page, name=name, item=item, by=by, now=now)


def record_pressed(
    *, page: uuid.UUID, name: str, item: NewTouchpoint, by: Person, now: datetime
) -> Outcome:
    """Record what a press on a page means, once for each name of a press there.

    Pressed again it is known already, unless it was deleted meanwhile: then it is another one.
    """
    source, presses = source_named(BY_HAND), 0
    while True:
        external_id = str(uuid.uuid5(page, f"{name} {presses}"))
        (outcome,) = record(
            source=source, items=[replace(item, external_id=external_id)], by=by, now=now
        )
        if outcome.status != "known" or not _is_deleted(external_id):
            return outcome
        presses += 1


def _is_deleted(external_id: str) -> bool:
    touchpoint = logged_by_hand(external_id)
    return touchpoint is not None and touchpoint.deleted_at is not None
