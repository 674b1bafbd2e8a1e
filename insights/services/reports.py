"""Has board reports made: when somebody asks, and every month without being asked."""

import logging
from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone

from insights.models import BoardReport, ReportMailing, ReportReader
from insights.report_contents import About, report_contents
from insights.report_pdf import typeset
from insights.selectors.reports import month_due, months_to_report, report_readers
from relationships.access import check_may_see_organisation
from relationships.models import Person
from relationships.selectors import has_demonstration

AGAIN_AFTER = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1))
"""How long to wait after each try that failed; then once a day, for a report must not be lost."""

LONGEST_AGAIN = timedelta(days=1)
PROBLEM = "Something went wrong while it was made; the log of the workers says what."

logger = logging.getLogger(__name__)


class NoSuchMonthError(ValueError):
    """A report is of the last whole month or of the running one."""


@transaction.atomic
def ask_for_report(*, month: date, by: Person, now: datetime) -> tuple[BoardReport, bool]:
    """Note that a report of a month is wanted now; return it, and whether it has to be made anew.

    Who asks for one that is still being made gets that one. Raises `PermissionDenied` and
    `NoSuchMonthError`.
    """
    check_may_see_organisation(by)
    last, running = months_to_report(now)
    if month not in (last, running):
        raise NoSuchMonthError("A report can be made of last month, or of this one so far.")
    _one_at_a_time()
    asked = {"month": month, "is_whole": month == last}
    unmade = BoardReport.objects.filter(pdf=None, **asked).first()
    if unmade is None:
        made = BoardReport.objects.create(asked_at=now, asked_by=by, due_at=now, **asked)
        return made, True
    if unmade.problem:
        unmade.due_at, unmade.problem, unmade.tries = now, "", 0
        unmade.save(update_fields=["due_at", "problem", "tries"])
        return unmade, True
    return unmade, False


@transaction.atomic
def schedule_report(*, now: datetime) -> BoardReport | None:
    """Note that last month's report is to be made, once in the month after; None when it is not."""
    _one_at_a_time()
    month = month_due(now)
    if month is None:
        return None
    asked = {"month": month, "is_whole": True, "is_scheduled": True, "due_at": now}
    return BoardReport.objects.create(asked_at=now, **asked)


def _one_at_a_time() -> None:
    """Let two who ask at once get one report."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('insights.board_report'))")


@transaction.atomic
def make_report(*, report_id: int, now: datetime) -> bool:
    """Make a report with the figures of now, and note to whom it is mailed; say whether it was.

    The row stays locked meanwhile: another worker passes it by, and where this one is killed it is
    free at once. One that is made is left as it is.
    """
    unmade = BoardReport.objects.select_for_update(of=("self",), skip_locked=True)
    report = unmade.filter(pk=report_id, pdf=None).select_related("asked_by").first()
    if report is None:
        return False
    try:
        with transaction.atomic(), timezone.override(timezone.get_default_timezone()):
            _fill(report, now)
    except Exception:
        logger.exception("%s could not be made", report)
        _put_off(report, now)
        return False
    report.save()
    if report.is_scheduled:
        _note_readers(report, now)
    return True


def _fill(report: BoardReport, now: datetime) -> None:
    about = About(
        month=report.month,
        is_whole=report.is_whole,
        as_of=now,
        by=str(report.asked_by or "") if not report.is_scheduled else "",
        is_demo=has_demonstration(),
    )
    contents = report_contents(about)
    report.pdf = typeset(contents, made_at=now)
    report.sentence = contents["sentence"]
    report.as_of, report.is_demo, report.problem = now, about.is_demo, ""


def _put_off(report: BoardReport, now: datetime) -> None:
    wait = AGAIN_AFTER[report.tries] if report.tries < len(AGAIN_AFTER) else LONGEST_AGAIN
    BoardReport.objects.filter(pk=report.pk).update(
        tries=report.tries + 1, due_at=now + wait, problem=PROBLEM
    )


def _note_readers(report: BoardReport, now: datetime) -> None:
    ReportMailing.objects.bulk_create(
        ReportMailing(report=report, person=person, due_at=now) for person in report_readers()
    )


def mail_to(*, person: Person, is_wanted: bool) -> None:
    """Have every month's report mailed to `person`, or not any more.

    Raises `PermissionDenied` unless they may see the organisation.
    """
    check_may_see_organisation(person)
    if is_wanted:
        ReportReader.objects.get_or_create(person=person)
    else:
        ReportReader.objects.filter(person=person).delete()
