"""The collections of touchpoints, loops, sources and types."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from interactions import selectors
from interactions.api import examples
from interactions.api.answers import DIRECTION_WORDS, LOOP_WORDS, TouchpointItem, TypeAnswer
from interactions.api.listed import LoopItem, SourceItem
from interactions.models import TouchpointType
from interactions.selectors import lists
from relationships.api.collection import Collection, Hidden, Sort
from relationships.api.directory import BY_ID, BY_UPDATE, NAME_WORDS, SORTS, UPDATED_SINCE
from relationships.api.filters import before, choices, customers, flag, ids, search, since, texts
from relationships.api.lists import by_keys
from relationships.api.questions import Question
from relationships.selectors.directory import with_words
from relationships.selectors.pages import Page

MODES = {mode: mode for mode in TouchpointType.Mode.values}
NATURES = {nature: nature for nature in TouchpointType.Nature.values}
CHANGED_SINCE = replace(UPDATED_SINCE, condition=lambda values: lists.changed_since(values[0]))
EXTERNAL_ID = replace(
    texts("external_id", "The id that the source gave it"),
    condition=lambda values: lists.with_external_ids(values),
)


def _page(rows: QuerySet[Any], question: Question) -> Page[Any]:
    """Look up the touchpoints of customers and those named; look through all others by id."""
    if question.values.keys() & {"customer", "external_id"}:
        return by_keys(rows, question)
    return lists.touchpoints_page(
        rows.filter(question.among),
        question.keys[0],
        after=question.after[0] if question.after else None,
        limit=question.limit,
        since=question.values.get("updated_since", [None])[0],
    )


TOUCHPOINTS: Collection[Any] = Collection(
    singular="touchpoint",
    plural="touchpoints",
    tag="Touchpoints",
    item=TouchpointItem,
    rows=lists.touchpoints,
    example=examples.TOUCHPOINT,
    filters={
        "customer": customers("customer_id"),
        "contact": ids("contact_id", "a contact"),
        "person": ids("person_id", "one of us"),
        "source": ids("source_id", "a source"),
        "external_id": EXTERNAL_ID,
        "type": texts("type__key", "The key of a type"),
        "mode": choices("type__mode", MODES, "Whether a person was met, or a screen"),
        "direction": choices(
            "direction", {word: kept for kept, word in DIRECTION_WORDS.items()}, "Who reached out"
        ),
        "occurred_since": since("occurred_at", "Happened"),
        "occurred_before": before("occurred_at", "Happened"),
        "updated_since": CHANGED_SINCE,
    },
    sorts={"id": BY_ID},
    hidden=Hidden("deleted", Q(deleted_at=None)),
    page=_page,
)
TIMELINE: Collection[Any] = replace(
    TOUCHPOINTS,
    plural="touchpoints of a customer",
    filters={
        name: one
        for name, one in TOUCHPOINTS.filters.items()
        if name not in ("customer", "updated_since")
    },
    sorts={"occurred_at": Sort("occurred_at", datetime), "id": BY_ID},
    default_sort="-occurred_at",
    page=None,
)
LOOPS: Collection[Any] = Collection(
    singular="loop",
    plural="loops",
    tag="Loops",
    item=LoopItem,
    rows=lists.loops,
    example={
        "id": 91,
        "kind": "complaint",
        "customer": {"id": 12, "name": "Meridian Press"},
        "person": {"id": 7, "name": "Tom Brandt"},
        "text": "The second pallet is missing.",
        "opened_at": "2026-03-02T14:00:00Z",
        "due_at": "2026-03-04T14:00:00Z",
        "closed_at": None,
        "opened_by": 48213,
        "closed_by": None,
        "updated_at": "2026-03-02T14:00:07.117312Z",
    },
    filters={
        "customer": customers("customer_id"),
        "person": ids("person_id", "one of us"),
        "kind": choices(
            "kind", {word: kept for kept, word in LOOP_WORDS.items()}, "What must be closed"
        ),
        "is_open": flag("closed_at__isnull", "Whether nobody has closed it yet."),
        "opened_since": since("opened_at", "Opened"),
        "opened_before": before("opened_at", "Opened"),
        "due_since": since("due_at", "Due"),
        "due_before": before("due_at", "Due"),
        "updated_since": UPDATED_SINCE,
    },
    sorts={"id": BY_ID, "due_at": Sort("due_at", datetime), "updated_at": BY_UPDATE},
)
SOURCES: Collection[Any] = Collection(
    singular="source",
    plural="sources",
    tag="Organisation",
    item=SourceItem,
    rows=lists.sources,
    example={
        "id": 3,
        "name": "shop",
        "service_account": {"id": 19, "name": "shop"},
        "updated_at": "2026-02-02T08:00:00Z",
    },
    filters={"search": NAME_WORDS, "updated_since": UPDATED_SINCE},
    sorts=SORTS,
)
TYPES: Collection[Any] = Collection(
    singular="touchpoint type",
    plural="touchpoint types",
    tag="Touchpoints",
    item=TypeAnswer,
    rows=lambda person: selectors.catalogue(),
    example=examples.TYPE,
    filters={
        "mode": choices("mode", MODES, "Whether a person is met, or a screen"),
        "nature": choices("nature", NATURES, "What kind of thing happened"),
        "is_active": flag("is_active", "Whether it is offered when logging by hand."),
        "search": search(with_words("label"), "Words that the label has, whatever their case."),
        "updated_since": UPDATED_SINCE,
    },
    sorts={"key": Sort("key", str), "label": Sort("label", str), "updated_at": BY_UPDATE},
    default_sort="key",
    page_size=500,
)
