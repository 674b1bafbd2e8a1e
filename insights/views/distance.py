"""How far the organisation is from its customers, for those who answer for all of it."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from insights.among_words import called, lists_of, said_of
from insights.chart_files import chart_file
from insights.charts import wall
from insights.distance_presentation import (
    NOBODY_AWAY,
    NOBODY_CLOSER,
    band_row,
    currencies_at_risk,
    far_year_ago,
    mover,
    no_value,
    note,
    risk,
    strips,
)
from insights.flow_words import flow_tables
from insights.forms import DistanceForm
from insights.map_words import map_of
from insights.models import Band
from insights.page_address import PageAddress
from insights.selectors.organisation import (
    Among,
    Standing,
    movers_away,
    movers_closer,
    standing,
)
from insights.selectors.owners import organisation_choices
from insights.selectors.places import doors_and_windows
from insights.selectors.since_event import event_since
from insights.selectors.wall import wall_by_month
from insights.sentences import distance_sentence, event_said, further_since, team_with_most
from insights.services.refold import recount_progress
from insights.since import YEAR
from insights.wall_lists import columns_listed
from insights.wall_words import WALL_TITLE
from relationships.access import check_may_see_organisation

USUAL = {"stage": "current"}
"""What the address leaves out."""

FAR_KEYS = ("drifting", "gone")


@require_safe
def distance(request: HttpRequest) -> HttpResponse:
    """Show how far we are from our customers, whether it gets worse, and what it puts at risk."""
    check_may_see_organisation(request.user)
    now = timezone.now()
    form = DistanceForm(request.GET, organisation_choices(request.user, request.GET))
    form.is_valid()
    among, address = form.among(), PageAddress.of("distance", form, USUAL)
    here, places = standing(now, among), doors_and_windows(among)
    months = wall_by_month(timezone.localdate(), among)
    listed = lists_of(among)
    said, chips = said_of(address, form, among), address.chips(form)
    # The Wall is of any stage if none is said.
    kept = {
        "team": among.team, "segment": among.segment, "stage": among.stage or None,
        "owner": among.owner,
    }  # fmt: skip
    wall_url = PageAddress.to_page("wall", **kept)
    charts = {
        "strips": strips(here, listed, among).named("bands", said=said),
        "wall": wall(months, title=WALL_TITLE, listed=columns_listed(kept)).named(
            "wall", said=said
        ),
        "map": map_of(places, listed, among).named("doors-and-windows", said=said),
    }
    risks = [
        risk(here, code, listed).named(f"at-risk-{code.lower()}", said=said)
        for code in currencies_at_risk(here)
    ]
    moves = flow_tables(now, among, here.known, listed, said)
    offered = [*charts.values(), *risks, *(one["chart"] for one in moves)]
    file = chart_file(request, offered, today=timezone.localdate())
    if file is not None:
        return file
    context = {
        "form": form,
        "address": address,
        "chips": chips,
        "sentence": distance_sentence(here, among=among),
        "since": _since(now, here, among, wall_url),
        "note": note(here, among),
        "has_data": here.known > 0,
        "bands": [band_row(line, listed) for line in here.bands if line.band != Band.UNKNOWN],
        "moves": moves,
        "counting": None if moves else recount_progress(),
        "who_knows_url": address.on("known"),
        "moved_url": PageAddress.to_page("changes", **kept),
        "over_time_url": address.on("distance_over_time"),
        "far_url": listed(band=FAR_KEYS) if here.far else "",
        "far_year_ago_url": listed(was=FAR_KEYS, since=YEAR) if far_year_ago(here) else "",
        "unknown_url": listed(band="unknown") if here.unknown else "",
        "has_wall": bool(months),
        "wall_url": wall_url,
        "map_url": address.on("doors_and_windows"),
        "map_has_marks": bool(places.places),
        "away": [mover(reading) for reading in movers_away(among)],
        "closer": [mover(reading) for reading in movers_closer(among)],
        "nobody_away": NOBODY_AWAY,
        "nobody_closer": NOBODY_CLOSER,
        "risks": risks,
        "no_value": no_value(among),
    }
    context |= called(among.stage) | charts
    return render(request, "insights/distance.html", context)


def _since(now: datetime, here: Standing, among: Among, wall_url: str) -> dict[str, str]:
    """Return the event since which most of what moved in a year did, and where it stands."""
    event = event_since(now, here, among, team_with_most(here))
    if event is None:
        return {}
    return {
        "said": further_since(among),
        "event": event_said(event),
        "url": f"{wall_url}#event-{event.pk}",
    }
