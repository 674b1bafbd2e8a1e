"""One customer: where they stand and why, what is open, who is there, and what happened."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from insights.acquaintance_words import card
from insights.duplicate_words import merge_lines
from insights.explanations import (
    changed_lines,
    looked_through,
    nearer_rows,
    nothing_nearer,
    reason_rows,
)
from insights.fact_forms import IN_LINE, FactForm
from insights.fact_words import fact_rows
from insights.handover_words import handed_over_lines
from insights.models import Band
from insights.presentation import BAND_KEYS, year_of_distance
from insights.region import SPLIT
from insights.selectors import customer as selectors
from insights.selectors.customer import ContactLine, CustomerPage, Explained, Standing
from insights.shoes import shoes_context
from insights.timeline_form import TimelineForm
from insights.views.customer_timeline import shown_of, timeline_context
from insights.views.today import loop_row, planned_row
from insights.words import ago, money, signed, thousands
from relationships import access
from relationships.models import Customer, Person
from relationships.selectors import absorbed_by
from relationships.selectors.duplicates import merges_of
from relationships.selectors.handovers import handed_over
from relationships.views.customers import customer_or_404

PAGE = "insights/customer.html"
PARTS = {
    "story": "insights/_story.html",
    "happened": "insights/_happened.html",
    "older": "insights/_timeline.html",
}
"""What htmx asks for, by the element that it puts it into."""

TIMELINES = (PARTS["happened"], PARTS["older"])

STYLES = {1: "Personal", 2: "Mixed", 3: "Self-service"}


QUARTERS = {
    (True, True): "open house",
    (True, False): "handshake only",
    (False, True): "through the glass",
    (False, False): "walled off",
}
LOOPS_SHOWN = 50
"""Open loops on a page, those due first; nobody reads further before settling some."""

POLLS_AT_MOST = 40
"""After this many looks for a new score the page says that it takes longer."""


@require_safe
def customer(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a customer; htmx asking for their story or a part of it gets that.

    The story below takes as long as all above it: it is fetched by the page once that is there,
    unless the address asks for a part of it. Whoever was merged into another is shown there.
    """
    found = customer_or_404(request.user, pk)
    if found.pk != pk:
        return redirect("customer", pk=found.pk)
    now, template = timezone.now(), _template(request)
    if template in TIMELINES:
        context = _timeline(request, found, now)
    else:
        is_page, has_story = template == PAGE, bool(request.GET or request.htmx)
        context = _page(request, found, now) if is_page else {}
        context |= _story(request, found, now) if has_story else {}
    response = render(request, template, context)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


def _template(request: HttpRequest) -> str:
    """Return the template of the part that htmx asks for, or of the whole page."""
    if not request.htmx or request.htmx.history_restore_request:
        return PAGE
    return PARTS.get(request.htmx.target or "", PAGE)


def _timeline(request: HttpRequest, found: Customer, now: datetime) -> dict[str, Any]:
    form = _form(request)
    shown = shown_of(request, form)
    timeline = selectors.customer_timeline(found, now=now, shown=shown)
    people, contacts = selectors.named_in(found, timeline, shown.narrowed)
    form.offer(people=people, contacts=contacts)
    return timeline_context(request, form, found, timeline, now)


def _story(request: HttpRequest, found: Customer, now: datetime) -> dict[str, Any]:
    form = _form(request)
    story = selectors.customer_story(found, now=now, shown=shown_of(request, form))
    form.offer(people=story.shoes.of_ours, contacts=story.contacts)
    here = reverse("customer", args=[found.pk])
    return {
        "has_story": True,
        **shoes_context(story.shoes, form, here=here, now=now),
        **timeline_context(request, form, found, story.timeline, now),
    }


def _form(request: HttpRequest) -> TimelineForm:
    form = TimelineForm(request.GET)
    form.is_valid()
    return form


def _page(request: HttpRequest, found: Customer, now: datetime) -> dict[str, Any]:
    page, absorbed = selectors.customer_page(found, now=now), absorbed_by(found.pk)
    return {
        **_explained(page.explained, now),
        "page_url": reverse("customer", args=[found.pk]),
        "about": _about(page, now),
        "loops": [loop_row(loop, now) for loop in page.loops[:LOOPS_SHOWN]],
        "more_loops": _more(len(page.loops) - LOOPS_SHOWN),
        "plans": [planned_row(one, now) for one in page.planned],
        "contacts": [_contact(line, now) for line in page.contacts],
        "identities": page.identities,
        "facts": fact_rows(page.facts, now),
        "fact_form": _fact_line(page, now),
        "known": card(page.acquaintances),
        "handed_over": handed_over_lines(handed_over(absorbed, now=now), now),
        "handover_url": _handover_url(request.user, found),
        "merges": merge_lines(merges_of(request.user, found.pk, absorbed), now),
        "log_query": f"?{urlencode({'customer': found.pk})}",
    }


