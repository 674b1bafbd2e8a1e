"""What tells the rest of Hearth that touchpoints changed."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class TouchpointChange(models.Model):
    """Says that a customer's touchpoints changed; insights takes these rows and folds.

    Written in the transaction that changed the touchpoints, one row for each customer, month and
    type of a batch; `count` is negative where touchpoints went away, so that sums stay exact.
    """

    customer_id = models.BigIntegerField()
    team_id = models.BigIntegerField(null=True)
    month = models.DateField()
    type_id = models.SmallIntegerField()
    is_via = models.BooleanField()
    is_template = models.BooleanField(db_default=False)
    count = models.IntegerField()
    first_at = models.DateTimeField()
    is_refold = models.BooleanField(help_text="History changed: fold this customer from the start.")
    marked_at = models.DateTimeField(db_default=Now())

    class Meta:
        # Whoever scores a customer takes all their changes, not only the oldest.
        indexes = (models.Index(fields=("customer_id",), name="change_by_customer"),)

    def __str__(self) -> str:
        return f"customer {self.customer_id}: {self.count:+d}"


class LoopChange(models.Model):
    """Says what a loop was (`sign` -1) and what it is now (+1), for whoever counts loops.

    Written by the statement that changed the loop, so that sums stay exact.
    """

    customer_id = models.BigIntegerField()
    team_id = models.BigIntegerField(null=True)
    kind = models.SmallIntegerField()
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    sign = models.SmallIntegerField()

    class Meta:
        # Whoever counts a customer takes all their changes.
        indexes = (models.Index(fields=("customer_id",), name="loop_change_by_customer"),)
        constraints = (
            models.CheckConstraint(
                name="loop_change_adds_or_takes_away", condition=Q(sign__in=(-1, 1))
            ),
        )

    def __str__(self) -> str:
        return f"loop of {self.opened_at:%Y-%m-%d}: {self.sign:+d}"


class Intake(models.Model):
    """What one call recorded, a position for each touchpoint, until it is summed up as changes.

    A row for each customer, month and type would cost as much as the touchpoints themselves;
    whoever scores has more time than whoever waits for an answer.
    """

    size = models.IntegerField(help_text="How many touchpoints.")
    customer_ids = ArrayField(models.BigIntegerField())
    team_ids = ArrayField(models.BigIntegerField(null=True))
    type_ids = ArrayField(models.SmallIntegerField())
    occurred_at = ArrayField(models.DateTimeField())
    is_via = ArrayField(models.BooleanField())
    marked_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.size} touchpoints"


class Calendar(models.Model):
    """The time zone whose days and months are counted: the organisation's when it was last set.

    One row, made by the first drain. While the setting says something else, what is folded and
    counted is of the old days.
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    time_zone = models.CharField(max_length=100)

    class Meta:
        constraints = (models.CheckConstraint(name="calendar_is_one_row", condition=Q(id=1)),)

    def __str__(self) -> str:
        return self.time_zone
