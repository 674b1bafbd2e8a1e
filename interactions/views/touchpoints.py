"""Logging a touchpoint by hand, and correcting, moving, deleting and bringing one back."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from interactions import services
from interactions.forms import TouchpointForm, as_recorded, blank, version_of
from interactions.line import LONGEST_LINE
from interactions.line_form import Chip, Understood, chips, filled_in, kept_of, understood
from interactions.models import Touchpoint
from interactions.move_form import MoveForm
from interactions.row_actions import LogNowForm
from interactions.selectors import BY_HAND, logged_by_hand, touchpoint_to_change
from interactions.selectors.effort import median_logging_seconds
from interactions.services.effort import keep_logging_time
from interactions.undo import said_again, said_before
from interactions.views.appointments import planned
from interactions.views.done import done, not_done
from relationships import words
from relationships.selectors import customer_numbered, customers_like
from relationships.views.customers import customer_or_404
from relationships.views.htmx import dialog_or_page, lead_to

GIVEN = (
    "customer", "type", "closes", "contact", "person", "occurred_at", "duration_minutes", "text",
    "next",
)  # fmt: skip
OPTIONS_AT_MOST = 8
BEFORE_CORRECTION = "before_correction"
"""In the session: the last touchpoint corrected, and what it said before."""


@require_http_methods(["GET", "HEAD", "POST"])
def log_touchpoint(request: HttpRequest) -> HttpResponse:
    """Log a touchpoint, on a page of its own or in a dialog."""
    now = timezone.now()
    if request.method != "POST":
        form, unclear = _begun(request, [name for name in GIVEN if name in request.GET])
        if form.initial.get("customer") and form.chosen is None:
            raise Http404("There is no such customer that you may see.")
        return _show(request, form, chips=_chips(form, unclear))
    form, unclear = filled_in(request.POST, person=request.user, now=now, initial=_start(request))
    if not form.is_valid():
        return _show(request, form, chips=_chips(form, unclear))
    if form.is_planned:
        return planned(request, form) or _show(request, form, chips=_chips(form, unclear))
    outcome = _record(request, form)
    if outcome.status == "refused":
        form.refuse(outcome.refusals)
        return _show(request, form)
    touchpoint = logged_by_hand(outcome.external_id)
    if outcome.status == "known" and not _says_the_same(form, touchpoint):
        return _show(request, _anew(request, form), is_sent_before=True)
    if outcome.status == "recorded":
        keep_logging_time(seconds=form.cleaned_data["seconds"])
    text = f"{touchpoint.type} with {touchpoint.customer} logged."
    before = form.cleaned_data["distance_before"]
    return done(request, touchpoint, text, undo="delete_touchpoint", distance_before=before)


@require_POST
def log_now(request: HttpRequest) -> HttpResponse:
    """Log what just happened with a customer in one press: now, by this person, nothing asked."""
    form = LogNowForm(request.POST)
    if not form.is_valid():
        raise Http404("There is nothing to log here.")
    said, now = form.cleaned_data, timezone.now()
    customer = customer_or_404(request.user, said["customer"])
    outcome = services.log_now(
        page=said["page"], customer_id=customer.pk, type_key=said["type"], by=request.user, now=now
    )
    if outcome.status == "refused":
        text = f"That could not be logged: {outcome.refusals[0].reason}"
        return not_done(request, customer, text, tone="error")
    touchpoint = touchpoint_to_change(request.user, outcome.touchpoint_id or 0)
    if outcome.status == "known":
        text = f"That was logged with {customer} already; press l to log another one."
        return not_done(request, customer, text, tone="warning")
    text = f"{touchpoint.type} with {customer} logged."
    before = said["distance_before"]
    return done(request, touchpoint, text, undo="delete_touchpoint", distance_before=before)


@require_safe
def log_line(request: HttpRequest) -> HttpResponse:
    """Return the form as a line fills it in, and in a few words what was understood."""
    form, unclear = _begun(request, request.GET.getlist("kept"))
    context = {
        "form": form,
        "chips": _chips(form, unclear),
        "is_open": "fields" in request.GET.getlist("kept"),
    }
    return render(request, "interactions/_said.html", context)


@require_safe
def customer_options(request: HttpRequest) -> HttpResponse:
    """Return the customers that what was typed may mean, for the box that searches them."""
    typed = request.GET.get("customer_name", "").strip()[:200]
    found = customers_like(request.user, typed, at_most=OPTIONS_AT_MOST)
    context = {"customers": found, "typed": typed}
    return render(request, "interactions/_customer_options.html", context)


@require_safe
def log_about(request: HttpRequest) -> HttpResponse:
    """Return the part of the form that depends on the customer: contacts, what is open."""
    if customer_numbered(request.user, request.GET.get("customer", "")) is None:
        raise Http404("There is no such customer that you may see.")
    form = TouchpointForm(person=request.user, now=timezone.now(), initial=_start(request))
    return render(request, "interactions/_about_customer.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
def edit_touchpoint(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct a touchpoint, or move it to another customer."""
    touchpoint, now = _mine(request, pk), timezone.now()
    if request.method == "POST" and touchpoint.deleted_at:
        text = f"{touchpoint.type} was deleted meanwhile and not corrected. Undo brings it back."
        return done(request, touchpoint, text, tone="warning", undo="restore_touchpoint")
    data = request.POST if request.method == "POST" else None
    form = _correcting(request, touchpoint, now, data)
    if request.method != "POST" or not form.is_valid():
        return _show(request, form)
    if form.cleaned_data["edited_at"] != version_of(touchpoint):
        # As it is now; saved once more, it replaces what the other wrote.
        anew = request.POST.copy()
        anew["edited_at"] = version_of(touchpoint)
        form = _correcting(request, touchpoint, now, anew)
        form.is_valid()
        form.add_error(None, _corrected_meanwhile(touchpoint))
        return _show(request, form)
    if not _is_corrected(request, form, touchpoint, now):
        return _show(request, form)
    if form.chosen != touchpoint.customer:
        return _moved(request, touchpoint)
    text = f"{touchpoint.type} corrected."
    return done(request, _mine(request, pk), text, undo="revert_touchpoint")