@require_safe
def customer_score(request: HttpRequest, pk: int) -> HttpResponse:
    """Return the score alone; it asks again by itself until nothing is left to be scored."""
    now = timezone.now()
    explained = selectors.explained(customer_or_404(request.user, pk), now=now)
    context = _explained(explained, now, looks=_count(request.GET.get("looks", "")))
    return render(request, "insights/_score.html", context)


@require_safe
def customer_standing(request: HttpRequest, pk: int) -> HttpResponse:
    """Return where a customer stands in a line, for the form that logs a touchpoint."""
    standing = selectors.standing(customer_or_404(request.user, pk))
    return render(request, "insights/_standing.html", _standing(standing))


@require_safe
def customer_payback(request: HttpRequest, pk: int) -> HttpResponse:
    """Return what a touchpoint just logged changed; it asks again until that is scored."""
    standing = selectors.standing(customer_or_404(request.user, pk))
    before = request.GET.get("before", "")
    context = {
        **_standing(standing, looks=_count(request.GET.get("looks", ""))),
        "before": before if before.isdecimal() and len(before) <= 3 else "",
    }
    return render(request, "insights/_payback.html", context)


def _handover_url(person: Person, customer: Customer) -> str:
    """Return the way to hand over the customers of an owner who has left, if `person` may."""
    owner = customer.owner
    if owner is None or owner.is_active or not access.may_hand_over(person, owner):
        return ""
    return f"{reverse('new_handover')}?{urlencode({'person': owner.pk})}"


def _more(number: int) -> str:
    if number <= 0:
        return ""
    return f"{thousands(number)} more {'is' if number == 1 else 'are'} open"


def _count(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) <= 4 else 0


def _explained(explained: Explained, now: datetime, *, looks: int = 0) -> dict[str, Any]:
    here = reverse("customer", args=[explained.standing.customer.pk])
    return {
        **_standing(explained.standing, looks),
        "reasons": reason_rows(explained, now, here=here),
        "changed": changed_lines(explained, now, here=here),
        "nearer": nearer_rows(explained),
        "nothing_nearer": nothing_nearer(explained),
        "looked_through": looked_through(explained),
    }


def _standing(standing: Standing, looks: int = 0) -> dict[str, Any]:
    reading = standing.reading
    context: dict[str, Any] = {
        "customer": standing.customer,
        "standing": standing,
        "is_waiting": standing.is_waiting and looks < POLLS_AT_MOST,
        "takes_longer": standing.is_waiting and looks >= POLLS_AT_MOST,
        "looks": looks + 1,
        "band": "unknown",
        "band_label": Band.UNKNOWN.label,
    }
    if reading is None or not standing.is_known:
        return context
    drift, direction = signed(reading.drift)
    quarter = (reading.doors >= SPLIT, reading.windows >= SPLIT)
    return context | {
        "band": BAND_KEYS[reading.band],
        "band_label": reading.get_band_display(),
        "distance": f"{reading.distance:.0f}",
        "before_distance": _before(reading.distance, reading.drift),
        "drift": drift,
        "direction": direction,
        "at_risk": money(reading.at_risk, reading.currency),
        "silence": f"{100 * (reading.silence or 0):.0f}",
        "warmth": f"{reading.warmth or 0:.0f}",
        "baseline": f"{reading.baseline or 0:.0f}",
        "doors": f"{reading.doors:.0f}",
        "windows": f"{reading.windows:.0f}",
        "quarter": QUARTERS[quarter],
        "year": year_of_distance(reading),
        "segments": _segments(standing),
    }


def _before(distance: float | None, drift: float | None) -> str:
    if distance is None or drift is None or abs(drift) < 1:
        return ""
    return f"{min(max(distance - drift, 0), 100):.0f}"


def _segments(standing: Standing) -> list[dict[str, Any]]:
    """Return the parts as pieces of one bar, each from where the last one ended."""
    segments, start = [], 0
    for reason in standing.reasons:
        if reason.points:
            segments.append({"name": reason.name, "start": start, "points": reason.points})
            start += reason.points
    return segments


def _about(page: CustomerPage, now: Any) -> dict[str, Any]:
    customer, reading = page.explained.standing.customer, page.explained.standing.reading
    style, is_declared = customer.get_style_display(), bool(customer.style)
    if not is_declared and page.explained.standing.is_known and reading:
        style = STYLES.get(reading.style, "")
    last = timezone.localdate(reading.last_at) if reading and reading.last_at else None
    return {
        "style": style,
        "is_declared": is_declared,
        "value": money(customer.yearly_value, customer.currency),
        "last_active": ago(last, timezone.localdate(now)) if last else "",
    }


def _contact(line: ContactLine, now: Any) -> dict[str, Any]:
    met = line.last_met
    day = timezone.localdate(met.occurred_at) if met else None
    return {
        "contact": line.contact,
        "identities": line.identities,
        "met": ago(day, timezone.localdate(now)) if day else "",
        "met_by": met.by if met else "",
    }


def _fact_line(page: CustomerPage, now: datetime) -> FactForm:
    contacts = [line.contact for line in page.contacts]
    return FactForm(contacts=contacts, today=timezone.localdate(now), auto_id=IN_LINE)
