"""Who knows whom at a customer, in sentences, and as a table of our people by their contacts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone

from insights.selectors.acquaintances import Acquaintances, Pair
from insights.words import ago, joined, times
from relationships.models import Contact, Person
from relationships.words import plural

MOST_PEOPLE = 8
"""Columns of the table; more cannot be compared."""

MOST_CONTACTS = 50
TOP = 3
NOBODY_NAMED = "Somebody there"
HOT_FROM = 40.0
"""Warmth of those who know each other well."""


@dataclass(frozen=True, slots=True)
class Thread:
    """By how few of us somebody is known: `single` when by one, `lost` when that one has left."""

    text: str = ""
    level: str = ""


def summary(found: Acquaintances) -> Thread:
    """Say in a sentence how many threads there are to a customer."""
    name, warm = found.customer.name, found.warm
    ours, gone = _people(warm, is_active=True), _people(warm, is_active=False)
    if len(ours) > 1:
        return Thread(
            f"{plural(len(ours), 'of us', 'of us')} know {_whom(_of_ours(warm))} at {name}."
        )
    if ours:
        who = ours[0].name
        if gone:
            left = f"{joined([one.name for one in gone])} {_have(gone)} left"
            return Thread(f"Only {who} still knows anybody at {name}: {left}.", "single")
        text = f"Only {who} knows anybody at {name}. If {who} leaves, nobody does."
        return Thread(text, "single")
    if gone:
        whom, who = _whom(warm), joined([one.name for one in gone])
        text = (
            f"Nobody knows anybody at {name} any more: {who}, who knew {whom}, {_have(gone)} left."
        )
        return Thread(text, "lost")
    if found.pairs:
        return Thread(f"Nobody of us knows anybody at {name} any more.", "lost")
    return Thread(f"Nobody of us has met anybody at {name} yet.")


def _whom(warm: Sequence[Pair]) -> str:
    contacts = {pair.contact.pk: pair.contact.name for pair in warm if pair.contact}
    if not contacts:
        return "somebody, nobody by name,"
    return next(iter(contacts.values())) if len(contacts) == 1 else f"{len(contacts)} people"


def _have(people: Sequence[Person]) -> str:
    return "has" if len(people) == 1 else "have"


def _people(pairs: Iterable[Pair], *, is_active: bool) -> list[Person]:
    """Return our people in these pairs, each once, the warmest first."""
    people = {pair.person.pk: pair.person for pair in pairs if pair.person.is_active == is_active}
    return list(people.values())


def thread_to(pairs: Sequence[Pair]) -> Thread:
    """Say who alone knows a contact, whose pairs these are."""
    warm = [pair for pair in pairs if pair.is_warm]
    ours, gone = _people(warm, is_active=True), _people(warm, is_active=False)
    if len(ours) > 1:
        return Thread()
    if ours:
        return Thread(f"Only {ours[0].name}", "single")
    if gone:
        who = joined([one.name for one in gone])
        return Thread(f"Only {who}, who {_have(gone)} left", "lost")
    return Thread("Nobody now" if pairs else "Nobody yet")


def card(found: Acquaintances) -> dict[str, Any]:
    """Return what the customer's page says: the sentence, and the warmest pairs."""
    warm = found.warm
    return {
        "summary": summary(found),
        "pairs": [_line(pair, found.today) for pair in warm[:TOP]],
        "single": single_words(found),
        "has_any": bool(found.pairs),
    }


def single_words(found: Acquaintances) -> str:
    """Say whom one of us alone knows, or nobody any more; nothing where the sentence says it."""
    if len(_people(found.warm, is_active=True)) < 2:
        return ""
    by_contact = _by_contact(found.warm)
    names: dict[str, list[str]] = {"single": [], "lost": [], "": []}
    for contact in found.contacts:
        if pairs := by_contact.get(contact.pk):
            names[thread_to(pairs).level].append(contact.name)
    single, lost = _some(names["single"]), _some(names["lost"])
    verb = "is" if len(names["single"]) == 1 else "are"
    said = [f"{single} {verb} known to one of us alone."] if single else []
    said += [f"Whoever knew {lost} has left."] if lost else []
    return " ".join(said)


