"""The fold itself: one plain loop over touchpoints, compiled.

Each touchpoint lets time pass, closes a loop perhaps, and adds to sums. Sums commute, and what
a failure's hurt depends on (goodwill) is taken from just before its instant, so the order of
touchpoints within one instant does not matter.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from insights.scoring.columns import (
    INBOUND,
    MUTUAL,
    OUTBOUND,
    PROMISE,
    QUESTION,
)
from insights.scoring.gaps import BIN_OF_GAP
from insights.scoring.jit import compiled
from insights.scoring.rules import Rules
from insights.scoring.state import BLOCKS, FIELD

BLOCK_STOPS = tuple(FIELD[names[-1]] + 1 for _, names in BLOCKS)
LONGEST_BIN_GAP = len(BIN_OF_GAP) - 1

MUTUAL_POINTS, SLOW_MUTUAL = FIELD["mutual"], FIELD["slow_mutual"]
INBOUND_POINTS, SLOW_INBOUND = FIELD["inbound"], FIELD["slow_inbound"]
OUTBOUND_POINTS, SLOW_OUTBOUND = FIELD["outbound"], FIELD["slow_outbound"]
HUMAN, SLOW_HUMAN, HUMAN_STARTED = (
    FIELD[name] for name in ("human", "slow_human", "slow_human_started")
)
DIGITAL, SLOW_DIGITAL, DIGITAL_STARTED = (
    FIELD[name] for name in ("digital", "slow_digital", "slow_digital_started")
)
VIA, SLOW_VIA = FIELD["via"], FIELD["slow_via"]
CARE, SLOW_CARE, CARE_SAID = FIELD["care"], FIELD["slow_care"], FIELD["care_said"]
SERVED, SLOW_SERVED = FIELD["served"], FIELD["slow_served"]
HURT, SLOW_HURT, HURT_OPEN = FIELD["hurt"], FIELD["slow_hurt"], FIELD["hurt_open"]
BROADCAST, SLOW_BROADCAST = FIELD["broadcast"], FIELD["slow_broadcast"]
HEARD, SLOW_HEARD = FIELD["heard"], FIELD["slow_heard"]
WINDOWS, WINDOW_DAY = FIELD["windows"], FIELD["window_day"]
CLOCK, GOODWILL, FIRST_AT = FIELD["clock"], FIELD["goodwill"], FIELD["first_at"]
ACTIVE_DAYS, FIRST_DAY = FIELD["active_days"], FIELD["first_day"]
LAST_DAY, LAST_AT = FIELD["last_day"], FIELD["last_at"]
BUSY_LATELY, BUSY_LONG = FIELD["busy_lately"], FIELD["busy_long"]
LOG_GAPS, LOG_GAPS_SQUARED = FIELD["log_gaps"], FIELD["log_gaps_squared"]
RECENT_LOG_GAP, FIRST_BIN = FIELD["recent_log_gap"], FIELD["gap_0"]

Row = NDArray[np.float64]


class EventColumns(NamedTuple):
    """The columns of `Events` without its offsets, for the compiled loop."""

    at: NDArray[np.float64]
    day: NDArray[np.int32]
    kind: NDArray[np.int16]
    direction: NDArray[np.int8]
    in_room: NDArray[np.float32]
    sentiment: NDArray[np.float32]
    severity: NDArray[np.float32]
    template: NDArray[np.bool_]
    via: NDArray[np.bool_]
    opens: NDArray[np.uint8]
    closes: NDArray[np.uint8]
    opened_at: NDArray[np.float64]
    expected: NDArray[np.float64]
    opener: NDArray[np.int64]
    carried_hurt: NDArray[np.float64]


class KindColumns(NamedTuple):
    """The columns of `Kinds`, for the compiled loop."""

    points: NDArray[np.float64]
    care: NDArray[np.float64]
    served: NDArray[np.float64]
    severity: NDArray[np.float64]
    human: NDArray[np.bool_]
    digital: NDArray[np.bool_]
    broadcast: NDArray[np.bool_]
    says_care: NDArray[np.bool_]
    feedback: NDArray[np.bool_]
    purchase: NDArray[np.bool_]
    counts: NDArray[np.bool_]


@compiled
def half_left(days: float, half_life: float) -> float:
    """Share of an amount left after some days (SCORING.md: `2^-((t - t_i)/T)`).

    Examples
    --------
    >>> half_left(180.0, 90.0)
    0.25
    """
    return math.exp(-math.log(2.0) * days / half_life)


@compiled
def goodwill_of(row: Row, rules: Rules) -> float:
    """Work out connection, 0 to 1, as the row stands (SCORING.md, section 1)."""
    inbound, outbound = row[INBOUND_POINTS], row[OUTBOUND_POINTS]
    points = (
        row[MUTUAL_POINTS]
        + rules.both_ways * min(inbound, outbound)
        + rules.inbound_only * max(inbound - outbound, 0.0)
        + rules.outbound_only * max(outbound - inbound, 0.0)
    )
    return 1.0 - math.exp(-points / rules.connection_saturation)


@compiled
def pass_time(row: Row, at: float, rules: Rules) -> None:
    """Let every decayed sum fade until a new instant, and remember the goodwill before it."""
    gap = at - row[CLOCK]
    if gap <= 0.0:
        return
    column = 0
    for block in range(len(BLOCK_STOPS)):
        left = half_left(gap, rules.half_lives[block])
        while column < BLOCK_STOPS[block]:
            row[column] *= left
            column += 1
    row[CLOCK] = at
    row[GOODWILL] = goodwill_of(row, rules)


@compiled
def care_of_closing(loop: int, elapsed: float, expected: float, rules: Rules) -> float:
    """Care shown by closing a loop, by how long it took against what was expected (days)."""
    if loop == PROMISE:
        late = elapsed - expected
        if late <= -rules.early_days:
            return rules.promise_early
        return rules.promise_kept * half_left(max(late, 0.0), expected)
    worth = rules.question if loop == QUESTION else rules.problem
    return worth * half_left(elapsed, expected)


@compiled
def close_loop(
    row: Row, i: int, is_noise: bool, events: EventColumns, rules: Rules, hurts: Row
) -> None:
    """Close the loop event i closes: what it hurt begins to fade, and the deed is care."""
    elapsed = max(events.at[i] - events.opened_at[i], 0.0)
    opener = events.opener[i]
    hurt = hurts[opener] if opener >= 0 else events.carried_hurt[i]
    if hurt > 0.0:
        kept = hurt * (1.0 - rules.mended_share * half_left(elapsed, rules.mending_days))
        row[HURT_OPEN] = max(row[HURT_OPEN] - hurt, 0.0)
        row[HURT] += kept
        row[SLOW_HURT] += kept
    if not is_noise:
        care = care_of_closing(events.closes[i], elapsed, events.expected[i], rules)
        row[CARE] += care
        row[SLOW_CARE] += care


@compiled
def count_channel(row: Row, i: int, events: EventColumns, kinds: KindColumns) -> None:
    """Count the touchpoint as human or digital, ours or an intermediary's."""
    kind = events.kind[i]
    human, digital = kinds.human[kind], kinds.digital[kind]
    row[HUMAN] += human
    row[SLOW_HUMAN] += human
    row[DIGITAL] += digital
    row[SLOW_DIGITAL] += digital
    if events.via[i]:
        row[VIA] += human or digital
        row[SLOW_VIA] += human or digital
    if events.direction[i] == INBOUND:
        row[HUMAN_STARTED] += human
        row[DIGITAL_STARTED] += digital


