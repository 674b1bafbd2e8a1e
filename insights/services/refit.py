"""Learns silence from the organisation's own history, and takes versions into use."""

import logging
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db import connection, transaction

from insights import progress
from insights.models import SilenceChoice, SilenceVersion
from insights.mondays import EPOCH, days_of
from insights.scoring.refit import Refit, TooLittleHistoryError, refit
from insights.selectors.learning import Lessons, lessons
from insights.selectors.lens import Lens, current_lens
from insights.selectors.silence import (
    SilenceInUse,
    awaits_reading,
    coefficients_of,
    silence_at,
    silence_in_use,
)
from insights.services.nightly import read_everyone_again
from insights.services.refold import outdate_everyone
from relationships import access
from relationships.models import Person

logger = logging.getLogger(__name__)

REFIT, READING = "silence-refit", "silence-reading"
"""The names under which `insights.progress` hears of this work."""

LOADS, LEARNS = "Loading touchpoints", "Learning from them"
READS = "Reading every customer again"

READING_FAILED, RETRIED_AFTER_SECONDS = "insights.silence-reading-failed", 600

LOCKS = 3
LEARN_LOCK, READ_LOCK, CHOOSE_LOCK = 1, 2, 3
"""Advisory locks: a connection that dies gives them back."""


class AnotherInUseError(ValueError):
    """Something else was taken into use since the person who chooses saw what is."""


class UnreadableVersionError(ValueError):
    """Coefficients were chosen that are of another shape than those of today."""


def refit_silence(*, as_of: datetime, by: Person | None) -> SilenceVersion | None:
    """Learn from the history until `as_of`, and take what was learned into use if it does better.

    `by` is None for the weekly refit. Returns None when another refit is running, or when there
    is too little history: what would be enough is then said to whoever asks for the work.
    """
    with _alone(LEARN_LOCK) as is_alone:
        return _refit_alone(as_of, by) if is_alone else None


def use_silence(*, version: SilenceVersion | None, instead_of: int, by: Person) -> bool:
    """Take a version into use, None for what Hearth ships; return whether that changed anything.

    `instead_of` is the id of what was in use when `by` chose, 0 for what Hearth ships.
    """
    access.check_may_administer(by)
    if version and coefficients_of(version) is None:
        raise UnreadableVersionError(
            "This version was learned by another Hearth and cannot be read by this one. "
            "Refit to learn a new one."
        )
    with transaction.atomic():
        _choose_alone()
        in_use = silence_in_use().pk
        if in_use == (version.pk if version else 0):
            return False
        if in_use != instead_of:
            raise AnotherInUseError(
                "Something else was taken into use since you opened this page. "
                "Look at what is in use now, and choose again."
            )
        _take_into_use(version, by)
    return True


def read_with_new_silence(*, now: datetime) -> int:
    """Read everyone again when what is in use has changed; return how many were read.

    What stood on past Mondays cannot be read from a state: else drift would set today's
    coefficients against those of four weeks ago, and call it drift. So everyone is folded anew
    after that, as when the policy changes.

    A choice stays marked as unread until this is done, so nothing is lost with a worker. After
    an error it is tried again when somebody has had time to look, not with every tick.
    """
    if not awaits_reading() or cache.get(READING_FAILED):
        return 0
    with _alone(READ_LOCK) as is_alone:
        choice = awaits_reading()
        if not is_alone or choice is None:
            return 0
        try:
            read = read_everyone_again(now=now, progress=_reports(READING, READS))
            outdate_everyone()
        except Exception:
            cache.set(READING_FAILED, True, RETRIED_AFTER_SECONDS)
            raise
        SilenceChoice.objects.filter(pk=choice.pk).update(read_at=now)
        progress.say_done(READING)
        return read


def forget_demonstration(*, by: Person) -> None:
    """Remove what was learned from invented customers; what Hearth ships takes its place."""
    with transaction.atomic():
        _choose_alone()
        in_use = silence_in_use().version
        if in_use and in_use.is_demo:
            _take_into_use(None, by)
        SilenceVersion.objects.filter(is_demo=True).delete()


