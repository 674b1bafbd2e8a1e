"""What runs in the background; each task may run twice, or be lost: the next finds the work."""

from celery import shared_task
from django.utils import timezone

from interactions.services.idempotency import forget_answers


@shared_task
def forget_old_answers() -> None:
    """Delete the answers to requests that are too old to be sent again."""
    forget_answers(now=timezone.now())