@compiled
def count_gap(row: Row, gap: float, rules: Rules) -> None:
    """Count a gap (whole days, at least 1) between two active days."""
    log_gap = math.log(gap)
    if row[ACTIVE_DAYS] == 1.0:
        row[RECENT_LOG_GAP] = log_gap
    else:
        memory = rules.gap_memory
        row[RECENT_LOG_GAP] = memory * row[RECENT_LOG_GAP] + (1.0 - memory) * log_gap
    row[LOG_GAPS] += log_gap
    row[LOG_GAPS_SQUARED] += log_gap * log_gap
    row[FIRST_BIN + BIN_OF_GAP[int(min(gap, LONGEST_BIN_GAP))]] += 1.0


@compiled
def count_activity(row: Row, at: float, day: int, rules: Rules) -> None:
    """Note that the customer was here; a new day counts once."""
    since = at - row[LAST_AT]
    if since > 0.0:
        row[BUSY_LATELY] *= half_left(since, rules.busy_lately)
        row[BUSY_LONG] *= half_left(since, rules.busy_long)
        row[LAST_AT] = at
    if day <= row[LAST_DAY]:
        return
    if row[ACTIVE_DAYS] > 0.0:
        count_gap(row, day - row[LAST_DAY], rules)
    else:
        row[FIRST_DAY] = day
    row[ACTIVE_DAYS] += 1.0
    row[LAST_DAY] = day
    row[BUSY_LATELY] += 1.0
    row[BUSY_LONG] += 1.0


