"""What a key may do: its scopes."""

from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from relationships.models import AccessKey


class InsufficientScopeError(PermissionDenied):
    """A key lacks the scope that is needed; RFC 6750 says how to answer."""

    def __init__(self, scope: str) -> None:
        super().__init__(f"This key lacks the scope {scope}. Use one that has it.")
        self.auth_header = f'Bearer realm="Hearth", error="insufficient_scope", scope="{scope}"'


class HasScope(BasePermission):
    """Asks of a key the scope named by the view; people in the browser have every scope.

    A view whose `scope` is None takes any key.
    """

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Whether the key may do what the view does; says which scope it lacks."""
        scope: str | None = view.scope
        if scope is not None and not may(request, scope):
            raise InsufficientScopeError(scope)
        return True


def may(request: Request, scope: str) -> bool:
    """Whether the sender has this scope."""
    return not isinstance(request.auth, AccessKey) or scope in request.auth.scopes
