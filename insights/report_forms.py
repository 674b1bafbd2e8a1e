"""Of which month somebody wants a board report."""

from datetime import date, datetime
from typing import Any

from django import forms

from insights.selectors.reports import months_to_report


class ReportForm(forms.Form):
    """Last month, or this one so far."""

    month = forms.TypedChoiceField(label="Report of", coerce=date.fromisoformat)

    def __init__(self, data: Any, now: datetime) -> None:
        super().__init__(data)
        last, running = months_to_report(now)
        self.fields["month"].choices = [
            (last.isoformat(), f"{last:%B %Y}"),
            (running.isoformat(), f"{running:%B %Y} so far"),
        ]
