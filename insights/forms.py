"""What pages accept from the address bar."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django import forms
from django.utils import timezone

from insights.columns import COLUMNS, DEFAULT_COLUMNS, columns_in, moved
from insights.models import Band, SizeClass, ValueClass
from insights.months import Period
from insights.region import ENDS, SQUARE, Region
from insights.selectors.changes import FURTHER, NEARER, Narrowing
from insights.selectors.known import MONTHS_SHOWN as MONTHS_OF_CONTACT
from insights.selectors.orders import DEFAULT_SORT
from insights.selectors.organisation import Among, comparison_days
from insights.selectors.portfolio import COUNTED_AT_MOST, Choices, Filters
from insights.selectors.proof import Question
from insights.selectors.then import Then
from insights.selectors.wall import MONTHS_SHOWN, WallAmong
from insights.since import FOUR_WEEKS, NoSuchMondayError, monday_of
from insights.words import thousands
from relationships.models import Customer
from relationships.numbers import LARGEST_ID
from relationships.words import plural

NONE = (0, "None")
TOO_MANY = (
    f"these are more than {thousands(COUNTED_AT_MOST)} customers, too many to add up while you wait"
)
ANY = "any"
"""What an address says where leaving it out means something else."""

COMPLAINTS = {
    "invalid_choice": "“%(value)s” is none of the choices; choose another.",
    "max_length": "that is too long; give %(limit_value)d letters at most.",
}

SORT_LABELS = {
    "-at_risk": "Most at risk first",
    "at_risk": "Least at risk first",
    "-distance": "Furthest first",
    "distance": "Nearest first",
    "-drift": "Drifting away fastest first",
    "drift": "Coming closer fastest first",
    "name": "Name, A to Z",
    "-name": "Name, Z to A",
    "last_at": "Longest silent first",
    "-last_at": "Most recently in touch first",
}
QUARTER_LABELS = {
    "open_house": "Open house",
    "handshake_only": "Handshake only",
    "through_the_glass": "Through the glass",
    "walled_off": "Walled off",
}

KNOWN_LABELS = {
    "one": "One of us only",
    "several": "Several of us",
    "nobody": "None of us",
    "lost": "Their person left",
    "met": "Met in 90 days",
    "unmet": "Nobody met them in 90 days",
}


def _choice(label: str, options: Sequence[tuple[Any, str]], any_label: str) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False, choices=[("", any_label), *options])


def _points(label: str, usual: int) -> forms.IntegerField:
    """Return an end of a part of the map, which is at least a square wide and high."""
    is_end = usual == 100
    least, most = (SQUARE, 100) if is_end else (0, 100 - SQUARE)
    return forms.IntegerField(
        label=label,
        required=False,
        min_value=least,
        max_value=most,
        step_size=SQUARE,
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_value", "step_size"),
            f"give a number from {least} to {most}, in steps of {SQUARE}.",
        ),
        widget=forms.NumberInput(attrs={"placeholder": usual, "inputmode": "numeric"}),
    )


class RegionForm(forms.Form):
    """A part of the map of doors and windows; an end that is left out is that of the map."""

    doors_from = _points("Doors from", 0)
    doors_to = _points("Doors to", 100)
    windows_from = _points("Windows from", 0)
    windows_to = _points("Windows to", 100)

    def clean(self) -> dict[str, Any]:
        """Refuse a part that ends before it begins."""
        data = super().clean() or {}
        for name in ("doors", "windows"):
            begins, ends = data.get(f"{name}_from"), data.get(f"{name}_to")
            if begins is not None and ends is not None and begins >= ends:
                self.add_error(f"{name}_to", f"{ends} is not more than {begins}.")
        return data

    def region(self) -> Region:
        """Return the part of the map that is asked for, all of it if nothing is."""
        given = ((name, self.cleaned_data.get(name)) for name in ENDS)
        return Region(**{name: value for name, value in given if value is not None})


class CustomersForm(RegionForm):
    """Filters, order and place of the list of customers; what is wrong in it is left out."""

    q = forms.CharField(
        label="Search by name",
        required=False,
        max_length=200,
        widget=forms.TextInput(
            attrs={
                "type": "search",
                "placeholder": "Part of a name, typos allowed",
                "autocomplete": "off",
                "data-key-focus": "/",
            }
        ),
    )
    band = forms.TypedMultipleChoiceField(
        label="Band",
        required=False,
        coerce=lambda name: Band[name.upper()].value,
        choices=[(band.name.lower(), band.label) for band in Band],
    )
    quarter = _choice("Doors and windows", list(QUARTER_LABELS.items()), "Any")
    was = forms.TypedMultipleChoiceField(
        label="Stood in",
        required=False,
        coerce=lambda name: Band[name.upper()].value,
        choices=[(band.name.lower(), band.label) for band in Band],
    )
    moved = _choice("Moved", [(way, way.capitalize()) for way in (FURTHER, NEARER)], "Anywhere")
    since = forms.CharField(label="Since", required=False, max_length=10)
    value = _choice("Value class", [(one.name.lower(), one.label) for one in ValueClass], "Any")
    size = _choice(
        "People we know there", [(one.name.lower(), one.label) for one in SizeClass], "Any"
    )
    known = _choice("Who knows them", list(KNOWN_LABELS.items()), "Anyone or nobody")
    stage = _choice("Stage", Customer.Stage.choices, "Any stage")
    team = _choice("Team", [], "Any team")
    owner = _choice("Owner", [], "Any owner")
    segment = _choice("Segment", [], "Any segment")
    sort = forms.ChoiceField(
        label="Sort by",
        required=False,
        choices=list(SORT_LABELS.items()),
        widget=forms.Select(attrs={"data-default": DEFAULT_SORT}),
    )
    after = forms.CharField(required=False, max_length=300, widget=forms.HiddenInput)
    before = forms.CharField(required=False, max_length=300, widget=forms.HiddenInput)
    columns = forms.CharField(label="Columns", required=False, max_length=500)
    view = forms.IntegerField(
        label="View",
        required=False,
        min_value=1,
        max_value=LARGEST_ID,
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_value"), "there is no such view; choose another."
        ),
    )
    # The panel of columns asks in parts, so that it works without JavaScript.
    column = forms.MultipleChoiceField(
        label="Column", required=False, choices=[(c.key, c.label) for c in COLUMNS.values()]
    )
    earlier = forms.CharField(required=False, max_length=50)
    later = forms.CharField(required=False, max_length=50)

    then_on: date
    is_compared: bool

    def __init__(self, data: Any, choices: Choices) -> None:
        super().__init__(data)
        _offer(self, choices)

    def clean(self) -> dict[str, Any]:
        """Read the columns; those that there are not are named and left out."""
        data = super().clean() or {}
        known, unknown = columns_in(data.get("columns") or "")
        if unknown:
            self.add_error("columns", f"There is no column {' or '.join(unknown)}.")
        chosen = data.get("column") or known
        chosen = moved(chosen, data.get("earlier") or "", -1)
        data["columns"] = moved(chosen, data.get("later") or "", 1)
        return data

    def clean_since(self) -> str:
        """Refuse a day of which nothing is remembered."""
        text = str(self.cleaned_data["since"])
        now = timezone.now()
        try:
            self.then_on = monday_of(text or FOUR_WEEKS, now)
        except NoSuchMondayError as error:
            raise forms.ValidationError(str(error)) from error
        self.is_compared = self.then_on in comparison_days(now)
        return text

    def then(self) -> Then | None:
        """Return where customers stood before; without a day four weeks ago is meant."""
        was, moved, since = (self.cleaned_data.get(name) for name in ("was", "moved", "since"))
        if since is None or not (was or moved or since):
            return None
        return Then(self.then_on, tuple(was or ()), moved or "", self.is_compared)

    def columns_shown(self) -> tuple[str, ...]:
        """Return the columns in order, the usual ones when none are asked for."""
        return tuple(self.cleaned_data.get("columns") or DEFAULT_COLUMNS)

    @property
    def is_moving(self) -> bool:
        """Whether a column is being moved, so that the panel stays open."""
        return any(self.cleaned_data.get(name) for name in ("earlier", "later"))

    def filters(self) -> Filters:
        """Return what to narrow the list to."""
        value = self.cleaned_data.get
        return Filters(
            search=value("q") or "",
            bands=tuple(value("band") or ()),
            quarter=value("quarter") or "",
            known=value("known") or "",
            region=self.region(),
            stage=value("stage") or "",
            team=_number(value("team")),
            owner=_number(value("owner")),
            segment=_number(value("segment")),
            value_class=ValueClass[value("value").upper()].value if value("value") else None,
            size_class=SizeClass[value("size").upper()].value if value("size") else None,
            then=self.then(),
        )

    def order(self) -> str:
        """Return the order, the default when none is asked for."""
        return self.cleaned_data.get("sort") or DEFAULT_SORT

    def place(self) -> dict[str, str]:
        """Return the key of the page asked for."""
        return {name: self.cleaned_data.get(name) or "" for name in ("after", "before")}

    def words_of(self, name: str, value: str) -> str:
        """Return what a value of a filter is called."""
        options = getattr(self.fields[name], "choices", ())
        return {str(key): str(words) for key, words in options}.get(value, value)

    def complaints(self) -> list[str]:
        """Say what was left out because it makes no sense here, naming the value."""
        return complaints_of(self)


class ChangesForm(forms.Form):
    """Which way, and whose customers, the list of changes is about; what is wrong is left out."""

    direction = forms.ChoiceField(
        label="Direction", required=False, choices=[(FURTHER, "Further away"), (NEARER, "Nearer")]
    )
    owner = _choice("Owner", [], "Any owner")
    team = _choice("Team", [], "Any team")
    segment = _choice("Segment", [], "Any segment")
    stage = _choice("Stage", Customer.Stage.choices, "Any stage")

    def __init__(self, data: Any, choices: Choices) -> None:
        super().__init__(data)
        _offer(self, choices)

    def narrowing(self) -> Narrowing:
        """Return what to narrow the list to."""
        value = self.cleaned_data.get
        return Narrowing(
            direction=value("direction") or FURTHER,
            stage=value("stage") or "",
            team=_number(value("team")),
            owner=_number(value("owner")),
            segment=_number(value("segment")),
        )

    def complaints(self) -> list[str]:
        """Say what was left out because it makes no sense here."""
        return complaints_of(self)


class OwnerForm(forms.Form):
    """Whose customers are added up, if their owner is asked for."""

    owner = _choice("Owner", [], "Any owner")
    field_order = ("team", "segment", "stage", "owner")

    def __init__(self, data: Any, choices: Choices) -> None:
        super().__init__(data)
        _offer(self, choices)
        self._uncounted = choices.uncounted

    def clean_owner(self) -> str:
        """Refuse whoever has so many customers that adding them up would take long."""
        owner = str(self.cleaned_data["owner"])
        if owner and int(owner) == self._uncounted:
            raise forms.ValidationError(f"{TOO_MANY}.")
        return owner

    def complaints(self) -> list[str]:
        """Say what was left out because it makes no sense here."""
        return complaints_of(self)


class WhoseForm(OwnerForm):
    """Whose numbers are shown, those of everybody if nothing is said."""

    team = _choice("Team", [], "Any team")
    segment = _choice("Segment", [], "Any segment")
    stage = _choice("Stage", Customer.Stage.choices, "Any stage")

    def whose(self) -> Among:
        """Return whose customers are counted."""
        value = self.cleaned_data.get
        return Among(
            stage=value("stage") or "",
            team=_number(value("team")),
            segment=_number(value("segment")),
            owner=_number(value("owner")),
        )


class DistanceForm(WhoseForm):
    """Whose distance is shown, that of current customers if nothing is said."""

    stage = forms.ChoiceField(
        label="Stage",
        required=False,
        choices=[
            (Customer.Stage.CURRENT.value, Customer.Stage.CURRENT.label),
            *(stage for stage in Customer.Stage.choices if stage[0] != Customer.Stage.CURRENT),
            (ANY, "Any stage"),
        ],
    )

    def among(self) -> Among:
        """Return which customers are counted."""
        whose = self.whose()
        stage = whose.stage or Customer.Stage.CURRENT.value
        return replace(whose, stage="" if stage == ANY else stage)


class KnownForm(DistanceForm):
    """Which customers are shown, current ones if nothing is said, and of which team our people."""

    def leave_out_segment(self) -> None:
        """Complain of a segment of so many customers that adding them up would take long."""
        self.add_error("segment", f"{TOO_MANY}; choose a team or an owner of them as well.")


class KnownContactsForm(OwnerForm):
    """Contact with whom, and in which month; none means lately."""

    team = _choice("Team", [], "Any team")
    stage = _choice("Stage", Customer.Stage.choices, "Current customers")
    month = forms.CharField(label="Month", required=False, max_length=7)

    def clean_month(self) -> str:
        """Refuse what is no month that is shown."""
        text = str(self.cleaned_data["month"])
        shown = {f"{month:%Y-%m}" for month in Period(timezone.localdate(), MONTHS_OF_CONTACT).each}
        if text and text not in shown:
            raise forms.ValidationError(f"Choose one from {min(shown)} to {max(shown)}.")
        return text

    def chosen_team(self) -> int | None:
        """Return the team asked for, 0 for none; None for all."""
        return _number(self.cleaned_data.get("team"))

    def chosen_stage(self) -> str:
        """Return the stage asked for."""
        return self.cleaned_data.get("stage") or Customer.Stage.CURRENT.value

    def chosen_month(self) -> date | None:
        """Return the first day of the month asked for."""
        text = self.cleaned_data.get("month")
        return date.fromisoformat(f"{text}-01") if text else None


class DoorsAndWindowsForm(RegionForm, DistanceForm):
    """Whose doors and windows are shown, and the part of the map that is chosen."""


class WallForm(WhoseForm):
    """Which part of the Wall is shown, and how far back."""

    channel = _choice("Channel", [], "Any channel")
    months = forms.ChoiceField(
        label="Period",
        required=False,
        choices=[
            ("36", "Three years"),
            ("12", "One year"),
            ("24", "Two years"),
            ("60", "Five years"),
            (ANY, "All there is"),
        ],
    )

    def __init__(self, data: Any, choices: Choices, channels: Sequence[str]) -> None:
        super().__init__(data, choices)
        self.fields["channel"].choices = [
            ("", "Any channel"), *((name, name.capitalize()) for name in channels)
        ]  # fmt: skip

    def among(self) -> WallAmong:
        """Return what the Wall is narrowed to."""
        value, whose = self.cleaned_data.get, self.whose()
        months = value("months") or str(MONTHS_SHOWN)
        return WallAmong(
            team=whose.team,
            segment=whose.segment,
            stage=whose.stage,
            owner=whose.owner,
            channel=value("channel") or "",
            months=None if months == ANY else int(months),
        )


def _offer(form: forms.Form, choices: Choices) -> None:
    """Offer the teams, owners and segments that there are, and none; complain in plain words."""
    for field in form.fields.values():
        field.error_messages |= COMPLAINTS
    for name, label, options in (
        ("team", "Any team", [*choices.teams, NONE]),
        ("owner", "Any owner", choices.owners),
        ("segment", "Any segment", [*choices.segments, NONE]),
    ):
        if name not in form.fields:
            continue
        if name == "owner" and choices.has_more_owners:
            label = "Any owner (choose a team for names)"
        form.fields[name].choices = [("", label), *options]
        form.fields[name].error_messages["invalid_choice"] = (
            "number %(value)s is gone, or not yours to see."
        )


def complaints_of(form: forms.Form) -> list[str]:
    """Name what was left out of a form, and why."""
    return [
        f"{form.fields[name].label}: {' '.join(map(str, errors))}"
        for name, errors in form.errors.items()
        if name in form.fields
    ]


def _whole(label: str, least: int, most: int, unit: str) -> forms.IntegerField:
    """Return a number of what is to be proven, which says what it takes if it is given another."""
    return forms.IntegerField(
        label=label,
        required=False,
        min_value=least,
        max_value=most,
        help_text=unit,
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_value"),
            f"Give a whole number from {thousands(least)} to {thousands(most)}.",
        ),
    )


class ProofForm(forms.Form):
    """What is to be proven; what is left out is as usual."""

    window = _whole("Look back", 14, 3_650, "days")
    horizon = _whole("Silence of", 1, 1_000, "days")
    budget = _whole("Warn of", 1, 50, "% a week")

    def clean(self) -> dict[str, Any]:
        """Refuse a window in which no cut-off is over yet."""
        data = super().clean() or {}
        usual = Question()
        for name in ("window", "horizon", "budget"):
            if name in data and data[name] is None:
                data[name] = getattr(usual, _QUESTION_FIELDS[name])
        window, horizon = data.get("window"), data.get("horizon")
        if window and horizon and window < horizon + 7:
            self.add_error(
                "window",
                f"To know who was silent for {plural(horizon, 'day')}, look back at least "
                f"{plural(horizon + 7, 'day')}.",
            )
        return data

    def asked(self) -> dict[str, str]:
        """Return what was given, as an address has it; it may make no sense."""
        return {name: self.data[name] for name in self.fields if name in self.data}

    def question(self) -> Question:
        """Return what is asked; the form must be valid."""
        return Question(**{_QUESTION_FIELDS[name]: self.cleaned_data[name] for name in self.fields})


_QUESTION_FIELDS = {
    "window": "window_days",
    "horizon": "horizon_days",
    "budget": "budget_percent",
}


def _number(choice: str | None) -> int | None:
    return int(choice) if choice else None
