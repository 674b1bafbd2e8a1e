"""What the timeline of a customer is narrowed to, as it is asked for in the address."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms

from insights.selectors.reasons import PART_LABELS
from insights.selectors.shoes import PERIODS, starts_at
from interactions.models import Direction, TouchpointType
from interactions.selectors import Narrowed
from interactions.selectors.narrowed import ABOUT
from relationships.numbers import LARGEST_ID
from relationships.words import day_name

ABOUT_LABELS = {
    "waited": "What they waited for",
    "question": "Questions they asked",
    "complaint": "Complaints they made",
    "failure": "Failures to be made right",
    "promise": "Promises to be kept",
    "late": "Longer than expected",
    "repeated": "Had to repeat themselves",
    "held": "Asked again for what we hold",
    "story": "Told the story again",
    "back": "Came back with it",
    "unasked": "Not asked for",
    "said": "What they told us",
    "met": "Met or heard us",
}
FILTERS = (
    "about", "q", "mode", "way", "nature", "person", "contact", "since", "until", "open", "behind",
)  # fmt: skip
MORE = ("way", "nature", "person", "contact", "since", "until", "open")
"""Filters that are folded away until they are needed."""

STORY = "story=1"
"""Asks for the page with all of the timeline in it, which else it fetches by itself."""

EARLIEST, LATEST = date(1900, 1, 1), date(2200, 1, 1)
USUAL_DAYS = PERIODS[-1]


@dataclass(frozen=True, slots=True)
class Chip:
    """Something the timeline is narrowed to, and the address without it."""

    name: str
    key: str
    value: str
    url: str


def _choice(label: str, options: Any, any_label: str) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        required=False,
        choices=[("", any_label), *options],
        error_messages={"invalid_choice": "“%(value)s” is none of the choices."},
    )


def _number(label: str) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        required=False,
        min_value=1,
        max_value=LARGEST_ID,
        widget=forms.Select,
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_value"), "that is nobody's number."
        ),
    )


def _day(label: str) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=False,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": "give a day such as 2026-03-05."},
    )


class TimelineForm(forms.Form):
    """Filters of a timeline; what is wrong in it is left out."""

    q = forms.CharField(
        label="Search what happened",
        required=False,
        max_length=100,
        widget=forms.TextInput(
            attrs={
                "type": "search",
                "placeholder": "Words, a name, a type",
                "autocomplete": "off",
                "data-key-focus": "/",
            }
        ),
    )
    mode = _choice(
        "Person or screen", [("human", "With a person"), ("digital", "On a screen")], "Both"
    )
    way = _choice("Direction", Direction.choices, "Any direction")
    nature = _choice("Kind", TouchpointType.Nature.choices, "Any kind")
    person = _number("Who of us")
    contact = _number("Who there")
    since = _day("From")
    until = _day("To")
    open = forms.BooleanField(label="Only what is open", required=False)
    about = forms.ChoiceField(
        required=False, choices=[(name, ABOUT_LABELS[name]) for name in ABOUT],
        widget=forms.HiddenInput,
    )  # fmt: skip
    behind = forms.ChoiceField(
        required=False, choices=PART_LABELS.items(), widget=forms.HiddenInput
    )
    days = forms.TypedChoiceField(
        required=False, coerce=int, empty_value=USUAL_DAYS, widget=forms.HiddenInput,
        choices=[(days, f"{days} days") for days in PERIODS],
    )  # fmt: skip

    def __init__(self, data: Any) -> None:
        # The dialog has forms of its own with fields of these names.
        super().__init__(data, auto_id="timeline_%s")
        self.fields["days"].widget.attrs["data-default"] = str(USUAL_DAYS)

    def clean(self) -> dict[str, Any]:
        """Leave out days that no calendar shows, and an end before the beginning."""
        data = super().clean() or {}
        for name in ("since", "until"):
            if data.get(name) and not EARLIEST <= data[name] < LATEST:
                self.add_error(name, f"give a day from {EARLIEST.year} to {LATEST.year - 1}.")
        if data.get("since") and data.get("until") and data["since"] > data["until"]:
            self.add_error("until", "that is before the day it begins.")
        return data

    def offer(self, *, people: Mapping[int, str], contacts: Mapping[int, str]) -> None:
        """Offer whom of ours and whom there to choose."""
        self.fields["person"].widget.choices = [("", "Anyone of us"), *people.items()]
        self.fields["contact"].widget.choices = [("", "Anyone there"), *contacts.items()]

    @property
    def days_back(self) -> int:
        """How many days are looked back on."""
        return self.cleaned_data.get("days") or USUAL_DAYS

    @property
    def has_more(self) -> bool:
        """Whether a filter is set that is folded away."""
        return any(self.cleaned_data.get(name) for name in MORE)

    def narrowed(self) -> Narrowed:
        """Return what to narrow the timeline to."""
        value = self.cleaned_data.get
        since, until = value("since"), value("until")
        return Narrowed(
            about=value("about") or "",
            mode=value("mode") or "",
            direction=int(value("way")) if value("way") else None,
            nature=value("nature") or "",
            person_id=value("person"),
            contact_id=value("contact"),
            text=value("q") or "",
            since=starts_at(since) if since else None,
            until=starts_at(until + timedelta(days=1)) if until else None,
            is_open=bool(value("open")),
        )

    def query(self, *without: str, **changes: Any) -> str:
        """Return the filters as an address has them, some left out or changed."""
        pairs = {name: self._written(name) for name in (*FILTERS, "days") if name not in without}
        pairs |= {name: str(value) for name, value in changes.items()}
        return urlencode({name: value for name, value in pairs.items() if value})

    def chips(self, here: str, *, today: date) -> list[Chip]:
        """Return what the timeline is narrowed to, each with the way out of it."""
        return [
            Chip(name, self._label(name), self._words(name, today), address(here, self.query(name)))
            for name in FILTERS
            if self._written(name)
        ]

    def complaints(self) -> list[str]:
        """Say what was left out because it makes no sense, and what would."""
        return [
            f"{self.fields[name].label}: {' '.join(map(str, errors))}"
            for name, errors in self.errors.items()
            if name in self.fields and self.fields[name].label
        ]

    def _written(self, name: str) -> str:
        value = self.cleaned_data.get(name)
        if not value or (name == "days" and value == USUAL_DAYS):
            return ""
        return "1" if value is True else str(value)

    def _label(self, name: str) -> str:
        labels = {"q": "Says", "about": "Only", "behind": "Behind", "open": "Only"}
        return labels.get(name) or str(self.fields[name].label)

    def _words(self, name: str, today: date) -> str:
        value = self.cleaned_data[name]
        if name in {"since", "until"}:
            return day_name(value, today)
        if name == "open":
            return "what is open"
        field = self.fields[name]
        options = getattr(field, "choices", None) or getattr(field.widget, "choices", ())
        words = {str(key): str(text) for key, text in options}
        return words.get(str(value), "somebody else" if name in {"person", "contact"} else value)


def address(here: str, query: str) -> str:
    """Return where the timeline of the page `here` is, narrowed.

    >>> address("/customers/1/", "mode=human"), address("/customers/1/", "")
    ('/customers/1/?mode=human#timeline', '/customers/1/?story=1#timeline')
    """
    return f"{here}?{query or STORY}#timeline"
