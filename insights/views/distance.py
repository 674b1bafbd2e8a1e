"""How far the organisation is from its customers, for those who answer for all of it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from insights.among_words import lists_of
from insights.chart_files import chart_file
from insights.charts import wall
from insights.distance_presentation import (
    NO_VALUE,
    NOBODY_AWAY,
    NOBODY_CLOSER,
    band_row,
    currencies_at_risk,
    mover,
    note,
    risk,
    strips,
    teams_at_risk,
)
from insights.flow_words import flow_tables
from insights.forms import DistanceForm
from insights.map_words import map_of
from insights.models import Band
from insights.page_address import PageAddress
from insights.selectors.organisation import Among, movers_away, movers_closer, standing
from insights.selectors.places import doors_and_windows
from insights.selectors.portfolio import filter_choices
from insights.selectors.wall import wall_by_month
from insights.sentences import distance_sentence
from insights.wall_words import WALL_TITLE
from relationships.access import check_may_see_organisation

USUAL = {"stage": "current"}
"""What the address leaves out."""


@require_safe
def distance(request: HttpRequest) -> HttpResponse:
    """Show how far we are from our customers, whether it gets worse, and what it puts at risk."""
    check_may_see_organisation(request.user)
    now, form = timezone.now(), DistanceForm(request.GET, filter_choices(request.user))
    form.is_valid()
    among, address = form.among(), PageAddress.of("distance", form, USUAL)
    here, places = standing(now, among), doors_and_windows(among)
    months, listed = wall_by_month(timezone.localdate(), among.team), lists_of(among)
    said, chips = address.said(form), address.chips(form)
    # The Wall counts what passed between us and everybody: only a team narrows it.
    of_team = ", ".join(f"{c['key']}: {c['value']}" for c in chips if c["key"] == "Team")
    charts = {
        "strips": strips(here, listed, among).named("bands", said=said),
        "wall": wall(months, title=WALL_TITLE).named("wall", said=of_team),
        "map": map_of(places, listed, among).named("doors-and-windows", said=said),
    }
    risks = [
        risk(teams_at_risk(here, code), code, listed).named(f"at-risk-{code.lower()}", said=said)
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
        "sentence": distance_sentence(here),
        "note": note(here, among),
        "has_data": here.known > 0,
        "bands": [band_row(line, listed) for line in here.bands if line.band != Band.UNKNOWN],
        "moves": moves,
        "over_time_url": address.on("distance_over_time"),
        "far_url": listed(band=["drifting", "gone"]),
        "has_wall": bool(months),
        "wall_url": PageAddress.to_page("wall", team=among.team),
        "wall_is_of_all": among.segment is not None or among.stage != Among().stage,
        "map_url": address.on("doors_and_windows"),
        "map_has_marks": bool(places.places),
        "away": [mover(reading) for reading in movers_away(among)],
        "closer": [mover(reading) for reading in movers_closer(among)],
        "nobody_away": NOBODY_AWAY,
        "nobody_closer": NOBODY_CLOSER,
        "risks": risks,
        "no_value": NO_VALUE,
    }
    return render(request, "insights/distance.html", context | charts)
