"""Folds whole histories again: of whoever changed out of order, and of everyone after a new policy.

Who is left to do is seen from the states themselves, so it makes no difference whether the worker
that began is still there.
"""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from django.db import connection, transaction
from numpy.typing import NDArray

from insights.models import CustomerState
from insights.mondays import last_monday, mondays_until, to_bytes
from insights.scoring.tunables import POPULATION
from insights.selectors.events import events_of
from insights.selectors.lens import Lens, current_lens, newest_rhythm
from insights.selectors.policy import newest_version, policies_by_version
from insights.selectors.profiles import Profiles, profiles_of
from insights.services.acquaintances import renew_acquaintances
from insights.services.calendar import is_calendar_kept
from insights.services.meetings import count_meetings, recount_days
from insights.services.monthly import Monthly, count_monthly, move_along
from insights.services.rhythm import chunks_of_states, estimate_rhythm
from insights.services.states import lock_states
from insights.services.store import store_readings, store_states
from relationships.models import Customer

CHUNK = 5_000
"""Customers in one transaction: about a second in which their new touchpoints wait."""

# Who has most at risk is right again first. What somebody else holds is scored there.
_PICK = """
    SELECT state.customer_id
    FROM insights_customerstate AS state
    JOIN relationships_customer ON relationships_customer.id = state.customer_id
    LEFT JOIN insights_reading AS reading ON reading.customer_id = state.customer_id
    WHERE state.policy_version < %s
    ORDER BY coalesce(reading.at_risk, 0) DESC, state.customer_id
    LIMIT %s FOR UPDATE OF state SKIP LOCKED
"""


OUTDATED = -1
"""A policy version older than all, also than what Hearth ships."""

_OUTDATE = """
    UPDATE insights_customerstate SET policy_version = %s
    WHERE customer_id IN (
        SELECT customer_id FROM insights_customerstate WHERE customer_id = ANY(%s)
        ORDER BY customer_id FOR UPDATE
    )
"""


@dataclass(frozen=True, slots=True)
class Progress:
    """How many customers are scored as they should be, of all."""

    done: int
    total: int

    @property
    def is_over(self) -> bool:
        """Whether nobody is left."""
        return self.done >= self.total

    @property
    def percent(self) -> int:
        """The part of them, less than 100 as long as anybody is left."""
        return 100 * self.done // max(self.total, 1)


@dataclass(frozen=True, slots=True)
class Folded:
    """Histories of n customers, folded.

    `states` f8[n, STATE_SIZE]; `folded_to` i8[n] the newest touchpoint in each, microseconds since
    1970 UTC, or `NEVER`; `history` u1[n, WEEKS] how far they were on past Mondays.
    """

    states: NDArray[np.float64]
    folded_to: NDArray[np.int64]
    history: NDArray[np.uint8]


def refolded(profiles: Profiles, lens: Lens, now: datetime) -> Folded:
    """Fold whole histories, and read them as of every Monday that is remembered."""
    events, last = events_of(profiles.ids, lens.row_of_type)
    history = to_bytes(lens.trail(events, profiles, mondays_until(last_monday(now))))
    return Folded(lens.fold(events, profiles), last, history)


@transaction.atomic
def refold_outdated(*, now: datetime, limit: int = CHUNK) -> int:
    """Score some of those whose state is of an older policy; return how many.

    May run beside drains, nights and itself: each takes customers that no other holds.
    """
    version = newest_version()
    with connection.cursor() as cursor:
        # Else they would be folded by the days of a time zone that is not in use.
        if not is_calendar_kept(cursor):
            return 0
        if version:
            _keep_rhythm(version.pk, now)
        cursor.execute(_PICK, [version.pk if version else 0, limit])
        locked = lock_states(cursor, [customer for (customer,) in cursor.fetchall()])
        # After the lock: nobody else can have scored these with a policy newer than this.
        if len(locked.ids):
            lens, profiles = current_lens(), profiles_of(cursor, locked.ids)
            monthly = Monthly()
            move_along(cursor, monthly, locked, profiles)
            folded = refolded(profiles, lens, now)
            ids = locked.ids.tolist()
            met = recount_days(cursor, customers=ids, whole=ids)
            renew_acquaintances(cursor, profiles, lens, now)
            store_states(cursor, profiles, folded.states, folded.folded_to, lens.policy_version)
            store_readings(
                cursor, locked.counted, profiles, folded.states, folded.history, lens, now
            )
            count_meetings(cursor, met)
            count_monthly(cursor, monthly)
    return len(locked.ids)


def outdate_everyone() -> None:
    """Have `refold_outdated` fold everyone anew, the same policy or not, some with each tick.

    Who is being drained is waited for: that drain may see through the lens of before.
    """
    with connection.cursor() as cursor:
        for ids in chunks_of_states(cursor):
            cursor.execute(_OUTDATE, [OUTDATED, ids])


def refold_progress() -> Progress | None:
    """Return how far everyone is scored with the policy in use; None when all are."""
    version = newest_version()
    return _progress(policy_version__lt=version.pk if version else 0)


def recount_progress() -> Progress | None:
    """Return how far everyone is folded anew whatever the policy, as after an upgrade.

    Totals that the upgrade brought count only those who are done. None when all are.
    """
    return _progress(policy_version=OUTDATED)


def _progress(**outdated: int) -> Progress | None:
    states = CustomerState.objects.filter(**outdated)
    # Of customers that exist: a state left behind by one that is gone is never scored again.
    left = Customer.objects.filter(state__in=states)
    if not (states.exists() and left.exists()):
        return None
    total = Customer.objects.filter(state__isnull=False).count()
    return Progress(total - left.count(), total)


def _keep_rhythm(version: int, now: datetime) -> None:
    """Estimate the rhythm of all anew when the policy it leans on says something else of it.

    Whoever was scored with the new policy and the old rhythm is scored once more.
    """
    rhythm = newest_rhythm()
    if rhythm is None or rhythm.policy_version == version:
        return
    with connection.cursor() as cursor:
        # One at a time; whoever waited finds it done.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('insights.refold'))")
    rhythm = newest_rhythm() or rhythm
    policies = policies_by_version([rhythm.policy_version, version])
    before, after = policies[rhythm.policy_version].everyone, policies[version].everyone
    if any(getattr(before, name) != getattr(after, name) for name in POPULATION):
        estimate_rhythm(now=now)
        CustomerState.objects.filter(policy_version=version).update(policy_version=0)
