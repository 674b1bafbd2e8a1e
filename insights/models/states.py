"""What scoring keeps of each customer: the state, the reading, and the rhythm of all."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast, Coalesce, Floor, Least, Now

from insights.mondays import UNKNOWN, WEEKS
from insights.region import SIDE, SQUARE
from relationships.models import Customer, Person, Segment, Team


def _row_or_column(score: str) -> Least:
    return Least(Floor(F(score) / float(SQUARE)), float(SIDE - 1))


PLACE = Cast(
    _row_or_column("doors") * float(SIDE) + _row_or_column("windows"), models.SmallIntegerField()
)
"""In which square of the map of doors and windows a reading lies; see `insights.region`."""

LEAST_CHANGE = 3
"""Points since last week that are worth a line; less than a band needs to change is flicker."""

HAS_CHANGED = Q(since_last_week__gte=LEAST_CHANGE) | Q(since_last_week__lte=-LEAST_CHANGE)


class Band(models.IntegerChoices):
    """How far a customer is now, in words."""

    UNKNOWN = 0, "Unknown"
    NEAR = 1, "Near"
    STEADY = 2, "Steady"
    COOLING = 3, "Cooling"
    DRIFTING = 4, "Drifting"
    GONE = 5, "Gone"


class ValueClass(models.IntegerChoices):
    """What share of all value a customer belongs to: A makes the first 80 %, B the next 15 %."""

    NONE = 0, "No value known"
    A = 1, "A, the first 80 %"
    B = 2, "B, the next 15 %"
    C = 3, "C, the last 5 %"


class SizeClass(models.IntegerChoices):
    """How many people we know at a customer, those who left aside."""

    NOBODY = 0, "Nobody by name"
    ONE = 1, "1 person"
    FEW = 2, "2 to 4 people"
    SEVERAL = 3, "5 to 9 people"
    MANY = 4, "10 people or more"


SIZES_FROM = (1, 2, 5, 10)
"""With how many people each class of size begins, but the first."""


class ValueStep(models.Model):
    """From what yearly value on a customer is of class A and of class B, in a currency."""

    currency = models.CharField(max_length=3, primary_key=True)
    a_from = models.DecimalField(max_digits=14, decimal_places=2)
    b_from = models.DecimalField(max_digits=14, decimal_places=2)

    def __str__(self) -> str:
        return f"{self.currency}: A from {self.a_from}, B from {self.b_from}"


class Rhythm(models.Model):
    """How often this organisation's customers are in touch: the population behind presence."""

    as_of = models.DateTimeField()
    customers = models.IntegerField(help_text="Customers it was estimated from.")
    within_variance = models.FloatField()
    mean_log_gap = models.FloatField()
    between_variance = models.FloatField()
    policy_version = models.IntegerField(default=0, help_text="Whose hyper-prior it leans on.")

    class Meta:
        get_latest_by = "id"

    def __str__(self) -> str:
        return f"rhythm of {self.customers} customers"


class CustomerState(models.Model):
    """A customer's history folded into a fixed row of numbers."""

    customer = models.OneToOneField(
        Customer, models.CASCADE, primary_key=True, db_constraint=False, related_name="state"
    )
    policy_version = models.IntegerField(default=0, help_text="What it was folded with.")
    segment_id = models.BigIntegerField(
        default=0,
        db_default=0,
        help_text="Whose policy of that version: the segment's then, 0 for none.",
    )
    stage = models.CharField(
        max_length=10,
        default=Customer.Stage.CURRENT,
        db_default=Customer.Stage.CURRENT,
        help_text="In which their touchpoints and loops are counted, as in the segment.",
    )
    folded_to = models.DateTimeField(
        null=True, help_text="The newest touchpoint in it; empty when there is none."
    )
    numbers = models.BinaryField(default=b"", help_text="float64, little-endian, `STATE_FIELDS`.")

    class Meta:
        # Whose policy is not the newest is scored again; every tick asks whether there is anyone.
        indexes = (models.Index(fields=("policy_version",), name="state_by_policy_version"),)

    def __str__(self) -> str:
        return f"state of customer {self.customer_id}"


