"""What somebody wants to see of the list of customers again, under a name."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Now

from relationships.models import Person, Team


class SavedView(models.Model):
    """Filters, search, order and columns of the list of customers, as its address says them.

    Without a team it is private to whoever made it. A deleted one stays for a while, so that Undo
    can bring it back, and leaves its name to others.
    """

    made_by = models.ForeignKey(Person, models.CASCADE, related_name="saved_views", db_index=False)
    team = models.ForeignKey(
        Team, models.CASCADE, null=True, blank=True, related_name="saved_views", db_index=False
    )
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=2000, blank=True)
    made_at = models.DateTimeField(db_default=Now())
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("name", "id")
        indexes = (
            models.Index(fields=("made_by",), name="saved_view_by_maker"),
            models.Index(fields=("team",), name="saved_view_by_team"),
        )
        constraints = (
            models.CheckConstraint(
                name="saved_view_has_a_trimmed_name", condition=Q(name__regex=r"^\S(.*\S)?$")
            ),
            models.UniqueConstraint(
                "made_by",
                Lower("name"),
                name="saved_view_is_named_once_by_a_person",
                condition=Q(team__isnull=True, deleted_at__isnull=True),
            ),
            models.UniqueConstraint(
                "team",
                Lower("name"),
                name="saved_view_is_named_once_in_a_team",
                condition=Q(team__isnull=False, deleted_at__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return self.name
