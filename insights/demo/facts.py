"""What the demonstration knows of its customers: small things that nobody should ask twice."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from random import Random

from insights.demo.cast import Profile
from insights.demo.days import Calendar
from insights.demo.people import COLLEAGUES
from relationships.models import Contact, Customer, Fact, Person

ABOUT_ALL = (
    ("Delivery hours", "before 9, at the yard behind the house"),
    ("Invoices", "one a month, with their order number on it"),
    ("Coffee machine", "two, both of 2021, serviced in spring"),
    ("Parking", "ring at gate 2, the code changes weekly"),
    ("Budget", "decided in October for the whole year"),
    ("Language", "English on paper is fine, on the phone it is not"),
    ("Allergens", "kitchen without nuts, also in samples"),
    ("Holiday", "closed for two weeks in August"),
)
ABOUT_ONE = (
    ("Allergic to", "phone calls on Fridays"),
    ("Best reached", "by phone before 8"),
    ("Decides", "with the works council, so give it two weeks"),
    ("Coffee", "black, and a lot of it"),
    ("Children", "twins, started school last summer"),
    ("Prefers", "a drawing to a table of numbers"),
)
UNTIL = (("Building work", "deliver to the side entrance"), ("Stand-in", "ask the front desk"))
SHARE = 0.45
"""Of all customers about so many have facts."""

_LEFT = {one.key: one.left_ago or 0 for one in COLLEAGUES}


def facts(
    profiles: Sequence[Profile],
    customers: Sequence[Customer],
    contacts: Mapping[int, Sequence[Contact]],
    people: Mapping[str, Person],
    calendar: Calendar,
) -> Iterator[Fact]:
    """Yield the facts of all customers; each has a generator of its own, as the stories do."""
    for profile, customer in zip(profiles, customers, strict=True):
        random = Random(f"facts {profile.key}")
        if not profile.owner or random.random() > SHARE:
            continue
        by = people[profile.owner]
        known = [(said, None) for said in random.sample(ABOUT_ALL, random.randint(1, 2))]
        for contact in contacts.get(customer.pk, ())[:1]:
            known.append((random.choice(ABOUT_ONE), contact))
        if random.random() < 0.3:
            known.append((random.choice(UNTIL), None))
        for (label, value), contact in known:
            written_at = calendar.ends_at - timedelta(
                days=_LEFT[profile.owner] + random.randint(3, 600)
            )
            is_short = (label, value) in UNTIL
            yield Fact(
                customer=customer,
                contact=contact,
                label=label,
                value=value,
                holds_until=calendar.today + timedelta(days=random.randint(5, 60))
                if is_short
                else None,
                written_by=by,
                written_at=written_at,
                confirmed_by=by,
                confirmed_at=written_at,
            )
