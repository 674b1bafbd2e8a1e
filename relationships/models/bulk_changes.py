"""Changes of many customers at once, kept for a while so that they can be taken back."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from relationships.models.people import Person


class BulkChange(models.Model):
    """What was said of many customers at once, and what was said of each before.

    `values` has what was set, by column; `before` has by column what each of `customer_ids` had,
    in their order. Who was changed is named by number alone: nobody waits for this to be deleted.
    """

    made_by = models.ForeignKey(Person, models.CASCADE, related_name="+")
    made_at = models.DateTimeField(db_index=True)
    values = models.JSONField()
    customer_ids = ArrayField(models.BigIntegerField())
    before = models.JSONField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="bulk_change_is_of_somebody", condition=Q(customer_ids__len__gt=0)
            ),
            models.CheckConstraint(name="bulk_change_sets_something", condition=~Q(values={})),
        )

    def __str__(self) -> str:
        return f"{len(self.customer_ids)} customers: {', '.join(self.values)}"
