"""What is behind our contact with customers of a stage: whom we met on which day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from django.db import connection

from relationships.access import customers_visible_to
from relationships.models import Customer, Person
from relationships.numbers import whole_number

PAGE_SIZE = 50

_DAYS = """
    SELECT day, customer_id, sum(touchpoints)::int, sum(timed)::int, sum(minutes)::int
    FROM insights_daymet
    WHERE stage = %(stage)s AND day BETWEEN %(first)s AND %(last)s
      AND (day, customer_id) < (%(day)s, %(customer)s)
      AND (%(team)s::bigint IS NULL OR team_id = %(team)s)
    GROUP BY day, customer_id ORDER BY day DESC, customer_id DESC LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class DayPlace:
    """The last line of a page: a customer on a day."""

    day: date
    customer_id: int

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Read it as it was written; None for nonsense."""
        day, _, customer = text.partition("_")
        customer_id = whole_number(customer)
        if customer_id is None:
            return None
        try:
            return cls(date.fromisoformat(day), customer_id)
        except ValueError:
            return None

    def __str__(self) -> str:
        return f"{self.day.isoformat()}_{self.customer_id}"


@dataclass(frozen=True, slots=True)
class DayOfContact:
    """What a customer got of us on a day, whoever of us it was."""

    day: date
    customer: Customer
    touchpoints: int
    timed: int
    minutes: int


@dataclass(frozen=True, slots=True)
class ContactsPage:
    """Some days of contact, the newest first, and the place after which there are more."""

    lines: Sequence[DayOfContact]
    older: DayPlace | None


def contacts_behind(
    person: Person,
    stage: str,
    span: tuple[date, date],
    *,
    team: int | None = None,
    after: DayPlace | None = None,
) -> ContactsPage:
    """Return whom we met on which day of a span, both ends included, as `attention` sums it up.

    The stage is the one of now; of a team, 0 for none, what its customers got while they were its.
    """
    end = after or DayPlace(date.max, 0)
    asked: dict[str, Any] = {
        "stage": stage, "first": span[0], "last": span[1], "team": team,
        "day": end.day, "customer": end.customer_id, "limit": PAGE_SIZE + 1,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_DAYS, asked)
        rows = cursor.fetchall()
    shown = rows[:PAGE_SIZE]
    customers = customers_visible_to(person).in_bulk([customer for _, customer, *_ in shown])
    lines = [
        DayOfContact(day, customers[customer], *amounts)
        for day, customer, *amounts in shown
        if customer in customers
    ]
    return ContactsPage(lines, DayPlace(*shown[-1][:2]) if len(rows) > PAGE_SIZE else None)
