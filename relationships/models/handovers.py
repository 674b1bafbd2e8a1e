"""Handovers: the customers of somebody who leaves, what that person knows, and who takes over."""

from django.db import models
from django.db.models import Q

from relationships.models.customers import Customer
from relationships.models.people import Person

REASON_LENGTH = 200


class Handover(models.Model):
    """Somebody leaves: when, why, and whether all that can be handed over was."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="handovers")
    leaves_on = models.DateField()
    reason = models.CharField(max_length=REASON_LENGTH, blank=True)
    batches = models.PositiveIntegerField(
        default=0, help_text="How often many customers were changed at once; numbers each."
    )
    started_at = models.DateTimeField()
    started_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    finished_at = models.DateTimeField(null=True)
    finished_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="person_has_one_open_handover",
                fields=("person",),
                condition=Q(finished_at=None),
            ),
            models.CheckConstraint(
                name="handover_finished_by_has_a_moment",
                condition=Q(finished_by=None) | Q(finished_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"handover of person {self.person_id}"


class HandoverCustomer(models.Model):
    """One customer of a handover: who takes over and why, what to know, who introduces them.

    `version` counts every change. Each of the three parts remembers the version it was changed
    in, so that two people who write different parts are never in each other's way, and of two who
    write the same one the second is told.
    """

    handover = models.ForeignKey(Handover, models.CASCADE, related_name="customers", db_index=False)
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="handovers")
    rank = models.PositiveIntegerField(help_text="Its place in the list: what matters most first.")
    only_days = models.SmallIntegerField(
        default=0, help_text="In how many last days nobody but the leaver met them; 0 for none."
    )
    proposed = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    proposed_met_at = models.DateTimeField(
        null=True, help_text="When the proposed one last met them; empty: has the fewest customers."
    )

    successor = models.ForeignKey(
        Person, models.SET_NULL, null=True, related_name="+", db_index=False
    )
    successor_before = models.ForeignKey(
        Person, models.SET_NULL, null=True, related_name="+", db_index=False
    )
    chosen_in = models.PositiveIntegerField(null=True, help_text="The batch that chose, if one.")

    moved_at = models.DateTimeField(null=True)
    moved_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    moved_in = models.PositiveIntegerField(null=True, help_text="The batch that moved it.")
    change_id = models.BigIntegerField(
        null=True, help_text="The bulk change that moved it, which can be undone for a while."
    )

    note = models.TextField(blank=True, help_text="What the next one must know.")
    noted_at = models.DateTimeField(null=True)
    noted_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")

    introducer = models.ForeignKey(
        Person, models.SET_NULL, null=True, related_name="+", db_index=False
    )
    introduce_on = models.DateField(null=True, help_text="By when; empty: none is planned.")
    planned_at = models.DateTimeField(null=True)
    planned_in = models.PositiveIntegerField(null=True, help_text="The batch that planned, if one.")
    settled_at = models.DateTimeField(
        null=True, help_text="When somebody said that it is done, or not needed."
    )
    settled_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")

    version = models.PositiveIntegerField(default=1)
    successor_version = models.PositiveIntegerField(default=1)
    note_version = models.PositiveIntegerField(default=1)
    plan_version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = (
            models.Index(fields=("handover", "rank", "id"), name="handover_customer_by_rank"),
            models.Index(
                fields=("successor", "introduce_on"),
                condition=Q(introduce_on__isnull=False, settled_at=None),
                name="introduction_to",
            ),
            models.Index(
                fields=("introducer", "introduce_on"),
                condition=Q(introduce_on__isnull=False, settled_at=None),
                name="introduction_by",
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("handover", "customer"), name="customer_is_once_in_a_handover"
            ),
            models.CheckConstraint(
                name="handover_customer_only_days_are_known",
                condition=Q(only_days__in=(0, 90, 365)),
            ),
            models.CheckConstraint(
                name="handover_customer_moved_in_a_batch",
                condition=Q(moved_at=None, moved_in=None)
                | Q(moved_at__isnull=False, moved_in__isnull=False),
            ),
            models.CheckConstraint(
                name="introduction_is_planned_at_a_moment",
                condition=Q(introduce_on=None, planned_at=None)
                | Q(introduce_on__isnull=False, planned_at__isnull=False),
            ),
            models.CheckConstraint(
                name="introduction_settled_was_planned",
                condition=Q(settled_at=None) | Q(introduce_on__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"customer {self.customer_id} in handover {self.handover_id}"
