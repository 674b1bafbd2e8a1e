"""What is said after something was done about a touchpoint, with the way to undo it."""

import json
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from interactions.models import Touchpoint
from relationships.models import Customer


def done(
    request: HttpRequest,
    touchpoint: Touchpoint,
    text: str,
    *,
    undo: str = "",
    tone: str = "success",
    distance_before: str = "",
) -> HttpResponse:
    """Say what was done, with the way to undo it: in place by htmx, else on the next page."""
    context = {
        "undo_url": reverse(undo, args=[touchpoint.pk]) if undo else "",
        "touchpoint": touchpoint,
        "pays_back": undo == "delete_touchpoint",
        "distance_before": distance_before,
    }
    event = {"touchpointsChanged": {"customer": touchpoint.customer_id}}
    return _answer(request, touchpoint.customer_id, text, tone, context, event)


def not_done(request: HttpRequest, customer: Customer, text: str, *, tone: str) -> HttpResponse:
    """Say why nothing was logged with a customer; rows that said otherwise take it back."""
    event = {"notLogged": {"customer": customer.pk}} if tone == "error" else {}
    return _answer(request, customer.pk, text, tone, {}, event)


def _answer(
    request: HttpRequest,
    customer_id: int,
    text: str,
    tone: str,
    context: dict[str, Any],
    event: dict[str, Any],
) -> HttpResponse:
    if request.htmx:
        said = {"text": text, "tone": tone, **context}
        response = render(request, "interactions/_done.html", said)
        response["HX-Trigger"] = json.dumps({**event, "closeDialog": True})
        return response
    level = {"success": messages.SUCCESS, "error": messages.ERROR}.get(tone, messages.WARNING)
    messages.add_message(request, level, text, extra_tags=context.get("undo_url", ""))
    return redirect(_next(request, customer_id))


def _next(request: HttpRequest, customer_id: int) -> str:
    asked = request.POST.get("next", "")
    if asked and url_has_allowed_host_and_scheme(asked, {request.get_host()}):
        return asked
    return reverse("customer", args=[customer_id])
