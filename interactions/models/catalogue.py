"""The catalogue of touchpoint types, and the sources that touchpoints come from."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from relationships.models import Person


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
    updated_at = models.DateTimeField(
        db_default=Now(), editable=False, help_text="When it last changed; the database keeps it."
    )

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
    updated_at = models.DateTimeField(
        db_default=Now(), editable=False, help_text="When it last changed; the database keeps it."
    )

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
