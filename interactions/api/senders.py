"""Who sends a request: as which source, and what they may do."""

from dataclasses import dataclass
from functools import partial

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


def source_of_key(request: Request) -> Source:
    """Return the source of the key that a request came with."""
    account = request.user
    return request.roster.fact(("source", account.pk), partial(source_of, account))


def sender_of(request: Request) -> Sender:
    """Return who sends a request that writes."""
    is_key = isinstance(request.auth, AccessKey)
    return Sender(
        source=source_of_key(request) if is_key else source_named(selectors.BY_HAND),
        by=request.user,
        may_create_customers=is_key and may(request, "customers:write"),
    )
