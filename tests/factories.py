"""Makes the objects that tests need."""

from datetime import UTC, datetime
from decimal import Decimal

import factory
from django.db import connection
from django.db.models import F, QuerySet
from factory.django import DjangoModelFactory

from insights.hours import step_of
from insights.models import (
    EVERY_SEGMENT,
    EVERY_TEAM,
    Band,
    BandFlow,
    BandTotal,
    DistanceTotal,
    MonthlyTouchpoints,
    Reading,
    TeamTotal,
)
from insights.selectors.monthly import EVERYBODY, months_by_team
from insights.services.counted import Counted, counted
from insights.services.monthly import Monthly, count_monthly
from insights.services.rollups import move_totals
from relationships.models import (
    Contact,
    Customer,
    DuplicatePair,
    Fact,
    Identity,
    Person,
    Segment,
    Team,
    WebhookEndpoint,
)


class TeamFactory(DjangoModelFactory):
    """A team."""

    name = factory.Sequence("Team {}".format)

    class Meta:
        model = Team


class SegmentFactory(DjangoModelFactory):
    """A segment."""

    name = factory.Sequence("Segment {}".format)

    class Meta:
        model = Segment


class PersonFactory(DjangoModelFactory):
    """An account manager with a team."""

    email = factory.Sequence("person{}@example.com".format)
    name = factory.Sequence("Person {}".format)
    role = Person.Role.ACCOUNT_MANAGER
    team = factory.SubFactory(TeamFactory)

    class Meta:
        model = Person


class ExecutiveFactory(PersonFactory):
    """An executive, who belongs to no team and sees all."""

    role = Person.Role.EXECUTIVE
    team = None


class AdministratorFactory(PersonFactory):
    """An administrator."""

    role = Person.Role.ADMINISTRATOR
    team = None


class ServiceFactory(PersonFactory):
    """A service account for the whole organisation."""

    role = Person.Role.SERVICE
    team = None


class CustomerFactory(DjangoModelFactory):
    """A current customer of a team."""

    name = factory.Sequence("Customer {}".format)
    team = factory.SubFactory(TeamFactory)

    class Meta:
        model = Customer


class ContactFactory(DjangoModelFactory):
    """A contact at a customer."""

    name = factory.Sequence("Contact {}".format)
    customer = factory.SubFactory(CustomerFactory)

    class Meta:
        model = Contact


class IdentityFactory(DjangoModelFactory):
    """A foreign id of a customer."""

    customer = factory.SubFactory(CustomerFactory)
    kind = Identity.Kind.FOREIGN
    namespace = "shop"
    value = factory.Sequence("C-{}".format)

    class Meta:
        model = Identity


class FactFactory(DjangoModelFactory):
    """Something we know about a customer since a day in March."""

    customer = factory.SubFactory(CustomerFactory)
    label = factory.Sequence("Label {}".format)
    value = factory.Sequence("Value {}".format)
    written_at = datetime(2026, 3, 2, 9, tzinfo=UTC)
    confirmed_at = factory.SelfAttribute("written_at")

    class Meta:
        model = Fact


class DuplicatePairFactory(DjangoModelFactory):
    """Two customers with the same name, found on a day in March."""

    first = factory.SubFactory(CustomerFactory)
    second = factory.SubFactory(CustomerFactory)
    score = 90
    evidence = factory.LazyFunction(
        lambda: [{"kind": "name", "value": "hotell ornvik", "likeness": 100}]
    )
    found_at = datetime(2026, 3, 2, 1, 40, tzinfo=UTC)

    class Meta:
        model = DuplicatePair


class WebhookEndpointFactory(DjangoModelFactory):
    """An endpoint that is on and wants to hear of opened loops."""

    url = factory.Sequence("https://hooks.example.com/{}".format)
    kinds = ("loop.opened",)

    class Meta:
        model = WebhookEndpoint


