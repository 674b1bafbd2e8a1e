"""What went wrong with a customer, and whether it was made right."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from interactions import services
from interactions.catalogue import SETTLED
from interactions.mess_up_forms import SEVERITIES, MessUpForm, PageForm
from interactions.selectors import open_mess_up, touchpoint_to_change
from interactions.services.mess_ups import ASK_AGAIN_AFTER
from interactions.views.done import done, not_done, told
from relationships.models import Customer
from relationships.views.customers import customer_or_404
from relationships.views.htmx import dialog_or_page

SETTLED_ALREADY = "That is settled already."


@require_http_methods(["GET", "HEAD", "POST"])
def log_mess_up(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask what went wrong with a customer and how bad it was, and record it."""
    customer = customer_or_404(request.user, pk)
    form = MessUpForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return _show(request, form, customer)
    text = (
        f"What went wrong with {customer} is recorded. Today asks in two days if it was made right."
    )
    said = {"page": form.cleaned_data["page"], **form.said()}
    return _log(request, customer, text, **said)


@require_POST
def made_right(request: HttpRequest, pk: int) -> HttpResponse:
    """Settle a failure or complaint: it was made right."""
    loop, form = open_mess_up(request.user, pk), PageForm(request.POST)
    if not form.is_valid():
        raise Http404("There is nothing to settle here.")
    if loop is None:
        return _asked(request, SETTLED_ALREADY, tone="warning")
    text = f"Made right with {loop.customer}."
    page = form.cleaned_data["page"]
    return _log(request, loop.customer, text, page=page, type_key=SETTLED, closes_loop=pk)


@require_POST
def not_yet(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask again in two days whether something was made right."""
    at = timezone.now() + ASK_AGAIN_AFTER
    text = f"You are asked again on {timezone.localtime(at):%A}."
    return _ask(request, pk, at, text, undo_url=reverse("ask_now", args=[pk]))


@require_POST
def ask_now(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask at once again whether something was made right: the way to undo "Not yet"."""
    return _ask(request, pk, None, "You are asked about it again.")


def _ask(
    request: HttpRequest, pk: int, at: datetime | None, text: str, *, undo_url: str = ""
) -> HttpResponse:
    try:
        services.ask_again(loop_id=pk, at=at, by=request.user)
    except services.MessUpGoneError:
        return _asked(request, SETTLED_ALREADY, tone="warning")
    return _asked(request, text, undo_url=undo_url)


def _asked(
    request: HttpRequest, text: str, *, undo_url: str = "", tone: str = "success"
) -> HttpResponse:
    """Say what became of the question: in place by htmx, else on Today."""
    events = {"todayChanged": {}}
    return told(request, text, to="today", events=events, tone=tone, undo_url=undo_url)


def _log(request: HttpRequest, customer: Customer, told: str, **said: Any) -> HttpResponse:
    outcome = services.log_now(customer_id=customer.pk, by=request.user, now=timezone.now(), **said)
    if outcome.status == "refused":
        reason = f"That could not be recorded: {outcome.refusals[0].reason}"
        return not_done(request, customer, reason, tone="error")
    touchpoint = touchpoint_to_change(request.user, outcome.touchpoint_id or 0)
    if touchpoint is None:
        return not_done(request, customer, "That was recorded already.", tone="warning")
    return done(request, touchpoint, told, undo="delete_touchpoint")


def _show(request: HttpRequest, form: MessUpForm, customer: Customer) -> HttpResponse:
    context = {"form": form, "customer": customer, "severities": SEVERITIES.items()}
    return dialog_or_page(
        request, "interactions/_mess_up_form.html", "interactions/mess_up.html", context
    )
