"""What we hold of customers in words, so that nobody asks them again."""

from django.db import models
from django.db.models import F, Q

from relationships.models.customers import Contact, Customer
from relationships.models.people import Person


class Fact(models.Model):
    """One thing we know about a customer, or about a contact there: what of, and what.

    Facts are no touchpoints and do not warm. A deleted one stays for 30 days, for Undo.
    """

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="facts")
    home_id = models.BigIntegerField(
        null=True,
        editable=False,
        help_text="Of whom it is known beneath a merge; empty when that is `customer`.",
    )
    contact = models.ForeignKey(Contact, models.CASCADE, null=True, related_name="facts")
    label = models.CharField(max_length=60)
    value = models.CharField(max_length=300)
    holds_until = models.DateField(null=True, help_text="The last day on which it holds, if any.")
    written_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    written_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    confirmed_at = models.DateTimeField(help_text="When somebody last said that it is so.")
    version = models.IntegerField(
        default=1, help_text="Rises with each change: who saves an older one is told."
    )
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index(
                fields=("deleted_at",), condition=Q(deleted_at__isnull=False), name="fact_deleted"
            ),
        )
        constraints = (
            models.CheckConstraint(name="fact_has_a_label", condition=Q(label__regex=r"\S")),
            models.CheckConstraint(name="fact_has_a_value", condition=Q(value__regex=r"\S")),
            # The line it is written in is parted there.
            models.CheckConstraint(
                name="fact_label_has_no_colon", condition=~Q(label__contains=":")
            ),
            models.CheckConstraint(
                name="fact_is_confirmed_once_written",
                condition=Q(confirmed_at__gte=F("written_at")),
            ),
            models.CheckConstraint(name="fact_version_counts_from_1", condition=Q(version__gte=1)),
        )

    def __str__(self) -> str:
        return f"{self.label}: {self.value}"
