"""Reads about service accounts and their keys."""

from datetime import datetime

from relationships.models import AccessKey


def usable_key(digest: str, *, now: datetime) -> AccessKey | None:
    """Return the key with this digest unless it is revoked, expired or its account is off."""
    return (
        AccessKey.objects.select_related("person__team")
        .filter(digest=digest, revoked_at__isnull=True, person__is_active=True)
        .exclude(expires_at__lte=now)
        .first()
    )
