"""The collections of people, teams, segments and contacts."""

from datetime import datetime
from typing import Any

from relationships.api.answers import ContactItem, PersonItem, SegmentItem, TeamItem
from relationships.api.collection import Collection, Sort
from relationships.api.filters import (
    Filter,
    choices,
    customers,
    email,
    flag,
    foreign_id,
    ids,
    phone,
    search,
    since,
    texts,
)
from relationships.models import Person
from relationships.selectors import directory

BY_ID = Sort("pk", int)
BY_NAME = Sort("name", str)
BY_UPDATE = Sort("updated_at", datetime)
SORTS = {"id": BY_ID, "name": BY_NAME, "updated_at": BY_UPDATE}
UPDATED_SINCE = since("updated_at", "Changed")
NAME_WORDS = search(directory.with_words("name"), "Words that the name has, whatever their case.")
LEVELS = {level: level for level in Person.Level.values if level}
ROLES = {role: role for role in Person.Role.values if role != Person.Role.SERVICE}


def identity_filters(owner: str, what: str) -> dict[str, Filter]:
    """Return the parameters that find things by their identities."""
    condition = directory.meant_by(owner)
    return {
        "email": email(condition, what),
        "phone": phone(condition, what),
        "foreign_id": foreign_id(condition, what),
    }


TEAMS: Collection[Any] = Collection(
    singular="team",
    plural="teams",
    tag="Organisation",
    item=TeamItem,
    rows=directory.teams,
    example={"id": 3, "name": "North", "updated_at": "2026-02-02T08:00:00Z"},
    filters={"search": NAME_WORDS, "updated_since": UPDATED_SINCE},
    sorts=SORTS,
)
SEGMENTS: Collection[Any] = Collection(
    singular="segment",
    plural="segments",
    tag="Organisation",
    item=SegmentItem,
    rows=directory.segments,
    example={"id": 5, "name": "Publishers", "updated_at": "2026-02-02T08:00:00Z"},
    filters={"search": NAME_WORDS, "updated_since": UPDATED_SINCE},
    sorts=SORTS,
)
PEOPLE: Collection[Any] = Collection(
    singular="person",
    plural="people",
    tag="Organisation",
    item=PersonItem,
    rows=directory.people,
    example={
        "id": 7,
        "name": "Tom Brandt",
        "email": "tom.brandt@example.com",
        "role": "account_manager",
        "function": "Sales",
        "level": "staff",
        "team": {"id": 3, "name": "North"},
        "is_active": True,
        "updated_at": "2026-02-02T08:00:00Z",
    },
    filters={
        "team": ids("team_id", "a team"),
        "role": choices("role", ROLES, "What the person may do here"),
        "function": texts("function", "What the person does, as an administrator wrote it"),
        "level": choices("level", LEVELS, "How far from the customers' day"),
        "is_active": flag("is_active", "Whether the person may sign in."),
        "search": NAME_WORDS,
        "updated_since": UPDATED_SINCE,
    },
    sorts=SORTS,
)
CONTACTS: Collection[Any] = Collection(
    singular="contact",
    plural="contacts",
    tag="Customers",
    item=ContactItem,
    rows=directory.contacts,
    example={
        "id": 31,
        "name": "Zoë Adler",
        "job_title": "Head of production",
        "customer": {"id": 12, "name": "Meridian Press"},
        "left_on": None,
        "identities": [{"kind": "email", "value": "zoe@example.com", "namespace": ""}],
        "updated_at": "2026-02-02T08:00:00Z",
    },
    filters={
        "customer": customers("customer_id"),
        **identity_filters("contact_id", "contacts"),
        "has_left": flag(
            "left_on__isnull",
            "Whether a day is known on which the contact left the customer, or is to leave.",
            true=False,
        ),
        "search": search(
            directory.with_name_words, "Words that the name has, whatever their case and accents."
        ),
        "updated_since": UPDATED_SINCE,
    },
    sorts=SORTS,
)
