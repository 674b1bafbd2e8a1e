"""What people say when they note what happened beside the Wall."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from insights.forms import COMPLAINTS, complaints_of
from insights.models import WallEvent
from insights.models.wall_events import LONGEST_TEXT
from insights.months import month_of, months_before
from interactions.models import TouchpointType

NO_TEAM = ("", "The whole organisation")


HUMAN, DIGITAL = TouchpointType.Mode.HUMAN.value, TouchpointType.Mode.DIGITAL.value


class ColumnForm(forms.Form):
    """Which column of the Wall: usually the people of the last whole month."""

    mode = forms.ChoiceField(
        label="With whom",
        required=False,
        choices=[(HUMAN, "With a person"), (DIGITAL, "Digital")],
        error_messages=COMPLAINTS,
    )
    month = forms.CharField(label="Month", required=False, max_length=7, error_messages=COMPLAINTS)

    def __init__(self, data: Any, today: date) -> None:
        super().__init__(data)
        self.today = today
        self.is_valid()

    def clean_month(self) -> date | None:
        """Read the month; none that is still to come."""
        text = self.cleaned_data["month"]
        month = month_of(text, self.today)
        if text and month is None:
            raise ValidationError(
                f"“{text}” is no month up to now; write it as {self.today:%Y-%m}."
            )
        return month

    @property
    def chosen_mode(self) -> str:
        """Whether people or screens are asked for."""
        return self.cleaned_data.get("mode") or HUMAN

    @property
    def chosen_month(self) -> date:
        """The month asked for."""
        return self.cleaned_data.get("month") or months_before(self.today, 1)

    def complaints(self) -> Sequence[str]:
        """Say what was left out because it makes no sense here."""
        return complaints_of(self)


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
