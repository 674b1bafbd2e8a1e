"""What is done on the pages of a handover: one customer at a time, or many and undone again."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from insights import handover_words as words
from insights.handover_forms import GiveAllForm, NoteForm, PlanForm, SuccessorForm
from insights.services.handovers import add_customers
from insights.views.handovers import handover_or_404
from interactions.views.done import told
from relationships.models import HandoverCustomer
from relationships.selectors import handovers as selectors
from relationships.services import handovers as services
from relationships.services.handovers import (
    ChangedMeanwhileError,
    HandoverGoneError,
    HandoverRefusedError,
)
from relationships.views.htmx import lead_to
from relationships.words import plural

Write = Callable[[], HandoverCustomer]


@require_POST
def choose_successor(request: HttpRequest, pk: int) -> HttpResponse:
    """Say who takes a customer over."""
    form = SuccessorForm(request.POST)
    return _written(
        request, pk, form, "handover_customers",
        lambda: services.choose_successor(
            row_id=pk,
            successor_id=form.cleaned_data["successor"],
            version=form.seen(),
            by=request.user,
        ),
    )  # fmt: skip


@require_POST
def write_note(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep what the next one must know of a customer."""
    form = NoteForm(request.POST)
    return _written(
        request, pk, form, "handover_notes",
        lambda: services.write_note(
            row_id=pk,
            note=form.cleaned_data["note"],
            version=form.seen(),
            by=request.user,
            now=timezone.now(),
        ),
    )  # fmt: skip


@require_POST
def plan_introduction(request: HttpRequest, pk: int) -> HttpResponse:
    """Plan who introduces the new owner to a customer, and by when."""
    form = PlanForm(request.POST)
    return _written(
        request, pk, form, "handover_introductions",
        lambda: services.plan_introduction(
            row_id=pk,
            introducer_id=form.cleaned_data["introducer"],
            introduce_on=form.cleaned_data["introduce_on"],
            version=form.seen(),
            by=request.user,
            now=timezone.now(),
            today=timezone.localdate(),
        ),
    )  # fmt: skip


