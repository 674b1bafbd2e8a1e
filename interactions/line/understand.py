"""From one line to what it says; whom it names is looked up by whoever may see them."""

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from interactions.line.lengths import length_in
from interactions.line.moments import (
    DAY_MONTH,
    DAYS_OF_WEEK,
    END_OF_DAY,
    START_OF_DAY,
    Moment,
    is_hour,
    moments,
    says_when,
)
from interactions.line.phrases import OPEN
from interactions.line.vocabulary import ABOUT, LONGEST_PHRASE, TO_MEET, VOCABULARY, Said
from interactions.line.whom import joined_names, names_apart, runs_of_names
from interactions.line.words import (
    CLAUSE_ENDS,
    Word,
    clause_around,
    known_phrases,
    with_times,
)
from relationships.names import searchable

LONGEST_LINE = 500

_WORD = re.compile(r"[^\s,;!?()\"“”„]+")
_EDGES = ".:'-\N{RIGHT SINGLE QUOTATION MARK}"


@dataclass(frozen=True, slots=True)
class Heard:
    """What a line says. What is None or empty it does not say.

    `names` are runs of words with which it begins and that may name the customer, a contact or one
    of us; `later_names` those after that, from where its first clause ends or it says what it was
    about. Of all `joined_names` are those that an "and" or a "then" joins, or that stand with an
    act of their own, and `lone_names` those with nothing else in their clause. `text` is what
    follows the first clause, or all of it where it says within the clause what it was about.
    `unclear_when` are words that say when it was and `unclear_due` when a promise is due, without
    saying which moment. `possible_at` are the moments of which one is meant, where an hour that is
    yet to come today is said without a day.
    """

    type: str = ""
    occurred_at: datetime | None = None
    duration_minutes: int | None = None
    sentiment: int | None = None
    direction: int | None = None
    severity: int | None = None
    opens: int | None = None
    unclear_when: str = ""
    possible_at: Sequence[datetime] = ()
    due_at: datetime | None = None
    unclear_due: str = ""
    is_repair: bool = False
    names: tuple[str, ...] = ()
    later_names: tuple[str, ...] = ()
    joined_names: tuple[str, ...] = ()
    lone_names: tuple[str, ...] = ()
    text: str = ""


def hear(line: str, *, now: datetime, zone: ZoneInfo) -> Heard:
    """Understand a line, in the time zone of whoever wrote it.

    >>> from datetime import UTC
    >>> line = "coffee Ana Acme yesterday, late delivery fixed, promised quote by Fri"
    >>> heard = hear(line, now=datetime(2026, 3, 4, 12, tzinfo=UTC), zone=ZoneInfo("UTC"))
    >>> heard.type, heard.names, heard.is_repair, heard.text
    ('meeting.in_person', ('Ana Acme',), True, 'late delivery fixed, promised quote by Fri')
    >>> str(heard.occurred_at), str(heard.due_at)
    ('2026-03-03 12:00:00+00:00', '2026-03-06 18:00:00+00:00')
    """
    line = " ".join(line.replace("\x00", "").split())[:LONGEST_LINE]
    words = [Word(_folded(m[0]), m.start(), m.end()) for m in _WORD.finditer(line)]
    words = with_times(line, [word for word in words if word.text])
    taken: set[int] = set()
    known = known_phrases(line, words, VOCABULARY, LONGEST_PHRASE)
    meanings = [Said(*one) for one in known]
    heard = _what(meanings, _how_long(line, words, taken), taken)
    heard = _promise(line, words, meanings, heard, taken, now=now, zone=zone)
    heard = _when(line, words, meanings, heard, taken, now=now, zone=zone)
    told = taken | _told(meanings)
    cut = _about(line, words, taken)
    heard = _unclear(line, words, meanings, heard, told, cut)
    clause = CLAUSE_ENDS.match(line, cut)
    asked = {heard.unclear_when, heard.unclear_due}
    unclear = {place for place, one in enumerate(words) if line[one.start : one.end] in asked}
    # Where nothing else names anybody, such words are a name: Weekend.
    runs = runs_of_names(line, words, told | unclear) or runs_of_names(line, words, told)
    first = [run for run in runs if run.start < cut]
    later = [run for run in runs if run.start >= cut]
    joined, lone = names_apart(line, words, meanings, later)
    return replace(
        heard,
        names=tuple(run.name for run in first),
        later_names=tuple(run.name for run in later),
        joined_names=(*joined_names(line, first), *joined),
        lone_names=tuple(lone),
        text=line[clause.end() :].strip() if clause else line if cut < len(line) else "",
    )


