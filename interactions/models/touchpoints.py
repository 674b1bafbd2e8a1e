"""Touchpoints, and the loops they open and close."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from interactions.models.catalogue import Direction, LoopKind, Source, TouchpointType
from relationships.models import Contact, Customer, Person, Team


class TouchpointQuerySet(models.QuerySet["Touchpoint"]):
    """Chainable filters."""

    def live(self) -> "TouchpointQuerySet":
        """Leave out deleted touchpoints; their rows stay so that their ids are never reused."""
        return self.filter(deleted_at__isnull=True)


class Touchpoint(models.Model):
    """One thing that happened at one moment between a customer and us.

    References carry no database constraint: a foreign key costs 1.6 times the insert, so
    `record()` resolves and locks what a batch refers to in one statement instead.
    """

    source = models.ForeignKey(Source, models.PROTECT, db_constraint=False, db_index=False)
    external_id = models.CharField(max_length=200)
    customer = models.ForeignKey(
        Customer, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="touchpoints"
    )
    team = models.ForeignKey(
        Team,
        models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        null=True,
        help_text="The team that held the customer when this was recorded.",
    )
    contact = models.ForeignKey(
        Contact, models.DO_NOTHING, db_constraint=False, db_index=False, null=True
    )
    person = models.ForeignKey(
        Person,
        models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        null=True,
        related_name="touchpoints",
        help_text="Which of us was there.",
    )
    type = models.ForeignKey(TouchpointType, models.PROTECT, db_constraint=False, db_index=False)
    direction = models.SmallIntegerField(choices=Direction)
    occurred_at = models.DateTimeField()
    duration_minutes = models.IntegerField(null=True)
    customers_in_room = models.IntegerField(default=1)
    sentiment = models.FloatField(null=True)
    via = models.CharField(max_length=100, blank=True, help_text="The intermediary, if any.")
    text = models.TextField(blank=True)
    fingerprint = models.BigIntegerField(
        null=True, help_text="Equal for messages written from the same template."
    )
    is_template = models.BooleanField(default=False)
    value = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    severity = models.SmallIntegerField(null=True)
    opens = models.SmallIntegerField(choices=LoopKind, null=True)
    due_at = models.DateTimeField(null=True)
    closes_source_id = models.SmallIntegerField(null=True)
    closes_external_id = models.CharField(max_length=200, null=True)  # noqa: DJ001
    recorded_by = models.ForeignKey(
        Person,
        models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        null=True,
        related_name="recorded_touchpoints",
    )
    home_id = models.BigIntegerField(
        null=True,
        help_text="With whom it happened beneath a merge; empty when that is `customer`.",
    )
    recorded_at = models.DateTimeField(db_default=Now())
    edited_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField(
        null=True,
        editable=False,
        help_text="When it was last corrected, moved, deleted or brought back; empty until then. "
        "The database keeps it.",
    )

    objects: ClassVar = TouchpointQuerySet.as_manager()

    class Meta:
        indexes = (
            models.Index(
                F("customer"), F("occurred_at").desc(), F("id").desc(), name="touchpoint_timeline"
            ),
            models.Index(
                fields=("closes_source_id", "closes_external_id"),
                condition=Q(closes_external_id__isnull=False),
                name="touchpoint_closes",
            ),
            # It knows itself what is deleted: else a server that has not looked at the table yet
            # reads all of another index for each message, to leave that out.
            models.Index(
                fields=("fingerprint", "customer"),
                condition=Q(fingerprint__isnull=False, deleted_at__isnull=True),
                name="touchpoint_fingerprint",
            ),
            # Of a template sent to a million, only the few that are not flagged yet are looked at.
            models.Index(
                fields=("fingerprint",),
                condition=Q(fingerprint__isnull=False, is_template=False, deleted_at__isnull=True),
                name="touchpoint_unflagged",
            ),
            # The newest of each team in a month, for the lists behind the Wall. What comes in now
            # is added at one place for each team, which costs recording least.
            models.Index(
                fields=("team", "occurred_at", "id"),
                include=("type", "customer"),
                condition=Q(deleted_at__isnull=True),
                name="touchpoint_by_team",
            ),
            # The newest of each type, whoever's they are, for the same lists.
            models.Index(
                fields=("type", "occurred_at", "id"),
                condition=Q(deleted_at__isnull=True),
                name="touchpoint_by_type",
            ),
            # What is new is found by its id, so that recording has no index to keep for it.
            models.Index(
                fields=("updated_at",),
                condition=Q(updated_at__isnull=False),
                name="touchpoint_by_update",
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("source", "external_id"), name="touchpoint_is_recorded_once"
            ),
            models.CheckConstraint(
                name="touchpoint_direction_is_known", condition=Q(direction__in=(0, 1, 2))
            ),
            models.CheckConstraint(
                name="touchpoint_sentiment_is_between_minus_1_and_1",
                condition=Q(sentiment__isnull=True) | Q(sentiment__range=(-1, 1)),
            ),
            models.CheckConstraint(
                name="touchpoint_has_someone_in_the_room", condition=Q(customers_in_room__gte=1)
            ),
            models.CheckConstraint(
                name="touchpoint_duration_is_not_negative",
                condition=Q(duration_minutes__isnull=True) | Q(duration_minutes__gte=0),
            ),
            models.CheckConstraint(
                name="touchpoint_severity_is_known",
                condition=Q(severity__isnull=True) | Q(severity__in=(1, 3, 8)),
            ),
            models.CheckConstraint(
                name="touchpoint_that_opens_is_due",
                # A comparison with nothing is neither true nor false, and a check lets it pass.
                condition=Q(opens__isnull=True, due_at__isnull=True)
                | Q(
                    opens__isnull=False,
                    opens__in=(1, 2, 3, 4),
                    due_at__isnull=False,
                    due_at__gte=F("occurred_at"),
                ),
            ),
        )

    def __str__(self) -> str:
        return f"{self.type_id} {self.occurred_at:%Y-%m-%d}"


class Loop(models.Model):
    """Something opened by one touchpoint that somebody must close with another.

    Loops are derived from touchpoints by `services.loops.reconcile`, whatever their order.
    """

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="loops")
    team = models.ForeignKey(
        Team,
        models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        null=True,
        help_text="The team that held the customer when what opened this was recorded.",
    )
    kind = models.SmallIntegerField(choices=LoopKind)
    text = models.TextField(blank=True)
    person = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="loops")
    opened_by = models.OneToOneField(Touchpoint, models.CASCADE, related_name="opened_loop")
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    closed_by = models.ForeignKey(
        Touchpoint, models.SET_NULL, null=True, related_name="closed_loops"
    )
    closed_at = models.DateTimeField(null=True)
    overdue_at = models.DateTimeField(
        null=True, help_text="When it was told that it is overdue; empty until then."
    )
    ask_again_at = models.DateTimeField(
        null=True,
        help_text="When to ask again whether it was made right; empty until that was put off.",
    )
    updated_at = models.DateTimeField(
        db_default=Now(), editable=False, help_text="When it last changed; the database keeps it."
    )

    class Meta:
        indexes = (
            models.Index(
                fields=("due_at",),
                condition=Q(closed_at__isnull=True, overdue_at__isnull=True),
                name="loop_not_yet_overdue",
            ),
            models.Index(
                fields=("customer", "due_at"),
                condition=Q(closed_at__isnull=True),
                name="loop_open",
            ),
            models.Index(
                fields=("person", "due_at"),
                condition=Q(closed_at__isnull=True),
                name="loop_open_by_person",
            ),
            models.Index(fields=("updated_at", "id"), name="loop_by_update"),
            models.Index(fields=("due_at", "id"), name="loop_by_due"),
            models.Index(fields=("opened_at", "id"), name="loop_by_opening"),
            # With what promises that are due later today are counted by.
            models.Index(
                fields=("due_at", "id"),
                include=("kind", "opened_at", "team", "customer"),
                condition=Q(closed_at__isnull=True),
                name="loop_open_by_due",
            ),
            models.Index(
                fields=("opened_at", "id"),
                condition=Q(closed_at__isnull=True),
                name="loop_open_by_opening",
            ),
            # The latest ones are mostly open: the first closed one stands far behind.
            models.Index(
                fields=("opened_at", "id"),
                condition=Q(closed_at__isnull=False),
                name="loop_closed_by_opening",
            ),
        )
        constraints = (
            models.CheckConstraint(
                name="loop_is_closed_by_something_later",
                condition=Q(closed_at__isnull=True, closed_by__isnull=True)
                | Q(
                    closed_at__isnull=False,
                    closed_at__gte=F("opened_at"),
                    closed_by__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="loop_is_due_after_it_opened", condition=Q(due_at__gte=F("opened_at"))
            ),
            # Deferred: a correction may hand a closing over from one loop to another.
            models.UniqueConstraint(
                name="touchpoint_closes_one_loop",
                fields=("closed_by",),
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(name="loop_kind_is_known", condition=Q(kind__in=(1, 2, 3, 4))),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.opened_at:%Y-%m-%d}"
