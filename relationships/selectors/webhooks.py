"""Reads about webhooks: who wants to know what, and how telling them goes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Func, Q, QuerySet

from relationships import access
from relationships.models import Person, WebhookDelivery, WebhookEndpoint, WebhookSecret
from relationships.numbers import LARGEST_ID
from relationships.prepared import prepared

LOOKED_AT = 100
"""Deliveries by which the health of an endpoint is told: the newest."""

MOST_COUNTED = 10_000

STUCK_AFTER = timedelta(minutes=2)
"""A delivery that has been due for so long, and was not tried, says that nobody delivers."""

PAGE = 50


def endpoints_on() -> QuerySet[WebhookEndpoint]:
    """Return the endpoints that are told of what happens."""
    return WebhookEndpoint.objects.filter(off_because="", deleted_at=None)


def wanted_kinds() -> frozenset[str]:
    """Return the kinds of events that somebody wants to know of."""
    return frozenset(_kinds_of_endpoints())


# Asked with each batch and each drain.
@prepared
def _kinds_of_endpoints() -> QuerySet[WebhookEndpoint, str]:
    kinds = endpoints_on().order_by().annotate(kind=Func("kinds", function="unnest"))
    return kinds.values_list("kind", flat=True)


@dataclass(frozen=True, slots=True)
class Health:
    """How it went with an endpoint's newest deliveries, and how many are on their way."""

    delivered: int = 0
    failed: int = 0
    waiting: int = 0
    last_delivered_at: datetime | None = None


_HEALTH = f"""
    SELECT endpoint.id, newest.delivered, newest.failed,
           (
               SELECT count(*) FROM (
                   SELECT FROM {WebhookDelivery._meta.db_table}
                   WHERE endpoint_id = endpoint.id AND status = 'waiting' LIMIT {MOST_COUNTED}
               ) AS counted
           ),
           newest.last_at
    FROM unnest(%s::bigint[]) AS endpoint (id)
    CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE status = 'delivered') AS delivered,
               count(*) FILTER (WHERE status = 'failed') AS failed,
               max(finished_at) FILTER (WHERE status = 'delivered') AS last_at
        FROM (
            SELECT status, finished_at FROM {WebhookDelivery._meta.db_table}
            WHERE endpoint_id = endpoint.id ORDER BY id DESC LIMIT {LOOKED_AT}
        ) AS counted
    ) AS newest
"""


def webhook_endpoints() -> QuerySet[WebhookEndpoint]:
    """Return the endpoints there are, the oldest first."""
    return WebhookEndpoint.objects.filter(deleted_at=None).select_related("team", "created_by")


def webhook_endpoints_managed_by(person: Person) -> QuerySet[WebhookEndpoint]:
    """Return the endpoints that a person or service account may change."""
    return webhook_endpoints().filter(access.webhook_scope(person))


def webhook_endpoint(pk: int) -> WebhookEndpoint | None:
    """Return an endpoint that was not deleted."""
    return webhook_endpoints().filter(pk=pk).first() if 0 < pk <= LARGEST_ID else None


def health_of(endpoints: Sequence[WebhookEndpoint]) -> dict[int, Health]:
    """Return how it goes with each of these endpoints."""
    with connection.cursor() as cursor:
        cursor.execute(_HEALTH, [[endpoint.pk for endpoint in endpoints]])
        return {pk: Health(*numbers) for pk, *numbers in cursor}


def usable_secrets(endpoint: WebhookEndpoint, *, now: datetime) -> list[WebhookSecret]:
    """Return what messages are signed with now, the newest first."""
    return list(endpoint.secrets.filter(Q(ends_at=None) | Q(ends_at__gt=now)))


def switched_off_by_failing() -> list[WebhookEndpoint]:
    """Return the endpoints that nobody switched off and that are off."""
    because = (WebhookEndpoint.OffBecause.GONE, WebhookEndpoint.OffBecause.FAILING)
    return list(WebhookEndpoint.objects.filter(deleted_at=None, off_because__in=because))


def stuck_since(*, now: datetime) -> datetime | None:
    """Return since when a delivery that nobody tried has been due, if it has been for long."""
    stuck = WebhookDelivery.objects.filter(
        status=WebhookDelivery.Status.WAITING,
        tries=0,
        due_at__lt=now - STUCK_AFTER,
        endpoint__in=endpoints_on().filter(failing_since=None),
    )
    return stuck.order_by("due_at").values_list("due_at", flat=True).first()


@dataclass(frozen=True, slots=True)
class DeliveriesPage:
    """Some of an endpoint's deliveries, the newest first, and where to go on."""

    deliveries: Sequence[WebhookDelivery]
    older_than: int | None
    newer_than: int | None


def deliveries_page(
    endpoint: WebhookEndpoint,
    *,
    status: str = "",
    kind: str = "",
    before: int | None = None,
    after: int | None = None,
) -> DeliveriesPage:
    """Return the deliveries before or after one of them, of a status or kind if it is named."""
    deliveries = endpoint.deliveries.select_related("event").prefetch_related("attempts")
    if status:
        deliveries = deliveries.filter(status=status)
    if kind:
        deliveries = deliveries.filter(event__kind=kind)
    if after is not None:
        upwards = list(deliveries.filter(pk__gt=after).order_by("pk")[: PAGE + 1])
        found, is_more = upwards[:PAGE][::-1], len(upwards) > PAGE
        newer, older = is_more, True
    else:
        if before is not None:
            deliveries = deliveries.filter(pk__lt=before)
        found = list(deliveries.order_by("-pk")[: PAGE + 1])
        newer, older = before is not None, len(found) > PAGE
        found = found[:PAGE]
    return DeliveriesPage(
        found,
        older_than=found[-1].pk if found and older else None,
        newer_than=found[0].pk if found and newer else None,
    )


def webhook_delivery(pk: int) -> WebhookDelivery | None:
    """Return a delivery with its event, endpoint and tries."""
    if not 0 < pk <= LARGEST_ID:
        return None
    deliveries = WebhookDelivery.objects.select_related("event", "endpoint__team")
    return deliveries.prefetch_related("attempts").filter(pk=pk).first()