def _folded(word: str) -> str:
    folded = searchable(word)
    return folded if DAY_MONTH.fullmatch(folded) else folded.strip(_EDGES)


def _promise(
    line: str, words: Sequence[Word], meanings: Sequence[Said], heard: Heard, taken: set[int],
    *, now: datetime, zone: ZoneInfo,
) -> Heard:  # fmt: skip
    """Hear what was promised, and for when: in its clause, after the word or else before it."""
    said = next((one for one in meanings if one.meaning.opens), None)
    if said is None:
        return heard
    heard = replace(heard, opens=said.meaning.opens)
    start, stop = clause_around(line, words[said.first])
    inside = [p for p, word in enumerate(words) if start <= word.start < stop and p not in taken]
    after = [place for place in inside if place >= said.last]
    before = [place for place in inside if place < said.first]
    for places in (after, before):
        clause = [words[place] for place in places]
        for moment in moments(line, clause, now=now, zone=zone, is_ahead=True):
            if (due_at := _due(moment, now)) > now:
                taken.update(places[moment.first : moment.last])
                return replace(heard, due_at=due_at)
    return heard


def _due(moment: Moment, now: datetime) -> datetime:
    if moment.has_clock:
        return moment.at
    day = moment.at.replace(hour=END_OF_DAY, minute=0, second=0, microsecond=0)
    return day if day > now else day.replace(hour=23, minute=59)


def _when(
    line: str, words: Sequence[Word], meanings: Sequence[Said], heard: Heard, taken: set[int],
    *, now: datetime, zone: ZoneInfo,
) -> Heard:  # fmt: skip
    """Hear when it was, or will be: the first moment that is not of the promise, and can be it.

    What is past can be, and what is yet to come of something that can be planned, in its clause:
    where a word says so, or else with a clock, or a day that is not what it was about.
    """
    can_plan = heard.type in ("", *TO_MEET)
    is_plan = can_plan and any(one.meaning.is_plan for one in meanings)
    places = [place for place in range(len(words)) if place not in taken]
    free = [words[place] for place in places]
    end = CLAUSE_ENDS.search(line)
    cut = end.start() if end else len(line)
    for moment in moments(line, free, now=now, zone=zone, is_ahead=is_plan):
        word = free[moment.first]
        may_come = can_plan and word.start < cut
        is_topic = any(one.text in ABOUT for one in words if one.start < word.start)
        is_plan_yet = is_plan or (can_plan and not _is_over(line, words, meanings, word))
        if moment.is_any_day and not is_plan:
            is_apart = is_topic or word.start > cut
            found = _on_any_day(moment.at, now, may_come=is_plan_yet, is_apart=is_apart)
        elif moment.is_weekday_of_today:
            found = _of_this_weekday(moment, now, may_come=may_come and is_plan_yet)
        elif moment.ahead and moment.is_day_of_year and moment.ahead - now < now - moment.at:
            found = [moment.ahead] if may_come and is_plan_yet else []
        elif moment.at > now:
            is_it = is_plan or moment.has_clock or (bool(heard.type) and not is_topic)
            at = moment.at if moment.has_clock else _morning(moment.at, now)
            found = [at] if may_come and is_it else []
        else:
            at = moment.at if moment.has_clock else _hour_unsaid(moment.at, now.astimezone(zone))
            found = [at] if at <= now else []
        if found:
            taken.update(places[moment.first : moment.last])
            (at, *others) = found
            return replace(heard, possible_at=found) if others else replace(heard, occurred_at=at)
    return heard


def _is_over(line: str, words: Sequence[Word], meanings: Sequence[Said], moment: Word) -> bool:
    """Whether it is told as over: in the first clause, or in that of a moment."""
    clauses = [clause_around(line, words[0]), clause_around(line, moment)]
    said = [words[one.first].start for one in meanings if one.meaning.is_past]
    return any(start <= place < stop for place in said for start, stop in clauses)


