"""Bodies as bytes: read up to a limit, inflated, and handed to whoever knows their type."""

import codecs
import zlib
from collections.abc import Mapping
from typing import IO, Any

import msgspec
from django.conf import settings
from django.http import HttpResponse
from django.utils.http import parse_header_parameters
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from relationships.api.problems import MalformedError, TooLargeError, UnspokenError
from relationships.numbers import whole_number

JSON = frozenset({"application/json", "text/json"})
LINES = frozenset(
    {
        "application/x-ndjson",
        "application/ndjson",
        "application/jsonl",
        "application/x-jsonlines",
    }
)
INFLATABLE = frozenset({"gzip", "x-gzip", "deflate"})
ENCODINGS = frozenset({"", "identity", *INFLATABLE})
CHARSETS = {
    "utf-8": "",
    "ascii": "",
    "iso8859-1": "latin-1",
    "cp1252": "cp1252",
    "utf-16": "utf-16",
}
"""Python's name of each charset we read, and what to decode it with; UTF-8 is left as it is."""

MOST_MEMBERS = 1_000
"""Parts of a gzip stream; each costs some time however little is in it."""

_GZIP = b"\x1f\x8b"
_encoder = msgspec.json.Encoder()


class Untouched(BaseParser):
    """Leaves the body to the view, whatever its type; REST framework would take it apart."""

    media_type = "*/*"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Return nothing."""
        return {}


def json_body(request: Request) -> bytes:
    """Return a body that is declared as JSON, or looks like it and is not declared at all."""
    content_type, charset = _declared(request)
    if content_type and content_type not in JSON:
        raise UnspokenError(f"This is {content_type}; send application/json.")
    body = _in_utf_8(body_of(request), charset)
    if not content_type and not body.startswith((b"{", b"[")):
        raise UnspokenError("Say what this is: Content-Type: application/json.")
    return body


def json_or_lines(request: Request) -> tuple[bytes, bool]:
    """Return a body of JSON or of one JSON value a line, and whether it is lines."""
    content_type, charset = _declared(request)
    if content_type and content_type not in JSON | LINES:
        raise UnspokenError(
            f"This is {content_type}; send application/json, or application/x-ndjson for lines."
        )
    body = _in_utf_8(body_of(request), charset)
    if not content_type and not body.startswith((b"{", b"[")):
        raise UnspokenError(
            "Say what this is: Content-Type: application/json, or application/x-ndjson for lines."
        )
    is_lines = content_type in LINES if content_type else body.startswith(b"{")
    return body, is_lines


def body_of(request: Request) -> bytes:
    """Return the body, inflated, whatever its content type; it may be large but not too large.

    Raises `MalformedError`, `TooLargeError` and `UnspokenError`.
    """
    encoding = request.headers.get("Content-Encoding", "").strip().lower()
    if encoding not in ENCODINGS:
        raise UnspokenError(
            f"This is encoded as {encoding[:50]}; send it plain, or as gzip or deflate.",
            headers={"Accept-Encoding": "gzip, deflate"},
        )
    body = _sent(request)
    if encoding in INFLATABLE or body.startswith(_GZIP):
        body = _inflated(body, encoding)
    if not body or body.isspace():
        raise MalformedError("The body is empty; send JSON.")
    return body


def json_response(value: msgspec.Struct, status: int = 200) -> HttpResponse:
    """Answer with a typed value."""
    return HttpResponse(_encoder.encode(value), status=status, content_type="application/json")


def largest_body() -> int:
    """Return how many bytes a body may have, plain and inflated."""
    return settings.DATA_UPLOAD_MAX_MEMORY_SIZE


def _declared(request: Request) -> tuple[str, str]:
    """Return the content type that was declared and how to decode it, both empty for none."""
    content_type, parameters = parse_header_parameters(request.headers.get("Content-Type", ""))
    charset = parameters.get("charset", "") or "utf-8"
    try:
        return content_type, CHARSETS[codecs.lookup(charset).name]
    except (LookupError, ValueError):
        raise UnspokenError(f"This is in {charset[:50]}; send UTF-8.") from None


def _in_utf_8(body: bytes, charset: str) -> bytes:
    if charset:
        try:
            body = body.decode(charset).encode()
        except UnicodeError:
            raise MalformedError(f"This is not {charset}, as was declared; send UTF-8.") from None
    return body.removeprefix(codecs.BOM_UTF8).lstrip()


def _sent(request: Request) -> bytes:
    """Return what was sent, and refuse what ended before it was over."""
    limit, length = largest_body(), _length(request)
    if length > limit:
        raise _too_large()
    try:
        body = _chunks(request, limit + 1) if _is_chunked(request) else request.body
    except OSError:
        raise MalformedError("The body ended early; nothing was kept. Send it again.") from None
    if len(body) > limit:
        raise _too_large()
    if len(body) < length:
        raise MalformedError(
            f"The body ended early: {len(body):,} of {length:,} bytes came. Nothing was kept."
        )
    return body


def _length(request: Request) -> int:
    declared = whole_number(request.headers.get("Content-Length", "") or "0")
    if declared is None:
        raise MalformedError("Content-Length is no number.")
    return declared


def _is_chunked(request: Request) -> bool:
    # A server that says so marks the end of the body; at another, reading would wait for ever.
    is_terminated = request.environ.get("wsgi.input_terminated", False)
    return is_terminated and "Transfer-Encoding" in request.headers


def _chunks(request: Request, at_most: int) -> bytes:
    """Read a body without a length; Django takes it for an empty one."""
    try:
        body: bytes = request.environ["wsgi.input"].read(at_most)
    except OSError:
        raise
    except Exception as error:
        # Each server has exceptions of its own for chunks that are none.
        raise MalformedError(f"The body's chunks cannot be read. {str(error)[:100]}") from None
    return body


def _inflated(body: bytes, encoding: str) -> bytes:
    """Inflate gzip, in one part or more, or deflate; never more than the limit and a byte."""
    limit = largest_body()
    parts: list[bytes] = []
    room = limit + 1
    for _ in range(MOST_MEMBERS):
        inflator = zlib.decompressobj(_window(body, encoding))
        try:
            parts.append(inflator.decompress(body, room))
        except zlib.error:
            raise MalformedError("This cannot be inflated; it is damaged or no gzip.") from None
        room -= len(parts[-1])
        if room <= 0:
            raise _too_large("Inflated, the body")
        if not inflator.eof:
            raise MalformedError("The gzip ended early; nothing was kept. Send it again.")
        body = inflator.unused_data.lstrip(b"\x00")
        if not body:
            return b"".join(parts)
    raise MalformedError(f"This is gzip in more than {MOST_MEMBERS:,} parts; send one.")


def _window(body: bytes, encoding: str) -> int:
    """Return how zlib must read it: some send deflate without the header it should have."""
    if encoding != "deflate" or body.startswith(_GZIP):
        return zlib.MAX_WBITS | 16
    has_header = body[:1] == b"\x78" and int.from_bytes(body[:2]) % 31 == 0
    return zlib.MAX_WBITS if has_header else -zlib.MAX_WBITS


def _too_large(what: str = "The body") -> TooLargeError:
    return TooLargeError(f"{what} has more than {largest_body() / 2**20:g} MiB; send less at once.")
