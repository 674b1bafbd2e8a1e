"""Saying whether what was planned took place, and calling it off."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from interactions import services
from interactions.forms import TouchpointForm
from interactions.models import Appointment
from interactions.selectors import touchpoint_to_change
from interactions.selectors.appointments import appointment_of, promise_with
from interactions.views.done import done, not_done, told, way_back
from relationships import words


def planned(request: HttpRequest, form: TouchpointForm) -> HttpResponse | None:
    """Plan what a form says and tell so; None when it cannot be planned, which the form says."""
    try:
        appointment, is_new = services.plan(by=request.user, now=timezone.now(), **form.planned())
    except services.CannotPlanError as error:
        form.refuse([services.Refusal(error.field, None, str(error))])
        return None
    when = words.moment_ahead(appointment.starts_at, timezone.now())
    what = f"{appointment.what} with {appointment.customer}"
    if not is_new:
        return _told(request, appointment, f"{what} is planned already.", tone="warning")
    text = f"{what} planned for {when}. Today asks you afterwards whether it took place."
    if not form.makes_promise:
        return _told(request, appointment, text, undo="call_off")
    promise = promise_with(appointment)
    logged = f"{promise.type} with {promise.customer} logged."
    before = done(request, promise, logged, undo="delete_touchpoint")
    answer = _told(request, appointment, text, undo="call_off", changes="touchpointsChanged")
    answer.content = before.content + answer.content
    return answer


@require_POST
def took_place(request: HttpRequest, pk: int) -> HttpResponse:
    """Log what was planned as it was planned."""
    now = timezone.now()
    try:
        outcome = services.took_place(appointment_id=pk, by=request.user, now=now)
    except services.NoSuchAppointmentError as error:
        raise Http404(str(error)) from error
    touchpoint = touchpoint_to_change(request.user, outcome.touchpoint_id or 0)
    if touchpoint is None:
        customer = _appointment(request, pk).customer
        reason = outcome.refusals[0].reason if outcome.refusals else "Load the page again."
        return not_done(request, customer, f"That could not be logged: {reason}", tone="error")
    text = f"{touchpoint.type} with {touchpoint.customer} logged."
    return done(request, touchpoint, text, undo="delete_touchpoint")


@require_POST
def call_off(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that something planned will not take place, or did not."""
    now = timezone.now()
    appointment = _change(request, services.call_off, appointment_id=pk, now=now)
    verb = "did not take place" if appointment.starts_at < now else "called off"
    text = f"{appointment.what} with {appointment.customer} {verb}."
    return _told(request, appointment, text, undo="plan_again")


@require_POST
def plan_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back that something was called off."""
    appointment = _change(request, services.plan_again, appointment_id=pk)
    text = f"{appointment.what} with {appointment.customer} is planned again."
    return _told(request, appointment, text)


def _change(request: HttpRequest, change: Any, **said: Any) -> Appointment:
    try:
        return change(by=request.user, **said)
    except services.NoSuchAppointmentError as error:
        raise Http404(str(error)) from error


def _told(
    request: HttpRequest,
    appointment: Appointment,
    text: str,
    *,
    undo: str = "",
    tone: str = "success",
    changes: str = "",
) -> HttpResponse:
    """Say what became of something planned, with the way to undo it, and what else `changes`."""
    about = {"customer": appointment.customer_id}
    return told(
        request,
        text,
        to=way_back(request, reverse("customer", args=[appointment.customer_id])),
        events={"plansChanged": about, "closeDialog": True} | ({changes: about} if changes else {}),
        tone=tone,
        undo_url=reverse(undo, args=[appointment.pk]) if undo else "",
    )


def _appointment(request: HttpRequest, pk: int) -> Appointment:
    found = appointment_of(request.user, pk)
    if found is None:
        raise Http404("Nothing like that is planned.")
    return found
