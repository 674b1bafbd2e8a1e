"""Asking whether what went wrong was made right."""

from datetime import datetime, timedelta

from django.db import transaction

from interactions.selectors import MESS_UPS, open_loops
from relationships.models import Person

ASK_AGAIN_AFTER = timedelta(days=2)


class MessUpGoneError(LookupError):
    """There is no such open failure or complaint that this person may see."""


@transaction.atomic
def ask_again(*, loop_id: int, at: datetime | None, by: Person) -> None:
    """Ask at a moment whether an open failure or complaint was made right; with None, now.

    Raises `MessUpGoneError`.
    """
    found = open_loops(by).filter(pk=loop_id, kind__in=MESS_UPS)
    if not found.update(ask_again_at=at):
        raise MessUpGoneError("Somebody settled that already.")
