"""Weekly warnings of customers who are most likely to fall silent, and what became of them."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from relationships.models import Customer


class AlertRun(models.Model):
    """Says that the warnings of a week were raised, and among how many customers."""

    week = models.DateField(unique=True, help_text="Its Monday; what was known at midnight UTC.")
    horizon_days = models.IntegerField(help_text="Days of silence warned of.")
    budget_percent = models.IntegerField(help_text="Share of those in touch that may be warned of.")
    in_touch = models.IntegerField(help_text="Customers heard from within the horizon before.")
    raised_at = models.DateTimeField(db_default=Now())

    class Meta:
        get_latest_by = "week"
        constraints = (
            models.CheckConstraint(
                name="alert_run_asks_what_can_be_answered",
                condition=Q(horizon_days__gte=1, budget_percent__range=(1, 50), in_touch__gte=0),
            ),
        )

    def __str__(self) -> str:
        return f"warnings of {self.week}"


class Alert(models.Model):
    """One customer among those most likely to fall silent on one Monday.

    `silence`, `distance` and `why` are as they were at that midnight; `status` goes on from there.
    """

    class Status(models.TextChoices):
        """What became of it."""

        OPEN = "open", "Open"
        RECOVERED = "recovered", "Heard from again"
        CAME_TRUE = "came_true", "Silent to the end"

    run = models.ForeignKey(AlertRun, models.CASCADE, related_name="alerts", db_index=False)
    customer = models.ForeignKey(
        Customer, models.CASCADE, db_constraint=False, db_index=False, related_name="alerts"
    )
    since = models.DateTimeField(help_text="The midnight (UTC) at which its week began.")
    until = models.DateTimeField(help_text="Silent until here, it came true.")
    silence = models.FloatField(help_text="Probability of silence for the horizon, then.")
    distance = models.FloatField()
    last_at = models.DateTimeField(help_text="When they had last been active, then.")
    is_repeated = models.BooleanField(help_text="An earlier week warned of the same silence.")
    why = ArrayField(models.CharField(max_length=300), help_text="Sentences, the largest first.")
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN)
    heard_at = models.DateTimeField(
        null=True, help_text="When they were first active again, if that was in time."
    )
    updated_at = models.DateTimeField(
        db_default=Now(), editable=False, help_text="When it last changed; the database keeps it."
    )

    class Meta:
        indexes = (
            models.Index(fields=("-since", "-silence", "customer"), name="alert_by_week"),
            models.Index(fields=("updated_at", "id"), name="alert_by_update"),
            models.Index(
                fields=("customer",), condition=Q(status="open"), name="alert_open_by_customer"
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("customer", "run"), name="customer_is_warned_of_once_a_week"
            ),
            models.CheckConstraint(
                name="alert_was_heard_from_when_recovered",
                condition=Q(
                    status="recovered",
                    # A comparison with nothing is neither true nor false, and a check lets it pass.
                    heard_at__isnull=False,
                    heard_at__gte=F("since"),
                    heard_at__lt=F("until"),
                )
                | Q(status__in=("open", "came_true"), heard_at__isnull=True),
            ),
            models.CheckConstraint(
                name="alert_silence_is_a_share", condition=Q(silence__range=(0, 1))
            ),
        )

    def __str__(self) -> str:
        return f"warning of customer {self.customer_id} on {self.since:%Y-%m-%d}"
