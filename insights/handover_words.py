"""A handover as its pages and files say it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone

from insights.models import Band
from insights.presentation import BAND_KEYS, customer_url
from insights.selectors.handovers import Line
from insights.words import ago, money
from relationships.models import Handover, HandoverCustomer, Person
from relationships.selectors.handovers import Progress
from relationships.services.handovers import Undone
from relationships.words import day_name, plural

STEPS = (
    ("handover", "Who and when"),
    ("handover_customers", "Customers"),
    ("handover_notes", "What they know"),
    ("handover_introductions", "Introductions"),
    ("handover_summary", "Summary"),
)


@dataclass(frozen=True, slots=True)
class Option:
    """Somebody who can be chosen in a row."""

    pk: str
    name: str
    is_chosen: bool


def on_day(day: date, today: date) -> str:
    """Say a day within a sentence.

    >>> on_day(date(2026, 3, 3), date(2026, 3, 3)), on_day(date(2026, 2, 5), date(2026, 3, 3))
    ('today', 'on 5 February')
    """
    if (day - today).days == 1:
        return "tomorrow"
    name = day_name(day, today)
    return name.lower() if name in {"Today", "Yesterday"} else f"on {name}"


def leaving(handover: Handover, today: date) -> str:
    """Say when somebody leaves or left, and why."""
    verb = "leaves" if handover.leaves_on >= today else "left"
    why = f" · {handover.reason}" if handover.reason else ""
    return f"{handover.person} {verb} {on_day(handover.leaves_on, today)}{why}"


def steps(handover: Handover, progress: Progress, here: str) -> list[dict[str, Any]]:
    """Return the five steps, each with how far it has come."""
    of = f" of {progress.customers:,}"
    notes = {
        "handover_customers": f"{progress.chosen:,}{of}",
        "handover_notes": f"{progress.written:,}{of}",
        "handover_introductions": f"{progress.planned:,}{of}",
        "handover_summary": f"{progress.moved:,}{of} moved",
    }
    return [
        {
            "name": name,
            "label": label,
            "number": number,
            "note": notes.get(name, "") if progress.customers else "",
            "url": reverse(name, args=[handover.pk]),
            "is_here": name == here,
        }
        for number, (name, label) in enumerate(STEPS, start=1)
    ]


def progress_words(step: str, progress: Progress) -> str:
    """Say how far a step has come."""
    many = plural(progress.customers, "customer")
    return {
        "handover_customers": f"{progress.chosen:,} of {many} with a new owner, "
        f"{progress.moved:,} moved",
        "handover_notes": f"{progress.written:,} of {many} written",
        "handover_introductions": f"{progress.planned:,} of {many} planned",
    }.get(step, "")


def row_of(line: Line, leaver: Person, today: date) -> dict[str, Any]:
    """Return what every step says of a customer."""
    row, reading = line.row, line.reading
    is_read = reading is not None and reading.band != Band.UNKNOWN
    return {
        "pk": row.pk,
        "row": row,
        "customer": row.customer,
        "url": customer_url(row.customer_id),
        "band": BAND_KEYS[reading.band] if is_read and reading else "unknown",
        "band_label": reading.get_band_display() if is_read and reading else Band.UNKNOWN.label,
        "at_risk": money(reading.at_risk, reading.currency) if reading and reading.at_risk else "",
        "only": only_words(row, leaver),
        "why": why(row, today),
        "moved": f"Moved {on_day(timezone.localdate(row.moved_at), today)}" if row.moved_at else "",
        "elsewhere": elsewhere(row, leaver),
        "note_by": note_by(row, leaver, today),
        "introduction": introduction(row),
        "is_done": row.settled_at is not None or line.has_met,
        "done": done_words(row, has_met=line.has_met),
    }


def only_words(row: HandoverCustomer, leaver: Person) -> str:
    """Say that nobody else knows a customer."""
    return {
        365: f"Only {leaver} met them in a year",
        90: f"Only {leaver} met them in 90 days",
    }.get(row.only_days, "")


def why(row: HandoverCustomer, today: date) -> str:
    """Say why somebody is proposed."""
    if row.proposed is None:
        return "Nobody else is in their team"
    if row.proposed_met_at is None:
        return f"{row.proposed}, so that they are shared out evenly"
    met = ago(timezone.localdate(row.proposed_met_at), today)
    return f"{row.proposed} met them {met}"


def elsewhere(row: HandoverCustomer, leaver: Person) -> str:
    """Say that a customer belongs to neither of the two by now."""
    owner = row.customer.owner
    expected = row.successor_id if row.moved_at else leaver.pk
    if row.customer.owner_id == expected:
        return ""
    return f"{owner} looks after them now" if owner else "Nobody looks after them now"


def note_by(row: HandoverCustomer, leaver: Person, today: date) -> str:
    """Say who wrote a note, unless it was the leaver, and when."""
    if not row.noted_at:
        return ""
    who = f" by {row.noted_by}" if row.noted_by and row.noted_by_id != leaver.pk else ""
    return f"Written{who} {on_day(timezone.localdate(row.noted_at), today)}"


def introduction(row: HandoverCustomer) -> str:
    """Say who introduces whom; whoever introduces themselves gets in touch."""
    if row.introduce_on is None:
        return ""
    if row.introducer is None or row.introducer_id == row.successor_id:
        return f"{row.successor or 'Somebody'} gets in touch"
    return f"{row.introducer} introduces {row.successor or 'somebody'}"


def done_words(row: HandoverCustomer, *, has_met: bool) -> str:
    """Say that an introduction is done, and how that is known."""
    if has_met:
        return f"{row.successor} met them"
    return "Done" if row.settled_at else ""


def options(people: Sequence[Person], chosen: Person | None, *more: Person | None) -> list[Option]:
    """Return who can be chosen in a row: these people, and whoever is chosen or meant."""
    known = {one.pk: one for one in people}
    for extra in (*more, chosen):
        if extra is not None:
            known.setdefault(extra.pk, extra)
    return [
        Option(str(one.pk), str(one), chosen is not None and one.pk == chosen.pk)
        for one in known.values()
    ]


def handed_over_lines(rows: Sequence[HandoverCustomer], now: datetime) -> list[dict[str, str]]:
    """Return what a customer's page says of those who handed them over."""
    today = timezone.localdate(now)
    return [
        {
            "title": f"{row.handover.person} handed over "
            f"{on_day(timezone.localdate(row.moved_at), today)}",
            "note": row.note,
            "by": note_by(row, row.handover.person, today),
        }
        for row in rows
        if row.moved_at
    ]


