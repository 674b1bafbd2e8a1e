"""Errors as problem details (RFC 9457)."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

MEDIA_TYPE = "application/problem+json"


def problem_details(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turn an exception into a problem document; None for what is truly unexpected."""
    response = exception_handler(error, context)
    if response is None:
        return None
    title, detail = _words(error)
    body: dict[str, Any] = {"type": "about:blank", "title": title, "status": response.status_code}
    if isinstance(error, exceptions.ValidationError):
        body["errors"] = list(_flat(error.detail))
    body["detail"] = detail
    response.data = body
    response.content_type = MEDIA_TYPE
    return response


def _words(error: Exception) -> tuple[str, str]:
    if isinstance(error, Http404):
        return "Not found", "There is nothing here that you may see."
    if isinstance(error, PermissionDenied):
        return "Forbidden", str(error) or "You may not do this."
    if isinstance(error, exceptions.ValidationError):
        return "Invalid request", "Some values are not valid; `errors` says which and why."
    if isinstance(error, exceptions.APIException):
        return str(error.default_detail).rstrip("."), str(error.detail)
    return "Error", str(error)


def _flat(detail: Any, path: str = "") -> Any:
    """Yield each message with the path of its field, as a JSON pointer."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            yield from _flat(inner, f"{path}/{name}")
    elif isinstance(detail, list) and any(isinstance(inner, dict | list) for inner in detail):
        for index, inner in enumerate(detail):
            yield from _flat(inner, f"{path}/{index}")
    else:
        for message in detail if isinstance(detail, list) else [detail]:
            yield {"pointer": path.removesuffix("/non_field_errors"), "detail": str(message)}