def _correcting(
    request: HttpRequest, touchpoint: Touchpoint, now: datetime, data: Any
) -> TouchpointForm:
    return TouchpointForm(
        data,
        person=request.user,
        now=now,
        initial={**as_recorded(touchpoint), "next": request.GET.get("next", "")},
        touchpoint=touchpoint,
    )


def _corrected_meanwhile(touchpoint: Touchpoint) -> str:
    """Say what somebody else made of it, so that nobody replaces it unread."""
    when = timezone.localtime(touchpoint.occurred_at)
    said = f": “{touchpoint.text}”" if touchpoint.text else ""
    return (
        f"Somebody corrected this meanwhile. It is now {touchpoint.type} on {when.day} {when:%B %Y}"
        f" at {when:%H:%M} with {touchpoint.customer}{said}. Save again to put this in its place."
    )


@require_http_methods(["GET", "HEAD", "POST"])
def move_touchpoint(request: HttpRequest, pk: int) -> HttpResponse:
    """Move a touchpoint to another customer, and nothing else about it."""
    touchpoint = _mine(request, pk)
    data = request.POST if request.method == "POST" else None
    form = MoveForm(data, person=request.user, touchpoint=touchpoint)
    if (
        data is None
        or not form.is_valid()
        or not _is_corrected(request, form, touchpoint, timezone.now())
    ):
        context = {"form": form, "touchpoint": touchpoint}
        return dialog_or_page(
            request, "interactions/_move_form.html", "interactions/move.html", context
        )
    return _moved(request, touchpoint)


