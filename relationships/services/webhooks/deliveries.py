"""Takes deliveries that are due, and writes down what came of each."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus

import msgspec
from django.db import connection, transaction
from standardwebhooks import Webhook

from relationships.models import (
    WebhookAttempt,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookEvent,
    WebhookSecret,
)
from relationships.services.webhooks.posting import Answer
from relationships.webhook_kinds import PING

AGAIN_AFTER = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    *(timedelta(hours=hours) for hours in (2, 5, 10, 14, 20, 24)),
)
"""How long to wait after each try that failed, as Standard Webhooks has it: three days in all."""

JITTER = 0.1
"""A wait is up to so much longer, so that a receiver that comes back is not overrun."""

DEAD_AFTER = timedelta(days=3)
"""An endpoint that has taken nothing for so long is switched off."""

LONGEST_REST = timedelta(hours=1)
"""For how long a receiver may ask to be left alone altogether."""

LEASE = timedelta(seconds=90)
"""How long a worker may try: after that it has died, and another tries."""

AT_ONCE = 4
"""Messages on their way to one endpoint; one that is failing gets one at a time."""

TESTS_AMONG = 100
"""A test goes first, and to one that is off or rests; it is looked for among the newest."""

# One worker takes at a time, so that the counts of what is on its way are true. Who takes little
# goes before who has been failing: these may hold their worker up for as long as they please.
_TAKE = f"""
    WITH endpoint AS MATERIALIZED (
        SELECT id, failing_since IS NOT NULL AS is_failing,
               off_because <> '' OR coalesce(resting_until > %(now)s, FALSE) AS is_left_alone,
               greatest(0, CASE WHEN failing_since IS NULL THEN {AT_ONCE} ELSE 1 END - (
                   SELECT count(*) FROM {WebhookDelivery._meta.db_table} AS taken
                   WHERE taken.endpoint_id = endpoint.id AND taken_until > %(now)s
               )) AS free
        FROM {WebhookEndpoint._meta.db_table} AS endpoint
        WHERE deleted_at IS NULL
    ), chosen AS (
        SELECT due.id
        FROM endpoint CROSS JOIN LATERAL (
            (
                SELECT newest.id, newest.due_at, TRUE AS is_test
                FROM (
                    SELECT id, event_id, due_at, taken_until
                    FROM {WebhookDelivery._meta.db_table}
                    WHERE endpoint_id = endpoint.id AND status = 'waiting'
                    ORDER BY id DESC LIMIT {TESTS_AMONG}
                ) AS newest
                JOIN {WebhookEvent._meta.db_table} AS event ON event.id = newest.event_id
                WHERE event.kind = '{PING}' AND due_at <= %(now)s
                  AND (taken_until IS NULL OR taken_until <= %(now)s)
                LIMIT endpoint.free
            ) UNION ALL (
                SELECT id, due_at, FALSE FROM {WebhookDelivery._meta.db_table}
                WHERE endpoint_id = endpoint.id AND NOT endpoint.is_left_alone
                  AND status = 'waiting' AND due_at <= %(now)s
                  AND (taken_until IS NULL OR taken_until <= %(now)s)
                ORDER BY due_at, id LIMIT endpoint.free
            )
            ORDER BY is_test DESC, due_at, id LIMIT endpoint.free
        ) AS due
        ORDER BY endpoint.is_failing AND NOT due.is_test, due.due_at, due.id LIMIT %(limit)s
    ), taken AS (
        UPDATE {WebhookDelivery._meta.db_table} SET taken_until = %(until)s
        WHERE id IN (
            SELECT id FROM {WebhookDelivery._meta.db_table}
            WHERE id IN (SELECT id FROM chosen) AND status = 'waiting'
            FOR UPDATE SKIP LOCKED
        )
        RETURNING id, event_id, endpoint_id
    )
    SELECT taken.id, endpoint.url, event.message_id, event.kind, event.occurred_at,
           event.data,
           ARRAY(
               SELECT value FROM {WebhookSecret._meta.db_table} AS secret
               WHERE secret.endpoint_id = taken.endpoint_id
                 AND (ends_at IS NULL OR ends_at > %(now)s)
               ORDER BY ends_at DESC NULLS FIRST
           )
    FROM taken
    JOIN {WebhookEndpoint._meta.db_table} AS endpoint ON endpoint.id = taken.endpoint_id
    JOIN {WebhookEvent._meta.db_table} AS event ON event.id = taken.event_id
    ORDER BY taken.id
