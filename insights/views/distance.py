"""How far the organisation is from its customers, for those who answer for all of it."""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from insights.among_words import WHO, List, lists_of
from insights.chart_files import chart_file
from insights.charts import (
    BandCounts,
    Bar,
    Chart,
    band_strips,
    bars,
    wall,
)
from insights.forms import DistanceForm
from insights.map_words import map_of
from insights.models import Band, Reading
from insights.page_address import PageAddress
from insights.presentation import BAND_KEYS, customer_url, why_values
from insights.scoring import why
from insights.selectors.organisation import (
    Among,
    BandLine,
    Standing,
    movers_away,
    movers_closer,
    standing,
)
from insights.selectors.places import doors_and_windows
from insights.selectors.portfolio import filter_choices
from insights.selectors.wall import wall_by_month
from insights.sentences import distance_sentence
from insights.words import MINUS, money, monies, short_money, signed, thousands
from relationships.access import check_may_see_organisation
from relationships.words import plural

WALL_TITLE = "Touchpoints with a person and with a screen, by month"
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
        "strips": _strips(here, listed, among).named("bands", said=said),
        "wall": wall(months, title=WALL_TITLE).named("wall", said=of_team),
        "map": map_of(places, listed, among).named("doors-and-windows", said=said),
    }
    risks = _risks(here, listed, said)
    file = chart_file(request, [*charts.values(), *risks], today=timezone.localdate())
    if file is not None:
        return file
    context = {
        "form": form,
        "address": address,
        "chips": chips,
        "sentence": distance_sentence(here),
        "note": _note(here, among),
        "has_data": here.known > 0,
        "bands": [_band_row(line, listed) for line in here.bands if line.band != Band.UNKNOWN],
        "far_url": listed(band=["drifting", "gone"]),
        "has_wall": bool(months),
        "wall_url": PageAddress.to_page("wall", team=among.team),
        "wall_is_of_all": among.segment is not None or among.stage != Among().stage,
        "map_has_marks": bool(places.places),
        "map_url": address.on("doors_and_windows"),
        "away": [_mover(reading) for reading in movers_away(among)],
        "closer": [_mover(reading) for reading in movers_closer(among)],
        "risks": risks,
    }
    return render(request, "insights/distance.html", context | charts)


def _note(here: Standing, among: Among) -> str:
    parts = [f"{WHO[among.stage]} only." if among.stage else "Customers of every stage."]
    if here.unknown:
        parts.append(
            f"{thousands(here.unknown)} never heard from "
            f"{'is' if here.unknown == 1 else 'are'} not counted."
        )
    if here.far_year_ago is not None and here.known:
        was = plural(here.far_year_ago, "customer")
        parts.append(f"A year ago {was} {'was' if here.far_year_ago == 1 else 'were'} that far.")
    return " ".join(parts)


def _strips(here: Standing, listed: List, among: Among) -> Chart:
    def strip(label: str, field: str, *, is_now: bool = False) -> BandCounts:
        counts = {BAND_KEYS[line.band]: getattr(line, field) or 0 for line in here.bands}
        counts.pop("unknown")
        return BandCounts(label, counts, {b: listed(band=b) for b in counts} if is_now else None)

    strips = [strip("Now", "now", is_now=True)]
    if here.far_four_weeks_ago is not None:
        strips.append(strip("Four weeks ago", "four_weeks_ago"))
    if here.far_year_ago is not None:
        strips.append(strip("A year ago", "year_ago"))
    return band_strips(strips, title=f"{WHO[among.stage]} by band, now and before")


def _band_row(line: BandLine, listed: List) -> dict[str, object]:
    key = BAND_KEYS[line.band]
    return {
        "key": key,
        "label": line.band.label,
        "url": listed(band=key),
        "now": thousands(line.now),
        "four_weeks": _change(line.now, line.four_weeks_ago),
        "year": _change(line.now, line.year_ago),
        "value": monies(line.yearly_value) if line.now else "",
        "at_risk": monies(line.at_risk) if line.now else "",
    }


def _change(now: int, before: int | None) -> str:
    if before is None:
        return ""
    difference = now - before
    sign = "+" if difference > 0 else MINUS if difference < 0 else "±"
    return f"{sign}{thousands(abs(difference))}"


def _mover(reading: Reading) -> dict[str, object]:
    drift, direction = signed(reading.drift)
    now, before = reading.distance or 0, (reading.distance or 0) - (reading.drift or 0)
    return {
        "name": reading.customer.name,
        "url": customer_url(reading.pk),
        "owner": reading.owner.name if reading.owner else "No owner",
        "band": BAND_KEYS[reading.band],
        "band_label": Band(reading.band).label,
        "now": round(now),
        "before": min(max(round(before), 0), 100),
        "drift": drift,
        "direction": direction,
        "at_risk": money(reading.at_risk, reading.currency),
        "reason": _reason(reading, is_closer=direction == "closer"),
    }


def _reason(reading: Reading, *, is_closer: bool) -> str:
    if not is_closer:
        return why(why_values(reading))[0].sentence
    days = int(reading.silent_days or 0)
    heard = "today" if days == 0 else f"{plural(days, 'day')} ago"
    return (
        f"In touch {heard}; warmth {reading.warmth or 0:.0f}, usually {reading.baseline or 0:.0f}."
    )


def _risks(here: Standing, listed: List, said: str) -> Sequence[Chart]:
    """Return a chart of money at risk by team for each currency, the largest first."""
    charts = []
    for currency in sorted(here.at_risk, key=lambda code: -here.at_risk[code]):
        teams = sorted(
            (team for team in here.teams if team.at_risk.get(currency)),
            key=lambda team: -team.at_risk[currency],
        )
        charts.append(
            bars(
                [
                    Bar(
                        team.name,
                        float(team.at_risk[currency]),
                        short_money(team.at_risk[currency], currency),
                        listed(team=team.team_id),
                    )
                    for team in teams
                ],
                title=f"At risk in a year, in {currency}, by team",
                unit=f"{currency} a year",
                what="Team",
            ).named(f"at-risk-{currency.lower()}", said=said)
        )
    return charts
