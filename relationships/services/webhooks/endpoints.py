"""Writes about endpoints: what they want to hear, with which secret, and whether they are on."""

import base64
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from relationships.models import Person, Team, WebhookEndpoint, WebhookSecret
from relationships.services.webhooks.addresses import check_url
from relationships.webhook_kinds import KINDS

OVERLAP = timedelta(hours=24)
"""How long messages are signed with the old secret too after a rotation."""

SECRET_BYTES = 32
MOST_ENDPOINTS = 100


class EndpointGoneError(LookupError):
    """There is no such endpoint."""


class UnknownKindError(ValueError):
    """An endpoint shall be told of something that is never told, or of nothing."""


class TooManyEndpointsError(ValueError):
    """There are as many endpoints as there may be."""


def create_endpoint(
    *, url: str, kinds: Sequence[str], by: Person, description: str = "", team: Team | None = None
) -> WebhookEndpoint:
    """Make an endpoint that is told of these kinds from now on.

    Raises `RefusedUrlError` when messages could not be sent there.
    """
    _check_kinds(kinds)
    check_url(url)
    with transaction.atomic():
        if WebhookEndpoint.objects.filter(deleted_at=None).count() >= MOST_ENDPOINTS:
            raise TooManyEndpointsError(
                f"There are {MOST_ENDPOINTS} endpoints already; delete one that is not needed."
            )
        endpoint = WebhookEndpoint.objects.create(
            url=url, kinds=_ordered(kinds), description=description, team=team, created_by=by
        )
        WebhookSecret.objects.create(endpoint=endpoint, value=_new_secret())
    return endpoint


def change_endpoint(
    *, endpoint_id: int, url: str, kinds: Sequence[str], description: str, team: Team | None
) -> None:
    """Change where an endpoint is and what it is told; what waits for it goes there too."""
    _check_kinds(kinds)
    check_url(url)
    with transaction.atomic():
        endpoint = _held(endpoint_id)
        endpoint.url, endpoint.kinds = url, _ordered(kinds)
        endpoint.description, endpoint.team = description, team
        endpoint.save(update_fields=("url", "kinds", "description", "team"))


@transaction.atomic
def rotate_secret(*, endpoint_id: int, now: datetime) -> WebhookSecret:
    """Sign with a new secret, and for a day with the old one too, so that no message is lost."""
    endpoint = _held(endpoint_id)
    endpoint.secrets.filter(ends_at=None).update(ends_at=now + OVERLAP)
    return WebhookSecret.objects.create(endpoint=endpoint, value=_new_secret())


@transaction.atomic
def end_old_secrets(*, endpoint_id: int, now: datetime) -> int:
    """Sign with the newest secret alone from now on; return how many others that ends."""
    endpoint = _held(endpoint_id)
    return endpoint.secrets.filter(ends_at__gt=now).update(ends_at=now)


@transaction.atomic
def switch_on(*, endpoint_id: int) -> None:
    """Tell an endpoint of what happens again, and of what still waits for it."""
    endpoint = _held(endpoint_id)
    endpoint.off_because, endpoint.off_at = "", None
    endpoint.failing_since = endpoint.resting_until = None
    endpoint.save(update_fields=("off_because", "off_at", "failing_since", "resting_until"))


@transaction.atomic
def switch_off(
    *,
    endpoint_id: int,
    now: datetime,
    because: WebhookEndpoint.OffBecause = WebhookEndpoint.OffBecause.BY_HAND,
) -> None:
    """Tell an endpoint nothing more until it is switched on."""
    endpoint = _held(endpoint_id)
    endpoint.off_because, endpoint.off_at = because, endpoint.off_at or now
    endpoint.save(update_fields=("off_because", "off_at"))


@transaction.atomic
def delete_endpoint(*, endpoint_id: int, now: datetime) -> None:
    """Delete an endpoint; its log stays as long as any, so it can be brought back meanwhile."""
    endpoint = _held(endpoint_id)
    endpoint.deleted_at = now
    endpoint.save(update_fields=("deleted_at",))


@transaction.atomic
def restore_endpoint(*, endpoint_id: int) -> None:
    """Bring a deleted endpoint back as it was."""
    if not WebhookEndpoint.objects.filter(pk=endpoint_id).update(deleted_at=None):
        raise EndpointGoneError("This endpoint was deleted too long ago. Make another.")


def _held(endpoint_id: int) -> WebhookEndpoint:
    endpoints = WebhookEndpoint.objects.select_for_update(no_key=True)
    endpoint = endpoints.filter(pk=endpoint_id, deleted_at=None).first()
    if endpoint is None:
        raise EndpointGoneError("There is no such endpoint; it may have been deleted.")
    return endpoint


def _check_kinds(kinds: Sequence[str]) -> None:
    unknown = sorted(set(kinds) - KINDS.keys())
    if unknown or not kinds:
        raise UnknownKindError(
            f"{', '.join(unknown) or 'Nothing'} cannot be told; use any of {', '.join(KINDS)}."
        )


def _ordered(kinds: Sequence[str]) -> list[str]:
    return [kind for kind in KINDS if kind in kinds]


def _new_secret() -> str:
    """Return a secret as Standard Webhooks writes them."""
    return f"whsec_{base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()}"
