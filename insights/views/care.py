"""Do we care: whether we listen, keep promises, make good and show what we say, and whose."""

from datetime import date
from math import isfinite
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from insights.among_words import called, nouns_of
from insights.care_forms import QUARTER, CareForm
from insights.care_measures import BEHIND, CARDS, Card
from insights.care_words import care_sentence
from insights.chart_files import chart_file
from insights.charts import Chart, TrendMonth, trend
from insights.months import Period, months_before
from insights.page_address import said_by
from insights.selectors import care as selectors
from insights.selectors.care import Care, Part, Sums
from insights.selectors.owners import organisation_choices
from insights.words import thousands
from relationships.access import check_may_see_organisation

WHOSE = ("team", "segment", "stage", "owner")

TREND_MONTHS = 13
"""A year and the month a year ago."""

TEAMS_SHOWN = 6

TEAMS_FOLDED = 50
"""More teams than that are on a page of their measure alone: of seven measures they weigh much."""


@require_safe
def care(request: HttpRequest) -> HttpResponseBase:
    """Show whether we care, against the months before and a year ago, and by team."""
    check_may_see_organisation(request.user)
    now, today = timezone.now(), timezone.localdate()
    choices = organisation_choices(request.user, request.GET)
    form = CareForm(request.GET, choices, today)
    period, among = form.period, form.whose()
    found = selectors.care(
        period,
        first=min(one.first for one in (*period.others, Period(period.last, TREND_MONTHS))),
        among=among,
        now=now,
        names=dict(choices.teams),
        parts=Part.EVERYTHING if among.team is None else Part.ALL_TOLD,
    )
    place, sums = Place(form), found.of(period)
    chips = place.chips(form)
    said = said_by(chips)
    later = months_before(period.last, -1)
    cards = [
        _card(
            card,
            found,
            place,
            today,
            nouns_of(among.stage),
            said=said,
            has_all_teams=request.GET.get("all") == card.key,
        )
        for card in CARDS
    ]
    file = chart_file(request, (card["trend"] for card in cards), today=today)
    if file is not None:
        return file
    context = {
        "form": form,
        "chips": chips,
        "is_of_owner": among.owner is not None,
        "cleared_url": place.page(**dict.fromkeys(WHOSE, "")),
        "sentence": care_sentence(sums, period.words, among),
        "period": period.words,
        "is_so_far": _is_running(period.last, today),
        "has_data": not sums.is_empty,
        "earlier_url": place.page(until=months_before(period.last, 1)),
        "later_url": place.page(until=later) if later <= today else "",
        "running_url": place.page(until=today.replace(day=1)),
        "cards": cards,
    }
    return render(request, "insights/care.html", context | called(among.stage))


class Place:
    """What the page was asked for, as addresses of it and of the lists behind its numbers."""

    def __init__(self, form: CareForm) -> None:
        self.period = form.period
        self._whose = {name: form.cleaned_data.get(name) or "" for name in WHOSE}
        self._usual_last = form.usual_last
        self._paths: dict[str, str] = {}

    def page(self, **changes: Any) -> str:
        """Return the address of the page with parts changed."""
        return self._to(reverse("care"), **changes)

    def behind(self, what: str, **changes: Any) -> str:
        """Return the address of the list behind a number."""
        if what not in self._paths:
            self._paths[what] = reverse("care_behind", args=[what])
        return self._to(self._paths[what], **changes)

    def chips(self, form: CareForm) -> list[dict[str, str]]:
        """Return whose care it is, in words, each with the way out of it."""
        chips = []
        for name in (name for name, value in self._whose.items() if value):
            field = form.fields[name]
            words = {str(key): str(label) for key, label in field.choices}
            chip = {"key": str(field.label), "value": words[self._whose[name]]}
            chips.append({**chip, "url": self.page(**{name: ""})})
        return chips

    def _to(self, path: str, **changes: Any) -> str:
        asked: dict[str, Any] = {"months": self.period.months, "until": self.period.last}
        if (period := changes.pop("period", None)) is not None:
            asked = {"months": period.months, "until": period.last}
        asked |= {name: changes.pop(name) for name in asked if name in changes}
        query: dict[str, Any] = {}
        if asked["months"] != QUARTER:
            query["months"] = asked["months"]
        if asked["until"] != self._usual_last:
            query["until"] = f"{asked['until']:%Y-%m}"
        query |= {name: value for name, value in {**self._whose, **changes}.items() if value != ""}
        return f"{path}?{urlencode(query)}" if query else path


