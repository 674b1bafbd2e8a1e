"""What was said, written, ordered and looked at: short, and never the same for everybody.

What we write to one customer names something of theirs, for the same text sent to five
customers is a template, whoever signed it.
"""

from collections.abc import Mapping
from datetime import datetime
from random import Random

from insights.demo.cast import Profile
from insights.demo.texts import digital, failures, human, local, mailings

_LINES: Mapping[str, tuple[str, ...]] = human.LINES | digital.LINES | failures.LINES
_HOW_OFTEN = {"web.visit": 0.25, "app.used": 0.2, "order.delivered": 0.1}
"""Share of touchpoints of a type that come with words; all of them, unless said here."""

_LOCAL_SHARE = 0.35
"""Share of what is said in the customer's own language, where it is not English."""


def words(kind: str, customer: Profile, contact: int | None, at: datetime, random: Random) -> str:
    """Return what a touchpoint of this type says, perhaps nothing."""
    if kind in mailings.LINES:
        return mailings.of_the_week(kind, at)
    lines = _LINES.get(kind, ())
    if random.random() > _HOW_OFTEN.get(kind, 1.0):
        return ""
    if random.random() < _LOCAL_SHARE:
        lines = local.LINES.get(customer.language, {}).get(kind, lines)
    return filled(random.choice(lines), customer, contact, random) if lines else ""


def filled(line: str, customer: Profile, contact: int | None, random: Random) -> str:
    """Fill in who, where and what."""
    who = customer.contacts[contact or 0]
    text = line.format(
        who=who.first_name,
        firm=customer.name,
        thing=random.choice(digital.THINGS),
        place=random.choice(digital.PLACES),
        number=random.randint(2, 40),
    )
    return text[:1].upper() + text[1:]
