"""What an administrator says when they make, change or rotate a key."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import uuid4

from django import forms
from django.utils import timezone

from relationships.models import AccessKey, Team
from relationships.origins import OriginFlawError, normal_origin
from relationships.selectors import service_account_at
from relationships.services import (
    LONGEST_SOURCE,
    MOST_ORIGINS,
    MOST_PER_MINUTE,
    OVERLAPS,
    SCOPES,
    NotAServiceAccountError,
    account_address,
    check_new_account,
)

LONGEST_DAYS = 3_650
LIVES = {"30": "30 days", "90": "90 days", "365": "a year", "never": "until it is revoked"}


class RightsForm(forms.Form):
    """What a key may do, how often, from where and until when."""

    scopes = forms.MultipleChoiceField(
        label="It may",
        choices=list(SCOPES.items()),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one thing it may do."},
    )
    life = forms.ChoiceField(label="It works for", widget=forms.RadioSelect)
    ends_on = forms.DateField(
        label="Last day",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
        error_messages={"invalid": "Give a day, such as 2027-03-31."},
    )
    requests_per_minute = forms.IntegerField(
        label="Requests a minute",
        required=False,
        min_value=1,
        max_value=MOST_PER_MINUTE,
        help_text="Empty: as many as it likes. Each may carry 5,000 touchpoints.",
    )
    origins = forms.CharField(
        label="Only from web pages of",
        required=False,
        max_length=MOST_ORIGINS * 220,
        widget=forms.Textarea(
            attrs={"rows": 2, "placeholder": "https://shop.example.com", "spellcheck": "false"}
        ),
        help_text="For a key that stands in a web page; one origin a line. Whoever visits the page "
        "can read the key, so let it write and not read.",
    )

    def __init__(self, *args: Any, now: datetime, key: AccessKey | None = None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.now, self.key = now, key
        as_it_is = [("as_it_is", _as_it_is(key))] if key else []
        life = self.fields["life"]
        life.choices = [*as_it_is, *LIVES.items(), ("date", "until a day of your choice")]

    def clean_origins(self) -> list[str]:
        """Return the origins as browsers write them."""
        lines = self.cleaned_data["origins"].replace(",", "\n").splitlines()
        given = [line for line in lines if line.strip()]
        if len(given) > MOST_ORIGINS:
            raise forms.ValidationError(f"These are {len(given)}; use at most {MOST_ORIGINS}.")
        try:
            return [normal_origin(line) for line in given]
        except OriginFlawError as error:
            raise forms.ValidationError(str(error)) from None

    def clean(self) -> dict[str, Any]:
        """Work out when the key ends."""
        cleaned = super().clean() or self.cleaned_data
        life, last = cleaned.get("life", ""), cleaned.get("ends_on")
        if life == "date" and "ends_on" not in self.errors:
            self._check_last_day(last)
        cleaned["expires_at"] = self._expires_at(life, last) if not self.errors else None
        return cleaned

    def _check_last_day(self, last: date | None) -> None:
        today = timezone.localtime(self.now).date()
        if last is None:
            self.add_error("ends_on", "Give the last day on which it works.")
        elif not today <= last <= today + timedelta(days=LONGEST_DAYS):
            self.add_error("ends_on", "Give a day from today on, within ten years.")

    def _expires_at(self, life: str, last: date | None) -> datetime | None:
        if life == "as_it_is" and self.key:
            return self.key.expires_at
        if life == "date" and last:
            return timezone.make_aware(datetime.combine(last + timedelta(days=1), time.min))
        return self.now + timedelta(days=int(life)) if life.isdecimal() else None

    def rights(self) -> dict[str, Any]:
        """Return what the services that make and change keys want to know."""
        names = ("scopes", "expires_at", "requests_per_minute", "origins")
        return {name: self.cleaned_data[name] for name in names}

    def scope_rows(self) -> Iterator[tuple[str, Any]]:
        """Yield each scope with its box."""
        for box in self["scopes"]:
            yield box.data["value"], box


class NewKeyForm(RightsForm):
    """Asks for a key of a new service account, or for another one of an account that is there."""

    name = forms.CharField(
        label="Name",
        max_length=LONGEST_SOURCE,
        help_text="What will use the key, such as the shop. It is the source of what it sends.",
        error_messages={"required": "Give it a name."},
    )
    team = forms.ModelChoiceField(
        Team.objects.all(),
        label="Works for",
        required=False,
        empty_label="The whole organisation",
        help_text="A team's account sees, and records for, that team's customers alone.",
    )
    form_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    field_order = ("name", "team")

    def __init__(self, *args: Any, has_account: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if has_account:
            del self.fields["name"], self.fields["team"]

    def clean_name(self) -> str:
        """Refuse the name of an account that is there: whoever meant it adds a key to it."""
        name = str(self.cleaned_data["name"])
        try:
            address = account_address(name)
            known = service_account_at(address)
            if known is None:
                check_new_account(address)
                return name
        except NotAServiceAccountError as error:
            raise forms.ValidationError(str(error)) from None
        raise forms.ValidationError(
            f"There is a service account {known.name} already. Add a key to it in the list, or "
            "use another name."
        )


class RotateForm(forms.Form):
    """Asks how long the old key works beside the new one."""

    overlap_hours = forms.TypedChoiceField(
        label="The old key",
        coerce=int,
        choices=list(OVERLAPS.items()),
        initial=24,
        widget=forms.RadioSelect,
    )
    form_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)


def rights_of(key: AccessKey) -> dict[str, Any]:
    """Return what the form shows of a key."""
    return {
        "scopes": key.scopes,
        "life": "as_it_is",
        "requests_per_minute": key.requests_per_minute,
        "origins": "\n".join(key.origins),
    }


def _as_it_is(key: AccessKey) -> str:
    if key.expires_at is None:
        return "as it is: until it is revoked"
    return f"as it is: until {timezone.localtime(key.expires_at):%-d %B %Y, %H:%M}"
