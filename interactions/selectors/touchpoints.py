"""Reads about touchpoints and loops."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from django.db import connection
from django.db.models import Count, Min, Q, QuerySet

from interactions.models import Intake, Loop, LoopKind, Touchpoint, TouchpointChange, TouchpointType
from interactions.selectors.own import sources_by_hand
from relationships import access
from relationships.models import Customer, Person
from relationships.numbers import LARGEST_ID
from relationships.prepared import prepared

PAGE_SIZE = 30
SHOWN_ABOVE = 3
"""Later touchpoints above one that a link leads to."""

RECENT = 300
"""Touchpoints looked through for whom a contact met last; a page never reads them all."""

MESS_UPS = (LoopKind.COMPLAINT, LoopKind.FAILURE)


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a timeline: what comes after it happened earlier."""

    occurred_at: datetime
    touchpoint_id: int

    def __str__(self) -> str:
        return f"{self.occurred_at.isoformat()}_{self.touchpoint_id}"

    @classmethod
    def parse(cls, key: str) -> Self | None:
        """Read a place from a page's address; None when it means nothing."""
        moment, _, number = key.rpartition("_")
        try:
            place = cls(datetime.fromisoformat(moment), int(number))
        except ValueError:
            return None
        is_place = place.occurred_at.tzinfo is not None and 0 < place.touchpoint_id <= LARGEST_ID
        return place if is_place else None


@dataclass(frozen=True, slots=True)
class TimelinePage:
    """Some touchpoints, the newest first, the loops that lie over them, and where to go on.

    `after` is the place they follow, None on the newest page. With `has_gaps` what happened between
    them is left out, and the loops are those that one of them opened or closed.
    """

    touchpoints: Sequence[Touchpoint]
    loops: Sequence[Loop]
    older: Place | None
    after: Place | None = None
    has_gaps: bool = False


@dataclass(frozen=True, slots=True)
class LastMet:
    """When a contact was last met, and by whom of us; the name is empty for nobody named."""

    occurred_at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class OpenMessUps:
    """How many failures and complaints of a customer are open, and since when."""

    count: int
    since: datetime


def timeline(customer: Customer) -> QuerySet[Touchpoint]:
    """Return a customer's touchpoints, the newest first."""
    return (
        Touchpoint.objects.live()
        .filter(customer=customer)
        .select_related("type", "contact", "person", "source")
        .order_by("-occurred_at", "-id")
    )


def timeline_page(
    customer: Customer,
    after: Place | None = None,
    among: Q | None = None,
    *,
    until: datetime | None = None,
    look_through: int | None = None,
    has_gaps: bool = False,
) -> TimelinePage:
    """Return the touchpoints of a customer that follow a place, with the loops over them.

    `among` narrows them to some. With `look_through` so many are looked through for them, from
    before `until` on, and `older` is then where to look further.
    """
    rows = timeline(customer).filter(among or Q())
    if after is not None:
        rows = rows.filter(_following(after))
    edge = _edge(customer, after, until, look_through) if look_through else None
    if edge is not None:
        rows = rows.filter(occurred_at__gte=edge.occurred_at)
    found = list(rows[: PAGE_SIZE + 1])
    shown = found[:PAGE_SIZE]
    last = shown[-1] if len(found) > PAGE_SIZE else None
    return TimelinePage(
        touchpoints=shown,
        loops=_loops_at(shown) if has_gaps else _loops_over(customer, shown),
        older=Place(last.occurred_at, last.pk) if last else edge,
        after=after,
        has_gaps=has_gaps,
    )


def _following(place: Place) -> Q:
    earlier = Q(occurred_at__lt=place.occurred_at) | Q(pk__lt=place.touchpoint_id)
    return Q(occurred_at__lte=place.occurred_at) & earlier


