"""The policy as a form: every number of everyone, of touchpoint types and of segments."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms

from insights.policy_words import LABELS, TYPE_NUMBERS, number, unit
from insights.scoring.policy import RISING, WEIGHTS
from insights.scoring.tunables import GROUPS, ORGANISATION_ONLY, Tunable
from insights.selectors.policy import DEFAULTS, TUNABLES, TYPE_RANGES, Place, Settings
from interactions.models import TouchpointType

MEANINGS: Mapping[str, Tunable] = {t.name: t for group in GROUPS for t in group.tunables}
RISING_WORDS = "This must be at least {floor}, where “{before}” stands."


def field_name(place: Place) -> str:
    """Return what the field of a number is called."""
    return ":".join(place)


class PolicyForm(forms.Form):
    """All of a policy at once. What is left empty is as Hearth ships it, or as everyone's."""

    based_on = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    note = forms.CharField(
        label="Why",
        max_length=300,
        required=False,
        widget=forms.TextInput(attrs={"placeholder": "Why it is changed, for those after you"}),
    )
    add_segment = forms.ChoiceField(label="Segment", required=False)
    add_tunable = forms.ChoiceField(label="What it should have of its own", required=False)

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        settings: Settings,
        types: Iterable[TouchpointType],
        segments: Mapping[str, str],
        initial: Mapping[str, Any] | None = None,
    ) -> None:
        shown = {
            field_name(place): number(value).replace(",", "") for place, value in settings.items()
        }
        super().__init__(data, initial=shown | dict(initial or {}))
        self.types = list(types)
        self.segments = segments
        self.places: dict[str, Place] = {}
        for name in TUNABLES:
            self._add_tunable(Place("everyone", "", name))
        for entry in self.types:
            for name in _numbers_of(entry):
                self._add_type(entry, name)
        for place in self._places_of_segments(data or initial or {}, settings):
            self._add_tunable(place)
        self.fields["add_segment"].choices = [("", "Choose a segment"), *self.segments.items()]
        self.fields["add_tunable"].choices = [("", "Choose a number"), *_choices()]

    def _places_of_segments(self, data: Mapping[str, Any], settings: Settings) -> list[Place]:
        """Return which numbers segments have of their own, also those just being added."""
        names = [name for name in data if name.startswith("segment:") and name.count(":") == 2]
        asked = {Place(*name.split(":")) for name in names}
        asked |= {place for place in settings if place.part == "segment"} if not data else set()
        return [
            Place("segment", owner, name)
            for owner in self.segments
            for name in MEANINGS
            if Place("segment", owner, name) in asked and name not in ORGANISATION_ONLY
        ]

    def _add_tunable(self, place: Place) -> None:
        tuned, words = TUNABLES[place.name], MEANINGS[place.name]
        low, high = tuned.metadata["low"], tuned.metadata["high"]
        unit_words = unit(place.name)
        self._add(place, words.label, words.meaning, (low, high), unit_words)
        if place.part == "everyone":
            self.initial.setdefault(field_name(place), _plain(DEFAULTS[place.name]))

    def _add_type(self, entry: TouchpointType, name: str) -> None:
        label, meaning = TYPE_NUMBERS[name]
        place = Place("type", entry.key, name)
        self._add(place, f"{label} of {entry.label}", meaning, TYPE_RANGES[name], "")
        usual = _plain(getattr(entry, name) or 0)
        self.fields[field_name(place)].widget.attrs["placeholder"] = usual

    def _add(
        self, place: Place, label: str, meaning: str, span: tuple[float, float], unit_words: str
    ) -> None:
        low, high = span
        right = f"Give a number from {number(low)} to {number(high)} {unit_words}".rstrip() + "."
        name = field_name(place)
        self.places[name] = place
        self.fields[name] = forms.FloatField(
            label=label,
            help_text=meaning,
            required=False,
            min_value=low,
            max_value=high,
            error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), right),
            widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        )

    def clean(self) -> dict[str, Any]:
        """Refuse numbers that make no sense together, at their fields."""
        cleaned = super().clean() or self.cleaned_data
        for owner in ("", *{place.owner for place in self._of("segment")}):
            self._check_weights(owner)
            for names in RISING:
                self._check_rising(owner, names)
        return cleaned

    def _of(self, part: str) -> list[Place]:
        return [place for place in self.places.values() if place.part == part]

    def _value(self, owner: str, name: str) -> float | None:
        """Return what counts for a segment, or for everyone; None when that is wrong by itself."""
        own = field_name(Place("segment", owner, name))
        common = field_name(Place("everyone", "", name))
        if own in self.errors or common in self.errors:
            return None
        for field in (own, common):
            if self.cleaned_data.get(field) is not None:
                return float(self.cleaned_data[field])
        return DEFAULTS[name]

    def _fields_of(self, owner: str, names: Iterable[str]) -> list[str]:
        part = "segment" if owner else "everyone"
        return [f for f in (field_name(Place(part, owner, n)) for n in names) if f in self.fields]

    def _check_weights(self, owner: str) -> None:
        values = [self._value(owner, name) for name in WEIGHTS]
        total = sum(value for value in values if value is not None)
        if None in values or abs(total - 1) < 1e-6:
            return
        for field in self._fields_of(owner, WEIGHTS):
            self.add_error(
                field, f"The three shares of warmth add up to {total:g}; they must add up to 1."
            )

    def _check_rising(self, owner: str, names: tuple[str, ...]) -> None:
        values = [self._value(owner, name) for name in names]
        for (before, floor), (name, value) in zip(
            zip(names, values, strict=True), list(zip(names, values, strict=True))[1:], strict=False
        ):
            if floor is not None and value is not None and value < floor:
                words = RISING_WORDS.format(floor=number(floor), before=LABELS[before])
                for field in self._fields_of(owner, [name]) or self._fields_of(owner, [before]):
                    self.add_error(field, words)

    def settings(self) -> dict[Place, float]:
        """Return what differs from what Hearth ships, from everyone, or from the catalogue."""
        usual = {
            Place("type", entry.key, name): float(getattr(entry, name) or 0)
            for entry in self.types
            for name in _numbers_of(entry)
        }
        usual |= {Place("everyone", "", name): value for name, value in DEFAULTS.items()}
        return {
            place: value
            for name, place in self.places.items()
            if (value := self.cleaned_data.get(name)) is not None and value != usual.get(place)
        }