@require_POST
def settle_introduction(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that an introduction is done, which can be undone."""
    try:
        row = services.settle_introduction(row_id=pk, by=request.user, now=timezone.now())
    except HandoverGoneError as error:
        raise Http404(str(error)) from error
    except HandoverRefusedError as error:
        return _on_today(request, str(error), tone="warning")
    undo_url = reverse("unsettle_introduction", args=[pk])
    return _on_today(request, f"The introduction to {row.customer} is done.", undo_url=undo_url)


@require_POST
def unsettle_introduction(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back that an introduction is done."""
    try:
        row = services.unsettle_introduction(row_id=pk, by=request.user)
    except HandoverGoneError as error:
        raise Http404(str(error)) from error
    return _on_today(request, f"The introduction to {row.customer} is still to come.")


@require_POST
def add_handover_customers(request: HttpRequest, pk: int) -> HttpResponse:
    """Add the customers that became the leaver's meanwhile."""

    def do() -> str:
        number = add_customers(handover_id=pk, by=request.user, now=timezone.now())
        return f"{plural(number, 'customer')} added at the end of the list."

    return _done(request, pk, "handover_customers", do)


@require_POST
def give_all(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose one new owner for all customers, or for each whom is proposed."""
    form = GiveAllForm(request.POST)
    if not form.is_valid():
        raise Http404("There is nobody to choose here.")

    def do() -> tuple[str, int]:
        batch, changed = services.choose_for_all(
            handover_id=pk,
            successor_id=form.cleaned_data["successor"],
            only_without=form.cleaned_data["which"] == "nobody",
            by=request.user,
        )
        who = "have another new owner now" if changed != 1 else "has another new owner now"
        return f"{plural(changed, 'customer')} {who}.", batch

    return _done(request, pk, "handover_customers", do)


@require_POST
def move_customers(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the customers to their new owners, which can be undone."""

    def do() -> tuple[str, int]:
        moved = services.move_customers(handover_id=pk, by=request.user, now=timezone.now())
        text = f"{plural(moved.customers, 'customer')} moved to their new owners."
        if moved.left:
            stay = "stays" if moved.left == 1 else "stay"
            text += f" {plural(moved.left, 'other')} {stay} where they are: look at their rows."
        return text, moved.batch

    return _done(request, pk, "handover_summary", do)


@require_POST
def plan_all(request: HttpRequest, pk: int) -> HttpResponse:
    """Plan an introduction for every customer that has none."""

    def do() -> tuple[str, int]:
        batch, planned = services.plan_for_all(
            handover_id=pk, by=request.user, now=timezone.now(), today=timezone.localdate()
        )
        return f"{plural(planned, 'introduction')} planned.", batch

    return _done(request, pk, "handover_introductions", do)


@require_POST
def undo_batch(request: HttpRequest, pk: int, batch: int) -> HttpResponse:
    """Undo what was done to many customers at once."""

    def do() -> str:
        undone = services.undo_batch(
            handover_id=pk, batch=batch, by=request.user, now=timezone.now()
        )
        return words.undone_words(undone)

    return _done(request, pk, request.GET.get("to", ""), do)


@require_POST
def finish_handover(request: HttpRequest, pk: int) -> HttpResponse:
    """Finish a handover, which can be undone."""
    try:
        found = services.finish_handover(handover_id=pk, by=request.user, now=timezone.now())
    except HandoverGoneError as error:
        raise Http404(str(error)) from error
    undo = reverse("reopen_handover", args=[pk])
    messages.success(request, f"The handover from {found.person} is finished.", extra_tags=undo)
    return lead_to(request, "handover_summary", pk)


@require_POST
def reopen_handover(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a finished handover again."""

    def do() -> str:
        found = services.reopen_handover(handover_id=pk, by=request.user)
        return f"The handover from {found.person} is open again."

    return _done(request, pk, "handover_summary", do)


def _done(
    request: HttpRequest, pk: int, step: str, do: Callable[[], str | tuple[str, int]]
) -> HttpResponse:
    """Do something to a whole handover, and say on a step what came of it, or why nothing did."""
    handover_or_404(request.user, pk)
    step = step if step in dict(words.STEPS) else "handover_summary"
    try:
        said = do()
    except HandoverGoneError as error:
        raise Http404(str(error)) from error
    except HandoverRefusedError as error:
        messages.error(request, str(error))
        return lead_to(request, step, pk)
    text, batch = (said, 0) if isinstance(said, str) else said
    undo = f"{reverse('undo_batch', args=[pk, batch])}?to={step}" if batch else ""
    messages.success(request, text, extra_tags=undo)
    return lead_to(request, step, pk)


def _written(
    request: HttpRequest, pk: int, form: forms.Form, step: str, write: Write
) -> HttpResponse:
    """Write one part of a row and say so in it; without htmx, on the page it came from."""
    row = selectors.visible_row(request.user, pk)
    if row is None:
        raise Http404("There is no such customer in a handover that you may see.")
    context: dict[str, Any] = {"row": row, "step": step, "handover": row.handover}
    if not form.is_valid():
        context["error"] = " ".join(str(text) for errors in form.errors.values() for text in errors)
        return _said(request, context)
    try:
        context["row"] = write()
    except ChangedMeanwhileError as error:
        if request.htmx and form.cleaned_data["told"] == error.row.version:
            # Put there again, the button that somebody is about to press would be another one.
            return HttpResponse(status=204)
        context |= {"row": error.row, "theirs": words.theirs(error.row, step), "sent": request.POST}
    except HandoverRefusedError as error:
        context["error"] = str(error)
    return _said(request, context)


def _said(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    row, step = context["row"], context["step"]
    if request.htmx:
        progress = selectors.progress_of(request.user, row.handover)
        context["progress_words"] = words.progress_words(step, progress)
        return render(request, "insights/_handover_said.html", context)
    if "theirs" in context:
        return render(request, "insights/handover_conflict.html", context)
    if "error" in context:
        messages.error(request, f"{row.customer}: {context['error']}")
    else:
        messages.success(request, f"{row.customer}: saved.")
    place = f"?{request.GET.urlencode()}" if request.GET else ""
    address = f"{reverse(step, args=[row.handover_id])}{place}#row-{row.pk}"
    return lead_to(request, address)


def _on_today(
    request: HttpRequest, text: str, *, undo_url: str = "", tone: str = "success"
) -> HttpResponse:
    return told(
        request, text, to="today", events={"todayChanged": {}}, tone=tone, undo_url=undo_url
    )
