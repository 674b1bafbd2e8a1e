"""Writes about webhooks: endpoints, what is sent to them, and how that went."""

from relationships.services.webhooks.addresses import RefusedUrlError, check_url
from relationships.services.webhooks.courier import deliver
from relationships.services.webhooks.endpoints import (
    OVERLAP,
    EndpointGoneError,
    TooManyEndpointsError,
    UnknownKindError,
    change_endpoint,
    create_endpoint,
    delete_endpoint,
    end_old_secrets,
    restore_endpoint,
    rotate_secret,
    switch_off,
    switch_on,
)
from relationships.services.webhooks.resending import (
    KEPT_FOR,
    DeliveryGoneError,
    ping,
    prune,
    redeliver,
    redeliver_failed,
)

__all__ = [
    "KEPT_FOR",
    "OVERLAP",
    "DeliveryGoneError",
    "EndpointGoneError",
    "RefusedUrlError",
    "TooManyEndpointsError",
    "UnknownKindError",
    "change_endpoint",
    "check_url",
    "create_endpoint",
    "delete_endpoint",
    "deliver",
    "end_old_secrets",
    "ping",
    "prune",
    "redeliver",
    "redeliver_failed",
    "restore_endpoint",
    "rotate_secret",
    "switch_off",
    "switch_on",
]
