"""What Do we care says, recounted: its numbers, and the lists behind them."""

from math import inf, isfinite, sqrt
from statistics import median_low

from insights.care_words import difference, hours, points, times
from insights.words import percent, thousands
from tests.insights.figures.accounted import Account
from tests.insights.figures.distance import noun_of
from tests.insights.figures.recount import months_before
from tests.insights.figures.wall import is_of

QUESTION, COMPLAINT, FAILURE, PROMISE = 1, 2, 3, 4
AGAIN = ("asked.again", "story.repeated")
FEW = "too few to tell"


class Sums:
    """What passed between us and customers in some months, of a team or of all.

    `whose` are the other filters, which ask about the customer as of now.
    """

    def __init__(self, found, months, team=None, whose=None):
        self.touchpoints = [
            one
            for month in months
            for one in found.by_month.get(month, ())
            if team in (None, one["team_id"] or 0)
            and one["mode"] != "none"
            and is_of(found, one, **(whose or {}))
        ]
        self.loops = [
            loop
            for loop in found.loops.values()
            if loop["month"] in months
            and team in (None, loop["team_id"] or 0)
            and is_of(found, loop, **(whose or {}))
        ]
        self.now = found.now

    def count(self, wanted):
        """How many touchpoints are wanted."""
        return sum(bool(wanted(one)) for one in self.touchpoints)

    def of(self, *kinds):
        """Loops of some kinds."""
        return [loop for loop in self.loops if loop["kind"] in kinds]

    @property
    def is_empty(self):
        """Whether nothing is known of these months."""
        return not self.touchpoints and not self.loops

    @property
    def said(self):
        """How often we said that we care."""
        return self.count(lambda one: one["type"]["is_said_care"])

    @property
    def shown(self):
        """How often we showed it."""
        return self.count(lambda one: one["type"]["nature"] == "care")

    @property
    def noise(self):
        """Campaigns and templates that we sent."""
        return self.count(is_noise)

    @property
    def heard(self):
        """What came from customers."""
        return self.count(lambda one: one["type"]["direction"] == 0)

    @property
    def via(self):
        """What passed through others."""
        return self.count(lambda one: one["via"])

    @property
    def asked(self):
        """How often customers had to tell us what we hold."""
        return self.count(lambda one: one["type"]["key"] in AGAIN)

    @property
    def not_due(self):
        """Promises whose time has not come."""
        return sum(
            loop["closed_at"] is None and loop["due_at"] > self.now for loop in self.of(PROMISE)
        )


def is_noise(touchpoint):
    """Whether it is a campaign that we sent, or made from a template."""
    kind = touchpoint["type"]
    is_campaign = kind["nature"] == "broadcast" and kind["direction"] == 1
    return is_campaign or touchpoint["is_template"]


def closed(loops):
    """How many are closed."""
    return sum(loop["closed_at"] is not None for loop in loops)


def in_time(loops):
    """How many were closed by when they were due."""
    return sum(bool(loop["closed_at"]) and loop["closed_at"] <= loop["due_at"] for loop in loops)


def half(loops, what="half"):
    """Within how long half was done: the middle of the quarter octave in which that lies."""
    took = [
        (loop["closed_at"] - loop["opened_at"]).total_seconds() / 3600
        for loop in loops
        if loop["closed_at"]
    ]
    if not took:
        return ""
    median, edge = median_low(took), 0.25
    if median < edge:
        return f"{what} within {hours(edge)}"
    while median >= edge * 2**0.25:
        edge *= 2**0.25
    return f"{what} within about {hours(sqrt(edge * edge * 2**0.25))}"


def share(part, whole):
    """Return a share, None of too few."""
    return part / whole if whole >= 10 else None


def ratio(part, whole):
    """How many for each, None of too few."""
    if part + whole < 10:
        return None
    return part / whole if whole else inf


def tenths(value):
    """Return a ratio as it is read."""
    return "" if value == inf else thousands(round(value, 1))


