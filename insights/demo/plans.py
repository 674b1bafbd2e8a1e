"""What the account manager of the demonstration has planned: some of it is over, some to come."""

import uuid
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from insights.demo.days import SATURDAY
from insights.demo.people import ACCOUNT_MANAGER_SIGN_IN
from interactions.services import plan
from relationships.models import Customer, Person

_FORMS = uuid.UUID("6a0f6f2e-4a4c-4e58-9d3f-3a4f9d5b7c10")
PLANS = (
    (-1, time(10, 30), "meeting.video", 45, "How the autumn order went"),
    (1, time(9, 30), "meeting.in_person", 60, "Their new plant manager, over breakfast"),
    (3, time(14, 0), "call.phone", 20, "Whether the new labels arrived"),
)
"""Working days from today, the time of day, the type, minutes, and what it is about."""


def plan_some(today: date, zone: ZoneInfo) -> None:
    """Plan something with customers of the account manager, once however often it is asked."""
    by = Person.objects.get(email=ACCOUNT_MANAGER_SIGN_IN.email)
    customers = Customer.objects.filter(
        owner=by, is_demo=True, merged_into=None, stage=Customer.Stage.CURRENT
    )
    for customer, (days, clock, kind, minutes, text) in zip(
        customers.order_by("pk")[: len(PLANS)], PLANS, strict=False
    ):
        starts_at = datetime.combine(_working_day(today, days), clock, tzinfo=zone)
        contact = customer.contacts.filter(left_on=None).order_by("pk").first()
        plan(
            form_id=uuid.uuid5(_FORMS, f"{customer.pk} {kind}"),
            customer_id=customer.pk,
            type_key=kind,
            starts_at=starts_at,
            contact_id=contact.pk if contact else None,
            duration_minutes=minutes,
            text=text,
            by=by,
            now=starts_at - timedelta(days=3),
        )


def _working_day(today: date, days: int) -> date:
    day, step = today, 1 if days > 0 else -1
    while days:
        day += timedelta(days=step)
        days -= step if day.weekday() < SATURDAY else 0
    return day
