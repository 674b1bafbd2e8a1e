"""People at a customer: added, corrected, marked as left and deleted by hand, each with Undo."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from insights.contact_forms import ContactForm, as_it_is, kept, written_again
from interactions.services.contacts import ContactInUseError
from interactions.services.contacts import delete_contact as delete
from interactions.views.done import told
from relationships.models import Contact, Customer
from relationships.selectors.contacts import contact_to_change, contact_version
from relationships.services.contacts import ContactChangedError, correct_contact
from relationships.services.profiles import (
    ContactGoneError,
    ContactWrite,
    WriteRefusedError,
    write_contact,
)
from relationships.views.customers import customer_or_404
from relationships.views.htmx import dialog_or_page

BEFORE_CHANGE = "contact_before"
"""In the session: the last contact changed or deleted, and what it was before."""


@require_http_methods(["GET", "HEAD", "POST"])
def add_contact(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down who somebody at a customer is, on a page of its own or in a dialog."""
    customer = customer_or_404(request.user, pk)
    form = ContactForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return _show(request, form, customer)
    try:
        outcome = write_contact(item=form.write(customer.pk), by=request.user)
    except WriteRefusedError as error:
        form.refuse(error.refusals, request.user)
        return _show(request, form, customer)
    name, undo_url = form.cleaned_data["name"], reverse("delete_contact", args=[outcome.id])
    return _tell(request, customer, f"{name} at {customer} is known now.", undo_url=undo_url)


@require_http_methods(["GET", "HEAD", "POST"])
def edit_contact(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct who a contact is, how to reach them and whether they left."""
    contact = _contact(request, pk)
    form = ContactForm(request.POST if request.method == "POST" else None, contact=contact)
    if request.method != "POST" or not form.is_valid():
        return _show(request, form, contact.customer)
    item, version = form.write(contact.customer_id), form.cleaned_data["version"]
    try:
        _correct(request, contact, item, version)
    except ContactChangedError:
        form.go_on_from(_contact(request, pk))
        return _show(request, form, contact.customer)
    except WriteRefusedError as error:
        form.refuse(error.refusals, request.user)
        return _show(request, form, contact.customer)
    return _changed(request, contact, f"{item.name} is corrected.")


@require_POST
def contact_left(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that a contact left the customer, or with `back` that they are there again."""
    contact, is_back = _contact(request, pk), "back" in request.POST
    item = ContactWrite(id=pk, left_on=None if is_back else timezone.localdate())
    if (contact.left_on is None) == is_back:
        text = f"{contact} {'is there already' if is_back else 'had left already'}."
        return _tell(request, contact.customer, text, tone="warning")
    try:
        _correct(request, contact, item, contact_version(contact))
    except ContactChangedError as error:
        return _tell(request, contact.customer, str(error), tone="warning")
    text = f"{contact} is there again." if is_back else f"{contact} has left {contact.customer}."
    return _changed(request, contact, text)


@require_POST
def revert_contact(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back the last change of a contact."""
    contact, before = _contact(request, pk), request.session.get(BEFORE_CHANGE) or {}
    if before.get("id") != pk:
        text = "There is nothing to take back."
        return _tell(request, contact.customer, text, tone="warning")
    try:
        correct_contact(item=written_again(before), version=before["version"], by=request.user)
    except ContactChangedError:
        text = f"Somebody changed {contact} since, so nothing was taken back."
        return _tell(request, contact.customer, text, tone="warning")
    except WriteRefusedError as error:
        text = f"That could not be taken back. {_reasons(error)}"
        return _tell(request, contact.customer, text, tone="error")
    del request.session[BEFORE_CHANGE]
    return _tell(request, contact.customer, f"{before['name']} is as before.")


@require_POST
def delete_contact(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a contact who was written down by mistake; they can be brought back."""
    contact = _contact(request, pk)
    try:
        item = delete(contact_id=pk, by=request.user)
    except ContactInUseError as error:
        return _tell(request, contact.customer, str(error), tone="error")
    except ContactGoneError as error:
        raise Http404(str(error)) from error
    request.session[BEFORE_CHANGE] = kept(item)
    undo_url = reverse("restore_contact", args=[contact.customer_id])
    return _tell(request, contact.customer, f"{contact} is deleted.", undo_url=undo_url)


@require_POST
def restore_contact(request: HttpRequest, pk: int) -> HttpResponse:
    """Bring back the contact of a customer that this person deleted last."""
    customer, before = customer_or_404(request.user, pk), request.session.get(BEFORE_CHANGE) or {}
    if not before.get("customer"):
        return _tell(request, customer, "There is nobody to bring back.", tone="warning")
    try:
        write_contact(item=written_again(before), by=request.user)
    except WriteRefusedError as error:
        text = f"{before['name']} could not be brought back. {_reasons(error)}"
        return _tell(request, customer, text, tone="error")
    del request.session[BEFORE_CHANGE]
    return _tell(request, customer, f"{before['name']} is back.")


def _reasons(error: WriteRefusedError) -> str:
    return " ".join(one.reason for one in error.refusals)


def _correct(request: HttpRequest, contact: Contact, item: ContactWrite, version: str) -> None:
    """Correct a contact, and keep for Undo what it was."""
    before = kept(as_it_is(contact))
    try:
        after = correct_contact(item=item, version=version, by=request.user)
    except ContactGoneError as error:
        raise Http404(str(error)) from error
    request.session[BEFORE_CHANGE] = {**before, "version": after}


def _contact(request: HttpRequest, pk: int) -> Contact:
    found = contact_to_change(request.user, pk)
    if found is None:
        raise Http404("There is no such contact that you may change.")
    return found


def _show(request: HttpRequest, form: ContactForm, customer: Customer) -> HttpResponse:
    context = {"form": form, "customer": customer, "contact": form.contact}
    return dialog_or_page(request, "insights/_contact_form.html", "insights/contact.html", context)


def _changed(request: HttpRequest, contact: Contact, text: str) -> HttpResponse:
    undo_url = reverse("revert_contact", args=[contact.pk])
    return _tell(request, contact.customer, text, undo_url=undo_url)


def _tell(request: HttpRequest, customer: Customer, text: str, **more: Any) -> HttpResponse:
    events = {"contactsChanged": {"customer": customer.pk}, "closeDialog": True}
    to = f"{reverse('customer', args=[customer.pk])}#contacts"
    return told(request, text, to=to, events=events, **more)
