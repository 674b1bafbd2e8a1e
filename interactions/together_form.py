"""What people say of one event with several customers."""

import uuid
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from django import forms

from interactions.forms import (
    NAME_IN_FORM,
    OFTEN,
    TypeGroup,
    choice_field,
    moment_field,
    offer_people,
    offered_types,
    type_groups,
)
from interactions.row_actions import row_actions
from interactions.services import Refusal, Said
from relationships.models import Customer, Person


class TogetherForm(forms.Form):
    """One event; only its type must be given."""

    page = forms.UUIDField(widget=forms.HiddenInput)
    type = forms.ChoiceField(
        label="What happened",
        error_messages={
            "required": "Choose what happened.",
            "invalid_choice": "There is no such type; choose one of these.",
        },
    )
    occurred_at = moment_field("When")
    person = choice_field("Who of us")
    text = forms.CharField(
        label="What was it about?", required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    duration_minutes = forms.IntegerField(
        label="Minutes",
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"invalid": "Give a whole number of minutes."},
    )
    sentiment = choice_field(
        "How did it feel?", [("", "Not said"), ("1", "Good"), ("0", "Neutral"), ("-1", "Bad")]
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        person: Person,
        now: datetime,
        customer_ids: Collection[int],
    ) -> None:
        start = {"page": str(uuid.uuid4()), "occurred_at": now, "person": str(person.pk)}
        super().__init__(data, initial=start)
        self.now = now
        self.types = offered_types()
        self.fields["type"].choices = [(kind.key, kind.label) for kind in self.types]
        customers = Customer.objects.filter(pk__in=customer_ids)
        offer_people(
            self.fields["person"],
            person,
            near=customers.values_list("team_id", "owner_id"),
            help_text="Of other teams those whose customers are selected.",
        )

    @property
    def type_groups(self) -> list[TypeGroup]:
        """The types to choose from: the common ones, then the others by what they are."""
        return type_groups(self.types)

    @property
    def is_rare_type(self) -> bool:
        """Whether the chosen type is among those that are not shown at once."""
        return bool(self["type"].value()) and self["type"].value() not in OFTEN

    def clean_occurred_at(self) -> datetime:
        """Take now when nothing was said."""
        return self.cleaned_data["occurred_at"] or self.now

    def said(self) -> Said:
        """Return what was said of the event; the form must be valid."""
        said = self.cleaned_data
        return Said(
            type=said["type"],
            occurred_at=said["occurred_at"],
            person_id=int(said["person"]) if said["person"] else None,
            text=said["text"],
            duration_minutes=said["duration_minutes"],
            sentiment=float(said["sentiment"]) if said["sentiment"] else None,
        )

    def refuse(self, refusals: Iterable[Refusal]) -> None:
        """Put what the service refused beside the fields it is about."""
        for refusal in refusals:
            name = NAME_IN_FORM.get(refusal.field, refusal.field)
            self.add_error(name if name in self.fields else None, refusal.reason)


class TogetherNowForm(forms.Form):
    """One press for several customers: what, on which page."""

    type = forms.ChoiceField(choices=lambda: [(one.type, one.label) for one in row_actions()])
    page = forms.UUIDField()