"""


@dataclass(frozen=True, slots=True)
class Parcel:
    """A delivery that this worker alone tries now: what to send, and where."""

    delivery_id: int
    taken_until: datetime
    url: str
    body: bytes
    headers: dict[str, str]


@transaction.atomic
def take(*, now: datetime, limit: int) -> list[Parcel]:
    """Take deliveries that are due, for as long as a try may last; none while another takes."""
    until = now + LEASE
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext('relationships.webhooks'))")
        if not cursor.fetchone()[0]:
            return []
        cursor.execute(_TAKE, {"now": now, "until": until, "limit": limit})
        return [
            _parcel(pk, until, url, str(message), message_body(kind, at, data), keys, now)
            for pk, url, message, kind, at, data, keys in cursor
        ]


def message_body(kind: str, occurred_at: datetime, data: str) -> bytes:
    """Return what is sent of an event, whose data is JSON already: the same at every try."""
    message = {"type": kind, "timestamp": occurred_at, "data": msgspec.Raw(data.encode())}
    return msgspec.json.encode(message)


def message_body_of(event: WebhookEvent) -> bytes:
    """Return what is sent of an event that was read already."""
    return message_body(event.kind, event.occurred_at, msgspec.json.encode(event.data).decode())


def _parcel(
    pk: int,
    until: datetime,
    url: str,
    message: str,
    body: bytes,
    keys: Sequence[str],
    now: datetime,
) -> Parcel:
    moment = now.astimezone(UTC).replace(microsecond=0)
    signatures = [Webhook(key).sign(message, moment, body.decode()) for key in keys]
    headers = {
        "content-type": "application/json",
        "user-agent": "Hearth-Webhooks/1",
        "webhook-id": message,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
    return Parcel(pk, until, url, body, headers)


@transaction.atomic
def finish(*, parcel: Parcel, answer: Answer, began_at: datetime, now: datetime) -> None:
    """Write down what came of a try, and when the next one is, or that there is none."""
    deliveries = WebhookDelivery.objects.select_for_update(of=("self",))
    delivery = deliveries.filter(pk=parcel.delivery_id).first()
    if delivery is None:
        return
    WebhookAttempt.objects.create(
        delivery=delivery,
        at=began_at,
        took_ms=answer.took_ms,
        response_code=answer.code,
        problem=answer.problem,
        answer=answer.body,
    )
    # Somebody who waited too long for us may have taken it over, or an administrator put it back.
    if delivery.taken_until == parcel.taken_until or answer.is_taken:
        _settle(delivery, answer, now)
    _note_health(delivery.endpoint_id, answer, now)


def _settle(delivery: WebhookDelivery, answer: Answer, now: datetime) -> None:
    delivery.taken_until = None
    delivery.tries += 1
    if answer.is_taken:
        delivery.status, delivery.finished_at = WebhookDelivery.Status.DELIVERED, now
    elif answer.code == HTTPStatus.GONE or delivery.tries > len(AGAIN_AFTER):
        delivery.status, delivery.finished_at = WebhookDelivery.Status.FAILED, now
    else:
        wait = AGAIN_AFTER[delivery.tries - 1] * (1 + random.random() * JITTER)
        delivery.due_at = now + max(wait, asked_to_wait(answer, now))
    delivery.save(update_fields=("taken_until", "tries", "status", "finished_at", "due_at"))


def asked_to_wait(answer: Answer, now: datetime) -> timedelta:
    """Return how long a receiver wants to be left alone: Retry-After, up to the longest wait."""
    if answer.code not in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
        return timedelta()
    text = answer.retry_after.strip()
    if text.isdecimal():
        return min(timedelta(seconds=int(text[:9])), AGAIN_AFTER[-1])
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return timedelta()
    wait = moment.replace(tzinfo=moment.tzinfo or UTC) - now
    return max(min(wait, AGAIN_AFTER[-1]), timedelta())


def _note_health(endpoint_id: int, answer: Answer, now: datetime) -> None:
    """Remember since when an endpoint fails; switch it off when it is gone, or fails for days."""
    endpoint = WebhookEndpoint.objects.filter(pk=endpoint_id)
    if answer.is_taken:
        endpoint.exclude(failing_since=None, resting_until=None).update(
            failing_since=None, resting_until=None
        )
        return
    endpoint.filter(failing_since=None).update(failing_since=now)
    if rest := min(asked_to_wait(answer, now), LONGEST_REST):
        endpoint.update(resting_until=now + rest)
    on = endpoint.filter(off_because="")
    if answer.code == HTTPStatus.GONE:
        on.update(off_because=WebhookEndpoint.OffBecause.GONE, off_at=now)
    else:
        on.filter(failing_since__lte=now - DEAD_AFTER).update(
            off_because=WebhookEndpoint.OffBecause.FAILING, off_at=now
        )
