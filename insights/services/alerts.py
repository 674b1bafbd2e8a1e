"""Raises the warnings of each week by the rule that the proof proves, and follows them up."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import numpy as np
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Case, Exists, F, Max, OuterRef, Q, Subquery, Value, When
from numpy.typing import NDArray

from insights.models import Alert, AlertRun, Reading
from insights.mondays import EPOCH, last_monday
from insights.scoring import why
from insights.scoring.proof import flagged
from insights.selectors.evidence import ACTIVE
from insights.selectors.lens import Lens, current_lens
from insights.selectors.proof import Question
from insights.services.rhythm import chunks_of_states
from insights.services.roll import Called, call_roll
from interactions.models import Touchpoint
from relationships.models import Customer
from relationships.services import Announcement, announce

MOST_MISSED = 8
"""Mondays caught up with when nothing ran: an older warning helps nobody any more."""

ASK_AGAIN_AFTER = timedelta(hours=1)
"""When nobody was in touch, as before a first load, the week is asked about again."""

INSERTED_AT_ONCE = 2_000


def weeks_due(now: datetime) -> list[date]:
    """Return the Mondays whose warnings have not been raised yet, the oldest first.

    Without any so far only the last: nobody could have acted on those before.
    """
    this_week = last_monday(now)
    newest = AlertRun.objects.order_by("-week").first()
    if newest is None:
        return [this_week]
    if newest.week >= this_week:
        is_empty = newest.in_touch == 0 and now - newest.raised_at > ASK_AGAIN_AFTER
        return [newest.week] if is_empty else []
    missed = (this_week - newest.week).days // 7
    return [this_week - timedelta(weeks=back) for back in reversed(range(min(missed, MOST_MISSED)))]


def raise_alerts(*, week: date, now: datetime) -> int:
    """Warn of the customers most likely to fall silent on a Monday; return of how many.

    At most the budget of those in touch, by silence, as `scoring.proof` picks them; a week that
    was raised is left alone.
    """
    asked = _Asked(current_lens(), datetime.combine(week, time(), tzinfo=UTC), Question())
    ids, silence = asked.roll()
    return _store(asked, len(ids), asked.warned_of(ids, silence), now)


def follow_alerts(*, now: datetime) -> int:
    """Say of open alerts what became of them: heard from again, or silent to the end."""
    heard = Reading.objects.filter(pk=OuterRef("customer_id"), last_at__gte=OuterRef("since"))
    return _follow(Q(status=Alert.Status.OPEN) & (Q(until__lte=now) | Q(Exists(heard))), now)


def review_alerts(*, now: datetime) -> int:
    """Look again at alerts that are over, for touchpoints that came late or went away since."""
    horizon = timedelta(days=Question().horizon_days)
    return _follow(Q(until__gt=now - horizon), now)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a week's warnings are raised by."""

    lens: Lens
    monday: datetime
    question: Question

    def roll(self) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return everyone in touch on the Monday and how likely they were to fall silent.

        They are read chunk by chunk; of each only these two numbers are kept.
        """
        ids, silence = [np.empty(0, np.int64)], [np.empty(0)]
        with connection.cursor() as cursor:
            for chunk in chunks_of_states(cursor):
                called = self._called(cursor, chunk)
                ids.append(called.ids)
                silence.append(called.readings.silence)
        return np.concatenate(ids), np.concatenate(silence)

    def warned_of(self, ids: NDArray[np.int64], silence: NDArray[np.float64]) -> list[Alert]:
        """Return an alert for each of those whom the budget allows to warn of, likeliest first."""
        rows = flagged(silence, ids, self.question.budget_percent / 100)
        with connection.cursor() as cursor:
            found = self._called(cursor, ids[rows].tolist())
        earlier = _warned_of_before(found.ids, self.monday)
        alerts = [
            self._alert(customer, found.readings.row(row), earlier.get(customer))
            for row, customer in enumerate(found.ids.tolist())
        ]
        return sorted(alerts, key=lambda alert: (-alert.silence, alert.customer_id))

    def _called(self, cursor: CursorWrapper, ids: list[int]) -> Called:
        return call_roll(cursor, ids, self.lens, self.monday, self.question.horizon_days)

    def _alert(self, customer: int, reading: dict[str, Any], warned_at: datetime | None) -> Alert:
        last_at = EPOCH + timedelta(days=reading["last_at"])
        return Alert(
            customer_id=customer,
            since=self.monday,
            until=self.monday + timedelta(days=self.question.horizon_days),
            silence=reading["silence"],
            distance=reading["distance"],
            last_at=last_at,
            is_repeated=warned_at is not None and warned_at > last_at,
            why=[part.sentence for part in why(reading)],
        )


def _warned_of_before(ids: NDArray[np.int64], monday: datetime) -> dict[int, datetime]:
    """Return when these customers were last warned of before a Monday."""
    alerts = Alert.objects.filter(customer__in=ids.tolist(), since__lt=monday)
    return dict(alerts.values_list("customer_id").annotate(Max("since")).order_by())


@transaction.atomic
def _store(asked: _Asked, in_touch: int, alerts: list[Alert], now: datetime) -> int:
    """Keep the alerts of a week unless somebody else has, and tell whoever wants to know."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('insights.alerts'))")
    week = asked.monday.date()
    AlertRun.objects.filter(week=week, in_touch=0).delete()
    if AlertRun.objects.filter(week=week).exists():
        return 0
    run = AlertRun.objects.create(
        week=week,
        horizon_days=asked.question.horizon_days,
        budget_percent=asked.question.budget_percent,
        in_touch=in_touch,
        raised_at=now,
    )
    for alert in alerts:
        alert.run = run
    Alert.objects.bulk_create(alerts, batch_size=INSERTED_AT_ONCE)
    # Of a week that is over nobody needs to be called: it stands in the list with the others.
    if week == last_monday(now):
        announce([_told(alert, now) for alert in alerts])
    return len(alerts)


