"""What changed between two readings of a customer: by how much, because of what, in a sentence."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from insights.scoring.wording import counted, day_of, days, every, in_ten, in_words, listed

PARTS = ("presence", "cooling", "wall", "unhealed")
LEAST_POINTS = 0.5
"""What rounds to no point is not worth words."""

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Since:
    """What happened between two readings.

    Attributes
    ----------
    day, today : date
        Of the earlier reading and the later one.
    active_on : date or None
        When the customer was last active, if since then.
    opened : sequence of (str, date)
        Failures and complaints that happened since and are open: what, and when.
    healed : sequence of (str, date)
        Those made right since.
    """

    day: date
    today: date
    active_on: date | None = None
    opened: Sequence[tuple[str, date]] = ()
    healed: Sequence[tuple[str, date]] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """What one part has to do with it.

    Attributes
    ----------
    name : str
        presence, cooling, wall or unhealed.
    points : int
        Of distance; above 0 is further. Those of all changes add up to the change as shown.
    phrase : str
        The facts, as a piece of a sentence.
    """

    name: str
    points: int
    phrase: str


def contributions(then: Row, now: Row) -> dict[str, float]:
    """Share a change in distance out among the parts.

    The parts of one reading share its distance by `-log` of four factors, so a part shrinks when
    another grows although nothing about it changed. Here each gets the change of its own `-log`
    times the slope of the distance between the two readings: one that did not change gets
    nothing, and together they are the change exactly.

    Parameters
    ----------
    then, now : mapping
        `distance` and `part_...` of two readings.

    Returns
    -------
    dict of str to float
        Points by part, which add up to `now["distance"] - then["distance"]`.

    Examples
    --------
    >>> near = {"distance": 20.0, "part_presence": 0.0, "part_cooling": 0.0, "part_wall": 0.0,
    ...         "part_unhealed": 20.0}
    >>> far = near | {"distance": 60.0, "part_presence": 45.4131, "part_unhealed": 14.5869}
    >>> {name: round(points) for name, points in contributions(near, far).items()}
    {'presence': 40, 'cooling': 0, 'wall': 0, 'unhealed': 0}
    """
    before, after = _losses(then), _losses(now)
    lost = sum(after.values()) - sum(before.values())
    moved = now["distance"] - then["distance"]
    slope = moved / lost if abs(lost) > 1e-9 else 100.0 - now["distance"]
    return {name: (after[name] - before[name]) * slope for name in PARTS}


def changes(then: Row, now: Row, since: Since) -> list[Change]:
    """Say what changed a customer's distance, the largest change first.

    Parameters
    ----------
    then, now : mapping
        Two readings of a customer known at both moments, as `Readings.row` gives them.
    since : Since
        What happened in between.

    Returns
    -------
    list of Change
        Whole points that add up to the difference of the rounded distances.

    Examples
    --------
    >>> then = {"distance": 20.0, "part_presence": 20.0, "part_cooling": 0.0, "part_wall": 0.0,
    ...         "part_unhealed": 0.0, "silent_days": 16.0, "usual_gap_days": 12.0}
    >>> now = then | {"distance": 31.0, "part_presence": 31.0, "silent_days": 23.0}
    >>> (change,) = changes(then, now, Since(date(2026, 3, 2), date(2026, 3, 9)))
    >>> change.points, change.phrase
    (11, '7 more days of silence')
    """
    exact = contributions(then, now)
    named = sorted(
        (name for name in PARTS if abs(exact[name]) >= LEAST_POINTS),
        key=lambda name: -abs(exact[name]),
    )
    total = round(now["distance"]) - round(then["distance"])
    if not named and total:
        named = [max(PARTS, key=lambda name: abs(exact[name]))]
    whole = _whole([exact[name] for name in named], total)
    return [
        Change(name, points, PHRASES[name](then, now, since, exact[name] > 0))
        for name, points in zip(named, whole, strict=True)
        if points
    ]


def sentence(then: Row, now: Row, found: Sequence[Change], since: Since) -> str:
    """Say in one sentence by how much and why.

    Parameters
    ----------
    then, now : mapping
        As for `changes`, or of a customer unknown at one of the moments.
    found : sequence of Change
        As `changes` gives them.
    since : Since
        What happened in between.

    Returns
    -------
    str
        For example "Further by 11 since Monday 2 March: 7 more days of silence (+11)."

    Examples
    --------
    >>> then, now = {"known": True, "distance": 20.0}, {"known": True, "distance": 31.0}
    >>> since = Since(date(2026, 3, 2), date(2026, 3, 9))
    >>> sentence(then, now, [Change("presence", 11, "7 more days of silence")], since)
    'Further by 11 since Monday 2 March: 7 more days of silence (+11).'
    >>> sentence(then, then, [], since)
    'As near as on Monday 2 March.'
    """
    day = f"{since.day:%A} {day_of(since.day, since.today)}"
    if not now["known"]:
        return "Never heard from, so there is nothing to compare."
    if not then["known"]:
        return f"Heard from for the first time since {day}."
    total = round(now["distance"]) - round(then["distance"])
    if not total:
        start = f"As near as on {day}"
    else:
        start = f"{'Further' if total > 0 else 'Nearer'} by {abs(total)} since {day}"
    reasons = listed([f"{change.phrase} ({_signed(change.points)})" for change in found])
    return f"{start}: {reasons}." if reasons else f"{start}."


def _losses(row: Row) -> dict[str, float]:
    """Take `-log` of each factor back out of the parts."""
    distance = row["distance"]
    if distance <= 0.0:
        return dict.fromkeys(PARTS, 0.0)
    total = -math.log(max(1.0 - distance / 100.0, 1e-300))
    return {name: row[f"part_{name}"] / distance * total for name in PARTS}


def _whole(exact: Sequence[float], total: int) -> list[int]:
    """Round so that the numbers add up to `total`, changing those that are furthest off."""
    whole = [round(points) for points in exact]
    while exact and sum(whole) != total:
        step = 1 if sum(whole) < total else -1
        off = [(points - rounded) * step for points, rounded in zip(exact, whole, strict=True)]
        whole[off.index(max(off))] += step
    return whole


def _signed(points: int) -> str:
    """Write points with their sign."""
    return f"+{points}" if points > 0 else f"\N{MINUS SIGN}{-points}"


def _presence(then: Row, now: Row, since: Since, is_further: bool) -> str:
    """Say what silence has to do with it."""
    if not is_further and since.active_on:
        return f"in touch again on {day_of(since.active_on, since.today)}"
    if not is_further:
        return "the silence weighs less"
    if since.active_on is None:
        # A difference of floats: seven days may come a hair short of them.
        passed = int(now["silent_days"] - then["silent_days"] + 1e-6)
        return f"{counted(passed, 'more day')} of silence"
    return f"silent for {days(now['silent_days'])}, usually in touch {every(now['usual_gap_days'])}"


def _cooling(then: Row, now: Row, _: Since, is_further: bool) -> str:
    """Say how warmth moved, or what is usual."""
    before, after = round(then["warmth"]), round(now["warmth"])
    if before != after and (after < before) == is_further:
        return f"warmth {'fell' if is_further else 'rose'} from {before} to {after}"
    gap = "further below" if is_further else "nearer to"
    return f"warmth is {gap} what is usual"


def _wall(then: Row, now: Row, _: Since, is_further: bool) -> str:
    """Say how the share of people moved, or that of others in between."""
    way = 1.0 if is_further else -1.0
    people_gone = way * (then["human_share_now"] - now["human_share_now"])
    others_came = way * (now["via_share_now"] - then["via_share_now"])
    if max(people_gone, others_came) <= 0.0:
        return f"the wall weighs {'more' if is_further else 'less'}"
    if people_gone >= others_came:
        name, how = "human_share_now", "with a person"
    else:
        name, how = "via_share_now", "through an intermediary"
    was, share = then[name], now[name]
    return f"{in_ten(share, was)} touchpoints {how}, before {in_ten(was, share)}"


def _unhealed(_: Row, __: Row, since: Since, is_further: bool) -> str:
    """Say what went wrong, or was made right."""
    loops = since.opened if is_further else since.healed
    if not loops:
        return "what went wrong weighs more" if is_further else "what went wrong weighs less"
    if len(loops) > 1:
        verb = "are not made right" if is_further else "were made right"
        return f"{in_words(len(loops))} failures {verb}"
    what, day = loops[0]
    verb = "is not made right" if is_further else "was made right"
    return f"the {what} of {day_of(day, since.today)} {verb}"


PHRASES: Mapping[str, Callable[[Row, Row, Since, bool], str]] = {
    "presence": _presence,
    "cooling": _cooling,
    "wall": _wall,
    "unhealed": _unhealed,
}
