"""What happened with a customer some days before the moment that tests of its page stop at."""

from datetime import UTC, datetime, timedelta

from interactions.services import NewTouchpoint, record, source_named
from relationships.models import Customer, Person

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
WHOLE = "?story=1"
"""Asks for a customer's page with their story in it, as one without a script does."""


def happened(customer: Customer, by: Person, days_ago: float, kind="call.phone", **fields) -> int:
    """Record a touchpoint; return its id."""
    item = NewTouchpoint(
        type=kind, customer=customer.pk, occurred_at=NOW - timedelta(days=days_ago), **fields
    )
    (outcome,) = record(source=source_named("test"), items=[item], by=by, now=NOW)
    assert outcome.touchpoint_id, outcome.refusals
    return outcome.touchpoint_id
