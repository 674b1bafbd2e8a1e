"""Dates and times in a line, in several languages.

What a phrase means is dateparser's to say; here is only where in the line one stands, for to
search a text it would try each word in each language.
"""

import functools
import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from dateparser.date import DateDataParser
from dateparser.languages.loader import default_loader

from interactions.line.phrases import BEFORE_AN_HOUR, NUMBER_WORDS, OPEN
from interactions.line.words import CLAUSE_ENDS, Word, clause_around
from relationships.names import searchable

LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "sv", "da", "pl")
LONGEST_MOMENT = 6
"""Words in one moment, such as "last friday at half past 3 pm"."""

DAYS_OF_WEEK = 7
START_OF_DAY, END_OF_DAY = 9, 18
"""The hours at which something planned for a day begins, and by which a promise for one is due."""


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
_UNITS = ("year", "month", "week", "day", "hour", "minute")
LONGEST_SHORT = 3
"""Letters of words that are not trusted to mean a day or a month by themselves."""

_BEFORE_A_DAY = _set("by on until till bis next last am le el il op den do w")
# Never a moment by itself, but often a part of one.
_LINKS = _set(
    """
    at on by um am an in ago vor il y a hace fa geleden sedan siden for temu last next this past
    until till bis le el la las hasta entro tot op den o om kl klokken pm
    letzten letzte letzter nachsten nachste kommenden prochain dernier proximo pasado
    """
)
# Days and months only beside a number: they are names and other words as well.
_SHORT = _set(
    """
    may mar sun sat fri mon tue wed thu jan feb apr jun jul aug sep oct nov dec dez mai marz
    march mars mei ago gio lun mer jeu dom mie jue vie sab april juni juli june july mo di do fr
    sa so
    """
)
# Parts of a moment that alone say too little, or something else.
_PARTS = _set(
    """
    jetzt ahora adesso maintenant teraz diese dieser dieses diesen esta este esto questa questo
    cette denna detta dit deze ten tego tym last this now minute minuten min hour stunde stunden
    week weeks woche wochen month months monat monaten monate year years jahr jahren jahre day
    days tag tage tagen hours stunden jours semaines mois dias semanas meses giorni settimane
    mesi dagen weken maanden dagar veckor dage uger dni tygodnie uhr
    """
)
_NEXT = _set(
    """
    nachsten nachste nachster nachstes kommenden kommende kommender prochain prochaine proximo
    proxima prossimo prossima volgende nasta naste kommande przyszly przyszla przyszlym
    """
)
"""What says in other languages than English that a day is to come, which dateparser passes by."""

_AGO = _set("ago vor y hace fa geleden sedan temu siden")
_CLOCK_WORDS = _set("uhr pm")
"""What says of a number that it is an hour; "am" is another word in German, see `_AM`."""

_AHEAD = _set("in dans tra over om za")
"""What stands before a span to come, such as "in two weeks"."""

_BESIDE_A_NUMBER = _SHORT | _AGO | _CLOCK_WORDS
"""What tells of a moment only beside a number."""

_LINKS_OF_AN_HOUR = (_LINKS | _BEFORE_A_DAY) - _AGO - _AHEAD
"""What may stand beside an hour and still name no day."""

DAY_MONTH = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4}|\d{2})?")
"""A day as "24.12." or "24.12.2026", of which the dots are a part."""

_CLEAR = re.compile(
    rf"{DAY_MONTH.pattern}|\d{{4}}-\d\d-\d\d|\d{{1,2}}/\d{{1,2}}(/\d{{2,4}})?"
    r"|\d{1,2}[:h]\d\d(am|pm)?|\d{1,2}(am|pm|h)"
)
"""Numbers that are nothing but a moment."""

