"""Asking whether what went wrong was made right."""

from datetime import datetime, timedelta

from django.db import transaction

from interactions.models import Loop
from interactions.selectors import MESS_UPS
from relationships import access
from relationships.models import Person

ASK_AGAIN_AFTER = timedelta(days=2)


class MessUpGoneError(LookupError):
    """There is no such open failure or complaint that this person may see."""


@transaction.atomic
def ask_again(*, loop_id: int, at: datetime | None, by: Person) -> None:
    """Ask at a moment whether an open failure or complaint was made right; with None, now.

    Raises `MessUpGoneError`.
    """
    found = Loop.objects.filter(
        pk=loop_id,
        closed_at=None,
        kind__in=MESS_UPS,
        customer__in=access.customers_visible_to(by),
    )
    if not found.update(ask_again_at=at):
        raise MessUpGoneError("Somebody settled that already.")
