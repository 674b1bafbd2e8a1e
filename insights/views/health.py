"""`/healthz`: for whoever watches over Hearth."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache

from insights.health import health


@login_not_required
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer 200 when database, broker and workers are up, else 503, with the state of each."""
    is_up, checks = health()
    return JsonResponse({"is_up": is_up, **checks}, status=200 if is_up else 503)
