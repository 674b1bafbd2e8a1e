"""What one press does with a customer: where rows of lists lead without keys."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from insights.selectors import customer as selectors
from interactions.row_actions import row_keys
from relationships.views.customers import customer_or_404


@require_safe
def customer_actions(request: HttpRequest, pk: int) -> HttpResponse:
    """Offer what can be logged at once with a customer, and to snooze them."""
    customer = customer_or_404(request.user, pk)
    standing = selectors.standing(customer)
    is_dialog = bool(request.htmx) and request.htmx.target == "dialog-body"
    reading = standing.reading
    context = {
        "customer": customer,
        "is_dialog": is_dialog,
        "distance": f"{reading.distance:.0f}" if reading and standing.is_known else "",
        "next": reverse("today") if request.GET.get("from") == "today" else "",
        **row_keys(),
    }
    name = "insights/_customer_actions.html" if is_dialog else "insights/customer_actions.html"
    response = render(request, name, context)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response
