"""The coefficients of silence that were fitted, and which of them were taken into use."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from relationships.models import Person


class SilenceVersion(models.Model):
    """Coefficients of silence that were once fitted, with how well they did; one is in use.

    Without one in use the shipped prior is.
    """

    class Verdict(models.TextChoices):
        """What became of a refit."""

        ADOPTED = "adopted", "Adopted"
        REJECTED = "rejected", "Did worse than what was in use"
        ASIDE = "aside", "Kept aside: what was in use changed meanwhile"

    values = models.JSONField(help_text="As `Silence.to_json` writes them.")
    verdict = models.CharField(max_length=10, choices=Verdict)
    is_in_use = models.BooleanField(default=False)
    horizon_days = models.FloatField()
    window_from = models.DateField(help_text="The oldest cut-off it learned from.")
    window_to = models.DateField(help_text="The end of the horizon of the newest.")
    customers = models.IntegerField(help_text="Customers it learned from.")
    metrics = models.JSONField(default=dict, help_text="Champion and challenger, held out.")
    is_demo = models.BooleanField(default=False, help_text="Learned from the demonstration.")
    created_at = models.DateTimeField(db_default=Now())
    created_by = models.ForeignKey(
        Person, models.SET_NULL, null=True, help_text="Empty for the weekly refit."
    )

    class Meta:
        get_latest_by = "id"
        constraints = (
            models.UniqueConstraint(
                fields=("is_in_use",), condition=Q(is_in_use=True), name="one_silence_is_in_use"
            ),
            models.CheckConstraint(
                name="silence_verdict_is_known",
                condition=Q(verdict__in=("adopted", "rejected", "aside")),
            ),
        )

    def __str__(self) -> str:
        return f"silence version {self.pk}"


class SilenceChoice(models.Model):
    """Says that a version was taken into use, by whom, and when everyone had been read with it."""

    version = models.ForeignKey(
        SilenceVersion, models.CASCADE, null=True, help_text="Empty for what Hearth ships."
    )
    chosen_at = models.DateTimeField(db_default=Now())
    chosen_by = models.ForeignKey(
        Person, models.SET_NULL, null=True, help_text="Empty for the weekly refit."
    )
    read_at = models.DateTimeField(null=True, help_text="Empty until everyone was read again.")

    class Meta:
        get_latest_by = "id"

    def __str__(self) -> str:
        return f"choice of silence version {self.version_id or 'shipped'}"
