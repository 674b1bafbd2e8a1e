"""Who of us met customers, who knows them, and whom we give our attention."""

from django.db import models
from django.db.models import Q


class DayMet(models.Model):
    """What one of us and a customer had with a person in it, on one day.

    Between touchpoints and all that is summed up of them: a day is counted anew by itself, and
    what differs is added to the sums. `stage` is the one the sums have it under.
    """

    pk = models.CompositePrimaryKey("customer_id", "day", "person_id", "team_id")
    customer_id = models.BigIntegerField()
    day = models.DateField()
    person_id = models.BigIntegerField(help_text="0 when nobody noted who of us it was.")
    team_id = models.BigIntegerField(help_text="0 when the customer had no team.")
    stage = models.CharField(max_length=10)
    touchpoints = models.IntegerField()
    timed = models.IntegerField(help_text="Those of which somebody said how long they took.")
    minutes = models.BigIntegerField()

    class Meta:
        verbose_name_plural = "days met"
        indexes = (
            models.Index(fields=("person_id", "day"), name="day_met_by_person"),
            models.Index(
                fields=("stage", "day", "customer_id"),
                include=("team_id",),
                name="day_met_by_stage",
            ),
        )

    def __str__(self) -> str:
        return f"{self.day}: customer {self.customer_id}"


class PersonYear(models.Model):
    """In which months of a year one of us was in contact with customers, and the last day of it.

    A row a year, for whoever asks of fourteen months of everybody: of months they would be many.
    """

    pk = models.CompositePrimaryKey("year", "person_id")
    year = models.SmallIntegerField()
    person_id = models.BigIntegerField()
    months = models.SmallIntegerField(help_text="A bit each: 1 for January, 2048 for December.")
    last_on = models.DateField(null=True, help_text="Empty when there was none, after all.")

    def __str__(self) -> str:
        return f"{self.year}: person {self.person_id}"


class Attention(models.Model):
    """What customers of a team and a stage got of us in a month, or on a day.

    The team is the one of then, the stage the one of now: it moves with the customer. Each
    touchpoint is counted twice: in its team, 0 for none, and in `EVERY_TEAM`.
    """

    pk = models.CompositePrimaryKey("is_month", "since", "team_id", "stage")
    is_month = models.BooleanField()
    since = models.DateField(help_text="The day, or the first of the month.")
    team_id = models.BigIntegerField(help_text="0 when the customer had no team.")
    stage = models.CharField(max_length=10)
    touchpoints = models.BigIntegerField()
    timed = models.BigIntegerField(help_text="Those of which somebody said how long they took.")
    minutes = models.BigIntegerField()

    class Meta:
        verbose_name_plural = "attention"

    def __str__(self) -> str:
        return f"{self.since}: {self.touchpoints} with {self.stage}"


class Acquaintance(models.Model):
    """From when until when one of us knows a customer if nothing more happens.

    The same warmth of pairs as on the customer's page; a new touchpoint writes it anew.
    """

    pk = models.CompositePrimaryKey("customer_id", "person_id")
    customer_id = models.BigIntegerField()
    person_id = models.BigIntegerField()
    known_from = models.DateTimeField(
        null=True, help_text="Empty when it is so already; a hurt that fades can take a while."
    )
    known_until = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=("person_id",), name="acquaintance_by_person"),)

    def __str__(self) -> str:
        return f"person {self.person_id} knows customer {self.customer_id}"


class KnownTotal(models.Model):
    """How many customers are known to how many of us, with their value, as of their readings.

    Each is counted twice: in their team, 0 for none, and in `EVERY_TEAM`.
    """

    pk = models.CompositePrimaryKey(
        "team_id", "stage", "currency", "known_by", "has_lost_person", "is_met_lately"
    )
    team_id = models.BigIntegerField(help_text="0 when the customer has no team.")
    stage = models.CharField(max_length=10)
    currency = models.CharField(max_length=3)
    known_by = models.SmallIntegerField()
    has_lost_person = models.BooleanField()
    is_met_lately = models.BooleanField()
    customers = models.IntegerField()
    yearly_value = models.DecimalField(max_digits=18, decimal_places=2)
    at_risk = models.DecimalField(max_digits=18, decimal_places=2)

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="known_total_knows_nobody_one_or_more", condition=Q(known_by__in=(0, 1, 2))
            ),
        )

    def __str__(self) -> str:
        return f"{self.customers} known to {self.known_by}"
