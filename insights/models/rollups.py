"""What the dashboards count."""

from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.db import models

from insights.models.places import EVERY_SEGMENT
from insights.models.states import Band
from relationships.models import Customer


class MonthlyTouchpoints(models.Model):
    """How many touchpoints of each type customers had in a month: the Wall.

    The team is the one of then, segment and stage those of now, for past months too. Each
    touchpoint is counted four times: in its team, 0 for none, and in `EVERY_TEAM`, by segment, 0
    for none, and in `EVERY_SEGMENT`.
    """

    pk = models.CompositePrimaryKey(
        "segment_id", "month", "team_id", "stage", "type_id", "is_via", "is_template"
    )
    segment_id = models.BigIntegerField(default=EVERY_SEGMENT)
    month = models.DateField()
    team_id = models.BigIntegerField(default=0)
    stage = models.CharField(max_length=10, default=Customer.Stage.CURRENT)
    type_id = models.SmallIntegerField()
    is_via = models.BooleanField()
    is_template = models.BooleanField(default=False)
    count = models.BigIntegerField()

    class Meta:
        verbose_name_plural = "monthly touchpoints"

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}: {self.count}"


class MonthlyCare(models.Model):
    """What care is measured by in a month: touchpoints by measure, and loops by kind.

    Counted as often and by the same as `MonthlyTouchpoints`, a row where that has one for each
    type, so that all teams of a year are soon added up. A type of the catalogue counts as it did
    when `CareCatalogue` was written. Loops are of the month in which they were opened.
    """

    pk = models.CompositePrimaryKey("segment_id", "month", "team_id", "stage")
    segment_id = models.BigIntegerField(default=EVERY_SEGMENT)
    month = models.DateField()
    team_id = models.BigIntegerField(default=0)
    stage = models.CharField(max_length=10, default=Customer.Stage.CURRENT)
    said = models.IntegerField(default=0)
    shown = models.IntegerField(default=0)
    noise = models.IntegerField(default=0)
    via = models.IntegerField(default=0)
    asked = models.IntegerField(default=0)
    heard = models.IntegerField(default=0)
    everything = models.IntegerField(default=0)
    human = models.IntegerField(db_default=0)
    questions = models.IntegerField(default=0)
    questions_closed = models.IntegerField(default=0)
    questions_in_time = models.IntegerField(default=0)
    complaints = models.IntegerField(default=0)
    complaints_closed = models.IntegerField(default=0)
    complaints_in_time = models.IntegerField(default=0)
    failures = models.IntegerField(default=0)
    failures_closed = models.IntegerField(default=0)
    failures_in_time = models.IntegerField(default=0)
    promises = models.IntegerField(default=0)
    promises_closed = models.IntegerField(default=0)
    promises_in_time = models.IntegerField(default=0)

    class Meta:
        verbose_name_plural = "monthly care"

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}: {self.everything}"


class MonthlyHours(models.Model):
    """How long loops of a kind took that were opened in a month and are closed.

    `hours` counts them by that, in the steps of `insights.hours`. As often as in `MonthlyCare`.
    """

    pk = models.CompositePrimaryKey("segment_id", "month", "team_id", "stage", "kind")
    segment_id = models.BigIntegerField(default=EVERY_SEGMENT)
    month = models.DateField()
    team_id = models.BigIntegerField(default=0)
    stage = models.CharField(max_length=10, default=Customer.Stage.CURRENT)
    kind = models.SmallIntegerField()
    hours = ArrayField(models.IntegerField())

    class Meta:
        verbose_name_plural = "monthly hours"

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}: {sum(self.hours)}"


class MonthlyPromises(models.Model):
    """How many promises made in a month nobody has kept yet, by the day on which they are due.

    Those that are due later say what is not due yet. As often as in `MonthlyCare`.
    """

    pk = models.CompositePrimaryKey("segment_id", "month", "due_on", "team_id", "stage")
    segment_id = models.BigIntegerField(default=EVERY_SEGMENT)
    month = models.DateField()
    due_on = models.DateField()
    team_id = models.BigIntegerField(default=0)
    stage = models.CharField(max_length=10, default=Customer.Stage.CURRENT)
    open = models.BigIntegerField()

    class Meta:
        verbose_name_plural = "monthly promises"

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}: {self.open} due on {self.due_on}"


