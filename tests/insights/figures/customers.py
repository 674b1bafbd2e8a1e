"""What the list of customers says, recounted."""

from insights.words import ago, money, monies, percent, signed, thousands
from relationships.words import plural
from tests.insights.figures.accounted import Account
from tests.insights.figures.distance import in_quarter
from tests.insights.figures.recount import BANDS, band_then, local_day, money_of

QUARTERS = {
    "handshake_only": "Handshake only", "open_house": "Open house",
    "walled_off": "Walled off", "through_the_glass": "Through the glass",
}  # fmt: skip
KNOWN = {
    "one": lambda one: one.known_by == 1, "several": lambda one: one.known_by > 1,
    "nobody": lambda one: one.known_by == 0, "lost": lambda one: one.is_lost,
    "met": lambda one: one.is_met, "unmet": lambda one: not one.is_met,
}  # fmt: skip
VALUES = {"a": "A, the first 80 %", "b": "B, the next 15 %", "c": "C, the last 5 %"}
COLUMNS = "band.distance.drift.doors.windows.at_risk.owner.last_touch"
PAGE = 50


def customers(found, person, asked):
    """Account for the list of one of us, with its filters."""
    account, among = Account(), dict(asked)
    account.knows(r"Drift, 4 weeks", r"50 a page", r"Value class .*%", r"[Mm]et (them )?in 90 days")
    columns = among.pop("columns", COLUMNS).split(".")
    visible = found.visible_to(person)
    some = narrowed(found, visible, among)
    account.says(plural(len(some), "customer"))
    if len(some) > 1:
        account.says(f"Select all {thousands(len(some))}")
    check_bands(account, found, visible, among)
    account.says(
        f"Worth a year {monies(money_of(some, 'yearly_value'))}",
        f"At risk {monies(money_of(some, 'at_risk'))}",
        f"Mean distance{' now' * bool(asked.keys() & {'was', 'moved', 'since'})} {mean(some):.0f}",
    )
    some.sort(key=lambda one: (-one.at_risk, one.pk))
    account.lists("", [row(found, one, columns) for one in some[:PAGE]])
    for one in some[:PAGE]:
        if one.distance is not None:
            account.says(found.year_of(one))
    return account


def narrowed(found, customers, among, *, bands=True):
    """Those of the customers that the filters leave."""
    asked = dict(among)
    if not bands:
        asked.pop("band", None)
    return [one for one in customers if is_in(found, one, asked)]


def is_in(found, one, asked):
    """Whether every filter leaves a customer."""
    holds = {
        "stage": lambda value: one.stage == value,
        "team": lambda value: one.team == int(value),
        "segment": lambda value: one.segment == int(value),
        "owner": lambda value: (one.owner_id or 0) == int(value),
        "band": lambda value: one.band in value,
        "quarter": lambda value: one.band != "unknown" and in_quarter([one], QUARTERS[value]),
        "known": lambda value: KNOWN[value](one),
        "value": lambda value: one.value_class == VALUES[value],
        "was": lambda value: then_of(found, one, asked) == value,
        "moved": lambda value: has_moved(one.band, then_of(found, one, asked), value),
        "since": lambda value: True,
    }
    return all(holds[name](value) for name, value in asked.items())


def then_of(found, one, asked):
    """Return the band on the Monday that is asked for."""
    monday = found.year_ago if asked["since"] == "1y" else found.four_weeks_ago
    return band_then(one.past[monday])


def has_moved(now, then, way):
    """Whether somebody who was known then is in a band further away, or nearer."""
    if "unknown" in (now, then):
        return False
    moved = BANDS.index(now) - BANDS.index(then)
    return moved > 0 if way == "further" else moved < 0


def mean(some):
    """Return the mean distance of those heard from."""
    known = [one.distance for one in some if one.distance is not None]
    return sum(known) / len(known)


def check_bands(account, found, visible, among):
    """How many stand in each band, whichever of them are chosen."""
    some = narrowed(found, visible, among, bands=False)
    said = [f"{band.capitalize()} {sum(o.band == band for o in some)}" for band in BANDS]
    # Other filters are not known to the totals that bands are counted by.
    if set(among) <= {"team", "segment", "stage", "band"}:
        account.says(*said)


def row(found, one, columns):
    """Return a line of the list."""
    score = one.score
    last = found.last_active(one.pk)
    cells = {
        "band": one.band.capitalize(),
        "distance": "" if one.distance is None else f"{one.distance:.0f}",
        "drift": signed(one.drift)[0],
        "doors": f"{score.get('doors', 0):.0f}",
        "windows": f"{score.get('windows', 0):.0f}",
        "at_risk": money(one.at_risk, one.currency),
        "owner": None,
        "last_touch": ago(last and local_day(last), found.today),
        "value": money(one.yearly_value, one.currency),
        "warmth": f"{score.get('warmth', 0):.0f}",
        "silence": percent(score["silence"]) if score else "",
        "team": None, "segment": None, "stage": None, "known_by": None,
    }  # fmt: skip
    known = ("None of us", "One of us", "Several of us")[min(one.known_by, 2)]
    return [None, *(known if key == "known_by" else cells[key] for key in columns)]
