"""Why a customer is where they are, as the page shows it: written before the template."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone

from insights.selectors.changes import Changed
from insights.selectors.customer import Explained
from insights.selectors.evidence import Evidence
from insights.selectors.histories import MOST_READ
from insights.selectors.nearer import Nearer
from insights.selectors.reasons import PART_LABELS, whole_points
from insights.words import signed
from relationships.words import day_name, plural


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """A touchpoint behind a part, and where it stands on the timeline."""

    url: str
    label: str
    mode: str
    day: str
    note: str


@dataclass(frozen=True, slots=True)
class ReasonRow:
    """One part of the distance with what is behind it."""

    name: str
    label: str
    points: int
    sentence: str
    evidence: Sequence[EvidenceLine]
    more: str
    more_url: str


@dataclass(frozen=True, slots=True)
class ChangedLines:
    """What changed since last week: a sentence, and each part then and now."""

    sentence: str
    day: str
    parts: Sequence[Sequence[str]]
    touchpoints: Sequence[EvidenceLine]
    more: str


@dataclass(frozen=True, slots=True)
class NearerRow:
    """A deed and what it would do to the distance."""

    before: str
    after: str
    text: str
    log_url: str


def reason_rows(explained: Explained, now: datetime, *, here: str) -> list[ReasonRow]:
    """Write the reasons, each with what is behind it on the timeline of the page `here`."""
    rows = []
    for reason in explained.standing.reasons:
        evidence = explained.evidence.get(reason.name)
        rows.append(
            ReasonRow(
                name=reason.name,
                label=reason.label,
                points=reason.points,
                sentence=reason.sentence,
                evidence=_lines(evidence, now, here) if evidence else (),
                more=f"and {evidence.more:,} more" if evidence and evidence.more else "",
                more_url=f"{here}?{urlencode({'behind': reason.name})}#timeline",
            )
        )
    return rows


def _lines(evidence: Evidence, now: datetime, here: str) -> list[EvidenceLine]:
    days = [timezone.localdate(one.occurred_at) for one in evidence.touchpoints]
    today = timezone.localdate(now)
    return [
        EvidenceLine(
            url=touchpoint_url(here, one.pk),
            label=str(one.type),
            mode=one.type.mode,
            day=day_name(day, today),
            note=_note(evidence.part, days, place, today),
        )
        for place, (one, day) in enumerate(zip(evidence.touchpoints, days, strict=True))
    ]


def touchpoint_url(here: str, pk: int) -> str:
    """Return the address of a touchpoint on the timeline of the page `here`.

    >>> touchpoint_url("/customers/1/", 7)
    '/customers/1/?at=7#touchpoint-7'
    """
    return f"{here}?{urlencode({'at': pk})}#touchpoint-{pk}"


def _note(part: str, days: Sequence[date], place: int, today: date) -> str:
    """Say what makes a touchpoint telling: the gap before it, or how long it has been open."""
    if part == "presence" and place + 1 < len(days):
        return f"after {plural((days[place] - days[place + 1]).days, 'day')}"
    if part == "unhealed":
        waited = (today - days[place]).days
        return f"open for {plural(waited, 'day')}" if waited > 0 else "still open"
    return ""


def changed_lines(explained: Explained, now: datetime, *, here: str) -> ChangedLines | None:
    """Write what changed since last week; None where there is nothing to compare."""
    changed, reading = explained.changed, explained.standing.reading
    happened = explained.happened_since
    if changed is None or reading is None or happened is None:
        return None
    parts_now = {name: getattr(reading, f"part_{name}") for name in PART_LABELS}
    return ChangedLines(
        sentence=changed.sentence,
        day=day_name(changed.since.date(), timezone.localdate(now)),
        parts=_parts(changed, parts_now),
        touchpoints=_lines(happened, now, here),
        more=f"and {happened.more:,} more" if happened.more else "",
    )


def _parts(changed: Changed, parts_now: dict[str, float]) -> list[list[str]]:
    """Return the parts then and now in whole points that add up to the distances."""
    if changed.distance_then is None or changed.distance_now is None or not changed.parts_then:
        return []
    then, now = changed.distance_then, changed.distance_now
    points_then = whole_points([changed.parts_then[name] for name in PART_LABELS], round(then))
    points_now = whole_points([parts_now[name] for name in PART_LABELS], round(now))
    rows = [
        [label, str(before), str(after)]
        for label, before, after in zip(PART_LABELS.values(), points_then, points_now, strict=True)
        if before or after
    ]
    return [*rows, ["Distance", f"{then:.0f}", f"{now:.0f}"]]


def nearer_rows(explained: Explained) -> list[NearerRow]:
    """Write what would bring a customer nearer, each with the way to log it."""
    return [_nearer_row(explained.standing.customer.pk, one) for one in explained.nearer]


def _nearer_row(customer_id: int, one: Nearer) -> NearerRow:
    query = {"customer": customer_id, "type": one.type_key}
    if one.loop_id is not None:
        query["closes"] = one.loop_id
    return NearerRow(
        before=f"{one.distance_before:.0f}",
        after=f"{one.distance_after:.0f}",
        text=one.text,
        log_url=f"{reverse('log_touchpoint')}?{urlencode(query)}",
    )


def nothing_nearer(explained: Explained) -> str:
    """Say why nothing is said to bring a customer nearer; empty where something is."""
    standing = explained.standing
    if explained.nearer or standing.is_waiting or not standing.is_known or not standing.reading:
        return ""
    if round(standing.reading.distance or 0) < 1:
        return "They are as near as they can be."
    if explained.is_long:
        return ""  # Not everything that could be done was tried.
    largest = standing.reasons[0]
    if largest.name == "unchanged":
        return "There is less than a point to gain: nothing stands between you."
    return (
        f"No single call, meeting, e-mail or settling today would move the distance by a whole "
        f"point. {SLOW[largest.name]}"
    )


SLOW = {
    "presence": "It takes being in touch more than once.",
    "cooling": "Warmth comes back with what happens over weeks, not in a day.",
    "wall": "The share of people comes back with what happens over weeks, not in a day.",
    "unhealed": "What went wrong stays between you until it is made right.",
}


def looked_through(explained: Explained) -> str:
    """Say how far back evidence was looked for; empty where that is everything."""
    if not explained.is_long:
        return ""
    return (
        f"They have had more than {MOST_READ:,} touchpoints. What is behind each part is looked "
        "for among the newest of these, and what is open among all."
    )


def movement(changed: Changed) -> dict[str, str]:
    """Write how far a customer was then and is now."""
    points, direction = signed(changed.points)
    return {"points": points, "direction": direction}
