"""What people say when they snooze a customer, and the days they may choose."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from insights.models.snoozes import REASON_LENGTH


def wake_days(today: date) -> dict[str, tuple[str, date]]:
    """Return what may be chosen: its key, its words and the day.

    >>> wake_days(date(2026, 3, 4))["monday"]
    ('Next Monday', datetime.date(2026, 3, 9))
    """
    monday = today + timedelta(days=7 - today.weekday())
    return {
        "tomorrow": ("Tomorrow", today + timedelta(days=1)),
        "three_days": ("In three days", today + timedelta(days=3)),
        "monday": ("Next Monday", monday),
        "two_weeks": ("In two weeks", today + timedelta(days=14)),
    }


def day_of(day: date, today: date) -> str:
    """Say a coming day.

    >>> day_of(date(2026, 3, 5), date(2026, 3, 4)), day_of(date(2026, 3, 9), date(2026, 3, 4))
    ('tomorrow', 'Monday, 9 March')
    """
    if day == today:
        return "later today"
    if day == today + timedelta(days=1):
        return "tomorrow"
    return f"{day:%A}, {day.day} {day:%B}"


class SnoozeForm(forms.Form):
    """Until when a customer stays off Today, and why."""

    until = forms.ChoiceField(
        label="Until",
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choose until when.",
            "invalid_choice": "That cannot be chosen; choose one of these.",
        },
    )
    reason = forms.CharField(
        label="Why?",
        required=False,
        max_length=REASON_LENGTH,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "placeholder": "On holiday until Friday"}
        ),
    )

    def __init__(self, data: Any = None, *, today: date) -> None:
        super().__init__(data, initial={"until": "tomorrow"})
        self.days = wake_days(today)
        self.fields["until"].choices = [
            (key, f"{words}, {day:%a} {day.day} {day:%b}")
            for key, (words, day) in self.days.items()
        ]

    def moment(self) -> datetime:
        """Return when the chosen day begins where the reader is."""
        _, day = self.days[self.cleaned_data["until"]]
        return datetime.combine(day, time.min, tzinfo=timezone.get_current_timezone())


class SleepForm(forms.Form):
    """A sleep as the way to undo its end names it."""

    until = forms.DateTimeField()
    reason = forms.CharField(required=False, max_length=REASON_LENGTH)
