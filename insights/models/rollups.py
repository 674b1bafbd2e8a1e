"""What the dashboards count."""

from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.db import models

from insights.models.states import Band


class MonthlyTouchpoints(models.Model):
    """How many touchpoints of each type a team's customers had in a month: the Wall."""

    month = models.DateField()
    team_id = models.BigIntegerField(default=0, help_text="0 when the customer had no team.")
    type_id = models.SmallIntegerField()
    is_via = models.BooleanField()
    is_template = models.BooleanField(db_default=False)
    count = models.BigIntegerField()

    class Meta:
        verbose_name_plural = "monthly touchpoints"
        constraints = (
            models.UniqueConstraint(
                fields=("month", "team_id", "type_id", "is_via", "is_template"),
                name="month_is_counted_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}: {self.count}"


class MonthlyLoops(models.Model):
    """How many loops of a kind a team's customers opened in a month, and what became of them.

    `hours` counts the closed ones by how long that took, in the steps of `insights.hours`.
    """

    month = models.DateField(help_text="In which they were opened.")
    team_id = models.BigIntegerField(default=0, help_text="0 when the customer had no team.")
    kind = models.SmallIntegerField()
    opened = models.BigIntegerField()
    closed = models.BigIntegerField()
    in_time = models.BigIntegerField(help_text="Closed before they were due.")
    hours = ArrayField(models.IntegerField())

    class Meta:
        verbose_name_plural = "monthly loops"
        constraints = (
            models.UniqueConstraint(
                fields=("month", "team_id", "kind"), name="month_of_loops_is_counted_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}: {self.opened} opened, {self.closed} closed"


class CareTrace(models.Model):
    """Leads to customers who had something in a month that a measure of care counts.

    A trace is never wrong by being there too long: whoever follows it counts anew. So it needs no
    taking back when touchpoints are moved or deleted, and any two ways of making it agree.
    """

    pk = models.CompositePrimaryKey("measure", "month", "team_id", "customer_id")
    measure = models.SmallIntegerField(help_text="See `insights.measures`.")
    month = models.DateField()
    team_id = models.BigIntegerField(default=0, help_text="0 when the customer had no team.")
    customer_id = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}: customer {self.customer_id}"


class BandTotal(models.Model):
    """How many customers stood in each band, and their value, on a Monday or now.

    `on_date` is a Monday, or `NOW`. Money at risk is kept for now alone.
    """

    NOW = date(9999, 12, 31)

    on_date = models.DateField()
    team_id = models.BigIntegerField(default=0, help_text="0 when the customer has no team.")
    segment_id = models.BigIntegerField(default=0, help_text="0 when it has no segment.")
    stage = models.CharField(max_length=10)
    currency = models.CharField(max_length=3)
    band = models.SmallIntegerField(choices=Band)
    customers = models.IntegerField()
    yearly_value = models.DecimalField(max_digits=18, decimal_places=2)
    at_risk = models.DecimalField(max_digits=18, decimal_places=2, default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("on_date", "team_id", "segment_id", "stage", "currency", "band"),
                name="band_total_is_counted_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.on_date}: {self.customers} {self.get_band_display()}"


class DistanceTotal(models.Model):
    """How far the customers of one class were on a Monday or now, those never heard from aside.

    Every customer is in two rows of a day: that of the value class and that of the size.
    """

    class By(models.IntegerChoices):
        """What a row is a class of."""

        VALUE = 1, "Value class"
        SIZE = 2, "Size"

    on_date = models.DateField(help_text="A Monday, or `BandTotal.NOW`.")
    by = models.SmallIntegerField(choices=By)
    part = models.SmallIntegerField(help_text="A `ValueClass` or a `SizeClass`.")
    team_id = models.BigIntegerField(default=0, help_text="0 when the customer has no team.")
    segment_id = models.BigIntegerField(default=0, help_text="0 when it has no segment.")
    stage = models.CharField(max_length=10)
    customers = models.IntegerField()
    far = models.IntegerField(help_text="Of them, drifting or gone.")
    distance = models.DecimalField(
        max_digits=12, decimal_places=2, help_text="The sum; of past Mondays of whole points."
    )

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("by", "stage", "on_date", "team_id", "segment_id", "part"),
                name="distance_total_is_counted_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.on_date}: {self.customers} customers, {self.far} far"


class BandFlow(models.Model):
    """How many customers stood in one band on a Monday and stand in another now.

    Mondays that are about four weeks or a year ago are kept, see `services.flows`.
    """

    on_date = models.DateField()
    team_id = models.BigIntegerField(default=0, help_text="0 when the customer has no team.")
    segment_id = models.BigIntegerField(default=0, help_text="0 when it has no segment.")
    stage = models.CharField(max_length=10)
    was = models.SmallIntegerField(choices=Band, help_text="Unknown: not heard from before.")
    band = models.SmallIntegerField(choices=Band)
    customers = models.IntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("on_date", "stage", "team_id", "segment_id", "was", "band"),
                name="band_flow_is_counted_once",
            ),
        )

    def __str__(self) -> str:
        bands = f"{self.get_was_display()} to {self.get_band_display()}"
        return f"{self.on_date}: {self.customers} {bands}"
