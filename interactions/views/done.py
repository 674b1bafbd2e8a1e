"""What is said after something was done, with the way to undo it."""

import json
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from interactions.models import Touchpoint
from relationships.models import Customer


def told(
    request: HttpRequest,
    text: str,
    *,
    to: str,
    events: dict[str, Any],
    tone: str = "success",
    undo_url: str = "",
    **context: Any,
) -> HttpResponse:
    """Say something with the way to undo it: in place by htmx, else on the page that follows."""
    if request.htmx:
        said = {"text": text, "tone": tone, "undo_url": undo_url, **context}
        response = render(request, "interactions/_done.html", said)
        response["HX-Trigger"] = json.dumps(events)
        return response
    level = {"success": messages.SUCCESS, "error": messages.ERROR}.get(tone, messages.WARNING)
    messages.add_message(request, level, text, extra_tags=undo_url)
    return redirect(to)


def done(
    request: HttpRequest,
    touchpoint: Touchpoint,
    text: str,
    *,
    to: str = "",
    undo: str = "",
    tone: str = "success",
    distance_before: str = "",
    **context: Any,
) -> HttpResponse:
    """Say what was done about a touchpoint, with the way to undo it; `to` is where it is shown."""
    customer_id = touchpoint.customer_id
    return told(
        request,
        text,
        to=way_back(request, to or reverse("customer", args=[customer_id])),
        events={"touchpointsChanged": {"customer": customer_id}, "closeDialog": True},
        tone=tone,
        undo_url=reverse(undo, args=[touchpoint.pk]) if undo else "",
        touchpoint=touchpoint,
        pays_back=undo == "delete_touchpoint",
        distance_before=distance_before,
        **context,
    )


def not_done(request: HttpRequest, customer: Customer, text: str, *, tone: str) -> HttpResponse:
    """Say why nothing was logged with a customer; rows that said otherwise take it back."""
    events: dict[str, Any] = {"closeDialog": True}
    if tone == "error":
        events["notLogged"] = {"customer": customer.pk}
    to = way_back(request, reverse("customer", args=[customer.pk]))
    return told(request, text, to=to, events=events, tone=tone)


def way_back(request: HttpRequest, otherwise: str) -> str:
    """Return the page of ours that a form asked for as the next, if it did."""
    asked = request.POST.get("next", "")
    if asked and url_has_allowed_host_and_scheme(asked, {request.get_host()}):
        return asked
    return otherwise
