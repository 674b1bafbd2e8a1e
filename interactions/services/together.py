"""One event with several customers: each has a touchpoint of it, and a share of its warmth."""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import transaction

from interactions.selectors import BY_HAND, of_event
from interactions.services.columns import NewTouchpoint
from interactions.services.record import record, source_named
from interactions.services.revise import TouchpointRefusedError, delete_all, restore_all
from relationships import access
from relationships.models import Customer, Person
from relationships.services import keep_customers

MOST_TOGETHER = 200
"""Customers of one event; whoever met more met nobody."""


class TooManyTogetherError(ValueError):
    """These are more customers than one event can be with."""


class NobodyTogetherError(LookupError):
    """None of these customers is there for this person (any more)."""


class Said(NamedTuple):
    """What is said of an event, as `NewTouchpoint` has it; what is empty is as usual."""

    type: str
    occurred_at: datetime
    person_id: int | None
    text: str = ""
    direction: int | None = None
    duration_minutes: int | None = None
    sentiment: float | None = None


class Together(NamedTuple):
    """What was recorded of an event, `event` by name, and with how many of the customers.

    `left_out` were merged into others, who are named with them; `unseen` are not there for this
    person. `is_known` says that it had been recorded before.
    """

    event: str
    customers: int
    left_out: Sequence[Customer] = ()
    unseen: int = 0
    is_known: bool = False


@transaction.atomic
def log_together(
    *, page: uuid.UUID, customer_ids: Collection[int], said: Said, by: Person, now: datetime
) -> Together:
    """Record one event with several customers, once for each page, type and set of customers.

    Each gets a touchpoint that says how many were in the room. Pressed again it is known already,
    unless it was deleted meanwhile: then it is another one.

    Raises `TooManyTogetherError`, `NobodyTogetherError`, and `TouchpointRefusedError` for what is
    wrong with the event itself; then nothing was recorded.
    """
    chosen = sorted(set(customer_ids))
    if len(chosen) > MOST_TOGETHER:
        raise TooManyTogetherError(
            f"One event can be with at most {MOST_TOGETHER} customers; these are {len(chosen):,}. "
            "Select fewer, or filter the list further."
        )
    keep_customers()
    there = set(access.customers_visible_to(by).filter(pk__in=chosen).values_list("pk", flat=True))
    if not there:
        raise NobodyTogetherError("None of these customers is yours to see any more.")
    left_out = _merged(set(chosen) - there, by)
    unseen = len(chosen) - len(there) - len(left_out)
    event, is_known = _event(page, chosen, said, by)
    if not is_known:
        _record(event, chosen, there, said, by, now)
    return Together(event, len(there), left_out, unseen, is_known)


def delete_together(*, event: str, by: Person, now: datetime) -> int:
    """Delete all that was recorded of an event; return with how many customers it was."""
    return delete_all(touchpoint_ids=_ids(event), by=by, now=now)


def restore_together(*, event: str, by: Person) -> int:
    """Bring back all that was recorded of an event; return with how many customers it was."""
    return restore_all(touchpoint_ids=_ids(event), by=by)


def _ids(event: str) -> list[int]:
    external_ids = _external_ids(event, range(MOST_TOGETHER))
    return list(of_event(external_ids).values_list("pk", flat=True))


def _merged(customer_ids: Collection[int], by: Person) -> list[Customer]:
    """Return those of these customers who are others by now, as far as `by` sees them."""
    if not customer_ids:
        return []
    seen = Customer.objects.filter(access.customer_scope(by), merged_into__isnull=False)
    return list(seen.filter(pk__in=customer_ids).select_related("merged_into"))


def _event(page: uuid.UUID, chosen: Sequence[int], said: Said, by: Person) -> tuple[str, bool]:
    """Return the name of an event, and whether it is recorded under it."""
    presses = 0
    while True:
        name = f"{by.pk} {said.type} {presses} {' '.join(map(str, chosen))}"
        event = str(uuid.uuid5(page, name))
        known = of_event(_external_ids(event, range(len(chosen))))
        deleted = list(known.values_list("deleted_at", flat=True))
        if not deleted:
            return event, False
        if None in deleted:
            return event, True
        presses += 1


def _external_ids(event: str, places: Collection[int]) -> list[str]:
    return [f"{event}.{place}" for place in places]


def _record(
    event: str,
    chosen: Sequence[int],
    there: Collection[int],
    said: Said,
    by: Person,
    now: datetime,
) -> None:
    items = [
        NewTouchpoint(
            customer=customer_id,
            external_id=external_id,
            customers_in_room=len(there),
            **said._asdict(),
        )
        for customer_id, external_id in zip(
            chosen, _external_ids(event, range(len(chosen))), strict=True
        )
        if customer_id in there
    ]
    for outcome in record(source=source_named(BY_HAND), items=items, by=by, now=now):
        if outcome.refusals:
            raise TouchpointRefusedError(list(outcome.refusals))
