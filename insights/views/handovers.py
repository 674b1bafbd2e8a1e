"""The guided pages of a handover: who leaves, their customers, what to know, introductions."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from insights import handover_words as words
from insights.handover_forms import HandoverForm, PlaceForm
from insights.selectors.handovers import HandoverPage, handover_page
from insights.services import handovers as services
from relationships import access
from relationships.models import Handover, Person
from relationships.numbers import whole_number
from relationships.selectors import handovers as selectors
from relationships.selectors.bulk_changes import KEPT
from relationships.services.handovers import (
    HandoverGoneError,
    HandoverRefusedError,
    change_handover,
)

CUSTOMERS_SHOWN = {"": "All", "single": "Only they know", "nobody": "Nobody yet"}
NOTES_SHOWN = {"": "All", "unwritten": "Not written yet"}
INTRODUCTIONS_SHOWN = {"": "All", "unplanned": "Not planned yet", "late": "Too late"}


@require_safe
def handovers(request: HttpRequest) -> HttpResponse:
    """List the handovers this person works at, the newest first."""
    after, today = whole_number(request.GET.get("after", "")), timezone.localdate()
    page = selectors.handovers_page(request.user, after=after)
    done = selectors.progress_of_many(request.user, page.rows)
    context = {
        "rows": [
            {"handover": one, "words": words.leaving(one, today), "progress": done.get(one.pk)}
            for one in page.rows
        ],
        "is_from_start": after is None,
        "next_url": f"{request.path}?after={page.after[0]}" if page.after else "",
    }
    return render(request, "insights/handovers.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new_handover(request: HttpRequest) -> HttpResponse:
    """Ask who leaves and when, and begin the handover, or go on with the one there is."""
    people = selectors.people_to_hand_over(request.user).select_related("team")
    people = people[: selectors.OFFERED_AT_MOST]
    asked = {"person": request.GET.get("person", "")}
    data = request.POST if request.method == "POST" else None
    form = HandoverForm(data, people=people, initial=asked)
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        try:
            handover, is_new = services.start_handover(
                person_id=int(said["person"]),
                leaves_on=said["leaves_on"],
                reason=said["reason"],
                by=request.user,
                now=timezone.now(),
            )
        except (HandoverGoneError, HandoverRefusedError) as error:
            form.add_error(None, str(error))
        else:
            if not is_new:
                text = f"The handover from {handover.person} was begun already. Go on with it here."
                messages.info(request, text)
            return redirect("handover_customers", handover.pk)
    return render(request, "insights/new_handover.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
def handover(request: HttpRequest, pk: int) -> HttpResponse:
    """Show who leaves and when, and correct it."""
    found = handover_or_404(request.user, pk)
    data = request.POST if request.method == "POST" else None
    form = HandoverForm(data, handover=found)
    if form.is_bound and form.is_valid():
        try:
            change_handover(
                handover_id=pk, by=request.user, now=timezone.now(), **form.cleaned_data
            )
        except HandoverRefusedError as error:
            form.add_error(None, str(error))
        else:
            return redirect("handover_customers", pk)
    progress = selectors.progress_of(request.user, found)
    context = _head(request, found, progress, "handover") | {"form": form}
    return render(request, "insights/handover.html", context)


@require_safe
def handover_customers(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the customers of whoever leaves, who is proposed for each, and let others be chosen."""
    found = handover_or_404(request.user, pk)
    context, page = _step(request, found, "handover_customers")
    people = selectors.successors_offered(request.user, found.person_id)
    near = [one for one in people if one.team_id == found.person.team_id] or people
    for row, line in zip(context["rows"], page.lines, strict=True):
        row["options"] = words.options(near, line.row.successor, line.row.proposed)
    context |= {
        "people": people,
        "missing": selectors.customers_to_add(request.user, found).count(),
        "filters": _filters(context, CUSTOMERS_SHOWN),
    }
    return render(request, "insights/handover_customers.html", context)


