"""What changed since last week, recounted: on its page, and on a customer's own."""

from datetime import UTC, datetime

from insights.scoring.changed import Since, changes, sentence
from insights.words import joined, money, signed, thousands
from tests.insights.figures.accounted import Account
from tests.insights.figures.recount import days, local_day

MESS_UPS = {2: "complaint", 3: "failure"}


def since(found):
    """Return the last Monday that is at least a week ago."""
    return found.mondays[-2]


def then_of(found, one):
    """Return what was read of a customer on that Monday, seen as of now; None if unknown."""
    monday = since(found)
    midnight = datetime(monday.year, monday.month, monday.day, tzinfo=UTC)
    return found.read(one.pk, days(midnight), found.rhythm)


def told(found, one):
    """Return what moved a distance, by its reasons, and in a sentence."""
    monday = since(found)
    midnight = datetime(monday.year, monday.month, monday.day, tzinfo=UTC)
    last = found.last_active(one.pk)
    loops = sorted(
        (
            loop
            for loop in found.loops.values()
            if loop["customer_id"] == one.pk and loop["kind"] in MESS_UPS
        ),
        key=lambda loop: (loop["opened_at"], loop["id"]),
    )

    def named(some):
        return [(MESS_UPS[loop["kind"]], local_day(loop["opened_at"])) for loop in some]

    facts = Since(
        day=monday,
        today=found.today,
        active_on=local_day(last) if last and last >= midnight else None,
        opened=named(o for o in loops if o["opened_at"] >= midnight and not o["closed_at"]),
        healed=named(
            o for o in loops
            if o["opened_at"] < midnight and o["closed_at"] and o["closed_at"] >= midnight
        ),
    )  # fmt: skip
    then = then_of(found, one)
    reasons = changes(then, one.score, facts) if then else []
    return reasons, sentence(then or {"known": False}, one.score, reasons, facts)


def what_changed(found, person, asked):
    """Account for the page of one of us, further or nearer."""
    account = Account()
    account.knows(r"by 3 points or more", r"20 a page")
    moved = {
        one.pk: round(one.distance) - one.past[since(found)]
        for one in found.visible_to(person)
        if one.distance is not None and one.past[since(found)] is not None
    }
    further = [pk for pk, points in moved.items() if points >= 3]
    nearer = [pk for pk, points in moved.items() if points <= -3]
    account.says(f"Further away {thousands(len(further))}", f"Nearer {thousands(len(nearer))}")
    shown = nearer if asked.get("direction") == "nearer" else further
    shown.sort(key=lambda pk: (-abs(moved[pk]), pk))
    by_number = {one.pk: one for one in found.everyone}
    for pk in shown[:20]:
        one = by_number[pk]
        was = then_of(found, one)["distance"]
        reasons, said = told(found, one)
        account.says(
            f"Distance {was:.0f} to {one.distance:.0f}",
            signed(round(one.distance) - round(was))[0],
            f"{money(one.at_risk, one.currency)} a year at risk" if one.at_risk else "",
        )
        why = joined([f"{r.phrase} ({signed(r.points)[0]})" for r in reasons[:2]])
        account.says(f"{why[:1].upper()}{why[1:]}" if reasons else said)
    return account


def happened_since(found, pk):
    """How much happened with a customer since that Monday."""
    monday = since(found)
    midnight = datetime(monday.year, monday.month, monday.day, tzinfo=UTC)
    return [one for one in found.of_customer[pk] if one["occurred_at"] >= midnight]
