"""How far it is that everyone is counted anew, for the pages that wait for it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from django_htmx.http import HttpResponseClientRefresh

from insights.services.refold import recount_progress
from relationships.access import check_may_see_organisation


@require_safe
def counting(request: HttpRequest) -> HttpResponse:
    """Say how far it is; once everyone is counted, the page shows what it could not before."""
    check_may_see_organisation(request.user)
    progress = recount_progress()
    if progress is None:
        return HttpResponseClientRefresh()
    return render(request, "_components/counting.html", {"counting": progress})
