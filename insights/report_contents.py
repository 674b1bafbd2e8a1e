"""What a board report says: the figures and sentences of the pages, as plain text and drawings.

Nothing is worked out here. Every figure comes from the selector of its page and every sentence from
the words of its page, so that paper and screen cannot differ.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.utils import timezone

from insights import proof_words, wall_words
from insights.among_words import nouns_of
from insights.care_forms import QUARTER
from insights.care_measures import CARDS, Card
from insights.care_words import care_sentence
from insights.chart_files import in_document
from insights.charts import PAPER, Chart, described
from insights.charts import wall as wall_chart
from insights.distance_presentation import (
    NOBODY_AWAY,
    NOBODY_CLOSER,
    band_row,
    currencies_at_risk,
    mover,
    no_value,
    note,
    nowhere,
    risk,
    strips,
)
from insights.models import Band, Reading
from insights.months import Period
from insights.selectors.care import Care, Part, care
from insights.selectors.organisation import (
    CURRENT,
    Standing,
    movers_away,
    movers_closer,
    standing,
)
from insights.selectors.proof import Question, proof_standing
from insights.selectors.since_event import event_since
from insights.selectors.wall import WallAmong, noted_events, wall
from insights.sentences import distance_sentence, team_with_most
from insights.words import monies
from relationships.words import plural

HALF_WIDTH = 340
"""Of one of two beside each other."""

FONTS = "'Libertinus Serif','DejaVu Sans'"
"""Both come along in packages, so a report looks the same wherever it is made."""

TEAMS_DRAWN = 10
CURRENCIES_DRAWN = 4
EVENTS_TOLD = 8
LONGEST_NAME = 60
"""Letters of a name that are printed: a longer one would push its neighbours off the paper."""

OF_EVERY_STAGE = "Customers of every stage are counted here."
"""Where customers stand is told of current ones; what passes between us is not."""

EVERY_STAGE = ""

Section = dict[str, Any]


@dataclass(frozen=True, slots=True)
class About:
    """Which month a report is about, as of when its figures are, and who had it made.

    `by` is empty where the schedule did.
    """

    month: date
    is_whole: bool
    as_of: datetime
    by: str
    is_demo: bool

    @property
    def month_name(self) -> str:
        """The month, and whether it has ended."""
        return f"{self.month:%B %Y}{'' if self.is_whole else ' so far'}"


def report_contents(about: About) -> Mapping[str, Any]:
    """Return what the report says, ready to be typeset; it can be written as JSON."""
    here, today = standing(about.as_of), timezone.localtime(about.as_of).date()
    since = event_since(about.as_of, here, CURRENT, team_with_most(here))
    return {
        **_head(about),
        "sentence": f"As of {today.day} {today:%B %Y}. {distance_sentence(here, since)}",
        "note": note(here, CURRENT),
        "has_data": here.known > 0,
        "bands": _bands(here),
        "risk": _risk(here),
        "away": {"movers": _movers(movers_away()), "none": NOBODY_AWAY},
        "closer": {"movers": _movers(movers_closer()), "none": NOBODY_CLOSER},
        "wall": _wall(today),
        "care": _care(Period(about.month, QUARTER), about),
        "proof": _proof(),
    }


def _head(about: About) -> Section:
    moment = timezone.localtime(about.as_of)
    by = f"by {about.by}" if about.by else "by Hearth, as every month"
    return {
        "title": f"Board report, {about.month_name}",
        "organisation": settings.ORGANISATION,
        "month": about.month_name,
        "made": (
            f"Made {by} on {moment.day} {moment:%B %Y} at {moment:%H:%M} ({settings.TIME_ZONE}). "
            f"Where customers stand is as of that moment."
        ),
        "demo": "Demonstration data" if about.is_demo else "",
    }


def _drawn(chart: Chart) -> Section:
    return {
        "title": chart.caption,
        "svg": in_document(chart, FONTS),
        "alt": f"{chart.caption}. {described(chart)}",
    }


def _bands(here: Standing) -> Section:
    return {
        "chart": _drawn(strips(here, nowhere, CURRENT, width=PAPER)),
        "rows": [band_row(line, nowhere) for line in here.bands if line.band != Band.UNKNOWN],
    }


def _risk(here: Standing) -> Section:
    """Return value at risk by team: drawn where there is most, the rest in words."""
    currencies = currencies_at_risk(here)
    drawn = currencies[:CURRENCIES_DRAWN]
    others = {code: here.at_risk[code] for code in currencies[CURRENCIES_DRAWN:]}
    width = PAPER if len(drawn) == 1 else HALF_WIDTH
    return {
        "charts": [_risk_in(here, code, width) for code in drawn],
        "others": f"In other currencies {monies(others)} at risk." if others else "",
        "none": "" if currencies else no_value(CURRENT),
    }


def _risk_in(here: Standing, currency: str, width: float) -> Section:
    chart = risk(here, currency, nowhere, drawn=TEAMS_DRAWN, width=width)
    return {**_drawn(chart), "more": chart.note}


def _movers(readings: Iterable[Reading]) -> list[Section]:
    return [
        {**row, "name": _short(str(row["name"])), "owner": _short(str(row["owner"]))}
        for row in map(mover, readings)
    ]


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1].rstrip()}…"


def _wall(today: date) -> Section:
    found, events = wall(today, WallAmong()), list(noted_events())
    notes = wall_words.notes_of(events)
    told = notes[-EVENTS_TOLD:]
    chart = wall_chart(found.months, title=wall_words.WALL_TITLE, notes=told, width=PAPER)
    earlier = len(notes) - len(told)
    return {
        "sentence": f"{wall_words.wall_sentence(found.months)} {OF_EVERY_STAGE}",
        "chart": _drawn(chart) if found.months else None,
        "events": [
            {"number": f"{one.number}", "day": f"{one.on.day} {one.on:%B %Y}", "text": one.text}
            for one in reversed(told)
        ],
        "earlier": f"{plural(earlier, 'earlier event')} on the page." if earlier > 0 else "",
        "compared": wall_words.compared(found.comparison) if found.comparison else "",
        "doors": wall_words.closed_doors(found.comparison) if found.comparison else [],
        "meanwhile": wall_words.meanwhile(found.comparison) if found.comparison else "",
    }


def _care(period: Period, about: About) -> Section:
    first = min(other.first for other in period.others)
    found = care(period, first=first, now=about.as_of, parts=Part.ALL_TOLD)
    sums = found.of(period)
    return {
        "sentence": f"{care_sentence(sums, period.words)} {OF_EVERY_STAGE}",
        "has_data": not sums.is_empty,
        "unfinished": not about.is_whole,
        "periods": [period.words, *(other.words for other in period.others)],
        "rows": [_care_row(card, found, period) for card in CARDS],
    }


def _care_row(card: Card, found: Care, period: Period) -> Section:
    sums = found.of(period)
    befores = [found.of(other) for other in period.others]
    return {
        "title": card.title,
        "value": card.said(sums),
        "unit": card.unit_of(sums),
        "note": card.note(sums, nouns_of(EVERY_STAGE)),
        "compared": [
            {"text": card.said_before(before), "moved": card.moved(sums, before)}
            for before in befores
        ],
    }


def _proof() -> Section:
    """Say how often the score was right, or why that cannot be told."""
    question = Question()
    found = proof_standing(question)
    if found.proof is None or found.results is None:
        return _untold("How often the score is right has not been worked out yet.", [])
    numbers = found.results.numbers
    month = proof_words.headline_month(numbers.months) if numbers else None
    if numbers is None or month is None:
        worked_out = timezone.localtime(found.proof.as_of).date()
        return _untold(
            "There is too little history yet to say how often the score is right.",
            proof_words.too_little(found.results, question, worked_out),
        )
    right = proof_words.tiles(numbers, question)[:1]
    return {
        "sentence": proof_words.headline(month),
        "verdict": proof_words.verdict(month),
        "warnings": [f"{one.label}: {one.value}. {one.note}" for one in right],
        "basis": [proof_words.basis(found.results, numbers, question)],
    }


def _untold(sentence: str, why: Sequence[str]) -> Section:
    return {"sentence": sentence, "verdict": "", "warnings": [], "basis": list(why)}
