"""Whom words of a line mean, among those whom somebody may see."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_
from typing import TypeVar

from django.db.models import Q

from relationships import access
from relationships.models import Contact, Customer, Person
from relationships.names import searchable
from relationships.selectors.customers import LOOKED_AT, colleagues, contacts_of, near_names

T = TypeVar("T")

MOST_OFFERED = 6
SHORTEST = 2
"""Letters of a word that may name somebody by itself."""

LONG_ENOUGH = 3
"""Letters of a word that is searched for anywhere: a shorter one finds half of all names."""

BEGINNING_SHARE = 0.6
"""What the beginning of a word counts for, beside the whole word."""

_PARTS = re.compile("[-\\s/&.,'\N{RIGHT SINGLE QUOTATION MARK}]+")


@dataclass(frozen=True, slots=True)
class Named:
    """Whom a line names. Where several may be meant nobody is chosen, and all are offered.

    `has_more` says that some words of its beginning name nobody.
    """

    customer: Customer | None = None
    customers: Sequence[Customer] = ()
    contact: Contact | None = None
    contacts: Sequence[Contact] = ()
    colleague: Person | None = None
    has_more: bool = False


def named(
    person: Person,
    names: Sequence[str],
    later: Sequence[str] = (),
    *,
    joined: Sequence[str] = (),
    lone: Sequence[str] = (),
    customer: Customer | None = None,
) -> Named:
    """Return whom runs of words mean: those a line begins with first, else the later ones.

    `customer` is who it is for sure; then the words mean contacts and ours. Of names that are
    `joined`, as by an "and", each may mean a customer of its own, and a `lone` one does if it is
    the whole name of one.
    """
    words = _words(names)
    found = [customer] if customer else _found(person, names, later)
    if len(found) == 1 and customer is None:
        found += _joined_to(found[0], person, words, joined, lone)
    if len(found) != 1:
        for one in found:
            words = _unmatched(words, one.search_name)
        return Named(customers=found, has_more=bool(words))
    return _with(found[0], person, words)


def _found(person: Person, names: Sequence[str], later: Sequence[str]) -> list[Customer]:
    found = _meant(person, names) or (_meant(person, later) if later else [])
    found = found if len(found) == 1 else _told_apart(found, _words(names))[:MOST_OFFERED]
    return sorted(found, key=lambda one: one.owner_id != person.pk)


def _meant(person: Person, names: Sequence[str]) -> list[Customer]:
    """Return customers of such a name, those of contacts, else those whose name is near.

    Among many customers some name is near to any, or begins so, and whoever names a contact means
    just them: a contact whose whole name was said, or part of it where a customer's only begins so.
    """
    words = _words(names)
    found = _customers(person, names, words)
    explained, _ = _fit(words, found[0].search_name) if found else (0.0, False)
    if explained < sum(map(len, words)):
        is_said = any(set(words) & set(_parts(one.search_name)) for one in found)
        contacts = _contacts_named(person, words)
        letters, is_whole = _fit(words, contacts[0].name) if contacts else (0.0, False)
        if letters > explained and (is_whole or not is_said):
            theirs = list({one.customer_id: one.customer for one in contacts}.values())
            mine = [one for one in theirs if one.owner_id == person.pk]
            found = _best(theirs, words, lambda one: one.search_name) or mine or theirs
    return found or near_names(person, max(names, key=len, default=""), at_most=MOST_OFFERED)


def _with(customer: Customer, person: Person, words: Sequence[str]) -> Named:
    """Return who of a customer's and of ours was there."""
    left = _unmatched(words, customer.search_name)
    meant = _best(contacts_of(customer), left, lambda contact: contact.name)
    if len(meant) == 1:
        left = _unmatched(left, meant[0].name)
    ours = _best(colleagues(person), left, lambda one: one.name) if left else []
    if len(ours) == 1:
        left = _unmatched(left, ours[0].name)
    return Named(
        customer=customer,
        contact=meant[0] if len(meant) == 1 else None,
        contacts=meant if len(meant) > 1 else (),
        colleague=ours[0] if len(ours) == 1 else None,
        has_more=bool(left),
    )


