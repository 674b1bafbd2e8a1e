"""The lists behind numbers of executives, recounted line by line."""

from collections import defaultdict

from relationships.words import day_name, due, plural, span
from tests.insights.figures.care import AGAIN, COMPLAINT, FAILURE, PROMISE, QUESTION, is_noise
from tests.insights.figures.known import lately
from tests.insights.figures.recount import local_day, local_moment

TOLD, WRONG = (QUESTION, COMPLAINT), (COMPLAINT, FAILURE)
NAMES = {QUESTION: "Question", COMPLAINT: "Complaint", FAILURE: "Failure", PROMISE: "Promise"}
NOUNS = {
    TOLD: ("question or complaint", "questions and complaints"),
    WRONG: ("failure or complaint", "failures and complaints"),
    (PROMISE,): ("promise", "promises"),
}


def is_open(loop, now):
    """Whether nobody closed it yet."""
    return loop["closed_at"] is None


def is_kept(loop, now):
    """Whether it was closed by when it was due."""
    return not is_open(loop, now) and loop["closed_at"] <= loop["due_at"]


def is_not_due(loop, now):
    """Whether its time has not come."""
    return is_open(loop, now) and loop["due_at"] > now


LOOPS = {
    "told": (TOLD, lambda loop, now: True),
    "answered": (TOLD, lambda loop, now: not is_open(loop, now)),
    "waiting": (TOLD, is_open),
    "promised": ((PROMISE,), lambda loop, now: True),
    "kept": ((PROMISE,), is_kept),
    "not-due": ((PROMISE,), is_not_due),
    "broken": ((PROMISE,), lambda loop, now: not is_kept(loop, now) and not is_not_due(loop, now)),
    "mess-ups": (WRONG, lambda loop, now: True),
    "made-right": (WRONG, lambda loop, now: not is_open(loop, now)),
    "not-right": (WRONG, is_open),
}
TOUCHPOINTS = {
    "said": lambda one: one["type"]["is_said_care"],
    "shown": lambda one: one["type"]["nature"] == "care",
    "noise": is_noise,
    "via": lambda one: one["via"] != "",
    "asked": lambda one: one["type"]["key"] in AGAIN,
}


def care(found, what, months, team=None):
    """Return how many are behind a number, in words, and each line of their list."""
    if what in LOOPS:
        return loops_behind(found, *LOOPS[what], months, team)
    return customers_behind(found, TOUCHPOINTS[what], months, team)


def loops_behind(found, kinds, wanted, months, team):
    """Return loops opened in some months, the newest first."""
    some = [
        loop
        for loop in found.loops.values()
        if loop["kind"] in kinds
        and loop["month"] in months
        and team in (None, loop["team_id"] or 0)
        and wanted(loop, found.now)
    ]
    some.sort(key=lambda loop: (loop["opened_at"], loop["id"]), reverse=True)
    return plural(len(some), *NOUNS[kinds]), [loop_line(found, loop) for loop in some]


def loop_line(found, loop):
    """Return a line: whose, what, when and by whom, and what became of it."""
    opener = found.touchpoints[loop["opened_by_id"]]
    day = day_name(local_day(loop["opened_at"]), found.today)
    person = found.people.get(loop["person_id"])
    if loop["closed_at"] is None:
        side = f"Open, {due(loop['due_at'], found.now)}"
    else:
        late = ", later than due" * (loop["closed_at"] > loop["due_at"])
        side = f"Closed after {span(loop['closed_at'] - loop['opened_at'])}{late}"
    return [
        found.customers[loop["customer_id"]]["name"],
        f"{NAMES[loop['kind']]}: {loop['text'] or opener['type']['label']}",
        " · ".join([day, *([person["name"]] if person else [])]),
        side,
    ]


def customers_behind(found, wanted, months, team):
    """Return what customers had that a number counts, by month and team, the newest month first."""
    lines = defaultdict(list)
    for month in months:
        for one in found.by_month.get(month, ()):
            of_team = one["team_id"] or 0
            if team in (None, of_team) and one["mode"] != "none" and wanted(one):
                lines[month, of_team, one["customer_id"]].append(one)
    number = sum(map(len, lines.values()))
    return plural(number, "touchpoint"), [
        customer_line(found, place, lines[place]) for place in sorted(lines, reverse=True)
    ]


def customer_line(found, place, touchpoints):
    """Return a line: whose, in which month and team, when last, and how often."""
    month, team, customer = place
    last = day_name(max(local_day(one["occurred_at"]) for one in touchpoints), found.today)
    name = found.teams[team]["name"] if team else "No team"
    return [
        found.customers[customer]["name"],
        f"{month:%B %Y} · {name} · last {last}",
        plural(len(touchpoints), "touchpoint"),
    ]


def wall(found, month, mode, team=None):
    """Return how many touchpoints a column of the Wall counts, and each line, the newest first."""
    some = [
        one
        for one in found.by_month[month]
        if one["mode"] == mode and team in (None, one["team_id"] or 0)
    ]
    return plural(len(some), "touchpoint"), [touchpoint_line(found, one) for one in some[::-1]]


def touchpoint_line(found, one):
    """Return a line: with whom, what was said, when and by whom, and on which day."""
    label, said = one["type"]["label"], " ".join(one["text"].split())
    person = found.people.get(one["person_id"])
    clock = f"{local_moment(one['occurred_at']):%H:%M}"
    return [
        found.customers[one["customer_id"]]["name"],
        f"{label}: {said}" if said else label,
        " · ".join([clock, *([person["name"]] if person else [])]),
        day_name(local_day(one["occurred_at"]), found.today),
    ]


def contacts(found, stage, month=None, team=None):
    """Return how many contacts there were with customers of a stage, and each day of contact."""
    days = defaultdict(list)
    for one in found.touchpoints.values():
        day, customer = local_day(one["occurred_at"]), found.customers[one["customer_id"]]
        if (
            one["mode"] == "human"
            and customer["stage"] == stage
            and team in (None, one["team_id"] or 0)
            and (day >= lately(found) if month is None else day.replace(day=1) == month)
        ):
            days[day, customer["id"]].append(one)
    number = sum(map(len, days.values()))
    lines = [day_line(found, place, days[place]) for place in sorted(days, reverse=True)]
    return plural(number, "contact"), lines


def day_line(found, place, touchpoints):
    """Return a line: with whom, on which day, how often and how long."""
    timed = [one["duration_minutes"] for one in touchpoints if one["duration_minutes"] is not None]
    long = f", {plural(sum(timed), 'minute')}" if timed else ""
    return [
        found.customers[place[1]]["name"],
        day_name(place[0], found.today),
        f"{plural(len(touchpoints), 'contact')}{long}",
    ]