def _on_any_day(at: datetime, now: datetime, *, may_come: bool, is_apart: bool) -> list[datetime]:
    """Return when it may have been, or will be, of an hour that is said without a day.

    Of today if that is past. Else of yesterday, or it is a plan for today; and an hour that stands
    apart, in another clause or behind "about", may be that of something else than what happened.
    """
    last = at if at <= now else at - timedelta(days=1)
    if last.date() == now.astimezone(last.tzinfo).date():
        return [last]
    planned = [last + timedelta(days=1)] if may_come else []
    return [*planned, last, *([now] if is_apart else [])]


def _of_this_weekday(moment: Moment, now: datetime, *, may_come: bool) -> list[datetime]:
    """Return when it may have been, or will be, of today's weekday: today, or a week ago."""
    local = now.astimezone(moment.at.tzinfo)
    last = moment.at if moment.has_clock else _hour_unsaid(moment.at, local)
    today = last + timedelta(days=DAYS_OF_WEEK) if moment.has_clock else now
    return [today, last] if today <= now or may_come else [last]


def _unclear(
    line: str, words: Sequence[Word], meanings: Sequence[Said], heard: Heard, taken: Set[int],
    cut: int,
) -> Heard:  # fmt: skip
    """Hear what says when it was, or when a promise is due, and is no moment that can be meant.

    Of when it was that is before the `cut` where a line goes on to what it was about.
    """
    promise = next((words[one.first] for one in meanings if one.meaning.opens), None)
    start, stop = clause_around(line, promise) if promise else (0, 0)
    for place, word in enumerate(words):
        said = line[word.start : word.end]
        if place in taken or not (says_when([word]) or _tells_of_time(word, said)):
            continue
        if start <= word.start < stop:
            if heard.due_at is None:
                heard = replace(heard, unclear_due=heard.unclear_due or said)
        elif heard.possible_at and is_hour(word.text):
            continue  # the second of "17:00 to 18:00"
        elif word.start < cut and heard.occurred_at is None:
            heard = replace(heard, unclear_when=heard.unclear_when or said)
    return heard


def _about(line: str, words: Sequence[Word], taken: Set[int]) -> int:
    """Return where a line goes on to what it was about: at a word for that, or after a clause."""
    end = CLAUSE_ENDS.search(line)
    free = (word for place, word in enumerate(words) if place not in taken)
    topic = next((word.start for word in free if word.text in ABOUT), len(line))
    return min(end.start() if end else len(line), topic)


def _tells_of_time(word: Word, said: str) -> bool:
    """Whether a word is about a time; a part of a day with a capital is a name, such as Night."""
    return word.time == OPEN or (word.time is not None and said.islower())


def _morning(day: datetime, now: datetime) -> datetime:
    """Take the beginning of the working day for a day to come that was said without an hour.

    Such a day has no hour, or that of now.
    """
    same = now.astimezone(day.tzinfo)
    if (day.hour, day.minute) in {(0, 0), (same.hour, same.minute)}:
        return day.replace(hour=START_OF_DAY, minute=0, second=0, microsecond=0)
    return day.replace(second=0, microsecond=0)


def _hour_unsaid(day: datetime, now: datetime) -> datetime:
    """Take the hour of now for a day that was said without one."""
    if day.hour == day.minute == 0:
        return day.replace(hour=now.hour, minute=now.minute, second=0, microsecond=0)
    return day.replace(second=0, microsecond=0)


def _how_long(line: str, words: Sequence[Word], taken: set[int]) -> Heard:
    """Hear how long it took: before moments are looked for, of which a number could be a part."""
    length = length_in(line, words)
    if length is None:
        return Heard()
    taken.update(p for p, word in enumerate(words) if length.start <= word.start < length.end)
    return Heard(duration_minutes=length.minutes)


def _what(meanings: Sequence[Said], heard: Heard, taken: set[int]) -> Heard:
    """Hear what happened and how it felt; of what happened, the rest is what it was about."""
    kinds = [one for one in meanings if one.meaning.type]
    if kinds:
        best = max(kinds, key=lambda one: one.meaning.rank)
        taken.update(range(best.first, best.last))
        said = best.meaning
        heard = replace(heard, type=said.type, direction=said.direction, severity=said.severity)
    feelings = [one.meaning.sentiment for one in meanings if one.meaning.sentiment is not None]
    return replace(
        heard,
        sentiment=feelings[0] if feelings else None,
        is_repair=any(one.meaning.is_repair for one in meanings),
    )


def _told(meanings: Sequence[Said]) -> set[int]:
    return {place for one in meanings for place in range(one.first, one.last)}
