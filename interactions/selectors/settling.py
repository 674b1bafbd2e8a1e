"""What is open and wants settling: what is due soon, and failures that were not made right."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Case, F, Q, QuerySet, When

from interactions.models import Loop
from interactions.selectors.touchpoints import MESS_UPS
from relationships import access
from relationships.models import Person
from relationships.prepared import prepared

COUNTED_AT_MOST = 300
"""Of what is open and due; more are not settled in a week."""

ASK_AFTER = timedelta(days=2)
"""After this it is asked whether a failure or complaint was made right."""


@dataclass(frozen=True, slots=True)
class ToSettle:
    """The first of what is due, how many there are, counted up to a limit, and what to ask about.

    `mess_ups` are failures and complaints of some days ago, the oldest first; what is asked about
    is not due besides.
    """

    loops: Sequence[Loop]
    in_all: int
    overdue: int
    is_exact: bool
    mess_ups: Sequence[Loop] = ()


def to_settle(
    person: Person, now: datetime, *, ahead: timedelta, is_mine: bool, at_most: int
) -> ToSettle:
    """Return what is open and due by `now` + `ahead`, and what to ask `person` about.

    Asked about are their own customers. Due is what is open with any that they may see; with
    `is_mine`, only what `person` opened or what is open with a customer of theirs.
    """
    until = now + ahead
    # Read once for both: each customer of theirs is looked up, and they are many.
    own = _own(person, until, now, now - ASK_AFTER)
    asked = tuple(pk for pk, _, asked_since in own if asked_since)[:at_most]
    found = [_opened(person, until) if is_mine else _visible(person, until)]
    if is_mine:
        found.append([(pk, due_at) for pk, due_at, _ in own])
    is_exact = all(len(part) <= COUNTED_AT_MOST for part in found)
    every = {pk: due_at for part in found for pk, due_at in part if due_at <= until}
    due = sorted((due_at, pk) for pk, due_at in every.items() if pk not in asked)
    first = tuple(pk for _, pk in due[:at_most])
    loops = {loop.pk: loop for loop in _loops(asked + first)} if asked or first else {}
    return ToSettle(
        loops=[loops[pk] for pk in first if pk in loops],
        in_all=min(len(due), COUNTED_AT_MOST),
        overdue=sum(due_at < now for due_at, _ in due[:COUNTED_AT_MOST]),
        is_exact=is_exact and len(due) <= COUNTED_AT_MOST,
        mess_ups=[loops[pk] for pk in asked if pk in loops],
    )


@prepared
def _own(
    person: Person, until: datetime, now: datetime, asked_before: datetime
) -> QuerySet[Loop, tuple[int, datetime, datetime | None]]:
    """Return what is open with customers of `person` and due, or since when it is asked about.

    What was put off is not asked about until then.
    """
    is_asked = Q(
        Q(ask_again_at=None) | Q(ask_again_at__lte=now),
        kind__in=MESS_UPS,
        opened_at__lte=asked_before,
    )
    asked_since = Case(When(is_asked, then=F("opened_at")))
    loops = _open(person).filter(customer__owner=person.pk).annotate(asked_since=asked_since)
    return (
        loops.filter(Q(due_at__lte=until) | Q(asked_since__isnull=False))
        .order_by(F("asked_since").asc(nulls_last=True), "due_at", "pk")
        .values_list("pk", "due_at", "asked_since")[: COUNTED_AT_MOST + 1]
    )


@prepared
def _opened(person: Person, until: datetime) -> QuerySet[Loop, tuple[int, datetime]]:
    return _due(_open(person).filter(person=person.pk), until)


@prepared
def _visible(person: Person, until: datetime) -> QuerySet[Loop, tuple[int, datetime]]:
    return _due(_open(person), until)


def _due(loops: QuerySet[Loop], until: datetime) -> QuerySet[Loop, tuple[int, datetime]]:
    due = loops.filter(due_at__lte=until).order_by("due_at", "pk")
    return due.values_list("pk", "due_at")[: COUNTED_AT_MOST + 1]


def _open(person: Person) -> QuerySet[Loop]:
    """Return what `open_loops` does, by a join: that of owners is there anyway.

    There it stays a condition, so that an update looks at it again behind the lock it waited for.
    """
    return Loop.objects.filter(
        access.customer_scope(person, "customer__"),
        closed_at=None,
        customer__merged_into=None,
    )


@prepared
def _loops(ids: tuple[int, ...]) -> QuerySet[Loop]:
    return Loop.objects.filter(pk__in=ids).select_related("customer", "person")