def _told(alert: Alert, now: datetime) -> Announcement:
    """Tell of an alert as the API does."""
    return Announcement(
        kind="alert.raised",
        customer_id=alert.customer_id,
        occurred_at=now,
        data={
            "alert_id": alert.pk,
            "week": alert.since.date().isoformat(),
            "until": alert.until,
            "silence_share": round(alert.silence, 4),
            "distance": round(alert.distance, 2),
            "last_active_at": alert.last_at,
            "is_repeated": alert.is_repeated,
            "why": list(alert.why),
        },
    )


_HEARD = (
    Touchpoint.objects.live()
    .filter(
        ACTIVE,
        customer=OuterRef("customer_id"),
        occurred_at__gte=OuterRef("since"),
        occurred_at__lt=OuterRef("until"),
    )
    .order_by("occurred_at")
    .values("occurred_at")[:1]
)


def _follow(which: Q, now: datetime) -> int:
    """Settle what became of some alerts by touchpoints alone; return how many changed.

    Whose customer is part of another for now is left as it is: nothing happens with them.
    """
    alerts = (
        Alert.objects.filter(which)
        .filter(Exists(Customer.objects.filter(pk=OuterRef("customer_id"), merged_into=None)))
        .annotate(heard=Subquery(_HEARD))
        .annotate(
            became=Case(
                When(heard__isnull=False, then=Value(Alert.Status.RECOVERED)),
                When(until__lte=now, then=Value(Alert.Status.CAME_TRUE)),
                default=Value(Alert.Status.OPEN),
            )
        )
    )
    is_same = Q(status=F("became")) & (
        Q(heard_at=F("heard")) | Q(heard_at__isnull=True, heard__isnull=True)
    )
    return alerts.exclude(is_same).update(status=F("became"), heard_at=F("heard"))
