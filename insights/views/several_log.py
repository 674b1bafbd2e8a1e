"""One event with several customers of a list, logged at once, and taken back."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from insights.picks import Picked, picked
from interactions import services
from interactions.services import (
    NobodyTogetherError,
    Said,
    Together,
    TooManyTogetherError,
    TouchpointRefusedError,
)
from interactions.together_form import TogetherForm, TogetherNowForm
from interactions.views.done import told, way_back
from relationships.views.htmx import dialog_or_page
from relationships.words import plural


@require_POST
def log_several(request: HttpRequest) -> HttpResponse:
    """Log one event with all who are selected: ask what it was, in a dialog or on a page."""
    now, chosen = timezone.now(), picked(request.POST, request.user)
    if not chosen.ids:
        return _done(request, "Select customers first, by the boxes before them.", tone="warning")
    data = request.POST if "sent" in request.POST else None
    form = TogetherForm(data, person=request.user, now=now, customer_ids=chosen.ids)
    if data is None or not form.is_valid():
        return _show(request, form, chosen)
    try:
        made = services.log_together(
            page=form.cleaned_data["page"],
            customer_ids=chosen.ids,
            said=form.said(),
            by=request.user,
            now=now,
        )
    except TouchpointRefusedError as error:
        form.refuse(error.refusals)
    except (TooManyTogetherError, NobodyTogetherError) as error:
        form.add_error(None, str(error))
    else:
        return _logged(request, form, made)
    return _show(request, form, chosen)


@require_POST
def log_several_now(request: HttpRequest) -> HttpResponse:
    """Log by one key what just happened with all who are selected: now, by this person."""
    form = TogetherNowForm(request.POST)
    if not form.is_valid():
        raise Http404("There is nothing to log here.")
    now, chosen = timezone.now(), picked(request.POST, request.user)
    said = Said(type=form.cleaned_data["type"], occurred_at=now, person_id=request.user.pk)
    try:
        made = services.log_together(
            page=form.cleaned_data["page"],
            customer_ids=chosen.ids,
            said=said,
            by=request.user,
            now=now,
        )
    except (TooManyTogetherError, NobodyTogetherError) as error:
        return _done(request, str(error), tone="error")
    except TouchpointRefusedError as error:
        return _done(request, f"That could not be logged: {error}", tone="error")
    return _logged(request, form, made)


@require_POST
def delete_several(request: HttpRequest, event: UUID) -> HttpResponse:
    """Take back an event with several customers; it can be brought back."""
    number = services.delete_together(event=str(event), by=request.user, now=timezone.now())
    if not number:
        return _done(request, "That was taken back already.", tone="warning")
    text = f"Deleted: what happened with {plural(number, 'customer')} together."
    return _done(request, text, undo_url=reverse("restore_several", args=[event]))


@require_POST
def restore_several(request: HttpRequest, event: UUID) -> HttpResponse:
    """Bring back an event with several customers that was taken back."""
    number = services.restore_together(event=str(event), by=request.user)
    if not number:
        return _done(request, "That is there already.", tone="warning")
    text = f"What happened with {plural(number, 'customer')} together is back."
    return _done(request, text, undo_url=reverse("delete_several", args=[event]))


def _show(request: HttpRequest, form: TogetherForm, chosen: Picked) -> HttpResponse:
    context = {
        "form": form,
        "pairs": chosen.pairs,
        "whom": plural(len(chosen.ids), "customer"),
        "number": len(chosen.ids),
        "next": way_back(request, ""),
    }
    return dialog_or_page(
        request, "insights/_several_log.html", "insights/several_log.html", context
    )


def _logged(request: HttpRequest, form: forms.Form, made: Together) -> HttpResponse:
    label = dict(form.fields["type"].choices)[form.cleaned_data["type"]]
    whom = f"{label} with {plural(made.customers, 'customer')}"
    if made.is_known:
        text = f"{whom} was logged already from this page; load it again to log another one."
        return _done(request, text, tone="warning", events={"picksDone": {}})
    text = " ".join([f"{whom} logged.", *_left_words(made)])
    undo_url = reverse("delete_several", args=[made.event])
    return _done(request, text, undo_url=undo_url, events={"picksDone": {}})


def _left_words(made: Together) -> Sequence[str]:
    """Say who was left out, and why."""
    words = [f"{one} was merged into {one.merged_into}: left out." for one in made.left_out[:3]]
    if more := len(made.left_out) - len(words):
        words.append(f"{more:,} more {'was' if more == 1 else 'were'} merged: left out.")
    if made.unseen:
        is_one = made.unseen == 1
        words.append(f"{made.unseen:,} {'is' if is_one else 'are'} not yours to see: left out.")
    return words


def _done(
    request: HttpRequest,
    text: str,
    *,
    tone: str = "success",
    undo_url: str = "",
    events: dict[str, Any] | None = None,
) -> HttpResponse:
    """Say what was done: in place by htmx, else on the list."""
    changed = {"touchpointsChanged": {}, "closeDialog": True} | (events or {})
    to = way_back(request, reverse("customers"))
    return told(request, text, to=to, events=changed, tone=tone, undo_url=undo_url)
