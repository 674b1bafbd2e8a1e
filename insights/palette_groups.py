"""How what a search found is shown: in groups, those first that begin with what was typed."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from insights import palette
from insights.customers_address import view_address
from insights.models import SavedView
from insights.palette import Asked, Entry
from insights.presentation import customer_url
from insights.selectors.search import FEWER, Results
from relationships.access import sees_every_customer
from relationships.models import Contact, Customer, Person
from relationships.words import plural

BEGINS, HAS, NEAR = range(3)
ALL_OF_THEM = 20
_ACTIONS = (*palette.ACTIONS, *palette.SCRIPTED)


@dataclass(frozen=True, slots=True)
class Group:
    """Some lines of one kind under a title."""

    key: str
    title: str
    entries: Sequence[Entry]
    rank: int = HAS


def groups(person: Person, asked: Asked, typed: str, results: Results) -> list[Group]:
    """Return what was found; a kind whose first line begins with the text before the others."""
    customers, contacts = results.customers, results.contacts
    has_team = sees_every_customer(person)
    found = [
        _named(
            "customers", "Customers", [_customer(one, has_team) for one in customers.rows], typed,
            is_near=customers.is_near,
        ),
        _named(
            "contacts", "Contacts", [_contact(one) for one in contacts.rows], typed,
            is_near=contacts.is_near,
        ),
        _deeds(asked, results),
        _named("pages", "Pages", _offered(person, palette.PAGES, typed), typed),
        _named("views", "Saved views", [_view(one) for one in results.views], typed),
        _named("actions", "Do", _offered(person, _ACTIONS, typed), typed),
        _named("people", "People of ours", [_person(one) for one in results.people.rows], typed),
    ]  # fmt: skip
    return sorted((one for one in found if one.entries), key=lambda one: one.rank)


def first_groups(person: Person, results: Results) -> list[Group]:
    """Return what is offered before anything is typed."""
    has_team = sees_every_customer(person)
    lately = [_customer(one, has_team) for one in results.customers.rows]
    found = [
        Group("lately", "Opened lately", lately),
        Group("pages", "Pages", _offered(person, palette.PAGES, "", ALL_OF_THEM)),
        Group("views", "Saved views", [_view(one) for one in results.views]),
        Group("actions", "Do", _offered(person, _ACTIONS, "", ALL_OF_THEM)),
    ]  # fmt: skip
    return [one for one in found if one.entries]


def summary(found: Sequence[Group]) -> str:
    """Say how much was found, for who does not see it."""
    return plural(sum(len(one.entries) for one in found), "result")


def _offered(
    person: Person, offers: Sequence[palette.Offer], typed: str, at_most: int = FEWER
) -> list[Entry]:
    return palette.offered(person, offers, typed, at_most=at_most)


def _named(
    key: str, title: str, entries: Sequence[Entry], typed: str, *, is_near: bool = False
) -> Group:
    if is_near:
        return Group(key, f"{title} called nearly so", entries, NEAR)
    begins = bool(entries) and palette.begins(entries[0].label, typed)
    return Group(key, title, entries, BEGINS if begins else HAS)


def _deeds(asked: Asked, results: Results) -> Group:
    """Return what can be done with whom was meant; first, where a word said what to do."""
    deeds = asked.deeds or palette.OFFERED_AT_ONCE
    entries = [deed.entry(one, word=asked.word) for one in results.meant for deed in deeds]
    title = "Do" if asked.deeds else f"With {results.meant[0]}" if results.meant else ""
    return Group("deeds", title, entries, BEGINS if asked.deeds else HAS)


def _customer(customer: Customer, has_team: bool) -> Entry:
    stage = "" if customer.stage == Customer.Stage.CURRENT else customer.get_stage_display()
    team = customer.team.name if has_team and customer.team else ""
    return Entry(customer.name, customer_url(customer.pk), "building-2", note=team, tag=stage)


def _contact(contact: Contact) -> Entry:
    note = " · ".join(filter(None, (contact.job_title, contact.customer.name)))
    return Entry(contact.name, customer_url(contact.customer_id), "user", note=note)


def _person(person: Person) -> Entry:
    url = f"{reverse('customers')}?{urlencode({'owner': person.pk})}"
    tag = "" if person.is_active else "has left"
    return Entry(str(person), url, "contact", note="whom they look after", tag=tag)


def _view(view: SavedView) -> Entry:
    note = view.team.name if view.team else "yours alone"
    return Entry(view.name, view_address(view.pk, view.query), "bookmark", note=note)
