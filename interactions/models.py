"""Touchpoints, the catalogue of their types, the loops they open and close, and their sources."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from relationships.models import Contact, Customer, Person, Team


class Direction(models.IntegerChoices):
    """Who reached out to whom."""

    INBOUND = 0, "From the customer"
    OUTBOUND = 1, "From us"
    MUTUAL = 2, "Together"


class LoopKind(models.IntegerChoices):
    """What somebody must close."""

    QUESTION = 1, "Question"
    COMPLAINT = 2, "Complaint"
    FAILURE = 3, "Failure"
    PROMISE = 4, "Promise"


class Source(models.Model):
    """A door that touchpoints come in by; external ids are unique within it, for ever."""

    id = models.SmallAutoField(primary_key=True)
    name = models.CharField(max_length=100, unique=True)
    service_account = models.OneToOneField(Person, models.PROTECT, null=True, blank=True)

    class Meta:
        constraints = (models.CheckConstraint(name="source_has_a_name", condition=~Q(name="")),)

    def __str__(self) -> str:
        return self.name


class TouchpointType(models.Model):
    """One entry of the catalogue: what a kind of touchpoint is and what it is worth."""

    class Mode(models.TextChoices):
        """Whether a person was met, or a screen."""

        HUMAN = "human", "Human"
        DIGITAL = "digital", "Digital"
        NONE = "none", "Bookkeeping"

    class Nature(models.TextChoices):
        """What kind of thing happened."""

        CONNECTION = "connection", "Connection"
        CARE = "care", "Care shown"
        SERVICE = "service", "Service that worked"
        FAILURE = "failure", "Failure"
        VOICE = "voice", "Voice of the customer"
        BROADCAST = "broadcast", "Broadcast"
        PURCHASE = "purchase", "Purchase"
        NEUTRAL = "neutral", "Neutral"

    id = models.SmallAutoField(primary_key=True)
    key = models.CharField(max_length=60, unique=True)
    label = models.CharField(max_length=80)
    channel = models.CharField(max_length=30)
    mode = models.CharField(max_length=10, choices=Mode)
    nature = models.CharField(max_length=12, choices=Nature)
    direction = models.SmallIntegerField(choices=Direction, help_text="Unless said otherwise.")
    points = models.FloatField(default=0, help_text="Connection points; a meeting in person is 10.")
    care = models.FloatField(default=0, help_text="Care shown by the deed itself, in points.")
    severity = models.SmallIntegerField(
        null=True, blank=True, help_text="Of a failure: 1 small, 3 serious, 8 grave."
    )
    is_said_care = models.BooleanField(default=False, help_text="Says that we care; earns nothing.")
    is_feedback = models.BooleanField(default=False, help_text="The customer told us what to mend.")
    opens = models.SmallIntegerField(
        choices=LoopKind,
        null=True,
        blank=True,
        help_text="The loop it opens by itself.",
    )
    expected_hours = models.FloatField(
        null=True, blank=True, help_text="How soon its loop should be closed."
    )
    is_active = models.BooleanField(default=True, help_text="Offered when logging by hand.")

    class Meta:
        ordering = ("key",)
        constraints = (
            models.CheckConstraint(
                name="type_key_is_dotted_lower_case",
                condition=Q(key__regex=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$"),
            ),
            models.CheckConstraint(
                name="type_severity_is_known",
                condition=Q(severity__isnull=True) | Q(severity__in=(1, 3, 8)),
            ),
            models.CheckConstraint(
                name="type_points_are_not_negative", condition=Q(points__gte=0, care__gte=0)
            ),
            models.CheckConstraint(
                name="type_direction_is_known", condition=Q(direction__in=(0, 1, 2))
            ),
            models.CheckConstraint(
                name="type_opens_with_an_expectation",
                condition=Q(opens__isnull=True)
                | Q(expected_hours__isnull=False, expected_hours__gt=0),
            ),
        )

    def __str__(self) -> str:
        return self.label


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
            models.Index(
                fields=("fingerprint", "customer"),
                condition=Q(fingerprint__isnull=False),
                name="touchpoint_fingerprint",
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

    class Meta:
        indexes = (
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
    count = models.IntegerField()
    first_at = models.DateTimeField()
    is_refold = models.BooleanField(help_text="History changed: fold this customer from the start.")
    marked_at = models.DateTimeField(db_default=Now())

    class Meta:
        # Whoever scores a customer takes all their changes, not only the oldest.
        indexes = (models.Index(fields=("customer_id",), name="change_by_customer"),)

    def __str__(self) -> str:
        return f"customer {self.customer_id}: {self.count:+d}"


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
