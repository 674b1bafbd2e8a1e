"""Tables as files that spreadsheets open, and that do nothing there but show."""

import csv
from collections.abc import Iterable, Sequence
from typing import Any

from django.http import StreamingHttpResponse

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""What a text begins with that a spreadsheet runs as a formula."""


def csv_file(name: str, lines: Iterable[Sequence[Any]]) -> StreamingHttpResponse:
    """Return lines as a CSV file, sent as they come."""
    writer = csv.writer(_Echo())
    response = StreamingHttpResponse(
        (writer.writerow([harmless(cell) for cell in line]) for line in lines),
        content_type="text/csv; charset=utf-8",
    )
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private"
    return response


def harmless(cell: Any) -> Any:
    """Keep a spreadsheet from running a text as a formula; numbers stay numbers.

    >>> harmless("=HYPERLINK(1)"), harmless("Søn & Co"), harmless(-3)
    ("'=HYPERLINK(1)", 'Søn & Co', -3)
    """
    is_formula = isinstance(cell, str) and cell.startswith(FORMULA_STARTS)
    return f"'{cell}" if is_formula else cell


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, line: str) -> str:
        """Return the line."""
        return line
