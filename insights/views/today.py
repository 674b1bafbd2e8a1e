"""Today: who needs me and why, what is due, what went well."""

from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from insights.handover_words import due_day, introduction
from insights.models import Snooze
from insights.presentation import BAND_KEYS, customer_url
from insights.selectors import today as selectors
from insights.selectors.today import FAR, HANDFUL, MOST, Need, Today
from insights.snooze_forms import day_of
from insights.words import money, monies, signed, thousands
from interactions.catalogue import SETTLED
from interactions.forms import MINUTE
from interactions.models import Appointment, Loop, LoopKind
from interactions.row_actions import row_keys
from interactions.selectors import ToSettle
from relationships import access, words
from relationships.models import HandoverCustomer, Person
from relationships.words import plural

ALL = "all"
# What to do about the largest part of the distance: the type to log, and the words.
NEXT_STEPS = {
    "presence": ("call.phone", "Log a call"),
    "cooling": ("call.phone", "Log a call"),
    "wall": ("meeting.in_person", "Log a meeting"),
    "unhealed": ("call.phone", "Make it right"),
}


@require_safe
def today(request: HttpRequest) -> HttpResponse:
    """Show whom to turn to, for the customers of this person, else for all they may see."""
    person, now = request.user, timezone.now()
    day = timezone.localdate(now)
    owns = selectors.has_own_customers(person)
    is_mine = owns and request.GET.get("whose") != ALL
    shown = MOST if request.GET.get("show") == ALL else HANDFUL
    found = selectors.today(person, now=now, day=day, is_mine=is_mine, shown=shown)
    context = {
        "today": found,
        "lede": _lede(found),
        "needs": [_need(need) for need in found.needs],
        "loops": [loop_row(loop, now) for loop in found.settling.loops],
        "mess_ups": [_mess_up(loop, now) for loop in found.settling.mess_ups],
        "to_confirm": [planned_row(one, now) for one in found.to_confirm],
        "coming_up": [planned_row(one, now) for one in found.coming_up],
        "introductions": [_introduction(row, day) for row in found.introductions],
        "due_summary": _due_summary(found.settling),
        "snoozes": [_snooze(snooze, now) for snooze in found.snoozes],
        "snoozed": plural(found.snoozed_in_all, "customer"),
        "more_snoozes": _more_snoozes(found),
        "closer": [_closer(reading) for reading in found.closer],
        "day": day,
        "scopes": _scopes(person, is_mine=is_mine) if owns else [],
        "whole_url": f"{request.path}?{urlencode({**_whose(is_mine, owns), 'show': ALL})}",
        "rest_url": _rest_url(person, is_mine=is_mine),
        "is_whole": shown == MOST,
        **row_keys(),
    }
    return render(request, "insights/today.html", context)


def loop_row(loop: Loop, now: Any) -> dict[str, Any]:
    """Write an open loop as a row of a list, with the way to settle it."""
    query = {"customer": loop.customer_id, "closes": loop.pk, "type": SETTLED}
    return {
        "pk": loop.pk,
        "customer": loop.customer,
        "url": customer_url(loop.customer_id),
        "kind": LoopKind(loop.kind).label,
        "text": loop.text,
        "due": words.due(loop.due_at, now),
        "is_overdue": loop.due_at < now,
        "person": loop.person,
        "settle_url": f"{reverse('log_touchpoint')}?{urlencode(query)}",
    }


def planned_row(appointment: Appointment, now: datetime) -> dict[str, Any]:
    """Write what is planned as a row of a list, with the ways to say what became of it."""
    starts_at = timezone.localtime(appointment.starts_at)
    said = {
        "customer": appointment.customer_id,
        "type": appointment.type.key,
        "contact": appointment.contact_id,
        "person": appointment.person_id,
        "occurred_at": f"{starts_at:{MINUTE}}",
        "duration_minutes": appointment.duration_minutes,
        "text": appointment.text[:500],
    }
    query = urlencode({name: value for name, value in said.items() if value})
    return {
        "what": appointment.what,
        "customer": appointment.customer,
        "url": customer_url(appointment.customer_id),
        "contact": appointment.contact,
        "person": appointment.person,
        "text": appointment.text,
        "when": words.moment_ahead(appointment.starts_at, now),
        "took_place_url": reverse("took_place", args=[appointment.pk]),
        "call_off_url": reverse("call_off", args=[appointment.pk]),
        "tell_url": f"{reverse('log_touchpoint')}?{query}",
    }


