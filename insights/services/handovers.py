"""Handovers begun with a proposal for every customer: who takes them over, and why."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db import transaction

from insights.models import Reading
from interactions.selectors.met import met_since
from relationships.models import Customer, Handover, Person
from relationships.selectors.handovers import (
    customers_in_number,
    customers_to_add,
    teams_people,
    visible_handover,
)
from relationships.services import handovers as services
from relationships.services.handovers import HandoverGoneError, NewRow

LOOKED_BACK = timedelta(days=365)
SINGLE_DAYS = (365, 90)
"""In how many last days it is asked whether only the leaver was met, the longest first."""

WEIGHTS = {365: 2.0, 90: 1.5, 0: 1.0}
"""What is at risk counts so many times where nobody else knows the customer."""

FULL_SHARE = 1.25
"""Nobody is proposed beyond this share of what everybody in the team would have on average."""


@dataclass(slots=True)
class _Team:
    """Who can take over in a team, and how many customers each has as proposals go on."""

    people: Sequence[Person]
    customers: dict[int, int] = field(default_factory=dict)
    full_at: float = 0


@transaction.atomic
def start_handover(
    *, person_id: int, leaves_on: date, reason: str = "", by: Person, now: datetime
) -> tuple[Handover, bool]:
    """Begin a handover with all customers of the leaver, or go on with the one that is open.

    Raises what `relationships.services.handovers.start_handover` raises.
    """
    handover, is_new = services.start_handover(
        person_id=person_id, leaves_on=leaves_on, reason=reason, by=by, now=now
    )
    if is_new:
        _add(handover, by, now)
    return handover, is_new


@transaction.atomic
def add_customers(*, handover_id: int, by: Person, now: datetime) -> int:
    """Add the customers that became the leaver's meanwhile; return how many.

    Raises `HandoverGoneError` unless `by` may work at the handover.
    """
    handover = visible_handover(by, handover_id)
    if handover is None:
        raise HandoverGoneError("There is no such handover that you may see.")
    return _add(handover, by, now)


def _add(handover: Handover, by: Person, now: datetime) -> int:
    customers = list(customers_to_add(by, handover))
    rows = proposals(customers, handover.person, now=now)
    return services.add_rows(handover_id=handover.pk, rows=rows, by=by)


def proposals(customers: Sequence[Customer], leaver: Person, *, now: datetime) -> list[NewRow]:
    """Return the customers in order, what matters most first, each with who may take them over.

    That is who of the customer's team met them last, unless they would have too many customers;
    then the next one, and at last who has the fewest.
    """
    ids = [customer.pk for customer in customers]
    met = met_since(ids, now - LOOKED_BACK)
    only = {pk: _only_days(met[pk], leaver.pk, now) for pk in ids}
    at_risk = dict(Reading.objects.filter(pk__in=ids).values_list("pk", "at_risk"))
    ordered = sorted(
        customers,
        key=lambda one: (
            -float(at_risk.get(one.pk, 0)) * WEIGHTS[only[one.pk]],
            -only[one.pk],
            one.search_name,
            one.pk,
        ),
    )
    teams = _teams(customers, leaver)
    rows = []
    for customer in ordered:
        person_id, met_at = _propose(teams[customer.team_id or leaver.team_id], met[customer.pk])
        rows.append(NewRow(customer.pk, only[customer.pk], person_id, met_at))
    return rows


def _only_days(met: Mapping[int, datetime], leaver_id: int, now: datetime) -> int:
    for days in SINGLE_DAYS:
        lately = {pk for pk, at in met.items() if at >= now - timedelta(days=days)}
        if lately == {leaver_id}:
            return days
    return 0


def _teams(customers: Sequence[Customer], leaver: Person) -> dict[int | None, _Team]:
    numbers: dict[int | None, int] = defaultdict(int)
    for customer in customers:
        numbers[customer.team_id or leaver.team_id] += 1
    people: dict[int | None, list[Person]] = defaultdict(list)
    for person in teams_people([pk for pk in numbers if pk is not None]):
        if person.pk != leaver.pk:
            people[person.team_id].append(person)
    has = customers_in_number([one.pk for ours in people.values() for one in ours])
    teams = {}
    for team_id, number in numbers.items():
        ours = people[team_id]
        customers_of = {one.pk: has.get(one.pk, 0) for one in ours}
        average = (sum(customers_of.values()) + number) / max(len(ours), 1)
        teams[team_id] = _Team(ours, customers_of, max(average * FULL_SHARE, 1))
    return teams


def _propose(team: _Team, met: Mapping[int, datetime]) -> tuple[int | None, datetime | None]:
    """Return who is proposed, and when they met the customer last; they have one more then."""
    if not team.people:
        return None, None
    ours = [one.pk for one in team.people]
    free = [pk for pk in ours if pk in met and team.customers[pk] < team.full_at]
    if free:
        chosen = max(free, key=lambda pk: met[pk])
    else:
        chosen = min(ours, key=lambda pk: (team.customers[pk], pk not in met, pk))
    team.customers[chosen] += 1
    return chosen, met.get(chosen)
