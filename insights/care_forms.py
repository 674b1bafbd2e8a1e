"""Which months and whose care the pages of care are about."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from insights.months import Period, months_before

QUARTER, YEAR = 3, 12
EARLIEST = date(1990, 1, 1)


class CareForm(forms.Form):
    """Months up to one of them, and a team; what is wrong is left out.

    The usual last month is the last whole one, so that months of one length are compared.
    """

    months = forms.TypedChoiceField(
        label="Period",
        required=False,
        coerce=int,
        empty_value=QUARTER,
        choices=[(QUARTER, "Three months"), (YEAR, "A year"), (1, "A month")],
    )
    until = forms.CharField(label="Last month", required=False, max_length=7)
    team = forms.TypedChoiceField(label="Team", required=False, coerce=int, empty_value=None)

    def __init__(self, data: Any, teams: Mapping[int, str], today: date) -> None:
        super().__init__(data)
        self.today = today
        named = sorted(teams.items(), key=lambda one: one[1].casefold())
        self.fields["team"].choices = [("", "All teams"), *named, (0, "No team")]
        self.fields["team"].error_messages["invalid_choice"] = "number %(value)s is gone."
        self.is_valid()

    def clean_until(self) -> date | None:
        """Read the last month; none that is still to come."""
        text = self.cleaned_data["until"]
        if not text:
            return None
        try:
            month = datetime.strptime(text, "%Y-%m").date()  # noqa: DTZ007 - a month has no zone
        except ValueError:
            month = None
        if month is None or not EARLIEST <= month <= self.today:
            raise ValidationError(
                f"“{text}” is no month up to now; write it as {self.usual_last:%Y-%m}."
            )
        return month

    @property
    def usual_last(self) -> date:
        """The last month that is whole."""
        return months_before(self.today, 1)

    @property
    def period(self) -> Period:
        """The months asked for."""
        given = self.cleaned_data.get
        return Period(given("until") or self.usual_last, given("months") or QUARTER)

    @property
    def chosen_team(self) -> int | None:
        """The team asked for, 0 for none; None for all."""
        return self.cleaned_data.get("team")

    def complaints(self) -> Sequence[str]:
        """Say what was left out because it makes no sense here."""
        return [
            f"{self.fields[name].label}: {' '.join(map(str, errors))}"
            for name, errors in self.errors.items()
        ]
