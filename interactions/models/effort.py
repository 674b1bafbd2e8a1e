"""How long logging takes whoever logs."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

LONGEST_SECONDS = 3600
"""Whoever takes longer was doing something else meanwhile."""


class LoggingTime(models.Model):
    """How long somebody took from the first key to what was logged; nobody needs to know who."""

    seconds = models.FloatField()
    logged_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="logging_time_is_an_hour_at_most",
                condition=Q(seconds__gt=0, seconds__lte=LONGEST_SECONDS),
            ),
        )

    def __str__(self) -> str:
        return f"{self.seconds:.1f} s"
