"""What every template knows of scoring."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from insights.services.refold import refold_progress


def scoring(request: HttpRequest) -> dict[str, Any]:
    """Give templates `refolding`: how far a new policy has come, None when all is done.

    It is asked for only where it is shown, which is to administrators.
    """
    return {"refolding": SimpleLazyObject(refold_progress)}
