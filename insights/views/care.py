"""Do we care: whether we listen, keep promises, make good and show what we say, by team."""

from datetime import date
from math import isfinite
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from insights.care_forms import QUARTER, CareForm
from insights.care_measures import BEHIND, CARDS, Card
from insights.care_words import care_sentence
from insights.charts import Chart, TrendMonth, trend
from insights.months import Period, months_before
from insights.selectors import care as selectors
from insights.selectors.care import Care, Sums
from insights.words import thousands
from relationships.access import check_may_see_organisation

TREND_MONTHS = 13
"""A year and the month a year ago."""

TEAMS_SHOWN = 6


@require_safe
def care(request: HttpRequest) -> HttpResponse:
    """Show whether we care, against the months before and a year ago, and by team."""
    check_may_see_organisation(request.user)
    now, today = timezone.now(), timezone.localdate()
    names = selectors.team_names()
    form = CareForm(request.GET, names, today)
    period, team = form.period, form.chosen_team
    found = selectors.care(
        (period, period.before, period.year_before),
        trend=Period(period.last, TREND_MONTHS),
        team=team,
        now=now,
        names=names,
    )
    place, sums = Place(form), found.of(period)
    later = months_before(period.last, -1)
    context = {
        "form": form,
        "sentence": care_sentence(sums, period.words),
        "period": period.words,
        "is_so_far": _is_running(period.last, today),
        "has_data": not sums.is_empty,
        "earlier_url": place.page(until=months_before(period.last, 1)),
        "later_url": place.page(until=later) if later <= today else "",
        "running_url": place.page(until=today.replace(day=1)),
        "cards": [_card(card, found, place, today) for card in CARDS],
    }
    return render(request, "insights/care.html", context)


class Place:
    """What the page was asked for, as addresses of it and of the lists behind its numbers."""

    def __init__(self, form: CareForm) -> None:
        self.period, self.team = form.period, form.chosen_team
        self._usual_last = form.usual_last

    def page(self, **changes: Any) -> str:
        """Return the address of the page with parts changed."""
        return self._to(reverse("care"), **changes)

    def behind(self, what: str, **changes: Any) -> str:
        """Return the address of the list behind a number."""
        return self._to(reverse("care_behind", args=[what]), **changes)

    def _to(self, path: str, **changes: Any) -> str:
        asked = {"months": self.period.months, "until": self.period.last, "team": self.team}
        if (period := changes.pop("period", None)) is not None:
            asked |= {"months": period.months, "until": period.last}
        asked |= {name: changes.pop(name) for name in asked if name in changes}
        query: dict[str, Any] = {}
        if asked["months"] != QUARTER:
            query["months"] = asked["months"]
        if asked["until"] != self._usual_last:
            query["until"] = f"{asked['until']:%Y-%m}"
        if asked["team"] is not None:
            query["team"] = asked["team"]
        query |= changes
        return f"{path}?{urlencode(query)}" if query else path


def _is_running(month: date, today: date) -> bool:
    return (month.year, month.month) == (today.year, today.month)


def _card(card: Card, found: Care, place: Place, today: date) -> dict[str, Any]:
    period = place.period
    sums = found.of(period)
    return {
        "key": card.key,
        "title": card.title,
        "meaning": card.meaning,
        "value": card.said(sums),
        "unit": card.unit_of(sums),
        "url": _behind(card.behind, sums, place, period),
        "note": card.note(sums),
        "lists": [
            {
                "label": label,
                "count": thousands(BEHIND[what].count(sums)),
                "url": _behind(what, sums, place, period),
            }
            for what, label in card.lists
        ],
        "compared": [_compared(card, sums, found, place, other) for other in period.others],
        "trend": _trend(card, found, place, today),
        **_teams(card, found, place),
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


def _trend(card: Card, found: Care, place: Place, today: date) -> Chart:
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
    return trend(months, title=title, what=card.unit, top=_top(card))


def _top(card: Card) -> float | None:
    """Return what a bar is measured against: all of it, where all of it is the aim."""
    return 1.0 if card.is_more_better else None


def _teams(card: Card, found: Care, place: Place) -> dict[str, Any]:
    """Return a line for each team, the one to look at first first; none for one team alone."""
    teams = found.teams(place.period)
    if len(teams) < 2 or place.team is not None:
        return {"teams": [], "more_teams": []}
    sums = {team: found.of(place.period, team) for team, _ in teams}
    values = {team: card.value(one) for team, one in sums.items()}
    known = [value for value in values.values() if value is not None and isfinite(value)]
    top = _top(card) or max(known, default=0) or 1.0
    sign = 1 if card.is_more_better else -1
    rows = [
        {
            "name": name,
            "value": card.said(sums[team]),
            "url": _behind(card.behind, sums[team], place, place.period, team=team),
            "width": round(100 * min((values[team] or 0) / top, 1)),
            **_last_list(card, sums[team], place, team),
        }
        for team, name in sorted(
            teams,
            key=lambda one: (values[one[0]] is None, sign * (values[one[0]] or 0)),
        )
    ]
    return {"teams": rows[:TEAMS_SHOWN], "more_teams": rows[TEAMS_SHOWN:]}


def _last_list(card: Card, sums: Sums, place: Place, team: int) -> dict[str, str]:
    """Return what of a team is worth a second number: what is left to do, where there is any."""
    if not card.lists:
        return {}
    what, label = card.lists[-1]
    return {
        "count": f"{thousands(BEHIND[what].count(sums))} {label}",
        "count_url": _behind(what, sums, place, place.period, team=team),
    }
