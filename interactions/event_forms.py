"""What administrators say about events: which become touchpoints, and of what type."""

from typing import Any

from django import forms

from interactions.event_names import comparable
from interactions.models import Direction, EventKind, EventRule, TouchpointType
from interactions.selectors import types_to_log

IGNORE = "ignore"


class EventRuleForm(forms.Form):
    """One rule."""

    kind = forms.ChoiceField(label="Call", choices=EventKind.choices)
    pattern = forms.CharField(
        label="Event",
        max_length=200,
        help_text="As it is sent; case and spelling do not matter. A star stands for any words: "
        "“Checkout *”.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": "Say which event; * means every one."},
    )
    type = forms.ChoiceField(
        label="Becomes",
        error_messages={"required": "Choose what it becomes."},
    )
    direction = forms.TypedChoiceField(
        label="Direction",
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", "As usual for this"), *Direction.choices],
    )
    value_property = forms.CharField(
        label="Value",
        required=False,
        max_length=100,
        help_text="The property that holds an amount; of several, the first that is a number: "
        "“total, revenue”.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, rule: EventRule, **kwargs: Any) -> None:
        super().__init__(*args, initial=_said(rule) | kwargs.pop("initial", {}), **kwargs)
        self.rule = rule
        kinds = list(types_to_log())
        if rule.type and rule.type not in kinds:
            kinds.append(rule.type)
        self.types = {kind.key: kind for kind in kinds}
        self.fields["type"].choices = [
            ("", "Choose a type"),
            (IGNORE, "Nothing: ignore it"),
            *((kind.key, kind.label) for kind in kinds),
        ]

    def clean_pattern(self) -> str:
        """Refuse what no event can be compared with."""
        pattern: str = self.cleaned_data["pattern"]
        if not comparable(pattern):
            raise forms.ValidationError("Say which event; * means every one.")
        return pattern

    def filled_in(self) -> EventRule:
        """Return the rule as the form says it."""
        said = self.cleaned_data
        self.rule.kind, self.rule.pattern = said["kind"], said["pattern"]
        self.rule.type: TouchpointType | None = self.types.get(said["type"])
        self.rule.direction = said["direction"]
        self.rule.value_property = said["value_property"]
        return self.rule


def _said(rule: EventRule) -> dict[str, Any]:
    if rule.pk is None:
        return {}
    return {
        "kind": rule.kind,
        "pattern": rule.pattern,
        "type": rule.type.key if rule.type else IGNORE,
        "direction": "" if rule.direction is None else rule.direction,
        "value_property": rule.value_property,
    }
