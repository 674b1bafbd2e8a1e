"""Who sends a request: as which source, and what they may do."""

from dataclasses import dataclass

from rest_framework.request import Request

from interactions import selectors
from interactions.models import Source
from interactions.services import source_named, source_of
from relationships.api.permissions import may
from relationships.models import AccessKey, Person


@dataclass(frozen=True, slots=True)
class Sender:
    """Whoever writes: the source of a key, or of what people log here."""

    source: Source
    by: Person
    may_create_customers: bool


def sender_of(request: Request) -> Sender:
    """Return who sends a request that writes."""
    is_key = isinstance(request.auth, AccessKey)
    return Sender(
        source=source_of(request.user) if is_key else source_named(selectors.BY_HAND),
        by=request.user,
        may_create_customers=is_key and may(request, "customers:write"),
    )
