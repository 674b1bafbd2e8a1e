"""What would bring a customer nearer: deeds that could be done now, folded as if they were."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import numpy as np
from django.conf import settings
from django.utils import timezone
from numpy.typing import NDArray

from insights.models import Reading
from insights.mondays import days_of, to_microseconds
from insights.scoring.altered import Deed, with_deeds
from insights.selectors.events import MICROSECONDS_A_DAY
from insights.selectors.histories import Histories
from insights.selectors.profiles import Profiles
from interactions.catalogue import SETTLED
from interactions.models import Direction, Loop, LoopKind, TouchpointType
from relationships.words import day_name

AT_MOST = 5
SETTLING_AT_MOST = 2
"""Where much is open, what else could be done must not be crowded out."""

LOOPS_TRIED = 10
"""Open loops looked at, those due first; each is a history folded."""

LEAST_POINTS = 1
LEAST_EXPECTED_DAYS = 1 / 24

SETTLE = "settle"
CALL, MEETING = "call.phone", "meeting.in_person"
MAIL, ANSWER, QUESTION = "email.personal", "email.received", "question"


@dataclass(frozen=True, slots=True)
class Nearer:
    """One deed, and the distance as it is and as it would be.

    `type_key` and `loop_id` say how it would be logged.
    """

    deed: str
    text: str
    type_key: str
    loop_id: int | None
    distance_before: float
    distance_after: float

    @property
    def points(self) -> int:
        """How much nearer, as the page shows it."""
        return round(self.distance_before) - round(self.distance_after)


@dataclass(frozen=True, slots=True)
class _Candidate:
    deed: str
    text: str
    type_key: str
    together: Sequence[Deed]
    loop_id: int | None = None


def nearer(
    reading: Reading, loops: Sequence[Loop], histories: Histories, *, now: datetime
) -> list[Nearer]:
    """Return what would bring one customer nearer if it were done `now`, the most first.

    `histories` are that customer's alone, `loops` what is open with them. Every deed is folded
    into the history as a touchpoint would be, and nothing of it is kept. Deeds that bring less
    than a point are left out, and what would be settled of a history that is folded already.
    """
    if reading.distance is None:
        return []
    candidates = list(_candidates(loops, histories, now))
    if not candidates:
        return []
    found = [
        Nearer(one.deed, one.text, one.type_key, one.loop_id, reading.distance, after)
        for one, after in zip(candidates, _distances(candidates, histories, now), strict=True)
    ]
    telling = [one for one in found if one.points >= LEAST_POINTS]
    telling.sort(key=lambda one: one.distance_after)
    settling = [one for one in telling if one.deed == SETTLE]
    return [one for one in telling if one not in settling[SETTLING_AT_MOST:]][:AT_MOST]


def _distances(
    candidates: Sequence[_Candidate], histories: Histories, now: datetime
) -> list[float]:
    """Fold the history with each deed at its end, and read the distances at that moment."""
    lens, at = histories.lens, _moment(histories, now)
    pasts = with_deeds(histories.events, [one.together for one in candidates], at, _day(now))
    profiles = _repeated(histories.profiles, len(candidates))
    known = histories.states
    starts = None if known is None else np.repeat(known, len(candidates), axis=0)
    readings = lens.read(lens.fold(pasts, profiles, starts), at, profiles)
    return [float(distance) for distance in readings.distance]


def _moment(histories: Histories, now: datetime) -> float:
    """Return `now`, or the last touchpoint where that is a clock ahead of ours."""
    known_to = max(now, histories.folded_to or now)
    return max(days_of(known_to), float(histories.events.at.max(initial=-np.inf)))


def _day(now: datetime) -> int:
    """Return the organisation's calendar day, counted from 1970."""
    return (now.astimezone(ZoneInfo(settings.TIME_ZONE)).date() - date(1970, 1, 1)).days


def _repeated(profiles: Profiles, times: int) -> Profiles:
    return Profiles(*(np.repeat(getattr(profiles, one.name), times) for one in fields(profiles)))


