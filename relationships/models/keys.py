"""The keys of service accounts."""

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from relationships.models.people import Person


class AccessKey(models.Model):
    """A secret with which a service account uses the API; only its digest is kept."""

    class State(models.TextChoices):
        """Whether a key works, and if not, why."""

        WORKS = "works", "Works"
        REVOKED = "revoked", "Revoked"
        EXPIRED = "expired", "Expired"
        SWITCHED_OFF = "switched_off", "Switched off"

    person = models.ForeignKey(Person, models.CASCADE, related_name="keys")
    prefix = models.CharField(max_length=12, help_text="Its first characters, to tell keys apart.")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    scopes = ArrayField(models.CharField(max_length=40))
    requests_per_minute = models.PositiveIntegerField(
        null=True, blank=True, help_text="Empty means as many as for every key without a rate."
    )
    origins = ArrayField(
        models.CharField(max_length=200),
        default=list,
        blank=True,
        help_text="Web pages it may be used from, and from nowhere else; empty means any place.",
    )
    created_at = models.DateTimeField(db_default=Now())
    created_by = models.ForeignKey(
        Person, models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )
    form_id = models.UUIDField(
        null=True,
        unique=True,
        editable=False,
        help_text="The form that asked for it: sent twice, it still makes one key.",
    )
    replaces = models.OneToOneField(
        "self", models.SET_NULL, null=True, blank=True, related_name="replacement", editable=False
    )
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(
        Person, models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )
    last_used_at = models.DateTimeField(null=True, blank=True)
    last_used_from = models.GenericIPAddressField(null=True, blank=True)
    last_refused_at = models.DateTimeField(
        null=True, blank=True, help_text="When somebody last tried it after it had ended."
    )
    last_refused_from = models.GenericIPAddressField(null=True, blank=True)

    class Meta:
        ordering = ("-created_at", "-id")
        indexes = (GinIndex(fields=("origins",), name="key_by_origin"),)
        constraints = (
            models.CheckConstraint(
                name="key_rate_is_at_least_one",
                condition=Q(requests_per_minute__isnull=True) | Q(requests_per_minute__gte=1),
            ),
            models.CheckConstraint(
                name="key_replaces_another",
                condition=Q(replaces__isnull=True) | ~Q(replaces=F("id")),
            ),
        )

    def __str__(self) -> str:
        return f"{self.prefix}…"

    def state(self, now: datetime) -> State:
        """Return whether it works at this moment; that of the account is part of it."""
        if self.revoked_at is not None:
            return self.State.REVOKED
        if self.expires_at is not None and self.expires_at <= now:
            return self.State.EXPIRED
        return self.State.WORKS if self.person.is_active else self.State.SWITCHED_OFF
