"""Who of us knows whom at a customer: a table, with single threads marked."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from insights import acquaintance_words
from insights.selectors.acquaintances import KNOWS_FROM, acquaintances_at
from relationships.views.customers import customer_or_404


@require_safe
def who_knows(request: HttpRequest, pk: int) -> HttpResponse:
    """Show who of us knows whom at a customer, and how well."""
    customer = customer_or_404(request.user, pk)
    if customer.pk != pk:
        return redirect("who_knows", pk=customer.pk)
    found = acquaintances_at(customer, now=timezone.now())
    context = {
        "customer": customer,
        "summary": acquaintance_words.summary(found),
        "single": acquaintance_words.single_words(found),
        "knows_from": f"{KNOWS_FROM:.0f}",
        "is_long": found.is_long,
        "has_any": bool(found.pairs),
        "log_query": f"?customer={customer.pk}",
        **acquaintance_words.table(found),
    }
    return render(request, "insights/who_knows.html", context)
