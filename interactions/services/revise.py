"""What may happen to a touchpoint afterwards: corrected, moved, deleted, brought back."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from msgspec.structs import asdict, replace

from interactions.models import Touchpoint
from interactions.services import loops
from interactions.services.columns import Columns, NewTouchpoint
from interactions.services.flaws import Refusal
from interactions.services.marks import mark
from interactions.services.references import references
from interactions.services.rows import COLUMNS, Row, first_of, loop_keys, rows_for, rows_of
from interactions.services.templates import flag_templates
from interactions.services.validate import refusals
from relationships import access
from relationships.models import Person
from relationships.services import keep_customers

_COUNTS = "id = %s AND deleted_at IS NULL"


class TouchpointGoneError(LookupError):
    """There is no such touchpoint that this person may change."""


class TouchpointRefusedError(ValueError):
    """A correction would make the touchpoint invalid; `refusals` says why."""

    def __init__(self, refusals: list[Refusal]) -> None:
        super().__init__("; ".join(f"{wrong.field}: {wrong.reason}" for wrong in refusals))
        self.refusals = refusals


@transaction.atomic
def edit(*, touchpoint_id: int, by: Person, now: datetime, **changes: Any) -> None:
    """Correct a touchpoint; a change of `customer` moves it.

    `changes` are fields of `NewTouchpoint`. Its source and external id never change.
    """
    with connection.cursor() as cursor:
        roster = keep_customers()
        touchpoint = _locked(touchpoint_id, by)
        if changes.get("customer") == touchpoint.customer_id:
            # It stays where it is, also beneath a merge.
            del changes["customer"]
        columns = Columns.of([replace(_as_item(touchpoint), **changes)])
        known = references(columns, roster=roster, by=by, may_create_customers=False)
        if wrong := refusals(columns, known, now):
            raise TouchpointRefusedError(wrong[0])
        old = _as_row(touchpoint)
        new = replace(
            first_of(rows_for(columns, known, source_id=touchpoint.source_id, by_id=by.pk)),
            recorded_by_id=touchpoint.recorded_by_id,
            **_kept_closing(changes, old),
        )
        if new == replace(old, team_id=new.team_id, is_template=new.is_template):
            # Who sends all their records every night corrects nothing.
            return
        # One that is deleted counts nowhere, before or after.
        mark(cursor, _COUNTS, [touchpoint_id], sign=-1)
        Touchpoint.objects.filter(pk=touchpoint_id).update(**asdict(new), edited_at=now)
        mark(cursor, _COUNTS, [touchpoint_id], sign=1)
        loops.reconcile(cursor, loop_keys(rows_of(old, new)))
        flag_templates(cursor, [new.fingerprint] if new.fingerprint else [])


@transaction.atomic
def delete(*, touchpoint_id: int, by: Person, now: datetime) -> None:
    """Delete a touchpoint; its row stays, so that its external id is never taken again."""
    keep_customers()
    _set_deleted([_locked(touchpoint_id, by)], deleted_at=now)


@transaction.atomic
def restore(*, touchpoint_id: int, by: Person) -> None:
    """Bring a deleted touchpoint back as it was."""
    keep_customers()
    _set_deleted([_locked(touchpoint_id, by)], deleted_at=None)


@transaction.atomic
def delete_all(*, touchpoint_ids: Collection[int], by: Person, now: datetime) -> int:
    """Delete those of many touchpoints that `by` may change; return how many were not yet."""
    keep_customers()
    return _set_deleted(_locked_all(touchpoint_ids, by), deleted_at=now)


@transaction.atomic
def restore_all(*, touchpoint_ids: Collection[int], by: Person) -> int:
    """Bring those of many deleted touchpoints back that `by` may change; return how many."""
    keep_customers()
    return _set_deleted(_locked_all(touchpoint_ids, by), deleted_at=None)


def _set_deleted(touchpoints: Sequence[Touchpoint], deleted_at: datetime | None) -> int:
    is_deleting = deleted_at is not None
    changed = [one for one in touchpoints if (one.deleted_at is None) == is_deleting]
    if not changed:
        return 0
    ids = [one.pk for one in changed]
    rows = [_as_row(one) for one in changed]
    with connection.cursor() as cursor:
        mark(cursor, "id = ANY(%s)", [ids], sign=-1 if is_deleting else 1)
        Touchpoint.objects.filter(pk__in=ids).update(deleted_at=deleted_at)
        loops.reconcile(cursor, loop_keys(rows_of(*rows)))
        flag_templates(cursor, [row.fingerprint for row in rows if row.fingerprint])
    return len(ids)


def _locked(touchpoint_id: int, by: Person) -> Touchpoint:
    """Lock a touchpoint whose customer is kept who it is."""
    locked = _locked_all([touchpoint_id], by)
    if not locked:
        raise TouchpointGoneError(f"There is no touchpoint {touchpoint_id} that you may change.")
    return locked[0]


def _locked_all(touchpoint_ids: Collection[int], by: Person) -> list[Touchpoint]:
    """Lock those of these touchpoints that `by` may change, whose customers are kept.

    In one order, so that two requests cannot wait for each other in a ring.
    """
    visible = access.customers_visible_to(by)
    rows = Touchpoint.objects.filter(pk__in=touchpoint_ids, customer__in=visible).order_by("pk")
    return list(rows.select_for_update(of=("self",)).select_related("source", "type"))


def _as_row(touchpoint: Touchpoint) -> Row:
    return Row(*(getattr(touchpoint, column) for column in COLUMNS))


def _as_item(touchpoint: Touchpoint) -> NewTouchpoint:
    return NewTouchpoint(
        type=touchpoint.type.key,
        customer=touchpoint.home_id or touchpoint.customer_id,
        occurred_at=touchpoint.occurred_at,
        external_id=touchpoint.external_id,
        direction=touchpoint.direction,
        contact_id=touchpoint.contact_id,
        person_id=touchpoint.person_id,
        duration_minutes=touchpoint.duration_minutes,
        customers_in_room=touchpoint.customers_in_room,
        sentiment=touchpoint.sentiment,
        via=touchpoint.via,
        text=touchpoint.text,
        value=touchpoint.value,
        severity=touchpoint.severity,
        opens=touchpoint.opens or 0,
        due_at=touchpoint.due_at,
    )


def _kept_closing(changes: Mapping[str, Any], old: Row) -> dict[str, Any]:
    """Keep the loop it closes unless the correction names another, or says none."""
    if "closes" in changes or "closes_loop" in changes:
        return {}
    return {
        "closes_source_id": old.closes_source_id,
        "closes_external_id": old.closes_external_id,
    }
