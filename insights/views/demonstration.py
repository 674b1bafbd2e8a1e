"""Taking the demonstration organisation away."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from insights.demo import remove_demonstration as remove
from relationships import access
from relationships.words import plural


@require_http_methods(["GET", "HEAD", "POST"])
def remove_demonstration(request: HttpRequest) -> HttpResponse:
    """Say what would go, and let it go."""
    access.check_may_administer(request.user)
    if request.method != "POST":
        return render(request, "insights/remove_demonstration.html")
    removed = remove(by=request.user)
    messages.success(
        request,
        f"Demonstration data removed: {plural(removed.customers, 'customer')} and "
        f"{plural(removed.touchpoints, 'touchpoint')}.",
    )
    return redirect("today")
