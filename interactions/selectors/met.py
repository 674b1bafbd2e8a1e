"""Who of us met which customers in person, and which introductions are still to come."""

from collections.abc import Collection
from datetime import date, datetime

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from interactions.models import Touchpoint, TouchpointType
from relationships import access
from relationships.models import HandoverCustomer, Person
from relationships.prepared import prepared

Met = dict[int, dict[int, datetime]]
"""By customer and person: when they met last."""


def met_since(customer_ids: Collection[int], since: datetime) -> Met:
    """Return who of us met each of these customers since a moment, in one query.

    Each customer's own touchpoints are read by the index of the timeline.
    """
    met: Met = {pk: {} for pk in customer_ids}
    with connection.cursor() as cursor:
        cursor.execute(_MET, [list(customer_ids), since])
        for customer_id, person_id, met_at in cursor:
            met[customer_id][person_id] = met_at
    return met


_MET = f"""
    SELECT customer_id, person_id, max(occurred_at)
    FROM unnest(%s::bigint[]) AS wanted (id)
    JOIN {Touchpoint._meta.db_table} AS touchpoint ON customer_id = wanted.id
    JOIN {TouchpointType._meta.db_table} AS type ON type.id = type_id AND type.mode = 'human'
    WHERE occurred_at >= %s AND deleted_at IS NULL AND person_id IS NOT NULL
    GROUP BY customer_id, person_id
"""


def has_met() -> Exists:
    """Match the rows whose new owner met the customer since the introduction was planned.

    That is asked each time instead of being kept, so that it is right after any correction, and
    recording touchpoints has nothing more to do.
    """
    return Exists(
        Touchpoint.objects.live().filter(
            customer=OuterRef("customer"),
            person=OuterRef("successor"),
            occurred_at__gte=OuterRef("planned_at"),
            type__mode=TouchpointType.Mode.HUMAN,
        )
    )


def introductions_made(row_ids: Collection[int]) -> set[int]:
    """Return which of these customers of handovers their new owners met since it was planned."""
    return set(_made(tuple(row_ids))) if row_ids else set()


@prepared
def _made(row_ids: tuple[int, ...]) -> QuerySet[HandoverCustomer, int]:
    rows = HandoverCustomer.objects.filter(has_met(), pk__in=row_ids, planned_at__isnull=False)
    return rows.values_list("pk", flat=True)


def introductions_due(person: Person, until: date, *, at_most: int) -> list[HandoverCustomer]:
    """Return the introductions to come in which `person` introduces or is introduced.

    Those due up to a day, the first due first, with customers that `person` sees; of one who was
    moved and is somebody else's by now nobody is introduced.
    """
    # Mostly there is none, and to plan the question for all of it takes longer than to ask this.
    return _due(person, until, at_most=at_most) if _planned(person, until) else []


@prepared
def _planned(person: Person, until: date) -> QuerySet[HandoverCustomer, int]:
    return _to_come(person, until).values_list("pk", flat=True)[:1]


def _to_come(person: Person, until: date) -> QuerySet[HandoverCustomer]:
    return HandoverCustomer.objects.filter(
        Q(successor=person.pk) | Q(introducer=person.pk, successor__isnull=False),
        introduce_on__lte=until,
        settled_at=None,
    )


@prepared
def _due(person: Person, until: date, *, at_most: int) -> QuerySet[HandoverCustomer]:
    rows = _to_come(person, until).filter(
        Q(moved_at=None) | Q(customer__owner=F("successor")),
        access.customer_scope(person, "customer__"),
        customer__merged_into=None,
    )
    rows = rows.select_related("customer", "successor", "introducer", "handover__person")
    return rows.filter(~has_met()).order_by("introduce_on", "rank", "pk")[:at_most]
