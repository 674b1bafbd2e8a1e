"""Whole tables by REST, as lines of JSON or CSV."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, ClassVar

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.exceptions import APIException
from rest_framework.permissions import IsAuthenticated
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView
from zlib_ng import zlib_ng

from insights.api.export_examples import EXAMPLES, lines_of, table_of
from insights.selectors.export_tables import (
    CONTACTS,
    CUSTOMERS,
    LOOPS,
    READINGS,
    TOUCHPOINTS,
    Table,
)
from insights.selectors.exports import MOST_AT_ONCE, Export, ExportsBusyError, Form
from relationships.api.filters import moment
from relationships.api.permissions import HasScope, InsufficientScopeError, may
from relationships.api.questions import values_of
from relationships.api.schema import problems
from relationships.compression import takes_gzip

MEDIA_TYPES = {Form.NDJSON: "application/x-ndjson", Form.CSV: "text/csv"}
RETRY_SECONDS = 30
GZIP = 16 + zlib_ng.MAX_WBITS
QUICK = 2
"""Of zlib-ng's levels: smaller than the first of zlib's, in three fifths of the time."""

MEANINGS = {
    "since": "What happened at this moment or later.",
    "until": "What happened before this moment.",
    "updated_since": "What changed at this moment or later; `Hearth-As-Of` of the last export.",
}


class BusyError(APIException):
    """Others are exporting."""

    status_code = HTTPStatus.TOO_MANY_REQUESTS
    wait = RETRY_SECONDS
    default_detail = (
        f"{MOST_AT_ONCE} exports are running, and no more can at once. Try again in "
        f"{RETRY_SECONDS} seconds."
    )


class _Lines(JSONRenderer):
    """Stands for the lines in what is agreed on; it only ever writes problems."""

    media_type = MEDIA_TYPES[Form.NDJSON]
    format = Form.NDJSON.value


class _Table(JSONRenderer):
    """Stands for the table in what is agreed on; it only ever writes problems."""

    media_type = MEDIA_TYPES[Form.CSV]
    format = Form.CSV.value


class _Body:
    """What is sent of an export; closed with the response, however that ends."""

    def __init__(self, export: Export, *, is_zipped: bool) -> None:
        self._export, self._is_zipped = export, is_zipped

    def __iter__(self) -> Iterator[bytes]:
        return self._zipped() if self._is_zipped else iter(self._export)

    def close(self) -> None:
        self._export.close()

    def _zipped(self) -> Iterator[bytes]:
        packer = zlib_ng.compressobj(QUICK, zlib_ng.DEFLATED, GZIP)
        for piece in self._export:
            yield packer.compress(piece)
        # Not when the export broke off: without its end nobody takes it for whole.
        yield packer.flush()


class _ExportView(APIView):
    """Exports one table."""

    permission_classes = (IsAuthenticated, HasScope)
    renderer_classes = (_Lines, _Table)
    scope = "exports:read"
    table: ClassVar[Table]

    def get_format_suffix(self, **kwargs: Any) -> str | None:
        """Return the end of the address, which says how rows are written."""
        return kwargs.get("file_format")

    def head(self, request: Request, file_format: str) -> HttpResponse:
        """Say what would be sent."""
        self._asked(request)
        # Streamed, so that no length is told: that of the rows nobody knows yet.
        return StreamingHttpResponse(headers=_headers(self.table, Form(file_format)))

    def export(self, request: Request, file_format: str) -> HttpResponseBase:
        """Return the rows, as they are made."""
        form, asked = Form(file_format), self._asked(request)
        try:
            export = Export(self.table, form, request.user, asked)
        except ExportsBusyError:
            raise BusyError from None
        is_zipped = takes_gzip(request)
        response = StreamingHttpResponse(
            _Body(export, is_zipped=is_zipped), headers=_headers(self.table, form)
        )
        response["Hearth-Rows"] = str(export.rows)
        response["Hearth-As-Of"] = _rfc3339(export.as_of)
        if is_zipped:
            response["Content-Encoding"] = "gzip"
        return response

    def _asked(self, request: Request) -> dict[str, datetime]:
        """Return the moments asked for; raises errors for what may not be asked."""
        if not may(request, self.table.scope):
            raise InsufficientScopeError(self.table.scope)
        read = dict.fromkeys(self.table.narrowings, moment)
        return {name: given[-1] for name, given in values_of(request.query_params, read).items()}


def _headers(table: Table, form: Form) -> dict[str, str]:
    """Return the headers that do not depend on the rows."""
    name = f"{table.name}-{timezone.localdate().isoformat()}.{form.value}"
    answer = HttpResponse(content_type=f"{MEDIA_TYPES[form]}; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "private"
    patch_vary_headers(answer, ("Accept-Encoding", "Authorization", "Cookie"))
    return dict(answer.items())


def _rfc3339(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _described(table: Table) -> Callable[..., Any]:
    """Describe the export of a table."""
    columns = ", ".join(f"`{column.name}`" for column in table.columns)
    headers = (
        ("Hearth-Rows", {"type": "integer", "minimum": 0}, "How many rows follow, exactly."),
        (
            "Hearth-As-Of",
            {"type": "string", "format": "date-time"},
            "A moment to send as `updated_since` next time: nothing is missed then.",
        ),
    )
    example = EXAMPLES[table.name]
    return extend_schema(
        operation_id=f"export_{table.name}",
        summary=f"Export {table.name}",
        description=(
            f"All {table.name} of the customers this key may see, as they are at one moment, in "
            "lines of JSON or as a CSV table that does nothing in a spreadsheet but show: "
            f"{columns}. {table.about} It is sent as it is made, however much it is; what broke "
            f"off ends without its last chunk and has fewer rows than `Hearth-Rows`. At most "
            f"{MOST_AT_ONCE} run at once. Needs the scopes `exports:read` and `{table.scope}`."
        ),
        tags=["Exports"],
        parameters=[
            OpenApiParameter(
                "file_format",
                str,
                OpenApiParameter.PATH,
                enum=[form.value for form in Form],
                description="How rows are written.",
            ),
            *(
                OpenApiParameter(
                    name, {"type": "string", "format": "date-time"}, description=MEANINGS[name]
                )
                for name in table.narrowings
            ),
            OpenApiParameter(
                "Accept-Encoding",
                str,
                OpenApiParameter.HEADER,
                description="With `gzip` the answer is compressed as it is made.",
            ),
            *(
                OpenApiParameter(
                    name, schema, OpenApiParameter.HEADER, description=said, response=[200]
                )
                for name, schema, said in headers
            ),
        ],
        responses={
            (200, MEDIA_TYPES[Form.NDJSON]): _text("Lines of JSON.", lines_of(example)),
            (200, MEDIA_TYPES[Form.CSV]): _text("A table.", table_of(example)),
            **problems(404, 422),
        },
    )


def _text(description: str, example: str) -> OpenApiResponse:
    examples = [OpenApiExample(description, value=example)]
    return OpenApiResponse({"type": "string"}, description=description, examples=examples)


class CustomersExport(_ExportView):
    """Exports customers."""

    table = CUSTOMERS

    @_described(CUSTOMERS)
    def get(self, request: Request, file_format: str) -> HttpResponseBase:
        """Return all customers."""
        return self.export(request, file_format)


class ContactsExport(_ExportView):
    """Exports contacts."""

    table = CONTACTS

    @_described(CONTACTS)
    def get(self, request: Request, file_format: str) -> HttpResponseBase:
        """Return all contacts."""
        return self.export(request, file_format)


class TouchpointsExport(_ExportView):
    """Exports touchpoints."""

    table = TOUCHPOINTS

    @_described(TOUCHPOINTS)
    def get(self, request: Request, file_format: str) -> HttpResponseBase:
        """Return all touchpoints."""
        return self.export(request, file_format)


class LoopsExport(_ExportView):
    """Exports loops."""

    table = LOOPS

    @_described(LOOPS)
    def get(self, request: Request, file_format: str) -> HttpResponseBase:
        """Return all loops."""
        return self.export(request, file_format)


class ReadingsExport(_ExportView):
    """Exports readings."""

    table = READINGS

    @_described(READINGS)
    def get(self, request: Request, file_format: str) -> HttpResponseBase:
        """Return all readings."""
        return self.export(request, file_format)
