"""Board reports: which there are, which is due, and who gets them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from insights.models import Band, BoardReport, Reading, ReportMailing, ReportReader
from insights.months import months_before
from insights.selectors.proof import Question, proof_is_due
from relationships.access import may_see_organisation
from relationships.models import Person

MADE_AT_HOUR = 6
"""Of the first working day of a month, in the organisation's time: after the night's work."""

SATURDAY = 5
_NO_SERVER = {
    "django.core.mail.backends.console.EmailBackend",
    "django.core.mail.backends.dummy.EmailBackend",
}


def months_to_report(now: datetime) -> tuple[date, date]:
    """Return the last whole month and the running one, each by its first day."""
    today = timezone.localtime(now, timezone.get_default_timezone()).date()
    return months_before(today, 1), today.replace(day=1)


def first_working_day(month: date) -> date:
    """Return the first day of a month that is not at a weekend.

    >>> [str(first_working_day(date(2026, month, 1))) for month in (8, 11, 12)]
    ['2026-08-03', '2026-11-02', '2026-12-01']
    """
    first = month.replace(day=1)
    return first + timedelta(days=(7 - first.weekday()) % 7 if first.weekday() >= SATURDAY else 0)


def month_due(now: datetime) -> date | None:
    """Return the month whose report the schedule has to make; None when it is there or too early.

    While nobody has been heard from there is nothing to tell, and while the first proof is being
    worked out it would not say how often it is right.
    """
    local = timezone.localtime(now, timezone.get_default_timezone())
    last, running = months_to_report(now)
    if (local.date(), local.hour) < (first_working_day(running), MADE_AT_HOUR):
        return None
    if BoardReport.objects.filter(month=last, is_scheduled=True).exists():
        return None
    is_known = Reading.objects.exclude(band=Band.UNKNOWN).exists()
    return last if is_known and not proof_is_due(Question(), now) else None


def unmade_reports(now: datetime) -> Sequence[int]:
    """Return the reports that are to be made now, the oldest first."""
    unmade = BoardReport.objects.filter(pdf=None, due_at__lte=now)
    return list(unmade.order_by("pk").values_list("pk", flat=True))


def board_reports(person: Person) -> QuerySet[BoardReport]:
    """Return the reports that `person` may see, the newest month first, without their files."""
    if not may_see_organisation(person):
        return BoardReport.objects.none()
    return BoardReport.objects.defer("pdf").select_related("asked_by")


def report_file(person: Person, pk: int) -> BoardReport | None:
    """Return a report that is made, with its file, if `person` may see it."""
    if not may_see_organisation(person):
        return None
    return BoardReport.objects.filter(pk=pk, pdf__isnull=False).first()


def mailings_of(reports: Sequence[BoardReport]) -> Mapping[int, Sequence[ReportMailing]]:
    """Return to whom each of some reports went or goes, by report."""
    found: dict[int, list[ReportMailing]] = defaultdict(list)
    mailings = ReportMailing.objects.filter(report__in=[one.pk for one in reports])
    for mailing in mailings.select_related("person").order_by("person__name", "pk"):
        found[mailing.report_id].append(mailing)
    return found


def due_mailings(now: datetime) -> Sequence[int]:
    """Return the mails that are to be sent now, the longest due first."""
    waiting = ReportMailing.objects.filter(status=ReportMailing.Status.WAITING, due_at__lte=now)
    return list(waiting.order_by("due_at", "pk").values_list("pk", flat=True))


def wants_reports(person: Person) -> bool:
    """Whether `person` asked for every month's report by mail."""
    return ReportReader.objects.filter(person=person).exists()


def report_readers() -> Sequence[Person]:
    """Return who gets every month's report: who asked for it and may still see it, by name."""
    asked = ReportReader.objects.select_related("person").order_by("person__name", "pk")
    return [reader.person for reader in asked if may_see_organisation(reader.person)]


def has_mail_server() -> bool:
    """Whether mail leaves this machine."""
    return settings.EMAIL_BACKEND not in _NO_SERVER
