"""The Celery application; work is found in PostgreSQL, so a lost message costs nothing."""

import gc
import os

from celery import Celery
from celery.signals import task_prerun, worker_before_create_process
from django.db import close_old_connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("hearth")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# Connections to the database are kept from one task to the next (CELERY_DB_REUSE_MAX), as those of
# requests are; one that is broken or old is left before a task asks.
task_prerun.connect(close_old_connections)


@worker_before_create_process.connect  # type: ignore[misc]
def get_ready(**_: object) -> None:
    """Load what is compiled before workers are forked, for each would take a second for it.

    What is loaded stays, so the collector need not look at it again and again.
    """
    from insights.scoring import load

    load()
    gc.collect()
    gc.freeze()
