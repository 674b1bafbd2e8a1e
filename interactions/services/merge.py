"""Customers found to be one, and parted again: what happened and is planned with them follows."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import F
from django.db.models.functions import Coalesce, NullIf

from interactions.models import Appointment
from interactions.services import loops
from interactions.services.marks import mark_moving, mark_refold
from interactions.services.templates import flag_templates
from relationships.models import Person
from relationships.selectors import absorbed_by
from relationships.services import Announcement, absorb_customer, announce, release_customer

# What loops and templates are derived from comes back; most touchpoints have nothing of it.
_MOVE = """
    WITH moved AS (
        UPDATE interactions_touchpoint SET {change} WHERE customer_id = %s AND {which} RETURNING *
    )
    SELECT source_id, external_id, opens, closes_source_id, closes_external_id,
           CASE WHEN NOT is_template AND deleted_at IS NULL THEN fingerprint END
    FROM moved
    WHERE opens IS NOT NULL OR closes_external_id IS NOT NULL OR fingerprint IS NOT NULL
"""
_ABSORB = _MOVE.format(
    change="customer_id = %s, home_id = coalesce(home_id, customer_id)", which="true"
)
_RELEASE = _MOVE.format(
    change="customer_id = %s, home_id = nullif(home_id, %s)", which="home_id = ANY(%s)"
)
_IS_ABSORBED = "customer_id = %s AND deleted_at IS NULL"
_IS_RELEASED = f"{_IS_ABSORBED} AND home_id = ANY(%s)"


@transaction.atomic
def merge_customers(*, keep: int, absorb: int, by: Person, now: datetime) -> None:
    """Make one customer of two: all that happened with `absorb` happened with `keep`.

    The absorbed customer stays as a signpost, so that its id and identities lead to the other.
    Each touchpoint remembers with whom it happened, so `unmerge_customer` can give it back
    whenever it is asked, and whatever was recorded, corrected or merged since. What we hold
    about `keep` (its value, owner, stage, style) stays as it is.

    Raises `CustomerGoneError` unless `by` sees both, `NotMergeableError` when it is one customer
    or only one is of the demonstration.
    """
    absorb_customer(keep=keep, absorb=absorb, by=by, now=now)
    Appointment.objects.filter(customer_id=absorb).update(
        customer_id=keep, home_id=Coalesce("home_id", F("customer_id"))
    )
    with connection.cursor() as cursor:
        # The absorbed one too: whoever scores it finds that it is gone. Before loops change, as
        # everywhere, so that whoever counts anew and locks both queues waits for no ring.
        mark_refold(cursor, [keep, absorb], now)
        mark_moving(cursor, _IS_ABSORBED, [absorb], to=keep)
        _move(cursor, _ABSORB, [keep, absorb])
    told = {"merged_customer_id": absorb, "by": {"id": by.pk, "name": by.name}}
    announce([Announcement("customer.merged", keep, now, told)])


@transaction.atomic
def unmerge_customer(*, customer_id: int, by: Person, now: datetime) -> None:
    """Part a customer from whom it was merged into.

    What happened with it goes back, also what was recorded meanwhile by its id, its identities
    or its contacts; the same for customers that had been merged into it before.

    Raises `CustomerGoneError` unless it is merged and `by` sees both.
    """
    survivor = release_customer(customer_id=customer_id, by=by, now=now)
    homes = absorbed_by(customer_id)
    Appointment.objects.filter(customer_id=survivor, home_id__in=homes).update(
        customer_id=customer_id, home_id=NullIf("home_id", customer_id)
    )
    with connection.cursor() as cursor:
        mark_refold(cursor, [customer_id, survivor], now)
        mark_moving(cursor, _IS_RELEASED, [survivor, homes], to=customer_id)
        _move(cursor, _RELEASE, [customer_id, customer_id, survivor, homes])
    told = {"parted_from_customer_id": survivor, "by": {"id": by.pk, "name": by.name}}
    announce([Announcement("customer.unmerged", customer_id, now, told)])


def _move(cursor: CursorWrapper, sql: str, params: Sequence[Any]) -> None:
    """Move touchpoints, and derive loops and templates again from where they are now."""
    cursor.execute(sql, params)
    keys: set[loops.LoopKey] = set()
    fingerprints: set[int] = set()
    for source_id, external_id, opens, closes_source_id, closes_external_id, fingerprint in cursor:
        if opens is not None:
            keys.add((source_id, external_id))
        if closes_external_id is not None:
            keys.add((closes_source_id, closes_external_id))
        if fingerprint is not None:
            fingerprints.add(fingerprint)
    loops.reconcile(cursor, keys)
    flag_templates(cursor, fingerprints)