_FILTERED_BY = (
    "stage", "band", "team", "owner", "segment", "value_class", "size_class", "known_by",
    "has_lost_person", "is_met_lately", "moves",
)  # fmt: skip
_BESIDE_TEAM = tuple(name for name in _FILTERED_BY if name not in ("team", "moves"))


class Reading(models.Model):
    """All of a customer's scores now, with the parts they are made of.

    Who the customer belongs to is repeated here, as it was when the customer was counted: lists
    filter and sort on one table, and rollups can take away exactly what they once added.
    """

    customer = models.OneToOneField(
        Customer, models.CASCADE, primary_key=True, db_constraint=False, related_name="reading"
    )
    team = models.ForeignKey(
        Team, models.DO_NOTHING, null=True, db_constraint=False, db_index=False
    )
    owner = models.ForeignKey(
        Person, models.DO_NOTHING, null=True, db_constraint=False, db_index=False
    )
    segment = models.ForeignKey(
        Segment, models.DO_NOTHING, null=True, db_constraint=False, db_index=False
    )
    stage = models.CharField(max_length=10)
    currency = models.CharField(max_length=3)
    yearly_value = models.DecimalField(max_digits=14, decimal_places=2)
    value_class = models.SmallIntegerField(
        choices=ValueClass,
        null=True,
        help_text="Empty until the reading is counted in distances by week and in flows.",
    )
    size_class = models.SmallIntegerField(choices=SizeClass, null=True)

    policy_version = models.IntegerField(
        default=0, db_default=0, help_text="What it was counted with."
    )

    as_of = models.DateTimeField()
    band = models.SmallIntegerField(choices=Band)
    distance = models.FloatField(null=True)
    drift = models.FloatField(null=True, help_text="Distance now minus four weeks ago.")
    warmth = models.FloatField(null=True)
    baseline = models.FloatField(null=True)
    presence = models.FloatField(null=True)
    silence = models.FloatField(null=True, help_text="Probability of silence for the horizon.")
    at_risk = models.DecimalField(
        max_digits=14, decimal_places=2, help_text="Yearly value times silence."
    )
    doors = models.FloatField(default=0)
    windows = models.FloatField(default=0)
    noise = models.FloatField(default=0)
    goodwill = models.FloatField(default=0)
    connection = models.FloatField(default=0)
    care = models.FloatField(default=0)
    served = models.FloatField(default=0)
    hurt = models.FloatField(default=0)
    hurt_open = models.FloatField(default=0)
    cooling = models.FloatField(default=0)
    wall = models.FloatField(default=0)
    unhealed = models.FloatField(default=0)
    part_presence = models.FloatField(default=0)
    part_cooling = models.FloatField(default=0)
    part_wall = models.FloatField(default=0)
    part_unhealed = models.FloatField(default=0)
    style = models.SmallIntegerField(default=2, help_text="1 personal, 2 mixed, 3 self-service.")
    silent_days = models.FloatField(null=True)
    usual_gap_days = models.FloatField(null=True)
    active_days = models.IntegerField(default=0)
    human_share_now = models.FloatField(null=True)
    human_share_normal = models.FloatField(null=True)
    via_share_now = models.FloatField(null=True)
    via_share_normal = models.FloatField(null=True)
    care_said = models.FloatField(default=0)
    care_shown = models.FloatField(default=0)
    known_by = models.SmallIntegerField(
        default=0, db_default=0, help_text="How many of us know them; 2 for several."
    )
    has_lost_person = models.BooleanField(
        default=False,
        db_default=False,
        help_text="Whoever looks after them has left, or all of us who knew them.",
    )
    is_met_lately = models.BooleanField(
        default=False, db_default=False, help_text="Met by one of us in the last 90 days."
    )
    first_at = models.DateTimeField(null=True)
    last_at = models.DateTimeField(null=True, help_text="When they were last active.")
    history = models.BinaryField(
        default=b"", help_text="Distance on past Mondays, oldest first, a byte each; 255 unknown."
    )
    moves = ArrayField(
        models.IntegerField(),
        default=list,
        db_default=[],
        help_text="Where they stood on the Mondays that pages compare with, see `insights.moves`.",
    )
    history_on = models.DateField(null=True, help_text="The Monday of the last byte.")
    since_last_week = models.GeneratedField(
        # Of the byte before the last one.
        expression=RawSQL(
            f"CASE WHEN octet_length(history) = {WEEKS} THEN"
            f" round(distance)::int - nullif(get_byte(history, {WEEKS - 2}), {UNKNOWN}) END",
            (),
        ),
        output_field=models.SmallIntegerField(null=True),
        db_persist=True,
        help_text="Distance now minus that of the Monday before the last one, in whole points.",
    )
    updated_at = models.DateTimeField(
        db_default=Now(), editable=False, help_text="When it was written, later than `as_of`."
    )

    class Meta:
        indexes = (
            models.Index(fields=("updated_at", "customer"), name="reading_by_update"),
            # Each with all that Today and lists ask of their customers, who lie far apart.
            models.Index(
                fields=("team", "-at_risk", "customer"),
                include=_BESIDE_TEAM,
                name="reading_by_team",
            ),
            models.Index(
                fields=("owner", "-at_risk", "customer"),
                include=("team", "stage", "band", "drift", "currency"),
                name="reading_by_owner",
            ),
            models.Index(fields=("band", "-at_risk", "customer"), name="reading_by_band"),
            # With all that lists filter by, for many rows may be passed by until a page is full.
            models.Index(
                fields=("-at_risk", "customer"), include=_FILTERED_BY, name="reading_by_risk"
            ),
            # Few, and often of no value, so that the order of all leads past most of the others.
            models.Index(
                fields=("stage", "-at_risk", "customer"),
                include=_FILTERED_BY[1:],
                condition=~Q(stage=Customer.Stage.CURRENT),
                name="reading_not_current",
            ),
            models.Index(fields=("-distance", "customer"), name="reading_by_distance"),
            models.Index(fields=("-drift", "customer"), name="reading_by_drift"),
            models.Index(fields=("-last_at", "customer"), name="reading_by_last"),
            # Each row goes to its place at once: what is put off is read by every page that asks
            # for moves, and holds up one drain in some hundred for a second when it is caught up.
            GinIndex(fields=("moves",), fastupdate=False, name="reading_by_move"),
            # Few where most is at risk, so that no order leads to them soon.
            models.Index(
                fields=("-at_risk", "customer"),
                condition=Q(known_by=1),
                name="reading_known_to_one",
            ),
            models.Index(
                fields=("-at_risk", "customer"),
                condition=Q(has_lost_person=True),
                name="reading_of_lost_person",
            ),
            models.Index(
                fields=("-since_last_week", "customer"),
                condition=HAS_CHANGED,
                name="reading_changed",
            ),
            models.Index(
                fields=("team", "-since_last_week", "customer"),
                condition=HAS_CHANGED,
                name="reading_changed_of_team",
            ),
            models.Index(PLACE, "stage", "team", name="reading_by_place"),
            # As totals have it, where zero stands for none: whose totals are few is found by it.
            models.Index(
                "stage", Coalesce("team", 0), Coalesce("segment", 0), name="reading_by_group"
            ),
        )
        constraints = (
            models.CheckConstraint(
                name="reading_band_is_known", condition=Q(band__in=(0, 1, 2, 3, 4, 5))
            ),
            models.CheckConstraint(
                name="reading_distance_is_a_score",
                condition=Q(distance__isnull=True) | Q(distance__range=(0, 100)),
            ),
            models.CheckConstraint(
                name="reading_knows_nobody_one_or_more", condition=Q(known_by__in=(0, 1, 2))
            ),
        )

    def __str__(self) -> str:
        return f"reading of customer {self.customer_id}"
