"""The list of customers as files for spreadsheets: all its pages, as it is shown."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from django.http import FileResponse, HttpRequest, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from insights.columns import file_columns, lines
from insights.customers_address import Address
from insights.file_names import file_name, file_note
from insights.forms import CustomersForm
from insights.saved_view_words import narrowed_to
from insights.selectors.portfolio import everyone, filter_choices
from insights.selectors.saved_views import saved_view
from insights.spreadsheets import csv_file, xlsx_file


@require_safe
def customers_csv(request: HttpRequest) -> StreamingHttpResponse:
    """Return the list, whole, as comma-separated values."""
    asked = _asked(request, "csv")
    return csv_file(asked.name, chain([asked.head], asked.lines))


@require_safe
def customers_xlsx(request: HttpRequest) -> FileResponse:
    """Return the list, whole, as a workbook."""
    asked = _asked(request, "xlsx")
    return xlsx_file(asked.name, "Customers", asked.head, asked.lines, note=asked.note)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is wanted as a file."""

    name: str
    note: str
    head: Sequence[str]
    lines: Iterator[Sequence[Any]]


def _asked(request: HttpRequest, ending: str) -> _Asked:
    form = CustomersForm(request.GET, filter_choices(request.user, request.GET))
    form.is_valid()
    asked, columns = form.cleaned_data.get("view"), file_columns(form.columns_shown())
    view = saved_view(request.user, asked) if asked else None
    found = everyone(
        request.user, form.filters(), sort=form.order(), fields=[one.field for one in columns]
    )
    said, today = narrowed_to(form, Address.of(form), view), timezone.localdate()
    return _Asked(
        name=file_name("customers", said, today, ending),
        note=file_note(said, today),
        head=[column.label for column in columns],
        lines=lines(found, columns),
    )
