"""What administrators do to endpoints of webhooks and to single messages."""

from datetime import timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from relationships import access
from relationships.selectors import webhooks as selectors
from relationships.services import webhooks as services
from relationships.services.webhooks.deliveries import message_body_of
from relationships.views.htmx import lead_to
from relationships.views.webhooks import endpoint_or_404
from relationships.webhook_presentation import delivery_rows, kind_label, payload_of, tries_of
from relationships.words import plural

SINCE_HOURS = {"1": "the last hour", "24": "the last day", "72": "three days", "720": "a month"}


@require_POST
def ping_webhook(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a test message, and lead to what becomes of it."""
    access.check_may_administer(request.user)
    endpoint_or_404(pk)
    delivery_id = services.ping(endpoint_id=pk, by=request.user, now=timezone.now())
    return redirect("webhook_delivery", delivery_id)


@require_POST
def switch_webhook(request: HttpRequest, pk: int) -> HttpResponse:
    """Switch an endpoint on or off."""
    access.check_may_administer(request.user)
    endpoint_or_404(pk)
    if request.POST.get("to") == "on":
        services.switch_on(endpoint_id=pk)
        messages.success(request, "It is on, and gets what still waits for it.")
    else:
        services.switch_off(endpoint_id=pk, now=timezone.now())
        messages.success(request, "It is off. What happens from now on is not kept for it.")
    return redirect("webhook", pk)


@require_POST
def rotate_webhook_secret(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign with a new secret, and with the old one too for a day."""
    access.check_may_administer(request.user)
    endpoint_or_404(pk)
    services.rotate_secret(endpoint_id=pk, now=timezone.now())
    messages.success(
        request,
        "There is a new secret. For 24 hours messages are signed with both: enter the new one "
        "where they are received.",
    )
    return redirect("webhook", pk)


@require_POST
def end_webhook_secrets(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign with the newest secret alone."""
    access.check_may_administer(request.user)
    endpoint_or_404(pk)
    services.end_old_secrets(endpoint_id=pk, now=timezone.now())
    messages.success(request, "Messages are signed with the new secret alone.")
    return redirect("webhook", pk)


@require_POST
def delete_webhook(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete an endpoint, which can be undone."""
    access.check_may_administer(request.user)
    endpoint = endpoint_or_404(pk)
    services.delete_endpoint(endpoint_id=pk, now=timezone.now())
    undo = reverse("restore_webhook", args=[pk])
    messages.success(request, f"Deleted {endpoint}.", extra_tags=undo)
    return redirect("webhooks")


@require_POST
def restore_webhook(request: HttpRequest, pk: int) -> HttpResponse:
    """Bring a deleted endpoint back."""
    access.check_may_administer(request.user)
    try:
        services.restore_endpoint(endpoint_id=pk)
    except services.EndpointGoneError as error:
        raise Http404(str(error)) from error
    return lead_to(request, "webhook", pk)


@require_POST
def resend_failed(request: HttpRequest, pk: int) -> HttpResponse:
    """Send again what an endpoint did not take lately."""
    access.check_may_administer(request.user)
    endpoint_or_404(pk)
    chosen = request.POST.get("hours", "")
    hours = int(chosen) if chosen in SINCE_HOURS else 24
    now = timezone.now()
    again = services.redeliver_failed(endpoint_id=pk, since=now - timedelta(hours=hours), now=now)
    if again:
        messages.success(request, f"{plural(again, 'message')} will be sent again.")
    else:
        messages.info(request, f"Nothing failed in {SINCE_HOURS[str(hours)]}.")
    return redirect("webhook", pk)


@require_safe
def webhook_delivery(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a message, and what came of each try to deliver it."""
    access.check_may_administer(request.user)
    delivery = selectors.webhook_delivery(pk)
    if delivery is None:
        raise Http404("This message is no longer kept.")
    (row,) = delivery_rows([delivery], timezone.now())
    context = {
        "delivery": delivery,
        "endpoint": delivery.endpoint,
        "row": row,
        "tries": tries_of(delivery),
        "label": kind_label(delivery.event.kind),
    }
    if request.htmx:
        return render(request, "relationships/_webhook_tries.html", context)
    context["payload"] = payload_of(message_body_of(delivery.event))
    return render(request, "relationships/webhook_delivery.html", context)


@require_POST
def resend_webhook_delivery(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a message once more."""
    access.check_may_administer(request.user)
    try:
        services.redeliver(delivery_id=pk, now=timezone.now())
    except services.DeliveryGoneError as error:
        raise Http404(str(error)) from error
    return redirect("webhook_delivery", pk)