def _refit_alone(as_of: datetime, by: Person | None) -> SilenceVersion | None:
    try:
        if by:
            access.check_may_administer(by)
        version = _learn(as_of, by)
    except TooLittleHistoryError as problem:
        progress.say_failed(REFIT, str(problem))
        return None
    except Exception:
        progress.say_failed(REFIT, "it stopped because of an error, which is in the worker's log")
        raise
    progress.say_done(REFIT)
    logger.info("Silence version %s was learned: %s", version.pk, version.verdict)
    return version


def _learn(as_of: datetime, by: Person | None) -> SilenceVersion:
    say_loading, say_learning = _reports(REFIT, LOADS), _reports(REFIT, LEARNS)
    say_loading(0.0)
    lens, in_use = current_lens(), silence_in_use()
    learned_from = lessons(lens.row_of_type, say_loading)
    say_learning(0.0)
    # What is in use now may have learned from the very days that the rivals are judged on.
    rival = silence_at(as_of - timedelta(days=lens.policy.horizon_days))
    found = refit(
        learned_from.events,
        lens.kinds,
        lens.policy,
        days_of(as_of),
        champion=rival.silence,
        progress=say_learning,
    )
    return _store(found, learned_from, lens, in_use, rival, as_of, by)


@transaction.atomic
def _store(
    found: Refit,
    learned_from: Lessons,
    lens: Lens,
    in_use: SilenceInUse,
    rival: SilenceInUse,
    as_of: datetime,
    by: Person | None,
) -> SilenceVersion:
    """Store what was learned, and take it into use if it beat what still is in use."""
    _choose_alone()
    version = SilenceVersion.objects.create(
        values=found.silence.to_json(),
        verdict=_verdict(found, is_still_in_use=silence_in_use().pk == in_use.pk),
        horizon_days=lens.policy.horizon_days,
        window_from=(EPOCH + timedelta(days=float(found.cuts.min()))).date(),
        window_to=as_of.date(),
        customers=found.customers,
        metrics={
            "champion": _finite(found.champion),
            "challenger": _finite(found.challenger),
            "champion_version": rival.pk,
            "touchpoints": len(learned_from.events),
            "sampled": learned_from.customers,
            "customers_in_all": learned_from.customers_in_all,
        },
        is_demo=learned_from.is_demo,
        created_by=by,
    )
    if version.verdict == SilenceVersion.Verdict.ADOPTED:
        _take_into_use(version, by)
    return version


def _verdict(found: Refit, *, is_still_in_use: bool) -> SilenceVersion.Verdict:
    if not found.is_better:
        return SilenceVersion.Verdict.REJECTED
    # It beat what nobody uses any more: that somebody chose meanwhile is not undone.
    return SilenceVersion.Verdict.ADOPTED if is_still_in_use else SilenceVersion.Verdict.ASIDE


def _take_into_use(version: SilenceVersion | None, by: Person | None) -> None:
    SilenceVersion.objects.filter(is_in_use=True).update(is_in_use=False)
    if version:
        version.is_in_use = True
        version.save(update_fields=["is_in_use"])
    SilenceChoice.objects.create(version=version, chosen_by=by)


def _finite(metrics: dict[str, float]) -> dict[str, float | None]:
    """Leave out what is not defined, as when nobody was silent: JSON has no such number."""
    return {name: value if math.isfinite(value) else None for name, value in metrics.items()}


def _reports(name: str, doing: str) -> Callable[[float], None]:
    return lambda share: progress.say(name, doing, share)


def _choose_alone() -> None:
    """Wait for whoever else is choosing, until the end of this transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCKS, CHOOSE_LOCK])


@contextmanager
def _alone(what: int) -> Iterator[bool]:
    """Say whether nobody else does this, and keep others from it until it is done."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCKS, what])
        (is_alone,) = cursor.fetchone()
        try:
            yield is_alone
        finally:
            if is_alone:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCKS, what])
