"""How often the score was right."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from relationships.models import Customer, Person


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
