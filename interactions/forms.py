"""What people say when they log or correct a touchpoint by hand."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from django import forms
from django.utils import timezone

from interactions.catalogue import PROMISE_MADE
from interactions.customer_choice import customer_meant, nobody_meant
from interactions.line import LONGEST_LINE
from interactions.mess_up_forms import SEVERITIES
from interactions.models import Direction, Loop, LoopKind, Touchpoint, TouchpointType
from interactions.selectors import loop_closed_by, loops_open_with, types_to_log
from interactions.services import NewTouchpoint, Refusal
from interactions.services.flaws import CLOCK_TOLERANCE
from relationships import words
from relationships.models import Contact, Customer, Person
from relationships.selectors import colleagues, contacts_at

# Offered first, in this order, where the catalogue has them.
OFTEN = (
    "call.phone",
    "meeting.in_person",
    "meeting.video",
    "visit",
    "email.personal",
    "email.received",
    "call.attempt",
    "question",
    "complaint",
    "promise",
)
MINUTE = "%Y-%m-%dT%H:%M"
# What a field is called in `NewTouchpoint`, where it is not the same.
NAME_IN_TOUCHPOINT = {"contact": "contact_id", "person": "person_id", "closes": "closes_loop"}
NAME_IN_FORM = {
    "customer": "customer_name",
    **{name: field for field, name in NAME_IN_TOUCHPOINT.items()},
}
# What is only known when something has happened.
AFTERWARDS = ("direction", "sentiment", "severity", "opens", "due_at", "closes")
NUMBERS = {"contact", "person", "direction", "severity", "opens", "closes"}
PEOPLE_SHOWN = 200
"""In a list to choose from; nobody finds anybody in a longer one."""


@dataclass(frozen=True, slots=True)
class TypeGroup:
    """Some types to choose from; those chosen often come without a name."""

    label: str
    types: Sequence[tuple[str, str]]


class MomentInput(forms.DateTimeInput):
    """A date and time as browsers ask for it."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format=MINUTE)


def moment_field(label: str) -> forms.DateTimeField:
    """Return a field for a date and time."""
    return forms.DateTimeField(
        label=label,
        required=False,
        widget=MomentInput(),
        input_formats=[MINUTE, "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d"],
        error_messages={"invalid": "Give a date and time, such as 2026-03-05 14:30."},
    )


def choice_field(label: str, choices: Sequence[tuple[Any, str]] = ()) -> forms.ChoiceField:
    """Return a field in which something may be chosen."""
    return forms.ChoiceField(
        label=label,
        required=False,
        choices=choices,
        error_messages={"invalid_choice": "That cannot be chosen here; choose again."},
    )


