"""Keys of service accounts: `Authorization: Bearer hearth_...`."""

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from relationships import selectors, services
from relationships.models import AccessKey, Person


class KeyAuthentication(BaseAuthentication):
    """Finds the service account that a key belongs to."""

    def authenticate(self, request: Request) -> tuple[Person, AccessKey] | None:
        """Return the service account and its key; None when no key was sent."""
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        return admitted(secret, request)

    def authenticate_header(self, request: Request) -> str:
        """Name the scheme, so that a missing key is answered with 401."""
        return "Bearer"


def admitted(secret: str, request: Request) -> tuple[Person, AccessKey]:
    """Return the service account that a secret belongs to, and its key.

    Raises `AuthenticationFailed` when the key may not be used for this request.
    """
    now = timezone.now()
    key = selectors.usable_key(services.key_digest(secret.strip()), now=now)
    if key is None:
        raise AuthenticationFailed("This key is unknown, revoked or expired. Create another.")
    services.note_use(key=key, now=now)
    return key.person, key
