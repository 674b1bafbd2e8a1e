"""What runs in the background; each task may run twice, or be lost: the next finds the work."""

import time

from celery import shared_task
from django.utils import timezone

from relationships.services import webhooks
from relationships.services.contacts import put_teams_right
from relationships.services.duplicates import find_duplicates as find_pairs
from relationships.services.idempotency import forget_answers
from relationships.signs_of_life import WEBHOOKS, say_alive

LONGEST_DELIVERY_SECONDS = 20


@shared_task
def deliver_webhooks() -> None:
    """Send the messages that are due, until none is or another tick should take over."""
    ends = time.monotonic() + LONGEST_DELIVERY_SECONDS

    def is_over() -> bool:
        # Asked all the while, also when slow receivers make it last longer than it should.
        say_alive(WEBHOOKS)
        return time.monotonic() > ends

    webhooks.deliver(clock=timezone.now, is_over=is_over)


@shared_task
def forget_old_answers() -> None:
    """Delete the answers to requests that are too old to be sent again."""
    forget_answers(now=timezone.now())


@shared_task
def prune_webhooks() -> None:
    """Forget what was sent long ago."""
    webhooks.prune(now=timezone.now())


@shared_task
def find_duplicates() -> None:
    """Find the customers that may be one and the same."""
    find_pairs(now=timezone.now())


@shared_task
def put_contacts_right() -> None:
    """Give each contact the team of its customer, by which it is searched for."""
    put_teams_right()
