"""Who knows our customers, in words: sentences, and groups in which nobody is singled out."""

from collections.abc import Mapping
from decimal import Decimal

from insights.among_words import ONE
from insights.met_lately import MET_LATELY_DAYS
from insights.selectors.known import AttentionGiven, Circles, Effort, Ours, Share
from insights.selectors.organisation import CURRENT, Among
from insights.words import joined, percent, thousands, times
from relationships.models import Customer, Person
from relationships.words import plural

LEAST_TOGETHER = 3
"""People in a group of which anything is told."""

LEAST_FOR_SHARES = 10
"""With fewer a share says more about chance than about us."""

NOT_SAID = "Nobody said"
SMALLER = "Smaller groups together"
LEAD = Customer.Stage.LEAD.value
EXECUTIVES = "Executives"
LEVELS = {
    Person.Level.STAFF.value: "Staff",
    Person.Level.TEAM_LEAD.value: "Team leads",
    Person.Level.HEAD.value: "Heads of department",
    Person.Level.EXECUTIVE.value: EXECUTIVES,
    "": NOT_SAID,
}
LATELY = f"in the last {MET_LATELY_DAYS} days"


def folded(groups: Mapping[str, Share]) -> list[tuple[str, Share]]:
    """Take groups of fewer than three together, so that nobody is singled out.

    Where those together are too few as well they join the largest of the others: else they could
    be told from the sum of all. The largest comes first, those together last.

    >>> folded({"Sales": Share(20, 18), "Law": Share(1, 0), "Finance": Share(2, 1)})
    [('Sales', Share(people=20, met=18)), ('Smaller groups together', Share(people=3, met=1))]
    >>> folded({"Sales": Share(20, 18), "Law": Share(1, 0)})
    [('Sales and smaller groups', Share(people=21, met=18))]
    >>> folded({"Law": Share(2, 1)})
    []
    """
    ranked = sorted(groups.items(), key=lambda one: (-one[1].people, one[0].casefold()))
    kept = [one for one in ranked if one[1].people >= LEAST_TOGETHER]
    small = sum((share for _, share in ranked if share.people < LEAST_TOGETHER), Share())
    if small.people >= LEAST_TOGETHER:
        return [*kept, (SMALLER, small)]
    if small.people and kept:
        name, share = kept[0]
        kept[0] = (f"{name} and smaller groups", share + small)
    return kept


def levels(found: Ours) -> list[tuple[str, Share]]:
    """Return our people by level, those nearest to the customers' day first."""
    named = {LEVELS[level]: share for level, share in found.by_level.items()}
    order = [*LEVELS.values(), SMALLER]
    return sorted(
        folded(named), key=lambda one: order.index(one[0].removesuffix(" and smaller groups"))
    )


def functions(found: Ours) -> list[tuple[str, Share]]:
    """Return our people by what they do, the most first."""
    return folded({name or NOT_SAID: share for name, share in found.by_function.items()})


def of_people(share: Share) -> str:
    """Say how many of some people, and the share where there are enough of them.

    >>> of_people(Share(34, 20)), of_people(Share(4, 1)), of_people(Share(2, 1))
    ('20 of 34 (59 %)', '1 of 4', 'too few to tell')
    """
    if share.people < LEAST_TOGETHER:
        return "too few to tell"
    counted = f"{thousands(share.met)} of {thousands(share.people)}"
    if share.people < LEAST_FOR_SHARES:
        return counted
    return f"{counted} ({percent(share.share)})"


def of_every(among: Among, *filters: str) -> str:
    """Say which filters that somebody chose change nothing here; nothing where none was.

    >>> of_every(Among(stage="lead", segment=3, owner=5), "stage", "segment", "owner")
    'of every stage, segment and owner'
    >>> of_every(Among(stage="lead", team=2), "segment", "owner")
    ''
    """
    chosen = [name for name in filters if getattr(among, name) not in ("", getattr(CURRENT, name))]
    return f"of every {joined(chosen)}" if chosen else ""


def known_sentence(found: Ours, known: Circles, among: Among = CURRENT) -> str:
    """Say how many of us met a customer, and how many customers hang on one of us."""
    return f"{_people(found)} {circles_sentence(known, among)}"


def _people(found: Ours) -> str:
    everyone = found.everyone
    if everyone.people < LEAST_TOGETHER:
        return f"We are fewer than {LEAST_TOGETHER}: too few to say how many of us meet customers."
    if not everyone.met:
        return f"None of us was in contact with a customer {LATELY}."
    executives = dict(levels(found)).get(EXECUTIVES)
    of_them = ""
    if executives:
        of_them = (
            f", {thousands(executives.met)} of {thousands(executives.people)} executives among them"
        )
    if executives and not executives.met:
        of_them = f", and none of {thousands(executives.people)} executives"
    counted = f"{thousands(everyone.met)} of the {thousands(everyone.people)} of us"
    if everyone.met == everyone.people > 1:
        counted = f"All {thousands(everyone.people)} of us"
    if everyone.people >= LEAST_FOR_SHARES:
        counted += f" ({percent(everyone.share)})"
    were = "was" if everyone.met == 1 else "were"
    return f"{counted} {were} in contact with a customer {LATELY}{of_them}."


