"""What a source does with its own touchpoints, by the external ids that it gave."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from interactions.models import Source, Touchpoint
from interactions.selectors.own import is_storable
from interactions.services.columns import Columns, NewTouchpoint
from interactions.services.record import record
from interactions.services.references import references
from interactions.services.revise import (
    TouchpointGoneError,
    TouchpointRefusedError,
    delete,
    edit,
    restore,
)
from relationships import access
from relationships.models import Person
from relationships.services import keep_customers

Check = Callable[[Touchpoint | None], None]
"""Looks at a touchpoint that nobody else can change now, and raises to leave it as it is."""

CORRECTED = tuple(name for name in NewTouchpoint.__struct_fields__ if name != "external_id")


class TouchpointDeletedError(LookupError):
    """The touchpoint was deleted; nothing but bringing it back can be done with it."""

    def __init__(self, deleted_at: datetime) -> None:
        super().__init__(f"Deleted at {deleted_at.isoformat()}.")
        self.deleted_at = deleted_at


@transaction.atomic
def put(
    *,
    source: Source,
    item: NewTouchpoint,
    by: Person,
    now: datetime,
    may_create_customers: bool,
    check: Check,
) -> bool:
    """Make a touchpoint what `item` says, whatever it was; return whether it is new.

    A deleted one stays deleted: whoever sends all their records every night would else bring back
    what somebody took out.

    Raises `TouchpointRefusedError`, `TouchpointGoneError`, `TouchpointDeletedError` and whatever
    `check` raises, which is given what is there now.
    """
    while True:
        known = _held(source, item.external_id, by)
        check(known)
        if known is not None:
            _correct(known, item, by, now, may_create_customers=may_create_customers)
            return False
        (outcome,) = record(
            source=source, items=[item], by=by, now=now, may_create_customers=may_create_customers
        )
        if outcome.status == "refused":
            raise TouchpointRefusedError(list(outcome.refusals))
        if outcome.status == "recorded":
            return True


@transaction.atomic
def take_out(*, source: Source, external_id: str, by: Person, now: datetime, check: Check) -> None:
    """Delete a touchpoint; one that is deleted already stays so.

    Raises `TouchpointGoneError` and whatever `check` raises.
    """
    known = _held(source, external_id, by)
    if known is None:
        raise TouchpointGoneError
    if known.deleted_at is None:
        check(known)
        delete(touchpoint_id=known.pk, by=by, now=now)


@transaction.atomic
def bring_back(*, source: Source, external_id: str, by: Person) -> None:
    """Bring a deleted touchpoint back as it was; one that is there stays as it is.

    Raises `TouchpointGoneError`.
    """
    known = _held(source, external_id, by)
    if known is None:
        raise TouchpointGoneError
    restore(touchpoint_id=known.pk, by=by)


def _held(source: Source, external_id: str, by: Person) -> Touchpoint | None:
    """Return what has this external id, and keep it and its customer as they are."""
    if not is_storable(external_id):
        return None
    # First of all: whoever merges holds this, and then asks for touchpoints.
    keep_customers()
    rows = Touchpoint.objects.select_for_update(of=("self",)).select_related("source", "type")
    known = rows.filter(source=source, external_id=external_id).first()
    if known and not access.customers_visible_to(by).filter(pk=known.customer_id).exists():
        raise TouchpointGoneError
    return known


def _correct(
    known: Touchpoint, item: NewTouchpoint, by: Person, now: datetime, *, may_create_customers: bool
) -> None:
    if known.deleted_at is not None:
        raise TouchpointDeletedError(known.deleted_at)
    if may_create_customers:
        references(Columns.of([item]), roster=keep_customers(), by=by, may_create_customers=True)
    changes = {name: getattr(item, name) for name in CORRECTED}
    edit(touchpoint_id=known.pk, by=by, now=now, **changes)
