"""What one press logs in a row of a list: the keys, and the types they stand for."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms

from interactions.selectors import types_named
from relationships.numbers import LARGEST_ID

KEYS = {
    "call.phone": ("c", "phone"),
    "meeting.in_person": ("m", "users"),
    "email.personal": ("e", "mail"),
    "call.attempt": ("v", "phone-missed"),
}


@dataclass(frozen=True, slots=True)
class RowAction:
    """A type that is logged by one press, with its key and its icon."""

    type: str
    label: str
    key: str
    icon: str


def row_actions() -> Sequence[RowAction]:
    """Return what can be logged by one press: what the catalogue still has of it."""
    labels = {kind.key: kind.label for kind in types_named(keys=tuple(KEYS))}
    return [
        RowAction(name, labels[name], key, icon)
        for name, (key, icon) in KEYS.items()
        if name in labels
    ]


def row_keys() -> dict[str, Any]:
    """Return what a page with such rows needs; its id keeps a press from being recorded twice."""
    return {"row_actions": row_actions(), "page_id": str(uuid.uuid4())}


class LogNowForm(forms.Form):
    """One press: with whom and what, on which page."""

    customer = forms.IntegerField(min_value=1, max_value=LARGEST_ID)
    type = forms.ChoiceField(choices=lambda: [(one.type, one.label) for one in row_actions()])
    page = forms.UUIDField()
    distance_before = forms.CharField(required=False, max_length=3)
