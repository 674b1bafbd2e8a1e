"""The Celery application; work is found in PostgreSQL, so a lost message costs nothing."""

import gc
import os

from celery import Celery
from celery.signals import worker_before_create_process

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("hearth")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_before_create_process.connect  # type: ignore[misc]
def get_ready(**_: object) -> None:
    """Load what is compiled before workers are forked, for each would take a second for it.

    What is loaded stays, so the collector need not look at it again and again.
    """
    from insights.scoring import load

    load()
    gc.collect()
    gc.freeze()
