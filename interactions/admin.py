"""Administration of the catalogue of touchpoint types."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from interactions.models import TouchpointType
from interactions.services.types import save_type

POLICY_FIELDS = ("points", "care", "severity")
POLICY_NOTE = (
    "These are the values of the catalogue. What counts is the scoring policy (in your menu), "
    "where a change can be previewed and taken back."
)


class TypeForm(forms.ModelForm):
    """Says what is wrong with an entry before the database does."""

    key = forms.RegexField(
        r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$",
        max_length=60,
        help_text="What integrations call it. It never changes afterwards.",
        error_messages={"invalid": "Use lower case and dots, such as call.phone."},
    )
    points = forms.FloatField(
        min_value=0, max_value=100, initial=0, help_text="A meeting in person is 10."
    )
    care = forms.FloatField(
        min_value=0, max_value=100, initial=0, help_text="Care shown by the deed itself."
    )
    severity = forms.TypedChoiceField(
        required=False,
        coerce=int,
        empty_value=None,
        choices=(("", "No failure"), (1, "1: small"), (3, "3: serious"), (8, "8: grave")),
    )
    expected_hours = forms.FloatField(
        required=False,
        min_value=0.1,
        max_value=8_760,
        help_text="How soon its loop should be closed.",
    )

    class Meta:
        model = TouchpointType
        fields = (
            "key", "label", "channel", "mode", "nature", "direction", "points", "care",
            "severity", "is_said_care", "is_feedback", "opens", "expected_hours", "is_active",
        )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Ask for an expectation with a loop: without one it is never late."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("opens") and not cleaned.get("expected_hours"):
            self.add_error("expected_hours", "Say how soon what it opens should be closed.")
        return cleaned


@admin.register(TouchpointType)
class TouchpointTypeAdmin(admin.ModelAdmin):
    """The catalogue; a change of what a type is worth scores its customers again."""

    form = TypeForm
    list_display = ("label", "key", "channel", "mode", "nature", "points", "care", "is_active")
    list_filter = ("mode", "nature", "is_active")
    search_fields = ("key", "label")

    def get_fieldsets(
        self, request: HttpRequest, obj: TouchpointType | None = None
    ) -> list[tuple[str | None, Any]]:
        """Set apart what the scoring policy decides once the type is there."""
        fields = [name for name in self.form.Meta.fields if name not in POLICY_FIELDS]
        note = POLICY_NOTE if obj else "Start values; the scoring policy may say otherwise later."
        return [
            (None, {"fields": fields}),
            ("What it is worth", {"fields": POLICY_FIELDS, "description": note}),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: TouchpointType | None = None) -> Any:
        """Keep the key once integrations may use it, and leave what it is worth to the policy."""
        return ("key", *POLICY_FIELDS) if obj else ()

    def has_delete_permission(
        self, request: HttpRequest, obj: TouchpointType | None = None
    ) -> bool:
        """Say no: touchpoints refer to it; it can be switched off."""
        return False

    def save_model(
        self,
        request: HttpRequest,
        obj: TouchpointType,
        form: forms.ModelForm,
        change: bool,
    ) -> None:
        """Save it so that scores follow."""
        save_type(kind=obj)