class ReadingFactory(DjangoModelFactory):
    """A reading of a current customer who is steady; it belongs where its customer does."""

    customer = factory.SubFactory(CustomerFactory)
    team_id = factory.SelfAttribute("customer.team_id")
    owner_id = factory.SelfAttribute("customer.owner_id")
    segment_id = factory.SelfAttribute("customer.segment_id")
    stage = factory.SelfAttribute("customer.stage")
    currency = factory.SelfAttribute("customer.currency")
    yearly_value = factory.SelfAttribute("customer.yearly_value")
    as_of = datetime(2026, 3, 2, 9, tzinfo=UTC)
    band = Band.STEADY
    distance = 30.0
    drift = 0.0
    warmth = 50.0
    baseline = 55.0
    silent_days = 3.0
    usual_gap_days = 9.0
    at_risk = Decimal(100)
    last_at = datetime(2026, 2, 27, 9, tzinfo=UTC)

    class Meta:
        model = Reading


AMOUNTS = {
    BandTotal: ("customers", "yearly_value", "at_risk"),
    BandFlow: ("customers",),
    DistanceTotal: ("customers", "far", "distance"),
}


def count_total(model, **fields):
    """Count customers in a rollup as the drain does: in their team, and in all teams together.

    What stands in a band now is also what their team has.
    """
    amounts = {name: fields.pop(name) for name in AMOUNTS[model] if name in fields}
    cells = [{"team_id": 0, "segment_id": 0} | fields]
    if model is DistanceTotal and fields["by"] == DistanceTotal.By.VALUE:
        of_all = {"by": DistanceTotal.By.TEAM, "part": 0, "segment_id": EVERY_SEGMENT}
        cells.append(cells[0] | of_all)
    for cell in [*cells, *(cell | {"team_id": EVERY_TEAM} for cell in cells)]:
        _add_to_total(model, cell, amounts)
    if model is BandTotal and fields["on_date"] == BandTotal.NOW:
        whose = {name: cells[0][name] for name in ("team_id", "stage", "currency")}
        customers, band = amounts["customers"], fields["band"]
        _add_to_total(
            TeamTotal,
            whose,
            {
                "customers": customers,
                "known": customers if band != Band.UNKNOWN else 0,
                "far": customers if band >= Band.DRIFTING else 0,
                "at_risk": amounts.get("at_risk", 0),
            },
        )


def _add_to_total(model, cell, amounts):
    added = {name: F(name) + amount for name, amount in amounts.items()}
    if not model.objects.filter(**cell).update(**added):
        model.objects.create(**cell, **amounts)


def count_reading(reading):
    """Count a reading in the rollups, as whoever writes it does."""
    with connection.cursor() as cursor:
        new = counted(cursor, "customer_id = %s", [reading.pk])
        move_totals(cursor, Counted.of_rows([]), new)


def count_month(*, month, type_id, count, team_id=0, segment_id=0, stage="current", is_via=False):
    """Count touchpoints of a month as the drain does: four times, see `MonthlyTouchpoints`."""
    monthly = Monthly()
    cell = (segment_id, stage, month, team_id, type_id, is_via, False)
    monthly.touchpoints[cell] = count
    with connection.cursor() as cursor:
        count_monthly(cursor, monthly)


def count_loops(*, month, kind, opened, closed=0, took_hours=5.0, team_id=0, segment_id=0):
    """Count loops of a month as the drain does; what is closed was closed before it was due.

    Of what is open it does not say on which day it is due.
    """
    monthly = Monthly()
    cell = (segment_id, "current", month, team_id, kind)
    monthly.loops[(*cell, None, False, None)] = opened - closed
    monthly.loops[(*cell, step_of(took_hours), True, None)] = closed
    with connection.cursor() as cursor:
        count_monthly(cursor, monthly)


def months_counted() -> QuerySet[MonthlyTouchpoints]:
    """Return what is counted of each team by itself, whatever segment customers are in."""
    return MonthlyTouchpoints.objects.filter(months_by_team(EVERYBODY))
