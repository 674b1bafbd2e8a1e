"""What one press does with a customer: where rows of lists lead without keys."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from insights.selectors import customer as selectors
from interactions.row_actions import row_keys
from relationships.views.customers import customer_or_404
from relationships.views.htmx import dialog_or_page


@require_safe
def customer_actions(request: HttpRequest, pk: int) -> HttpResponse:
    """Offer what can be logged at once with a customer, and to snooze them."""
    customer = customer_or_404(request.user, pk)
    standing = selectors.standing(customer)
    reading = standing.reading
    context = {
        "customer": customer,
        "distance": f"{reading.distance:.0f}" if reading and standing.is_known else "",
        "next": reverse("today") if request.GET.get("from") == "today" else "",
        **row_keys(),
    }
    return dialog_or_page(
        request, "insights/_customer_actions.html", "insights/customer_actions.html", context
    )
