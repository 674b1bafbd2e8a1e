"""What runs in the background; each task may run twice, or be lost: the next finds the work."""

import contextlib
import time

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from insights.drafts import keep_preview, kept_draft, tell_preview
from insights.selectors.proof import Question, proof_is_due
from insights.selectors.reports import month_due, unmade_reports
from insights.services.alerts import follow_alerts, raise_alerts, review_alerts, weeks_due
from insights.services.drain import drain as drain_changes
from insights.services.nightly import read_everyone_again, rhythm_is_outdated
from insights.services.preview import preview
from insights.services.prove import TooManyProofsError, start_proof, work_out
from insights.services.refit import read_with_new_silence, refit_silence
from insights.services.refold import refold_outdated
from insights.services.report_mail import mail_reports
from insights.services.reports import make_report as make
from insights.services.reports import schedule_report
from insights.services.saved_views import forget_deleted_views
from insights.services.watch import is_behind, is_waiting, watching
from relationships.models import Person
from relationships.services.facts import forget_deleted_facts
from relationships.signs_of_life import DRAIN, WORKER, say_alive

WATCH_SECONDS = 5
"""For how long a drain waits for changes: a worker that is asked to stop waits for it."""

LONGEST_DRAIN_SECONDS = 20
LONGEST_REFOLD_SECONDS = LONGEST_MAIL_SECONDS = 15
"""Less than between two ticks, so that other tasks have their turn: the sign of life is one."""


@shared_task
def drain() -> None:
    """Wait for changes and score them, then let another go on; beside one that waits, help it.

    A task for each look would connect anew each time, which takes longer than scoring a few.
    """
    say_alive(DRAIN)
    with watching() as is_watching:
        if is_watching:
            _watch()
        elif is_behind(now=timezone.now()):
            _catch_up()
    if is_watching:
        drain.apply_async(expires=WATCH_SECONDS)


def _watch() -> None:
    """Score what changed, at most so often, until it is another's turn."""
    ends = time.monotonic() + WATCH_SECONDS
    while (began := time.monotonic()) < ends:
        if is_waiting():
            drain_changes(now=timezone.now())
        time.sleep(max(began + settings.DRAIN_SECONDS - time.monotonic(), 0.0))


def _catch_up() -> None:
    """Score until nothing is left or another tick should take over."""
    ends = time.monotonic() + LONGEST_DRAIN_SECONDS
    while drain_changes(now=timezone.now()) and time.monotonic() < ends:
        say_alive(DRAIN)


@shared_task
def heartbeat() -> None:
    """Say that the worker for everything but drains is there."""
    say_alive(WORKER)


@shared_task
def keep_rhythm() -> None:
    """Read everyone again when many customers are new, as after a first load."""
    if rhythm_is_outdated():
        read_everyone_again(now=timezone.now())


@shared_task
def refold() -> None:
    """Score whoever was scored with an older policy, until the next tick should take over."""
    started = time.monotonic()
    while refold_outdated(now=timezone.now()):
        if time.monotonic() - started > LONGEST_REFOLD_SECONDS:
            return


@shared_task
def preview_policy(digest: str) -> None:
    """Work out what a draft of the policy would do, unless it is forgotten meanwhile."""
    draft = kept_draft(digest)
    if draft:
        tell_preview(digest, 0.01)
        found = preview(
            settings=draft.settings,
            now=timezone.now(),
            tell=lambda share: tell_preview(digest, share),
        )
        keep_preview(digest, found)


@shared_task
def nightly() -> None:
    """Take every reading again: time has passed although nothing may have happened."""
    forget_deleted_facts(now=timezone.now())
    read_everyone_again(now=timezone.now())
    review_alerts(now=timezone.now())
    forget_deleted_views(now=timezone.now())


@shared_task
def keep_alerts() -> None:
    """Raise the warnings of a Monday that is past, and say what became of earlier ones.

    While many customers are new, as in a first load, there is no rhythm to rank them by yet.
    """
    if not rhythm_is_outdated():
        for week in weeks_due(timezone.now()):
            raise_alerts(week=week, now=timezone.now())
    follow_alerts(now=timezone.now())


@shared_task
def prove(proof_id: int) -> None:
    """Work a proof out; one that is finished is left alone."""
    work_out(proof_id=proof_id)


@shared_task
def keep_proof() -> None:
    """Work the usual proof out again when the newest is a day old."""
    if proof_is_due(Question(), timezone.now()):
        with contextlib.suppress(TooManyProofsError):
            run, is_new = start_proof(question=Question(), by=None, now=timezone.now())
            if is_new:
                work_out(proof_id=run.pk)


@shared_task
def learn_silence(by: int | None = None) -> None:
    """Refit silence to our own history, weekly and when somebody asks; then read everyone."""
    now = timezone.now()
    refit_silence(as_of=now, by=Person.objects.filter(pk=by).first())
    read_with_new_silence(now=now)


@shared_task
def keep_silence() -> None:
    """Read everyone again when another version of silence was taken into use."""
    read_with_new_silence(now=timezone.now())


@shared_task
def make_report(report_id: int) -> None:
    """Make a board report that somebody waits for; one that is made is left alone."""
    make(report_id=report_id, now=timezone.now())


@shared_task
def keep_reports() -> None:
    """Make last month's report once it is due and what a killed worker left, and mail what is due.

    While many customers are new, as in a first load, their bands are not yet what they will be.
    """
    if month_due(timezone.now()) and not rhythm_is_outdated():
        schedule_report(now=timezone.now())
    for report_id in unmade_reports(timezone.now()):
        make(report_id=report_id, now=timezone.now())
    ends = time.monotonic() + LONGEST_MAIL_SECONDS
    mail_reports(clock=timezone.now, is_over=lambda: time.monotonic() > ends)