def circles_sentence(known: Circles, among: Among) -> str:
    """Say how many customers hang on one of us, and how many lost their person."""
    total, noun = known.of_all[""].customers, ONE[among.stage]
    if not total:
        return f"There are no {noun}s {'yet' if among.are_all else 'among these'}."
    one, lost = (known.of_all[key].customers for key in ("one", "lost"))
    hang = f"{thousands(one) if one else 'none'} {_is(one)} known to one of us only"
    gone = f"{thousands(lost) if lost else 'none'} {_has(lost)} lost the person they knew with us"
    return f"Of {plural(total, noun)} {hang}, and {gone}."


def _is(number: int) -> str:
    return "is" if number in (0, 1) else "are"


def _has(number: int) -> str:
    return "has" if number in (0, 1) else "have"


def year_sentence(found: Ours) -> str:
    """Hold the last whole month against the same a year before; nothing where too few were here.

    >>> from datetime import date
    >>> months = {date(2025, 10, 1): Share(30, 24), date(2026, 10, 1): Share(34, 20),
    ...           date(2026, 11, 1): Share(34, 9)}
    >>> year_sentence(Ours({}, {}, months))
    'In October 2026 59 % of us were in contact with a customer, a year before 80 %.'
    """
    whole = list(found.months)[:-1]
    if not whole:
        return ""
    last = whole[-1]
    now, before = found.months[last], found.months.get(last.replace(year=last.year - 1), Share())
    if min(now.people, before.people) < LEAST_FOR_SHARES:
        return ""
    return (
        f"In {last:%B %Y} {percent(now.share)} of us were in contact with a customer, "
        f"a year before {percent(before.share)}."
    )


def attention_sentence(found: AttentionGiven) -> str:
    """Say what share of our contact leads got, beside what they are of our customers and value."""
    contacts = {stage: effort.touchpoints for stage, effort in found.lately.items()}
    total = sum(contacts.values())
    if not total:
        return f"Nobody of us was in contact with any customer {LATELY}."
    if total < LEAST_FOR_SHARES:
        return f"We were in contact {times(total)} {LATELY}: too little to compare."
    got = f"Leads got {_of(contacts.get(LEAD, 0), total)} of our contact {LATELY}"
    minutes = share_of_time(found.lately)
    if minutes is not None:
        got += f" and {percent(minutes)} of the time that was noted"
    numbers = {stage: some.customers for stage, some in found.customers.items()}
    if not numbers.get(LEAD):
        return f"{got}; there are no leads now."
    are = f"they are {_of(numbers[LEAD], sum(numbers.values()))} of our customers"
    currency = main_currency(found)
    if not currency:
        return f"{got}; {are}."
    worth = share_of_value(found, LEAD, currency)
    return f"{got}; {are} and {percent(worth)} of the value in {currency}."


def _of(part: int, whole: int) -> str:
    return percent(part / whole) if part else "nothing"


def hours_said(effort: Effort) -> str:
    """Say how long contacts took, and of how many that is known.

    >>> hours_said(Effort(3, 2, 130)), hours_said(Effort(3, 0, 0))
    ('2 hours, noted of 2', 'nobody noted it')
    """
    if not effort.timed:
        return "nobody noted it"
    long = plural(round(effort.minutes / 60), "hour")
    if effort.timed == effort.touchpoints:
        return long
    return f"{long}, noted of {thousands(effort.timed)}"


def share_of_time(efforts: Mapping[str, Effort]) -> float | None:
    """Return the leads' share of the minutes, None where too few contacts were timed."""
    timed, minutes = (
        sum(getattr(effort, name) for effort in efforts.values()) for name in ("timed", "minutes")
    )
    if timed < LEAST_FOR_SHARES or not minutes:
        return None
    return efforts.get(LEAD, Effort()).minutes / minutes


def main_currency(found: AttentionGiven) -> str:
    """Return the currency of most customers of which any is worth anything; "" for none."""
    numbers: dict[str, int] = {}
    for some in found.customers.values():
        for currency, value in some.yearly_value.items():
            if value:
                numbers[currency] = numbers.get(currency, 0) + some.numbers[currency]
    return max(sorted(numbers), key=lambda currency: numbers[currency], default="")


def share_of_value(found: AttentionGiven, stage: str, currency: str) -> float:
    """Return what share of the value in a currency customers of a stage are."""
    total = sum(some.yearly_value.get(currency, Decimal(0)) for some in found.customers.values())
    if stage not in found.customers or not total:
        return 0.0
    return float(found.customers[stage].yearly_value.get(currency, Decimal(0)) / total)
