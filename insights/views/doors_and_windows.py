"""Doors and windows: the map of all customers, its quarters, a part of it, and who moved."""

from collections.abc import Mapping
from dataclasses import asdict

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from insights.among_words import List, called, lists_of, noun_of, said_of
from insights.chart_files import chart_file
from insights.forms import DoorsAndWindowsForm
from insights.map_words import NAMES, map_of, map_sentence, region_words
from insights.models import Band
from insights.page_address import PageAddress
from insights.presentation import BAND_KEYS, customer_url
from insights.region import ENDS, Region
from insights.selectors import places as selectors
from insights.selectors.owners import organisation_choices
from insights.selectors.portfolio import Filters, totals_among
from insights.selectors.totals import Totals
from insights.words import money, monies, thousands
from relationships.access import check_may_see_organisation
from relationships.words import plural

USUAL = {"stage": "current", "doors_to": "100", "windows_to": "100"}
"""What the address leaves out."""


@require_safe
def doors_and_windows(request: HttpRequest) -> HttpResponse:
    """Show where customers stand between meeting us and being seen, and lead to any part of it."""
    check_may_see_organisation(request.user)
    form = DoorsAndWindowsForm(request.GET, organisation_choices(request.user, request.GET))
    form.is_valid()
    among, region = form.among(), form.region()
    address = PageAddress.of("doors_and_windows", form, USUAL)
    places, lines = selectors.doors_and_windows(among), selectors.quarters(among)
    ways, listed = selectors.ways(among), lists_of(among)
    chart = map_of(places, listed, among, lines=lines, ways=ways, region=region)
    chart = chart.named("doors-and-windows", said=said_of(address, form, among))
    file = chart_file(request, [chart], today=timezone.localdate())
    if file is not None:
        return file
    of_whom = [pair for pair in address.pairs if pair[0] not in ENDS]
    chosen = None
    if not region.is_everywhere:
        totals = (
            totals_among(request.user, Filters(region=region, **asdict(among)))
            if among.owner is None
            else selectors.totals_of_theirs(region, among)
        )
        chosen = _chosen(region, totals, listed, address, noun_of(among.stage))
    context = {
        "form": form,
        "address": address,
        "chips": address.chips(form),
        "filter_pairs": of_whom,
        "region_pairs": [pair for pair in address.pairs if pair[0] in ENDS],
        "sentence": map_sentence(places.count(), lines, among),
        "has_customers": places.count() > 0,
        "has_marks": bool(places.places),
        "bands": [(BAND_KEYS[band], band.label) for band in Band if band != Band.UNKNOWN],
        "chart": chart,
        "quarters": _quarters(lines, listed),
        "chosen": chosen,
        "ways": [_way(way) for way in ways],
        "is_of_owner": among.owner is not None,
        "since": f"{ways[0].since.day} {ways[0].since:%B %Y}" if ways else "",
        "distance_url": PageAddress.to_page("distance", **dict(of_whom)),
    }
    return render(request, "insights/doors_and_windows.html", context | called(among.stage))


def _quarters(lines: Mapping[str, selectors.QuarterLine], listed: List) -> list[dict[str, str]]:
    return [
        {
            "name": name,
            "meaning": meaning,
            "url": listed(quarter=key),
            "customers": thousands(lines[key].customers),
            "value": monies(lines[key].yearly_value),
            "at_risk": monies(lines[key].at_risk),
        }
        for key, (name, meaning) in NAMES.items()
    ]


def _chosen(
    region: Region, totals: Totals, listed: List, address: PageAddress, noun: str
) -> dict[str, object]:
    """Return what a chosen part of the map comes to, as the list of its customers says."""
    has_money = totals.has_money and totals.customers > 0
    return {
        "where": region_words(region),
        "customers": plural(totals.customers, noun),
        "is_none": totals.customers == 0,
        "value": monies(totals.yearly_value) if has_money else "",
        "at_risk": monies(totals.at_risk) if has_money else "",
        "url": listed(**dict(region.pairs())),
        "cleared_url": address.to(**dict.fromkeys(ENDS, "")),
    }


def _way(way: selectors.Way) -> dict[str, str]:
    return {
        "name": way.name,
        "url": customer_url(way.customer_id),
        "band": BAND_KEYS[way.band],
        "value": money(way.yearly_value, way.currency),
        "doors": _then_and_now(*way.doors),
        "windows": _then_and_now(*way.windows),
    }


def _then_and_now(then: float, now: float) -> str:
    return f"{then:.0f} → {now:.0f}"
