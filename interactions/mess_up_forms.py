"""What people say when something went wrong, and what it is recorded as."""

import uuid
from typing import Any

from django import forms

KINDS = {
    "late": ("Late", "order.late"),
    "wrong": ("Wrong", "service.failed"),
    "rude": ("Rude or unanswered", "service.failed"),
    "other": ("Something else", "service.failed"),
}
SEVERITIES = {1: "A nuisance", 3: "It hurt", 8: "It may cost us them"}


class MessUpForm(forms.Form):
    """What went wrong, in a word or two, and how bad it was."""

    kind = forms.ChoiceField(
        label="What went wrong?",
        choices=[(key, label) for key, (label, _) in KINDS.items()],
        error_messages={
            "required": "Choose what went wrong.",
            "invalid_choice": "That cannot be chosen; choose one of these.",
        },
    )
    severity = forms.TypedChoiceField(
        label="How bad was it?",
        coerce=int,
        choices=list(SEVERITIES.items()),
        error_messages={
            "required": "Say how bad it was.",
            "invalid_choice": "That cannot be chosen; choose one of these.",
        },
    )
    text = forms.CharField(
        label="In a few words",
        required=False,
        max_length=1000,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    page = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, initial={"kind": "late", "page": str(uuid.uuid4())})

    def said(self) -> dict[str, Any]:
        """Return what to record; without words of their own the kind says what it was."""
        label, type_key = KINDS[self.cleaned_data["kind"]]
        return {
            "type_key": type_key,
            "severity": self.cleaned_data["severity"],
            "text": self.cleaned_data["text"] or label,
        }


class PageForm(forms.Form):
    """The page something was pressed on."""

    page = forms.UUIDField()
