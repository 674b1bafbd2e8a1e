"""What runs in the background; each task may run twice, or be lost: the next finds the work."""

import time

from celery import shared_task
from django.utils import timezone

from relationships.services import webhooks

LONGEST_DELIVERY_SECONDS = 20


@shared_task
def deliver_webhooks() -> None:
    """Send the messages that are due, until none is or another tick should take over."""
    ends = time.monotonic() + LONGEST_DELIVERY_SECONDS
    webhooks.deliver(clock=timezone.now, is_over=lambda: time.monotonic() > ends)


@shared_task
def prune_webhooks() -> None:
    """Forget what was sent long ago."""
    webhooks.prune(now=timezone.now())
