"""What the Wall says, recounted."""

import math

from insights.wall_words import NAMES
from insights.words import percent, thousands
from relationships.words import plural
from tests.insights.figures.accounted import Account
from tests.insights.figures.recount import months_before

TITLE = "Touchpoints with a person and with a screen, by month"
DOORS = ("connection", "care", "purchase")
WINDOWS = ("service", "neutral", "purchase", "voice")


def wall(found, asked):
    """Account for the page, with its filters."""
    account, among = Account(), dict(asked)
    months = among.pop("months", "36")
    months = None if months == "any" else int(months)
    noted = events(found, asked.get("team"))
    rows = months_of(found, months=months, **among)
    check_months(account, found, rows, noted)
    check_sentence(account, found, rows, asked.get("channel"))
    for number, (_, text) in enumerate(noted, start=1):
        account.may_say(f"{number}", f"{number} {text}")
    check_doors(account, found, among)
    return account


def check_sentence(account, found, rows, channel=None):
    """Expect what share of all had a person in it in the last year, and in the first."""
    whole = [row for row in rows if row[0] < found.today.replace(day=1)]
    if channel:
        last, first = (sum(row[1] + row[2] for row in some) for some in (whole[-12:], whole[:12]))
        account.says(f"{plural(last, 'touchpoint')} by {channel}")
        if len(whole) >= 24:
            account.says(f"; {thousands(first)} ")
        return
    account.says(f"{share(whole[-12:])} of what passed between us")
    if len(whole) >= 24:
        account.says(f"; {share(whole[:12])} ")


def share(rows):
    """Say what share of some months has a person in it."""
    human, digital = (sum(row[at] for row in rows) for at in (1, 2))
    return percent(human / (human + digital))


def events(found, team):
    """Return what was noted: all of it, or what is about everyone and one team."""
    return [
        (one["on_date"], f"{one['text']} ({found.teams[one['team_id']]['name']})")
        if one["team_id"]
        else (one["on_date"], one["text"])
        for one in found.noted
        if team is None or one["team_id"] in (None, team)
    ]


def months_of(found, team=None, channel="", months=36, **whose):
    """Human and digital touchpoints by month, from the first in which anything happened."""
    counts = {}
    for one in found.touchpoints.values():
        is_shown = team in (None, one["team_id"] or 0) and channel in ("", one["type"]["channel"])
        if is_shown and is_of(found, one, **whose):
            cell = counts.setdefault(one["month"], {"human": 0, "digital": 0, "none": 0})
            cell[one["mode"]] += 1
    rows, month = [], found.today.replace(day=1)
    while counts and month >= min(counts) and (months is None or len(rows) < months):
        cell = counts.get(month, {"human": 0, "digital": 0})
        rows.append((month, cell["human"], cell["digital"]))
        month = months_before(month, 1)
    while rows and rows[-1][0] not in counts:
        rows.pop()
    return rows[::-1]


def is_of(found, one, segment=None, stage="", owner=None):
    """Whether the customer of a touchpoint or a loop is of those asked for now."""
    customer = found.customers[one["customer_id"]]
    return (
        segment in (None, customer["segment_id"] or 0)
        and stage in ("", customer["stage"])
        and owner in (None, customer["owner_id"] or 0)
    )


def of_distance(found, asked):
    """Return the months that Distance shows, of current customers unless others are asked for."""
    among = {"stage": "current"} | asked
    return months_of(found, **among | {"stage": among["stage"].replace("any", "")})


def check_months(account, found, rows, noted=(), *, is_paper=False):
    """Expect people against screens, month by month; paper leads to no list."""
    running = found.today.replace(day=1)
    shown = [(day, text) for day, text in noted if day >= rows[0][0]]
    lines = []
    for month, human, digital in rows:
        total = human + digital
        of_people = percent(human / total) if total else ""
        words = (
            f"{month:%B %Y}{' so far' * (month == running)}: {thousands(human)} with a person, "
            f"{thousands(digital)} digital{f', {of_people} human' * (total > 0)}"
        )
        account.says(words)
        if not is_paper:
            account.says(
                *[f"{words}. List of the {thousands(human)} with a person"] * (human > 0),
                *[f"{words}. List of the {thousands(digital)} digital"] * (digital > 0),
            )
        happened = "; ".join(text for day, text in shown if day.replace(day=1) == month)
        lines.append([
            f"{month:%B %Y}{' (so far)' * (month == running)}", thousands(human),
            thousands(digital), of_people, *([happened] if shown else []),
        ])  # fmt: skip
    account.lists(TITLE, lines)


def check_doors(account, found, among):
    """Which doors closed in the last quarter beside two years before, and what grew."""
    quarter = [months_before(found.today, back) for back in (1, 2, 3)]
    before = [months_before(month, 24) for month in quarter]
    whose = {name: among[name] for name in ("segment", "stage", "owner") if name in among}
    nouns = {"lead": "leads", "former": "former customers"}.get(among.get("stage"), "customers")
    counts = {}
    for one in found.touchpoints.values():
        is_shown = among.get("team") in (None, one["team_id"] or 0)
        if is_shown and is_of(found, one, **whose):
            cell = counts.setdefault(one["type_id"], [0, 0])
            cell[0] += one["month"] in before
            cell[1] += one["month"] in quarter
    flows = [(found.types[pk], *cell) for pk, cell in counts.items() if is_beyond_chance(*cell)]
    doors = [
        flow
        for flow in flows
        if flow[0]["mode"] == "human"
        and flow[0]["nature"] in DOORS
        and among.get("channel", "") in ("", flow[0]["channel"])
    ]
    windows = [f for f in flows if f[0]["mode"] == "digital" and f[0]["nature"] in WINDOWS]
    lost = [f for f in doors if f[1] >= 12 and f[1] - f[2] >= f[1] / 4]
    account.says(
        *(
            f"{name(kind, nouns)} fell from {thousands(then)} to {thousands(now)}"
            for kind, then, now in sorted(lost, key=lambda f: (f[2] - f[1], f[0]["label"]))[:5]
        )
    )
    if not lost:
        return
    for grown in (largest(windows), largest(doors)):
        known = [flow for flow in grown if flow[1] or flow in doors]
        if known:
            account.says(f"grew by {thousands(sum(now - then for _, then, now in known))}")
        if begun := [flow for flow in grown if flow not in known]:
            account.says(f"went from none to {thousands(sum(now for *_, now in begun))}")


def is_beyond_chance(then, now):
    """Whether two counts differ by more than chance makes them once in twenty."""
    return abs(now - then) > 2 * math.sqrt(then + now)


def largest(flows):
    """Return the three kinds that grew most."""
    grown = [flow for flow in flows if flow[2] > flow[1]]
    return sorted(grown, key=lambda flow: (flow[1] - flow[2], flow[0]["label"]))[:3]


def name(kind, nouns):
    """Return what a sentence that begins with it calls a kind of touchpoint."""
    said = NAMES.get(kind["label"], "").format(nouns=nouns) or f"“{kind['label']}”"
    return f"{said[0].upper()}{said[1:]}"