def _numbers_of(entry: TouchpointType) -> Iterator[str]:
    """Yield what can be said of a type: bookkeeping is worth nothing, only a failure hurts."""
    if entry.nature == TouchpointType.Nature.FAILURE:
        yield "severity"
    elif entry.mode != TouchpointType.Mode.NONE and entry.nature != entry.Nature.BROADCAST:
        yield from ("points", "care")


def _choices() -> list[tuple[str, list[tuple[str, str]]]]:
    return [
        (
            group.label,
            [(t.name, t.label) for t in group.tunables if t.name not in ORGANISATION_ONLY],
        )
        for group in GROUPS
    ]


def _plain(value: float) -> str:
    return number(value).replace(",", "")


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One number as the page shows it."""

    field: forms.BoundField
    unit: str
    usual: str
    span: str
    is_changed: bool


@dataclass(frozen=True, slots=True)
class Section:
    """Fields of one subject, one segment or one kind of type."""

    key: str
    label: str
    meaning: str
    rows: list[FieldRow]

    @property
    def changed(self) -> int:
        """How many are not as they usually are."""
        return sum(row.is_changed for row in self.rows)

    @property
    def has_errors(self) -> bool:
        """Whether something in it is wrong."""
        return any(row.field.errors for row in self.rows)


def sections_of_everyone(form: PolicyForm) -> list[Section]:
    """Return the tunables by subject."""
    return [
        Section(
            group.key,
            group.label,
            group.meaning,
            [_row(form, Place("everyone", "", t.name), DEFAULTS[t.name]) for t in group.tunables],
        )
        for group in GROUPS
    ]


def sections_of_segments(form: PolicyForm) -> list[Section]:
    """Return what segments have of their own, for each that has anything."""
    sections = []
    for owner, label in form.segments.items():
        rows = [
            _row(form, place, _common(form, place.name))
            for place in form.places.values()
            if place.part == "segment" and place.owner == owner
        ]
        if rows:
            sections.append(Section(f"segment-{owner}", label, "", rows))
    return sections


@dataclass(frozen=True, slots=True)
class TypeRow:
    """A touchpoint type with its numbers."""

    label: str
    rows: list[FieldRow]


def types_of(form: PolicyForm) -> list[TypeRow]:
    """Return the touchpoint types that have numbers."""
    found = []
    for entry in form.types:
        places = [Place("type", entry.key, name) for name in _numbers_of(entry)]
        rows = [_row(form, place, float(getattr(entry, place.name) or 0)) for place in places]
        if rows:
            found.append(TypeRow(entry.label, rows))
    return found


def _common(form: PolicyForm, name: str) -> float:
    """Return what everyone has, as far as the form makes sense."""
    said = form[field_name(Place("everyone", "", name))].value()
    try:
        return float(said)
    except (TypeError, ValueError):
        return DEFAULTS[name]


def _row(form: PolicyForm, place: Place, usual: float) -> FieldRow:
    bound = form[field_name(place)]
    said = bound.value()
    is_tunable = place.name in TUNABLES
    low, high = bound.field.min_value, bound.field.max_value
    return FieldRow(
        field=bound,
        unit=unit(place.name) if is_tunable else "",
        usual=number(usual),
        span=f"{number(low)} to {number(high)}",
        is_changed=place.part == "segment"
        or (said not in (None, "") and str(said) != _plain(usual)),
    )
