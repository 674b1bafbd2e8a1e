"""Estimates how often this organisation's customers are in touch, from the states of all."""

from collections.abc import Iterator
from datetime import datetime

from django.db import connection
from django.db.backends.utils import CursorWrapper

from insights.models import Rhythm
from insights.scoring import Population, empty_states
from insights.selectors.policy import newest_version, policies_of
from insights.services.states import unpack

CHUNK = 20_000
"""Customers in one transaction: memory stays flat and drains wait a moment at most."""


def estimate_rhythm(*, now: datetime) -> Rhythm:
    """Gather the rhythm of all states, chunk by chunk."""
    version = newest_version()
    policy = policies_of(version).everyone
    sums, customers = Population.gather(empty_states(0)), 0
    with connection.cursor() as cursor:
        for ids in chunks_of_states(cursor):
            cursor.execute(
                "SELECT numbers FROM insights_customerstate WHERE customer_id = ANY(%s)", [ids]
            )
            states = unpack([bytes(numbers) for (numbers,) in cursor])
            sums = sums + Population.gather(states, policy.mean_trust_gaps)
            customers += len(states)
    population = Population.from_sums(sums, policy)
    return Rhythm.objects.create(
        as_of=now,
        customers=customers,
        within_variance=population.sw2,
        mean_log_gap=population.mu0,
        between_variance=population.tau2,
        policy_version=version.pk if version else 0,
    )


def chunks_of_states(cursor: CursorWrapper, size: int = CHUNK) -> Iterator[list[int]]:
    """Yield the ids of all customers with a state, in order."""
    ids = [0]
    while ids:
        cursor.execute(
            "SELECT customer_id FROM insights_customerstate WHERE customer_id > %s"
            " ORDER BY customer_id LIMIT %s",
            [ids[-1], size],
        )
        ids = [customer for (customer,) in cursor]
        if ids:
            yield ids
