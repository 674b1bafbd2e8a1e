"""Board reports: one month on paper, kept as it was, and to whom it was mailed."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from relationships.models import Person


class BoardReport(models.Model):
    """The organisation on a few pages, about a month: asked for, then made in the background.

    The file is kept here and not on a disk: it is there for every worker and web server, in every
    backup, and in the transaction that says to whom it is mailed.
    """

    month = models.DateField(help_text="Its first day.")
    is_whole = models.BooleanField(help_text="The month was over when it was asked for.")
    is_scheduled = models.BooleanField(default=False, help_text="Made without being asked for.")
    asked_at = models.DateTimeField(db_default=Now())
    asked_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    as_of = models.DateTimeField(null=True, help_text="When its figures were taken.")
    sentence = models.TextField(blank=True, help_text="What it begins with.")
    pdf = models.BinaryField(null=True, help_text="Empty while it is being made.")
    is_demo = models.BooleanField(default=False, help_text="It shows demonstration data.")
    tries = models.SmallIntegerField(default=0, help_text="To make it, that failed.")
    due_at = models.DateTimeField(help_text="When making it is tried next, until it is made.")
    problem = models.CharField(max_length=300, blank=True, help_text="Why the last try failed.")

    class Meta:
        ordering = ("-month", "-id")
        constraints = (
            models.CheckConstraint(name="board_report_is_of_a_month", condition=Q(month__day=1)),
            models.CheckConstraint(
                name="board_report_says_when_it_was_made",
                condition=Q(pdf__isnull=True, as_of__isnull=True)
                | Q(pdf__isnull=False, as_of__isnull=False),
            ),
            models.UniqueConstraint(
                fields=("month",),
                condition=Q(is_scheduled=True),
                name="board_report_is_made_once_by_schedule",
            ),
        )

    def __str__(self) -> str:
        return f"board report {self.month:%B %Y}"

    @property
    def file_name(self) -> str:
        """What its file is called, without the ending."""
        return f"board-report-{self.month:%Y-%m}{'' if self.is_whole else '-so-far'}"


class ReportReader(models.Model):
    """Somebody who wants every month's report by mail."""

    person = models.OneToOneField(Person, models.CASCADE, related_name="+")
    since = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"board report to {self.person}"


class ReportMailing(models.Model):
    """One report on its way to one reader: the row is why nobody gets it twice."""

    class Status(models.TextChoices):
        """What became of it so far."""

        WAITING = "waiting", "Waiting"
        SENT = "sent", "Sent"
        FAILED = "failed", "Failed"
        WITHHELD = "withheld", "Not sent"

    report = models.ForeignKey(BoardReport, models.CASCADE, related_name="mailings")
    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    status = models.CharField(max_length=10, choices=Status, default=Status.WAITING)
    tries = models.SmallIntegerField(default=0)
    due_at = models.DateTimeField(help_text="When it is tried next, while it is waiting.")
    finished_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=300, blank=True, help_text="Why it was not sent.")

    class Meta:
        ordering = ("id",)
        indexes = (
            models.Index(
                fields=("due_at",), condition=Q(status="waiting"), name="report_mailing_waiting"
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("report", "person"), name="report_is_mailed_once_to_each"
            ),
            models.CheckConstraint(
                name="report_mailing_status_is_known",
                condition=Q(status="waiting", finished_at__isnull=True)
                | Q(status__in=("sent", "failed", "withheld"), finished_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.report} to {self.person}"
