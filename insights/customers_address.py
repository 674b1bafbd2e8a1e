"""What the list of customers shows, as an address that can be kept and sent to others."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from insights.columns import DEFAULT_COLUMNS, SEPARATOR
from insights.forms import CustomersForm
from insights.models import Band
from insights.region import ENDS, EVERYWHERE
from insights.selectors.portfolio import Choices

NAMES = (
    "q", "band", "quarter", *ENDS, "was", "moved", "since", "value", "size", "known", "stage",
    "team", "owner", "segment", "sort", "columns", "view",
)  # fmt: skip
UNSEEN = ("quarter", *ENDS, "was", "moved", "since", "value", "size")
"""Filters that no control says: links lead to them, and chips lead out."""

KEPT = ("columns", "view")
"""What stays when filters are cleared, and is no filter itself."""


@dataclass(frozen=True, slots=True)
class Address:
    """The filters, order and columns of the list; a link changes a part and starts over."""

    pairs: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, form: CustomersForm, *, view: int | None = None) -> "Address":
        """Take what was asked for and made sense, as it stands in a view that is open."""
        pairs = tuple(_pairs(form))
        return cls((*pairs, ("view", str(view))) if view else pairs)

    def to(self, page: str = "customers", /, **changes: str) -> str:
        """Return the address with these parts changed; an empty one is left out."""
        kept = [pair for pair in self.pairs if pair[0] not in changes]
        query = urlencode([*kept, *((name, value) for name, value in changes.items() if value)])
        return f"{reverse(page)}?{query}" if query else reverse(page)

    @property
    def query(self) -> str:
        """What a saved view keeps: all but which view it began with."""
        return urlencode(self.without("view"))

    @property
    def cleared(self) -> str:
        """The address of all customers, with the same columns."""
        return Address(tuple(pair for pair in self.pairs if pair[0] == "columns")).to()

    def without(self, *names: str) -> list[tuple[str, str]]:
        """Return all parts but these."""
        return [pair for pair in self.pairs if pair[0] not in names]

    def kept(self) -> list[tuple[str, str]]:
        """Return the parts that no control of the filters says."""
        return [pair for pair in self.pairs if pair[0] in {*UNSEEN, *KEPT}]


def sound_query(shown: QueryDict, choices: Choices) -> str:
    """Return the part of a query that makes sense, in the one way it is written."""
    form = CustomersForm(shown, choices)
    form.is_valid()
    return Address.of(form).query


def view_address(view_id: int, query: str) -> str:
    """Return the address that opens a saved view, and shows the same to whoever cannot open it."""
    pairs = f"{query}&view={view_id}" if query else f"view={view_id}"
    return f"{reverse('customers')}?{pairs}"


def _pairs(form: CustomersForm) -> Iterable[tuple[str, str]]:
    for name in NAMES:
        value = form.cleaned_data.get(name)
        if name == "view" or not value or value == getattr(EVERYWHERE, name, None):
            continue
        if name in ("band", "was"):
            for band in value:
                yield name, Band(band).name.lower()
        elif name != "columns":
            yield name, str(value)
        elif tuple(value) != DEFAULT_COLUMNS:
            yield name, SEPARATOR.join(value)
