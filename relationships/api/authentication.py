"""Keys of service accounts: `Authorization: Bearer hearth_...`."""

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from relationships import selectors, services
from relationships.models import AccessKey, Person


class KeyAuthentication(BaseAuthentication):
    """Finds the service account that a key belongs to."""

    def authenticate(self, request: Request) -> tuple[Person, AccessKey] | None:
        """Return the service account and its key; None when no key was sent."""
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        key = selectors.usable_key(services.key_digest(secret.strip()), now=timezone.now())
        if key is None:
            raise AuthenticationFailed("This key is unknown, revoked or expired. Create another.")
        return key.person, key

    def authenticate_header(self, request: Request) -> str:
        """Name the scheme, so that a missing key is answered with 401."""
        return "Bearer"


class HasScope(BasePermission):
    """Asks of a key the scope named by the view; people in the browser have every scope."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Whether the key may do what this method of the view does."""
        self.message = f"This key lacks the scope {view.scope}. Create one that has it."
        return not isinstance(request.auth, AccessKey) or view.scope in request.auth.scopes
