"""Pairs of customers that may be one and the same."""

from django.db import models
from django.db.models import F, Q

from relationships.models.customers import Customer
from relationships.models.people import Person


class DuplicatePair(models.Model):
    """Two customers that may be one: how likely, what speaks for it, and who said they are two.

    The customer with the smaller id comes first, so that a pair is one row. `evidence` is a list
    of {"kind": ..., "value": ..., "likeness": ...}, the strongest first. A dismissed pair is kept
    for good, so that it is never found again.
    """

    first = models.ForeignKey(Customer, models.CASCADE, related_name="+")
    second = models.ForeignKey(Customer, models.CASCADE, related_name="+")
    score = models.SmallIntegerField(help_text="How likely they are one, 1 to 100.")
    evidence = models.JSONField()
    found_at = models.DateTimeField(help_text="When it was last found.")
    dismissed_at = models.DateTimeField(null=True)
    dismissed_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")

    class Meta:
        indexes = (
            models.Index(
                fields=("-score", "id"),
                condition=Q(dismissed_at=None),
                name="duplicate_pair_likeliest",
            ),
            models.Index(
                fields=("-dismissed_at", "-id"),
                condition=Q(dismissed_at__isnull=False),
                name="duplicate_pair_dismissed",
            ),
        )
        constraints = (
            models.UniqueConstraint(fields=("first", "second"), name="duplicate_pair_is_one_row"),
            models.CheckConstraint(
                name="duplicate_pair_smaller_id_first", condition=Q(first__lt=F("second"))
            ),
            models.CheckConstraint(
                name="duplicate_pair_score_is_1_to_100", condition=Q(score__range=(1, 100))
            ),
            models.CheckConstraint(name="duplicate_pair_has_evidence", condition=~Q(evidence=[])),
            models.CheckConstraint(
                name="duplicate_pair_dismissed_by_has_a_moment",
                condition=Q(dismissed_by=None) | Q(dismissed_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"customers {self.first_id} and {self.second_id}"
