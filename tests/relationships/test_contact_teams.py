"""Contacts have the team of their customer, and are searched for by it."""

from contextlib import closing

import psycopg2
import pytest
from django.db import connection
from django.utils import timezone

from relationships.models import Contact, Customer
from relationships.selectors.search import contacts_found
from relationships.services import absorb_customer, change_customers
from relationships.services.contacts import put_teams_right
from relationships.services.introductions import add_contact
from relationships.tasks import put_contacts_right
from tests.factories import (
    ContactFactory,
    CustomerFactory,
    ExecutiveFactory,
    PersonFactory,
    TeamFactory,
)


def names_found(person, text):
    return [one.name for one in contacts_found(person, text, at_most=10, may_be_near=False).rows]


def entered_while_moving(customer, team, name):
    """Enter a contact in a transaction that began before, and ends after, its customer moves."""
    with closing(psycopg2.connect(**connection.get_connection_params())) as other:
        other.cursor().execute(
            "INSERT INTO relationships_contact (customer_id, name, job_title) VALUES (%s, %s, '')",
            [customer.pk, name],
        )
        Customer.objects.filter(pk=customer.pk).update(team=team)
        other.commit()


@pytest.mark.django_db
def test_a_contact_has_the_team_of_its_customer():
    team = TeamFactory()
    added = add_contact(customer_id=CustomerFactory(team=team).pk, name="Anaïs Lefèvre")
    unheld = add_contact(customer_id=CustomerFactory(team=None).pk, name="Ana Ruiz")

    added.refresh_from_db()
    unheld.refresh_from_db()

    assert (added.team_id, unheld.team_id) == (team.pk, None)


@pytest.mark.django_db
def test_it_moves_with_its_customer_and_only_who_sees_them_finds_it():
    here, there = PersonFactory(), PersonFactory()
    customer = CustomerFactory(team=here.team)
    ContactFactory(customer=customer, name="Anaïs Lefèvre")
    assert names_found(here, "anais") == ["Anaïs Lefèvre"]
    assert names_found(there, "anais") == []

    change_customers(
        customer_ids=[customer.pk], team=there.team_id, by=ExecutiveFactory(), now=timezone.now()
    )

    assert names_found(here, "anais") == []
    assert names_found(there, "anais") == ["Anaïs Lefèvre"]
    assert names_found(ExecutiveFactory(), "anais") == ["Anaïs Lefèvre"]


@pytest.mark.django_db
def test_whoever_is_merged_away_takes_contacts_to_the_team_of_the_other():
    keep, absorb = CustomerFactory(), CustomerFactory()
    contact = ContactFactory(customer=absorb)

    absorb_customer(keep=keep.pk, absorb=absorb.pk, by=ExecutiveFactory(), now=timezone.now())

    contact.refresh_from_db()
    assert (contact.customer_id, contact.team_id) == (keep.pk, keep.team_id)


@pytest.mark.django_db
def test_nobody_can_say_another_team_and_a_move_is_no_change_of_a_contact():
    contact = ContactFactory(customer=CustomerFactory())
    contact.refresh_from_db()
    stale = Contact.objects.get(pk=contact.pk)
    team = TeamFactory()
    Customer.objects.update(team=team)

    moved = Contact.objects.get(pk=contact.pk)
    stale.job_title = "Buyer"
    stale.save()
    Contact.objects.update(team=None)

    assert moved.updated_at == contact.updated_at
    assert Contact.objects.get(pk=contact.pk).team_id == team.pk


@pytest.mark.django_db
def test_a_team_that_is_deleted_leaves_contacts_to_nobody():
    team = TeamFactory()
    contact = ContactFactory(customer=CustomerFactory(team=team))

    team.delete()

    assert Contact.objects.get(pk=contact.pk).team_id is None


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_whoever_was_entered_while_their_customer_moved_is_put_right_and_seen_by_nobody_before():
    here, there = PersonFactory(), PersonFactory()
    customer = CustomerFactory(team=here.team)

    entered_while_moving(customer, there.team, "Anaïs Lefèvre")

    assert Contact.objects.get().team_id == here.team_id
    assert names_found(here, "anais") == names_found(there, "anais") == []
    put_contacts_right()
    assert names_found(there, "anais") == ["Anaïs Lefèvre"]
    assert put_teams_right() == 0
