"""What runs in the background; each task may run twice, or be lost: the next finds the work."""

from celery import shared_task
from django.utils import timezone

from interactions.services.idempotency import forget_answers
from interactions.services.loop_news import tell_overdue


@shared_task
def forget_old_answers() -> None:
    """Delete the answers to requests that are too old to be sent again."""
    forget_answers(now=timezone.now())


@shared_task
def tell_overdue_loops() -> None:
    """Tell of the loops whose due time has passed, each once."""
    now = timezone.now()
    while tell_overdue(now=now):
        pass
