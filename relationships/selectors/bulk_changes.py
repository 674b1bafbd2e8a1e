"""What a change of many customers at once would come to, and those that can be taken back."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from relationships import access
from relationships.models import BulkChange, Customer, Person

COLUMNS = ("owner_id", "style", "segment_id", "team_id")
"""What can be said of many customers at once."""

KEPT = timedelta(hours=24)
"""How long a change can be taken back."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """Whom a change concerns: `before` is what is said by now of each whom it changes.

    The others stay as they are: `same` are so already, `unseen` are customers whom the new owner
    would not see, and `gone` were merged, or are not there for this person.
    """

    before: Mapping[int, Mapping[str, Any]]
    same: Sequence[int]
    unseen: Sequence[int]
    gone: Sequence[int]


def outlook(
    person: Person, customer_ids: Iterable[int], values: Mapping[str, Any], owner: Person | None
) -> Outlook:
    """Return what it would come to if `person` said this of these customers now."""
    ids = set(customer_ids)
    customers = access.customers_changeable_by(person).filter(pk__in=ids).order_by("pk")
    return outlook_for(customers.only("pk", *COLUMNS), ids, values, owner)


def outlook_for(
    customers: Iterable[Customer],
    customer_ids: Collection[int],
    values: Mapping[str, Any],
    owner: Person | None,
) -> Outlook:
    """Return what a change comes to for those `customers`, of all these ids, who are there."""
    before, same, unseen = {}, [], []
    found = set()
    for customer in customers:
        found.add(customer.pk)
        was = {name: getattr(customer, name) for name in COLUMNS}
        will_be = {**was, **values}
        if will_be == was:
            same.append(customer.pk)
        elif owner is not None and not access.sees_customers_of(owner, will_be["team_id"]):
            unseen.append(customer.pk)
        else:
            before[customer.pk] = {name: was[name] for name in values}
    return Outlook(before, same, unseen, sorted(set(customer_ids) - found))


def last_change(person: Person, pk: int, *, now: datetime) -> BulkChange | None:
    """Return a change that `person` made, as long as it can be taken back."""
    kept = BulkChange.objects.filter(made_by=person, made_at__gt=now - KEPT)
    return kept.filter(pk=pk).first()
