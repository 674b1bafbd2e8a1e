"""What Distance over time accepts from the address bar."""

from dataclasses import replace
from typing import Any

from django import forms

from insights.forms import DistanceForm
from insights.selectors.organisation import Among

BY_LABELS = {
    "team": "Team",
    "segment": "Segment",
    "stage": "Stage",
    "value": "Value class",
    "size": "People we know there",
}
SHOW_LABELS = {"distance": "Mean distance", "far": "Share drifting or gone"}
WEEKS_LABELS = {"52": "A year", "26": "Half a year", "13": "A quarter"}


class OverTimeForm(DistanceForm):
    """Whose distance is shown over time, by what, which number, and how far back."""

    by = forms.ChoiceField(label="By", required=False, choices=list(BY_LABELS.items()))
    show = forms.ChoiceField(label="Show", required=False, choices=list(SHOW_LABELS.items()))
    weeks = forms.ChoiceField(label="Period", required=False, choices=list(WEEKS_LABELS.items()))

    def clean(self) -> dict[str, Any]:
        """By stage, no stage is chosen among the others."""
        data = super().clean() or {}
        return {**data, "stage": ""} if data.get("by") == "stage" else data

    def among(self) -> Among:
        """Return which customers are counted; by stage, those of every stage."""
        among = super().among()
        return replace(among, stage="") if self.by_what() == "stage" else among

    def by_what(self) -> str:
        """Return what the parts are, teams if nothing is said."""
        return self.cleaned_data.get("by") or "team"

    def weeks_back(self) -> int:
        """Return how many weeks are drawn, a year of them if nothing is said."""
        return int(self.cleaned_data.get("weeks") or next(iter(WEEKS_LABELS)))

    def shows_share(self) -> bool:
        """Whether the share of those drifting or gone is shown, not the mean distance."""
        return self.cleaned_data.get("show") == "far"
