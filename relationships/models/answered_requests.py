"""Requests that were answered, so that one sent again gets the same answer."""

from django.db import models

from relationships.models.people import Person


class AnsweredRequest(models.Model):
    """What a request with an `Idempotency-Key` was answered, written with what it changed.

    A request that is still running has no row: it holds a lock instead, which ends with it,
    however it ends.
    """

    account = models.ForeignKey(Person, models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    fingerprint = models.BinaryField(help_text="Of the method, the address and the body.")
    status = models.SmallIntegerField()
    content = models.BinaryField()
    headers = models.JSONField(default=dict, help_text="Those that are part of the answer.")
    answered_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("account", "key"), name="request_is_answered_once"),
            models.CheckConstraint(name="request_has_a_key", condition=~models.Q(key="")),
        )

    def __str__(self) -> str:
        return self.key
