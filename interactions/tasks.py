"""What runs in the background; each task may run twice, or be lost: the next finds the work."""

import time

from celery import shared_task
from django.utils import timezone

from interactions.services.loop_news import tell_overdue
from interactions.services.segment import rework
from interactions.services.segment.settle import settle

LONGEST_SETTLE_SECONDS = 20
"""A tick that is not done by then leaves the rest to the next."""


@shared_task
def tell_overdue_loops() -> None:
    """Tell of the loops whose due time has passed, each once."""
    now = timezone.now()
    while tell_overdue(now=now):
        pass


@shared_task
def settle_events() -> None:
    """Settle kept events that wait for it, until none does or another tick should take over."""
    ends = time.monotonic() + LONGEST_SETTLE_SECONDS
    while settle(now=timezone.now()) and time.monotonic() < ends:
        pass


@shared_task
def prune_events() -> None:
    """Take away events that are too old or too many."""
    ends = time.monotonic() + LONGEST_SETTLE_SECONDS
    while rework.prune_events(now=timezone.now()) and time.monotonic() < ends:
        pass
