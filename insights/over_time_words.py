"""Distance over time in words: the first sentence, each number and where it leads."""

from collections.abc import Callable
from datetime import date
from functools import lru_cache

from insights.among_words import heading_of, lists_of, nouns_of
from insights.charts import Line, Moment
from insights.models import BandTotal, SizeClass, ValueClass
from insights.number_cells import NumberCell, written
from insights.selectors.organisation import Among
from insights.selectors.over_time import Course, Key, OverTime, Week
from insights.sentences import LEAST_KNOWN, too_few
from insights.words import percent, thousands
from relationships.words import plural

FAR = ("drifting", "gone")
KNOWN = ("near", "steady", "cooling", *FAR)

Leads = Callable[[Key | None, date, bool], str]
"""Makes the address of the customers of a part (None for all) who were known on a day, or far."""


def leads_to(among: Among, by: str) -> Leads:
    """Return what leads to the customers that are counted."""
    listed = lists_of(among)

    def leads(part: Key | None, day: date, is_far: bool) -> str:
        whose = {} if part is None else {by: _named(by, part)}
        if day == BandTotal.NOW:
            return listed(**whose, band=FAR if is_far else KNOWN)
        return listed(**whose, was=FAR if is_far else "", since=day.isoformat())

    return leads


def _named(by: str, part: Key) -> str:
    """Return how an address names a part."""
    classes = {"value": ValueClass, "size": SizeClass}
    return classes[by](part).name.lower() if by in classes else str(part)


def line_of(
    one: Course, found: OverTime, leads: Leads, today: date, *, is_share: bool, noun: str
) -> Line:
    """Return the course of a part, or of all, as a line; of a part only its ends lead anywhere."""
    is_whole = one is found.whole
    part = None if is_whole else one.key
    numbers = {day: _number(one.at(day), is_share=is_share) for day in found.days}
    told = [day for day, (value, _) in numbers.items() if value is not None]
    leading = found.days if is_whole else (*told[:1], *told[-1:])
    listed = {day: one.at(day).far if is_share else one.at(day).customers for day in found.days}
    moments = [
        Moment(
            today if day == BandTotal.NOW else day,
            value,
            text,
            _day_said(day),
            leads(part, day, is_share) if day in leading and listed[day] else "",
            one.at(day).customers,
            listed[day] if is_share else None,
        )
        for day, (value, text) in numbers.items()
    ]
    note = plural(one.at(BandTotal.NOW).customers, noun)
    return Line(one.name, moments, leads(part, BandTotal.NOW, False), note)


def _number(week: Week, *, is_share: bool) -> tuple[float | None, str]:
    """Return what is drawn of a week, and how it is said; of a few customers no share is told."""
    if week.mean is None or (is_share and week.customers < LEAST_KNOWN):
        return None, "too few to tell"
    if is_share:
        return 100 * week.far / week.customers, percent(week.far / week.customers)
    return week.mean, f"{week.mean:.0f}"


@lru_cache(maxsize=256)
def _day_said(day: date) -> str:
    return "now" if day == BandTotal.NOW else f"on {day.day} {day:%B %Y}"


def over_time_row(one: Course, found: OverTime, leads: Leads, among: Among) -> dict[str, object]:
    """Return a line of the table: a year ago, four weeks ago and now, each with its lists."""
    part = None if one is found.whole else one.key
    days = {
        "a year ago": found.year_ago, "4 weeks ago": found.four_weeks_ago, "now": BandTotal.NOW
    }  # fmt: skip
    weeks = [(label, day, one.at(day)) for label, day in days.items()]
    url = leads(part, BandTotal.NOW, False)
    means = [
        NumberCell(
            f"Distance {label}",
            _number(week, is_share=False)[1] if week.customers else "",
            leads(part, day, False) if week.customers else "",
        )
        for label, day, week in weeks
    ]
    far = [
        NumberCell(
            f"Far {label}",
            _far(week) if week.far else "0" * bool(week.customers),
            leads(part, day, True) if week.far else "",
        )
        for label, day, week in weeks
    ]
    customers = NumberCell(heading_of(among.stage), thousands(one.at(BandTotal.NOW).customers), url)
    return {
        "name": "All" if part is None else one.name,
        "is_whole": part is None,
        "url": url,
        "customers": customers,
        "means": means,
        "far": far,
        "numbers": written([customers, *means, *far]),
    }


def _far(week: Week) -> str:
    share = f" ({percent(week.far / week.customers)})" if week.customers >= LEAST_KNOWN else ""
    return f"{thousands(week.far)}{share}"


def being_counted(among: Among) -> str:
    """Say why there is no distance of the past to tell of yet.

    >>> being_counted(Among(stage="lead"))
    'How far our leads were in the past is still being counted.'
    """
    return f"How far our {nouns_of(among.stage)} were in the past is still being counted."


def over_time_sentence(found: OverTime, among: Among) -> str:
    """Say how far customers are on average, and how that moved."""
    now = found.whole.at(BandTotal.NOW)
    if now.mean is None or now.customers < LEAST_KNOWN:
        return too_few(now.customers, among)
    moved = [
        f"{_further(round(now.mean) - round(then))} {when}"
        for day, when in ((found.four_weeks_ago, "four weeks ago"), (found.year_ago, "a year ago"))
        if (then := found.whole.at(day).mean) is not None
    ]
    compared = " and ".join(moved) or "and nothing older to compare with yet"
    whose, nouns = "our" if among.are_all else "these", nouns_of(among.stage)
    return (
        f"On average {whose} {thousands(now.customers)} {nouns} are at a distance of "
        f"{now.mean:.0f}, {compared}."
    )


def _further(points: int) -> str:
    if points == 0:
        return "as far as"
    return f"{abs(points)} {'further' if points > 0 else 'nearer'} than"
