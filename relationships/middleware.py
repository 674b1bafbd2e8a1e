"""What every browser request gets: a signed-in person, and their local time."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from relationships.models import Person

GetResponse = Callable[[HttpRequest], HttpResponse]


def local_time(get_response: GetResponse) -> GetResponse:
    """Show moments in the time zone of the person who looks, else in the organisation's."""

    def middleware(request: HttpRequest) -> HttpResponse:
        person = request.user
        if isinstance(person, Person) and person.time_zone:
            with timezone.override(ZoneInfo(person.time_zone)):
                return get_response(request)
        return get_response(request)

    return middleware