@require_safe
def handover_notes(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for each customer what the next one must know."""
    context, _ = _step(request, handover_or_404(request.user, pk), "handover_notes")
    context["filters"] = _filters(context, NOTES_SHOWN)
    return render(request, "insights/handover_notes.html", context)


@require_safe
def handover_introductions(request: HttpRequest, pk: int) -> HttpResponse:
    """Plan for each customer who introduces the new owner, and by when."""
    found = handover_or_404(request.user, pk)
    context, page = _step(request, found, "handover_introductions")
    people = selectors.successors_offered(request.user, found.person_id)
    near = [one for one in people if one.team_id == found.person.team_id] or people
    for row, line in zip(context["rows"], page.lines, strict=True):
        chosen = line.row.introducer or (None if line.row.introduce_on else found.person)
        row["options"] = words.options(near, chosen, found.person, line.row.successor)
    context["filters"] = _filters(context, INTRODUCTIONS_SHOWN)
    return render(request, "insights/handover_introductions.html", context)


@require_safe
def handover_summary(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what was moved, what is written and what is planned."""
    found, now = handover_or_404(request.user, pk), timezone.now()
    progress, today = selectors.progress_of(request.user, found), timezone.localdate(now)
    context = _head(request, found, progress, "handover_summary") | {
        "customers": f"{progress.customers:,}",
        "nobody": f"{progress.customers - progress.chosen:,}",
        "shares": selectors.shares_of(request.user, found),
        "moves": [
            {
                "move": move,
                "day": words.on_day(timezone.localdate(move.moved_at), today),
                "may_undo": move.is_mine and move.moved_at > now - KEPT and not found.finished_at,
            }
            for move in selectors.moves_of(request.user, found)
        ],
        "may_deactivate": access.may_administer(request.user) and found.person.is_active,
    }
    return render(request, "insights/handover_summary.html", context)


def handover_or_404(person: Person, pk: int) -> Handover:
    """Return a handover at which `person` may work."""
    found = selectors.visible_handover(person, pk)
    if found is None:
        raise Http404("There is no such handover that you may see.")
    return found


def _head(
    request: HttpRequest, found: Handover, progress: selectors.Progress, step: str
) -> dict[str, Any]:
    """Return what stands above every step."""
    return {
        "handover": found,
        "leaver": found.person,
        "has_left": found.leaves_on < timezone.localdate(),
        "leaving": words.leaving(found, timezone.localdate()),
        "progress": progress,
        "progress_words": words.progress_words(step, progress),
        "steps": words.steps(found, progress, step),
        "step": step,
    }


def _step(request: HttpRequest, found: Handover, step: str) -> tuple[dict[str, Any], HandoverPage]:
    """Return the customers of a step as its page shows them."""
    form, today = PlaceForm(request.GET), timezone.localdate()
    form.is_valid()
    after, only = form.place(), form.only_some()
    page = handover_page(request.user, found, only=only, after=after)
    here = reverse(step, args=[found.pk])
    query = {"only": only} if only else {}
    place = query | ({"after": _key(after)} if after else {})
    context = _head(request, found, page.progress, step) | {
        "rows": [words.row_of(line, found.person, today) for line in page.lines],
        "only": only,
        "is_from_start": after is None,
        "first_url": f"{here}?{urlencode(query)}" if query else here,
        "place": f"?{urlencode(place)}" if place else "",
        "next_url": _next_url(here, query, page.after),
    }
    return context, page


def _next_url(here: str, query: dict[str, str], after: Sequence[int] | None) -> str:
    return f"{here}?{urlencode(query | {'after': _key(after)})}" if after else ""


def _filters(context: dict[str, Any], labels: dict[str, str]) -> list[dict[str, Any]]:
    here = reverse(context["step"], args=[context["handover"].pk])
    return [
        {
            "label": label,
            "url": f"{here}?only={key}" if key else here,
            "is_chosen": key == context["only"],
        }
        for key, label in labels.items()
    ]


def _key(place: Sequence[int]) -> str:
    return "-".join(map(str, place))
