"""What every browser request gets: few bytes, a policy, local time; and pages of others, by key."""

from collections.abc import Callable
from http import HTTPStatus
from zoneinfo import ZoneInfo

from csp.middleware import CSPMiddleware
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.cache import patch_vary_headers

from relationships.compression import compressed, takes_gzip
from relationships.models import Person
from relationships.origins import LONGEST_ORIGIN
from relationships.selectors import is_origin_of_a_key

GetResponse = Callable[[HttpRequest], HttpResponse]

DOORS = ("/api/", "/v1/", "/segment/")
"""Addresses that web pages of others may ask, with a key; cookies are never let through."""

WORTH_IT_BYTES = 200

_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD, POST, PUT, PATCH, DELETE",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Content-Encoding, "
    "Idempotency-Key, If-Match, If-None-Match",
    "Access-Control-Max-Age": "7200",
}
_READABLE = {
    "Access-Control-Expose-Headers": "ETag, Link, Location, RateLimit, RateLimit-Policy, "
    "Retry-After, Idempotency-Replayed, WWW-Authenticate, Hearth-Rows, Hearth-As-Of",
}


def cross_origin(get_response: GetResponse) -> GetResponse:
    """Let web pages of the origins that keys name use the API from their visitors' browsers.

    A browser asks before it sends a key, so the question is answered for the origins of all
    keys; whether this key may be used there is decided when it comes.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(DOORS):
            return get_response(request)
        asks_first = "Access-Control-Request-Method" in request.headers
        if request.method == "OPTIONS" and asks_first:
            response = HttpResponse(status=HTTPStatus.NO_CONTENT)
        else:
            response = get_response(request)
        patch_vary_headers(response, ["Origin"])
        origin = request.headers.get("Origin", "")
        if _is_welcome(origin):
            response["Access-Control-Allow-Origin"] = origin
            for name, value in (_PREFLIGHT if asks_first else _READABLE).items():
                response[name] = value
        return response

    return middleware


def _is_welcome(origin: str) -> bool:
    if not 0 < len(origin) <= LONGEST_ORIGIN or not origin.isprintable():
        return False
    try:
        return is_origin_of_a_key(origin)
    except OperationalError:
        # The view has said so, or will: a page that may not read it loses little.
        return False


def compressed_pages(get_response: GetResponse) -> GetResponse:
    """Compress pages, and nothing else: tags of the API name its bytes as they are.

    What a page gives away by its length is little: tokens in it are written otherwise each time,
    its length varies by up to 100 bytes, and no other site can ask for it as somebody signed in
    (SameSite). A page that shows a secret must not be stored, and is not compressed either.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if not _is_page(response):
            return response
        patch_vary_headers(response, ["Accept-Encoding"])
        if takes_gzip(request) and len(response.content) >= WORTH_IT_BYTES:
            response.content = compressed(response.content)
            response["Content-Encoding"] = "gzip"
            response["Content-Length"] = str(len(response.content))
        return response

    return middleware


def _is_page(response: HttpResponse) -> bool:
    is_html = response.get("Content-Type", "").startswith("text/html")
    return (
        is_html
        and not response.streaming
        and not response.has_header("Content-Encoding")
        and "no-store" not in response.get("Cache-Control", "")
    )


class ContentPolicy(CSPMiddleware):
    """Tells browsers what may run in a page, and in anything else but JSON, which runs nothing.

    To write it takes a tenth of what the API needs for one touchpoint.
    """

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Add the policy."""
        if "json" in response.get("Content-Type", ""):
            return response
        return super().process_response(request, response)


def local_time(get_response: GetResponse) -> GetResponse:
    """Show moments in the time zone of the person who looks, else in the organisation's."""

    def middleware(request: HttpRequest) -> HttpResponse:
        person = request.user
        if isinstance(person, Person) and person.time_zone:
            with timezone.override(ZoneInfo(person.time_zone)):
                return get_response(request)
        return get_response(request)

    return middleware