_CLOCK = re.compile(r"\d{1,2}[:h]\d\d|\d ?(am|pm|uhr)\b|\d{1,2}h\b", re.I)
_AN_HOUR = re.compile(r"\b\d{1,2}(?:[:h]\d\d)? ?(?:am|pm|h)?\b", re.I)
_UHR = re.compile(r"\b(\d{1,2}) ?uhr\b", re.IGNORECASE)
_H = re.compile(r"\b(\d{1,2})h\b", re.IGNORECASE)
_AT = re.compile(rf"\b(?:{BEFORE_AN_HOUR}) (\d{{1,2}})(?![\d:.h/]| ?(?:am|pm)\b)", re.I)
"""An hour of which nothing but "at" says that it is one."""

_AM = re.compile(rf"(?:(?:{BEFORE_AN_HOUR}) )?\d{{1,2}} am", re.I)
"""An hour that is one where nothing follows: "am" leads on to something in German."""

_GOES_ON = re.compile(r" +(?![a-z]*en\b)[a-z]+\b")
"""What is not German behind "am": there a noun follows, which has a capital, or "am gleichen"."""

FIRST_HOUR = 7
"""Before it an hour said without more is one of the afternoon."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment that some words mean, `first` to before `last`; of a day alone it has no clock.

    `ahead` is what the same words mean read as yet to come, where that is something else and they
    name an hour or the weekday of today.
    """

    at: datetime
    first: int
    last: int
    has_clock: bool
    ahead: datetime | None = None

    @property
    def is_any_day(self) -> bool:
        """Whether an hour was named and no day, so that each day has it."""
        return self._days_between == 1

    @property
    def is_weekday_of_today(self) -> bool:
        """Whether the weekday of today was named, which dateparser never takes for today."""
        return self._days_between == 2 * DAYS_OF_WEEK

    @property
    def is_day_of_year(self) -> bool:
        """Whether a day was named that each year has."""
        return self._days_between > 2 * DAYS_OF_WEEK

    @property
    def _days_between(self) -> int:
        return (self.ahead.date() - self.at.date()).days if self.ahead else 0


def moments(
    line: str, words: Sequence[Word], *, now: datetime, zone: ZoneInfo, is_ahead: bool
) -> Iterator[Moment]:
    """Yield the moments in a line; `is_ahead` reads "Friday" as the next one, not the last."""
    first = 0
    while first < len(words):
        found = _longest(line, words, first, now=now, zone=zone, is_ahead=is_ahead)
        if found:
            yield found
        first = found.last if found else first + 1


def _longest(
    line: str, words: Sequence[Word], first: int, *, now: datetime, zone: ZoneInfo, is_ahead: bool
) -> Moment | None:
    """Return the moment that the most words from here on mean."""
    last = first
    while last < len(words) and last - first < LONGEST_MOMENT and _is_part(words[last]):
        last += 1
    local = now.astimezone(zone).replace(tzinfo=None)
    for end in range(last, first, -1):
        if not (says_when(words[first:end]) or _is_hour_alone(line, words[first:end])):
            continue
        said = [word for word in words[first:end] if word.text not in _NEXT]
        is_next = len(said) < end - first
        phrase = _in_digits(line, said)
        at = _meant(phrase, local, is_ahead=is_ahead or is_next) if phrase else None
        if at is not None:
            hours = [word.time.hour for word in said if word.time and word.time.hour is not None]
            has_clock = bool(_CLOCK.search(phrase))
            is_open = has_clock or (local.date() - at.date()).days == DAYS_OF_WEEK
            reads_back = not (is_ahead or is_next)
            ahead = _meant(phrase, local, is_ahead=True) if is_open and reads_back else None
            at, ahead = (
                one and _in_part_of_day(one, hours, has_clock=has_clock).replace(tzinfo=zone)
                for one in (at, ahead)
            )
            return Moment(at, first, end, has_clock or bool(hours), ahead if ahead != at else None)
    return None


