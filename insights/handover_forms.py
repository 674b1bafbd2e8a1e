"""What people say about a handover: who leaves and when, and what an address asks for."""

from collections.abc import Iterable
from typing import Any

from django import forms

from insights.selectors.handovers import SHOWN
from relationships.models import Handover, Person
from relationships.models.handovers import REASON_LENGTH
from relationships.numbers import LARGEST_ID, two_numbers


class DayInput(forms.DateInput):
    """A day as browsers ask for it."""

    input_type = "date"

    def __init__(self, **attrs: Any) -> None:
        super().__init__(format="%Y-%m-%d", attrs=attrs)


def _number(**said: Any) -> forms.IntegerField:
    return forms.IntegerField(min_value=1, max_value=LARGEST_ID, **said)


class HandoverForm(forms.Form):
    """Who leaves, when and why; of one that is begun, who it is stays."""

    person = forms.ChoiceField(
        label="Who leaves",
        error_messages={
            "required": "Choose who leaves.",
            "invalid_choice": "That cannot be chosen here; choose again.",
        },
    )
    leaves_on = forms.DateField(
        label="Last day",
        widget=DayInput(),
        help_text="Introductions are spread over the days until then.",
        error_messages={
            "required": "Give the last day; about right is enough.",
            "invalid": "Give a day, such as 2026-03-31.",
        },
    )
    reason = forms.CharField(
        label="Why?",
        required=False,
        max_length=REASON_LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "New job"}),
    )

    def __init__(
        self,
        data: Any = None,
        *,
        people: Iterable[Person] = (),
        initial: dict[str, Any] | None = None,
        handover: Handover | None = None,
    ) -> None:
        if handover:
            initial = {"leaves_on": handover.leaves_on, "reason": handover.reason}
        super().__init__(data, initial=initial)
        if handover:
            del self.fields["person"]
            return
        choices = [(str(one.pk), _name(one)) for one in people]
        self.fields["person"].choices = [("", "Choose somebody"), *choices]


def _name(person: Person) -> str:
    team = f" · {person.team}" if person.team else ""
    return f"{person}{team}{'' if person.is_active else ' · has left'}"


class SuccessorForm(forms.Form):
    """Who takes a customer over, as a row sends it.

    `over` is the version that is replaced knowingly, `told` the one that the row shows already as
    written by somebody else.
    """

    version = _number()
    over = _number(required=False)
    told = _number(required=False)
    successor = _number(required=False)

    def seen(self) -> int:
        """Return the version that whoever sent this saw last."""
        return max(self.cleaned_data["version"], self.cleaned_data["over"] or 0)


class NoteForm(SuccessorForm):
    """What the next one must know, as a row sends it."""

    successor = None  # type: ignore[assignment]
    note = forms.CharField(required=False, strip=False)


class PlanForm(SuccessorForm):
    """Who introduces the new owner and by when, as a row sends it."""

    successor = None  # type: ignore[assignment]
    introducer = _number(required=False)
    introduce_on = forms.DateField(
        required=False, error_messages={"invalid": "Give a day, such as 2026-03-31."}
    )


class GiveAllForm(forms.Form):
    """Who takes over everybody: a person, or for nobody whom is proposed."""

    successor = _number(required=False)
    which = forms.ChoiceField(choices=[("all", "all"), ("nobody", "nobody")], required=False)


BEYOND_ANY = 10**9
"""No place in a handover has so large a number."""


class PlaceForm(forms.Form):
    """Which part of a step is asked for; what means nothing is its beginning."""

    after = forms.CharField(required=False, max_length=40)
    only = forms.ChoiceField(choices=[(key, key) for key in SHOWN if key], required=False)

    def place(self) -> tuple[int, int] | None:
        """Return after which customer the list goes on."""
        place = two_numbers(self.cleaned_data.get("after") or "", "-")
        return place if place and max(place) < BEYOND_ANY else None

    def only_some(self) -> str:
        """Return what is narrowed to, or nothing."""
        return self.cleaned_data.get("only") or ""