def _edge(
    customer: Customer, after: Place | None, until: datetime | None, look_through: int
) -> Place | None:
    """Return the place up to which touchpoints are looked through; None when all can be.

    Only the index is read for it. What happened at the same moment is looked through too, so
    that a page that ends there leaves nothing out.
    """
    rows = Touchpoint.objects.filter(customer=customer)
    if after is not None:
        rows = rows.filter(_following(after))
    if until is not None:
        rows = rows.filter(occurred_at__lt=until)
    newest = rows.order_by("-occurred_at", "-id").values_list("occurred_at", flat=True)
    moment = next(iter(newest[look_through : look_through + 1]), None)
    return Place(moment, 1) if moment else None


def page_with(customer: Customer, touchpoint_id: int) -> Place | None:
    """Return where the page begins that shows a touchpoint; None for the newest page.

    It is the newest page wherever that shows it; else a page with a few later ones above it.
    """
    found = timeline(customer).filter(pk=touchpoint_id).first()
    if found is None:
        return None
    later = timeline(customer).filter(
        Q(occurred_at__gt=found.occurred_at)
        | Q(occurred_at=found.occurred_at, pk__gt=touchpoint_id)
    )
    above = list(later.reverse().values_list("occurred_at", "pk")[:PAGE_SIZE])
    if len(above) < PAGE_SIZE:
        return None
    return Place(*above[SHOWN_ABOVE])


def _loops_over(customer: Customer, shown: Sequence[Touchpoint]) -> list[Loop]:
    if not shown:
        return []
    return list(
        Loop.objects.filter(customer=customer, opened_at__lte=shown[0].occurred_at)
        .filter(Q(closed_at__isnull=True) | Q(closed_at__gte=shown[-1].occurred_at))
        .select_related("closed_by__type", "opened_by__type")
        .order_by("-opened_at", "-pk")
    )


def _loops_at(shown: Sequence[Touchpoint]) -> list[Loop]:
    ids = [touchpoint.pk for touchpoint in shown]
    opened_or_closed = Loop.objects.filter(Q(opened_by__in=ids) | Q(closed_by__in=ids))
    return list(opened_or_closed.order_by("-opened_at", "-pk")) if ids else []


def last_met(customer: Customer) -> dict[int, LastMet]:
    """Return who met each contact last, as far as the newest touchpoints tell."""
    return {contact: LastMet(met_at, name or "") for contact, met_at, name in _last_met(customer)}


@prepared
def _last_met(customer: Customer) -> QuerySet[Touchpoint, tuple[int, datetime, str | None]]:
    newest = (
        Touchpoint.objects.live()
        .filter(customer=customer.pk)
        .order_by("-occurred_at", "-id")
        .values("pk")[:RECENT]
    )
    met = Touchpoint.objects.filter(
        pk__in=newest, contact__isnull=False, type__mode=TouchpointType.Mode.HUMAN
    )
    last = met.order_by("contact_id", "-occurred_at", "-id").distinct("contact_id")
    return last.values_list("contact_id", "occurred_at", "person__name")


def open_loops(person: Person) -> QuerySet[Loop]:
    """Return what is open with the customers `person` may see, the first due first."""
    return (
        Loop.objects.filter(
            closed_at__isnull=True, customer__in=access.customers_visible_to(person)
        )
        .select_related("customer", "person")
        .order_by("due_at", "id")
    )


def open_loops_of(customer: Customer) -> QuerySet[Loop]:
    """Return what is open with one customer, the first due first."""
    return (
        Loop.objects.filter(closed_at__isnull=True, customer=customer.pk)
        .select_related("customer", "person", "opened_by__type")
        .order_by("due_at", "id")
    )


loops_open_with = prepared(open_loops_of)
"""The same, as a list."""


def open_mess_up(person: Person, pk: int) -> Loop | None:
    """Return an open failure or complaint with a customer that `person` may see."""
    return open_loops(person).filter(pk=pk, kind__in=MESS_UPS).first()


def open_mess_ups(customer_ids: Collection[int]) -> dict[int, OpenMessUps]:
    """Return the open failures and complaints of each of these customers that has some."""
    rows = _open_mess_ups(tuple(customer_ids)) if customer_ids else []
    return {pk: OpenMessUps(number, since) for pk, number, since in rows}


