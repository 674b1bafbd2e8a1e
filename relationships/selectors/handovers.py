"""Handovers as far as a person may work at them, their customers, and how far each has come."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from relationships import access
from relationships.models import Customer, Handover, HandoverCustomer, Person
from relationships.numbers import LARGEST_ID
from relationships.prepared import prepared
from relationships.selectors.pages import Key, Page, cut, page

HANDOVERS_A_PAGE = 30
CUSTOMERS_A_PAGE = 25
SHOWN_FOR = timedelta(days=365)
"""How long a customer's page says what was handed over."""

SHOWN_AT_MOST = 3
"""Notes on a customer's page, the newest: whoever needs more asks those who wrote them."""

MOVES_SHOWN = 10
OFFERED_AT_MOST = 500
"""People in one list; nobody finds anybody in a longer one."""

TOO_LATE = Q(
    introduce_on__gt=F("handover__leaves_on"), introducer=F("handover__person"), settled_at=None
)
"""Matches an introduction planned for a day on which whoever introduces has left."""

_NEWEST_FIRST = (Key("id", is_falling=True),)
_BY_RANK = (Key("rank"), Key("id"))
_PEOPLE = ("successor", "proposed", "introducer", "noted_by", "moved_by")


@dataclass(frozen=True, slots=True)
class Progress:
    """How many customers of a handover there are, and what is done for how many of them."""

    customers: int
    chosen: int
    moved: int
    written: int
    planned: int
    single: int
    late: int

    @property
    def to_plan(self) -> int:
        """How many have a new owner chosen and no introduction planned."""
        return self.chosen - self.planned

    @property
    def to_move(self) -> int:
        """How many have a new owner chosen and still belong to the leaver."""
        return self.chosen - self.moved


@dataclass(frozen=True, slots=True)
class Move:
    """Customers that were moved at once: how many still are as it left them, when, by whom."""

    batch: int
    customers: int
    moved_at: datetime
    moved_by: str
    is_mine: bool


def people_to_hand_over(person: Person) -> QuerySet[Person]:
    """Return whose customers `person` may hand over, those who left already too."""
    if not person.is_active or person.role == Person.Role.SERVICE:
        return Person.objects.none()
    return access.people_visible_to(person)


def leaver_numbered(person: Person, pk: int) -> Person | None:
    """Return somebody whose customers `person` may hand over."""
    return people_to_hand_over(person).select_related("team").filter(pk=pk).first()


def handovers_visible_to(person: Person) -> QuerySet[Handover]:
    """Return the handovers at which `person` may work."""
    return Handover.objects.filter(access.handover_scope(person))


def visible_handover(person: Person, pk: int) -> Handover | None:
    """Return a handover at which `person` may work, with who leaves."""
    if not 0 < pk <= LARGEST_ID:
        return None
    return next(iter(_visible(person, pk)), None)


@prepared
def _visible(person: Person, pk: int) -> QuerySet[Handover]:
    found = handovers_visible_to(person).select_related("person__team", "started_by")
    return found.filter(pk=pk)


def open_handover_of(person: Person, leaver: Person) -> Handover | None:
    """Return the handover of `leaver` that is not finished, if `person` may work at it."""
    return handovers_visible_to(person).filter(person=leaver, finished_at=None).first()


def handovers_page(person: Person, *, after: int | None) -> Page[Handover]:
    """Return the handovers that follow a place, the newest first."""
    rows = handovers_visible_to(person).select_related("person", "started_by")
    place = None if after is None else (after,)
    return page(rows, _NEWEST_FIRST, among=Q(), after=place, limit=HANDOVERS_A_PAGE)


def progress_of_many(person: Person, handovers: Sequence[Handover]) -> dict[int, Progress]:
    """Return how far each of some handovers has come, as far as `person` sees its customers."""
    if not handovers:
        return {}
    counted = _counted(person, tuple(one.pk for one in handovers))
    return {pk: Progress(*numbers) for pk, *numbers in counted}


@prepared
def _counted(person: Person, handover_ids: tuple[int, ...]) -> QuerySet[Any, tuple[int, ...]]:
    rows = HandoverCustomer.objects.filter(_seen(person), handover__in=handover_ids)
    return rows.order_by().values_list("handover").annotate(**_COUNTS)


def progress_of(person: Person, handover: Handover) -> Progress:
    """Return how far a handover has come."""
    return progress_of_many(person, [handover]).get(handover.pk, Progress(0, 0, 0, 0, 0, 0, 0))


_COUNTS: dict[str, Any] = {
    "customers": Count("pk"),
    "chosen": Count("pk", filter=Q(successor__isnull=False)),
    "moved": Count("pk", filter=Q(moved_at__isnull=False)),
    "written": Count("pk", filter=~Q(note="")),
    "planned": Count("pk", filter=Q(introduce_on__isnull=False)),
    "single": Count("pk", filter=Q(only_days__gt=0)),
    "late": Count("pk", filter=TOO_LATE),
}


def rows_of(person: Person, handover: Handover) -> QuerySet[HandoverCustomer]:
    """Return the customers of a handover that `person` may see, in their order."""
    rows = HandoverCustomer.objects.filter(_seen(person), handover=handover.pk)
    return rows.select_related("customer__team").order_by("rank", "id")


def with_people(rows: Sequence[HandoverCustomer]) -> Sequence[HandoverCustomer]:
    """Give rows the people they name, and the owners of their customers.

    Joined six times, PostgreSQL would think ten times as long about it as it reads.
    """
    ids = {getattr(row, f"{name}_id") for row in rows for name in _PEOPLE}
    ids |= {row.customer.owner_id for row in rows}
    known = _people(tuple(sorted(ids - {None}))) if ids - {None} else []
    people = {one.pk: one for one in known}
    for row in rows:
        for name in _PEOPLE:
            setattr(row, name, people.get(getattr(row, f"{name}_id")))
        row.customer.owner = people.get(row.customer.owner_id or 0)
    return rows


