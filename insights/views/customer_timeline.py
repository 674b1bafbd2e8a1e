"""The timeline of a customer as the page shows it: what is asked for, days, and the ways on."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from insights.selectors.customer import Shown
from insights.selectors.reasons import PART_LABELS
from insights.timeline import draw, lanes_key, parse_lanes
from insights.timeline_form import TimelineForm, address
from interactions.selectors import Place, TimelinePage
from relationships.models import Customer
from relationships.numbers import whole_number
from relationships.words import plural


def shown_of(request: HttpRequest, form: TimelineForm) -> Shown:
    """Read which part of the timeline is asked for; what means nothing is all of it."""
    return Shown(
        behind=form.cleaned_data.get("behind") or "",
        narrowed=form.narrowed(),
        days=form.days_back,
        after=Place.parse(request.GET.get("after", "")),
        with_touchpoint=whole_number(request.GET.get("at", "")),
    )


def timeline_context(
    request: HttpRequest,
    form: TimelineForm,
    customer: Customer,
    timeline: TimelinePage,
    now: datetime,
) -> dict[str, Any]:
    """Return what the timeline shows, what it is narrowed to, and where it goes on."""
    here = reverse("customer", args=[customer.pk])
    running = parse_lanes(request.GET.get("lanes", ""))
    drawn = draw(timeline, now=now, running=running)
    query, older = form.query(), timeline.older
    older_url = ""
    if older:
        place = urlencode({"after": str(older), "lanes": lanes_key(drawn.running)})
        older_url = f"{here}?{query}&{place}" if query else f"{here}?{place}"
    chips = form.chips(here, today=timezone.localdate(now))
    number = len(timeline.touchpoints)
    at = request.GET.get("at", "")
    current = "&".join(filter(None, [query, urlencode({"at": at}) if at else ""]))
    return {
        "filters": form,
        "chips": [chip for chip in chips if chip.name != "behind"],
        "days": drawn.days,
        "older_url": older_url,
        # Where nothing was found going on by itself would go on for as long as there is history.
        "looks_on": bool(timeline.touchpoints),
        "is_from_start": timeline.after is None,
        "newest_url": address(here, query),
        "everything_url": address(here, form.query(*(set(form.fields) - {"days"}))),
        "page_url": here,
        "current_url": f"{here}?{current}" if current else here,
        "behind": PART_LABELS.get(form.cleaned_data.get("behind") or "", ""),
        "summary": f"{plural(number, 'touchpoint')}{' and more further back' if older else ''}",
        "is_fragment": bool(request.htmx) and request.htmx.target == "happened",
    }
