"""Messages sent because somebody asks: a test, or one more time; and logs that have grown old."""

from datetime import datetime, timedelta

from django.db import connection, transaction

from relationships.models import (
    Person,
    WebhookAttempt,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookEvent,
)
from relationships.services.webhooks.endpoints import EndpointGoneError
from relationships.webhook_kinds import PING

KEPT_FOR = timedelta(days=30)
"""How long the log is kept."""

PRUNED_AT_ONCE = 5_000


class DeliveryGoneError(LookupError):
    """There is no such delivery."""


@transaction.atomic
def ping(*, endpoint_id: int, by: Person, now: datetime) -> int:
    """Send a test message to an endpoint, also to one that is off; return its delivery."""
    if not WebhookEndpoint.objects.filter(pk=endpoint_id, deleted_at=None).exists():
        raise EndpointGoneError("There is no such endpoint; it may have been deleted.")
    event = WebhookEvent.objects.create(
        kind=PING, occurred_at=now, data={"note": f"{by.name} pressed the test button."}
    )
    return WebhookDelivery.objects.create(event=event, endpoint_id=endpoint_id, due_at=now).pk


def redeliver(*, delivery_id: int, now: datetime) -> None:
    """Send a message once more, whatever became of it, with the same id as before."""
    deliveries = WebhookDelivery.objects.filter(pk=delivery_id, endpoint__deleted_at=None)
    if not deliveries.update(**_anew(now)):
        raise DeliveryGoneError("This message is no longer kept.")


def redeliver_failed(*, endpoint_id: int, since: datetime, now: datetime) -> int:
    """Send again what an endpoint did not take of what happened since; return how many."""
    failed = WebhookDelivery.objects.filter(
        endpoint=endpoint_id,
        endpoint__deleted_at=None,
        status=WebhookDelivery.Status.FAILED,
        event__created_at__gte=since,
    )
    return failed.update(**_anew(now))


def _anew(now: datetime) -> dict[str, object]:
    waiting = WebhookDelivery.Status.WAITING
    return {"status": waiting, "tries": 0, "due_at": now, "finished_at": None}


def prune(*, now: datetime) -> int:
    """Forget events that are older than the log is kept, and endpoints deleted before that."""
    before, forgotten = now - KEPT_FOR, 0
    while pruned := _prune_some(before):
        forgotten += pruned
    WebhookEndpoint.objects.filter(deleted_at__lt=before, deliveries=None).delete()
    return forgotten


_PRUNE = f"""
    WITH old AS (
        SELECT id FROM {WebhookEvent._meta.db_table}
        WHERE created_at < %s ORDER BY created_at LIMIT %s
    ), old_delivery AS (
        SELECT id FROM {WebhookDelivery._meta.db_table} WHERE event_id IN (SELECT id FROM old)
    ), attempt AS (
        DELETE FROM {WebhookAttempt._meta.db_table}
        WHERE delivery_id IN (SELECT id FROM old_delivery)
    ), delivery AS (
        DELETE FROM {WebhookDelivery._meta.db_table} WHERE id IN (SELECT id FROM old_delivery)
    )
    DELETE FROM {WebhookEvent._meta.db_table} WHERE id IN (SELECT id FROM old)
"""


@transaction.atomic
def _prune_some(before: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_PRUNE, [before, PRUNED_AT_ONCE])
        return cursor.rowcount