def _in_part_of_day(at: datetime, hours: Sequence[int], *, has_clock: bool) -> datetime:
    """Take the last hour that stands for a part of a day; if one was said, that of this part.

    >>> str(_in_part_of_day(datetime(2026, 3, 4, 8, 30), [18], has_clock=True))
    '2026-03-04 20:30:00'
    """
    if not hours:
        return at
    if not has_clock:
        return at.replace(hour=hours[-1], minute=0, second=0, microsecond=0)
    noon = 12
    return at + timedelta(hours=12) if at.hour < noon < hours[-1] else at


def _in_digits(line: str, words: Sequence[Word]) -> str:
    """Return the phrase that some words are, with numbers and hours in digits.

    >>> _in_digits("drei Tage", [Word("drei", 0, 4), Word("tage", 5, 9)])
    '3 Tage'
    """
    said = (
        word.time.day if word.time else NUMBER_WORDS.get(word.text, line[word.start : word.end])
        for word in words
    )
    phrase = _UHR.sub(r"\1:00", " ".join(one for one in said if one and one != "à"))
    is_span = any(word.text in _AGO for word in words)
    return _AT.sub(_clock, phrase if is_span else _H.sub(r"\1:00", phrase))


def _is_hour_alone(line: str, words: Sequence[Word]) -> bool:
    """Whether these are no more than "at 5" or "5 am", at the end of a clause: else it is a place.

    Not so "kl. 5", which is nothing but an hour, nor "5 am" where a clause begins in English.
    """
    said, rest = line[words[0].start : words[-1].end], line[words[-1].end :]
    ends = CLAUSE_ENDS.match(rest.lstrip()) or not rest
    if ends:
        return bool(_AT.fullmatch(said) or _AM.fullmatch(said))
    begins, _ = clause_around(line, words[0])
    if _AM.fullmatch(said) and _GOES_ON.match(rest):
        return not line[begins : words[0].start].strip()
    return bool(_AT.fullmatch(said)) and searchable(said).startswith("kl")


def _clock(found: re.Match[str]) -> str:
    hour = int(found[1])
    return f"{hour + 12 if 0 < hour < FIRST_HOUR else hour}:00"


def _is_part(word: Word) -> bool:
    if word.time:
        return word.time != OPEN
    known = _telling(), _SHORT, _LINKS, _PARTS, _AHEAD, _NEXT
    return _is_number(word.text) or any(word.text in some for some in known)


def _is_number(word: str) -> bool:
    return word[0].isdecimal() or word in NUMBER_WORDS


def says_when(words: Sequence[Word]) -> bool:
    """Whether these words tell of a moment: a number, a link or a part of a day alone does not."""
    texts = [word.text for word in words]
    has_number = any(map(_is_number, texts))
    if len(texts) > 1 and texts[0] in _BEFORE_A_DAY and texts[1] in _SHORT:
        return True
    if has_number and texts[0] in _AHEAD and _PARTS.intersection(texts):
        return True
    return any(
        (word.time and word.time.day)
        or word.text in _telling()
        or _CLEAR.fullmatch(word.text)
        or (has_number and word.text in _BESIDE_A_NUMBER)
        for word in words
    )


def is_hour(text: str) -> bool:
    """Whether a word is an hour of the day.

    >>> is_hour("17:30"), is_hour("12pm"), is_hour("4.3."), is_hour("friday")
    (True, True, False, False)
    """
    return bool(_CLOCK.search(text))


@functools.cache
def _telling() -> frozenset[str]:
    """Return the words by which days, months and spans are called and that mean nothing else."""
    found: set[str] = set()
    for language in LANGUAGES:
        info = default_loader.get_locale(language).info
        for name in (*_WEEKDAYS, *_MONTHS, *_UNITS):
            found.update(map(searchable, info.get(name, ())))
        for phrases in info.get("relative-type", {}).values():
            for phrase in phrases:
                found.update(searchable(phrase).split())
    return frozenset(word for word in found if len(word) > LONGEST_SHORT) - _LINKS - _SHORT - _PARTS


