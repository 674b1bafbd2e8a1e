"""What people say when they note what happened beside the Wall."""

from datetime import date
from typing import Any

from django import forms

from insights.models import WallEvent
from insights.models.wall_events import LONGEST_TEXT

NO_TEAM = ("", "The whole organisation")


class EventForm(forms.Form):
    """A day, what happened then, and whom it was about."""

    on_date = forms.DateField(
        label="Day",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": "Choose the day it happened.",
            "invalid": "Write the day as 2026-03-31.",
        },
    )
    text = forms.CharField(
        label="What happened",
        max_length=LONGEST_TEXT,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "placeholder": "Branch closed", "autofocus": True}
        ),
        error_messages={"required": "Say what happened, in a few words."},
    )
    team = forms.TypedChoiceField(
        label="About",
        required=False,
        coerce=int,
        empty_value=None,
        error_messages={"invalid_choice": "That team is gone. Choose another, or none."},
    )

    def __init__(self, data: Any = None, *, teams: list[tuple[int, str]], initial: Any) -> None:
        super().__init__(data, initial=initial)
        self.fields["team"].choices = [NO_TEAM, *teams]


class SaidBeforeForm(forms.Form):
    """A note as the way to undo its correction names it."""

    on_date = forms.DateField()
    text = forms.CharField(max_length=LONGEST_TEXT)
    team_id = forms.IntegerField(required=False, min_value=1)


def blank(today: date, team: int | None) -> dict[str, Any]:
    """Return what a new note begins with."""
    return {"on_date": today, "team": team or ""}


def as_noted(event: WallEvent) -> dict[str, Any]:
    """Return what a form that corrects a note begins with."""
    return {"on_date": event.on_date, "text": event.text, "team": event.team_id or ""}
