"""Settings, URLs and processes: the one place that sees every app."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
