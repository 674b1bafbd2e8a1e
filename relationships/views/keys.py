"""Service accounts and their keys: making, changing, rotating and revoking them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from relationships import access


@require_safe
def integrations(request: HttpRequest) -> HttpResponse:
    """Lead to the first page about integrations."""
    access.check_may_administer(request.user)
    return redirect("keys")


@require_safe
def keys(request: HttpRequest) -> HttpResponse:
    """List service accounts and their keys."""
    access.check_may_administer(request.user)
    return render(request, "relationships/keys.html")
