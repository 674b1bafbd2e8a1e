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


class OverTimeForm(DistanceForm):
    """Whose distance is shown over time, by what, and which number."""

    by = forms.ChoiceField(label="By", required=False, choices=list(BY_LABELS.items()))
    show = forms.ChoiceField(label="Show", required=False, choices=list(SHOW_LABELS.items()))

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

    def shows_share(self) -> bool:
        """Whether the share of those drifting or gone is shown, not the mean distance."""
        return self.cleaned_data.get("show") == "far"
