"""Keeping a customer off one's own Today for a while, and bringing them back."""

from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from insights.services import snoozes as services
from insights.services.snoozes import NotAsleepError, Sleep, SnoozeRefusedError
from insights.snooze_forms import SleepForm, SnoozeForm, day_of
from interactions.views.done import told
from relationships.models import Customer
from relationships.views.customers import customer_or_404
from relationships.views.htmx import dialog_or_page


@require_http_methods(["GET", "HEAD", "POST"])
def snooze(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask until when a customer stays off Today, in a dialog or on a page, and do it."""
    customer, now = customer_or_404(request.user, pk), timezone.now()
    data = request.POST if request.method == "POST" else None
    form = SnoozeForm(data, today=timezone.localdate(now))
    if data is None or not form.is_valid():
        return _show(request, form, customer)
    before = services.snooze(
        customer_id=customer.pk,
        until=form.moment(),
        reason=form.cleaned_data["reason"],
        by=request.user,
        now=now,
    )
    return _asleep(request, customer, Sleep(form.moment(), ""), before)


@require_POST
def snooze_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a customer back to the sleep that the address names: the way to undo its end."""
    customer, now = customer_or_404(request.user, pk), timezone.now()
    form = SleepForm(request.GET)
    if not form.is_valid():
        raise Http404("There is no such sleep to go back to.")
    sleep = Sleep(**form.cleaned_data)
    try:
        services.snooze(
            customer_id=customer.pk,
            until=sleep.until,
            reason=sleep.reason,
            by=request.user,
            now=now,
        )
    except SnoozeRefusedError as error:
        return _done(request, str(error), tone="error")
    return _asleep(request, customer, sleep, None)


@require_POST
def wake(request: HttpRequest, pk: int) -> HttpResponse:
    """Bring a customer back to Today."""
    customer = customer_or_404(request.user, pk)
    try:
        before = services.wake(customer_id=customer.pk, by=request.user, now=timezone.now())
    except NotAsleepError as error:
        return _done(request, str(error), tone="warning")
    return _done(request, f"{customer} is back on Today.", undo_url=_again_url(customer, before))


def _again_url(customer: Customer, sleep: Sleep) -> str:
    query = urlencode({"until": sleep.until.isoformat(), "reason": sleep.reason})
    return f"{reverse('snooze_again', args=[customer.pk])}?{query}"


def _show(request: HttpRequest, form: SnoozeForm, customer: Customer) -> HttpResponse:
    context = {"form": form, "customer": customer}
    return dialog_or_page(request, "insights/_snooze_form.html", "insights/snooze.html", context)


def _asleep(
    request: HttpRequest, customer: Customer, sleep: Sleep, before: Sleep | None
) -> HttpResponse:
    day = day_of(timezone.localtime(sleep.until).date(), timezone.localdate())
    undo_url = _again_url(customer, before) if before else reverse("wake", args=[customer.pk])
    return _done(request, f"{customer} is off your Today until {day}.", undo_url=undo_url)


def _done(
    request: HttpRequest, text: str, *, undo_url: str = "", tone: str = "success"
) -> HttpResponse:
    """Say what was done, with the way to undo it: in place by htmx, else on Today."""
    events = {"todayChanged": {}, "closeDialog": True}
    return told(request, text, to="today", events=events, tone=tone, undo_url=undo_url)
