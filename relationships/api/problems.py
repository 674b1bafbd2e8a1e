"""Errors as problem details (RFC 9457)."""

import logging
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import OperationalError
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler, set_rollback

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 5

logger = logging.getLogger(__name__)


class MalformedError(exceptions.APIException):
    """What was sent cannot be read at all."""

    status_code = HTTPStatus.BAD_REQUEST


class TooLargeError(exceptions.APIException):
    """More was sent than one request may carry."""

    status_code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class UnspokenError(exceptions.APIException):
    """What was sent is in a form that is not spoken here; the message names those that are."""

    status_code = HTTPStatus.UNSUPPORTED_MEDIA_TYPE

    def __init__(self, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.headers = headers or {}


class RefusedError(exceptions.APIException):
    """What was sent can be read but not taken; `errors` says which values, and why."""

    status_code = HTTPStatus.UNPROCESSABLE_ENTITY
    default_detail = "Some values cannot be taken; `errors` says which and why."

    def __init__(self, errors: list[dict[str, str]]) -> None:
        super().__init__()
        self.errors = errors


def problem_details(error: Exception, context: dict[str, Any]) -> Response:
    """Turn any exception into a problem document; what went wrong inside is only logged."""
    response = exception_handler(error, context) or _unexpected(error, context)
    response.data = {
        "type": "about:blank",
        "title": HTTPStatus(response.status_code).phrase,
        "status": response.status_code,
        "detail": _detail(error, response.status_code),
    }
    if errors := _errors(error):
        response.data["errors"] = errors
    response.content_type = MEDIA_TYPE
    for name, value in getattr(error, "headers", {}).items():
        response[name] = value
    return response


def _unexpected(error: Exception, context: dict[str, Any]) -> Response:
    set_rollback()
    if isinstance(error, RequestDataTooBig):
        return Response(status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    if isinstance(error, SuspiciousOperation):
        return Response(status=HTTPStatus.BAD_REQUEST)
    logger.error("%s failed", context["request"].path, exc_info=error)
    if isinstance(error, OperationalError):
        headers = {"Retry-After": str(RETRY_SECONDS)}
        return Response(status=HTTPStatus.SERVICE_UNAVAILABLE, headers=headers)
    return Response(status=HTTPStatus.INTERNAL_SERVER_ERROR)


def _detail(error: Exception, status: int) -> str:
    if isinstance(error, Http404):
        return str(error) or "There is nothing here that you may see."
    if isinstance(error, PermissionDenied):
        return str(error) or "You may not do this."
    if isinstance(error, exceptions.ValidationError):
        return str(RefusedError.default_detail)
    if isinstance(error, exceptions.NotAuthenticated):
        return "Send a key with the request: Authorization: Bearer hearth_..."
    if isinstance(error, exceptions.APIException):
        return str(error.detail)
    return {
        HTTPStatus.BAD_REQUEST: "The request cannot be read; perhaps it has too many parameters.",
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body is too large; send less at once.",
        HTTPStatus.SERVICE_UNAVAILABLE: "The database did not answer. Nothing was kept: try again.",
    }.get(HTTPStatus(status), "Something went wrong here. Nothing was kept, and it was logged.")


def _errors(error: Exception) -> list[dict[str, str]]:
    if isinstance(error, RefusedError):
        return error.errors
    if isinstance(error, exceptions.ValidationError):
        return list(_flat(error.detail))
    return []


def _flat(detail: Any, path: str = "") -> Iterator[dict[str, str]]:
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
