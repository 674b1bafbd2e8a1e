"""Reads about webhooks: who wants to know what, and how telling them goes."""

from django.db.models import Func, QuerySet

from relationships.models import WebhookEndpoint


def endpoints_on() -> QuerySet[WebhookEndpoint]:
    """Return the endpoints that are told of what happens."""
    return WebhookEndpoint.objects.filter(off_because="", deleted_at=None)


def wanted_kinds() -> frozenset[str]:
    """Return the kinds of events that somebody wants to know of."""
    kinds = endpoints_on().order_by().annotate(kind=Func("kinds", function="unnest"))
    return frozenset(kinds.values_list("kind", flat=True))
