"""How far the organisation is from its customers, for those who answer for all of it."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from insights.chart_files import chart_file
from insights.charts import Chart, Mark, Quarter, quarter_map, wall
from insights.distance_presentation import (
    NO_VALUE,
    NOBODY_AWAY,
    NOBODY_CLOSER,
    WHO,
    List,
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
from insights.models import Band
from insights.page_address import PageAddress
from insights.presentation import BAND_KEYS, customer_url
from insights.selectors.organisation import (
    Among,
    DoorsAndWindows,
    doors_and_windows,
    movers_away,
    movers_closer,
    standing,
)
from insights.selectors.portfolio import SPLIT, filter_choices
from insights.selectors.wall import wall_by_month
from insights.sentences import distance_sentence
from insights.wall_words import WALL_TITLE
from relationships.access import check_may_see_organisation

USUAL = {"stage": "current"}
"""What the address leaves out."""

QUARTERS = (
    (
        "handshake_only",
        "Handshake only",
        "We meet them, and see little of what they do",
        True,
        False,
    ),
    ("open_house", "Open house", "We meet them, and see what they do", True, True),
    ("walled_off", "Walled off", "We neither meet them nor see what they do", False, False),
    ("through_the_glass", "Through the glass", "We see what they do, and never meet", False, True),
)


@require_safe
def distance(request: HttpRequest) -> HttpResponse:
    """Show how far we are from our customers, whether it gets worse, and what it puts at risk."""
    check_may_see_organisation(request.user)
    now, form = timezone.now(), DistanceForm(request.GET, filter_choices(request.user))
    form.is_valid()
    among, address = form.among(), PageAddress.of("distance", form, USUAL)
    here, places = standing(now, among), doors_and_windows(among)
    months, listed = wall_by_month(timezone.localdate(), among.team), _lists(among)
    said, chips = address.said(form), address.chips(form)
    # The Wall counts what passed between us and everybody: only a team narrows it.
    of_team = ", ".join(f"{c['key']}: {c['value']}" for c in chips if c["key"] == "Team")
    charts = {
        "strips": strips(here, listed, among).named("bands", said=said),
        "wall": wall(months, title=WALL_TITLE).named("wall", said=of_team),
        "map": _map(places, listed, among).named("doors-and-windows", said=said),
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
        "over_time_url": f"{reverse('distance_over_time')}{address.query}",
        "far_url": listed(band=["drifting", "gone"]),
        "has_wall": bool(months),
        "wall_url": PageAddress.to_page("wall", team=among.team),
        "wall_is_of_all": among.segment is not None or among.stage != Among().stage,
        "map_has_marks": bool(places.places),
        "away": [mover(reading) for reading in movers_away(among)],
        "closer": [mover(reading) for reading in movers_closer(among)],
        "nobody_away": NOBODY_AWAY,
        "nobody_closer": NOBODY_CLOSER,
        "risks": risks,
        "no_value": NO_VALUE,
    }
    return render(request, "insights/distance.html", context | charts)


def _lists(among: Among) -> List:
    """Return what leads to the customers that are counted here, and to some of them."""
    kept = {"stage": among.stage, "team": among.team, "segment": among.segment}

    def listed(**filters: object) -> str:
        pairs = {k: v for k, v in {**kept, **filters}.items() if v not in ("", None)}
        return f"{reverse('customers')}?{urlencode(pairs, doseq=True)}"

    return listed


def _map(found: DoorsAndWindows, listed: List, among: Among) -> Chart:
    most = max((float(place.at_risk) for place in found.places), default=0) or 1
    return quarter_map(
        [
            Quarter(
                name, meaning, has_doors, has_windows,
                found.count(SPLIT, has_doors=has_doors, has_windows=has_windows),
                listed(quarter=key),
            )
            for key, name, meaning, has_doors, has_windows in QUARTERS
        ],
        title=f"{WHO[among.stage]} by doors and windows",
        marks=[
            Mark(
                place.name, place.doors, place.windows, BAND_KEYS[place.band],
                customer_url(place.customer_id), float(place.at_risk) / most,
            )
            for place in found.places
        ],
        cells=() if found.places else found.cells,
        split=SPLIT,
    )  # fmt: skip
