"""States, readings, rollups, and the policy and population they were read with."""

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from relationships.models import Customer, Person, Segment, Team


class Band(models.IntegerChoices):
    """How far a customer is now, in words."""

    UNKNOWN = 0, "Unknown"
    NEAR = 1, "Near"
    STEADY = 2, "Steady"
    COOLING = 3, "Cooling"
    DRIFTING = 4, "Drifting"
    GONE = 5, "Gone"


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
    folded_to = models.DateTimeField(
        null=True, help_text="The newest touchpoint in it; empty when there is none."
    )
    numbers = models.BinaryField(default=b"", help_text="float64, little-endian, `STATE_FIELDS`.")

    class Meta:
        # Whose policy is not the newest is scored again; every tick asks whether there is anyone.
        indexes = (models.Index(fields=("policy_version",), name="state_by_policy_version"),)

    def __str__(self) -> str:
        return f"state of customer {self.customer_id}"


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
    first_at = models.DateTimeField(null=True)
    last_at = models.DateTimeField(null=True, help_text="When they were last active.")
    history = models.BinaryField(
        default=b"", help_text="Distance on past Mondays, oldest first, a byte each; 255 unknown."
    )
    history_on = models.DateField(null=True, help_text="The Monday of the last byte.")

    class Meta:
        indexes = (
            models.Index(fields=("team", "band", "-at_risk", "customer"), name="reading_by_team"),
            models.Index(fields=("owner", "band", "-at_risk"), name="reading_by_owner"),
            models.Index(fields=("band", "-at_risk", "customer"), name="reading_by_band"),
            models.Index(fields=("-at_risk", "customer"), name="reading_by_risk"),
            models.Index(fields=("-distance", "customer"), name="reading_by_distance"),
            models.Index(fields=("-drift", "customer"), name="reading_by_drift"),
            models.Index(fields=("-last_at", "customer"), name="reading_by_last"),
        )
        constraints = (
            models.CheckConstraint(
                name="reading_band_is_known", condition=Q(band__in=(0, 1, 2, 3, 4, 5))
            ),
            models.CheckConstraint(
                name="reading_distance_is_a_score",
                condition=Q(distance__isnull=True) | Q(distance__range=(0, 100)),
            ),
        )

    def __str__(self) -> str:
        return f"reading of customer {self.customer_id}"


class MonthlyTouchpoints(models.Model):
    """How many touchpoints of each type a team's customers had in a month: the Wall."""

    month = models.DateField()
    team_id = models.BigIntegerField(default=0, help_text="0 when the customer had no team.")
    type_id = models.SmallIntegerField()
    is_via = models.BooleanField()
    count = models.BigIntegerField()

    class Meta:
        verbose_name_plural = "monthly touchpoints"
        constraints = (
            models.UniqueConstraint(
                fields=("month", "team_id", "type_id", "is_via"), name="month_is_counted_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}: {self.count}"


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


class Proof(models.Model):
    """How often the score was right, for one window and horizon, as worked out in the background.

    `results` holds aggregates only; whose score was wrong stands in `cases`, customer by
    customer, so that each reader sees their own.
    """

    as_of = models.DateTimeField()
    window_days = models.IntegerField(help_text="How far back cut-offs reach.")
    horizon_days = models.IntegerField()
    budget_percent = models.IntegerField(help_text="Share of customers we may warn of in a week.")
    results = models.JSONField(null=True, help_text="Empty while it is being worked out.")
    problem = models.CharField(max_length=300, blank=True)
    done_share = models.FloatField(default=0)
    moved_at = models.DateTimeField(db_default=Now(), help_text="When it last got further.")
    created_at = models.DateTimeField(db_default=Now())
    created_by = models.ForeignKey(Person, models.SET_NULL, null=True)

    class Meta:
        get_latest_by = "id"
        indexes = (
            models.Index(
                fields=("window_days", "horizon_days", "budget_percent", "-id"),
                name="proof_by_question",
            ),
        )
        constraints = (
            models.CheckConstraint(
                name="proof_asks_what_can_be_answered",
                condition=Q(horizon_days__gte=1, window_days__gt=F("horizon_days"))
                & Q(budget_percent__range=(1, 50)),
            ),
        )

    def __str__(self) -> str:
        return f"proof of {self.window_days} days, horizon {self.horizon_days}"


class ProofCase(models.Model):
    """One customer in one past month: what the score said then, and what happened.

    Kept of everyone who was flagged in that month, and of those who went silent unflagged.
    """

    proof = models.ForeignKey(Proof, models.CASCADE, related_name="cases")
    customer = models.ForeignKey(Customer, models.CASCADE, db_constraint=False, related_name="+")
    month = models.DateField(help_text="Its first day.")
    cut_on = models.DateField(help_text="When they were flagged, or first looked at.")
    silence = models.FloatField()
    distance = models.FloatField()
    is_flagged = models.BooleanField()
    is_silent = models.BooleanField()

    class Meta:
        indexes = (
            models.Index(
                fields=("proof", "month", "is_flagged", "is_silent", "-silence"),
                name="proof_case_by_kind",
            ),
        )

    def __str__(self) -> str:
        return f"{self.customer_id} on {self.cut_on}"
