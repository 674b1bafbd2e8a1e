"""What we know about a customer: written down in a line, corrected, confirmed, deleted."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from insights.fact_forms import IN_LINE, FactForm
from insights.fact_words import before, kept
from interactions.views.done import told
from relationships.models import Customer, Fact
from relationships.selectors import contacts_of
from relationships.selectors.facts import fact_to_change
from relationships.services import CustomerGoneError
from relationships.services import facts as services
from relationships.views.customers import customer_or_404
from relationships.views.htmx import dialog_or_page

BEFORE_CHANGE = "fact_before"
"""In the session: the last fact changed, and what it said before."""


@require_http_methods(["GET", "HEAD", "POST"])
def add_fact(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down what we know about a customer, in a line of its page or on a page of its own."""
    customer, now = customer_or_404(request.user, pk), timezone.now()
    form = _form(request, customer)
    if request.method != "POST" or not form.is_valid():
        return _ask(request, form, customer)
    try:
        fact = services.write_fact(
            customer_id=customer.pk, said=form.said(), by=request.user, now=now
        )
    except services.FactRefusedError as error:
        form.refuse(error)
        return _ask(request, form, customer)
    except CustomerGoneError as error:
        raise Http404(str(error)) from error
    response = _done(request, fact, "is written down.", undo="delete_fact")
    # The line stays as it is until the page is read anew.
    response["HX-Reswap"] = "none"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def edit_fact(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct a fact."""
    fact = _fact(request, pk)
    if fact.deleted_at is not None and request.method != "POST":
        raise Http404("This was deleted meanwhile.")
    form = _form(request, fact.customer, fact)
    if request.method != "POST" or not form.is_valid():
        return _show(request, form, fact.customer)
    try:
        changed = services.correct_fact(
            fact_id=pk,
            version=form.cleaned_data["version"] or 0,
            said=form.said(),
            by=request.user,
            now=timezone.now(),
        )
    except services.FactChangedError:
        return _changed(request, form, pk)
    except services.FactRefusedError as error:
        form.refuse(error)
        return _show(request, form, fact.customer)
    request.session[BEFORE_CHANGE] = kept(fact, changed.version)
    return _done(request, changed, "is corrected.", undo="revert_fact")


@require_POST
def confirm_fact(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that a fact is still so."""
    fact = _fact(request, pk)
    changed = services.confirm_fact(fact_id=pk, by=request.user, now=timezone.now())
    request.session[BEFORE_CHANGE] = kept(fact, changed.version)
    return _done(request, changed, "is still so.", undo="revert_fact")


@require_POST
def revert_fact(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back the last change of a fact."""
    fact, said = _fact(request, pk), request.session.get(BEFORE_CHANGE) or {}
    if said.get("fact") != pk:
        return _tell(request, fact, "There is nothing to take back.", tone="warning")
    try:
        fact = services.put_fact_back(fact_id=pk, before=before(said), by=request.user)
    except services.FactChangedError:
        text = "Somebody changed it since, so nothing was taken back."
        return _tell(request, fact, text, tone="warning")
    except services.FactRefusedError as error:
        return _tell(request, fact, f"That could not be taken back. {error}", tone="error")
    del request.session[BEFORE_CHANGE]
    return _done(request, fact, "is as it was before.")


@require_POST
def delete_fact(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a fact; it can be brought back."""
    _fact(request, pk)
    fact = services.delete_fact(fact_id=pk, by=request.user, now=timezone.now())
    return _done(request, fact, "is deleted.", undo="restore_fact")


@require_POST
def restore_fact(request: HttpRequest, pk: int) -> HttpResponse:
    """Bring back a fact that was deleted."""
    _fact(request, pk)
    return _done(request, services.restore_fact(fact_id=pk, by=request.user), "is back.")


def _form(request: HttpRequest, customer: Customer, fact: Fact | None = None) -> FactForm:
    is_in_line = bool(request.htmx) and request.htmx.target == "fact-line"
    return FactForm(
        request.POST if request.method == "POST" else None,
        contacts=contacts_of(customer),
        today=timezone.localdate(),
        fact=fact,
        auto_id=IN_LINE if is_in_line else "id_fact_%s",
    )


def _fact(request: HttpRequest, pk: int) -> Fact:
    found = fact_to_change(request.user, pk)
    if found is None:
        raise Http404("There is no such fact that you may change.")
    return found


def _changed(request: HttpRequest, form: FactForm, pk: int) -> HttpResponse:
    """Tell what somebody else made of a fact meanwhile."""
    fact = _fact(request, pk)
    if fact.deleted_at is not None:
        return _tell(request, fact, f"Somebody deleted “{fact}” meanwhile.", tone="warning")
    form.go_on_from(fact)
    return _show(request, form, fact.customer)


def _ask(request: HttpRequest, form: FactForm, customer: Customer) -> HttpResponse:
    """Show the line that htmx sent from a customer's page, else a page of its own."""
    if form.auto_id == IN_LINE:
        context = {"fact_form": form, "customer": customer}
        return render(request, "insights/_fact_line.html", context)
    return _show(request, form, customer)


def _show(request: HttpRequest, form: FactForm, customer: Customer) -> HttpResponse:
    context = {"form": form, "customer": customer, "fact": form.known}
    return dialog_or_page(request, "insights/_fact_form.html", "insights/fact.html", context)


def _done(request: HttpRequest, fact: Fact, deed: str, *, undo: str = "") -> HttpResponse:
    undo_url = reverse(undo, args=[fact.pk]) if undo else ""
    return _tell(request, fact, f"“{fact.label}” {deed}", undo_url=undo_url)


def _tell(request: HttpRequest, fact: Fact, text: str, **more: Any) -> HttpResponse:
    events = {"factsChanged": {"customer": fact.customer_id}, "closeDialog": True}
    to = f"{reverse('customer', args=[fact.customer_id])}#known"
    return told(request, text, to=to, events=events, **more)
