"""Keeps messages as they came: what was acknowledged is here before anything is made of it."""

from collections.abc import Sequence
from operator import itemgetter

import msgspec
from django.db import connection, transaction

from interactions.models import ReceivedEvent, Source
from interactions.services.segment.arrivals import Arrival, Envelope, arrival, distinct
from relationships.models import Person

Status = ReceivedEvent.Status

_DRAW = f"""
    SELECT array_agg(nextval(pg_get_serial_sequence('{ReceivedEvent._meta.db_table}', 'id')))
    FROM generate_series(1, %s)
"""
_KEEP = f"""
    INSERT INTO {ReceivedEvent._meta.db_table}
        (source_id, sent_by_id, may_create_customers, received_at, reason, status,
         id, external_id, kind, name, anonymous_id, occurred_at, payload)
    SELECT %s, %s, %s, %s, reason, CASE WHEN reason = '' THEN %s ELSE %s END,
           id, external_id, kind, name, anonymous_id, occurred_at, payload
    FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[], %s::timestamptz[],
                %s::text[], %s::text[])
        AS new (id, external_id, kind, name, anonymous_id, occurred_at, payload, reason)
    ON CONFLICT (source_id, external_id) DO NOTHING
    RETURNING id, status
"""


@transaction.atomic
def keep(
    *,
    source: Source,
    raws: Sequence[bytes | msgspec.Raw],
    envelope: Envelope,
    by: Person,
    may_create_customers: bool,
) -> list[int]:
    """Keep messages, each once, and return the ids of those that are new and can be settled."""
    arrivals = distinct([arrival(raw, envelope) for raw in raws])
    if not arrivals:
        return []
    with connection.cursor() as cursor:
        # Their ids tell the order in which they were sent; they go in by another, so that two
        # requests with the same messages wait for each other, not in a ring.
        cursor.execute(_DRAW, [len(arrivals)])
        (ids,) = cursor.fetchone()
        rows = sorted(map(_row, ids, arrivals), key=itemgetter(1))
        cursor.execute(
            _KEEP,
            [
                source.pk, by.pk, may_create_customers, envelope.received_at,
                Status.PENDING, Status.REFUSED,
                *(list(column) for column in zip(*rows, strict=True)),
            ],
        )  # fmt: skip
        return sorted(pk for pk, status in cursor if status == Status.PENDING)


def _row(pk: int, one: Arrival) -> tuple[object, ...]:
    return (
        pk, one.external_id, one.kind, one.name, one.anonymous_id, one.occurred_at, one.payload,
        one.reason,
    )  # fmt: skip
