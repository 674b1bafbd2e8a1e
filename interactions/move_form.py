"""To which customer a touchpoint is moved."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms

from interactions.customer_choice import customer_meant, nobody_meant
from interactions.models import Touchpoint
from interactions.selectors import loop_closed_by
from interactions.services import Refusal
from relationships.models import Customer, Person


class MoveForm(forms.Form):
    """The customer with whom it happened in truth; all else stays as it was."""

    customer = forms.CharField(required=False, widget=forms.HiddenInput)
    customer_name = forms.CharField(label="Customer", required=False, max_length=200)
    candidate = forms.CharField(required=False)

    def __init__(
        self, data: Mapping[str, Any] | None, *, person: Person, touchpoint: Touchpoint
    ) -> None:
        super().__init__(data)
        self.touchpoint = touchpoint
        choice = customer_meant(person, self._given)
        self.chosen: Customer | None = choice.customer
        self.candidates: Sequence[Customer] = choice.candidates

    def _given(self, name: str) -> str:
        return str(self.data.get(name) or "")

    def clean(self) -> dict[str, Any]:
        """Insist on another customer than now."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.chosen is None:
            typed = self._given("customer_name")
            nobody = "Say to which customer it belongs."
            self.add_error(
                "customer_name", nobody_meant(self.candidates, typed, nothing_said=nobody)
            )
        elif self.chosen.pk == self.touchpoint.customer_id:
            self.add_error(
                "customer_name", f"It is with {self.chosen} already. Choose another customer."
            )
        return cleaned

    def changes(self) -> dict[str, Any]:
        """Return what moving changes: whom it was with, and what only the old customer has."""
        assert self.chosen is not None
        changes: dict[str, Any] = {"customer": self.chosen.pk}
        if self.touchpoint.contact_id:
            changes["contact_id"] = None
        if loop_closed_by(self.touchpoint):
            changes["closes_loop"] = None
        return changes

    def refuse(self, refusals: Iterable[Refusal]) -> None:
        """Put what the service refused beside the one field there is."""
        for refusal in refusals:
            self.add_error("customer_name", refusal.reason)
