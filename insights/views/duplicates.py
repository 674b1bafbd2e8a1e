"""Customers that may be one: the list of pairs, and saying that a pair are two."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from insights.duplicate_words import dismissed_row, pair_row
from insights.selectors import duplicates as selectors
from relationships.numbers import two_numbers
from relationships.selectors.duplicates import dismissed_page
from relationships.services import duplicates as services
from relationships.views.htmx import lead_to


@require_safe
def duplicates(request: HttpRequest) -> HttpResponse:
    """List the pairs of customers that may be one, the likeliest first, then those who are two."""
    now, after, dismissed_after = timezone.now(), _place(request), _dismissed_place(request)
    page = selectors.duplicates(request.user, after=after)
    dismissed = dismissed_page(request.user, after=dismissed_after)
    context = {
        "rows": [pair_row(pair, now) for pair in page.pairs],
        "is_from_start": after is None,
        "place": f"?{_query(after)}" if after else "",
        "next_url": f"{reverse('duplicates')}?{_query(page.after)}" if page.after else "",
        "dismissed": [dismissed_row(pair, now) for pair in dismissed.rows],
        "is_dismissed_open": dismissed_after is not None,
        "earlier_url": _earlier_url(dismissed.after) if dismissed.after else "",
    }
    return render(request, "insights/duplicates.html", context)


@require_POST
def dismiss_duplicate(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that a pair are two customers, which can be undone."""
    try:
        pair = services.dismiss_duplicate(pair_id=pk, by=request.user, now=timezone.now())
    except services.DuplicateGoneError:
        messages.info(request, "This pair is not there any more: somebody settled it meanwhile.")
    else:
        text = f"{pair.first} and {pair.second} are two. They will not be proposed again."
        messages.success(request, text, extra_tags=reverse("restore_duplicate", args=[pk]))
    after = _place(request)
    return redirect(f"{reverse('duplicates')}?{_query(after)}" if after else "duplicates")


@require_POST
def restore_duplicate(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back that a pair are two customers."""
    try:
        pair = services.restore_duplicate(pair_id=pk, by=request.user)
    except services.DuplicateGoneError as error:
        raise Http404(str(error)) from error
    text = f"{pair.first} and {pair.second} may be one again."
    messages.success(request, text, extra_tags=reverse("dismiss_duplicate", args=[pk]))
    return lead_to(request, "duplicates")


def _dismissed_place(request: HttpRequest) -> tuple[datetime, int] | None:
    """Read after which pair the list of those who are two goes on, as `_earlier_url` writes it."""
    place = two_numbers(request.GET.get("dismissed", ""), "-")
    try:
        return (_EPOCH + timedelta(microseconds=place[0]), place[1]) if place else None
    except OverflowError:
        return None


def _earlier_url(place: Sequence[Any]) -> str:
    moment, pk = place
    key = f"{(moment - _EPOCH) // timedelta(microseconds=1)}-{pk}"
    return f"{reverse('duplicates')}?{urlencode({'dismissed': key})}#dismissed"


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _place(request: HttpRequest) -> tuple[int, int] | None:
    """Read after which pair the list goes on; what means nothing is its beginning."""
    place = two_numbers(request.GET.get("after", ""), "-")
    return (min(place[0], 101), place[1]) if place else None


def _query(place: tuple[int, ...]) -> str:
    return urlencode({"after": "-".join(map(str, place))})