TOLD, WRONG = (QUESTION, COMPLAINT), (COMPLAINT, FAILURE)
CARDS = {
    "Listening": (
        lambda s: share(closed(s.of(*TOLD)), len(s.of(*TOLD))), percent, "answered", points,
        lambda s: {
            "told us": len(s.of(*TOLD)), "answered": closed(s.of(*TOLD)),
            "still wait": len(s.of(*TOLD)) - closed(s.of(*TOLD)),
        },
        lambda s: half(s.of(*TOLD)),
    ),
    "Promises kept": (
        lambda s: share(in_time(s.of(PROMISE)), len(s.of(PROMISE)) - s.not_due), percent,
        "kept in time", points,
        lambda s: {
            "promised": len(s.of(PROMISE)), "kept in time": in_time(s.of(PROMISE)),
            "not due yet": s.not_due,
            "late or never": len(s.of(PROMISE)) - s.not_due - in_time(s.of(PROMISE)),
        },
        lambda s: "",
    ),
    "Mess-ups": (
        lambda s: len(s.of(*WRONG)), thousands, "went wrong", difference,
        lambda s: {
            "made right": closed(s.of(*WRONG)), "not yet": len(s.of(*WRONG)) - closed(s.of(*WRONG)),
        },
        lambda s: half(s.of(*WRONG), "half of what was made right"),
    ),
    "Say and do": (
        lambda s: ratio(s.said, s.shown), tenths, "said for each shown", difference,
        lambda s: {"said": s.said, "shown": s.shown},
        lambda s: "",
    ),
    "Noise": (
        lambda s: ratio(s.noise, s.heard), tenths, "sent for each heard", difference,
        lambda s: {"sent": s.noise},
        lambda s: f"{thousands(s.heard)} came from customers",
    ),
    "Through others": (
        lambda s: share(s.via, len(s.touchpoints)), percent, "through others", points,
        lambda s: {"touchpoints": s.via},
        lambda s: f"of {thousands(len(s.touchpoints))}",
    ),
    "Asked again": (
        lambda s: s.asked, thousands, "asked again", difference, lambda s: {}, lambda s: "",
    ),
}  # fmt: skip
"""Of each card its value, how it is written, of what it is, how it moved, its lists, its note."""


def text_of(card, sums):
    """Return the value of a card as it is read."""
    value = card[0](sums)
    if value is None:
        return FEW
    return (
        {"Say and do": "only said", "Noise": "nothing heard"}[name_of(card)]
        if value == inf
        else card[1](value)
    )


def name_of(card):
    """Return the title of a card."""
    return next(name for name, one in CARDS.items() if one is card)


def care(found, asked):
    """Account for the page, with its filters."""
    account, team = Account(), asked.get("team")
    whose = {name: asked[name] for name in ("segment", "stage", "owner") if name in asked}
    last, number = last_month(found, asked), int(asked.get("months", 3))
    months = months_until(last, number)
    sums = Sums(found, months, team, whose)
    others = [months_until(months_before(last, number), number)]
    if number != 12:
        others.append(months_until(months_before(last, 12), number))
    check_sentence(account, sums)
    nouns = f"{noun_of(asked)}s"
    for title, card in CARDS.items():
        before = [Sums(found, other, team, whose) for other in others]
        check_card(account, title, card, sums, before, nouns)
        names = {
            month: f"{month:%B %Y}{' (so far)' * (month == found.today.replace(day=1))}"
            for month in months_until(last, 13)
        }
        told = {
            name: text_of(card, Sums(found, [month], team, whose)) for month, name in names.items()
        }
        account.lists(f"{title} by month", [[name, text] for name, text in told.items()])
        account.says(*(f"{name}: {text}" for name, text in told.items()), under=title)
        if team is None:
            check_teams(account, found, title, card, months, whose)
    return account


def last_month(found, asked):
    """Return the last month of the period: the last whole one unless another is asked for."""
    until = asked.get("until")
    if not until:
        return months_before(found.today, 1)
    year, month = until.split("-")
    return found.today.replace(year=int(year), month=int(month), day=1)


def months_until(last, number):
    """So many months, of which one is the last; the first comes first."""
    return [months_before(last, back) for back in reversed(range(number))]


def check_sentence(account, sums):
    """Expect what we answered, and how often we said and showed that we care."""
    told = sums.of(*TOLD)
    if len(told) >= 10:
        account.says(f"we answered {percent(closed(told) / len(told))}", half(told, "half of it"))
        account.says(f"{thousands(len(told) - closed(told))} still wait")
    elif told:
        account.says(f"asked or complained {times(len(told))}")
    account.says(
        f"said we care {times(sums.said)}" if sums.said else "never said that we care",
        f"showed it {times(sums.shown)}" if sums.shown else "never showed it",
    )


def check_card(account, title, card, sums, others, nouns):
    """Expect a number, the lists behind it, and how it moved."""
    value, text, unit, moved, lists, note = card
    now = value(sums)
    if now is not None and isfinite(now):
        account.says(f"{text(now)} {unit}", under=title)
    account.says(*(f"{thousands(n)} {label}" for label, n in lists(sums).items()), under=title)
    account.says(note(sums).replace("customers", nouns), under=title)
    for before in others:
        then = value(before)
        said = text_of(card, before)
        if now is not None and then is not None and isfinite(then) and not before.is_empty:
            said = f"{said} now {moved(now, then)}"
        if not before.is_empty:
            account.says(said, under=title)


def check_teams(account, found, title, card, months, whose):
    """Expect the number of each team where there are several."""
    teams = {pk: row["name"] for pk, row in found.teams.items()} | {0: "No team"}
    sums = {name: Sums(found, months, pk, whose) for pk, name in teams.items()}
    rows = []
    for name, of in sums.items():
        if not of.is_empty:
            lists = list(card[4](of).items())[-1:]
            behind = [f"{thousands(number)} {label}" for label, number in lists]
            rows.append([name, text_of(card, of), *behind])
    if len(rows) > 1:
        account.lists(f"{title} by team", rows, in_any_order=True)
