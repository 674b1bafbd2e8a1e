"""What Distance over time says, recounted."""

from collections import defaultdict
from decimal import Decimal

from insights.words import percent, thousands
from relationships.words import plural
from tests.insights.figures.accounted import Account
from tests.insights.figures.distance import noun_of
from tests.insights.figures.recount import band_then

CALLED = {"value": "value class", "size": "people we know there"}
FAR = ("drifting", "gone")
CLASSES = {
    "stage": ("Lead", "Current", "Former"),
    "value": ("A, the first 80 %", "B, the next 15 %", "C, the last 5 %", "No value known"),
    "size": (
        "1 person", "2 to 4 people", "5 to 9 people", "10 people or more", "Nobody by name",
    ),
}  # fmt: skip


def over_time(found, asked):
    """Account for the page, with its filters."""
    account, among = Account(), dict(asked)
    by, is_share = among.pop("by", "team"), among.pop("show", "") == "far"
    some, noun = found.among(**among), noun_of(among)
    account.knows(r"the first 80 %", r"the next 15 %", r"the last 5 %", r"\b1 person\b")
    account.knows(r"\d to \d people", r"10 people or more")
    check_sentence(account, found, some, noun)
    whole = weeks_of(found, some, is_share)
    what = "Share drifting or gone" if is_share else "Mean distance"
    account.lists(f"{what} by week", [
        [
            f"On {said(day)}" if day else "Now", text,
            *([thousands(far_of(some, day))] * is_share), thousands(customers),
        ]
        for day, (text, customers) in reversed(whole.items())
    ])  # fmt: skip
    check_line(account, "All", whole, is_whole=True)
    for name, part in parts_of(found, some, by):
        check_line(account, name, weeks_of(found, part, is_share))
        of_part = {"stage": name.lower()} if by == "stage" else among
        account.says(plural(len(part), noun_of(of_part)))
    rows = [(name, part) for name, part in parts_of(found, some, by)]
    account.lists(f"Mean distance and {noun}s drifting or gone by {CALLED.get(by, by)}", [
        row_of(found, name, part) for name, part in [*rows, ("All", some)]
    ])  # fmt: skip
    return account


def check_sentence(account, found, some, noun):
    """How far they are on average, and how that moved."""
    now = round(mean(distances(some)))
    account.says(f"{thousands(len(some))} {noun}s are at a distance of {now}")
    for day, when in ((found.four_weeks_ago, "four weeks ago"), (found.year_ago, "a year ago")):
        moved = now - round(mean(distances(some, day)))
        if moved:
            account.says(f"{abs(moved)} {'further' if moved > 0 else 'nearer'} than {when}")


def distances(some, day=None):
    """How far customers are now, to a hundredth, or were on a Monday, to a point."""
    if day is None:
        return [round(Decimal(one.distance), 2) for one in some]
    return [one.past[day] for one in some if one.past[day] is not None]


def mean(numbers):
    """Return the mean; None of nothing."""
    return sum(numbers) / len(numbers) if numbers else None


def far_of(some, day=None):
    """How many were drifting or gone."""
    bands = [one.band if day is None else band_then(one.past[day]) for one in some]
    return sum(band in FAR for band in bands)


def weeks_of(found, some, is_share):
    """Return what is said of every Monday on which anybody was known, and of now (None)."""
    weeks = {}
    for day in (*found.mondays, None):
        known = distances(some, day)
        if not known:
            continue
        text = f"{mean(known):.0f}"
        if is_share:
            is_few = len(known) < 10
            text = "too few to tell" if is_few else percent(far_of(some, day) / len(known))
        weeks[day] = (text, len(known))
    return weeks


def check_line(account, name, weeks, *, is_whole=False):
    """Expect the course of a line: each week of the large one, both ends of a small one."""
    told = {day: text for day, (text, _) in weeks.items() if text != "too few to tell"}
    shown = told if is_whole else dict([*list(told.items())[:1], *list(told.items())[-1:]])
    account.says(*(
        f"on {said(day)}: {text}" if day else f"now: {text}" for day, text in shown.items()
    ))  # fmt: skip
    if len(told) > 1:
        first = next(iter(told))
        account.says(f"{name}: now {told[None]}, on {said(first)} {told[first]}")


def parts_of(found, some, by):
    """Return the parts: classes in their order, others the furthest first, none last."""
    names = {
        "team": {pk: row["name"] for pk, row in found.teams.items()} | {0: "No team"},
        "segment": {pk: row["name"] for pk, row in found.segments.items()} | {0: "No segment"},
    }
    parts = defaultdict(list)
    for one in some:
        if by in names:
            parts[names[by][getattr(one, by)]].append(one)
        else:
            parts[of_class(one, by)].append(one)
    if by in CLASSES:
        return [(name, parts[name]) for name in CLASSES[by] if name in parts]
    return sorted(
        parts.items(),
        key=lambda part: (part[0].startswith("No "), -mean(distances(part[1])), part[0]),
    )


def of_class(one, by):
    """Return the class a customer belongs to, by its name."""
    if by == "stage":
        return one.stage.capitalize()
    return one.value_class if by == "value" else one.size_class


def row_of(found, name, part):
    """Return a line of the table: how many, how far, and how many of them far, on three days."""
    days = (found.year_ago, found.four_weeks_ago, None)
    known = [distances(part, day) for day in days]
    far = [far_of(part, day) for day in days]
    return [
        name,
        thousands(len(part)),
        *(f"{mean(one):.0f}" if one else "" for one in known),
        *(
            f"{number}{f' ({percent(number / len(one))})' * (number > 0 and len(one) >= 10)}"
            if one
            else ""
            for number, one in zip(far, known, strict=True)
        ),
    ]


def said(day):
    """Return a day as the page writes it."""
    return f"{day.day} {day:%B %Y}"
