"""Where customers stand between doors and windows, counted, and where some stood a year ago."""

from django.db import models

from relationships.models import Customer

EVERY_TEAM = -1
"""Instead of a team: all of them together, so that a page need not add up many."""

EVERY_SEGMENT = -1
"""Instead of a segment: whichever customers are in."""


class PlaceTotal(models.Model):
    """How many customers stand in one square of the map now; see `insights.region`.

    Each customer is counted twice: in their team, 0 for none, and in `EVERY_TEAM`.
    """

    team_id = models.BigIntegerField()
    segment_id = models.BigIntegerField(help_text="0 when they have no segment.")
    stage = models.CharField(max_length=10)
    place = models.SmallIntegerField()
    customers = models.IntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("team_id", "segment_id", "stage", "place"),
                name="place_total_is_counted_once",
            ),
        )

    def __str__(self) -> str:
        return f"square {self.place}: {self.customers}"


class QuarterTotal(models.Model):
    """How many customers stand in one quarter of the map now, and what they are worth.

    They are counted twice, as in `PlaceTotal`.
    """

    team_id = models.BigIntegerField()
    segment_id = models.BigIntegerField(help_text="0 when they have no segment.")
    stage = models.CharField(max_length=10)
    currency = models.CharField(max_length=3)
    has_doors = models.BooleanField()
    has_windows = models.BooleanField()
    customers = models.IntegerField()
    yearly_value = models.DecimalField(max_digits=18, decimal_places=2)
    at_risk = models.DecimalField(max_digits=18, decimal_places=2)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=(
                    "team_id", "segment_id", "stage", "currency", "has_doors", "has_windows",
                ),
                name="quarter_total_is_counted_once",
            ),
        )  # fmt: skip

    def __str__(self) -> str:
        return f"doors {self.has_doors}, windows {self.has_windows}: {self.customers}"


class YearAgo(models.Model):
    """Where a customer stood on the map a year ago; kept for those of the most value alone.

    Team, segment, stage, currency and value are those of the night in which it was worked out.
    """

    customer = models.OneToOneField(
        Customer, models.CASCADE, primary_key=True, db_constraint=False, related_name="year_ago"
    )
    on_date = models.DateField(help_text="The Monday on whose first moment they stood there.")
    doors = models.FloatField()
    windows = models.FloatField()
    team_id = models.BigIntegerField()
    segment_id = models.BigIntegerField()
    stage = models.CharField(max_length=10)
    currency = models.CharField(max_length=3)
    yearly_value = models.DecimalField(max_digits=14, decimal_places=2)

    def __str__(self) -> str:
        return f"customer {self.customer_id} on {self.on_date}"
