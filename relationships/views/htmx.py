"""Answers to pages that ask for a part of themselves, and to browsers without JavaScript."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.cache import patch_vary_headers
from django_htmx.http import HttpResponseClientRedirect


def lead_to(request: HttpRequest, to: str, *args: Any) -> HttpResponse:
    """Lead to an address or a named page; htmx would put a plain redirect into the page."""
    if request.htmx:
        return HttpResponseClientRedirect(resolve_url(to, *args))
    return redirect(to, *args)


def dialog_or_page(
    request: HttpRequest, dialog: str, page: str, context: dict[str, Any]
) -> HttpResponse:
    """Render a template in the dialog that asked for it, else another as a page of its own.

    Both learn from `is_dialog` which it is.
    """
    is_dialog = bool(request.htmx) and request.htmx.target == "dialog-body"
    response = render(request, dialog if is_dialog else page, {**context, "is_dialog": is_dialog})
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response
