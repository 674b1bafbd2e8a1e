"""Which other customer somebody says is the same as this one."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from relationships.models import Customer, Person
from relationships.selectors import customer_numbered, customers_like

CANDIDATES = 6


class SameCustomerForm(forms.Form):
    """The other customer: chosen from a list, or found by the name that was typed."""

    customer = forms.CharField(required=False)
    customer_name = forms.CharField(label="Customer", required=False, max_length=200)
    candidate = forms.CharField(required=False)

    def __init__(self, data: Mapping[str, Any] | None, *, person: Person, customer: Customer):
        # Names of its own: the form that logs a touchpoint opens on the same page.
        super().__init__(data, auto_id="same_%s")
        self.person, self.this = person, customer
        self.chosen: Customer | None = None
        self.candidates: Sequence[Customer] = ()

    def clean(self) -> dict[str, Any]:
        """Find whom it means; of several that a name may mean, one must be chosen."""
        typed = self.cleaned_data.get("customer_name", "").strip()
        self.chosen = self._by_id("candidate") or self._named(typed)
        if self.chosen is None and typed:
            self._search(typed)
        if self.chosen == self.this:
            self.chosen = None
            self.add_error("customer_name", "That is this customer itself. Choose another one.")
        elif self.chosen is None and not self.errors:
            self.add_error("customer_name", self._what_to_do(typed))
        return self.cleaned_data

    def _named(self, typed: str) -> Customer | None:
        """Return who was chosen, unless another name was typed over it."""
        found = self._by_id("customer")
        return found if found and typed in {"", found.name} else None

    def _search(self, typed: str) -> None:
        found = customers_like(self.person, typed, at_most=CANDIDATES + 1)
        self.candidates = [one for one in found if one != self.this][:CANDIDATES]
        if len(self.candidates) == 1:
            self.chosen = self.candidates[0]

    def _what_to_do(self, typed: str) -> str:
        if self.candidates:
            return "Several customers may be meant. Choose one of them."
        if typed:
            return "None of your other customers is called anything like that. Check the name."
        return "Type a part of the other customer's name."

    def _by_id(self, name: str) -> Customer | None:
        return customer_numbered(self.person, self.cleaned_data.get(name, ""))