def _need(need: Need) -> dict[str, Any]:
    reading = need.reading
    drift, direction = signed(reading.drift)
    name = "unhealed" if need.loop else need.reasons[0].name
    kind, step = NEXT_STEPS.get(name, NEXT_STEPS["presence"])
    query = {"customer": reading.pk, "type": kind}
    if need.loop:
        query["closes"] = need.loop.pk
    return {
        "customer": reading.customer,
        "customer_id": str(reading.pk),
        "url": customer_url(reading.pk),
        "actions_url": f"{reverse('customer_actions', args=[reading.pk])}?from=today",
        "band": BAND_KEYS[reading.band],
        "band_label": reading.get_band_display(),
        "distance": f"{reading.distance or 0:.0f}",
        "drift": drift,
        "direction": direction,
        "reason": " ".join(reason.sentence for reason in need.reasons),
        "at_risk": money(reading.at_risk, reading.currency) if reading.at_risk else "",
        "owner": reading.customer.owner,
        "step": step,
        "step_url": f"{reverse('log_touchpoint')}?{urlencode(query)}",
    }


def _mess_up(loop: Loop, now: datetime) -> dict[str, Any]:
    return {
        "customer": loop.customer,
        "url": customer_url(loop.customer_id),
        "kind": LoopKind(loop.kind).label,
        "text": loop.text,
        "since": words.days_ago(loop.opened_at, now),
        "yes_url": reverse("made_right", args=[loop.pk]),
        "not_yet_url": reverse("not_yet", args=[loop.pk]),
    }


def _introduction(row: HandoverCustomer, day: date) -> dict[str, Any]:
    query = urlencode({"customer": row.customer_id, "type": "meeting.in_person"})
    return {
        "customer": row.customer,
        "url": customer_url(row.customer_id),
        "words": introduction(row),
        "due": due_day(row.introduce_on, day) if row.introduce_on else "",
        "is_overdue": row.introduce_on is not None and row.introduce_on < day,
        "log_url": f"{reverse('log_touchpoint')}?{query}",
        "done_url": reverse("settle_introduction", args=[row.pk]),
    }


def _snooze(snooze: Snooze, now: datetime) -> dict[str, Any]:
    day = timezone.localtime(snooze.until).date()
    return {
        "customer": snooze.customer,
        "url": customer_url(snooze.customer_id),
        "until": day_of(day, timezone.localdate(now)),
        "reason": snooze.reason,
        "wake_url": reverse("wake", args=[snooze.customer_id]),
    }


def _more_snoozes(found: Today) -> str:
    more = found.snoozed_in_all - len(found.snoozes)
    return f"{thousands(more)} more {'sleeps' if more == 1 else 'sleep'} longer." if more else ""


def _closer(reading: Any) -> dict[str, Any]:
    now = round(reading.distance or 0)
    drift, direction = signed(reading.drift)
    return {
        "customer": reading.customer,
        "url": customer_url(reading.pk),
        "band": BAND_KEYS[reading.band],
        "band_label": reading.get_band_display(),
        "words": f"Distance {round(now - (reading.drift or 0))} to {now} in four weeks",
        "drift": drift,
        "direction": direction,
    }


def _lede(found: Today) -> dict[str, str]:
    """Return the pieces of the sentence at the top."""
    totals = found.totals
    return {
        "far": thousands(totals.far),
        "noun": "customer" if totals.far == 1 else "customers",
        "verb": "has" if totals.far == 1 else "have",
        "known": plural(totals.known, "customer"),
        "at_risk": monies(totals.at_risk) if any(totals.at_risk.values()) else "",
    }


def _due_summary(due: ToSettle) -> str:
    """Say how many are overdue and due; what is overdue comes first, so what is not counted too.

    >>> _due_summary(ToSettle([], 1_000, 1_000, is_exact=False))
    'more than 1,000 overdue'
    >>> _due_summary(ToSettle([], 3, 1, is_exact=True))
    '1 overdue, 2 due this week'
    """
    more, coming = "" if due.is_exact else "more than ", due.in_all - due.overdue
    pieces = []
    if due.overdue:
        pieces.append(f"{'' if coming else more}{thousands(due.overdue)} overdue")
    if coming:
        pieces.append(f"{more}{thousands(coming)} due this week")
    return ", ".join(pieces)


def _whose(is_mine: bool, owns: bool) -> dict[str, str]:
    return {"whose": ALL} if owns and not is_mine else {}


def _scopes(person: Person, *, is_mine: bool) -> list[dict[str, Any]]:
    everyone = "All teams" if access.sees_every_customer(person) else "My team"
    here = reverse("today")
    return [
        {"label": "My customers", "url": here, "is_chosen": is_mine},
        {"label": everyone, "url": f"{here}?whose={ALL}", "is_chosen": not is_mine},
    ]


def _rest_url(person: Person, *, is_mine: bool) -> str:
    """Return the address of all customers who are far, in the list of customers."""
    query = [("band", BAND_KEYS[band]) for band in FAR]
    if is_mine:
        query.append(("owner", str(person.pk)))
    return f"{reverse('customers')}?{urlencode(query)}"
