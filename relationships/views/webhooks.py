"""Endpoints of webhooks: the list, making and changing them, and the log of each."""

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from relationships import access
from relationships.models import WebhookDelivery, WebhookEndpoint
from relationships.numbers import whole_number
from relationships.selectors import webhooks as selectors
from relationships.services import webhooks as services
from relationships.signs_of_life import WEBHOOKS, is_missing
from relationships.webhook_form import WebhookForm
from relationships.webhook_kinds import KINDS, PING
from relationships.webhook_presentation import (
    delivery_rows,
    endpoint_rows,
    health_words,
    kind_label,
    state_of,
)


@require_safe
def webhooks(request: HttpRequest) -> HttpResponse:
    """List the endpoints and how it goes with each."""
    access.check_may_administer(request.user)
    now, endpoints = timezone.now(), list(selectors.webhook_endpoints())
    context = {
        "rows": endpoint_rows(endpoints, selectors.health_of(endpoints), now),
        "stuck_since": selectors.stuck_since(now=now),
        "is_worker_missing": is_missing(WEBHOOKS),
    }
    return render(request, "relationships/webhooks.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new_webhook(request: HttpRequest) -> HttpResponse:
    """Make an endpoint."""
    access.check_may_administer(request.user)
    form = WebhookForm(request.POST) if request.method == "POST" else WebhookForm()
    if form.is_bound and form.is_valid():
        try:
            endpoint = services.create_endpoint(**form.cleaned_data, by=request.user)
        except services.RefusedUrlError as error:
            form.add_error("url", str(error))
        except services.TooManyEndpointsError as error:
            form.add_error(None, str(error))
        else:
            return redirect("webhook", endpoint.pk)
    return render(request, "relationships/webhook_form.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
def edit_webhook(request: HttpRequest, pk: int) -> HttpResponse:
    """Change where an endpoint is and what it is told."""
    access.check_may_administer(request.user)
    endpoint = endpoint_or_404(pk)
    form = WebhookForm(request.POST) if request.method == "POST" else WebhookForm.of(endpoint)
    if form.is_bound and form.is_valid():
        try:
            services.change_endpoint(endpoint_id=pk, **form.cleaned_data)
        except services.RefusedUrlError as error:
            form.add_error("url", str(error))
        else:
            return redirect("webhook", pk)
    context = {"form": form, "endpoint": endpoint}
    return render(request, "relationships/webhook_form.html", context)


@require_safe
def webhook(request: HttpRequest, pk: int) -> HttpResponse:
    """Show how it goes with an endpoint, and what was sent to it."""
    access.check_may_administer(request.user)
    endpoint = endpoint_or_404(pk)
    return render(request, "relationships/webhook.html", _page(request, endpoint))


@never_cache
@require_POST
def show_webhook_secret(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the page of an endpoint with what its messages are signed with."""
    access.check_may_administer(request.user)
    endpoint = endpoint_or_404(pk)
    context = _page(request, endpoint) | {"shows_secrets": True}
    return render(request, "relationships/webhook.html", context)


def endpoint_or_404(pk: int) -> WebhookEndpoint:
    """Return an endpoint, or say that there is none."""
    endpoint = selectors.webhook_endpoint(pk)
    if endpoint is None:
        raise Http404("There is no such endpoint; it may have been deleted.")
    return endpoint


def _page(request: HttpRequest, endpoint: WebhookEndpoint) -> dict[str, Any]:
    now = timezone.now()
    asked = _asked(request)
    page = selectors.deliveries_page(
        endpoint,
        status=asked["status"],
        kind=asked["kind"],
        before=whole_number(request.GET.get("before", "")),
        after=whole_number(request.GET.get("after", "")),
    )

    def to(**changes: object) -> str:
        query = urlencode({k: v for k, v in (asked | changes).items() if v})
        return f"{reverse('webhook', args=[endpoint.pk])}?{query}#log"

    return {
        "endpoint": endpoint,
        "is_worker_missing": is_missing(WEBHOOKS),
        "state": state_of(endpoint, now),
        "health": health_words(selectors.health_of([endpoint])[endpoint.pk]),
        "kinds": [kind_label(kind) for kind in endpoint.kinds],
        "secrets": selectors.usable_secrets(endpoint, now=now),
        "rows": delivery_rows(page.deliveries, now),
        "asked": asked,
        "statuses": [
            {"label": label, "url": to(status=value), "is_chosen": asked["status"] == value}
            for value, label in (("", "All"), *WebhookDelivery.Status.choices)
        ],
        "kind_choices": [(kind, kind_label(kind)) for kind in (*KINDS, PING)],
        "previous_url": to(after=page.newer_than) if page.newer_than else "",
        "next_url": to(before=page.older_than) if page.older_than else "",
        "kept_days": services.KEPT_FOR.days,
    }


def _asked(request: HttpRequest) -> dict[str, Any]:
    """Return what the log is narrowed to; what makes no sense is left out."""
    status, kind = request.GET.get("status", ""), request.GET.get("kind", "")
    return {
        "status": status if status in WebhookDelivery.Status.values else "",
        "kind": kind if kind in (*KINDS, PING) else "",
    }
