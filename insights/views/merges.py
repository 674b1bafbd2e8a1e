"""Two customers made one, with a preview, and parted again."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from insights.duplicate_words import head, lines, preview_words
from insights.same_form import SameCustomerForm
from insights.selectors.duplicates import merge_preview
from interactions import services
from relationships.models import Customer
from relationships.services import CustomerGoneError, NotMergeableError
from relationships.views.customers import customer_or_404
from relationships.views.htmx import lead_to


@require_safe
def same_customer(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask which other customer is the same as this one, and lead to the preview."""
    customer = customer_or_404(request.user, pk)
    data = request.GET if {"customer", "customer_name"} & request.GET.keys() else None
    form = SameCustomerForm(data, person=request.user, customer=customer)
    if form.is_bound and form.is_valid():
        return redirect("merge_customer", customer.pk, form.chosen.pk)
    return render(request, "insights/same_customer.html", {"customer": customer, "form": form})


@require_http_methods(["GET", "HEAD", "POST"])
def merge_customer(request: HttpRequest, keep: int, absorb: int) -> HttpResponse:
    """Show what merging one customer into another would do, and do it."""
    kept, absorbed = customer_or_404(request.user, keep), customer_or_404(request.user, absorb)
    if kept == absorbed:
        return _one_already(request, kept, keep, absorb)
    if (kept.pk, absorbed.pk) != (keep, absorb):
        text = "One of them was merged into another meanwhile. Look again at which two these are."
        messages.warning(request, text)
        return lead_to(request, "merge_customer", kept.pk, absorbed.pk)
    if request.method == "POST":
        return _merge(request, kept, absorbed)
    now = timezone.now()
    preview = merge_preview(kept, absorbed, now=now)
    context = {
        "keep": kept,
        "absorb": absorbed,
        "heads": [head(preview.keep), head(preview.absorb)],
        "lines": lines(preview.keep, preview.absorb, now),
        "words": preview_words(preview),
    }
    return render(request, "insights/merge_customer.html", context)


@require_POST
def separate_customer(request: HttpRequest, pk: int) -> HttpResponse:
    """Part a customer from whom it was merged into, which can be undone."""
    survivor = customer_or_404(request.user, pk)
    try:
        services.unmerge_customer(customer_id=pk, by=request.user, now=timezone.now())
    except CustomerGoneError as error:
        if survivor.pk != pk:
            raise Http404(str(error)) from error
        messages.info(request, f"{survivor} is a customer of its own already.")
    else:
        parted = customer_or_404(request.user, pk)
        undo = reverse("merge_customer", args=[survivor.pk, pk])
        text = f"{parted} and {survivor} are two again, each with what happened with them."
        messages.success(request, text, extra_tags=undo)
    return lead_to(request, "customer", survivor.pk)


def _merge(request: HttpRequest, keep: Customer, absorb: Customer) -> HttpResponse:
    try:
        services.merge_customers(
            keep=keep.pk, absorb=absorb.pk, by=request.user, now=timezone.now()
        )
    except NotMergeableError as error:
        messages.error(request, f"They were not merged. {error}")
    except CustomerGoneError:
        # Somebody merged one of them just now: shown again, the page tells what became of them.
        return lead_to(request, "merge_customer", keep.pk, absorb.pk)
    else:
        undo = reverse("separate_customer", args=[absorb.pk])
        messages.success(request, f"{absorb} is part of {keep} now.", extra_tags=undo)
    return lead_to(request, "customer", keep.pk)


def _one_already(request: HttpRequest, one: Customer, keep: int, absorb: int) -> HttpResponse:
    """Say that two are one, as after a double click, with the way to part them."""
    merged = absorb if absorb != one.pk else keep
    undo = reverse("separate_customer", args=[merged]) if merged != one.pk else ""
    text = f"They are one already: {one}." if undo else "Choose two customers; this is one."
    messages.info(request, text, extra_tags=undo)
    return lead_to(request, "customer", one.pk)
