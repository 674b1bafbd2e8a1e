"""Tables as files that spreadsheets open, and that do nothing there but show."""

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.http import FileResponse, StreamingHttpResponse
from django.utils.http import content_disposition_header
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""What a text begins with that a spreadsheet runs as a formula."""

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHEET_ROWS = 1_048_576
"""Rows that a sheet can have; what is more goes onto the next."""

LONGEST_FOOTER = 115
"""Characters of a footer, of which a workbook takes 255 with each "&" written twice."""

COLUMN_WIDTH = 16
LINES_AT_ONCE = 200
"""Lines of a CSV file in one piece: each piece is a write to the network of its own."""


def csv_file(name: str, lines: Iterable[Sequence[Any]]) -> StreamingHttpResponse:
    """Return lines as a CSV file, sent some at a time as they come."""
    response = StreamingHttpResponse(_pieces(lines), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(True, name)
    response["Cache-Control"] = "private"
    return response


def xlsx_file(
    name: str, title: str, head: Sequence[str], lines: Iterable[Sequence[Any]], *, note: str
) -> FileResponse:
    """Return lines as a workbook, written to a temporary file a row at a time.

    Texts are written as texts, so that none is a formula; numbers and days are typed. The note is
    printed below each page and told by the file's properties; among the lines it would be data.
    """
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    try:
        _write(file, title, head, lines, note)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    response = FileResponse(file, as_attachment=True, filename=name, content_type=XLSX)
    response["Cache-Control"] = "private"
    return response


def _write(
    file: Any, title: str, head: Sequence[str], lines: Iterable[Sequence[Any]], note: str
) -> None:
    with Workbook(file, {"constant_memory": True}) as book:
        book.set_properties({"title": title, "comments": note})
        day, bold = book.add_format({"num_format": "yyyy-mm-dd"}), book.add_format({"bold": True})
        sheet, row, sheets = _new_sheet(book, title, head, bold, note), 1, 1
        for line in lines:
            if row == SHEET_ROWS:
                sheets += 1
                sheet, row = _new_sheet(book, f"{title} {sheets}", head, bold, note), 1
            for column, cell in enumerate(line):
                _write_cell(sheet, row, column, cell, day)
            row += 1


def _new_sheet(book: Workbook, title: str, head: Sequence[str], bold: Any, note: str) -> Worksheet:
    sheet = book.add_worksheet(title)
    sheet.freeze_panes(1, 1)
    sheet.repeat_rows(0)
    sheet.set_footer("&L" + note[:LONGEST_FOOTER].replace("&", "&&") + "&R&P / &N")
    sheet.set_column(0, 0, 2 * COLUMN_WIDTH)
    sheet.set_column(1, len(head), COLUMN_WIDTH)
    for column, label in enumerate(head):
        sheet.write_string(0, column, label, bold)
    return sheet


def _write_cell(sheet: Worksheet, row: int, column: int, cell: Any, day: Any) -> None:
    if isinstance(cell, date):
        sheet.write_datetime(row, column, cell, day)
    elif isinstance(cell, int | float | Decimal):
        sheet.write_number(row, column, cell)
    elif cell:
        sheet.write_string(row, column, cell)


def harmless(cell: Any) -> Any:
    """Keep a spreadsheet from running a text as a formula; numbers stay numbers.

    >>> harmless("=HYPERLINK(1)"), harmless("Søn & Co"), harmless(-3)
    ("'=HYPERLINK(1)", 'Søn & Co', -3)
    """
    is_formula = isinstance(cell, str) and cell.startswith(FORMULA_STARTS)
    return f"'{cell}" if is_formula else cell


def _pieces(lines: Iterable[Sequence[Any]]) -> Iterator[str]:
    piece = io.StringIO()
    writer = csv.writer(piece)
    for number, line in enumerate(lines, start=1):
        writer.writerow([harmless(cell) for cell in line])
        if number % LINES_AT_ONCE == 0:
            yield piece.getvalue()
            piece.seek(0)
            piece.truncate()
    yield piece.getvalue()