def _is_running(month: date, today: date) -> bool:
    return (month.year, month.month) == (today.year, today.month)


def _card(
    card: Card,
    found: Care,
    place: Place,
    today: date,
    nouns: str,
    *,
    said: str,
    has_all_teams: bool,
) -> dict[str, Any]:
    period = place.period
    sums = found.of(period)
    return {
        "key": card.key,
        "title": card.title,
        "meaning": card.meaning.format(nouns=nouns),
        "value": card.said(sums),
        "unit": card.unit_of(sums),
        "url": _behind(card.behind, sums, place, period),
        "note": card.note(sums, nouns),
        "lists": [
            {
                "label": label,
                "count": thousands(BEHIND[what].count(sums)),
                "url": _behind(what, sums, place, period),
            }
            for what, label in card.lists
        ],
        "compared": [_compared(card, sums, found, place, other) for other in period.others],
        "trend": _trend(card, found, place, today, said),
        **_teams(card, found, place, has_all=has_all_teams),
    }


def _behind(what: str, sums: Sums, place: Place, period: Period, **changes: Any) -> str:
    """Return the address of a list unless nothing is in it."""
    if not BEHIND[what].count(sums):
        return ""
    return place.behind(what, period=period, **changes)


def _compared(card: Card, sums: Sums, found: Care, place: Place, other: Period) -> dict[str, str]:
    before = found.of(other)
    return {
        "label": other.words,
        "text": card.said_before(before),
        "url": _behind(card.behind, before, place, other),
        "moved": card.moved(sums, before),
    }


def _trend(card: Card, found: Care, place: Place, today: date, said: str) -> Chart:
    chosen = set(place.period.each)
    months = []
    for month in Period(place.period.last, TREND_MONTHS).each:
        one = Period(month, 1)
        sums = found.of(one)
        value = None if sums.is_empty else card.value(sums)
        months.append(
            TrendMonth(
                month,
                value if value is not None and isfinite(value) else None,
                card.said(sums),
                _behind(card.behind, sums, place, one),
                is_chosen=month in chosen,
                is_whole=not _is_running(month, today),
            )
        )
    title = f"{card.title} by month"
    chart = trend(months, title=title, what=card.unit or card.title, top=_top(card))
    return chart.named(card.key, said=said)


def _top(card: Card) -> float | None:
    """Return what a bar is measured against: all of it, where all of it is the aim."""
    return 1.0 if card.is_more_better else None


def _teams(card: Card, found: Care, place: Place, *, has_all: bool) -> dict[str, Any]:
    """Return a line for each team, the one to look at first first; none for one team alone."""
    teams = found.teams()
    if len(teams) < 2:
        return {"teams": []}
    values = {team: card.value(found.by_team[team]) for team, _ in teams}
    known = [value for value in values.values() if value is not None and isfinite(value)]
    top = _top(card) or max(known, default=0) or 1.0
    sign = 1 if card.is_more_better else -1
    teams = sorted(teams, key=lambda one: (values[one[0]] is None, sign * (values[one[0]] or 0)))
    is_folded = has_all or len(teams) <= TEAMS_FOLDED
    rows = [
        {
            "name": name,
            "value": card.said(sums := found.by_team[team]),
            "url": _behind(card.behind, sums, place, place.period, team=team),
            "width": round(100 * min((values[team] or 0) / top, 1)),
            **_last_list(card, sums, place, team),
        }
        for team, name in (teams if is_folded else teams[:TEAMS_SHOWN])
    ]
    return {
        "teams": rows[:TEAMS_SHOWN],
        "more_teams": rows[TEAMS_SHOWN:],
        "has_all_teams": has_all,
        "teams_left_out": len(teams) - len(rows),
        "all_teams_url": "" if is_folded else f"{place.page(all=card.key)}#{card.key}",
    }


def _last_list(card: Card, sums: Sums, place: Place, team: int) -> dict[str, str]:
    """Return what of a team is worth a second number: what is left to do, where there is any."""
    if not card.lists:
        return {}
    what, label = card.lists[-1]
    return {
        "count": f"{thousands(BEHIND[what].count(sums))} {label}",
        "count_url": _behind(what, sums, place, place.period, team=team),
    }
