"""Takes the customers whose touchpoints or profile changed, and folds and reads them again."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time

import numpy as np
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from numpy.typing import NDArray

from insights.care_columns import LOOPED, how_looped
from insights.mondays import NEVER, UNREAD, last_monday, to_microseconds
from insights.selectors.events import events_of
from insights.selectors.lens import Lens, current_lens
from insights.selectors.profiles import Profiles, profiles_of
from insights.services.absorbed import forget_absorbed
from insights.services.acquaintances import met_since, renew_acquaintances
from insights.services.calendar import change_over, is_calendar_kept
from insights.services.care_catalogue import keep_to_catalogue
from insights.services.histories import advanced, is_ahead
from insights.services.meetings import Recounted, count_meetings, recount_days
from insights.services.monthly import Looped, count_monthly, move_along, where_counted
from insights.services.refold import Folded, refolded
from insights.services.states import Locked, add_states, folded_alike, lock_states
from insights.services.store import store_readings, store_states
from insights.services.traces import Month, Touched, leave_traces, retrace
from interactions.services.marks import TakenIn, leave, take_intakes
from relationships.planned import plan_once

BATCH = 10_000
"""Changes taken at once: enough to make each statement worth it, few enough for a second."""

_PICK = """
    WITH touched AS (
        SELECT customer_id FROM interactions_touchpointchange
        ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
    ), looped AS (
        SELECT customer_id FROM interactions_loopchange
        ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
    ), profiled AS (
        SELECT customer_id FROM relationships_profilechange
        ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
    )
    SELECT customer_id, false FROM touched UNION SELECT customer_id, true FROM looped
    UNION SELECT customer_id, false FROM profiled
"""
# All changes of the customers scored, so that a long history just loaded is folded once; and
# those of customers that are gone. What another drain holds is left to it. An array, not a join:
# the planner thinks a queue that autovacuum last saw empty is small, and would loop over it.
_IS_OURS = """
    id = ANY(ARRAY(
        SELECT id FROM {changes} AS change
        WHERE customer_id = ANY(%(wanted)s) AND (
            customer_id = ANY(%(ours)s)
            OR NOT EXISTS (SELECT FROM relationships_customer WHERE id = change.customer_id)
        )
        FOR UPDATE SKIP LOCKED
    ))
"""
_TAKE = f"""
    WITH taken AS (
        DELETE FROM interactions_touchpointchange WHERE {_IS_OURS} RETURNING *
    )
    SELECT customer_id, month, team_id, type_id, is_via, is_template,
           sum(count), min(first_at), bool_or(is_refold), bool_or(count = 0)
    FROM taken GROUP BY 1, 2, 3, 4, 5, 6
""".replace("{changes}", "interactions_touchpointchange")
_TAKE_LOOPS = f"""
    WITH taken AS (
        DELETE FROM interactions_loopchange WHERE {_IS_OURS} RETURNING *
    )
    SELECT {LOOPED}, sum(sign), count(*) FROM taken GROUP BY 1, 2, 3, 4, 5, 6, 7
""".replace("{changes}", "interactions_loopchange")
_TAKE_PROFILES = f"""
    DELETE FROM relationships_profilechange WHERE {_IS_OURS} RETURNING customer_id