@functools.cache
def _parser(*, is_ahead: bool) -> DateDataParser:
    return DateDataParser(
        languages=list(LANGUAGES),
        settings={
            "PREFER_DATES_FROM": "future" if is_ahead else "past",
            "DATE_ORDER": "DMY",
            "PARSERS": ["relative-time", "absolute-time"],
        },
    )


# Of a parser the settings are its own, and among them is what is now.
_turn = threading.Lock()


def _meant(phrase: str, local: datetime, *, is_ahead: bool) -> datetime | None:
    """Ask what a phrase means at this moment of the reader's clock.

    A day as "15.12." is read here: of "by 15.12." dateparser makes a time of the day.
    """
    words = phrase.split()
    for place, word in enumerate(words):
        if found := DAY_MONTH.fullmatch(word):
            beside = words[:place] + words[place + 1 :]
            rest = [one for one in beside if searchable(one) not in _LINKS | _BEFORE_A_DAY]
            return _on_day(found, " ".join(rest), local, is_ahead=is_ahead)
    return _parsed(phrase, local, is_ahead=is_ahead)


def _on_day(
    found: re.Match[str], clock: str, local: datetime, *, is_ahead: bool
) -> datetime | None:
    """Return the day that "24.12." means, at the time that stands beside it if any does."""
    if not clock:
        return _of_numbers(found, local, is_ahead=is_ahead)
    at = _parsed(clock, local, is_ahead=is_ahead) if _CLOCK.search(clock) else None
    if at is None:
        return None
    # With its hour it is as likely yet to come: it is the nearer one.
    days = [_of_numbers(found, local, is_ahead=ahead) for ahead in (False, True)]
    near = min((day for day in days if day), key=lambda day: abs(day - local), default=None)
    return near.replace(hour=at.hour, minute=at.minute, second=0, microsecond=0) if near else None


def _parsed(phrase: str, local: datetime, *, is_ahead: bool) -> datetime | None:
    parser = _parser(is_ahead=is_ahead)
    with _turn:
        parser._settings.RELATIVE_BASE = local
        found = parser.get_date_data(phrase).date_obj
    if found is None:
        return None
    at = found.replace(tzinfo=None)
    return _nearest(at, local, is_ahead=is_ahead) if _names_no_day(phrase) else at


def _names_no_day(phrase: str) -> bool:
    """Whether an hour is all that is said.

    >>> _names_no_day("at 5 pm"), _names_no_day("friday 17:00"), _names_no_day("in 5h")
    (True, False, False)
    """
    rest, hours = _AN_HOUR.subn(" ", phrase)
    is_hour_said = hours == 1 and _CLOCK.search(phrase)
    return bool(is_hour_said) and _LINKS_OF_AN_HOUR.issuperset(map(searchable, rest.split()))


def _nearest(at: datetime, local: datetime, *, is_ahead: bool) -> datetime:
    """Return when it is this hour next, or was last.

    At either end of a month dateparser goes to the other end of the same.

    >>> str(_nearest(datetime(2026, 12, 30, 17), datetime(2026, 12, 1, 12), is_ahead=False))
    '2026-11-30 17:00:00'
    """
    today = datetime.combine(local, at.time())
    if is_ahead:
        return today + timedelta(days=today < local)
    return today - timedelta(days=today > local)


def _of_numbers(found: re.Match[str], local: datetime, *, is_ahead: bool) -> datetime | None:
    """Return the day that "24.12." means: the next one, or the last, unless it says a year."""
    day, month, year = (int(part) if part else 0 for part in found.groups())
    years = [year + 2000 if year < 100 else year] if year else [local.year + n for n in (0, -1, 1)]
    for one in years:
        try:
            meant = local.replace(year=one, month=month, day=day)
        except ValueError:
            continue
        if year or (meant >= local if is_ahead else meant <= local):
            return meant
    return None
