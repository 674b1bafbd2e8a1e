"""What changed since last week: whose distance moved, both ways, on a page and as CSV."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.text import capfirst
from django.views.decorators.http import require_safe

from insights.file_names import file_name
from insights.forms import ChangesForm
from insights.models import LEAST_CHANGE, Reading
from insights.page_address import PageAddress
from insights.presentation import BAND_KEYS, customer_url
from insights.selectors import changes as selectors
from insights.selectors.changes import FURTHER, MOST_COUNTED, NEARER, Changed, Narrowing, Place
from insights.selectors.portfolio import filter_choices
from insights.spreadsheets import csv_file
from insights.words import joined, money, signed, thousands
from interactions.row_actions import row_keys
from relationships.models import Person
from relationships.words import day_name

FILTERS = ("owner", "team", "segment", "stage")

REASONS_TOLD = 2
EXPORTED_AT_ONCE = 100
"""Customers whose histories are read together for the file."""

HEAD = (
    "Customer", "Team", "Owner", "Segment", "Stage", "Since", "Distance then", "Distance now",
    "Change", "Main reason", "Why",
)  # fmt: skip


@require_safe
def changes(request: HttpRequest) -> HttpResponse:
    """Show the customers whose distance changed since last week, further or nearer."""
    now, form = timezone.now(), _form(request)
    narrowing, place = form.narrowing(), _place(request)
    page = selectors.changes_page(request.user, narrowing, now=now, **place)
    counts = selectors.changes_counted(request.user, narrowing)
    address = _address(form)
    context = {
        "form": form,
        "cleared_url": address.only("direction").to(),
        "directions": _directions(narrowing, counts, address),
        "is_further": narrowing.direction == FURTHER,
        "has_filters": narrowing.has_filters,
        "least_points": LEAST_CHANGE,
        "since": f"{page.since:%A} {day_name(page.since.date(), timezone.localdate(now))}",
        "rows": [_row(reading, page.changed[reading.pk]) for reading in page.readings],
        "previous_url": address.to(before=str(page.before)) if page.before else "",
        "next_url": address.to(after=str(page.after)) if page.after else "",
        "csv_url": address.on("changes_csv"),
        **row_keys(),
    }
    return render(request, "insights/changes.html", context)


@require_safe
def changes_csv(request: HttpRequest) -> StreamingHttpResponse:
    """Return all that the page would show on its pages as a file for spreadsheets."""
    now, form = timezone.now(), _form(request)
    narrowing, said = form.narrowing(), _address(form).only(*FILTERS).said(form)
    name = file_name(f"changes-{narrowing.direction}", said, timezone.localdate(now), "csv")
    return csv_file(name, _lines(request.user, narrowing, now))


def _form(request: HttpRequest) -> ChangesForm:
    form = ChangesForm(request.GET, filter_choices(request.user, request.GET))
    form.is_valid()
    return form


def _place(request: HttpRequest) -> dict[str, Place | None]:
    return {name: Place.parse(request.GET.get(name, "")) for name in ("after", "before")}


def _address(form: ChangesForm) -> PageAddress:
    return PageAddress.of("changes", form, {"direction": FURTHER})


def _directions(
    narrowing: Narrowing, counts: dict[str, int], address: PageAddress
) -> list[dict[str, Any]]:
    labels = {FURTHER: "Further away", NEARER: "Nearer"}
    return [
        {
            "label": label,
            "count": _counted(counts[direction]),
            "url": address.to(direction="" if direction == FURTHER else direction),
            "is_chosen": narrowing.direction == direction,
        }
        for direction, label in labels.items()
    ]


def _counted(number: int) -> str:
    return thousands(number) if number <= MOST_COUNTED else f"{thousands(MOST_COUNTED)}+"


def _row(reading: Reading, changed: Changed) -> dict[str, Any]:
    customer = reading.customer
    points, direction = signed(changed.points)
    return {
        "pk": str(reading.pk),
        "name": customer.name,
        "url": customer_url(reading.pk),
        "band": BAND_KEYS[reading.band],
        "band_label": reading.get_band_display(),
        "before": f"{changed.distance_then:.0f}" if changed.distance_then is not None else "",
        "now": f"{reading.distance:.0f}",
        "points": points,
        "direction": direction,
        "why": _why(changed, REASONS_TOLD),
        "owner": customer.owner.name if customer.owner else "nobody looks after them",
        "at_risk": money(reading.at_risk, reading.currency) if reading.at_risk else "",
    }


def _why(changed: Changed, at_most: int) -> str:
    """Write the largest reasons as a sentence of their own."""
    told = [f"{one.phrase} ({signed(one.points)[0]})" for one in changed.changes[:at_most]]
    return f"{capfirst(joined(told))}." if told else changed.sentence


def _lines(person: Person, narrowing: Narrowing, now: datetime) -> Iterator[Sequence[Any]]:
    """Yield the lines of the file, reading a few histories at a time."""
    yield HEAD
    everyone = selectors.everyone_changed(person, narrowing, now=now, at_once=EXPORTED_AT_ONCE)
    for reading, changed in everyone:
        yield _line(reading, changed)


def _line(reading: Reading, changed: Changed) -> list[Any]:
    customer, then = reading.customer, changed.distance_then
    return [
        customer.name,
        customer.team.name if customer.team else "",
        customer.owner.name if customer.owner else "",
        customer.segment.name if customer.segment else "",
        customer.get_stage_display(),
        changed.since.date().isoformat(),
        "" if then is None else round(then),
        round(reading.distance or 0),
        changed.points,
        _why(changed, 1),
        changed.sentence,
    ]
