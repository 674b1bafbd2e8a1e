"""Who knows our customers: how many of us meet them, whom one alone knows, and what leads get."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from insights import known_words
from insights.among_words import ONE, List, called, heading_of, lists_of
from insights.chart_files import chart_file
from insights.charts import Bar, Chart, TrendMonth, bars, linked_text, trend
from insights.forms import KnownForm
from insights.known_words import of_people
from insights.number_cells import NumberCell, written
from insights.page_address import PageAddress
from insights.selectors import known as selectors
from insights.selectors.known import AttentionGiven, Circles, Effort, Ours, Share, Some
from insights.selectors.organisation import Among
from insights.selectors.owners import organisation_choices
from insights.services.refold import recount_progress
from insights.words import monies, percent, thousands
from relationships.access import check_may_see_organisation
from relationships.models import Customer
from relationships.words import plural

USUAL = {"stage": "current"}
"""What the address leaves out."""

CURRENT, LEAD = Customer.Stage.CURRENT.value, Customer.Stage.LEAD.value
STAGES = ((LEAD, "Leads"), (CURRENT, "Current customers"), ("former", "Former customers"))
CARDS = (
    ("one", "Known to one of us only", "If that person leaves, nobody here knows them"),
    ("nobody", "Known to none of us", "Nobody met anybody there lately enough to be remembered"),
    ("lost", "Their person left", "Whoever looks after them has left us, or all who knew them"),
    ("unmet", "Not met in 90 days", "Nobody of us met, called or wrote to anybody there"),
)

Behind = Callable[..., str]
"""Makes the address of the days of contact with a stage, lately or in a month."""


@require_safe
def known(request: HttpRequest) -> HttpResponse:
    """Show who of us knows our customers, and whom we give our attention."""
    check_may_see_organisation(request.user)
    counting = recount_progress()
    if counting:
        context = {"title": "Who knows our customers", "counting": counting}
        return render(request, "insights/counting.html", context)
    choices = organisation_choices(request.user, request.GET)
    form = KnownForm(request.GET, choices)
    form.is_valid()
    if selectors.are_too_many(form.among()):
        form.leave_out_segment()
    among, today = form.among(), timezone.localdate()
    team, is_narrowed = among.team, among != Among(team=among.team)
    address = PageAddress.of("known", form, USUAL)
    people, circles = selectors.ours(today, team=team), selectors.circles(among)
    given = selectors.attention(today, team=team)
    # Who of us meets whom, and how much, is told of whole teams: nothing else narrows it.
    listed = lists_of(Among(stage="", team=team))
    met_are = known_words.of_every(among, "stage", "segment", "owner")
    given_are = known_words.of_every(among, "segment", "owner")
    said, given_said = (_said(address.only("team").said(form), one) for one in (met_are, given_are))
    chosen = lists_of(among)
    behind = _contacts_of(team)
    charts = {
        "months": _months(people, today).named("who-met-customers", said=said),
        "functions": _groups(known_words.functions(people), "function").named(
            "by-function", said=said
        ),
        "levels": _groups(known_words.levels(people), "level").named("by-level", said=said),
        "shares": _shares(given, listed, behind).named("attention-and-value", said=given_said),
        "leads": _leads(given, today, behind).named("attention-on-leads", said=given_said),
    }
    file = chart_file(request, charts.values(), today=today)
    if file is not None:
        return file
    context = {
        "form": form,
        "address": address,
        "chips": address.chips(form),
        "is_of_team": team is not None,
        "is_narrowed": is_narrowed,
        "met_are": met_are,
        "given_are": given_are,
        # A line that ends between a number and its sign reads badly so large.
        "sentence": _unbroken(
            known_words.circles_sentence(circles, among)
            if is_narrowed
            else known_words.known_sentence(people, circles, among)
        ),
        "year": known_words.year_sentence(people),
        "has_people": people.everyone.people >= known_words.LEAST_TOGETHER,
        "has_met": bool(people.months),
        "has_functions": any(people.by_function),
        "everyone": of_people(people.everyone),
        "has_customers": circles.of_all[""].customers > 0,
        "number": plural(circles.of_all[""].customers, ONE[among.stage]),
        "number_url": chosen(),
        "cards": [_card(circles, chosen, *card) for card in CARDS],
        "teams": _teams(circles, dict(choices.teams), chosen, among) if team is None else [],
        "attention": known_words.attention_sentence(given),
        "has_attention": bool(given.months),
        "stages": _stages(given, listed, behind),
    }
    context |= called(among.stage) | charts
    return render(request, "insights/known.html", context)


def _said(team: str, customers_are: str) -> str:
    """Say of whom a chart is, for whoever sees it without its page."""
    return ", ".join(filter(None, [team, customers_are and f"customers {customers_are}"]))


def _unbroken(sentence: str) -> str:
    return sentence.replace(" %", "\N{NO-BREAK SPACE}%")


def _months(people: Ours, today: date) -> Chart:
    """Draw what share of us met a customer, by month; of fewer than three nothing is told."""
    months = [
        TrendMonth(
            month,
            share.share if share.people >= known_words.LEAST_TOGETHER else None,
            of_people(share),
            is_whole=month < today.replace(day=1),
        )
        for month, share in people.months.items()
    ]
    title = "Share of us in contact with a customer, by month"
    chart = trend(months, title=title, what="In contact", top=1.0)
    counted = _counted(chart, "Month", people.months.items())
    data = [[*row, one.complete] for row, one in zip(counted.data, months, strict=True)]
    return replace(counted, data=data, data_head=[*counted.data_head, "Complete"])


def _groups(groups: Sequence[tuple[str, Share]], what: str) -> Chart:
    chart = bars(
        [Bar(name, 100 * share.share, of_people(share), fill="human") for name, share in groups],
        title=f"In contact with a customer {known_words.LATELY}, by {what}",
        unit="% in contact",
        what=what.capitalize(),
        top=100.0,
    )
    return _counted(chart, what.capitalize(), groups)


def _counted(chart: Chart, what: str, shares: Iterable[tuple[date | str, Share]]) -> Chart:
    """Give the file of a chart the numbers that its texts are made of; of fewer than three none."""
    data = [
        [name, share.met, share.people, round(100 * share.share, 1)]
        if share.people >= known_words.LEAST_TOGETHER
        else [name, None, None, None]
        for name, share in shares
    ]
    return replace(chart, data=data, data_head=[what, "In contact", "Of us", "In contact, %"])


def _card(found: Circles, listed: List, key: str, title: str, meaning: str) -> dict[str, str]:
    some, total = found.of_all.get(key, Some()), found.of_all[""].customers
    return {
        "key": key,
        "title": title,
        "meaning": meaning,
        "url": listed(known=key) if some.customers else "",
        "value": thousands(some.customers),
        "unit": f"of {thousands(total)}",
        "yearly_value": monies(some.yearly_value),
        "at_risk": monies(some.at_risk),
    }


def _teams(
    found: Circles, team_names: Mapping[int, str], listed: List, among: Among
) -> list[dict[str, Any]]:
    """Return a line for each team, by name; what has no team comes last."""
    names = {team: team_names.get(team, "A team that is gone") for team in found.by_team if team}
    teams = [*sorted(names, key=lambda team: names[team].casefold()), *(found.by_team.keys() & {0})]
    rows = []
    for team in teams:
        some = found.by_team[team]
        url = listed(team=team)
        customers = NumberCell(heading_of(among.stage), thousands(some[""].customers), url)
        cells = [_cell(some[key], listed, title, team=team, known=key) for key, title, _ in CARDS]
        rows.append(
            {
                "name": names.get(team, "No team"),
                "customers": customers,
                "cells": cells,
                "numbers": written([customers, *cells]),
            }
        )
    return rows


def _cell(some: Some, listed: List, title: str, **filters: int | str) -> NumberCell:
    if not some.customers:
        return NumberCell(title, "none", style="soft")
    return NumberCell(title, thousands(some.customers), listed(**filters), monies(some.at_risk))


def _contacts_of(team: int | None) -> Behind:
    """Return what leads to the days of contact that a number counts."""

    def behind(stage: str, month: date | None = None) -> str:
        asked = f"{month:%Y-%m}" if month else None
        # What is usual goes without saying.
        whose = None if stage == CURRENT else stage
        return PageAddress.to_page("known_contacts", team=team, stage=whose, month=asked)

    return behind


def _stages(given: AttentionGiven, listed: List, behind: Behind) -> list[dict[str, Any]]:
    """Return what each stage got of us lately, beside what it is worth."""
    efforts, some = given.lately, given.customers
    contacts = sum(effort.touchpoints for effort in efforts.values())
    minutes = sum(effort.minutes for effort in efforts.values())
    customers = sum(one.customers for one in some.values())
    return [
        {
            "name": name,
            "contacts": thousands(effort.touchpoints),
            "contacts_share": _share(effort.touchpoints, contacts),
            "contacts_url": behind(stage) if effort.touchpoints else "",
            "hours": known_words.hours_said(effort),
            "hours_share": _share(effort.minutes, minutes),
            "customers": thousands(here.customers),
            "customers_share": _share(here.customers, customers),
            "customers_url": listed(stage=stage) if here.customers else "",
            "value": monies(here.yearly_value),
        }
        for stage, name in STAGES
        for effort, here in [(efforts.get(stage, Effort()), some.get(stage, Some()))]
    ]


def _share(part: int, whole: int) -> str:
    return percent(part / whole) if whole else ""


def _shares(given: AttentionGiven, listed: List, behind: Behind) -> Chart:
    """Put the share of contact of each stage beside its shares of customers and value."""
    contacts = sum(effort.touchpoints for effort in given.lately.values())
    customers = sum(some.customers for some in given.customers.values())
    currency = known_words.main_currency(given)
    rows = []
    for stage, name in STAGES:
        effort, some = given.lately.get(stage, Effort()), given.customers.get(stage, Some())
        measures = [
            ("contact", effort.touchpoints / contacts if contacts else 0.0, "human"),
            ("customers", some.customers / customers if customers else 0.0, "plain"),
        ]
        if currency:
            worth = known_words.share_of_value(given, stage, currency)
            measures.append((f"value, {currency}", worth, "value"))
        short = name.removesuffix(" customers")
        rows += [
            Bar(
                f"{short}: {what}",
                100 * share,
                percent(share),
                behind(stage) if what == "contact" else listed(stage=stage),
                fill,
            )
            for what, share, fill in measures
        ]
    return bars(
        rows,
        title=f"Contact {known_words.LATELY}, customers and value, by stage",
        unit="% of all",
        what="Stage",
        top=100.0,
    )


def _leads(given: AttentionGiven, today: date, behind: Behind) -> Chart:
    """Draw the leads' share of our contact by month, with the counts of all stages as a table."""
    months, rows, data = [], [], []
    for month, efforts in given.months.items():
        counts = [efforts.get(stage, Effort()).touchpoints for stage, _ in STAGES]
        total = sum(counts)
        share = counts[0] / total if total >= known_words.LEAST_FOR_SHARES else None
        one = TrendMonth(
            month, share, "" if share is None else percent(share), behind(LEAD, month),
            is_whole=month < today.replace(day=1),
        )  # fmt: skip
        months.append(one)
        rows.append([one.name, *_led(counts, month, behind), one.words])
        data.append(
            [month, *counts, None if share is None else round(100 * share, 1), one.complete]
        )
    title = "Share of our contact that leads got, by month"
    head = ["Month", *(name for _, name in STAGES), "Leads' share"]
    chart = trend(months, title=title, what="Leads' share", top=_ceiling(months))
    return replace(
        chart, head=head, rows=rows, data=data, data_head=[*head[:-1], "Leads, %", "Complete"]
    )


def _led(counts: Sequence[int], month: date, behind: Behind) -> list[str]:
    """Write the contacts of each stage in a month, each leading to its days."""
    return [
        linked_text(thousands(count), behind(stage, month) if count else "")
        for (stage, _), count in zip(STAGES, counts, strict=True)
    ]


def _ceiling(months: Sequence[TrendMonth]) -> float:
    """Return what columns are measured against: half of all, or all where it is more."""
    return 0.5 if all((month.value or 0) <= 0.5 for month in months) else 1.0
