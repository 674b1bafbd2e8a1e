"""Many customers changed at once: their owner, style, segment or team, and back again."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, Final

from django.db import connection, transaction

from relationships import access
from relationships.models import BulkChange, Customer, Person, Segment, Team
from relationships.selectors.bulk_changes import COLUMNS, KEPT, Outlook, outlook, outlook_for
from relationships.services.customers import mark_profiles_changed
from relationships.services.merges import keep_customers

MOST_AT_ONCE = 10_000
"""Customers in one change: as many as a list counts."""


class Unchanged(Enum):
    """Stands for what is not to be changed; None stands for nobody and nothing."""

    UNCHANGED = "unchanged"


UNCHANGED: Final = Unchanged.UNCHANGED
Id = int | None | Unchanged


class ChangeRefusedError(ValueError):
    """Nobody can be changed like this; the message says why, and what would be right."""


class OwnerRefusedError(ChangeRefusedError):
    """Nobody can make this person the owner of these customers."""


class TooManyCustomersError(ChangeRefusedError):
    """These are more customers than can be changed at once."""


class ChangeGoneError(LookupError):
    """There is no such change that this person may take back."""


@dataclass(frozen=True, slots=True)
class Changed:
    """What came of a change; without an id it changed nobody."""

    change_id: int | None
    outlook: Outlook


@dataclass(frozen=True, slots=True)
class TakenBack:
    """How many customers are as they were before, and how many had been changed since."""

    back: int
    left: int


@transaction.atomic
def change_customers(
    *,
    customer_ids: Collection[int],
    by: Person,
    now: datetime,
    owner: Id = UNCHANGED,
    style: str | Unchanged = UNCHANGED,
    segment: Id = UNCHANGED,
    team: Id = UNCHANGED,
) -> Changed:
    """Say the same of many customers, so that readings follow; keep what was said before.

    Owner, segment and team are named by id, None for none. Customers that are so already, that
    the new owner would not see, or that `by` does not see (any more) stay as they are, and are
    told of. However many there are, the statements are as many.

    Raises `OwnerRefusedError`, `TooManyCustomersError` or another `ChangeRefusedError`; then
    nothing was written.
    """
    values = _values(owner, style, segment, team)
    keep_customers()
    new_owner = _checked(customer_ids, values, by)
    held = access.customers_changeable_by(by).filter(pk__in=set(customer_ids)).order_by("pk")
    held = held.only("pk", *COLUMNS).select_for_update(of=("self",), no_key=True)
    found = outlook_for(held, customer_ids, values, new_owner)
    _check_is_seen(found, new_owner)
    ids = list(found.before)
    if not ids:
        return Changed(None, found)
    Customer.objects.filter(pk__in=ids).update(**values)
    mark_profiles_changed(customer_ids=ids)
    return Changed(_keep(ids, values, found.before, by, now), found)


def preview_change(
    *,
    customer_ids: Collection[int],
    by: Person,
    owner: Id = UNCHANGED,
    style: str | Unchanged = UNCHANGED,
    segment: Id = UNCHANGED,
    team: Id = UNCHANGED,
) -> Outlook:
    """Return what `change_customers` would come to now, and raise what it would raise."""
    values = _values(owner, style, segment, team)
    new_owner = _checked(customer_ids, values, by)
    found = outlook(by, customer_ids, values, new_owner)
    _check_is_seen(found, new_owner)
    return found


@transaction.atomic
def undo_change(*, change_id: int, by: Person, now: datetime) -> TakenBack:
    """Say of customers again what was said before a change that `by` made.

    Only of those who still are as the change left them, and whom `by` still sees: what somebody
    said since stands. An owner, a segment or a team that is gone meanwhile is not brought back.

    Raises `ChangeGoneError` when it is too long ago, or taken back already.
    """
    keep_customers()
    made = BulkChange.objects.filter(made_by=by, made_at__gt=now - KEPT)
    change = made.select_for_update(no_key=True).filter(pk=change_id).first()
    if change is None:
        raise ChangeGoneError("This was too long ago to be taken back.")
    if change.undone_at is not None:
        raise ChangeGoneError("This was taken back already.")
    as_left = access.customers_changeable_by(by).filter(pk__in=change.customer_ids, **change.values)
    held = as_left.order_by("pk").select_for_update(of=("self",), no_key=True)
    ids = set(held.values_list("pk", flat=True))
    _put_back(change, ids)
    BulkChange.objects.filter(pk=change.pk).update(undone_at=now)
    return TakenBack(len(ids), len(change.customer_ids) - len(ids))


def _values(owner: Id, style: str | Unchanged, segment: Id, team: Id) -> Mapping[str, Any]:
    given = dict(zip(COLUMNS, (owner, style, segment, team), strict=True))
    values = {name: value for name, value in given.items() if value is not UNCHANGED}
    if not values:
        raise ChangeRefusedError("Say what to change.")
    return values


def _checked(customer_ids: Collection[int], values: Mapping[str, Any], by: Person) -> Person | None:
    """Return who is to be the owner, if anybody is; raise where nobody can be changed like this."""
    if len(customer_ids) > MOST_AT_ONCE:
        raise TooManyCustomersError(
            f"At most {MOST_AT_ONCE:,} customers can be changed at once. Filter the list further."
        )
    if values.get("style", "") not in ("", *Customer.Style.values):
        raise ChangeRefusedError("There is no such style. Choose another one.")
    if _is_missing(values.get("segment_id"), Segment):
        raise ChangeRefusedError("This segment is gone. Choose another one.")
    if "team_id" in values and not access.may_move_customers(by):
        raise ChangeRefusedError("Who sees all customers says which team they belong to.")
    if _is_missing(values.get("team_id"), Team):
        raise ChangeRefusedError("This team is gone. Choose another one.")
    return _new_owner(values.get("owner_id"), by)


def _is_missing(pk: int | None, model: type[Segment] | type[Team]) -> bool:
    return pk is not None and not model.objects.filter(pk=pk).exists()


def _new_owner(pk: int | None, by: Person) -> Person | None:
    if pk is None:
        return None
    owner = access.people_who_may_own(by).filter(pk=pk).first()
    if owner is None:
        raise OwnerRefusedError("This person left, or is not one you may name. Choose another one.")
    return owner


def _check_is_seen(found: Outlook, owner: Person | None) -> None:
    if owner is not None and found.unseen and not (found.before or found.same):
        raise OwnerRefusedError(
            f"{owner} would not see any of these customers, who belong to other teams. "
            "Choose somebody of their team."
        )


def _keep(
    ids: list[int],
    values: Mapping[str, Any],
    before: Mapping[int, Mapping[str, Any]],
    by: Person,
    now: datetime,
) -> int:
    BulkChange.objects.filter(made_at__lte=now - KEPT).delete()
    columns = {name: [before[pk][name] for pk in ids] for name in values}
    change = BulkChange(made_by=by, made_at=now, values=values, customer_ids=ids, before=columns)
    change.save(force_insert=True)
    return change.pk


def _put_back(change: BulkChange, ids: Collection[int]) -> None:
    """Write what was before, of those with these ids, in one statement."""
    places = [place for place, pk in enumerate(change.customer_ids) if pk in ids]
    if not places:
        return
    names = list(change.values)
    numbers = [change.customer_ids[place] for place in places]
    columns = [[change.before[name][place] for place in places] for name in names]
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE {Customer._meta.db_table} AS customer
            SET {", ".join(f"{name} = {_AGAIN[name]}" for name in names)}
            FROM unnest(%s::bigint[], {", ".join(f"%s::{_TYPES[name]}[]" for name in names)})
                AS was (id, {", ".join(names)})
            WHERE customer.id = was.id
            """,
            [numbers, *columns],
        )
    mark_profiles_changed(customer_ids=numbers)


_TYPES = {"owner_id": "bigint", "style": "text", "segment_id": "bigint", "team_id": "bigint"}
_AGAIN = {
    "style": "was.style",
    **{
        f"{name}_id": f"(SELECT id FROM {model._meta.db_table} WHERE id = was.{name}_id)"
        for name, model in (("owner", Person), ("segment", Segment), ("team", Team))
    },
}
