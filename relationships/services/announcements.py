"""Tells of what happened: an outbox, written in the transaction that made it happen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from django.db import connection

from relationships.models import (
    Customer,
    Identity,
    Team,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookEvent,
)
from relationships.selectors.webhooks import wanted_kinds


@dataclass(frozen=True, slots=True)
class Announcement:
    """One thing that happened, of one of the kinds in `relationships.webhook_kinds`.

    `data` is what that kind asks for, as JSON can write it; who the customer is is added.
    """

    kind: str
    customer_id: int | None
    occurred_at: datetime
    data: Mapping[str, Any]


_WANTS = """
    endpoint.off_because = '' AND endpoint.deleted_at IS NULL
    AND event.kind = ANY(endpoint.kinds)
    AND (endpoint.team_id IS NULL OR endpoint.team_id = event.team_id)
"""
# An event that no endpoint wants is not written. Ids are taken first, so that a delivery can name
# its event in the same statement; the foreign key is checked at the end of the transaction.
_ANNOUNCE = f"""
    WITH told AS (
        SELECT told.*, customer.team_id
        FROM unnest(%s::text[], %s::bigint[], %s::timestamptz[], %s::text[]::jsonb[])
            WITH ORDINALITY AS told (kind, customer_id, occurred_at, data, place)
        LEFT JOIN {Customer._meta.db_table} AS customer ON customer.id = told.customer_id
    ), event AS MATERIALIZED (
        SELECT nextval(pg_get_serial_sequence('{WebhookEvent._meta.db_table}', 'id')) AS id, event.*
        FROM (SELECT * FROM told ORDER BY place) AS event
        WHERE EXISTS (SELECT FROM {WebhookEndpoint._meta.db_table} AS endpoint WHERE {_WANTS})
    ), customer AS (
        SELECT customer.id, jsonb_build_object(
            'id', customer.id, 'name', customer.name, 'is_demo', customer.is_demo,
            'team', team.name,
            'foreign_ids', (
                SELECT coalesce(
                    jsonb_agg(
                        jsonb_build_object('namespace', namespace, 'value', value)
                        ORDER BY namespace, value
                    ),
                    '[]'
                )
                FROM {Identity._meta.db_table} AS identity
                WHERE customer_id = customer.id AND contact_id IS NULL AND kind = 'foreign'
            )
        ) AS shown
        FROM {Customer._meta.db_table} AS customer
        LEFT JOIN {Team._meta.db_table} AS team ON team.id = customer.team_id
        WHERE customer.id IN (SELECT customer_id FROM event)
    ), written AS (
        INSERT INTO {WebhookEvent._meta.db_table} (id, kind, customer_id, occurred_at, data)
        SELECT event.id, kind, customer_id, occurred_at,
               CASE WHEN shown IS NULL THEN data
                    ELSE jsonb_build_object('customer', shown) || data END
        FROM event LEFT JOIN customer ON customer.id = event.customer_id
    )
    INSERT INTO {WebhookDelivery._meta.db_table} (event_id, endpoint_id, status, tries, due_at)
    SELECT event.id, endpoint.id, '{WebhookDelivery.Status.WAITING}', 0, now()
    FROM event JOIN {WebhookEndpoint._meta.db_table} AS endpoint ON {_WANTS}
"""


def announce(announcements: Sequence[Announcement]) -> None:
    """Write what happened, and a delivery to each endpoint that wants to know, if any does.

    To be called in the transaction of the change itself, so that one is never without the other.
    Whoever would work to find out what to tell asks `wanted_kinds` first.
    """
    wanted = wanted_kinds() if announcements else frozenset()
    told = [one for one in announcements if one.kind in wanted]
    if not told:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            _ANNOUNCE,
            [
                [one.kind for one in told],
                [one.customer_id for one in told],
                [one.occurred_at for one in told],
                [msgspec.json.encode(one.data).decode() for one in told],
            ],
        )
