"""Which months and whose care the pages of care are about."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from insights.forms import OwnerForm, WhoseForm
from insights.months import Period, month_of, months_before
from insights.selectors.portfolio import Choices

QUARTER, YEAR = 3, 12


class CareForm(WhoseForm):
    """Months up to one of them, and whose; what is wrong is left out.

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
    field_order = ("months", "until", *OwnerForm.field_order)

    def __init__(self, data: Any, choices: Choices, today: date) -> None:
        super().__init__(data, choices)
        self.today = today
        self.is_valid()

    def clean_until(self) -> date | None:
        """Read the last month; none that is still to come."""
        text = self.cleaned_data["until"]
        if not text:
            return None
        month = month_of(text, self.today)
        if month is None:
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