def due_day(day: date, today: date) -> str:
    """Say when an introduction is due.

    >>> due_day(date(2026, 3, 4), date(2026, 3, 4)), due_day(date(2026, 3, 2), date(2026, 3, 4))
    ('Due today', '2 days overdue')
    """
    late = (today - day).days
    return f"{plural(late, 'day')} overdue" if late > 0 else f"Due {on_day(day, today)}"


def theirs(row: HandoverCustomer, step: str) -> str:
    """Say what somebody else wrote meanwhile into the part of a row that a step shows."""
    if step == "handover_customers":
        return f"{row.successor} was chosen." if row.successor else "Nobody was chosen."
    if step == "handover_introductions":
        day = f" by {row.introduce_on.day} {row.introduce_on:%B}" if row.introduce_on else ""
        return f"{introduction(row)}{day}." if day else "No introduction is planned."
    return row.note or "It was emptied."


def undone_words(undone: Undone) -> str:
    """Say what came of undoing something done to many customers."""
    if undone.moved or undone.left:
        back = f"{plural(undone.moved, 'customer')} moved back."
        stay = "stays" if undone.left == 1 else "stay"
        others = f" {plural(undone.left, 'other')} {stay}: they were given on since."
        return back + (others if undone.left else "")
    number = undone.chosen or undone.planned
    return f"{plural(number, 'customer')} as before." if number else "Nothing was left to undo."


HEAD = (
    "Customer",
    "At risk a year",
    "Currency",
    "Only the leaver knows",
    "New owner",
    "Why",
    "Moved on",
    "What to know",
    "Introduced by",
    "Due on",
    "Introduction",
)


def table(lines: Iterator[Line], handover: Handover, today: date) -> Iterator[Sequence[Any]]:
    """Yield a handover as the lines of a file, its head first."""
    yield HEAD
    for line in lines:
        row, reading = line.row, line.reading
        words = row_of(line, handover.person, today)
        yield (
            row.customer.name,
            reading.at_risk if reading else "",
            row.customer.currency,
            words["only"],
            str(row.successor or ""),
            words["why"],
            timezone.localdate(row.moved_at).isoformat() if row.moved_at else "",
            row.note,
            str(row.introducer or ""),
            row.introduce_on.isoformat() if row.introduce_on else "",
            words["done"] or ("planned" if row.introduce_on else ""),
        )
