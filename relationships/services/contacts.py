"""Contacts as people correct them by hand: nobody overwrites what they did not see."""

from datetime import datetime

from django.db import transaction

from relationships.models import Contact, Person
from relationships.services.profiles import ContactGoneError, ContactWrite, write_contact


class ContactChangedError(ValueError):
    """Somebody changed the contact since it was looked at."""

    def __init__(self) -> None:
        super().__init__("Somebody changed this meanwhile. Look at it again, then save.")


@transaction.atomic
def correct_contact(*, item: ContactWrite, version: datetime | None, by: Person) -> datetime:
    """Make a contact what `item` says; return when that was.

    `version` is the `updated_at` it was looked at with. Whoever sees the customer may do it.
    Raises `ContactChangedError`, and what `write_contact` raises; then nothing was written.
    """

    def check(contact_id: int | None) -> None:
        if version is None or _changed_at(contact_id) != version:
            raise ContactChangedError

    outcome = write_contact(item=item, by=by, check=check)
    return _changed_at(outcome.id)


def _changed_at(contact_id: int | None) -> datetime:
    if contact_id is None:
        raise ContactGoneError
    return Contact.objects.values_list("updated_at", flat=True).get(pk=contact_id)
