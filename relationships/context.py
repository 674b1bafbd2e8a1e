"""What every template knows."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from relationships import access, selectors
from relationships.models import Person
from relationships.selectors.webhooks import switched_off_by_failing


def hearth(request: HttpRequest) -> dict[str, Any]:
    """Give templates `hearth`: what this person may do, and whether demonstration data is here."""
    person = getattr(request, "user", None)
    if not isinstance(person, Person):
        return {"hearth": {"has_demo": selectors.has_demonstration()}}
    return {
        "hearth": {
            "has_demo": selectors.has_demonstration(),
            "may_see_organisation": access.may_see_organisation(person),
            "may_administer": access.may_administer(person),
            # Asked for only where it is shown, which is to administrators.
            "webhooks_off": SimpleLazyObject(switched_off_by_failing),
        }
    }