@prepared
def _people(ids: tuple[int, ...]) -> QuerySet[Person]:
    return Person.objects.filter(pk__in=ids).order_by()


def rows_page(
    person: Person, handover: Handover, *, among: Q, after: Sequence[Any] | None
) -> Page[HandoverCustomer]:
    """Return the customers `among` these that follow a place, what matters most first."""
    if after is None:
        found = cut(_first_rows(person, handover, among=among), _BY_RANK, CUSTOMERS_A_PAGE)
    else:
        rows = rows_of(person, handover)
        found = page(rows, _BY_RANK, among=among, after=after, limit=CUSTOMERS_A_PAGE)
    return Page(with_people(found.rows), found.after)


@prepared
def _first_rows(person: Person, handover: Handover, *, among: Q) -> QuerySet[HandoverCustomer]:
    return rows_of(person, handover).filter(among)[: CUSTOMERS_A_PAGE + 1]


def visible_row(person: Person, pk: int) -> HandoverCustomer | None:
    """Return one customer of a handover at which `person` may work."""
    rows = HandoverCustomer.objects.filter(
        _seen(person), handover__in=handovers_visible_to(person), pk=pk
    )
    return rows.select_related("handover__person", "customer", *_PEOPLE).first()


def customers_to_add(person: Person, handover: Handover) -> QuerySet[Customer]:
    """Return the leaver's customers that the handover does not know yet."""
    known = HandoverCustomer.objects.filter(handover=handover).values("customer")
    mine = access.customers_visible_to(person).filter(owner=handover.person_id)
    return mine.exclude(pk__in=known)


@prepared
def successors_offered(person: Person, leaver_id: int) -> QuerySet[Person]:
    """Return the first of those to whom `person` may give a customer of somebody who leaves."""
    return _successors(person, leaver_id)[:OFFERED_AT_MOST]


def successors(person: Person, handover: Handover) -> QuerySet[Person]:
    """Return the people of ours to whom `person` may give a customer of a handover."""
    return _successors(person, handover.person_id)


def _successors(person: Person, leaver_id: int) -> QuerySet[Person]:
    people = Person.objects.filter(is_active=True).exclude(role=Person.Role.SERVICE)
    people = people.exclude(pk=leaver_id)
    if access.sees_every_customer(person):
        sees_all = Q(role__in=(Person.Role.EXECUTIVE, Person.Role.ADMINISTRATOR))
        return people.filter(Q(team__isnull=False) | sees_all)
    return people.filter(team=person.team_id) if person.team_id else people.none()


def teams_people(team_ids: Sequence[int]) -> list[Person]:
    """Return the people of some teams who can take over: active, and not leaving themselves."""
    leaving = Handover.objects.filter(finished_at=None).values("person")
    people = Person.objects.filter(is_active=True, team__in=team_ids)
    people = people.exclude(role=Person.Role.SERVICE).exclude(pk__in=leaving)
    return list(people.order_by("pk"))


def customers_in_number(owner_ids: Sequence[int]) -> dict[int, int]:
    """Return how many customers each of these people looks after, who has any."""
    owned = Customer.objects.filter(owner__in=owner_ids, merged_into=None).order_by()
    return dict(owned.values_list("owner").annotate(number=Count("pk")))


def moves_of(person: Person, handover: Handover) -> list[Move]:
    """Return when customers of a handover were moved at once, the latest first."""
    rows = HandoverCustomer.objects.filter(_seen(person), handover=handover, moved_in__isnull=False)
    found = rows.order_by().values_list("moved_in", "moved_at", "moved_by", "moved_by__name")
    counted = found.annotate(customers=Count("pk")).order_by("-moved_in")[:MOVES_SHOWN]
    return [
        Move(batch, customers, moved_at, name or "", moved_by == person.pk)
        for batch, moved_at, moved_by, name, customers in counted
        if batch is not None and moved_at is not None
    ]


@dataclass(frozen=True, slots=True)
class Share:
    """How many customers go to one person, and how many of them went already."""

    name: str
    customers: int
    moved: int
    planned: int


def shares_of(person: Person, handover: Handover) -> list[Share]:
    """Return who takes over how many customers, most first; the name is empty for nobody yet."""
    rows = HandoverCustomer.objects.filter(_seen(person), handover=handover).order_by()
    counted = rows.values_list("successor", "successor__name").annotate(
        customers=Count("pk"),
        moved=Count("pk", filter=Q(moved_at__isnull=False)),
        planned=Count("pk", filter=Q(introduce_on__isnull=False)),
    )
    return [
        Share(name or "", *rest) for _, name, *rest in counted.order_by("-customers", "successor")
    ]


def handed_over(absorbed: Sequence[int], *, now: datetime) -> list[HandoverCustomer]:
    """Return what was handed over with a customer lately, or with whom was merged into them."""
    return _moved_since(tuple(absorbed), now - SHOWN_FOR)


@prepared
def _moved_since(customer_ids: tuple[int, ...], since: datetime) -> QuerySet[HandoverCustomer]:
    rows = HandoverCustomer.objects.filter(customer__in=customer_ids, moved_at__gte=since)
    rows = rows.select_related("handover__person", "successor", "noted_by")
    return rows.order_by("-moved_at", "-pk")[:SHOWN_AT_MOST]


def _seen(person: Person) -> Q:
    return access.customer_scope(person, "customer__") & Q(customer__merged_into=None)