@prepared
def _open_mess_ups(customer_ids: tuple[int, ...]) -> QuerySet[Loop, tuple[int, int, datetime]]:
    mess_ups = _mess_ups_with(customer_ids).values("customer_id")
    counted = mess_ups.annotate(number=Count("pk"), since=Min("opened_at"))
    return counted.values_list("customer_id", "number", "since")


def mess_ups_among(loops: Iterable[Loop]) -> OpenMessUps | None:
    """Return how many of a customer's open loops are failures and complaints, and since when."""
    opened = [loop.opened_at for loop in loops if loop.kind in MESS_UPS]
    return OpenMessUps(len(opened), min(opened)) if opened else None


def is_waiting_for_scores(customer: Customer) -> bool:
    """Whether something happened with a customer that their reading does not know yet."""
    with connection.cursor() as cursor:
        cursor.execute(_IS_WAITING, {"customer": customer.pk})
        [is_waiting] = cursor.fetchone()
    return is_waiting


_IS_WAITING = f"""
    SELECT EXISTS (SELECT FROM {TouchpointChange._meta.db_table} WHERE customer_id = %(customer)s)
        OR EXISTS (
            SELECT FROM {Intake._meta.db_table}
            WHERE customer_ids @> ARRAY[%(customer)s]::bigint[]
        )
"""


def catalogue() -> QuerySet[TouchpointType]:
    """Return every touchpoint type, in the order of their keys."""
    return TouchpointType.objects.order_by("key")


def types_to_log() -> QuerySet[TouchpointType]:
    """Return the touchpoint types offered when logging by hand."""
    return TouchpointType.objects.filter(is_active=True).order_by("label")


@prepared
def types_named(*, keys: tuple[str, ...]) -> QuerySet[TouchpointType]:
    """Return those of these touchpoint types that are offered when logging by hand."""
    return types_to_log().filter(key__in=keys)


def touchpoint_to_change(person: Person, pk: int) -> Touchpoint | None:
    """Return a touchpoint that `person` may correct, delete or bring back."""
    if not 0 < pk <= LARGEST_ID:
        return None
    return next(iter(_to_change(person, pk)), None)


@prepared
def _to_change(person: Person, pk: int) -> QuerySet[Touchpoint]:
    found = Touchpoint.objects.filter(pk=pk, customer__in=access.customers_visible_to(person))
    return found.select_related("type", "customer", "contact", "person")


def logged_by_hand(external_id: str) -> Touchpoint | None:
    """Return what was recorded from the form with this id, deleted or not."""
    return (
        Touchpoint.objects.filter(source__in=sources_by_hand(), external_id=external_id)
        .select_related("type", "customer")
        .first()
    )


def of_event(external_ids: Collection[str]) -> QuerySet[Touchpoint]:
    """Return what was recorded here of one event with several customers, deleted or not."""
    return Touchpoint.objects.filter(source__in=sources_by_hand(), external_id__in=external_ids)


def loop_closed_by(touchpoint: Touchpoint) -> Loop | None:
    """Return the loop that a touchpoint closes."""
    return next(iter(_closed_by(touchpoint)), None)


@prepared
def _closed_by(touchpoint: Touchpoint) -> QuerySet[Loop]:
    closed = Loop.objects.filter(closed_by=touchpoint.pk).select_related("opened_by__type")
    return closed.order_by("pk")[:1]


def first_open_mess_ups(customer_ids: Collection[int]) -> dict[int, Loop]:
    """Return the open failure or complaint that is due first with each of these customers."""
    loops = _first_open_mess_ups(tuple(customer_ids)) if customer_ids else []
    return {loop.customer_id: loop for loop in loops}


@prepared
def _first_open_mess_ups(customer_ids: tuple[int, ...]) -> QuerySet[Loop]:
    loops = _mess_ups_with(customer_ids).order_by("customer_id", "due_at", "id")
    return loops.distinct("customer_id")


def _mess_ups_with(customer_ids: tuple[int, ...]) -> QuerySet[Loop]:
    return Loop.objects.filter(customer__in=customer_ids, closed_at__isnull=True, kind__in=MESS_UPS)
