"""What runs in the background; each task may run twice, or be lost: the next finds the work."""

import time

from celery import shared_task
from django.utils import timezone

from relationships.services import webhooks
from relationships.services.idempotency import forget_answers

LONGEST_DELIVERY_SECONDS = 20


@shared_task
def deliver_webhooks() -> None:
    """Send the messages that are due, until none is or another tick should take over."""
    ends = time.monotonic() + LONGEST_DELIVERY_SECONDS
    webhooks.deliver(clock=timezone.now, is_over=lambda: time.monotonic() > ends)


@shared_task
def forget_old_answers() -> None:
    """Delete the answers to requests that are too old to be sent again."""
    forget_answers(now=timezone.now())


@shared_task
def prune_webhooks() -> None:
    """Forget what was sent long ago."""
    webhooks.prune(now=timezone.now())
