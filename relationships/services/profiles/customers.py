"""Customers made and changed as they are asked for, one or many, each whole or not at all."""

from collections.abc import Iterator, Sequence

from django.db import transaction

from relationships.models import Person
from relationships.selectors import IdentityRef, survivors_of
from relationships.services.merges import CustomerGoneError
from relationships.services.profiles.asked import Check, CustomerWrite, Outcome
from relationships.services.profiles.claims import TakenMeanwhileError
from relationships.services.profiles.known import Known, known_to, storable, visible_among
from relationships.services.profiles.plans import Plan, plan_of, refused, target_of
from relationships.services.profiles.refusals import WriteRefusedError, refusal
from relationships.services.profiles.rows import store


class CustomerMergedError(LookupError):
    """The customer was merged into another, who is the one to be changed."""

    def __init__(self, survivor_id: int) -> None:
        super().__init__(f"This customer was merged into {survivor_id}; change that one.")
        self.survivor_id = survivor_id


def write_customer(*, item: CustomerWrite, by: Person, check: Check | None = None) -> Outcome:
    """Make a customer, or change the one that is meant, and say which it was.

    `check` is asked before anything is found wrong, and given whom nobody else can change then.

    Raises `WriteRefusedError`, `CustomerGoneError`, `CustomerMergedError` and whatever `check`
    raises; then nothing was written.
    """
    while True:
        try:
            return _written_one(item, by, check)
        except TakenMeanwhileError:
            continue


def write_customers(*, items: Sequence[CustomerWrite], by: Person) -> list[Outcome]:
    """Make and change many customers, each known by an identity, and answer for each in order.

    One that is refused costs no other. However many there are, the statements are as many.
    """
    while True:
        try:
            return _written_many(items, by)
        except TakenMeanwhileError:
            continue


@transaction.atomic
def _written_one(item: CustomerWrite, by: Person, check: Check | None) -> Outcome:
    known = known_to([item], by)
    try:
        target = target_of(item, known)
    except CustomerGoneError:
        _check_was_not_merged(item, by)
        raise
    if check is not None:
        check(target)
    plan = plan_of(item, known, by)
    if plan.refusals:
        raise WriteRefusedError(plan.refusals)
    (customer_id,) = store([plan])
    return Outcome(plan.status, customer_id)


@transaction.atomic
def _written_many(items: Sequence[CustomerWrite], by: Person) -> list[Outcome]:
    plans = list(_plans(items, known_to(items, by), by))
    ids = iter(store([plan for plan in plans if not plan.refusals]))
    return [
        Outcome(plan.status, None, plan.refusals)
        if plan.refusals
        else Outcome(plan.status, next(ids))
        for plan in plans
    ]


def _plans(items: Sequence[CustomerWrite], known: Known, by: Person) -> Iterator[Plan]:
    """Yield a plan for each item; of two about the same customer the second is refused."""
    first: dict[int | IdentityRef, int] = {}
    for place, item in enumerate(items):
        try:
            plan = plan_of(item, known, by)
        except CustomerGoneError as error:
            yield refused(refusal("/identity", item.identity, str(error)))
            continue
        about: list[int | IdentityRef] = [*plan.belongings.added]
        about += [] if plan.customer_id is None else [plan.customer_id]
        earlier = next((first[one] for one in about if one in first), None)
        if earlier is not None:
            reason = f"The item at /{earlier} is of the same customer; send one for both."
            yield refused(refusal("/identity", item.identity, reason))
            continue
        if not plan.refusals:
            first |= dict.fromkeys(about, place)
        yield plan


def _check_was_not_merged(item: CustomerWrite, by: Person) -> None:
    """Raise `CustomerMergedError` where the account may change whom a customer was merged into."""
    for survivor in survivors_of(storable([item.id or 0])).values():
        if survivor != item.id and visible_among([survivor], by):
            raise CustomerMergedError(survivor)
