"""Two customers side by side in words: what speaks for one, what differs, what merging does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from insights.presentation import BAND_KEYS, customer_url
from insights.selectors.duplicates import MergePreview, Pair, Side
from insights.words import ago, joined, thousands
from relationships.models import CustomerMerge, DuplicatePair
from relationships.selectors.duplicates import COUNTED_AT_MOST
from relationships.words import day_name, days_ago, plural

LIKELIHOODS = ((90, "Very likely one"), (70, "Likely one"), (0, "Perhaps one"))


@dataclass(frozen=True, slots=True)
class Cell:
    """What is said of one customer; `band` where it is a distance."""

    text: str
    band: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One fact of both customers."""

    label: str
    cells: tuple[Cell, Cell]

    @property
    def differs(self) -> bool:
        """Whether it says something else of the one than of the other."""
        return self.cells[0].text != self.cells[1].text


def evidence_sentence(evidence: Sequence[Mapping[str, Any]]) -> str:
    """Say what speaks for two customers being one.

    >>> evidence_sentence([{"kind": "name", "value": "ornvik", "likeness": 100},
    ...                    {"kind": "domain", "value": "ornvik.example", "likeness": 100}])
    'Their names are the same but for spelling and legal form; both have mail at ornvik.example.'
    >>> evidence_sentence([{"kind": "phone", "value": "4930901820", "likeness": 100}])
    'Both have the phone number +4930901820.'
    """
    text = "; ".join(_clause(row) for row in evidence)
    return f"{text[:1].upper()}{text[1:]}."


def _clause(row: Mapping[str, Any]) -> str:
    value = row["value"]
    if row["kind"] == "name":
        if row["likeness"] >= 100:
            return "their names are the same but for spelling and legal form"
        return f"their names are {row['likeness']:.0f} % alike"
    return {
        "email": f"both have the e-mail address {value}",
        "phone": f"both have the phone number +{value}",
        "domain": f"both have mail at {value}",
    }[row["kind"]]


def likelihood(score: int) -> str:
    """Say how likely two customers are one.

    >>> likelihood(95), likelihood(75), likelihood(50)
    ('Very likely one', 'Likely one', 'Perhaps one')
    """
    return next(words for least, words in LIKELIHOODS if score >= least)


def likely(number: int) -> str:
    """Say how many pairs wait; nothing when none does.

    >>> likely(0), likely(1), likely(3), likely(100)
    ('', '1 likely duplicate', '3 likely duplicates', '100 or more likely duplicates')
    """
    if number >= COUNTED_AT_MOST:
        return f"{number} or more likely duplicates"
    return plural(number, "likely duplicate") if number else ""


def pair_row(pair: Pair, now: datetime) -> dict[str, Any]:
    """Write a pair as the list shows it."""
    keep, absorb = pair.suggested
    return {
        "pk": pair.pair.pk,
        "title": f"{pair.first.customer} and {pair.second.customer}",
        "likelihood": likelihood(pair.pair.score),
        "evidence": evidence_sentence(pair.pair.evidence),
        "heads": [head(pair.first), head(pair.second)],
        "lines": lines(pair.first, pair.second, now),
        "keep_id": keep.customer.pk,
        "absorb_id": absorb.customer.pk,
    }


def head(side: Side) -> dict[str, str]:
    """Write whom a column is about."""
    return {"name": side.customer.name, "url": customer_url(side.customer.pk)}


def lines(one: Side, other: Side, now: datetime) -> list[Line]:
    """Write the facts of two customers beside each other."""
    facts = ("Owner", "Team", "Contacts", "Touchpoints", "Last touch", "Distance")
    return [
        Line(label, cells)
        for label, cells in zip(facts, zip(_cells(one, now), _cells(other, now), strict=True),
                                strict=True)
    ]  # fmt: skip


def _cells(side: Side, now: datetime) -> list[Cell]:
    customer, reading, happened = side.customer, side.reading, side.happened
    last = timezone.localdate(happened.last_at) if happened.last_at else None
    number = thousands(happened.number)
    return [
        Cell(customer.owner.name if customer.owner else "nobody"),
        Cell(customer.team.name if customer.team else "none"),
        Cell(thousands(side.contacts)),
        Cell(f"more than {number}" if happened.is_more else number),
        Cell(ago(last, timezone.localdate(now))),
        Cell("not known yet")
        if reading is None or reading.distance is None
        else Cell(f"{reading.distance:.0f}", BAND_KEYS[reading.band]),
    ]


def preview_words(preview: MergePreview) -> dict[str, str]:
    """Say what merging would do."""
    keep, absorb = preview.keep, preview.absorb
    return {
        "moves": _moves(preview),
        "stays": f"Owner, team, stage, segment, value and style stay those of {keep.customer}.",
        "distance": _distance(preview),
        "team": ""
        if keep.customer.team_id == absorb.customer.team_id
        else f"{absorb.customer} belongs to {absorb.customer.team or 'no team'}: whoever sees the "
        f"customers of {keep.customer.team or 'no team'} will see what happened there, and others "
        "no longer.",
    }


def _moves(preview: MergePreview) -> str:
    absorb, keep = preview.absorb, preview.keep.customer
    happened = absorb.happened
    touchpoints = plural(happened.number, "touchpoint")
    moving = [
        text
        for number, text in (
            (absorb.contacts, plural(absorb.contacts, "contact")),
            (happened.number, f"more than {touchpoints}" if happened.is_more else touchpoints),
            (preview.loops, plural(preview.loops, "open loop")),
            (preview.facts, plural(preview.facts, "fact")),
        )
        if number
    ]
    if not moving:
        return f"Nothing has to move: {absorb.customer} has no contacts and no touchpoints."
    verb = "moves" if len(moving) == 1 and moving[0].startswith("1 ") else "move"
    return f"{joined(moving)} {verb} from {absorb.customer} to {keep}."


def _distance(preview: MergePreview) -> str:
    if preview.is_long:
        return "Too much has happened to work out the distance here; it is scored after merging."
    if preview.distance is None:
        return "Nothing has happened with either, so there is no distance to tell."
    reading = preview.keep.reading
    now = f"; it is {reading.distance:.0f} now" if reading and reading.distance is not None else ""
    return f"The distance of {preview.keep.customer} will be {preview.distance:.0f}{now}."


def merge_lines(merges: Sequence[CustomerMerge], now: datetime) -> list[dict[str, Any]]:
    """Say who was merged into a customer, when and by whom."""
    return [
        {
            "pk": merge.customer_id,
            "name": merge.customer.name,
            "text": _when_and_by(merge, now),
        }
        for merge in merges
    ]


def _when_and_by(merge: CustomerMerge, now: datetime) -> str:
    day = day_name(timezone.localdate(merge.merged_at), timezone.localdate(now))
    when = day.lower() if day in {"Today", "Yesterday"} else f"on {day}"
    return f"{when} by {merge.merged_by.name}" if merge.merged_by else when


def dismissed_row(pair: DuplicatePair, now: datetime) -> dict[str, Any]:
    """Write a pair that somebody said are two as a row of a list."""
    who = f" by {pair.dismissed_by}" if pair.dismissed_by else ""
    return {
        "pk": pair.pk,
        "first": pair.first.name,
        "first_url": customer_url(pair.first_id),
        "second": pair.second.name,
        "second_url": customer_url(pair.second_id),
        "said": f"Said to be two {days_ago(pair.dismissed_at, now)}{who}",
    }
