"""The keys of service accounts."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from relationships.models.people import Person


class AccessKey(models.Model):
    """A secret with which a service account uses the API; only its digest is kept."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="keys")
    prefix = models.CharField(max_length=12, help_text="Its first characters, to tell keys apart.")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    scopes = ArrayField(models.CharField(max_length=40))
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return f"{self.prefix}…"
