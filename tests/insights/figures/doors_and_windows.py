"""What Doors and windows says, recounted."""

from datetime import UTC, datetime
from math import floor

from insights.scoring import Silence
from insights.words import money, monies
from relationships.words import plural
from tests.insights.figures.accounted import Account
from tests.insights.figures.distance import QUARTERS, check_map, heading_of, in_quarter, noun_of
from tests.insights.figures.recount import days, money_of

MEANINGS = {
    "Handshake only": "We meet them, and see little of what they do",
    "Open house": "We meet them, and see what they do",
    "Walled off": "We neither meet them nor see what they do",
    "Through the glass": "We see what they do, and never meet",
}
NOUNS = {"current": "current customer", "lead": "lead", "any": "customer"}
REGION = ("doors_from", "doors_to", "windows_from", "windows_to")


def doors_and_windows(found, asked):
    """Account for the page, with its filters and a part of the map."""
    account = Account()
    region = {name: asked[name] for name in REGION if name in asked}
    among = {name: value for name, value in asked.items() if name not in REGION}
    some = found.among(**among)
    account.knows(r"40 and more of 100", r"(Doors|Windows) (from|to) ?\d+")
    check_ways(account, found, some)
    check_map(account, some, noun_of(among))
    check_quarters(account, some, NOUNS[among.get("stage", "current")], heading_of(among))
    if region:
        check_region(account, some, region, noun_of(among))
    return account


def check_quarters(account, some, noun, heading):
    """Expect the sentence, and what each quarter is worth."""
    walled = in_quarter(some, "Walled off")
    account.says(f"{len(walled) or 'None'} of {plural(len(some), noun)}")
    if walled:
        account.says(monies(money_of(walled, "at_risk")))
    account.lists(f"{heading} and value by quarter", [
        [
            f"{name} {MEANINGS[name]}", str(len(of)), monies(money_of(of, "yearly_value")),
            monies(money_of(of, "at_risk")),
        ]
        for name in QUARTERS
        for of in [in_quarter(some, name)]
    ])  # fmt: skip


def check_region(account, some, region, noun):
    """Expect a part of the map; a border, in whole points, belongs to what is above it."""
    asked = {"doors_from": 0, "doors_to": 100, "windows_from": 0, "windows_to": 100} | region
    inside = [
        one
        for one in some
        if all(
            asked[f"{name}_from"] <= min(floor(one.score[name]), 99) < asked[f"{name}_to"]
            for name in ("doors", "windows")
        )
    ]
    account.says(plural(len(inside), noun), under="A part of the map")
    account.knows(r"(doors|windows) \d+ to \d+", r"any (doors|windows)", r"\d+ to \d+")
    if inside:
        account.says(
            f"{monies(money_of(inside, 'yearly_value'))} a year",
            f"{monies(money_of(inside, 'at_risk'))} at risk",
            under="A part of the map",
        )


def check_ways(account, found, some):
    """Where the largest came from: those of most value, currencies taking turns."""
    then = datetime.combine(found.year_ago, datetime.min.time(), tzinfo=UTC)
    ranked = []
    for currency in {one.currency for one in some}:
        of = [one for one in some if one.currency == currency and one.yearly_value]
        known = [one for one in of if one.past[found.year_ago] is not None]
        known.sort(key=lambda one: (-one.yearly_value, one.pk))
        ranked += [(place, -one.yearly_value, one.pk, one) for place, one in enumerate(known)]
    shown = [one for *_, one in sorted(ranked, key=lambda way: way[:3])[:12]]
    rows = []
    for one in shown:
        oracle = found.oracles[one.pk].before(days(then))
        was = oracle.reading(days(then), found.rhythm, Silence.prior(), 90)
        doors = f"{was['doors']:.0f}", f"{one.score['doors']:.0f}"
        windows = f"{was['windows']:.0f}", f"{one.score['windows']:.0f}"
        account.says(
            f"{one.name}, over a year: doors {' to '.join(doors)}, windows {' to '.join(windows)}"
        )
        value = money(one.yearly_value, one.currency)
        rows.append([f"{one.name} {value}", " → ".join(doors), " → ".join(windows)])
    if rows:
        account.lists("Doors and windows a year ago and now", rows)
