"""The list of customers."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from insights.duplicate_words import likely
from insights.forms import CustomersForm
from insights.models import Band
from insights.presentation import customer_row
from insights.selectors.portfolio import (
    DEFAULT_SORT,
    Page,
    customers_by_band,
    filter_choices,
    portfolio,
)
from insights.words import thousands
from interactions.row_actions import row_keys
from relationships.selectors.duplicates import number_of_duplicates
from relationships.words import plural

# What a column is called, what it sorts by at the first click, and how its cells are set.
COLUMNS = (
    ("Customer", "name", ""),
    ("Band", "", ""),
    ("Distance, a year", "-distance", ""),
    ("Drift, 4 weeks", "-drift", "num"),
    ("Doors", "", "num secondary"),
    ("Windows", "", "num secondary"),
    ("At risk a year", "-at_risk", "num"),
    ("Owner", "", ""),
    ("Last touch", "last_at", ""),
)


@require_safe
def customers(request: HttpRequest) -> HttpResponse:
    """List the customers this person may see; htmx gets the list alone."""
    form = CustomersForm(request.GET, filter_choices(request.user))
    form.is_valid()
    filters, sort = form.filters(), form.order()
    page = portfolio(request.user, filters, sort=sort, **form.place())
    today = timezone.localdate()
    address = Address.of(form)
    is_partial = request.htmx and not request.htmx.history_restore_request
    context = {
        "form": form,
        "address": address,
        "bands": _bands(form, customers_by_band(request.user, filters)),
        "has_filters": filters.are_set,
        "chips": _chips(form, address),
        "columns": _columns(sort, address),
        "rows": [customer_row(reading, today=today) for reading in page.readings],
        "summary": _summary(page),
        "duplicates": "" if is_partial else likely(number_of_duplicates(request.user)),
        "is_search_exact": page.is_search_exact,
        "previous_url": address.to(before=page.before) if page.before else "",
        "next_url": address.to(after=page.after) if page.after else "",
        "has_new_form": is_partial and request.htmx.boosted,
    }
    if not is_partial:
        context |= row_keys()
    name = "insights/_customers.html" if is_partial else "insights/customers.html"
    response = render(request, name, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@dataclass(frozen=True, slots=True)
class Address:
    """The filters and order of this page as an address; a link changes a part and starts over."""

    pairs: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, form: CustomersForm) -> "Address":
        """Take what was asked for and made sense."""
        return cls(tuple(_pairs(form)))

    def to(self, **changes: str) -> str:
        """Return the address with these parts changed; an empty one is left out."""
        kept = [pair for pair in self.pairs if pair[0] not in changes]
        query = urlencode([*kept, *((name, value) for name, value in changes.items() if value)])
        return f"{reverse('customers')}?{query}" if query else reverse("customers")

    @property
    def cleared(self) -> str:
        """The address of all customers."""
        return reverse("customers")


def _pairs(form: CustomersForm) -> Iterable[tuple[str, str]]:
    for name in ("q", "band", "quarter", "stage", "team", "owner", "segment", "sort"):
        if name == "band":
            for band in form.cleaned_data.get("band") or ():
                yield "band", Band(band).name.lower()
        elif form.cleaned_data.get(name):
            yield name, form.cleaned_data[name]


def _bands(form: CustomersForm, counts: dict[int, int] | None) -> list[dict[str, object]]:
    chosen = form.cleaned_data.get("band") or ()
    return [
        {
            "key": band.name.lower(),
            "label": band.label,
            "is_chosen": band.value in chosen,
            "count": "" if counts is None else thousands(counts.get(band.value, 0)),
        }
        for band in (*list(Band)[1:], Band.UNKNOWN)
    ]


def _chips(form: CustomersForm, address: Address) -> list[dict[str, str]]:
    """Return what is filtered by, each with the way out of it."""
    chips = []
    for name, value in address.pairs:
        if name in {"sort", "band"}:
            continue
        label = "Name" if name == "q" else form.fields[name].label
        words = value if name == "q" else dict(_options(form, name)).get(value, value)
        chips.append({"key": label, "value": words, "url": address.to(**{name: ""})})
    return chips


def _options(form: CustomersForm, name: str) -> list[tuple[str, str]]:
    return [(str(value), str(words)) for value, words in form.fields[name].choices]


def _columns(sort: str, address: Address) -> list[dict[str, str]]:
    columns = []
    for label, first, css in COLUMNS:
        column = {"label": label, "css": css}
        if first:
            is_current = sort.removeprefix("-") == first.removeprefix("-")
            other = first.removeprefix("-") if first.startswith("-") else f"-{first}"
            asked = other if sort == first else first
            column["url"] = address.to(sort="" if asked == DEFAULT_SORT else asked)
            if is_current:
                column["sorted"] = "descending" if sort.startswith("-") else "ascending"
        columns.append(column)
    return columns


def _summary(page: Page) -> str:
    if page.is_total_exact:
        return plural(page.total, "customer")
    return f"More than {plural(page.total, 'customer')}"