def _candidates(loops: Sequence[Loop], histories: Histories, now: datetime) -> Iterator[_Candidate]:
    """Yield what could be done, as far as the catalogue in use has it."""
    wanted = (CALL, MEETING, SETTLED, MAIL, ANSWER, QUESTION)
    types = {one.key: one for one in TouchpointType.objects.filter(key__in=wanted, is_active=True)}
    row_of_type = histories.lens.row_of_type
    kinds = {key: row_of_type[one.pk] for key, one in types.items() if one.pk in row_of_type}
    for deed, key, text in (
        ("call", CALL, "A call together"),
        ("meeting", MEETING, "A meeting in person"),
    ):
        if key in kinds:
            yield _Candidate(deed, text, key, [Deed(kinds[key], Direction.MUTUAL)])
    if {MAIL, ANSWER} <= kinds.keys():
        yield _Candidate(
            "email", "A personal e-mail that they answer", MAIL,
            [Deed(kinds[MAIL], Direction.OUTBOUND), Deed(kinds[ANSWER], Direction.INBOUND)],
        )  # fmt: skip
    if {QUESTION, MAIL} <= kinds.keys():
        yield _question(types[QUESTION], kinds, histories, now)
    for loop in loops[:LOOPS_TRIED]:
        key = CALL if _is_mess_up(loop) and CALL in kinds else SETTLED
        row = _row_of(loop, histories)
        if key in kinds and row is not None:
            direction = types[key].direction
            yield _settled(loop, key, Deed(kinds[key], direction, opener=row), now)


def _question(
    asked: TouchpointType, kinds: Mapping[str, int], histories: Histories, now: datetime
) -> _Candidate:
    """Suppose that they ask something, and that a personal e-mail answers it at once."""
    expected = max((asked.expected_hours or 0.0) / 24, LEAST_EXPECTED_DAYS)
    answer = Deed(
        kinds[MAIL], Direction.OUTBOUND, closes=LoopKind.QUESTION, expected=expected,
        opener=len(histories.events), opened_at=_moment(histories, now),
    )  # fmt: skip
    question = Deed(kinds[QUESTION], Direction.INBOUND, opens=LoopKind.QUESTION)
    return _Candidate("question", "A question of theirs, answered", QUESTION, [question, answer])


def _settled(loop: Loop, key: str, deed: Deed, now: datetime) -> _Candidate:
    """Suppose that what is open is closed."""
    kind = LoopKind(loop.kind)
    day = day_name(timezone.localdate(loop.opened_at), timezone.localdate(now))
    when = f"of {day}" if day not in {"Today", "Yesterday"} else f"of {day.lower()}"
    texts = {
        LoopKind.QUESTION: f"The question {when} answered",
        LoopKind.PROMISE: f"The promise {when} kept",
    }
    by_call = "A call that makes" if key == CALL else "Making"
    text = texts.get(kind, f"{by_call} the {kind.label.lower()} {when} right")
    expected = (loop.due_at - loop.opened_at).total_seconds() / 86_400
    closing = replace(
        deed,
        closes=kind,
        opened_at=to_microseconds(loop.opened_at) / MICROSECONDS_A_DAY,
        expected=max(expected, LEAST_EXPECTED_DAYS),
    )
    return _Candidate(SETTLE, text, key, [closing], loop.pk)


def _is_mess_up(loop: Loop) -> bool:
    return loop.kind in (LoopKind.COMPLAINT, LoopKind.FAILURE)


def _row_of(loop: Loop, histories: Histories) -> int | None:
    """Return the row of the history that opened a loop; of rows alike in all that hurts, one."""
    events, opener = histories.events, loop.opened_by
    at = to_microseconds(loop.opened_at) / MICROSECONDS_A_DAY
    kind = histories.lens.row_of_type.get(opener.type_id, -1)
    same: NDArray[np.bool_] = (events.at == at) & (events.kind == kind)
    same &= events.opens == loop.kind
    if opener.severity is None:
        same &= np.isnan(events.severity)
    else:
        same &= events.severity == opener.severity
    rows = np.flatnonzero(same)
    return int(rows[0]) if len(rows) else None
