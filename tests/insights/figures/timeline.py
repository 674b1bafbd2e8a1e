"""A customer's timeline, recounted: every touchpoint once, with what it opened and closed."""

from relationships.words import day_name, due, plural, span
from tests.insights.figures.recount import local_day, local_moment

DIRECTIONS = {0: "From the customer", 1: "From us", 2: "Together"}
KINDS = {1: "question", 2: "complaint", 3: "failure", 4: "promise"}


def timeline(found, pk):
    """Return the day and each text with a digit of what happened, the newest first."""
    opened = {loop["opened_by_id"]: loop for loop in found.loops.values()}
    told = []
    for touchpoint in reversed(found.of_customer[pk]):
        day = day_name(local_day(touchpoint["occurred_at"]), found.today)
        texts = [" · ".join(facts_of(found, touchpoint)), " ".join(touchpoint["text"].split())]
        if loop := opened.get(touchpoint["id"]):
            texts.append(became(loop, found.now))
        if loop := found.closed.get(touchpoint["id"]):
            name = day_name(local_day(loop["opened_at"]), found.today)
            name = name.lower() if name in ("Today", "Yesterday") else name
            texts.append(f"Settles the {KINDS[loop['kind']]} of {name}")
        texts.append(f"{local_moment(touchpoint['occurred_at']):%H:%M}")
        told += [(day, text) for text in texts]
    return told


def facts_of(found, touchpoint):
    """Say who was there and how."""
    yield DIRECTIONS[touchpoint["direction"]]
    there = found.contacts.get(touchpoint["contact_id"]), found.people.get(touchpoint["person_id"])
    if any(there):
        yield " with ".join(one["name"] for one in there if one)
    if touchpoint["duration_minutes"]:
        yield plural(touchpoint["duration_minutes"], "minute")
    if touchpoint["customers_in_room"] > 1:
        yield f"{touchpoint['customers_in_room']:,} customers there"
    if touchpoint["via"]:
        yield f"via {touchpoint['via']}"


def became(loop, now):
    """Say what became of what a touchpoint opened."""
    kind = KINDS[loop["kind"]].capitalize()
    if loop["closed_at"] is None:
        return f"{kind} open, {due(loop['due_at'], now)}"
    return f"{kind} settled after {span(loop['closed_at'] - loop['opened_at'])}"
