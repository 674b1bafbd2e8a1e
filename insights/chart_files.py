"""Charts as files to take along: the drawing for documents, its numbers for spreadsheets.

Every page with charts offers them by one address, its own with `take=NAME.ENDING`, so a file shows
what the page shows, to whom the page is shown.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

import resvg_py
import ziafont
from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponseBase
from django.http import HttpResponse as Response
from django.utils.http import content_disposition_header

from insights.charts import Chart, Svg, embedded, light_styles, standalone
from insights.file_names import file_name, file_note
from insights.spreadsheets import csv_file, xlsx_file

FONT = Path(ziafont.__file__).parent / "fonts" / "DejaVuSans.ttf"
"""What text is drawn with where the machine has no font of its own."""

SHARPNESS = 2
"""Pixels of a picture for each unit of the drawing."""

FRAME = """
.alone{font-family:%s;font-size:12px;fill:#574e46}
.paper{fill:#fff}
.title{font-size:17px;font-weight:650;fill:#241d18}
.source{font-size:11.5px;fill:#6b6259}
"""
FAMILIES = "'Segoe UI','Noto Sans','Liberation Sans',Arial,'DejaVu Sans',sans-serif"


def chart_file(
    request: HttpRequest, charts: Iterable[Chart], *, today: date
) -> HttpResponseBase | None:
    """Return the chart that the address asks for as a file, None when it asks for none.

    What a chart is narrowed to stands below it, whoever it is shown to later, and in the name of
    the file: numbers for spreadsheets have no room for it between them.
    """
    asked = request.GET.get("take")
    if asked is None:
        return None
    name, _, ending = asked.rpartition(".")
    chart = next((one for one in charts if one.name == name and name), None)
    if chart is None or ending not in _MAKERS:
        raise Http404("There is no such chart on this page.")
    file = file_name(name, chart.said, today, ending)
    return _MAKERS[ending](chart, file, file_note(chart.said, today))


def in_document(chart: Chart, font: str) -> Svg:
    """Return a chart as a drawing for a document, with letters like those of its text."""
    return embedded(chart, styles=f"{_styles()}\n.chart-svg{{font-family:{font};font-size:13px}}")


def _svg(chart: Chart, file: str, note: str) -> Response:
    return _sent(_drawn(chart, note), "image/svg+xml", file)


def _png(chart: Chart, file: str, note: str) -> Response:
    picture = resvg_py.svg_to_bytes(
        svg_string=_drawn(chart, note),
        font_files=[str(FONT)],
        font_family="DejaVu Sans",
        sans_serif_family="DejaVu Sans",
        zoom=SHARPNESS,
    )
    return _sent(bytes(picture), "image/png", file)


def _sent(content: str | bytes, kind: str, file: str) -> Response:
    response = Response(content, content_type=kind)
    response["Content-Disposition"] = content_disposition_header(True, file)
    response["Cache-Control"] = "private"
    return response


def _csv(chart: Chart, file: str, note: str) -> HttpResponseBase:
    return csv_file(file, _lines(chart))


def _xlsx(chart: Chart, file: str, note: str) -> HttpResponseBase:
    return xlsx_file(file, chart.name, _head(chart), chart.data or chart.rows, note=note)


def _head(chart: Chart) -> Sequence[str]:
    return chart.data_head or chart.head


def _lines(chart: Chart) -> Iterable[Sequence[Any]]:
    return chain([_head(chart)], chart.data or chart.rows)


def _drawn(chart: Chart, note: str) -> Svg:
    return standalone(chart, styles=_styles() + FRAME % FAMILIES, note=note)


@cache
def _styles() -> str:
    """Return the styles of charts as the stylesheet of the pages has them, read once."""
    return light_styles(Path(finders.find("css/hearth.css")).read_text(encoding="utf-8"))


_MAKERS = {"svg": _svg, "png": _png, "csv": _csv, "xlsx": _xlsx}
