"""Webhooks: who wants to be told what, what happened, and how telling them went."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from relationships.models.people import Person, Team


class WebhookEndpoint(models.Model):
    """An address that is told of some kinds of events, of all customers or of one team's."""

    class OffBecause(models.TextChoices):
        """Why an endpoint is told nothing; empty means it is on."""

        BY_HAND = "by_hand", "Switched off"
        GONE = "gone", "It answered 410: it is gone for good"
        FAILING = "failing", "It took nothing for days"

    url = models.CharField(max_length=2000)
    description = models.CharField(max_length=200, blank=True)
    kinds = ArrayField(models.CharField(max_length=40))
    team = models.ForeignKey(
        Team, models.CASCADE, null=True, blank=True, help_text="Empty means every customer."
    )
    off_because = models.CharField(max_length=10, choices=OffBecause, blank=True)
    off_at = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(
        null=True, help_text="The first try that failed since the last that was taken."
    )
    resting_until = models.DateTimeField(null=True, help_text="It asked to be left alone so long.")
    created_at = models.DateTimeField(db_default=Now())
    created_by = models.ForeignKey(Person, models.SET_NULL, null=True)
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(name="webhook_endpoint_has_an_url", condition=~Q(url="")),
            models.CheckConstraint(
                name="webhook_endpoint_wants_something", condition=Q(kinds__len__gt=0)
            ),
            models.CheckConstraint(
                name="webhook_endpoint_says_why_it_is_off",
                condition=Q(off_because="", off_at__isnull=True)
                | Q(off_because__in=("by_hand", "gone", "failing"), off_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return self.description or self.url

    @property
    def is_on(self) -> bool:
        """Whether it is told of what happens."""
        return not self.off_because and self.deleted_at is None


class WebhookSecret(models.Model):
    """What an endpoint's messages are signed with; after a rotation, for a while, by two."""

    endpoint = models.ForeignKey(WebhookEndpoint, models.CASCADE, related_name="secrets")
    value = models.CharField(max_length=100)
    created_at = models.DateTimeField(db_default=Now())
    ends_at = models.DateTimeField(null=True, help_text="Empty for the one in use.")

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=("endpoint",),
                condition=Q(ends_at__isnull=True),
                name="webhook_endpoint_has_one_secret_in_use",
            ),
            models.CheckConstraint(
                name="webhook_secret_is_one", condition=Q(value__startswith="whsec_")
            ),
        )

    def __str__(self) -> str:
        return f"secret of endpoint {self.endpoint_id}"


class WebhookEvent(models.Model):
    """What happened, written in the transaction that did it, when somebody wants to know."""

    message_id = models.UUIDField(
        db_default=RandomUUID(), unique=True, help_text="The same for every try."
    )
    kind = models.CharField(max_length=40)
    customer_id = models.BigIntegerField(null=True)
    occurred_at = models.DateTimeField()
    data = models.JSONField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = (models.Index(fields=("created_at",), name="webhook_event_by_age"),)
        constraints = (
            models.CheckConstraint(name="webhook_event_has_a_kind", condition=~Q(kind="")),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.message_id}"


class WebhookDelivery(models.Model):
    """One event on its way to one endpoint."""

    class Status(models.TextChoices):
        """What became of it so far."""

        WAITING = "waiting", "Waiting"
        DELIVERED = "delivered", "Delivered"
        FAILED = "failed", "Failed"

    event = models.ForeignKey(
        WebhookEvent, models.CASCADE, db_index=False, related_name="deliveries"
    )
    endpoint = models.ForeignKey(
        WebhookEndpoint, models.CASCADE, db_index=False, related_name="deliveries"
    )
    status = models.CharField(max_length=10, choices=Status, default=Status.WAITING)
    tries = models.SmallIntegerField(default=0, help_text="Since it was last put in the queue.")
    due_at = models.DateTimeField(help_text="When it is tried next, while it is waiting.")
    taken_until = models.DateTimeField(
        null=True, help_text="A worker is trying; should it die, another may after this."
    )
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "webhook deliveries"
        indexes = (
            models.Index(
                fields=("endpoint", "due_at"),
                condition=Q(status="waiting"),
                name="webhook_delivery_waiting",
            ),
            models.Index(
                fields=("endpoint",),
                condition=Q(taken_until__isnull=False),
                name="webhook_delivery_taken",
            ),
            models.Index(fields=("endpoint", "-id"), name="webhook_delivery_log"),
            models.Index(fields=("endpoint", "status", "-id"), name="webhook_delivery_by_status"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("event", "endpoint"), name="webhook_event_is_told_once_to_each"
            ),
            models.CheckConstraint(
                name="webhook_delivery_status_is_known",
                condition=Q(status="waiting", finished_at__isnull=True)
                | Q(status__in=("delivered", "failed"), finished_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"event {self.event_id} to endpoint {self.endpoint_id}"


class WebhookAttempt(models.Model):
    """One try of a delivery, and what came of it."""

    delivery = models.ForeignKey(WebhookDelivery, models.CASCADE, related_name="attempts")
    at = models.DateTimeField()
    took_ms = models.IntegerField()
    response_code = models.SmallIntegerField(null=True, help_text="Empty when nothing answered.")
    problem = models.CharField(max_length=300, blank=True, help_text="Empty when it was taken.")
    answer = models.TextField(blank=True, help_text="The beginning of the answer's body.")

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"try of delivery {self.delivery_id}"
