"""What was logged without a network, or comes from another app: it is sent, or finished, here."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from interactions import services
from interactions.forms import TouchpointForm, blank
from interactions.line_form import chips, understood
from interactions.models import Touchpoint
from interactions.selectors import BY_HAND, logged_by_hand, touchpoint_to_change
from interactions.selectors.appointments import promise_with
from interactions.services.flaws import CLOCK_TOLERANCE
from interactions.waiting import WaitingForm, shared, waiting_touchpoint


@require_safe
def waiting(request: HttpRequest) -> HttpResponse:
    """Show what waits on this device to be sent; the page itself holds nothing of it."""
    return render(request, "interactions/waiting.html")


@login_not_required
@never_cache
@require_safe
def waiting_token(request: HttpRequest) -> JsonResponse:
    """Say whose session this is, and give the token without which it takes nothing."""
    person = str(request.user.pk) if request.user.is_authenticated else ""
    return JsonResponse({"person": person, "token": get_token(request)})


@login_not_required
@require_POST
def send_waiting(request: HttpRequest) -> JsonResponse:
    """Take one touchpoint that waited, once, or say what is missing; never for somebody else."""
    if not request.user.is_authenticated:
        return JsonResponse({"status": "signed_out"}, status=401)
    about = WaitingForm(request.POST)
    if not about.is_valid():
        return _needs_you("Hearth cannot read this. Write it again, then delete it here.", 400)
    said, now = about.cleaned_data, timezone.now()
    if said["written_by"] != request.user.pk:
        return JsonResponse({"status": "another_person"}, status=409)
    known = logged_by_hand(str(said["external_id"]))
    if known:
        return _known(request, known, is_changed=said["is_changed"])
    form, unclear = waiting_touchpoint(request.POST, age=said["age"], person=request.user, now=now)
    if unclear or not form.is_valid():
        return _needs_you(_what_is_missing(form, unclear))
    written = now - timedelta(seconds=said["age"])
    if form.cleaned_data["occurred_at"] > written + CLOCK_TOLERANCE:
        return _was_ahead(request, form)
    (outcome,) = services.record(
        source=services.source_named(BY_HAND),
        items=[form.new_touchpoint()],
        by=request.user,
        now=now,
    )
    if outcome.status == "refused":
        return _needs_you(" ".join(refusal.reason for refusal in outcome.refusals))
    touchpoint = touchpoint_to_change(request.user, outcome.touchpoint_id or 0)
    return JsonResponse({"status": outcome.status, "toast": _toast(request, touchpoint)})


@require_POST
def finish_waiting(request: HttpRequest) -> HttpResponse:
    """Open the form filled in with something that waited, to say what is missing."""
    about = WaitingForm(request.POST)
    if not about.is_valid() or about.cleaned_data["written_by"] != request.user.pk:
        raise Http404("There is nothing of yours to finish here.")
    form, unclear = waiting_touchpoint(
        request.POST, age=about.cleaned_data["age"], person=request.user, now=timezone.now()
    )
    return _show(request, form, unclear, kept=request.POST.getlist("kept"))


@require_safe
def share(request: HttpRequest) -> HttpResponse:
    """Open the form with what another app shared."""
    now, given = timezone.now(), shared(request.GET)
    unclear: Mapping[str, str] = {}
    initial: dict[str, Any] = {**blank(now, request.user, {}), **given}
    if "line" in given:
        found = understood(given["line"], person=request.user, now=now, kept={})
        initial |= {**found.fields, "understood": given["line"]}
        unclear = found.unclear
    form = TouchpointForm(person=request.user, now=now, initial=initial)
    if "line" in given:
        form.offer(found.customers, found.moments)
    return _show(request, form, unclear, kept=["text"] if "text" in given else [])


def _was_ahead(request: HttpRequest, form: TouchpointForm) -> JsonResponse:
    """Plan what was yet to come when it was written, unless it is over by now."""
    if not form.is_planned:
        return _needs_you("This was yet to come when you wrote it. Log it if it took place.")
    try:
        appointment, is_new = services.plan(by=request.user, now=timezone.now(), **form.planned())
    except services.CannotPlanError as error:
        return _needs_you(str(error))
    if not is_new:
        return JsonResponse({"status": "known"})
    text = f"{appointment.what} with {appointment.customer} planned; it had waited here."
    toast = _sent(request, text, reverse("call_off", args=[appointment.pk]))
    if form.makes_promise:
        toast = _toast(request, promise_with(appointment)) + toast
    return JsonResponse({"status": "recorded", "toast": toast})


def _show(
    request: HttpRequest, form: TouchpointForm, unclear: Mapping[str, str], kept: Sequence[str]
) -> HttpResponse:
    context = {
        "form": form,
        "chips": chips(form, unclear) if form["line"].value() else [],
        "kept": [name for name in kept if name in form.fields],
    }
    return render(request, "interactions/touchpoint.html", context)


def _needs_you(reason: str, status: int = 200, href: str = "") -> JsonResponse:
    return JsonResponse({"status": "needs_you", "reason": reason, "href": href}, status=status)


def _known(request: HttpRequest, touchpoint: Touchpoint, *, is_changed: bool) -> JsonResponse:
    """Answer what was recorded before: a change made since then must not get lost."""
    mine = touchpoint_to_change(request.user, touchpoint.pk) if is_changed else None
    if mine is None:
        return JsonResponse({"status": "known"})
    reason = (
        f"Before you changed this it was logged as {mine.type} with {mine.customer}. "
        "Correct it there, then delete it here."
    )
    return _needs_you(reason, href=reverse("edit_touchpoint", args=[mine.pk]))


def _what_is_missing(form: TouchpointForm, unclear: Mapping[str, str]) -> str:
    form.full_clean()
    wrong = (str(error) for errors in form.errors.values() for error in errors)
    return " ".join([*unclear.values(), *wrong])


def _toast(request: HttpRequest, touchpoint: Touchpoint) -> str:
    text = f"{touchpoint.type} with {touchpoint.customer} logged; it had waited here."
    return _sent(request, text, reverse("delete_touchpoint", args=[touchpoint.pk]))


def _sent(request: HttpRequest, text: str, undo_url: str) -> str:
    said = {"text": text, "tone": "success", "undo_url": undo_url}
    return render_to_string("_components/toast.html", said, request)
