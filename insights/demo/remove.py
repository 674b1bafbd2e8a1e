"""Removes the demonstration organisation and leaves everything real as it was."""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Model, QuerySet

from insights.demo.build import SOURCE
from insights.models import Acquaintance, BoardReport, Proof, WallEvent
from insights.services.drain import BATCH
from insights.services.refit import forget_demonstration
from insights.services.rollups import rebuild_rollups
from interactions.models import Source
from interactions.services.marks import sum_up_intakes
from relationships import access
from relationships.models import Customer, Person, Segment, Team
from relationships.services import mark_profiles_changed, wait_for_customers

_LOCK = "SELECT id FROM relationships_customer WHERE is_demo ORDER BY id FOR UPDATE"

# In this order: what refers to others goes before them, and states before readings, because a
# reading is written by whoever holds the state.
_TABLES_OF_CUSTOMERS = (
    "interactions_appointment",
    "interactions_loop",
    "interactions_touchpointchange",
    "interactions_touchpoint",
    "insights_customerstate",
    "insights_reading",
    "insights_daymet",
    "insights_acquaintance",
    "insights_yearago",
    "insights_alert",
    "insights_snooze",
    "relationships_handovercustomer",
    "relationships_profilechange",
    "relationships_identity",
    "relationships_fact",
    "relationships_contact",
    "relationships_customermerge",
)
_PARTED = """
    DELETE FROM relationships_duplicatepair
    WHERE first_id = ANY(%(customers)s) OR second_id = ANY(%(customers)s)
"""
_DELETE = "DELETE FROM {table} WHERE customer_id = ANY(%(customers)s)"

# Touchpoints have no foreign keys in the database, so nobody else would do this.
_FORGET_TEAMS = """
    UPDATE interactions_loop SET team_id = NULL WHERE team_id = ANY(%(teams)s)
"""
_FORGET = """
    UPDATE interactions_touchpoint
    SET person_id = CASE WHEN person_id = ANY(%(people)s) THEN NULL ELSE person_id END,
        recorded_by_id =
            CASE WHEN recorded_by_id = ANY(%(people)s) THEN NULL ELSE recorded_by_id END,
        team_id = CASE WHEN team_id = ANY(%(teams)s) THEN NULL ELSE team_id END
    WHERE person_id = ANY(%(people)s) OR recorded_by_id = ANY(%(people)s)
       OR team_id = ANY(%(teams)s)
"""


@dataclass(frozen=True, slots=True)
class Removed:
    """How much went."""

    customers: int
    touchpoints: int


def remove_demonstration(*, by: Person) -> Removed:
    """Remove all demonstration data, then count the rollups anew.

    Administrators only. Two transactions, because counting waits for drains, which wait for the
    customers that are being removed; when the second fails, removing again does it.
    """
    access.check_may_administer(by)
    if by.is_demo:
        raise PermissionDenied(
            "You are signed in as somebody of the demonstration, who would be removed with it. "
            "Sign in as yourself and try again."
        )
    removed = _remove(by)
    rebuild_rollups()
    return removed


@transaction.atomic
def _remove(by: Person) -> Removed:
    with connection.cursor() as cursor:
        removed = _remove_customers(cursor)
        teams = _unused_teams()
        people = Person.objects.filter(is_demo=True)
        orphans = Customer.objects.filter(owner__in=people)
        known = Acquaintance.objects.filter(person_id__in=_ids(people))
        mark_profiles_changed(
            customer_ids=[*_ids(orphans), *known.values_list("customer_id", flat=True)]
        )
        known.delete()
        cursor.execute(_FORGET, {"people": _ids(people), "teams": _ids(teams)})
        cursor.execute(_FORGET_TEAMS, {"teams": _ids(teams)})
    forget_demonstration(by=by)
    _remove_source()
    WallEvent.objects.filter(made_by__in=people).delete()
    # They tell of customers who never were; those of the real ones are made again.
    BoardReport.objects.filter(is_demo=True).delete()
    if removed.customers:
        Proof.objects.all().delete()
    people.delete()
    teams.delete()
    _unused_segments().delete()
    # Those that are left have become real.
    Team.objects.filter(is_demo=True).update(is_demo=False)
    Segment.objects.filter(is_demo=True).update(is_demo=False)
    return removed


def _remove_customers(cursor: CursorWrapper) -> Removed:
    """Remove the customers and all that is theirs; whoever scores or records them goes first."""
    wait_for_customers()
    while sum_up_intakes(cursor, limit=BATCH):
        pass
    cursor.execute(_LOCK)
    customers = {"customers": [customer for (customer,) in cursor]}
    counts = {}
    for table in _TABLES_OF_CUSTOMERS:
        cursor.execute(_DELETE.format(table=table), customers)
        counts[table] = cursor.rowcount
    cursor.execute(_PARTED, customers)
    cursor.execute("DELETE FROM relationships_customer WHERE id = ANY(%(customers)s)", customers)
    return Removed(customers=cursor.rowcount, touchpoints=counts["interactions_touchpoint"])


def _unused_teams() -> QuerySet[Team]:
    """Return the teams of the demonstration that nobody real has come to belong to."""
    real_people = Person.objects.filter(is_demo=False, team__isnull=False).values("team")
    real_customers = Customer.objects.filter(team__isnull=False).values("team")
    demo = Team.objects.filter(is_demo=True)
    return demo.exclude(pk__in=real_people).exclude(pk__in=real_customers)


def _unused_segments() -> QuerySet[Segment]:
    """Return the segments of the demonstration that no real customer is in."""
    used = Customer.objects.filter(segment__isnull=False).values("segment")
    return Segment.objects.filter(is_demo=True).exclude(pk__in=used)


def _remove_source() -> None:
    """Remove the source, unless something real came in by it."""
    Source.objects.filter(service_account__is_demo=True).update(service_account=None)
    source = Source.objects.filter(name=SOURCE)
    source.filter(touchpoint=None).delete()


def _ids(rows: QuerySet[Model]) -> list[int]:
    return list(rows.values_list("pk", flat=True))
