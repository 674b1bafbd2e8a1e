"""Customers that a person wants to hear nothing of on Today for some time."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from relationships.models import Customer, Person

REASON_LENGTH = 200


class Snooze(models.Model):
    """Says that a customer stays off the Today of one person until a moment."""

    person = models.ForeignKey(
        Person, models.CASCADE, related_name="snoozes", db_index=False, help_text="Whose Today."
    )
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="snoozes")
    until = models.DateTimeField()
    reason = models.CharField(max_length=REASON_LENGTH, blank=True)
    created_at = models.DateTimeField(
        db_default=Now(), help_text="By the clock of the database, as touchpoints are recorded."
    )

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("person", "customer"), name="customer_is_snoozed_once_by_each"
            ),
            models.CheckConstraint(
                name="snooze_ends_later", condition=Q(until__gt=F("created_at"))
            ),
        )

    def __str__(self) -> str:
        return f"customer {self.customer_id} until {self.until:%Y-%m-%d}"
