"""What a key may do: its scopes."""

from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from relationships import access
from relationships.models import AccessKey

IN_A_PAGE = (
    "This key works in web pages, where every visitor can read it. Use one without origins to "
    "write customers and contacts."
)
NO_ADMINISTRATOR = "This is for administrators. Ask one of them to do it for you."


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


class WritesCustomers(BasePermission):
    """Lets administrators and keys write what we hold of customers and contacts.

    But no key that stands in web pages: every visitor can read it there.
    """

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Whether the sender may do what is asked; says what stands in the way."""
        if request.method in SAFE_METHODS:
            return True
        if isinstance(request.auth, AccessKey) and request.auth.origins:
            raise PermissionDenied(IN_A_PAGE)
        if not access.may_write_customers(request.user):
            raise PermissionDenied(NO_ADMINISTRATOR)
        return True


def may(request: Request, scope: str) -> bool:
    """Whether the sender has this scope."""
    return not isinstance(request.auth, AccessKey) or scope in request.auth.scopes
