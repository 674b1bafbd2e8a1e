"""What is behind a number of care: customers with their touchpoints, or loops, the newest first."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from insights.among_words import nouns_of
from insights.care_forms import CareForm
from insights.care_measures import BEHIND, Behind
from insights.care_words import during
from insights.explanations import touchpoint_url
from insights.measures import Measure
from insights.months import Period
from insights.presentation import customer_url
from insights.selectors import care as sums_of
from insights.selectors import care_behind as selectors
from insights.selectors.care import Care
from insights.selectors.care_behind import CustomerMonth, LoopPlace, MonthPlace
from insights.selectors.owners import organisation_choices
from insights.views.care import Place
from interactions.models import Loop
from relationships.access import check_may_see_organisation
from relationships.words import day_name, due, plural, span

SPANS = ((1, "A month"), (3, "Three months"), (12, "A year"))


@require_safe
def care_behind(request: HttpRequest, what: str) -> HttpResponse:
    """List what is behind a number of care."""
    check_may_see_organisation(request.user)
    behind = BEHIND.get(what)
    if behind is None:
        raise Http404("There is no such list.")
    now = timezone.now()
    choices = organisation_choices(request.user, request.GET)
    form = CareForm(request.GET, choices, timezone.localdate())
    period, among, place = form.period, form.whose(), Place(form)
    found = sums_of.care(
        period, among=among, now=now, names=dict(choices.teams), parts=behind.parts
    )
    count = behind.count(found.of(period))
    # To find that there are none, all of the months would be looked through.
    shown, older = _shown(request, behind, found, form, now) if count else ([], None)
    context = {
        "form": form,
        "title": behind.title.format(nouns=nouns_of(among.stage)),
        "count": plural(count, *behind.noun),
        "when": during(period.words),
        "said": ", ".join(chip["value"] for chip in place.chips(form)),
        "has_loops": behind.measure is None,
        "rows": shown,
        "is_newest": "after" not in request.GET,
        "newest_url": place.behind(what),
        "older_url": place.behind(what, after=str(older)) if older else "",
        "care_url": place.page(months=max(period.months, 3)),
        "spans": [
            {
                "name": name,
                "url": place.behind(what, months=months),
                "is_chosen": months == period.months,
            }
            for months, name in SPANS
        ],
        "months": [
            {"name": f"{month:%b %Y}", "url": place.behind(what, period=Period(month, 1))}
            for month in period.each
        ]
        if period.months > 1
        else [],
    }
    return render(request, "insights/care_behind.html", context)


def _shown(
    request: HttpRequest, behind: Behind, found: Care, form: CareForm, now: datetime
) -> tuple[list[dict[str, Any]], MonthPlace | LoopPlace | None]:
    period, among, after = form.period, form.whose(), request.GET.get("after", "")
    if isinstance(behind.measure, Measure):
        page = selectors.customers_behind(
            request.user, behind.measure, period, among=among, after=MonthPlace.parse(after)
        )
        return [_customer(line, found, now) for line in page.lines], page.older
    loops = selectors.loops_behind(
        request.user, behind.kinds, behind.state, period,
        now=now, among=among, after=LoopPlace.parse(after),
    )  # fmt: skip
    return [_loop(loop, now) for loop in loops.loops], loops.older


def _customer(line: CustomerMonth, found: Care, now: datetime) -> dict[str, Any]:
    last = timezone.localtime(line.last_at).date()
    return {
        "name": line.customer.name,
        "url": touchpoint_url(customer_url(line.customer.pk), line.newest_id),
        "text": "",
        "sub": " · ".join(
            [
                f"{line.month:%B %Y}",
                found.name_of(line.team_id),
                f"last {day_name(last, timezone.localdate(now))}",
            ]
        ),
        "side": plural(line.touchpoints, "touchpoint"),
        "is_soft": False,
    }


def _loop(loop: Loop, now: datetime) -> dict[str, Any]:
    opened = timezone.localtime(loop.opened_at).date()
    return {
        "name": loop.customer.name,
        "url": touchpoint_url(customer_url(loop.customer_id), loop.opened_by_id),
        "text": f"{loop.get_kind_display()}: {loop.text or loop.opened_by.type}",
        "sub": " · ".join(
            [
                day_name(opened, timezone.localdate(now)),
                *([loop.person.name] if loop.person else []),
            ]
        ),
        "side": _became(loop, now),
        "is_soft": loop.closed_at is not None,
    }


def _became(loop: Loop, now: datetime) -> str:
    if loop.closed_at is None:
        return f"Open, {due(loop.due_at, now)}"
    late = "" if loop.closed_at <= loop.due_at else ", later than due"
    return f"Closed after {span(loop.closed_at - loop.opened_at)}{late}"