""".replace("{changes}", "relationships_profilechange")


@dataclass(slots=True)
class Changes:
    """What changed: by customer, the first moment and whether history did; and by month.

    `looped` are loops by customer, less those that are no longer so.
    `counted` are the customer, month and type of whatever came, went or was corrected.
    Of `retrace` nobody said what changed: their touchpoints came from another customer, or the
    catalogue sees them otherwise.
    """

    first_at: dict[int, datetime] = field(default_factory=dict)
    refold: set[int] = field(default_factory=set)
    retrace: set[int] = field(default_factory=set)
    looped: Counter[tuple[int, Looped]] = field(default_factory=Counter)
    counts: Counter[Touched] = field(default_factory=Counter)
    touched: set[Touched] = field(default_factory=set)
    counted: set[tuple[int, date, int]] = field(default_factory=set)
    profiled: set[int] = field(default_factory=set)
    taken: int = 0

    def add(self, customer: int, month: Month, count: int, first_at: datetime) -> None:
        """Add touchpoints of a customer in a month."""
        self.first_at[customer] = min(first_at, self.first_at.get(customer, first_at))
        self.counts[customer, month] += count
        self.counted.add((customer, month[0], month[2]))
        if count > 0:
            self.touched.add((customer, month))
        self.taken += 1


def drain(*, now: datetime, limit: int = BATCH) -> int:
    """Score the customers that changed; return how many changes were taken.

    Several drains may run at once: each takes changes and customers that no other holds. A drain
    that dies gives back what it took. Refolding is always right; going on from the state is
    only quicker, and done where all that is new is later than all that is folded.
    """
    keep_to_catalogue()
    while (taken := _drain_by_the_calendar(now, limit)) is None:
        if not change_over(now=now):
            return 0
    return taken


@transaction.atomic
def _drain_by_the_calendar(now: datetime, limit: int) -> int | None:
    """Drain unless the time zone was changed; then nothing is done."""
    with connection.execute_wrapper(plan_once), connection.cursor() as cursor:
        # What a crash takes away comes back with the changes that were taken: nobody need wait for
        # the disk. A message is sent by a later transaction, which waits for this one's log too.
        cursor.execute("SET LOCAL synchronous_commit TO off")
        if not is_calendar_kept(cursor):
            return None
        intakes = take_intakes(cursor, limit=limit)
        customers, looped = _pick(cursor, intakes, limit)
        if not customers:
            return 0
        locked = lock_states(cursor, customers)
        # Asked only then, for hardly anybody is new. Others may hold some, or have deleted them.
        if len(locked.ids) < len(customers) and add_states(cursor, customers):
            locked = lock_states(cursor, customers)
        changes = _take(cursor, customers, locked, intakes)
        if looped:
            _take_loops(cursor, looped, locked, changes)
        met = _recount_days(cursor, locked, changes)
        profiles = profiles_of(cursor, locked.ids)
        monthly = where_counted(changes.counts, changes.looped, locked)
        move_along(cursor, monthly, locked, profiles)
        scored = forget_absorbed(cursor, locked)
        if len(scored.ids):
            is_scored = np.isin(locked.ids, scored.ids)
            _score(cursor, scored, profiles.only(is_scored), changes, now)
        leave_traces(cursor, changes.touched)
        retrace(cursor, changes.retrace)
        # Last, for these lock the rows of this month, which other drains count in too.
        count_meetings(cursor, met)
        count_monthly(cursor, monthly)
        return changes.taken


def _pick(
    cursor: CursorWrapper, intakes: Sequence[TakenIn], limit: int
) -> tuple[list[int], list[int]]:
    """Return the customers of the intakes, and those that changed first and nobody else picked.

    The others returned are those of them whose loops changed, who are few.
    """
    cursor.execute(_PICK, [limit] * 3)
    picked = cursor.fetchall()
    customers = {one.customer_id for one in intakes} | {customer for customer, _ in picked}
    return sorted(customers), sorted(customer for customer, is_looped in picked if is_looped)


def _take(
    cursor: CursorWrapper, customers: list[int], locked: Locked, intakes: Sequence[TakenIn]
) -> Changes:
    """Take the changes out of the queue; should this transaction fail, they are back in it."""
    ours = set(locked.ids.tolist())
    leave(cursor, [one for one in intakes if one.customer_id not in ours])
    changes = Changes()
    for one in intakes:
        if one.customer_id in ours:
            month = (one.month, one.team_id or 0, one.type_id, one.is_via, False)
            changes.add(one.customer_id, month, one.touchpoints, one.first_at)
    whose = {"wanted": customers, "ours": locked.ids.tolist()}
    cursor.execute(_TAKE, whose)
    for customer, month, team, *of, count, first_at, is_refold, says_nothing in cursor.fetchall():
        changes.add(customer, (month, team or 0, *of), count, first_at)
        if is_refold:
            changes.refold.add(customer)
        if says_nothing:
            changes.retrace.add(customer)
    cursor.execute(_TAKE_PROFILES, whose)
    changes.taken += cursor.rowcount
    changes.profiled.update(customer for (customer,) in cursor)
    return changes


def _take_loops(
    cursor: CursorWrapper, customers: list[int], locked: Locked, changes: Changes
) -> None:
    """Take the changes of loops, as `_take` those of touchpoints."""
    ours = locked.ids[np.isin(locked.ids, customers)].tolist()
    cursor.execute(_TAKE_LOOPS, {"wanted": customers, "ours": ours, **how_looped()})
    for customer, *loop, number, rows in cursor.fetchall():
        changes.looped[customer, tuple(loop)] += number
        changes.taken += rows


def _recount_days(cursor: CursorWrapper, locked: Locked, changes: Changes) -> Recounted:
    """Count the days anew on which these customers were met, where something changed."""
    return recount_days(
        cursor,
        customers=locked.ids.tolist(),
        changed=changes.counted,
        whole=changes.retrace,
    )


def _score(
    cursor: CursorWrapper, locked: Locked, profiles: Profiles, changes: Changes, now: datetime
) -> None:
    """Fold and read these customers, from the start or going on, and store all at once."""
    lens = current_lens()
    late = _must_refold(locked, changes, profiles, lens, now)
    states, folded_to = locked.numbers.copy(), locked.folded_to.copy()
    history = locked.history.copy()
    for rows, fold in ((late, _refolded), (~late, _extended)):
        if rows.any():
            folded = fold(locked.only(rows), profiles.only(rows), lens, now)
            states[rows], folded_to[rows] = folded.states, folded.folded_to
            history[rows] = folded.history
    store_states(cursor, profiles, states, folded_to, lens.policy_version)
    anew = late | _may_know_others(cursor, locked, changes)
    renew_acquaintances(cursor, profiles.only(anew), lens, now)
    store_readings(cursor, locked.counted, profiles, states, history, lens, now)


def _must_refold(
    locked: Locked, changes: Changes, profiles: Profiles, lens: Lens, now: datetime
) -> NDArray[np.bool_]:
    """Say whose history must be folded from the start."""
    ids = locked.ids.tolist()
    remembered_to = to_microseconds(datetime.combine(last_monday(now), time(), tzinfo=UTC))
    known_to = np.maximum(locked.folded_to, remembered_to)
    is_late = np.zeros(len(ids), dtype=np.bool_)
    for row, customer in enumerate(ids):
        first_at = changes.first_at.get(customer)
        is_late[row] = customer in changes.refold or (
            first_at is not None and to_microseconds(first_at) <= known_to[row]
        )
    return (
        is_late
        | (locked.folded_to == NEVER)
        | (locked.weeks == UNREAD)
        | ~folded_alike(locked, profiles, lens)
        | is_ahead(locked.folded_to, locked.weeks, now)
    )


def _may_know_others(cursor: CursorWrapper, locked: Locked, changes: Changes) -> NDArray[np.bool_]:
    """Say whom others of us may know now than before: bool[n]."""
    found = changes.profiled | met_since(cursor, changes.first_at)
    return np.isin(locked.ids, list(found))


def _refolded(group: Locked, profiles: Profiles, lens: Lens, now: datetime) -> Folded:
    """Fold all that is known of customers, whatever is folded already."""
    return refolded(profiles, lens, now)


def _extended(group: Locked, profiles: Profiles, lens: Lens, now: datetime) -> Folded:
    """Fold what is new into the states; the Mondays since are read from the states before."""
    history = advanced(group.numbers, group.history, group.weeks, profiles, lens, now)
    events, last = events_of(group.ids, lens.row_of_type, group.folded_to)
    states = lens.fold(events, profiles, group.numbers)
    return Folded(states, np.maximum(last, group.folded_to), history)
