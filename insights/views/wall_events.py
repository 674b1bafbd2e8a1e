"""Noting beside the Wall what happened, correcting it, taking it away and bringing it back."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from insights.models import WallEvent
from insights.page_address import PageAddress
from insights.selectors.portfolio import team_choices
from insights.selectors.wall import wall_event
from insights.services import wall_events as services
from insights.services.wall_events import NoSuchWallEventError, WallEventRefusedError
from insights.views.wall import USUAL, wall_form
from insights.wall_forms import EventForm, SaidBeforeForm, as_noted, blank
from relationships.access import check_may_see_organisation
from relationships.views.htmx import dialog_or_page, lead_to


@require_http_methods(["GET", "HEAD", "POST"])
def note_wall_event(request: HttpRequest) -> HttpResponse:
    """Note what happened, in a dialog or on a page."""
    check_may_see_organisation(request.user)
    team = wall_form(request).among().team
    form = _form(request, blank(timezone.localdate(), team))
    if request.method == "POST" and form.is_valid():
        try:
            event = services.note_event(**_said(form), by=request.user)
        except WallEventRefusedError as error:
            form.add_error(None, str(error))
        else:
            text = f"“{event}” stands in the Wall now."
            return _done(request, text, undo="delete_wall_event", event=event)
    return _show(request, form, None)


@require_http_methods(["GET", "HEAD", "POST"])
def correct_wall_event(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct what was noted, in a dialog or on a page."""
    check_may_see_organisation(request.user)
    event = _event_or_404(request, pk)
    before = {"on_date": event.on_date, "text": event.text, "team_id": event.team_id or ""}
    form = _form(request, as_noted(event))
    if request.method == "POST" and form.is_valid():
        try:
            event = services.correct_event(event_id=pk, **_said(form), by=request.user)
        except WallEventRefusedError as error:
            form.add_error(None, str(error))
        else:
            text = f"“{event}” is corrected."
            return _done(request, text, undo="revert_wall_event", event=event, was=before)
    return _show(request, form, event)


@require_POST
def revert_wall_event(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a note back to what the address says: the way to undo its correction."""
    check_may_see_organisation(request.user)
    form = SaidBeforeForm(
        {name: request.GET.get(f"was_{name}", "") for name in SaidBeforeForm.base_fields}
    )
    if not form.is_valid():
        raise Http404("There is nothing to go back to.")
    try:
        event = services.correct_event(event_id=pk, **form.cleaned_data, by=request.user)
    except NoSuchWallEventError as error:
        raise Http404(str(error)) from error
    except WallEventRefusedError as error:
        return _not_done(request, error)
    return _done(request, f"“{event}” is as it was before.")


@require_POST
def delete_wall_event(request: HttpRequest, pk: int) -> HttpResponse:
    """Take away what was noted; it can be brought back."""
    check_may_see_organisation(request.user)
    try:
        event = services.delete_event(event_id=pk, by=request.user, now=timezone.now())
    except NoSuchWallEventError as error:
        raise Http404(str(error)) from error
    return _done(request, f"“{event}” is deleted.", undo="restore_wall_event", event=event)


@require_POST
def restore_wall_event(request: HttpRequest, pk: int) -> HttpResponse:
    """Bring back what was noted."""
    check_may_see_organisation(request.user)
    try:
        event = services.restore_event(event_id=pk, by=request.user)
    except NoSuchWallEventError as error:
        raise Http404(str(error)) from error
    except WallEventRefusedError as error:
        return _not_done(request, error)
    return _done(request, f"“{event}” is back.")


def _event_or_404(request: HttpRequest, pk: int) -> WallEvent:
    event = wall_event(request.user, pk)
    if event is None:
        raise Http404("There is no such note.")
    return event


def _form(request: HttpRequest, initial: dict[str, Any]) -> EventForm:
    teams = team_choices(request.user)
    data = request.POST if request.method == "POST" else None
    return EventForm(data, teams=teams, initial=initial)


def _said(form: EventForm) -> dict[str, Any]:
    said = form.cleaned_data
    return {"on_date": said["on_date"], "text": said["text"], "team_id": said["team"]}


def _show(request: HttpRequest, form: EventForm, event: WallEvent | None) -> HttpResponse:
    context = {"form": form, "event": event, "back_url": _address(request).to()}
    return dialog_or_page(
        request, "insights/_wall_event_form.html", "insights/wall_event.html", context
    )


def _address(request: HttpRequest) -> PageAddress:
    """Return the Wall as it was shown."""
    return PageAddress.of("wall", wall_form(request), USUAL)


def _done(
    request: HttpRequest,
    text: str,
    *,
    undo: str = "",
    event: WallEvent | None = None,
    was: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """Say what was done, with the way to undo it, on the Wall as it was shown."""
    address = _address(request)
    undo_url = ""
    if undo and event is not None:
        said = [(f"was_{name}", value) for name, value in (was or {}).items() if value != ""]
        query = urlencode([*address.pairs, *said])
        undo_url = f"{reverse(undo, args=[event.pk])}{'?' * bool(query)}{query}"
    messages.success(request, text, extra_tags=undo_url)
    return lead_to(request, address.to())


def _not_done(request: HttpRequest, error: Exception) -> HttpResponse:
    messages.error(request, str(error))
    return lead_to(request, _address(request).to())
