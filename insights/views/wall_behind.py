"""What is behind a column of the Wall: the touchpoints of a month, the newest first."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from insights.explanations import touchpoint_url
from insights.months import months_before
from insights.page_address import PageAddress
from insights.presentation import customer_url
from insights.selectors.wall_behind import Column, touchpoints_behind
from insights.views.wall import USUAL, wall_form
from insights.wall_forms import DIGITAL, HUMAN, ColumnForm
from insights.wall_lists import columns_listed
from interactions.models import Touchpoint
from interactions.selectors import Place
from relationships.access import check_may_see_organisation
from relationships.words import day_name, plural

TITLES = {HUMAN: "With a person", DIGITAL: "Digital"}


@require_safe
def wall_behind(request: HttpRequest) -> HttpResponse:
    """List the touchpoints that a column of the Wall counts."""
    check_may_see_organisation(request.user)
    today = timezone.localdate()
    form, chosen = wall_form(request), ColumnForm(request.GET, today)
    address = PageAddress.of("wall", form, USUAL)
    listed = columns_listed(dict(address.pairs))
    month, mode = chosen.chosen_month, chosen.chosen_mode
    page = touchpoints_behind(
        request.user,
        Column(month, mode, form.among()),
        after=Place.parse(request.GET.get("after", "")),
    )
    here = listed(month, mode)
    earlier, later = months_before(month, 1), months_before(month, -1)
    context = {
        "title": TITLES[mode],
        "count": plural(page.total, "touchpoint"),
        "month": f"{month:%B %Y}",
        "is_running": month == today.replace(day=1),
        "said": ", ".join(chip["value"] for chip in address.chips(form) if chip["key"] != "Period"),
        "complaints": [*form.complaints(), *chosen.complaints()],
        "modes": [
            {"name": name, "url": listed(month, one), "is_chosen": one == mode}
            for one, name in TITLES.items()
        ],
        "months": [
            {"name": f"{one:%B %Y}", "url": listed(one, mode)}
            for one in (earlier, later)
            if one <= today
        ],
        "rows": [_row(one, today) for one in page.touchpoints],
        "is_newest": "after" not in request.GET,
        "newest_url": here,
        "older_url": f"{here}&{urlencode({'after': page.older})}" if page.older else "",
        "wall_url": address.to(),
    }
    return render(request, "insights/wall_behind.html", context)


def _row(touchpoint: Touchpoint, today: date) -> dict[str, Any]:
    moment = timezone.localtime(touchpoint.occurred_at)
    said = touchpoint.text.strip()
    who = touchpoint.person.name if touchpoint.person else ""
    return {
        "name": touchpoint.customer.name,
        "url": touchpoint_url(customer_url(touchpoint.customer_id), touchpoint.pk),
        "text": f"{touchpoint.type.label}: {said}" if said else touchpoint.type.label,
        "sub": " · ".join(filter(None, [f"{moment:%H:%M}", who])),
        "side": day_name(moment.date(), today),
        "is_soft": True,
    }
