"""What is behind our contact with customers of a stage, by day and customer."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from insights import known_words
from insights.forms import KnownContactsForm
from insights.met_lately import met_lately_from
from insights.months import months_before
from insights.page_address import PageAddress
from insights.presentation import customer_url
from insights.selectors.contacts_behind import DayOfContact, DayPlace, contacts_behind
from insights.selectors.known import Effort, given_in, given_lately, months_given
from insights.selectors.portfolio import Choices, team_choices
from insights.services.refold import recount_progress
from insights.views.known import STAGES
from relationships.access import check_may_see_organisation
from relationships.words import day_name, plural


@require_safe
def known_contacts(request: HttpRequest) -> HttpResponse:
    """List on which days we were in contact with whom of a stage, in a month or lately."""
    check_may_see_organisation(request.user)
    counting = recount_progress()
    if counting:
        context = {"title": "Contact with customers", "counting": counting}
        return render(request, "insights/counting.html", context)
    today = timezone.localdate()
    form = KnownContactsForm(request.GET, Choices(teams=team_choices(request.user)))
    form.is_valid()
    stage, month, team = form.chosen_stage(), form.chosen_month(), form.chosen_team()
    address = PageAddress.of("known_contacts", form, {})
    sums = given_lately(today, team=team) if month is None else given_in(month, team=team)
    effort = sums.get(stage, Effort())
    page = contacts_behind(
        request.user,
        stage,
        _span(month, today),
        team=team,
        after=DayPlace.parse(request.GET.get("after", "")),
    )
    context = {
        "form": form,
        "title": f"Contact with {dict(STAGES)[stage].lower()}",
        "contacts": plural(effort.touchpoints, "contact"),
        "hours": known_words.hours_said(effort),
        "when": known_words.LATELY if month is None else f"in {month:%B %Y}",
        "team": next((c["value"] for c in address.chips(form) if c["key"] == "Team"), ""),
        "rows": [_row(line, today) for line in page.lines],
        "is_newest": "after" not in request.GET,
        "newest_url": address.to(),
        "older_url": address.to(after=str(page.older)) if page.older else "",
        "known_url": PageAddress.to_page("known", team=team),
        **_others(stage, months_given(today, team=team), address),
    }
    return render(request, "insights/known_contacts.html", context)


def _others(stage: str, months: Iterable[date], address: PageAddress) -> dict[str, Any]:
    """Return the ways to other stages and months."""
    return {
        "stages": [
            {"name": name, "url": address.to(stage=key), "is_chosen": key == stage}
            for key, name in STAGES
        ],
        "months": [
            {"name": f"{one:%b %Y}", "url": address.to(month=f"{one:%Y-%m}")} for one in months
        ],
        "lately_url": address.to(month=""),
    }


def _span(month: date | None, today: date) -> tuple[date, date]:
    """Return the first and the last day; what is noted of later this month counts as lately."""
    begins = met_lately_from(today) if month is None else month
    return begins, months_before(month or today, -1) - timedelta(days=1)


def _row(line: DayOfContact, today: date) -> dict[str, Any]:
    long = f", {plural(line.minutes, 'minute')}" if line.timed else ""
    return {
        "name": line.customer.name,
        "url": customer_url(line.customer.pk),
        "text": "",
        "sub": day_name(line.day, today),
        "side": f"{plural(line.touchpoints, 'contact')}{long}",
        "is_soft": False,
    }
