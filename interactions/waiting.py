"""What was logged without a network: what a browser says of it once it can send it."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django import forms
from django.http import QueryDict
from django.utils import timezone

from interactions.forms import MINUTE, TouchpointForm, blank
from interactions.line import LONGEST_LINE
from interactions.line_form import filled_in
from relationships.models import Person
from relationships.numbers import LARGEST_ID

LONGEST_WAIT = timedelta(days=3650)


class WaitingForm(forms.Form):
    """What goes with the fields of something that waited.

    Its age in seconds says when it was written, whatever the clock of the device shows.
    """

    external_id = forms.UUIDField()
    written_by = forms.IntegerField(min_value=1, max_value=LARGEST_ID)
    age = forms.FloatField(min_value=0, max_value=LONGEST_WAIT.total_seconds())
    is_changed = forms.BooleanField(required=False)


def waiting_touchpoint(
    data: QueryDict, *, age: float, person: Person, now: datetime
) -> tuple[TouchpointForm, Mapping[str, str]]:
    """Return the form of something that waited, understood as of when it was written.

    With it comes what is still to be chosen.
    """
    written = now - timedelta(seconds=age)
    given = data.copy()
    given.setdefault("person", str(person.pk))
    given.setdefault("occurred_at", timezone.localtime(written).strftime(MINUTE))
    return filled_in(given, person=person, now=now, initial=blank(now, person, {}), said_at=written)


def shared(data: Mapping[str, str]) -> dict[str, str]:
    r"""Return the field of the form that what another app shared belongs into.

    A short text is a line to understand; whatever else came says what it was about.

    >>> shared({"title": "", "text": "coffee Ana Acme yesterday"})
    {'line': 'coffee Ana Acme yesterday'}
    >>> shared({"title": "Offer", "text": "https://acme.example", "url": "https://acme.example"})
    {'text': 'Offer\nhttps://acme.example'}
    """
    said = (data.get(name, "").strip() for name in ("title", "text", "url"))
    parts = list(dict.fromkeys(part for part in said if part))
    text = "\n".join(parts).replace("\x00", "")
    is_line = len(text) <= LONGEST_LINE and "\n" not in text and "://" not in text
    if not text:
        return {}
    return {"line": text} if is_line else {"text": text}
