"""Contacts: corrected by hand, so that nobody overwrites what they did not see; and their teams."""

from django.db import connection, transaction

from relationships.models import Contact, Customer, Person
from relationships.selectors.contacts import contact_version
from relationships.services.profiles import ContactWrite, write_contact


class ContactChangedError(ValueError):
    """Somebody changed the contact since it was looked at."""

    def __init__(self) -> None:
        super().__init__("Somebody changed this meanwhile. Look at it again, then save.")


@transaction.atomic
def correct_contact(*, item: ContactWrite, version: str, by: Person) -> str:
    """Make the contact with an id what `item` says; return the version that it has then.

    `version` is the `contact_version` it was looked at in. Whoever sees the customer may do it.
    Raises `ContactChangedError`, and what `write_contact` raises; then nothing was written.
    """

    def check(contact_id: int | None) -> None:
        if _version(contact_id) != version:
            raise ContactChangedError

    return _version(write_contact(item=item, by=by, check=check).id)


def _version(contact_id: int | None) -> str:
    contact = Contact.objects.prefetch_related("identities").filter(pk=contact_id or 0).first()
    return contact_version(contact) if contact else ""


def put_teams_right() -> int:
    """Give contacts the team of their customer where they have another; return how many had.

    The database does so by itself (`Contact.team`), but for those entered by one transaction while
    another moves their customer: neither sees what the other is about to write.
    """
    with connection.cursor() as cursor:
        cursor.execute(_PUT_RIGHT)
        return cursor.rowcount


_PUT_RIGHT = f"""
    UPDATE {Contact._meta.db_table} AS contact SET team_id = customer.team_id
    FROM {Customer._meta.db_table} AS customer
    WHERE customer.id = contact.customer_id
      AND contact.team_id IS DISTINCT FROM customer.team_id
"""
