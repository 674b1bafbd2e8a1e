"""One fact about a customer, as it is written in a line."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django import forms

from relationships.models import Contact, Fact
from relationships.services.facts import LONGEST_LABEL, LONGEST_VALUE, FactRefusedError, Said

RIGHT = "Write what it is about, a colon and what we know, such as “Delivery hours: before 9”."
FIELDS = {"label": "fact", "value": "fact"}
"""Where the form says what a service refuses."""
IN_LINE = "id_known_%s"
"""Ids of the line on a customer's page, over which the dialog may ask for a fact too."""


class FactForm(forms.Form):
    """A label, a colon and a value; perhaps about one contact, perhaps until a day."""

    fact = forms.CharField(
        label="What we know",
        max_length=LONGEST_LABEL + LONGEST_VALUE + 2,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "placeholder": "Delivery hours: before 9"}
        ),
        error_messages={"required": RIGHT},
    )
    contact = forms.ChoiceField(
        label="About whom",
        required=False,
        error_messages={"invalid_choice": "There is no such person there; choose again."},
    )
    holds_until = forms.DateField(
        label="Holds until",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
        error_messages={"invalid": "Give a date, such as 2026-03-31."},
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        contacts: Iterable[Contact],
        today: date,
        fact: Fact | None = None,
        auto_id: str = "id_fact_%s",
    ) -> None:
        super().__init__(data, initial=_as_written(fact) if fact else {}, auto_id=auto_id)
        self.known, self.today = fact, today
        self.fields["contact"].choices = [
            ("", "The customer as a whole"),
            *((str(contact.pk), contact.name) for contact in contacts),
        ]

    @property
    def says_more(self) -> bool:
        """Whether something is filled in, or wrong, below the line."""
        names = ("contact", "holds_until")
        return any(self.errors.get(name) or self[name].value() for name in names)

    def clean_fact(self) -> str:
        """Ask for a colon: what stands before it says what the rest is about."""
        label, colon, value = self.cleaned_data["fact"].partition(":")
        if not (colon and label.strip() and value.strip()):
            raise forms.ValidationError(RIGHT)
        return str(self.cleaned_data["fact"])

    def clean_holds_until(self) -> date | None:
        """Take no day that is over for something new."""
        until: date | None = self.cleaned_data["holds_until"]
        if until and until < self.today and self.known is None:
            raise forms.ValidationError("That day is over. Choose a later one or leave it empty.")
        return until

    def said(self) -> Said:
        """Return what the line says."""
        label, _, value = self.cleaned_data["fact"].partition(":")
        contact = self.cleaned_data["contact"]
        return Said(
            label.strip(),
            value.strip(),
            int(contact) if contact else None,
            self.cleaned_data["holds_until"],
        )

    def go_on_from(self, fact: Fact) -> None:
        """Let what was typed replace what somebody else wrote meanwhile, once that was told."""
        told = f"Somebody changed this meanwhile to “{fact}”. Save again to put yours in its place."
        self.data = {**{name: self.data.get(name) for name in self.data}, "version": fact.version}
        self.add_error(None, told)

    def refuse(self, error: FactRefusedError) -> None:
        """Say at its field what was refused."""
        self.add_error(FIELDS.get(error.field, error.field), str(error))


def _as_written(fact: Fact) -> dict[str, Any]:
    return {
        "fact": str(fact),
        "contact": str(fact.contact_id or ""),
        "holds_until": fact.holds_until,
        "version": fact.version,
    }
