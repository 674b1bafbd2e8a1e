"""The proof page in words: every number with its unit and what it means."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from insights.scoring.proof import Estimate, Kind, Month, Numbers, Rival
from insights.selectors.proof import Question, Results
from insights.words import NARROW, percent, thousands
from relationships.words import plural

EPOCH = date(1970, 1, 1)

SCORE_NAMES = {
    "hearth": "Hearth",
    "days_since": "Days since last touch",
    "rfm": "RFM",
    "decay": "Fixed decay, 90 days",
}
SCORE_SHORT = {"hearth": "Hearth", "days_since": "Days since", "rfm": "RFM", "decay": "Decay"}


def date_of(days: float) -> date:
    """Return the day of a moment in days since 1970."""
    return EPOCH + timedelta(days=int(days))


def month_of(month: int) -> date:
    """Return the first day of a month counted from January 1970."""
    return date(1970 + month // 12, month % 12 + 1, 1)


def headline_month(months: Sequence[Month]) -> Month | None:
    """Return the newest month all of whose weeks are known, else the newest there is."""
    whole = [month for month in months if month.is_whole]
    return (whole or list(months) or [None])[-1]


def headline(month: Month) -> str:
    """Say what became of the customers of a month.

    >>> share = Estimate()
    >>> headline(Month(677, 5, True, 40, 27, 300, 21, share, share))
    'Of 40 customers we flagged in June 2026, 27 have gone silent; of 300 we did not flag, 21 have.'
    >>> headline(Month(677, 5, True, 1, 0, 1, 1, share, share))
    'Of 1 customer we flagged in June 2026, none has gone silent; of 1 we did not flag, 1 has.'
    >>> headline(Month(677, 5, True, 1, 0, 0, 0, share, share))
    'Of 1 customer we flagged in June 2026, none has gone silent; there was nobody else.'
    """
    name = f"{month_of(month.month):%B %Y}"
    flagged = plural(month.flagged, "customer")
    others = f"of {thousands(month.others)} we did not flag, {_have(month.others_silent)}"
    return (
        f"Of {flagged} we flagged in {name}, {_have(month.flagged_silent)} gone silent; "
        f"{others if month.others else 'there was nobody else'}."
    )


def _have(count: int) -> str:
    if count == 0:
        return "none has"
    return f"{thousands(count)} {'has' if count == 1 else 'have'}"


LEAST_FLAGGED = 20
LEAST_SILENT = 5
NOTABLY = 1.25
"""From so many times on, more often is more than hardly."""


def verdict(month: Month) -> str:
    """Say how much more often those flagged went silent; empty where too few did to say.

    >>> share = Estimate()
    >>> verdict(Month(677, 5, True, 40, 27, 300, 21, share, share))
    'Those we flagged went silent 10 times as often as the others.'
    >>> verdict(Month(677, 5, True, 1, 0, 1, 1, share, share))
    ''
    """
    if (
        month.flagged < LEAST_FLAGGED
        or min(month.flagged_silent, month.others_silent) < LEAST_SILENT
    ):
        return ""
    times = month.flagged_silent / month.flagged / (month.others_silent / month.others)
    if times < NOTABLY:
        how = "hardly more" if times > 1 else "no more"
        return f"Those we flagged went silent {how} often than the others."
    return f"Those we flagged went silent {_times(times)} as often as the others."


def _times(times: float) -> str:
    if times < 1.75:
        return "one and a half times"
    return "twice" if round(times) == 2 else f"{times:.0f} times"


def basis(results: Results, numbers: Numbers, question: Question) -> str:
    """Say what the numbers are made of."""
    first, last = date_of(numbers.first_cut), date_of(numbers.last_cut)
    return (
        f"Silent means no word and no order for {plural(question.horizon_days, 'day')}. Flagged "
        f"means among the {question.budget_percent}{NARROW}% most at risk on any Monday of the "
        f"month. {_mondays(numbers.weeks, first, last)} with only what was known then."
        f"{_sample(results)}"
    )


def _mondays(weeks: int, first: date, last: date) -> str:
    if weeks == 1:
        return f"One Monday, {_day(last)},"
    return f"{thousands(weeks)} Mondays, from {_day(first)} to {_day(last)}, each"


def _sample(results: Results) -> str:
    if results.customers == results.customers_in_all:
        return ""
    return (
        f" Worked out from {thousands(results.customers)} customers chosen by chance, of "
        f"{thousands(results.customers_in_all)}."
    )


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def coefficients_sentence(results: Results) -> str:
    """Say which coefficients the score had at each cut-off."""
    if not results.refits:
        return (
            "At every Monday the score used the coefficients Hearth ships with: until then this "
            "organisation's own history was too short, or what it taught did worse."
        )
    return (
        f"The score began with the coefficients Hearth ships with and was refitted "
        f"{plural(results.refits, 'time')} on the way, each time from what was known before "
        f"that Monday."
    )


def too_little(results: Results, question: Question, today: date) -> list[str]:
    """Say what is missing, and what would be enough."""
    days, possible = results.days_missing, results.longest_horizon
    sentences = []
    if days:
        on = today + timedelta(days=days)
        sentences.append(
            f"Hearth needs at least {plural(days, 'more day', 'more days')} of history, until "
            f"{_day(on)}: half of {plural(question.horizon_days, 'day')} to learn how customers "
            f"usually are, and {question.horizon_days} more to see who went silent."
        )
    else:
        sentences.append(
            "No Monday lies far enough back for its silence to be over: look back further."
        )
    if 7 <= possible < question.horizon_days:
        sentences.append(
            f"With what there is, silences of up to {plural(possible, 'day')} can be proven today."
        )
    return sentences


@dataclass(frozen=True, slots=True)
class Tile:
    """A number, its unit and a sentence."""

    label: str
    value: str
    note: str


def tiles(numbers: Numbers, question: Question) -> list[Tile]:
    """Say what the warnings were worth, and how well the score ranked."""
    warned, everyone = numbers.warned["hearth"], numbers.kinds[0]
    horizon = question.horizon_days
    found = [
        Tile(
            "Warnings that were right",
            share_text(warned.right, warned.warnings),
            f"{_of(warned.right, warned.warnings, 'weekly warning')} "
            f"{'was' if warned.right == 1 else 'were'} followed by "
            f"{plural(horizon, 'day')} of silence. Warning blindly would be right in "
            f"{share_text(everyone.silent, everyone.cases)}.",
        ),
        Tile(
            "Silences seen coming",
            share_text(warned.caught, warned.departures),
            f"Of {plural(warned.departures, 'silence')} of {plural(horizon, 'day')} or more, "
            f"{thousands(warned.caught)} had been warned of before they were that long.",
        ),
        Tile(
            "Lead time",
            "" if warned.lead_days is None else days_text(warned.lead_days),
            f"The first right warning came this long before the {plural(horizon, 'day')} were "
            f"over, on average.",
        ),
        Tile(
            "Pairs in the right order",
            _pairs(everyone.auc),
            "Of one customer who went silent and one who did not, the score had put the right one "
            f"first this often. A coin gets 50.{_chance(everyone.auc)}",
        ),
    ]
    return [tile for tile in found if tile.value]


def _of(part: int, whole: int, noun: str) -> str:
    return f"{thousands(part)} of {plural(whole, noun)}"


def share_text(part: int, whole: int) -> str:
    """Write a part of a whole in percent; nothing of nothing is empty."""
    return percent(part / whole) if whole else ""


def days_text(days: float) -> str:
    """Write a time in whole days."""
    return plural(round(days), "day")


def _pairs(area: Estimate) -> str:
    return "" if area.value is None else f"{area.value * 100:.0f} in 100"


def _chance(area: Estimate) -> str:
    if area.low is None or area.high is None:
        return ""
    return f" Chance allows {area.low * 100:.0f} to {area.high * 100:.0f}."


def axes_sentence(everyone: Kind) -> str:
    """Say which of the two axes foretells who goes silent."""
    if everyone.service.value is None or everyone.connection.value is None:
        return "Too few customers went silent, or too few did not, to say."
    service, connection = _pairs(everyone.service), _pairs(everyone.connection)
    numbers = (
        f"Service alone puts {service} pairs in the right order, connection alone {connection}."
    )
    heads = {
        1: "How well they were served foretells who leaves better than connection does.",
        -1: "Connection foretells who leaves better than how well they were served.",
        0: "Neither service nor connection foretells clearly better who leaves.",
    }
    return f"{heads[everyone.leans]} {numbers}"


def rivals_sentence(rivals: Sequence[Rival]) -> str:
    """Say how Hearth stands against the best of the plain scores."""
    best = max(rivals[1:], key=lambda rival: rival.auc.value or 0.0)
    name = SCORE_NAMES[best.name]
    hearth = _pairs(rivals[0].auc)
    told = f"Hearth puts {hearth} pairs in the right order, the best plain score {_pairs(best.auc)}"
    heads = {
        1: f"{told} ({name}): more than chance explains.",
        0: f"{told} ({name}): too close to call.",
        -1: f"{told} ({name}): here the plain score is better.",
    }
    return heads[best.is_behind]


def calibration_sentence(everyone: Kind) -> str:
    """Say how far what was said is from what happened."""
    error = everyone.calibration_error.value
    if error is None:
        return ""
    points = round(error * 100)
    if points == 0:
        return "On average what we said is less than a point from what happened."
    return (
        f"On average what we said is {plural(points, 'percentage point')} from what happened: "
        "on the dashed line it would be none."
    )
