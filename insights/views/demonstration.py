"""Taking the demonstration organisation away."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from insights.demo import remove_demonstration as remove
from insights.words import counted
from relationships import access


@require_http_methods(["GET", "HEAD", "POST"])
def remove_demonstration(request: HttpRequest) -> HttpResponse:
    """Say what would go, and let it go."""
    access.check_may_administer(request.user)
    if request.method != "POST":
        return render(request, "insights/remove_demonstration.html")
    removed = remove(by=request.user)
    messages.success(
        request,
        f"Demonstration data removed: {counted(removed.customers, 'customer')} and "
        f"{counted(removed.touchpoints, 'touchpoint')}.",
    )
    return redirect("today")
