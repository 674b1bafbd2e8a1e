"""Everything with a name that somebody may see and that a few letters may mean."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from insights.models import SavedView
from insights.selectors.saved_views import saved_views
from relationships.models import Contact, Customer, Person
from relationships.names import searchable
from relationships.selectors import Named, named
from relationships.selectors.search import (
    Found,
    contacts_found,
    customers_found,
    customers_near,
    customers_numbered,
    people_found,
)

AT_MOST = 8
"""What is shown of each kind; whoever wants another types a letter more."""

FEWER = 5


@dataclass(frozen=True, slots=True)
class Meant:
    """A customer to do something with, and the contact there if one was named."""

    customer: Customer
    contact: Contact | None = None

    def __str__(self) -> str:
        """Return whom it is, as somebody is told."""
        return f"{self.contact}, {self.customer}" if self.contact else str(self.customer)


@dataclass(frozen=True, slots=True)
class Results:
    """Who and what was found, the likeliest first; `meant` are those to do something with."""

    customers: Found[Customer] = field(default_factory=Found)
    contacts: Found[Contact] = field(default_factory=Found)
    people: Found[Person] = field(default_factory=Found)
    views: Sequence[SavedView] = ()
    meant: Sequence[Meant] = ()


def search_results(person: Person, text: str, *, about: str = "") -> Results:
    """Return what `text` may mean; `about` is what is left of it behind a word for a deed."""
    customers = customers_found(person, text, at_most=AT_MOST)
    contacts = contacts_found(person, text, at_most=FEWER, may_be_near=not about)
    meant = _meant(person, about) if about else [Meant(one) for one in customers.rows[:1]]
    # What is only near costs most, and is noise beside what was meant.
    if not about and not customers.rows and (contacts.is_near or not contacts.rows):
        customers = customers_near(person, text, at_most=AT_MOST)
    return Results(
        customers=customers,
        contacts=contacts,
        people=people_found(person, text, at_most=FEWER),
        views=_views(person, text),
        meant=meant,
    )


def _meant(person: Person, about: str) -> Sequence[Meant]:
    """Return whom to do something with: found as everything is here, else as a line finds them."""
    if customers := customers_found(person, about, at_most=FEWER).rows:
        return [Meant(one) for one in customers]
    contacts = contacts_found(person, about, at_most=FEWER)
    who = Named() if contacts.rows and not contacts.is_near else named(person, [about])
    if who.customer:
        return [Meant(who.customer, who.contact)]
    return [Meant(one.customer, one) for one in contacts.rows] or [
        Meant(one) for one in who.customers
    ]


def lately_opened(person: Person, ids: Sequence[int]) -> Results:
    """Return the customers with these ids, as far as `person` may see them, and all views."""
    return Results(
        customers=Found(customers_numbered(person, ids[:AT_MOST])),
        views=saved_views(person)[:AT_MOST],
    )


def _views(person: Person, text: str) -> Sequence[SavedView]:
    words = searchable(text).split()
    views = [
        view
        for view in saved_views(person)
        if all(f" {word}" in f" {searchable(view.name)}" for word in words)
    ]
    return views[:FEWER]
