"""The list of customers."""

from collections.abc import Mapping, Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from insights.columns import COLUMNS, NAME
from insights.customers_address import KEPT, Address
from insights.duplicate_words import likely
from insights.forms import CustomersForm
from insights.models import Band, SavedView
from insights.presentation import customer_row
from insights.saved_view_words import view_tabs
from insights.selectors.orders import DEFAULT_SORT
from insights.selectors.portfolio import (
    Filters,
    filter_choices,
    portfolio,
)
from insights.selectors.saved_views import saved_views
from insights.selectors.totals import Totals
from insights.services.refold import recount_progress
from insights.since import FOUR_WEEKS, said_of, then_said
from insights.views.saved_views import REFUSED
from insights.words import NARROW, monies, thousands
from interactions.row_actions import row_keys
from relationships.selectors.duplicates import number_of_duplicates
from relationships.services import MOST_AT_ONCE
from relationships.words import plural

KNOWN_BY = "known_by"
"""The column that says who of us knows a customer."""


@require_safe
def customers(request: HttpRequest) -> HttpResponse:
    """List the customers this person may see; htmx gets the list alone."""
    form = CustomersForm(request.GET, filter_choices(request.user, request.GET))
    form.is_valid()
    views = saved_views(request.user)
    current = next((view for view in views if view.pk == form.cleaned_data.get("view")), None)
    address = Address.of(form, view=current.pk if current else None)
    if "panel" in request.GET and not form.is_moving:
        return redirect(address.to())
    is_partial = request.htmx and not request.htmx.history_restore_request
    context = _list(request, form, address) | _tools(request, form, address, views, current)
    context["has_new_form"] = is_partial and request.htmx.boosted
    if not is_partial:
        context |= row_keys() | _refused(request.session.pop(REFUSED, None), current)
        context["duplicates"] = likely(number_of_duplicates(request.user))
    name = "insights/_customers.html" if is_partial else "insights/customers.html"
    response = render(request, name, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _list(request: HttpRequest, form: CustomersForm, address: Address) -> dict[str, object]:
    """Return the list itself: its rows, its totals and the ways on from it."""
    filters, sort = form.filters(), form.order()
    page = portfolio(request.user, filters, sort=sort, **form.place())
    today = timezone.localdate()
    keys = form.columns_shown()
    rows = [customer_row(reading, today=today) for reading in page.readings]
    return {
        "form": form,
        "address": address,
        "bands": _bands(form, page.by_band),
        "has_filters": filters.are_set,
        "chips": _chips(form, address),
        "columns": _columns(keys, sort, address),
        "rows": rows,
        "rows_drawn": render_to_string("insights/customer_rows.html", {"rows": rows, "keys": keys}),
        "summary": _summary(page.totals),
        "counted": _counted(filters, keys),
        "pick_all": _pick_all(page.totals),
        "totals": _totals(page.totals, is_of_then=form.then() is not None),
        "is_search_exact": page.is_search_exact,
        "previous_url": address.to(before=page.before) if page.before else "",
        "next_url": address.to(after=page.after) if page.after else "",
    }


def _tools(
    request: HttpRequest,
    form: CustomersForm,
    address: Address,
    views: Sequence[SavedView],
    current: SavedView | None,
) -> dict[str, object]:
    """Return what stands above the list: views, columns and files."""
    return view_tabs(request.user, address, views, current) | {
        "kept_pairs": address.kept(),
        "other_pairs": address.without("columns"),
        "column_choices": _column_choices(form.columns_shown()),
        "is_panel_open": form.is_moving,
        "usual_columns_url": address.to(columns=""),
        "csv_url": address.to("customers_csv"),
        "xlsx_url": address.to("customers_xlsx"),
    }


def _refused(refused: Mapping[str, object] | None, current: SavedView | None) -> dict[str, object]:
    """Return what was typed for a view and refused, and which of the two fields asks for it."""
    if refused is None:
        return {}
    return {
        "refused": refused,
        "is_saving": refused["view"] is None,
        "is_renaming": current is not None and refused["view"] == current.pk,
    }


def _bands(form: CustomersForm, counts: Mapping[int, int] | None) -> list[dict[str, object]]:
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
    then = form.then()
    if then is not None:
        when = said_of(form.cleaned_data["since"] or FOUR_WEEKS, then.on)
        url = address.to(was="", moved="", since="")
        chips.append({"key": when, "value": then_said(then), "url": url})
    for name, value in address.without("sort", "band", "was", "moved", "since", *KEPT):
        label = "Name" if name == "q" else form.fields[name].label
        words = form.words_of(name, value)
        chips.append({"key": label, "value": words, "url": address.to(**{name: ""})})
    return chips


def _columns(keys: Sequence[str], sort: str, address: Address) -> list[dict[str, str]]:
    columns = []
    for one in (NAME, *(COLUMNS[key] for key in keys)):
        column = {"label": one.label, "css": one.css}
        first = one.sort
        if first:
            is_current = sort.removeprefix("-") == first.removeprefix("-")
            other = first.removeprefix("-") if first.startswith("-") else f"-{first}"
            asked = other if sort == first else first
            column["url"] = address.to(sort="" if asked == DEFAULT_SORT else asked)
            if is_current:
                column["sorted"] = "descending" if sort.startswith("-") else "ascending"
        columns.append(column)
    return columns


def _column_choices(shown: Sequence[str]) -> list[dict[str, object]]:
    """Return all columns: those shown in their order, then the others."""
    hidden = [key for key in COLUMNS if key not in shown]
    return [
        {"key": key, "label": COLUMNS[key].label, "is_shown": key in shown}
        for key in (*shown, *hidden)
    ]


def _summary(totals: Totals) -> str:
    counted = plural(totals.customers, "customer")
    return counted if totals.is_exact else f"More than {counted}"


def _counted(filters: Filters, keys: Sequence[str]) -> str:
    """Say what share of all an upgrade has been through, where what it brought is asked for."""
    brought = (filters.value_class, filters.size_class)
    if not filters.known and KNOWN_BY not in keys and brought == (None, None):
        return ""
    progress = recount_progress()
    return f"{progress.percent}{NARROW}%" if progress else ""


def _pick_all(totals: Totals) -> str:
    """Say how many may be selected at once: those of all pages, if they can all be changed."""
    is_few = totals.is_exact and 1 < totals.customers <= MOST_AT_ONCE
    return thousands(totals.customers) if is_few else ""


def _totals(totals: Totals, *, is_of_then: bool) -> list[dict[str, str]]:
    """Write what the list comes to; what would take long to count is not said."""
    if not totals.customers or not totals.has_money:
        return []
    said = [
        {"label": "Worth a year", "value": monies(totals.yearly_value)},
        {"label": "At risk", "value": monies(totals.at_risk)},
    ]
    if totals.mean_distance is not None:
        # Whom they were then is what they are listed by; how far they are is said of today.
        label = "Mean distance now" if is_of_then else "Mean distance"
        said.append({"label": label, "value": f"{totals.mean_distance:.0f}"})
    return said
