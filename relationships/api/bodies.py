"""JSON in as bytes and out from typed values, without a detour through dictionaries."""

from collections.abc import Mapping
from typing import IO, Any

import msgspec
from django.http import HttpResponse
from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.parsers import BaseParser

_encoder = msgspec.json.Encoder()


class RawJsonParser(BaseParser):
    """Hands a JSON body on as bytes; whoever knows its type decodes it."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        """Return the body, up to the size that a request may have."""
        request = (parser_context or {})["request"]
        encoding = request.headers.get("Content-Encoding", "identity")
        if encoding != "identity":
            raise UnsupportedMediaType(encoding, detail=f"Send it without {encoding} encoding.")
        body: bytes = request.body
        return body


def json_response(value: msgspec.Struct, status: int = 200) -> HttpResponse:
    """Answer with a typed value."""
    return HttpResponse(_encoder.encode(value), status=status, content_type="application/json")
