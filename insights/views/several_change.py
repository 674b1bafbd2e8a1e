"""The owner, the style or the segment of many customers of a list, changed at once."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from insights.change_forms import ChangeForm, ahead_words, back_words, changed_words
from insights.picks import Picked, picked
from interactions.views.done import told, way_back
from relationships.services import (
    ChangeGoneError,
    ChangeRefusedError,
    change_customers,
    preview_change,
    undo_change,
)
from relationships.views.htmx import dialog_or_page
from relationships.words import plural

AHEAD = "several-ahead"
"""Where the form says what would come of a choice."""


@require_POST
def change_several(request: HttpRequest, what: str) -> HttpResponse:
    """Ask what all who are selected shall have, say whom that changes, and change them."""
    chosen = picked(request.POST, request.user)
    if not chosen.ids:
        return _done(request, "Select customers first, by the boxes before them.", tone="warning")
    is_preview, is_sent = "ahead" in request.POST, "sent" in request.POST
    data = request.POST if is_preview or is_sent else None
    form = ChangeForm(data, what=what, person=request.user)
    if data is None or not form.is_valid():
        return _show(request, form, chosen)
    if is_preview:
        return _show(request, form, chosen, ahead=_ahead(request, form, chosen))
    try:
        changed = change_customers(
            customer_ids=chosen.ids, by=request.user, now=timezone.now(), **form.change()
        )
    except ChangeRefusedError as error:
        form.add_error("value", str(error))
        return _show(request, form, chosen)
    text = changed_words(form, changed.outlook)
    if changed.change_id is None:
        return _done(request, text, tone="warning")
    return _done(request, text, undo_url=reverse("undo_several", args=[changed.change_id]))


@require_POST
def undo_several(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back a change of many customers, of those who still are as it left them."""
    try:
        taken = undo_change(change_id=pk, by=request.user, now=timezone.now())
    except ChangeGoneError as error:
        return _done(request, str(error), tone="warning")
    return _done(request, back_words(taken.back, taken.left))


def _ahead(request: HttpRequest, form: ChangeForm, chosen: Picked) -> str:
    """Return what would come of a choice; what is refused is said beside the field."""
    try:
        found = preview_change(customer_ids=chosen.ids, by=request.user, **form.change())
    except ChangeRefusedError as error:
        form.add_error("value", str(error))
        return ""
    return ahead_words(found)


def _show(
    request: HttpRequest, form: ChangeForm, chosen: Picked, *, ahead: str = ""
) -> HttpResponse:
    """Show the form, or where only that was asked for, what would come of a choice."""
    context = {
        "form": form,
        "what": form.what,
        "ahead": ahead,
        "pairs": chosen.pairs,
        "whom": plural(len(chosen.ids), "customer"),
        "next": way_back(request, ""),
    }
    if request.htmx and request.htmx.target == AHEAD:
        return render(request, "insights/_several_ahead.html", context)
    return dialog_or_page(
        request, "insights/_several_change.html", "insights/several_change.html", context
    )


def _done(
    request: HttpRequest, text: str, *, tone: str = "success", undo_url: str = ""
) -> HttpResponse:
    """Say what was done: in place by htmx, else on the list."""
    events = {"customersChanged": {}, "picksDone": {}, "closeDialog": True}
    to = way_back(request, reverse("customers"))
    return told(request, text, to=to, events=events, tone=tone, undo_url=undo_url)
