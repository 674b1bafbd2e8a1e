"""What Today says, recounted."""

from datetime import timedelta

from insights.scoring import why
from insights.words import money, monies, signed, thousands
from relationships.words import days_ago, due, plural
from tests.insights.figures.accounted import Account
from tests.insights.figures.recount import local_day, money_of

FAR = ("cooling", "drifting", "gone")
MESS_UPS = (2, 3)
PARTS = ("presence", "cooling", "wall", "unhealed")


def today(found, person, *, is_mine, shown=5):
    """Account for the page of one of us, for their own customers or all they may see."""
    account = Account()
    account.knows(r"\bat \d\d:\d\d\b", r"\bsince \d\d:\d\d\b")
    visible = found.visible_to(person)
    some = [one for one in visible if one.stage != "former"]
    some = [one for one in some if one.owner_id == person["id"]] if is_mine else some
    far = [one for one in some if one.band in FAR]
    account.says(
        f"{len(far)} of {'your ' * is_mine}{plural(len(some), 'customer')}",
        monies(money_of(far, "at_risk")),
    )
    whom = "you" if is_mine else "someone"
    check_needs(account, found, some, f"Who needs {whom}", shown)
    closer = sorted(
        (one for one in some if one.drift is not None and one.drift <= -10),
        key=lambda one: (one.drift, -one.pk),
    )
    for one in closer[:5]:
        then = one.past[found.four_weeks_ago]
        account.says(
            f"Distance {then} to {round(one.distance)} in four weeks", signed(one.drift)[0],
            under="Came nearer",
        )  # fmt: skip
    account.may_say(f"All {thousands(len(far))} in Customers")
    check_loops(account, found, person, visible, is_mine=is_mine, shown=shown)
    return account


def check_needs(account, found, some, heading, shown):
    """Who needs somebody, most at risk first, and why."""
    needing = [
        one for one in some if one.band in FAR or (one.drift is not None and one.drift >= 10)
    ]
    needing.sort(key=lambda one: (-one.at_risk, one.pk))
    for one in needing[:shown]:
        account.says(
            f"Distance {one.distance:.0f}",
            f"{signed(one.drift)[0]}",
            f"{money(one.at_risk, one.currency)} a year at risk" if one.at_risk else "",
            under=heading,
        )
        told = reasons(found, one)
        more = told[1:2] if told[1:] and told[1].points >= 0.4 * told[0].points else []
        account.says(*(reason.sentence for reason in (told[0], *more)), under=heading)


def reasons(found, one):
    """Why a customer is where they are, the largest part first, with what is open."""
    opened = [
        loop["opened_at"]
        for loop in found.loops.values()
        if loop["customer_id"] == one.pk and not loop["closed_at"] and loop["kind"] in MESS_UPS
    ]
    since = local_day(min(opened)) if opened else None
    return why(one.score, open_failures=len(opened) or None, since=since)


def check_loops(account, found, person, visible, *, is_mine, shown):
    """Expect what went wrong and is asked about, and what is due within a week."""
    owner_of = {one.pk: one.owner_id for one in visible}
    opened = [
        loop
        for loop in found.loops.values()
        if not loop["closed_at"] and loop["customer_id"] in owner_of
    ]
    wrong = [
        loop
        for loop in opened
        if loop["kind"] in MESS_UPS
        and owner_of[loop["customer_id"]] == person["id"]
        and loop["opened_at"] <= found.now - timedelta(days=2)
    ]
    wrong.sort(key=lambda loop: (loop["opened_at"], loop["id"]))
    asked = wrong[:shown]
    account.says(*(days_ago(loop["opened_at"], found.now) for loop in asked))
    due_soon = [
        loop
        for loop in opened
        if loop["due_at"] <= found.now + timedelta(days=7)
        and loop not in asked
        and (not is_mine or person["id"] in (loop["person_id"], owner_of[loop["customer_id"]]))
    ]
    due_soon.sort(key=lambda loop: (loop["due_at"], loop["id"]))
    overdue = sum(loop["due_at"] < found.now for loop in due_soon)
    if overdue:
        account.says(f"{thousands(overdue)} overdue")
    if len(due_soon) > overdue:
        account.says(f"{thousands(len(due_soon) - overdue)} due this week")
    for loop in due_soon[:shown]:
        said = due(loop["due_at"], found.now)
        account.says(said if said[0].isdigit() else f"{said[0].upper()}{said[1:]}")