@compiled
def count_windows(
    row: Row, i: int, active: bool, events: EventColumns, kinds: KindColumns, rules: Rules
) -> None:
    """Count what we can see the customer do: days with a digital signal, and feedback."""
    kind, day = events.kind[i], events.day[i]
    if active and kinds.digital[kind] and day > row[WINDOW_DAY]:
        row[WINDOWS] += 1.0
        row[WINDOW_DAY] = day
    if kinds.feedback[kind]:
        row[WINDOWS] += rules.feedback_windows


@compiled
def hurt_by(
    row: Row, i: int, severity: float, events: EventColumns, kinds: KindColumns, rules: Rules
) -> float:
    """Add the hurt of a failure and return it; less with a person, and where there is goodwill."""
    screen = kinds.digital[events.kind[i]]
    impatience = rules.impatience_screen if screen else rules.impatience_person
    hurt: float = severity * impatience * (1.0 - rules.forgives * row[GOODWILL])
    if events.opens[i] > 0:
        # Not in the twin: an open loop is never part of the customer's normal.
        row[HURT_OPEN] += hurt
    else:
        row[HURT] += hurt
        row[SLOW_HURT] += hurt
    return hurt


@compiled
def earn(row: Row, i: int, events: EventColumns, kinds: KindColumns, rules: Rules) -> None:
    """Add what a touchpoint that is neither failure nor broadcast earns."""
    kind, direction = events.kind[i], events.direction[i]
    points = kinds.points[kind] / events.in_room[i]
    if not math.isnan(events.sentiment[i]):
        points *= 1.0 + rules.sentiment_weight * events.sentiment[i]
    if direction == MUTUAL:
        row[MUTUAL_POINTS] += points
        row[SLOW_MUTUAL] += points
    elif direction == OUTBOUND:
        row[OUTBOUND_POINTS] += points
        row[SLOW_OUTBOUND] += points
    else:
        row[INBOUND_POINTS] += points
        row[SLOW_INBOUND] += points
        row[HEARD] += 1.0
        row[SLOW_HEARD] += 1.0
    row[CARE] += kinds.care[kind]
    row[SLOW_CARE] += kinds.care[kind]
    row[SERVED] += kinds.served[kind]
    row[SLOW_SERVED] += kinds.served[kind]


@compiled
def fold_event(
    row: Row, i: int, events: EventColumns, kinds: KindColumns, rules: Rules, hurts: Row
) -> float:
    """Fold one touchpoint into a row; return the hurt it caused."""
    kind, direction = events.kind[i], events.direction[i]
    is_noise = kinds.broadcast[kind] or events.template[i]
    pass_time(row, events.at[i], rules)
    if events.closes[i] > 0:
        close_loop(row, i, is_noise, events, rules, hurts)
    if not kinds.counts[kind]:
        return 0.0
    row[FIRST_AT] = min(row[FIRST_AT], events.at[i])
    count_channel(row, i, events, kinds)
    row[CARE_SAID] += kinds.says_care[kind]
    active = direction != OUTBOUND or kinds.purchase[kind]
    if active:
        count_activity(row, events.at[i], events.day[i], rules)
    count_windows(row, i, active, events, kinds, rules)
    severity = kinds.severity[kind] if math.isnan(events.severity[i]) else events.severity[i]
    if severity > 0.0:
        return hurt_by(row, i, severity, events, kinds, rules)
    if not is_noise:
        earn(row, i, events, kinds, rules)
    elif direction == OUTBOUND:
        row[BROADCAST] += 1.0
        row[SLOW_BROADCAST] += 1.0
    return 0.0


@compiled
def fold_until(
    until: float,
    cursor: NDArray[np.int64],
    stops: NDArray[np.int64],
    events: EventColumns,
    kinds: KindColumns,
    rules: Rules,
    states: NDArray[np.float64],
    hurts: Row,
) -> None:
    """Fold each customer's touchpoints before a moment, in place.

    Parameters
    ----------
    until : float
        Days; touchpoints at this moment or later are left for the next call.
    cursor : i8[n]
        Each customer's next touchpoint; moved on.
    stops : i8[n]
        The row after each customer's last touchpoint.
    states : f8[n, STATE_SIZE]
        Changed.
    hurts : f8[m]
        The hurt each touchpoint caused when it happened; filled in.
    """
    for customer in range(len(cursor)):
        row = states[customer]
        i = cursor[customer]
        while i < stops[customer] and events.at[i] < until:
            hurts[i] = fold_event(row, i, events, kinds, rules, hurts)
            i += 1
        cursor[customer] = i
