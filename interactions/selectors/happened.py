"""How much happened with a few customers, and when last."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from interactions.models import Touchpoint

COUNTED_AT_MOST = 1_000
"""Touchpoints of one customer that are counted for a page; of more it says that there are more."""


@dataclass(frozen=True, slots=True)
class Happened:
    """Touchpoints with a customer in number, up to `COUNTED_AT_MOST`, and when the last was."""

    number: int = 0
    is_more: bool = False
    last_at: datetime | None = None


def happened_with(customer_ids: Sequence[int]) -> dict[int, Happened]:
    """Return how much happened with each of a few customers, in one query."""
    with connection.cursor() as cursor:
        cursor.execute(_HAPPENED, [COUNTED_AT_MOST + 1, list(customer_ids)])
        return {
            pk: Happened(min(number, COUNTED_AT_MOST), number > COUNTED_AT_MOST, last_at)
            for pk, number, last_at in cursor
        }


_HAPPENED = f"""
    SELECT wanted.id,
           (SELECT count(*) FROM (
               SELECT FROM {Touchpoint._meta.db_table}
               WHERE customer_id = wanted.id AND deleted_at IS NULL LIMIT %s
           ) AS counted),
           (SELECT max(occurred_at) FROM {Touchpoint._meta.db_table}
            WHERE customer_id = wanted.id AND deleted_at IS NULL)
    FROM unnest(%s::bigint[]) AS wanted (id)
"""
