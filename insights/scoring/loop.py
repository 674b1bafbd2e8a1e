"""The fold itself: one plain loop over touchpoints, compiled.

Each touchpoint lets time pass, closes a loop perhaps, and adds to sums. Sums commute, and what
a failure's hurt depends on (goodwill) is taken from just before its instant, so the order of
touchpoints within one instant does not matter.
"""

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from insights.scoring.columns import (
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
LAST_DAY_TOUCHES = FIELD["last_day_touches"]
BUSY_LATELY, BUSY_LONG = FIELD["busy_lately"], FIELD["busy_long"]
LOG_GAPS, LOG_GAPS_SQUARED = FIELD["log_gaps"], FIELD["log_gaps_squared"]
RECENT_LOG_GAP, FIRST_BIN = FIELD["recent_log_gap"], FIELD["gap_0"]

Row = NDArray[np.float64]
Kind = Any
"""A record with the fields of `Kinds`."""


class Touch(NamedTuple):
    """One touchpoint as plain numbers.

    Handing the columns themselves from function to function would count references to each of
    them for every touchpoint, which took most of the time.
    """

    at: float
    day: int
    direction: int
    in_room: float
    sentiment: float
    severity: float
    is_noise: bool
    via: bool
    opens: int
    closes: int
    opened_at: float
    expected: float
    hurt_closed: float


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
def close_loop(row: Row, touch: Touch, rules: Rules) -> None:
    """Close a loop: what it hurt begins to fade, and the deed is care."""
    elapsed = max(touch.at - touch.opened_at, 0.0)
    hurt = touch.hurt_closed
    if hurt > 0.0:
        kept = hurt * (1.0 - rules.mended_share * half_left(elapsed, rules.mending_days))
        row[HURT_OPEN] = max(row[HURT_OPEN] - hurt, 0.0)
        row[HURT] += kept
        row[SLOW_HURT] += kept
    if not touch.is_noise:
        care = care_of_closing(touch.closes, elapsed, touch.expected, rules)
        row[CARE] += care
        row[SLOW_CARE] += care


@compiled
def count_channel(row: Row, touch: Touch, kind: Kind) -> None:
    """Count the touchpoint as human or digital, ours or an intermediary's."""
    row[HUMAN] += kind.human
    row[SLOW_HUMAN] += kind.human
    row[DIGITAL] += kind.digital
    row[SLOW_DIGITAL] += kind.digital
    if touch.via and (kind.human or kind.digital):
        row[VIA] += 1.0
        row[SLOW_VIA] += 1.0
    # A meeting takes two: the customer chose it as well.
    if touch.direction != OUTBOUND:
        row[HUMAN_STARTED] += kind.human
        row[DIGITAL_STARTED] += kind.digital


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
def count_activity(row: Row, touch: Touch, rules: Rules) -> None:
    """Note that the customer was here; a new day counts once."""
    since = touch.at - row[LAST_AT]
    if since > 0.0:
        row[BUSY_LATELY] *= half_left(since, rules.busy_lately)
        row[BUSY_LONG] *= half_left(since, rules.busy_long)
        row[LAST_AT] = touch.at
    if touch.day <= row[LAST_DAY]:
        row[LAST_DAY_TOUCHES] += 1.0
        return
    row[LAST_DAY_TOUCHES] = 1.0
    if row[ACTIVE_DAYS] > 0.0:
        count_gap(row, touch.day - row[LAST_DAY], rules)
    else:
        row[FIRST_DAY] = touch.day
    row[ACTIVE_DAYS] += 1.0
    row[LAST_DAY] = touch.day
    row[BUSY_LATELY] += 1.0
    row[BUSY_LONG] += 1.0


@compiled
def count_windows(row: Row, touch: Touch, kind: Kind, active: bool, rules: Rules) -> None:
    """Count what we can see the customer do: days with a digital signal, and feedback."""
    if active and kind.digital and touch.day > row[WINDOW_DAY]:
        row[WINDOWS] += 1.0
        row[WINDOW_DAY] = touch.day
    if kind.feedback:
        row[WINDOWS] += rules.feedback_windows


@compiled
def hurt_by(row: Row, touch: Touch, kind: Kind, severity: float, rules: Rules) -> float:
    """Add the hurt of a failure and return it; less with a person, and where there is goodwill."""
    impatience = rules.impatience_screen if kind.digital else rules.impatience_person
    hurt: float = severity * impatience * (1.0 - rules.forgives * row[GOODWILL])
    if touch.opens > 0:
        # Not in the twin: an open loop is never part of the customer's normal.
        row[HURT_OPEN] += hurt
    else:
        row[HURT] += hurt
        row[SLOW_HURT] += hurt
    return hurt


@compiled
def earn(row: Row, touch: Touch, kind: Kind, rules: Rules) -> None:
    """Add what a touchpoint that is neither failure nor broadcast earns."""
    points = kind.points / touch.in_room
    if not math.isnan(touch.sentiment):
        points *= 1.0 + rules.sentiment_weight * touch.sentiment
    if touch.direction == MUTUAL:
        row[MUTUAL_POINTS] += points
        row[SLOW_MUTUAL] += points
    elif touch.direction == OUTBOUND:
        row[OUTBOUND_POINTS] += points
        row[SLOW_OUTBOUND] += points
    else:
        row[INBOUND_POINTS] += points
        row[SLOW_INBOUND] += points
        row[HEARD] += 1.0
        row[SLOW_HEARD] += 1.0
    row[CARE] += kind.care
    row[SLOW_CARE] += kind.care
    row[SERVED] += kind.served
    row[SLOW_SERVED] += kind.served


@compiled
def fold_touch(row: Row, touch: Touch, kind: Kind, rules: Rules) -> float:
    """Fold one touchpoint into a row; return the hurt it caused."""
    pass_time(row, touch.at, rules)
    if touch.closes > 0:
        close_loop(row, touch, rules)
    if not kind.counts:
        return 0.0
    row[FIRST_AT] = min(row[FIRST_AT], touch.at)
    row[CARE_SAID] += kind.says_care
    count_channel(row, touch, kind)
    active = touch.direction != OUTBOUND or kind.purchase
    if active:
        count_activity(row, touch, rules)
    count_windows(row, touch, kind, active, rules)
    severity = kind.severity if math.isnan(touch.severity) else touch.severity
    if severity > 0.0:
        return hurt_by(row, touch, kind, severity, rules)
    if not touch.is_noise:
        earn(row, touch, kind, rules)
    elif touch.direction == OUTBOUND:
        row[BROADCAST] += 1.0
        row[SLOW_BROADCAST] += 1.0
    return 0.0


@compiled
def fold_until(
    until: float,
    cursor: NDArray[np.int64],
    stops: NDArray[np.int64],
    columns: tuple[NDArray[Any], ...],
    kinds: NDArray[np.void],
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
    columns : tuple of arrays [m]
        Those of `Events`, in the order of `columns.COLUMNS`.
    kinds : records [k]
        Those of `Kinds`.
    rules : Rules
        Of the policy.
    states : f8[n, STATE_SIZE]
        Changed.
    hurts : f8[m]
        The hurt each touchpoint caused when it happened; filled in.
    """
    at, day, kind_row, direction, in_room, sentiment, severity, template, via = columns[:9]
    opens, closes, opened_at, expected, opener, carried = columns[9:]
    for customer in range(len(cursor)):
        row = states[customer]
        i = cursor[customer]
        while i < stops[customer] and at[i] < until:
            kind = kinds[kind_row[i]]
            touch = Touch(
                at[i],
                day[i],
                direction[i],
                in_room[i],
                sentiment[i],
                severity[i],
                kind.broadcast or template[i],
                via[i],
                opens[i],
                closes[i],
                opened_at[i],
                expected[i],
                hurts[opener[i]] if opener[i] >= 0 else carried[i],
            )
            hurts[i] = fold_touch(row, touch, kind, rules)
            i += 1
        cursor[customer] = i
