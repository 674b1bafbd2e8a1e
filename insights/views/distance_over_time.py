"""How far the organisation was from its customers week by week, and by what they are."""

from collections.abc import Mapping
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from insights.among_words import called, heading_of, noun_of, said_of
from insights.chart_files import chart_file
from insights.charts import Chart, Line, course, courses
from insights.models import BandTotal
from insights.over_time_form import BY_LABELS, SHOW_LABELS, OverTimeForm
from insights.over_time_words import (
    Leads,
    being_counted,
    leads_to,
    line_of,
    over_time_row,
    over_time_sentence,
)
from insights.page_address import PageAddress
from insights.selectors.over_time import (
    DRAWN_AT_MOST,
    Course,
    OverTime,
    counts_everyone,
    over_time,
)
from insights.selectors.owners import organisation_choices
from insights.services.refold import recount_progress
from relationships.access import check_may_see_organisation

USUAL = {"stage": "current", "by": "team", "show": "distance", "weeks": "52"}
"""What the address leaves out."""

NO_FILTERS = ("By", "Show", "Period")
"""What says how to show them and not whom."""

BY_NOTES = {
    "value": "A are the customers who together make the first 80 % of yearly value in their "
    "currency, B the next 15 %, C the last 5 %; current customers set the steps, anew each night.",
    "size": "How many people each {noun} employs is not known here: this counts the people "
    "there that we know and who have not left, as of last night or the last touchpoint.",
}


@require_safe
def distance_over_time(request: HttpRequest) -> HttpResponse:
    """Show how distance went in a year, for all customers and for each part of them."""
    check_may_see_organisation(request.user)
    now, today = timezone.now(), timezone.localdate()
    form = OverTimeForm(request.GET, organisation_choices(request.user, request.GET))
    form.is_valid()
    among, by = form.among(), form.by_what()
    address = PageAddress.of("distance_over_time", form, USUAL)
    found, leads = over_time(now, among, by, weeks=form.weeks_back()), leads_to(among, by)
    counting = recount_progress()
    if counting and counts_everyone(found, among):
        counting = None
    charts = {} if counting else _charts(found, leads, today, form, said_of(address, form, among))
    file = chart_file(request, charts.values(), today=today)
    if file is not None:
        return file
    context = {
        "form": form,
        "address": address,
        # What is shown is no filter: there is nothing to take away.
        "chips": [chip for chip in address.chips(form) if chip["key"] not in NO_FILTERS],
        "counting": counting,
        "sentence": being_counted(among) if counting else over_time_sentence(found, among),
        "by_label": BY_LABELS[by],
        "by_note": BY_NOTES.get(by, "").format(noun=noun_of(among.stage)),
        "is_by_stage": by == "stage",
        "has_data": bool(found.whole.at(BandTotal.NOW).customers),
        "rows": [over_time_row(one, found, leads, among) for one in (*found.parts, found.whole)],
        "distance_url": PageAddress.of("distance", form, USUAL).to(
            by="", show="", weeks="", **({"stage": "any"} if by == "stage" else {})
        ),
        "panels": DRAWN_AT_MOST,
        "has_more": len(found.parts) > DRAWN_AT_MOST,
    }
    context |= called(among.stage) | charts
    return render(request, "insights/distance_over_time.html", context)


def _charts(
    found: OverTime, leads: Leads, today: date, form: OverTimeForm, said: str
) -> Mapping[str, Chart]:
    """Return the course of all, and those of the parts, by the number that is asked for."""
    is_share, by, stage = form.shows_share(), form.by_what(), form.among().stage
    label = BY_LABELS[by]
    what = SHOW_LABELS["far" if is_share else "distance"]
    counted = [*(["Drifting or gone"] if is_share else []), heading_of(stage)]
    asked = {
        "what": what, "counted": counted, "unit": " %" if is_share else "", "from_zero": is_share
    }  # fmt: skip

    def line(one: Course, stage: str) -> Line:
        return line_of(one, found, leads, today, is_share=is_share, noun=noun_of(stage))

    whole = line(found.whole, stage)
    lines = [line(one, str(one.key) if by == "stage" else stage) for one in found.largest]
    return {
        "whole": course(whole, title=f"{what} by week", **asked).named("distance-weeks", said=said),
        "parts": courses(
            lines, whole, title=f"{what} by {label.lower()}", parts=label, **asked
        ).named("distance-parts", said=said),
    }  # fmt: skip
