"""Every tunable of scoring, by version."""

from django.db import models
from django.db.models.functions import Now

from relationships.models import Person


class PolicyVersion(models.Model):
    """Every tunable of scoring, as it was at one time; the newest is in use."""

    values = models.JSONField(default=dict, help_text="Only what differs from the defaults.")
    segments = models.JSONField(
        default=dict, help_text="By segment id: what differs from the values for everyone."
    )
    types = models.JSONField(
        default=dict, help_text="By type key: what differs from the catalogue."
    )
    note = models.CharField(max_length=300, blank=True, help_text="Why it was changed.")
    based_on = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    created_by = models.ForeignKey(Person, models.SET_NULL, null=True)

    class Meta:
        get_latest_by = "id"
        constraints = (
            # Two people who began from the same version cannot both save.
            models.UniqueConstraint(fields=("based_on",), name="policy_versions_are_one_line"),
        )

    def __str__(self) -> str:
        return f"version {self.pk}"
