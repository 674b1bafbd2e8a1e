"""What happened to the whole organisation or a team, noted beside its Wall."""

from datetime import date

from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce, Lower, Now

from relationships.models import Person, Team

LONGEST_TEXT = 80
EARLIEST, LATEST = date(1970, 1, 1), date(2099, 12, 31)


class WallEvent(models.Model):
    """Something that happened on a day, such as a branch that closed.

    Without a team it is about the whole organisation. A deleted one stays, so that Undo can bring
    it back.
    """

    on_date = models.DateField()
    text = models.CharField(max_length=LONGEST_TEXT)
    team = models.ForeignKey(
        Team, models.CASCADE, null=True, blank=True, related_name="wall_events"
    )
    made_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="wall_events")
    made_at = models.DateTimeField(db_default=Now())
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("on_date", "id")
        constraints = (
            models.CheckConstraint(
                name="wall_event_has_a_trimmed_text", condition=Q(text__regex=r"^\S(.*\S)?$")
            ),
            models.CheckConstraint(
                name="wall_event_is_in_our_times",
                condition=Q(on_date__gte=EARLIEST, on_date__lte=LATEST),
            ),
            models.UniqueConstraint(
                "on_date",
                Lower("text"),
                Coalesce("team", 0),
                name="wall_event_is_noted_once",
                condition=Q(deleted_at__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return self.text