@require_POST
def revert_touchpoint(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back the last correction of a touchpoint."""
    kept = request.session.get(BEFORE_CORRECTION) or {}
    touchpoint, now = _mine(request, pk), timezone.now()
    if kept.get("touchpoint") != pk:
        return done(request, touchpoint, "There is nothing to take back.", tone="warning")
    try:
        services.edit(touchpoint_id=pk, by=request.user, now=now, **said_again(kept["said"]))
    except services.TouchpointRefusedError as error:
        return done(request, touchpoint, f"That could not be taken back: {error}", tone="error")
    del request.session[BEFORE_CORRECTION]
    now_here = _mine(request, pk)
    if now_here.customer_id != touchpoint.customer_id:
        return _moved_back(request, now_here, left=touchpoint.customer_id)
    return done(request, now_here, f"{touchpoint.type} is as it was before.")


@require_POST
def delete_touchpoint(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a touchpoint; it can be brought back."""
    touchpoint = _mine(request, pk)
    services.delete(touchpoint_id=pk, by=request.user, now=timezone.now())
    day = timezone.localtime(touchpoint.occurred_at).date()
    name = words.day_name(day, timezone.localdate())
    when = name.lower() if name in {"Today", "Yesterday"} else name
    text = f"Deleted: {touchpoint.type} with {touchpoint.customer}, {when}."
    return done(request, touchpoint, text, undo="restore_touchpoint")


@require_POST
def restore_touchpoint(request: HttpRequest, pk: int) -> HttpResponse:
    """Bring back a touchpoint that was deleted."""
    touchpoint = _mine(request, pk)
    services.restore(touchpoint_id=pk, by=request.user)
    return done(request, touchpoint, f"{touchpoint.type} with {touchpoint.customer} is back.")


def _is_corrected(
    request: HttpRequest, form: TouchpointForm | MoveForm, touchpoint: Touchpoint, now: datetime
) -> bool:
    """Correct a touchpoint as a form says, or put into the form what is wrong."""
    changes = form.changes()
    before = said_before(touchpoint, changes)
    try:
        services.edit(touchpoint_id=touchpoint.pk, by=request.user, now=now, **changes)
    except services.TouchpointRefusedError as error:
        form.refuse(error.refusals)
        return False
    request.session[BEFORE_CORRECTION] = {"touchpoint": touchpoint.pk, "said": before}
    return True


def _moved(request: HttpRequest, before: Touchpoint) -> HttpResponse:
    """Say where a touchpoint is now, with the way there and the way back."""
    touchpoint = _mine(request, before.pk)
    there = _in_timeline(touchpoint)
    return done(
        request,
        touchpoint,
        f"{touchpoint.type} moved to {touchpoint.customer}.",
        to=there,
        undo="revert_touchpoint",
        href=there,
        action="Show it there",
    )


def _moved_back(request: HttpRequest, touchpoint: Touchpoint, *, left: int) -> HttpResponse:
    """Lead to where a touchpoint is again whoever looks at the customer whom it left."""
    text = f"{touchpoint.type} is with {touchpoint.customer} again."
    there = _in_timeline(touchpoint)
    shown = urlsplit(request.htmx.current_url or "").path
    if request.htmx and shown == reverse("customer", args=[left]):
        messages.success(request, text)
        return lead_to(request, there)
    return done(request, touchpoint, text, to=there, href=there, action="Show it there")


def _in_timeline(touchpoint: Touchpoint) -> str:
    page = reverse("customer", args=[touchpoint.customer_id])
    return f"{page}?at={touchpoint.pk}#touchpoint-{touchpoint.pk}"


def _usual_time() -> str:
    seconds = median_logging_seconds()
    return words.plural(max(round(seconds), 1), "second") if seconds else ""


def _chips(form: TouchpointForm, unclear: Mapping[str, str]) -> list[Chip]:
    return chips(form, unclear) if form["line"].value() else []


def _start(request: HttpRequest) -> dict[str, Any]:
    given = {name: request.GET[name][:500] for name in GIVEN if name in request.GET}
    return blank(timezone.now(), request.user, given)


def _begun(
    request: HttpRequest, kept_names: Sequence[str]
) -> tuple[TouchpointForm, Mapping[str, str]]:
    """Return a new form as its line fills it in beside what is kept, and what is yet unclear."""
    now, kept = timezone.now(), kept_of(request.GET, kept_names)
    line = request.GET.get("line", "").strip()[:LONGEST_LINE]
    found = Understood({})
    if line:
        found = understood(line, person=request.user, now=now, kept=kept)
    said = {**found.fields, **kept, "line": line, "understood": line}
    form = TouchpointForm(person=request.user, now=now, initial=_start(request) | said)
    form.offer(found.customers, found.moments)
    return form, found.unclear


def _record(request: HttpRequest, form: TouchpointForm) -> services.Outcome:
    (outcome,) = services.record(
        source=services.source_named(BY_HAND),
        items=[form.new_touchpoint()],
        by=request.user,
        now=timezone.now(),
    )
    return outcome


def _says_the_same(form: TouchpointForm, touchpoint: Touchpoint) -> bool:
    """Whether a form sent twice is the same form, not one changed after it was sent."""
    said = form.cleaned_data
    return (
        form.chosen == touchpoint.customer
        and said["type"] == touchpoint.type.key
        and said["text"] == touchpoint.text
        and touchpoint.deleted_at is None
    )


def _anew(request: HttpRequest, form: TouchpointForm) -> TouchpointForm:
    """Return the form as it was filled in, able to record another touchpoint."""
    data = {**form.data.dict(), "external_id": _start(request)["external_id"]}
    return TouchpointForm(data, person=request.user, now=timezone.now(), initial=form.initial)


def _mine(request: HttpRequest, pk: int) -> Touchpoint:
    touchpoint = touchpoint_to_change(request.user, pk)
    if touchpoint is None:
        raise Http404("There is no such touchpoint that you may change.")
    return touchpoint


def _show(request: HttpRequest, form: TouchpointForm, **context: Any) -> HttpResponse:
    """Show a form: in the dialog it was asked from, else on a page of its own."""
    kept = [name for name in GIVEN if name in request.GET and name != "next"]
    context |= {"form": form, "touchpoint": form.touchpoint, "kept": kept}
    context["usual_time"] = _usual_time() if form.touchpoint is None else ""
    return dialog_or_page(
        request, "interactions/_touchpoint_form.html", "interactions/touchpoint.html", context
    )
