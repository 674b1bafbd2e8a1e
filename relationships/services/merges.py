"""Customers found to be one, and parted again."""

from datetime import datetime

from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Coalesce, NullIf

from relationships import access
from relationships.models import Contact, Customer, CustomerMerge, Fact, Identity, Person
from relationships.selectors import (
    ROSTER_VERSION,
    Roster,
    absorbed_by,
    roster_at,
    survivors_of,
)
from relationships.services.customers import mark_profiles_changed


class CustomerGoneError(LookupError):
    """There is no such customer that this person may change."""


class NotMergeableError(ValueError):
    """These customers cannot be merged, or were not."""


def keep_customers() -> Roster:
    """Keep every customer from being merged, parted or deleted until the transaction ends.

    Others may keep them at the same time. One lock for all of them, because merging is rare and
    brief: a row lock for each customer costs more than finding them. Returns whom identities mean,
    as far as it is remembered.
    """
    with connection.cursor() as cursor:
        cursor.execute(_KEEP)
        (version,) = cursor.fetchone()
    return roster_at(version)


KEEP_CUSTOMERS = "SELECT pg_advisory_xact_lock_shared(3, 0);"
"""What keeps them, for whoever sends more with it: statements behind it see what was there then."""

_KEEP = f"{KEEP_CUSTOMERS} {ROSTER_VERSION}"


def wait_for_customers() -> None:
    """Wait until nobody keeps customers, and hold off whoever wants to until the end.

    Deleting customers does so by itself, by a trigger.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(3, 0)")


@transaction.atomic
def absorb_customer(*, keep: int, absorb: int, by: Person, now: datetime) -> None:
    """Make one customer of two: contacts, identities and facts of `absorb` are those of `keep` now.

    Both must be customers `by` may see. What happened with them is moved by
    `interactions.services.merge_customers`, which calls this first: until its transaction ends
    nobody records anything.
    """
    if keep == absorb:
        raise NotMergeableError("Choose two customers; this is one and the same.")
    wait_for_customers()
    both = list(access.customers_visible_to(by).filter(pk__in=[keep, absorb]))
    if len(both) < 2:
        raise CustomerGoneError("There are no two such customers that you may merge.")
    if both[0].is_demo != both[1].is_demo:
        raise NotMergeableError("One of them is demonstration data, which is removed one day.")
    Customer.objects.filter(pk=absorb).update(merged_into=keep)
    for model in (Contact, Identity, Fact):
        model.objects.filter(customer=absorb).update(
            customer=keep, home_id=Coalesce("home_id", F("customer_id"))
        )
    CustomerMerge.objects.create(customer_id=absorb, into_id=keep, merged_by=by, merged_at=now)
    mark_profiles_changed(customer_ids=[keep, absorb])


@transaction.atomic
def release_customer(*, customer_id: int, by: Person, now: datetime) -> int:
    """Take the merge of a customer into another back; return who it was merged into at last.

    Contacts, identities and facts go back with whoever had been merged into it before, and
    those that came in meanwhile for one of these. `by` must see both customers.
    """
    wait_for_customers()
    survivor = survivors_of([customer_id]).get(customer_id, customer_id)
    in_scope = Customer.objects.filter(access.customer_scope(by), pk__in=[customer_id, survivor])
    if survivor == customer_id or in_scope.count() < 2:
        raise CustomerGoneError("There is no such merged customer that you may bring back.")
    homes = absorbed_by(customer_id)
    Customer.objects.filter(pk=customer_id).update(merged_into=None)
    for model in (Contact, Identity, Fact):
        model.objects.filter(customer=survivor, home_id__in=homes).update(
            customer=customer_id, home_id=NullIf("home_id", customer_id)
        )
    merge = CustomerMerge.objects.filter(customer=customer_id, undone_at=None)
    merge.update(undone_by=by, undone_at=now)
    mark_profiles_changed(customer_ids=[customer_id, survivor])
    return survivor
