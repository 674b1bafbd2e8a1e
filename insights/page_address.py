"""What a page with filters shows, as an address that can be kept and sent to others."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.urls import reverse


def said_by(chips: Iterable[Mapping[str, str]]) -> str:
    """Say in words what chips filter by."""
    return ", ".join(f"{chip['key']}: {chip['value']}" for chip in chips)


@dataclass(frozen=True, slots=True)
class PageAddress:
    """A page and its filters; a link changes a part."""

    page: str
    pairs: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, page: str, form: forms.Form, usual: Mapping[str, str]) -> "PageAddress":
        """Take what was asked for and made sense; what is usual goes without saying."""
        found = ((name, form.cleaned_data.get(name)) for name in form.fields)
        return cls(page, tuple((n, str(v)) for n, v in found if v and str(v) != usual.get(n)))

    @classmethod
    def to_page(cls, page: str, /, **filters: Any) -> str:
        """Return the address of a page with these filters; None is none."""
        return cls(page, tuple((n, str(v)) for n, v in filters.items() if v is not None)).to()

    def to(self, **changes: str) -> str:
        """Return the address with these parts changed; an empty one is left out."""
        kept = [pair for pair in self.pairs if pair[0] not in changes]
        query = urlencode([*kept, *((name, value) for name, value in changes.items() if value)])
        return f"{reverse(self.page)}?{query}" if query else reverse(self.page)

    def on(self, page: str) -> str:
        """Return the address of another page with the same filters."""
        return PageAddress(page, self.pairs).to()

    def only(self, *names: str) -> "PageAddress":
        """Return the address with these filters alone."""
        return PageAddress(self.page, tuple(pair for pair in self.pairs if pair[0] in names))

    @property
    def query(self) -> str:
        """The filters alone, with a question mark where there are any."""
        return f"?{urlencode(self.pairs)}" if self.pairs else ""

    @property
    def cleared(self) -> str:
        """The address without filters."""
        return reverse(self.page)

    def said(self, form: forms.Form) -> str:
        """Say in words what is filtered by."""
        return said_by(self.chips(form))

    def chips(self, form: forms.Form) -> list[dict[str, str]]:
        """Return what is filtered by, in words, each with the way out of it."""
        chips = []
        for name, value in self.pairs:
            field = form.fields[name]
            words = {str(key): str(label) for key, label in getattr(field, "choices", ())}
            chip = {"key": str(field.label), "value": words.get(value, value)}
            chips.append({**chip, "url": self.to(**{name: ""})})
        return chips
