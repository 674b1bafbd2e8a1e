"""The Wall: people against screens over years, with what happened, and which doors closed."""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from insights import wall_words
from insights.among_words import called, nouns_of
from insights.chart_files import chart_file
from insights.charts import wall as wall_chart
from insights.forms import WallForm
from insights.lost_doors import Comparison
from insights.models import WallEvent
from insights.page_address import PageAddress
from insights.selectors import wall as selectors
from insights.selectors.organisation import Among
from insights.selectors.owners import organisation_choices
from insights.selectors.wall import WallAmong
from insights.wall_lists import columns_listed
from insights.wall_words import WALL_TITLE, wall_sentence
from relationships.access import check_may_see_organisation

USUAL = {"months": str(selectors.MONTHS_SHOWN)}
"""What the address leaves out."""


@require_safe
def wall(request: HttpRequest) -> HttpResponse:
    """Show how much of what passes between us and our customers has a person in it."""
    check_may_see_organisation(request.user)
    form = wall_form(request)
    among, address = form.among(), PageAddress.of("wall", form, USUAL)
    today = timezone.localdate()
    found = selectors.wall(today, among)
    events = list(selectors.wall_events(request.user, among.team))
    chips = address.chips(form)
    chart = wall_chart(
        found.months,
        title=WALL_TITLE,
        notes=wall_words.notes_of(events),
        listed=columns_listed(dict(address.pairs)),
    ).named("wall", said=address.said(form))
    file = chart_file(request, [chart], today=today)
    if file is not None:
        return file
    context = {
        "form": form,
        "others": [form["channel"], form["months"]],
        "address": address,
        "chips": chips,
        # A line that ends between a number and its sign reads badly so large.
        "sentence": wall_sentence(found.months, among.channel).replace(" %", "\N{NO-BREAK SPACE}%"),
        "has_months": bool(found.months),
        "is_of_owner": among.owner is not None,
        "chart": chart,
        "events": _events(events, address),
        "distance_url": _distance_url(among),
        "note_url": f"{reverse('note_wall_event')}{address.query}",
        **called(among.stage),
        **_doors(found.comparison, nouns_of(among.stage)),
    }
    return render(request, "insights/wall.html", context)


def wall_form(request: HttpRequest) -> WallForm:
    """Read the filters from an address."""
    choices = organisation_choices(request.user, request.GET)
    form = WallForm(request.GET, choices, selectors.wall_channels())
    form.is_valid()
    return form


def _distance_url(among: WallAmong) -> str:
    """Return the address of how far the same customers are, which is of current ones if of any."""
    stage = None if among.stage in ("", Among().stage) else among.stage
    return PageAddress.to_page(
        "distance", team=among.team, segment=among.segment, stage=stage, owner=among.owner
    )


def _events(events: Sequence[WallEvent], address: PageAddress) -> list[dict[str, object]]:
    """Return what was noted, numbered as in the chart, the newest first."""
    return [
        {
            "number": number,
            "anchor": f"event-{event.pk}",
            "text": event.text,
            "day": f"{event.on_date.day} {event.on_date:%B %Y}",
            "team": event.team.name if event.team else "",
            "by": event.made_by.name if event.made_by else "",
            "correct_url": _url("correct_wall_event", event, address),
            "delete_url": _url("delete_wall_event", event, address),
        }
        for number, event in reversed(list(enumerate(events, start=1)))
    ]


def _url(page: str, event: WallEvent, address: PageAddress) -> str:
    return f"{reverse(page, args=[event.pk])}{address.query}"


def _doors(comparison: Comparison | None, nouns: str) -> dict[str, object]:
    if comparison is None:
        return {"compared": ""}
    return {
        "compared": wall_words.compared(comparison),
        "doors": wall_words.closed_doors(comparison, nouns),
        "meanwhile": wall_words.meanwhile(comparison, nouns),
    }
