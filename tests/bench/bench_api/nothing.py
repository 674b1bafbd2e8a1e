"""A web application that does nothing: what a request takes at the least."""

from collections.abc import Callable
from typing import Any

_ANSWER = b"{}"
_HEADERS = [("Content-Type", "application/json"), ("Content-Length", str(len(_ANSWER)))]


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    """Answer whatever is sent as if it were recorded."""
    environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    start_response("201 Created", _HEADERS)
    return [_ANSWER]
