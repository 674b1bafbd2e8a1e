"""A contact as people write it down: who it is, how to reach them, and when they left."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from django import forms
from msgspec import UNSET

from relationships.identities import IdentityFlawError, email_ref, phone_ref
from relationships.models import Contact, Identity, Person
from relationships.selectors import IdentityRef
from relationships.selectors.contacts import contact_version, meant_by
from relationships.services.introductions import LONGEST_CONTACT_NAME
from relationships.services.profiles import LONGEST_JOB_TITLE, ContactWrite, Refusal

_EMAILS, _PHONES = re.compile(r"[,;\s]+"), re.compile(r"[,;]+")
SEVERAL = "Several with commas between them."


def _text(label: str, *, longest: int, **attrs: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        max_length=longest,
        widget=forms.TextInput(attrs={"autocomplete": "off", **attrs}),
    )


class ContactForm(forms.Form):
    """One person at a customer; only the name must be given."""

    name = forms.CharField(
        label="Name",
        max_length=LONGEST_CONTACT_NAME,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True}),
        error_messages={"required": "Give their name."},
    )
    job_title = _text("What they do there", longest=LONGEST_JOB_TITLE, placeholder="Head of buying")
    emails = _text("E-mail", longest=2000, inputmode="email")
    phones = _text("Phone", longest=1000, inputmode="tel")
    left_on = forms.DateField(
        label="Left on",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
        error_messages={"invalid": "Give a date, such as 2026-03-31."},
    )
    version = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        contact: Contact | None = None,
    ) -> None:
        initial = _as_known(contact) if contact else {}
        super().__init__(data, initial=initial, auto_id="id_contact_%s")
        self.contact = contact
        self.fields["emails"].help_text = self.fields["phones"].help_text = SEVERAL
        if contact is None:
            del self.fields["left_on"]

    def clean_emails(self) -> list[IdentityRef]:
        """Take the addresses apart, in the form they are kept in."""
        return _refs(_EMAILS.split(self.cleaned_data["emails"]), email_ref)

    def clean_phones(self) -> list[IdentityRef]:
        """Take the numbers apart, in the form they are kept in."""
        return _refs(_PHONES.split(self.cleaned_data["phones"]), phone_ref)

    def _identities(self) -> list[IdentityRef]:
        """Return all that shall mean the contact: ids of other systems stay as they are."""
        foreign = _refs_of(self.contact, Identity.Kind.FOREIGN) if self.contact else []
        return [*foreign, *self.cleaned_data["emails"], *self.cleaned_data["phones"]]

    def write(self, customer_id: int) -> ContactWrite:
        """Return what shall be true of the contact."""
        said = self.cleaned_data
        given = {
            "name": said["name"],
            "job_title": said["job_title"],
            "identities": self._identities(),
        }
        if self.contact is None:
            return ContactWrite(customer=customer_id, **given)
        return ContactWrite(id=self.contact.pk, left_on=said["left_on"], **given)

    def refuse(self, refusals: Iterable[Refusal], person: Person) -> None:
        """Say at its field what was refused, and by name whom an identity means."""
        refs = self._identities()
        for one in refusals:
            _, name, *place = one.pointer.split("/")
            if name != "identities":
                self.add_error(name if name in self.fields else None, one.reason)
                continue
            ref = refs[int(place[0])] if place else None
            field = "phones" if ref and ref.kind == Identity.Kind.PHONE else "emails"
            self.add_error(field, _whose(ref, person) if ref else one.reason)

    def go_on_from(self, contact: Contact) -> None:
        """Let what was typed replace what somebody else wrote meanwhile, once that was told."""
        known = _as_known(contact)
        says = [str(known[name]) for name in ("name", "job_title", "emails", "phones")]
        said = ", ".join(filter(None, says))
        version = {"version": known["version"]}
        self.data = {**{name: self.data.get(name) for name in self.data}, **version}
        text = f"Somebody changed this meanwhile to “{said}”. Save again to put yours in its place."
        self.add_error(None, text)


def _refs(texts: Iterable[str], ref: Callable[[str], IdentityRef]) -> list[IdentityRef]:
    found = []
    for text in filter(None, map(str.strip, texts)):
        try:
            found.append(ref(text))
        except IdentityFlawError as error:
            raise forms.ValidationError(f"“{text}”: {error}") from error
    return list(dict.fromkeys(found))


def _whose(ref: IdentityRef, person: Person) -> str:
    """Say whom an identity means, as far as it may be told."""
    identity = meant_by(person, ref)
    if identity is None:
        return f"{ref.value} means somebody else already. An administrator can tell whom."
    at = identity.customer.name
    whom = f"{identity.contact.name} at {at}" if identity.contact else at
    return f"{ref.value} means {whom} already. Take it away there first."


def _refs_of(contact: Contact, kind: str) -> list[IdentityRef]:
    return [
        IdentityRef(one.kind, one.value, one.namespace)
        for one in sorted(contact.identities.all(), key=lambda one: one.pk)
        if one.kind == kind
    ]


def _as_known(contact: Contact) -> dict[str, Any]:
    def values(kind: str) -> str:
        return ", ".join(ref.value for ref in _refs_of(contact, kind))

    return {
        "name": contact.name,
        "job_title": contact.job_title,
        "emails": values(Identity.Kind.EMAIL),
        "phones": values(Identity.Kind.PHONE),
        "left_on": contact.left_on,
        "version": contact_version(contact),
    }


def as_it_is(contact: Contact) -> ContactWrite:
    """Return what makes a contact again what it is now."""
    return ContactWrite(
        id=contact.pk,
        name=contact.name,
        job_title=contact.job_title,
        left_on=contact.left_on,
        identities=[ref for kind in Identity.Kind.values for ref in _refs_of(contact, kind)],
    )


def kept(item: ContactWrite) -> dict[str, Any]:
    """Return a contact as a session can keep it for Undo."""
    return {
        "id": item.id,
        "customer": None if item.customer is UNSET else item.customer,
        "name": item.name,
        "job_title": item.job_title,
        "left_on": item.left_on.isoformat() if isinstance(item.left_on, date) else None,
        "identities": [list(ref) for ref in item.identities],
    }


def written_again(kept: Mapping[str, Any]) -> ContactWrite:
    """Return the contact that a session kept, as it is written again."""
    left_on = kept["left_on"]
    return ContactWrite(
        id=kept["id"],
        customer=kept["customer"] or UNSET,
        name=kept["name"],
        job_title=kept["job_title"],
        left_on=date.fromisoformat(left_on) if left_on else None,
        identities=[IdentityRef(*ref) for ref in kept["identities"]],
    )
