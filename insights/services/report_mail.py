"""Mails board reports to those who asked for them, and writes down what came of it."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction

from insights.models import BoardReport, ReportMailing
from insights.selectors.reports import due_mailings, has_mail_server, wants_reports
from relationships.access import may_see_organisation
from relationships.models import Person

AGAIN_AFTER = (
    timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=6),
    timedelta(hours=14), timedelta(hours=24),
)  # fmt: skip
"""How long to wait after each try that failed: two days in all."""

Status = ReportMailing.Status
logger = logging.getLogger(__name__)


class NoMailServerError(Exception):
    """No mail server is set, so nothing leaves this machine."""


def mail_reports(*, clock: Callable[[], datetime], is_over: Callable[[], bool]) -> None:
    """Send the mails that are due, until none is or somebody else should have a turn."""
    for mailing in due_mailings(clock()):
        if is_over():
            return
        send(mailing_id=mailing, now=clock())


@transaction.atomic
def send(*, mailing_id: int, now: datetime) -> None:
    """Send one mail that is due, unless its reader may not see it any more.

    The row stays locked until the server has taken the mail: another worker passes it by, and where
    this one is killed before, it is sent by the next. Killed in the moment between, it is sent
    again under the same Message-ID, by which mailboxes tell that it is the same.
    """
    due = ReportMailing.objects.select_for_update(of=("self",), skip_locked=True)
    due = due.filter(pk=mailing_id, status=Status.WAITING, due_at__lte=now)
    mailing = due.select_related("report", "person").first()
    if mailing is None:
        return
    if refused := _refused(mailing.person):
        mailing.status, mailing.problem, mailing.finished_at = Status.WITHHELD, refused, now
    else:
        _try(mailing, now)
    mailing.save()


def _refused(person: Person) -> str:
    """Say why somebody gets nothing after all; asked at the last moment, roles change."""
    if not may_see_organisation(person):
        return "They may not see the whole organisation any more."
    if not wants_reports(person):
        return "They do not want it any more."
    return ""


def _try(mailing: ReportMailing, now: datetime) -> None:
    try:
        if not has_mail_server():
            raise NoMailServerError("No mail server is set.")
        _message(mailing.report, mailing.person).send()
    except Exception as error:  # Whatever it is, it must not keep the others waiting.
        logger.warning("%s was not mailed: %s", mailing, error)
        _put_off(mailing, str(error) or type(error).__name__, now)
    else:
        mailing.status, mailing.problem, mailing.finished_at = Status.SENT, "", now


def _put_off(mailing: ReportMailing, problem: str, now: datetime) -> None:
    mailing.problem = problem[: ReportMailing._meta.get_field("problem").max_length]
    if mailing.tries < len(AGAIN_AFTER):
        mailing.due_at = now + AGAIN_AFTER[mailing.tries]
    else:
        mailing.status, mailing.finished_at = Status.FAILED, now
    mailing.tries += 1


def _message(report: BoardReport, person: Person) -> EmailMessage:
    name = f"Board report, {report.month:%B %Y}"
    demo = "It shows demonstration data.\n\n" if report.is_demo else ""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    made = f"{report.asked_at.timestamp():.0f}"
    message = EmailMessage(
        subject=" · ".join(filter(None, [name, settings.ORGANISATION])),
        body=(
            f"{report.sentence}\n\nThe report is attached. {demo}"
            "You get it because you asked for it on the page “Board report” in Hearth, where you "
            "can switch it off and find all reports so far.\n"
        ),
        to=[person.email],
        headers={"Message-ID": f"<board-report.{report.pk}.{person.pk}.{made}@{domain}>"},
    )
    message.attach(f"{report.file_name}.pdf", bytes(report.pdf or b""), "application/pdf")
    return message
