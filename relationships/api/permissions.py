"""What a key may do: its scopes."""

from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from relationships.models import AccessKey


class HasScope(BasePermission):
    """Asks of a key the scope named by the view; people in the browser have every scope.

    A view whose `scope` is None takes any key.
    """

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Whether the key may do what the view does."""
        scope: str | None = view.scope
        self.message = f"This key lacks the scope {scope}. Create one that has it."
        return scope is None or may(request, scope)


def may(request: Request, scope: str) -> bool:
    """Whether the sender has this scope."""
    return not isinstance(request.auth, AccessKey) or scope in request.auth.scopes