class CareCatalogue(models.Model):
    """What a type of the catalogue counted by when `MonthlyCare` was last counted anew."""

    type_id = models.SmallIntegerField(primary_key=True)
    counted_by = models.CharField(max_length=250)

    def __str__(self) -> str:
        return f"type {self.type_id}: {self.counted_by}"


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

    `on_date` is a Monday, or `NOW`. Money at risk is kept for now alone. Each customer is counted
    twice: in their team, 0 for none, and in `EVERY_TEAM`.
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

    Every customer is in three rows of a day: that of the value class, that of the size, and that
    of all classes of `EVERY_SEGMENT`, so that many teams can be held against each other. Each of
    the three is there twice: of their team, 0 for none, and of `EVERY_TEAM`.
    """

    class By(models.IntegerChoices):
        """What a row is a class of."""

        VALUE = 1, "Value class"
        SIZE = 2, "Size"
        TEAM = 3, "Team"

    on_date = models.DateField(help_text="A Monday, or `BandTotal.NOW`.")
    by = models.SmallIntegerField(choices=By)
    part = models.SmallIntegerField(help_text="A `ValueClass` or a `SizeClass`; 0 for all.")
    team_id = models.BigIntegerField(default=0, help_text="0 when the customer has no team.")
    segment_id = models.BigIntegerField(default=0, help_text="0 when it has no segment.")
    stage = models.CharField(max_length=10)
    customers = models.IntegerField()
    far = models.IntegerField(help_text="Of them, drifting or gone.")
    distance = models.DecimalField(
        max_digits=12, decimal_places=2, help_text="The sum; of past Mondays of whole points."
    )

    class Meta:
        # The constraint leads to all teams of a day, this to all days of a team.
        indexes = (
            models.Index(
                fields=("by", "team_id", "stage", "segment_id", "on_date"),
                name="distance_total_by_team",
            ),
        )
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

    Mondays that are about four weeks or a year ago are kept, see `services.flows`. Each customer is
    counted twice: in their team, 0 for none, and in `EVERY_TEAM`.
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


class TeamTotal(models.Model):
    """How many customers a team looks after now, who knows them, and what is at risk with them.

    The same as `BandTotal` has of now, of all bands and segments, and `KnownTotal`, for pages that
    hold many teams against each other; of a team that looks after somebody in a currency there is
    a row for it.
    """

    CIRCLES = ("one", "nobody", "lost", "unmet")
    """Which of who knows customers are told of teams, see `insights.selectors.portfolio.KNOWN`."""
    CIRCLES_AT_RISK = tuple(f"{circle}_at_risk" for circle in CIRCLES)

    pk = models.CompositePrimaryKey("team_id", "stage", "currency")
    team_id = models.BigIntegerField(help_text="0 when the customer has no team.")
    stage = models.CharField(max_length=10)
    currency = models.CharField(max_length=3)
    customers = models.IntegerField()
    known = models.IntegerField(help_text="Of them, those heard from at least once.")
    far = models.IntegerField(help_text="Of them, drifting or gone.")
    at_risk = models.DecimalField(max_digits=18, decimal_places=2)
    one = models.IntegerField(db_default=0, help_text="Of them, known to one of us only.")
    nobody = models.IntegerField(db_default=0, help_text="Of them, known to none of us.")
    lost = models.IntegerField(db_default=0, help_text="Of them, those whose person left.")
    unmet = models.IntegerField(db_default=0, help_text="Of them, those nobody met lately.")
    one_at_risk = models.DecimalField(max_digits=18, decimal_places=2, db_default=0)
    nobody_at_risk = models.DecimalField(max_digits=18, decimal_places=2, db_default=0)
    lost_at_risk = models.DecimalField(max_digits=18, decimal_places=2, db_default=0)
    unmet_at_risk = models.DecimalField(max_digits=18, decimal_places=2, db_default=0)

    def __str__(self) -> str:
        return f"team {self.team_id}: {self.customers} customers, {self.far} far"


class OwnerTotal(models.Model):
    """How many customers somebody looks after, as of their readings.

    It says whom pages can be narrowed to; what else is told of an owner is added up from readings.
    """

    owner_id = models.BigIntegerField(primary_key=True, help_text="0 for nobody.")
    customers = models.IntegerField()

    def __str__(self) -> str:
        return f"person {self.owner_id}: {self.customers} customers"