def _some(names: Sequence[str]) -> str:
    """Join the first few names, and how many there are besides."""
    more = len(names) - TOP
    return joined([*names[:TOP], *([f"{more} more"] if more > 0 else [])])


def _of_ours(pairs: Iterable[Pair]) -> list[Pair]:
    """Leave out the pairs of those of us who have left."""
    return [pair for pair in pairs if pair.person.is_active]


def _line(pair: Pair, today: date) -> dict[str, Any]:
    return {
        "person": pair.person,
        "contact": pair.contact.name if pair.contact else NOBODY_NAMED.lower(),
        **_cell(pair, today),
    }


def _cell(pair: Pair, today: date) -> dict[str, Any]:
    met = ago(timezone.localdate(pair.last_met), today) if pair.last_met else ""
    return {
        "warmth": f"{pair.warmth:.0f}",
        "level": "hot" if pair.warmth >= HOT_FROM else "warm" if pair.is_warm else "",
        "met": f"met {met}" if met else "written to only",
        "often": f"{times(pair.meetings)} in 12 months" if pair.meetings else "",
    }


def table(found: Acquaintances) -> dict[str, Any]:
    """Return our people as columns and their contacts as rows, with what is between each two."""
    people = _columns(found.pairs)
    by_contact = _by_contact(found.pairs)
    met = [contact for contact in found.contacts if contact.pk in by_contact]
    met.sort(key=lambda contact: (not found.is_there(contact), -by_contact[contact.pk][0].warmth))
    others = [one for one in found.contacts if one.pk not in by_contact and found.is_there(one)]
    rows = [_row(found, one, by_contact.get(one.pk, []), people) for one in (*met, *others)]
    if nameless := [pair for pair in found.pairs if pair.contact is None]:
        rows.insert(MOST_CONTACTS, _row(found, None, nameless, people))
    shown = rows[: MOST_CONTACTS + bool(nameless)]
    in_all = len({pair.person.pk for pair in found.pairs})
    return {
        "people": people,
        "rows": shown,
        "more_people": plural(in_all - len(people), "more of us", "more of us")
        if in_all > len(people)
        else "",
        "more_contacts": plural(len(rows) - len(shown), "more person", "more people")
        if len(rows) > len(shown)
        else "",
    }


def _columns(pairs: Iterable[Pair]) -> list[Person]:
    """Return who of us has a column: those whose pairs are warmest together."""
    warmth: dict[int, float] = {}
    people = {pair.person.pk: pair.person for pair in pairs}
    for pair in pairs:
        warmth[pair.person.pk] = warmth.get(pair.person.pk, 0.0) + pair.warmth
    return sorted(people.values(), key=lambda one: (-warmth[one.pk], one.name))[:MOST_PEOPLE]


def _by_contact(pairs: Iterable[Pair]) -> dict[int, list[Pair]]:
    by_contact: dict[int, list[Pair]] = {}
    for pair in pairs:
        if pair.contact:
            by_contact.setdefault(pair.contact.pk, []).append(pair)
    return by_contact


def _row(
    found: Acquaintances, contact: Contact | None, pairs: Sequence[Pair], people: Sequence[Person]
) -> dict[str, Any]:
    by_person = {pair.person.pk: pair for pair in pairs}
    has_left = not found.is_there(contact)
    cells = [
        {"person": one, **(_cell(by_person[one.pk], found.today) if one.pk in by_person else {})}
        for one in people
    ]
    return {
        "contact": contact,
        "name": contact.name if contact else NOBODY_NAMED,
        "has_left": has_left,
        "thread": Thread() if has_left or contact is None else thread_to(pairs),
        "cells": cells,
    }