class TouchpointForm(forms.Form):
    """One touchpoint; only the customer and the type must be given."""

    line = forms.CharField(
        label="In one line",
        required=False,
        max_length=LONGEST_LINE,
    )
    understood = forms.CharField(required=False, widget=forms.HiddenInput)
    seconds = forms.CharField(required=False, widget=forms.HiddenInput)
    customer = forms.CharField(required=False, widget=forms.HiddenInput)
    customer_name = forms.CharField(
        label="Customer",
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "Type a name"}),
    )
    candidate = forms.CharField(required=False)
    type = forms.ChoiceField(
        label="What happened",
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choose what happened.",
            "invalid_choice": "There is no such type; choose one of these.",
        },
    )
    occurred_at = moment_field("When")
    text = forms.CharField(
        label="What was it about?", required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    contact = choice_field("With whom")
    person = choice_field("Who of us")
    direction = choice_field("Direction", [("", "As usual for this"), *Direction.choices])
    duration_minutes = forms.IntegerField(
        label="Minutes",
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"invalid": "Give a whole number of minutes."},
    )
    sentiment = choice_field(
        "How did it feel?", [("", "Not said"), ("1", "Good"), ("0", "Neutral"), ("-1", "Bad")]
    )
    severity = choice_field("How bad was it?", [("", "As usual for this"), *SEVERITIES.items()])
    opens = choice_field("Opens", [("", "As usual for this"), ("0", "Nothing"), *LoopKind.choices])
    due_at = moment_field("Due")
    closes = choice_field("Settles")
    external_id = forms.UUIDField(required=False, widget=forms.HiddenInput)
    edited_at = forms.CharField(required=False, widget=forms.HiddenInput)
    distance_before = forms.CharField(required=False, widget=forms.HiddenInput)
    next = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        person: Person,
        now: datetime,
        initial: Mapping[str, Any],
        touchpoint: Touchpoint | None = None,
    ) -> None:
        super().__init__(data, initial=dict(initial))
        self.author, self.now, self.touchpoint = person, now, touchpoint
        self.chosen: Customer | None = None
        self.candidates: Sequence[Customer] = ()
        self.moments: Sequence[datetime] = ()
        self._choose_customer()
        self.types = offered_types(touchpoint)
        self.fields["type"].choices = [(kind.key, kind.label) for kind in self.types]
        offer_people(
            self.fields["person"], person,
            touchpoint=touchpoint, chosen=self._given("person"),
            near=[(one.team_id, one.owner_id) for one in (self.chosen,) if one],
            help_text="Of other teams once a customer of theirs is chosen, or by name in the line.",
        )  # fmt: skip
        self._offer_about_customer()

    @property
    def type_groups(self) -> list[TypeGroup]:
        """The types to choose from: the common ones, then the others by what they are."""
        return type_groups(self.types)

    @property
    def is_rare_type(self) -> bool:
        """Whether the chosen type is among those that are not shown at once."""
        return bool(self["type"].value()) and self["type"].value() not in OFTEN

    @property
    def says_more(self) -> bool:
        """Whether something is filled in, or wrong, among the details."""
        names = ("direction", "duration_minutes", "sentiment", "severity", "opens", "due_at")
        return any(self.errors.get(name) or self[name].value() for name in names)

    @property
    def has_loops(self) -> bool:
        """Whether there is anything to settle."""
        return any(value for value, _ in self.fields["closes"].choices)

    def offer(self, customers: Sequence[Customer], moments: Sequence[datetime]) -> None:
        """Let one of each be chosen, unless somebody was chosen already."""
        self.moments = moments
        if self.chosen is None and customers:
            self.candidates = customers

    def _given(self, name: str) -> str:
        return str((self.data if self.is_bound else self.initial).get(name) or "")

    def _choose_customer(self) -> None:
        choice = customer_meant(self.author, self._given)
        self.chosen, self.candidates = choice.customer, choice.candidates

    def _offer_about_customer(self) -> None:
        contacts = contacts_at(self.chosen) if self.chosen else []
        loops = loops_open_with(self.chosen) if self.chosen else []
        if self.touchpoint and (settled := loop_closed_by(self.touchpoint)):
            loops.insert(0, settled)
            self.initial["closes"] = str(settled.pk)
        self.fields["contact"].choices = [("", "Nobody named"), *_contact_choices(contacts)]
        self.fields["closes"].choices = [
            ("", "Nothing"),
            *((str(loop.pk), _loop_words(loop, self.now)) for loop in loops),
        ]
        if self._is_moved():
            self._forget_contact({str(contact.pk) for contact in contacts})

    def _is_moved(self) -> bool:
        moved_from = self.touchpoint.customer_id if self.touchpoint else None
        return self.is_bound and bool(
            self.chosen and self.touchpoint and self.chosen.pk != moved_from
        )

    def _forget_contact(self, known: set[str]) -> None:
        """Leave the contact behind when a touchpoint moves to a customer who has no such one."""
        if self._given("contact") not in known:
            self.data = {**{name: self.data.get(name) for name in self.data}, "contact": ""}

    def clean_seconds(self) -> float | None:
        """Take what is no number for nothing: nobody typed it."""
        try:
            return float(self.cleaned_data["seconds"])
        except ValueError:
            return None

    def clean_occurred_at(self) -> datetime:
        """Take now when nothing was said; a line that leaves it open said something."""
        at: datetime | None = self.cleaned_data["occurred_at"]
        if at is None and self.cleaned_data.get("line"):
            raise forms.ValidationError("Say when it was, or will be.")
        return at or self.now

    def clean(self) -> dict[str, Any]:
        """Insist on a customer, and on something that can be due."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.chosen is None:
            typed, nobody = self._given("customer_name"), "Say which customer it was."
            self.add_error(
                "customer_name", nobody_meant(self.candidates, typed, nothing_said=nobody)
            )
        if self.is_planned:
            promised = {"opens", "due_at"} if self.makes_promise else set()
            for name in AFTERWARDS:
                if name not in promised and cleaned.get(name) not in {None, "", "0"}:
                    self.add_error(name, "This has not happened yet. Say it when it has.")
        elif cleaned.get("due_at") and not self._opens_something(cleaned):
            self.add_error("due_at", "Nothing is opened that could be due; choose it under Opens.")
        return cleaned

    @property
    def is_planned(self) -> bool:
        """Whether this is something people will do together, and not something that happened."""
        if self.touchpoint is not None:
            return False
        is_cleaned = hasattr(self, "cleaned_data")
        at = self.cleaned_data.get("occurred_at") if is_cleaned else self._said_at()
        kind = next((kind for kind in self.types if kind.key == self["type"].value()), None)
        is_ahead = at is not None and at > self.now + CLOCK_TOLERANCE
        return is_ahead and kind is not None and kind.mode == TouchpointType.Mode.HUMAN

    @property
    def makes_promise(self) -> bool:
        """Whether something was promised with what is planned, and is owed in any case."""
        is_promised = str(self["opens"].value()) == str(LoopKind.PROMISE.value)
        return is_promised and self.is_planned and any(k.key == PROMISE_MADE for k in self.types)

    def _said_at(self) -> datetime | None:
        """Return the moment that a form says which nobody looked through yet."""
        try:
            return self.fields["occurred_at"].clean(self["occurred_at"].value())
        except forms.ValidationError:
            return None

    def _opens_something(self, cleaned: Mapping[str, Any]) -> bool:
        if cleaned.get("opens"):
            return cleaned["opens"] != "0"
        return any(kind.opens for kind in self.types if kind.key == cleaned.get("type"))

    def said(self, names: Iterable[str]) -> dict[str, Any]:
        """Return what was said in these fields, as `NewTouchpoint` and `edit` want it."""
        values = {}
        for name in names:
            value = self.cleaned_data[name]
            if name in NUMBERS:
                value = int(value) if value else None
            elif name == "sentiment":
                value = float(value) if value else None
            values[NAME_IN_TOUCHPOINT.get(name, name)] = value
        return values

    def new_touchpoint(self) -> NewTouchpoint:
        """Return what to record; the id made with the form keeps it from being recorded twice."""
        assert self.chosen is not None
        return NewTouchpoint(
            customer=self.chosen.pk,
            external_id=str(self.cleaned_data["external_id"] or uuid.uuid4()),
            **self.said(_CONTENT),
        )

    def planned(self) -> dict[str, Any]:
        """Return what to plan, as `plan` wants it, with what was promised at the same time."""
        assert self.chosen is not None
        said = self.said(("contact", "person", "text"))
        promise = NewTouchpoint(
            type=PROMISE_MADE,
            customer=self.chosen.pk,
            occurred_at=self.now,
            due_at=self.cleaned_data["due_at"],
            **said,
        )
        return {
            "form_id": self.cleaned_data["external_id"] or uuid.uuid4(),
            "customer_id": self.chosen.pk,
            "type_key": self.cleaned_data["type"],
            "starts_at": self.cleaned_data["occurred_at"],
            "duration_minutes": self.cleaned_data["duration_minutes"],
            "promise": promise if self.makes_promise else None,
            **said,
        }

    def changes(self) -> dict[str, Any]:
        """Return what differs from the touchpoint that is corrected."""
        assert self.chosen is not None
        assert self.touchpoint is not None
        said = self.said(name for name in _CONTENT if name in self.changed_data)
        if self.chosen.pk != self.touchpoint.customer_id:
            said["customer"] = self.chosen.pk
        return said

    def refuse(self, refusals: Iterable[Refusal]) -> None:
        """Put what the service refused beside the fields it is about."""
        for refusal in refusals:
            name = NAME_IN_FORM.get(refusal.field, refusal.field)
            self.add_error(name if name in self.fields else None, refusal.reason)


_CONTENT = (
    "type", "occurred_at", "text", "contact", "person", "direction", "duration_minutes",
    "sentiment", "severity", "opens", "due_at", "closes",
)  # fmt: skip


def blank(now: datetime, person: Person, given: Mapping[str, str]) -> dict[str, Any]:
    """Return what a new form starts with."""
    return {
        "occurred_at": now,
        "person": str(person.pk),
        **given,
        "external_id": str(uuid.uuid4()),
    }


def as_recorded(touchpoint: Touchpoint) -> dict[str, Any]:
    """Return what a form that corrects `touchpoint` starts with."""
    sentiment = touchpoint.sentiment
    return {
        "customer": str(touchpoint.customer_id),
        "customer_name": touchpoint.customer.name,
        "type": touchpoint.type.key,
        "occurred_at": touchpoint.occurred_at.replace(second=0, microsecond=0),
        "text": touchpoint.text,
        "contact": str(touchpoint.contact_id or ""),
        "person": str(touchpoint.person_id or ""),
        "direction": str(touchpoint.direction),
        "duration_minutes": touchpoint.duration_minutes,
        "sentiment": "" if sentiment is None else str(round(sentiment)),
        "severity": str(touchpoint.severity or ""),
        "opens": str(touchpoint.opens or 0),
        "due_at": touchpoint.due_at and touchpoint.due_at.replace(second=0, microsecond=0),
        "edited_at": version_of(touchpoint),
    }


def version_of(touchpoint: Touchpoint) -> str:
    """Return what changes whenever a touchpoint is corrected."""
    return touchpoint.edited_at.isoformat() if touchpoint.edited_at else ""


def type_groups(types: Sequence[TouchpointType]) -> list[TypeGroup]:
    """Return the types to choose from: the common ones, then the others by what they are."""
    by_key = {kind.key: kind for kind in types}
    often = [(key, by_key[key].label) for key in OFTEN if key in by_key]
    order = TouchpointType.Nature.values
    rest = sorted(
        (kind for kind in types if kind.key not in OFTEN),
        key=lambda kind: order.index(kind.nature),
    )
    return [
        TypeGroup("", often),
        *(
            TypeGroup(
                TouchpointType.Nature(nature).label, [(kind.key, kind.label) for kind in kinds]
            )
            for nature, kinds in groupby(rest, lambda kind: kind.nature)
        ),
    ]


def offered_types(touchpoint: Touchpoint | None = None) -> list[TouchpointType]:
    """Return the types to choose from, with the one that a touchpoint has."""
    kinds = list(types_to_log())
    if touchpoint and touchpoint.type not in kinds:
        kinds.append(touchpoint.type)
    return kinds


def offer_people(
    field: Any,
    person: Person,
    *,
    near: Iterable[tuple[int | None, int | None]],
    help_text: str,
    touchpoint: Touchpoint | None = None,
    chosen: str = "",
) -> None:
    """Let one of us be chosen who may have been there, oneself first.

    Of more than anybody looks through, those of one's own team and of the customers' teams and
    owners, which `near` has, are shown, with a help text.
    """
    people = {
        pk: (name, team) for pk, name, team in colleagues(person).values_list(*_OF_COLLEAGUES)
    }
    if touchpoint and touchpoint.person:
        people.setdefault(touchpoint.person.pk, (touchpoint.person.name, touchpoint.person.team_id))
    people.pop(person.pk, None)
    field.choices = _people_listed(person, people)
    if len(people) > PEOPLE_SHOWN:
        pairs = list(near)
        teams = {person.team_id, *(team for team, _ in pairs)} - {None}
        ids = {chosen, *(str(owner) for _, owner in pairs)}
        shown = {pk: of for pk, of in people.items() if of[1] in teams or str(pk) in ids}
        field.widget.choices = _people_listed(person, shown)
        field.help_text = help_text


_OF_COLLEAGUES = ("pk", "name", "team_id")


def _people_listed(
    person: Person, people: Mapping[int, tuple[str, int | None]]
) -> list[tuple[str, str]]:
    others = [(str(pk), name) for pk, (name, _) in people.items()]
    return [(str(person.pk), f"{person} (me)"), *others, ("", "Nobody of us")]


def _contact_choices(contacts: Iterable[Contact]) -> Iterable[tuple[str, str]]:
    for contact in contacts:
        facts = [contact.name, contact.job_title, "has left" if contact.left_on else ""]
        yield str(contact.pk), ", ".join(filter(None, facts))


def _loop_words(loop: Loop, now: datetime) -> str:
    day = timezone.localtime(loop.opened_at).date()
    name = words.day_name(day, timezone.localtime(now).date())
    about = " ".join(loop.text.split())
    about = f"{about[:60]}…" if len(about) > 60 else about
    kind = LoopKind(loop.kind).label
    return f"{kind}, {name}: {about}" if about else f"{kind}, {name}"
