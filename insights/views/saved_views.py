"""Saving what the list of customers shows, and renaming, replacing and deleting it."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from insights.customers_address import sound_query, view_address
from insights.models import SavedView
from insights.selectors.portfolio import filter_choices
from insights.services import saved_views as services
from relationships.numbers import whole_number
from relationships.views.htmx import lead_to

REFUSED = "refused_view"
"""In the session until the list is shown: what was typed for a view, and why it is refused."""


@require_POST
def save_view(request: HttpRequest) -> HttpResponse:
    """Save what is shown under a name."""
    query = _shown(request)
    try:
        view = services.save_view(
            name=request.POST.get("name", ""),
            query=query,
            is_for_team=request.POST.get("for") == "team",
            by=request.user,
        )
    except services.ViewRefusedError as error:
        return _asked_again(request, error, _back(query, request.POST.get("view", "")))
    whose = f"for everybody in {view.team}" if view.team else "for you"
    return _done(request, view, f"{view} is saved {whose}.")


@require_POST
def rename_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a view another name."""
    name = request.POST.get("name", "")
    try:
        view = services.rename_view(view_id=pk, name=name, by=request.user)
    except services.NoSuchViewError as error:
        raise Http404(str(error)) from error
    except services.ViewNameRefusedError as error:
        return _asked_again(request, error, view_address(pk, _shown(request)), view_id=pk)
    except services.ViewRefusedError as error:
        return _refused(request, error, view_address(pk, _shown(request)))
    return _done(request, view, f"The view is called {view} now.")


@require_POST
def replace_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a view show what is shown now."""
    query = _shown(request)
    try:
        view = services.replace_view(view_id=pk, query=query, by=request.user)
    except services.NoSuchViewError as error:
        raise Http404(str(error)) from error
    except services.ViewRefusedError as error:
        return _refused(request, error, view_address(pk, query))
    return _done(request, view, f"{view} shows this now.")


@require_POST
def delete_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a view; it can be brought back, and what it showed stays on the screen."""
    query = _shown(request)
    try:
        view = services.delete_view(view_id=pk, by=request.user, now=timezone.now())
    except services.NoSuchViewError as error:
        raise Http404(str(error)) from error
    except services.ViewRefusedError as error:
        return _refused(request, error, view_address(pk, query))
    undo = reverse("restore_view", args=[view.pk])
    messages.success(request, f"The view {view} is deleted.", extra_tags=undo)
    return redirect(f"{_back(query)}#view-all")


@require_POST
def restore_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Bring back a view that was deleted."""
    try:
        view = services.restore_view(view_id=pk, by=request.user)
    except services.NoSuchViewError as error:
        raise Http404(str(error)) from error
    except services.ViewRefusedError as error:
        return _refused(request, error, reverse("customers"))
    return _done(request, view, f"The view {view} is back.")


def _shown(request: HttpRequest) -> str:
    """Return what the page showed, as far as it makes sense."""
    shown = QueryDict(request.POST.get("shown", "")[:4000])
    return sound_query(shown, filter_choices(request.user, shown))


def _back(query: str, view_id: str = "") -> str:
    pk = whole_number(view_id)
    if pk is not None:
        return view_address(pk, query)
    return f"{reverse('customers')}?{query}" if query else reverse("customers")


def _done(request: HttpRequest, view: SavedView, text: str) -> HttpResponse:
    """Say what was done, and lead to the name of the view among the others."""
    messages.success(request, text)
    return lead_to(request, f"{view_address(view.pk, view.query)}#view-{view.pk}")


def _asked_again(
    request: HttpRequest, error: Exception, address: str, *, view_id: int | None = None
) -> HttpResponse:
    """Lead back to the field, with what was typed in it and what is wrong beside it."""
    request.session[REFUSED] = {
        "view": view_id,
        "name": request.POST.get("name", "")[: 2 * services.LONGEST_NAME],
        "is_for_team": request.POST.get("for") == "team",
        "reason": str(error),
    }
    return lead_to(request, address)


def _refused(request: HttpRequest, error: Exception, address: str) -> HttpResponse:
    messages.error(request, str(error))
    return lead_to(request, address)