def _joined_to(
    customer: Customer,
    person: Person,
    words: Sequence[str],
    joined: Sequence[str],
    lone: Sequence[str],
) -> list[Customer]:
    """Return the customers that are named beside one, by words that name nobody of theirs."""
    beside = [*joined, *lone]
    left = _unmatched([*words, *_words(beside)], customer.search_name) if beside else []
    if not left:
        return []
    known = [part for one in contacts_of(customer) for part in _parts(one.name)]
    known += [part for one in colleagues(person) for part in _parts(one.name)]
    unknown = {word for word in left if not _matches(word, known)}
    others = [words for name in joined if unknown.intersection(words := _words([name]))]
    whole = [searchable(name) for name in lone if unknown.intersection(_words([name]))]
    if not (others or whole):
        return []
    visible = access.customers_visible_to(person).exclude(pk=customer.pk).order_by()
    is_said = reduce(or_, map(_has_all, others), Q(search_name__in=whole))
    found = visible.filter(is_said)[:LOOKED_AT]
    parts = {one: set(_parts(one.search_name)) for one in found}
    said = [
        one
        for one in found
        if one.search_name in whole or any(parts[one].issuperset(words) for words in others)
    ]
    return said[: MOST_OFFERED - 1]


def _words(names: Iterable[str]) -> list[str]:
    found = (word for name in names for word in _parts(name))
    return [word for word in dict.fromkeys(found) if len(word) >= SHORTEST]


def _parts(name: str) -> list[str]:
    return [part for part in _PARTS.split(searchable(name)) if part]


def _customers(person: Person, names: Sequence[str], words: Sequence[str]) -> list[Customer]:
    """Return the customers whose names fit words best, one or several, if any fits at all."""
    long = [word for word in words if len(word) >= LONG_ENOUGH]
    if not long:
        return []
    # In no order: of a word that a hundred thousand names have, all would have to be sorted.
    visible = access.customers_visible_to(person).order_by()
    whole = reduce(or_, (_has_all(_words([name])) for name in names))
    found = list(visible.filter(whole)[:LOOKED_AT])
    if len(found) == LOOKED_AT:
        exact = visible.filter(search_name__in=[searchable(name) for name in names])
        found = list(dict.fromkeys([*exact, *found]))
    if not found and len(words) > 1:
        some = reduce(or_, (Q(search_name__contains=word) for word in long))
        found = list(visible.filter(some)[:LOOKED_AT])
    return _best(found, words, lambda customer: customer.search_name)[:MOST_OFFERED]


def _has_all(words: Sequence[str]) -> Q:
    return reduce(and_, (Q(search_name__contains=word) for word in words), Q())


def _contacts_named(person: Person, words: Sequence[str]) -> list[Contact]:
    """Return the contacts that have such a name, for a line that names no customer."""
    wanted = [word for word in words if len(word) >= LONG_ENOUGH]
    if not wanted:
        return []
    visible = access.contacts_searched_by(person).filter(left_on=None).order_by()
    some = reduce(or_, (Q(search_name__contains=word) for word in wanted))
    found = list(visible.filter(some).select_related("customer")[:LOOKED_AT])
    return _best(found, words, lambda contact: contact.name)


def _told_apart(customers: Sequence[Customer], words: Sequence[str]) -> list[Customer]:
    """Leave those whose contact fits the words best, where the name of the customer is not enough.

    Words of a customer's name say nothing of who of theirs it was.
    """
    if not customers:
        return []
    fit: dict[int, set[int]] = defaultdict(set)
    by_id = {one.pk: _unmatched(words, one.search_name) for one in customers}
    contacts = Contact.objects.filter(customer__in=customers, left_on=None).order_by()
    for customer_id, name in contacts.values_list("customer_id", "name"):
        parts = _parts(name)
        letters = sum(len(word) for word in by_id[customer_id] if word in parts)
        fit[letters].add(customer_id)
    most = max(fit, default=0)
    return [one for one in customers if one.pk in fit[most]] if most else list(customers)


def _best(among: Iterable[T], words: Sequence[str], name_of: Callable[[T], str]) -> list[T]:
    """Return those whose names the words fit best, if any: by letters, then a name said whole."""
    scored = [(_fit(words, name_of(one)), one) for one in among]
    most = max((fit for fit, _ in scored), default=(0.0, False))
    return [one for fit, one in scored if fit == most] if most[0] else []


def _fit(words: Sequence[str], name: str) -> tuple[float, bool]:
    """Return how many letters words and a name have in common, and whether all of it was said."""
    parts = _parts(name)
    letters = sum(len(word) * _matches(word, parts) for word in words)
    return letters, set(parts) <= set(words)


def _matches(word: str, parts: Sequence[str]) -> float:
    if word in parts:
        return 1.0
    begins = len(word) >= LONG_ENOUGH and any(part.startswith(word) for part in parts)
    return BEGINNING_SHARE if begins else 0.0


def _unmatched(words: Sequence[str], name: str) -> list[str]:
    parts = _parts(name)
    return [word for word in words if not _matches(word, parts)]
