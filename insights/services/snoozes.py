"""Customers that somebody wants off their Today for a while, and back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.backends.utils import CursorWrapper
from django.db.models.functions import Now

from insights.models import Snooze
from insights.selectors.snoozes import asleep
from relationships import access
from relationships.models import Customer, Person
from relationships.selectors import survivors_of
from relationships.services import CustomerGoneError

LONGEST = timedelta(days=31)


class NotAsleepError(LookupError):
    """Nothing keeps the customer off the Today of this person."""


class SnoozeRefusedError(ValueError):
    """Nobody can be snoozed until then."""


@dataclass(frozen=True, slots=True)
class Sleep:
    """Until when a customer was snoozed, and why."""

    until: datetime
    reason: str


@transaction.atomic
def snooze(
    *, customer_id: int, until: datetime, reason: str = "", by: Person, now: datetime
) -> Sleep | None:
    """Keep a customer off the Today of `by` until a moment; return what was said before.

    Raises `CustomerGoneError` unless `by` sees the customer, `SnoozeRefusedError` for a moment
    that is over or too far away.
    """
    customer = _customer(customer_id, by)
    if until <= now:
        raise SnoozeRefusedError("That time is over already. Choose a later one.")
    if until > now + LONGEST:
        raise SnoozeRefusedError("That is too far away. Choose a day within a month.")
    before = asleep(by, now=now).filter(customer=customer).first()
    said = {"until": until, "reason": " ".join(reason.split()), "created_at": Now()}
    Snooze.objects.update_or_create(person=by, customer=customer, defaults=said)
    return Sleep(before.until, before.reason) if before else None


@transaction.atomic
def wake(*, customer_id: int, by: Person, now: datetime) -> Sleep:
    """Bring a customer back to the Today of `by`; return what was said of their sleep.

    Raises `CustomerGoneError` unless `by` sees the customer, `NotAsleepError` if there is nothing
    to wake.
    """
    customer = _customer(customer_id, by)
    found = Snooze.objects.select_for_update().filter(person=by, customer=customer).first()
    if found is None or found.until <= now:
        raise NotAsleepError(f"{customer} is on Today already.")
    found.delete()
    return Sleep(found.until, found.reason)


def hand_over_snoozes(cursor: CursorWrapper, absorbed: Sequence[int]) -> None:
    """Give the snoozes of merged customers to whom they were merged into.

    Who had snoozed both hears of them when the later one is over.
    """
    snoozed = list(Snooze.objects.filter(customer__in=absorbed).values_list("customer", flat=True))
    survivors = survivors_of(snoozed) if snoozed else {}
    for customer in sorted(set(snoozed)):
        cursor.execute(_HAND_OVER, [customer, survivors[customer]])


_HAND_OVER = f"""
    WITH gone AS (
        DELETE FROM {Snooze._meta.db_table} WHERE customer_id = %s
        RETURNING person_id, until, reason, created_at
    )
    INSERT INTO {Snooze._meta.db_table} AS known
        (person_id, customer_id, until, reason, created_at)
    SELECT person_id, %s, until, reason, created_at FROM gone
    ON CONFLICT (person_id, customer_id) DO UPDATE
    SET until = excluded.until, reason = excluded.reason, created_at = excluded.created_at
    WHERE excluded.until > known.until
"""


def _customer(pk: int, by: Person) -> Customer:
    found = access.customers_visible_to(by).filter(pk=pk).first()
    if found is None:
        raise CustomerGoneError("There is no such customer that you may see.")
    return found
