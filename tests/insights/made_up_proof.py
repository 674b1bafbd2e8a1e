"""An organisation with a year of touchpoints, some of whose customers leave."""

from datetime import datetime, timedelta

import numpy as np

from interactions.models import TouchpointChange
from interactions.services import NewTouchpoint, record, source_named
from relationships.models import Customer, Person

TYPES = ("call.phone", "email.personal", "web.visit", "order.delivered", "meeting.in_person")


def live_through(customers: list[Customer], by: Person, now: datetime, days: int = 400) -> None:
    """Record the past of these customers; every third has left a while ago."""
    draw = np.random.default_rng(8)
    items = []
    for number, customer in enumerate(customers):
        gap = float(draw.choice([4.0, 9.0, 16.0]))
        stop = float(draw.uniform(60, 250)) if number % 3 == 0 else 0.0
        ago = days - float(draw.uniform(0, 30))
        while ago > stop:
            items.append(
                NewTouchpoint(
                    type=str(draw.choice(TYPES)),
                    customer=customer.pk,
                    occurred_at=now - timedelta(days=ago),
                )
            )
            ago -= float(draw.exponential(gap)) + 0.1
    record(source=source_named("test"), items=items, by=by, now=now)
    # Nothing here is about readings: the proof goes to the touchpoints.
    TouchpointChange.objects.all().delete()
