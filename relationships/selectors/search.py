"""Customers, contacts and people of ours by a part of their name, for whoever types a few letters.

Each is asked for in a way that an index answers at a million names: what begins with the letters;
then, for words that are long enough, what has them anywhere; names that are near to it apart.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db.models import Q

from relationships import access
from relationships.models import Contact, Customer, Person
from relationships.names import searchable
from relationships.selectors.customers import LOOKED_AT, NEAR_ENOUGH, near_names, nearly

T = TypeVar("T")

LONG_ENOUGH = 3
"""Letters of a word that the index finds anywhere in a name; a shorter one only at its start."""


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    """Who is called so, the likeliest first; else `is_near`: who is called nearly so."""

    rows: Sequence[T] = ()
    is_near: bool = False


def customers_found(person: Person, text: str, *, at_most: int) -> Found[Customer]:
    """Return the customers `person` may see that `text` may name, their own first."""
    wanted = _wanted(text)
    if not wanted:
        return Found()
    visible = access.customers_visible_to(person).select_related("team")
    # Names from there on in order, which any collation's index answers; others are left out below.
    found = list(visible.filter(search_name__gte=wanted)[:at_most])
    found = [one for one in found if one.search_name.startswith(wanted)]
    words = wanted.split()
    if len(found) < at_most and _are_long_enough(words):
        has_words = Q()
        for word in words:
            has_words &= Q(search_name__contains=word)
        found += visible.filter(has_words).order_by()[:LOOKED_AT]
    named = _ranked(
        found, wanted, lambda one: one.search_name, lambda one: one.owner_id == person.pk
    )
    return Found(named[:at_most])


def customers_near(person: Person, text: str, *, at_most: int) -> Found[Customer]:
    """Return the customers `person` may see whose name is near to `text`."""
    return Found(near_names(person, text, at_most=at_most), is_near=True)


def contacts_found(
    person: Person, text: str, *, at_most: int, may_be_near: bool = True
) -> Found[Contact]:
    """Return the contacts at customers `person` may see that `text` may name, with those."""
    wanted = _wanted(text)
    if not wanted:
        return Found()
    visible = access.contacts_searched_by(person).filter(left_on=None)
    visible = visible.order_by().select_related("customer")
    words = wanted.split()
    if not _are_long_enough(words):
        words = [wanted]
    if not _are_long_enough(words):
        return Found()
    has_words = Q()
    for word in words:
        has_words &= Q(search_name__contains=word)
    found = list(visible.filter(has_words)[:LOOKED_AT])
    near: list[Contact] = []
    if may_be_near and len(found) < at_most and len(wanted) >= NEAR_ENOUGH:
        near = nearly(visible, wanted)
    named = _ranked(
        [*found, *near],
        wanted,
        lambda one: one.search_name,
        lambda one: one.customer.owner_id == person.pk,
    )
    return Found(named[:at_most]) if named else Found(near[:at_most], is_near=True)


def people_found(person: Person, text: str, *, at_most: int) -> Found[Person]:
    """Return the people of ours that `person` may see and `text` may name."""
    wanted = _wanted(text)
    if not wanted:
        return Found()
    # Few enough to be read: a thousand colleagues are many.
    people = access.people_visible_to(person).order_by("name", "pk")[: 5 * LOOKED_AT]
    named = _ranked(people, wanted, lambda one: searchable(str(one)), lambda one: one == person)
    return Found(named[:at_most])


def customers_numbered(person: Person, ids: Sequence[int]) -> Sequence[Customer]:
    """Return the customers with these ids that `person` may see, in this order."""
    found = access.customers_visible_to(person).in_bulk(list(ids))
    return [found[pk] for pk in dict.fromkeys(ids) if pk in found]


def _wanted(text: str) -> str:
    return searchable(text.replace("\x00", ""))


def _are_long_enough(words: Sequence[str]) -> bool:
    return any(len(word) >= LONG_ENOUGH for word in words)


def _ranked(
    rows: Iterable[T], wanted: str, name_of: Callable[[T], str], is_mine: Callable[[T], bool]
) -> list[T]:
    """Leave those whose name has every word, by how well they fit, whose they are, and name."""
    words = wanted.split()
    ranked = []
    for row in dict.fromkeys(rows):
        name = name_of(row)
        if all(word in name for word in words):
            begins = all(f" {word}" in f" {name}" for word in words)
            ranked.append((not name.startswith(wanted), not begins, not is_mine(row), name, row))
    return [row for *_, row in sorted(ranked, key=lambda one: one[:4])]
