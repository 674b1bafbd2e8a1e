"""Events in the dialect of Segment as they arrived, and the rules that make touchpoints of them."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from interactions.models.catalogue import Direction, Source, TouchpointType
from relationships.models import Person

LONGEST_EVENT_NAME = 200


class EventKind(models.TextChoices):
    """What a rule can speak of."""

    TRACK = "track", "Track"
    PAGE = "page", "Page"
    SCREEN = "screen", "Screen"


class EventRule(models.Model):
    """Says which events become touchpoints of a type, or are ignored when it names none.

    Of all rules that fit an event, the one with the most letters decides; one without a star is
    before all that have one. So their order needs no care.
    """

    kind = models.CharField(max_length=10, choices=EventKind, default=EventKind.TRACK)
    pattern = models.CharField(max_length=LONGEST_EVENT_NAME)
    matches = models.CharField(
        max_length=2 * LONGEST_EVENT_NAME,
        editable=False,
        help_text="The pattern without regard to case and spelling.",
    )
    type = models.ForeignKey(TouchpointType, models.PROTECT, null=True, blank=True)
    direction = models.SmallIntegerField(choices=Direction, null=True, blank=True)
    value_property = models.CharField(max_length=100, blank=True)
    changed_at = models.DateTimeField(db_default=Now())
    changed_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ("kind", "matches")
        constraints = (
            models.UniqueConstraint(fields=("kind", "matches"), name="event_rule_is_said_once"),
            models.CheckConstraint(name="event_rule_has_a_pattern", condition=~Q(matches="")),
            models.CheckConstraint(
                name="event_rule_kind_is_known", condition=Q(kind__in=EventKind.values)
            ),
            models.CheckConstraint(
                name="event_rule_direction_is_known",
                condition=Q(direction__isnull=True) | Q(direction__in=(0, 1, 2)),
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pattern}"


class ReceivedEvent(models.Model):
    """An event as it was acknowledged, and what became of it.

    It is stored before anything is made of it: what was acknowledged is here, whatever happens
    then, and can be settled again. Old ones are taken away by `prune_events`.
    """

    class Status(models.IntegerChoices):
        """What became of it."""

        PENDING = 0, "To be settled"
        RECORDED = 1, "Recorded"
        WAITING = 2, "Anonymous"
        UNMAPPED = 3, "No rule"
        IGNORED = 4, "Ignored"
        REFUSED = 5, "Refused"
        APPLIED = 6, "Applied"

    source = models.ForeignKey(Source, models.CASCADE, db_index=False, related_name="+")
    external_id = models.CharField(max_length=200)
    sent_by = models.ForeignKey(Person, models.CASCADE, db_index=False, related_name="+")
    may_create_customers = models.BooleanField()
    kind = models.CharField(max_length=20)
    name = models.CharField(max_length=LONGEST_EVENT_NAME, blank=True)
    anonymous_id = models.CharField(
        max_length=254, blank=True, help_text="Of whom nobody knows yet who they are."
    )
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField()
    status = models.SmallIntegerField(choices=Status, default=Status.PENDING)
    reason = models.CharField(max_length=300, blank=True)
    customer_id = models.BigIntegerField(null=True, help_text="Whom it turned out to be about.")
    payload = models.TextField()

    class Meta:
        indexes = (
            models.Index(fields=("status", "id"), name="event_by_status"),
            models.Index(
                fields=("kind", "name", "occurred_at"),
                condition=Q(status=3),
                name="event_without_rule",
            ),
            models.Index(
                fields=("source", "anonymous_id"), condition=Q(status=2), name="event_waiting"
            ),
        )
        constraints = (
            models.UniqueConstraint(fields=("source", "external_id"), name="event_is_kept_once"),
            models.CheckConstraint(
                name="event_status_is_known", condition=Q(status__in=(0, 1, 2, 3, 4, 5, 6))
            ),
            models.CheckConstraint(
                name="event_that_waits_is_anonymous",
                condition=~Q(status=2) | ~Q(anonymous_id=""),
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.name}".strip()
