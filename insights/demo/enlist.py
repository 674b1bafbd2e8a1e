"""Puts the demonstration's people, teams, segments and customers into the database."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.contrib.auth.hashers import make_password

from insights.demo.cast import Profile, Someone
from insights.demo.days import Calendar
from insights.demo.facts import facts
from insights.demo.names import SEGMENTS
from insights.demo.people import COLLEAGUES, SERVICE_EMAIL, TEAMS, Colleague
from relationships.models import Contact, Customer, Fact, Identity, Person, Segment, Team
from relationships.names import searchable
from relationships.services import mark_profiles_changed

NAMESPACE = "demonstration"
"""Foreign ids by which a second load finds the customers of the first."""

_JOINED = timedelta(days=1500)


class AddressTakenError(ValueError):
    """Somebody real already has an address of the demonstration."""


def enlist(profiles: Sequence[Profile], calendar: Calendar) -> None:
    """Create whoever is not there yet, in the caller's transaction.

    All customers are created at once with the service account, so none are created when it is
    there: those that are missing then have been deleted by somebody, and stay deleted.
    """
    teams = _rows_named(Team, TEAMS)
    segments = _rows_named(Segment, SEGMENTS)
    is_first = not Person.objects.filter(email=SERVICE_EMAIL).exists()
    people = _people(teams, calendar)
    if not is_first:
        return
    customers = Customer.objects.bulk_create(
        Customer(
            name=profile.name,
            search_name=searchable(profile.name),
            stage=profile.stage,
            style=profile.style,
            segment=segments[profile.segment],
            yearly_value=profile.yearly_value,
            currency=profile.currency,
            team=teams[profile.team],
            owner=people[profile.owner] if profile.owner else None,
            is_demo=True,
            created_at=calendar.ends_at - timedelta(days=profile.since),
        )
        for profile in profiles
    )
    contacts = _contacts(profiles, customers, calendar)
    Fact.objects.bulk_create(facts(profiles, customers, contacts, people, calendar))
    mark_profiles_changed(customer_ids=[customer.pk for customer in customers])


def _rows_named(model: Any, names: Sequence[str]) -> Mapping[str, Any]:
    """Return the rows of these names; those of a real organisation are used as they are."""
    return {
        name: model.objects.get_or_create(name=name, defaults={"is_demo": True})[0]
        for name in names
    }


def _people(teams: Mapping[str, Team], calendar: Calendar) -> Mapping[str, Person]:
    emails = [SERVICE_EMAIL, *(colleague.email for colleague in COLLEAGUES)]
    if Person.objects.filter(email__in=emails, is_demo=False).exists():
        raise AddressTakenError(
            "Somebody who is not of the demonstration has one of its addresses at "
            "demo.example.com; change that address first."
        )
    Person.objects.bulk_create(
        [_account(calendar), *(_person(colleague, teams, calendar) for colleague in COLLEAGUES)],
        ignore_conflicts=True,
    )
    rows = {person.email: person for person in Person.objects.filter(email__in=emails)}
    return {colleague.key: rows[colleague.email] for colleague in COLLEAGUES}


def _account(calendar: Calendar) -> Person:
    """Return the account that records; the day it joined is the day all is dated by."""
    return Person(
        email=SERVICE_EMAIL,
        name="Demonstration",
        role=Person.Role.SERVICE,
        password=make_password(None),
        is_demo=True,
        joined_at=calendar.ends_at,
    )


def _person(colleague: Colleague, teams: Mapping[str, Team], calendar: Calendar) -> Person:
    return Person(
        email=colleague.email,
        name=colleague.name,
        role=colleague.role,
        team=teams[colleague.team] if colleague.team else None,
        function=colleague.function,
        level=colleague.level,
        password=make_password(None),
        is_active=colleague.left_ago is None,
        is_demo=True,
        joined_at=calendar.ends_at - _JOINED,
    )


def _contacts(
    profiles: Sequence[Profile], customers: Sequence[Customer], calendar: Calendar
) -> Mapping[int, Sequence[Contact]]:
    """Create the contacts and all identities; return who is at which customer."""
    listed = [
        (customer, f"{profile.key}-{number}", someone)
        for profile, customer in zip(profiles, customers, strict=True)
        for number, someone in enumerate(profile.contacts)
    ]
    contacts = Contact.objects.bulk_create(
        Contact(
            customer=customer,
            name=someone.name,
            job_title=someone.job_title,
            left_on=calendar.day(someone.left_ago) if someone.left_ago else None,
        )
        for customer, _, someone in listed
    )
    Identity.objects.bulk_create(
        Identity(customer=customer, kind=Identity.Kind.FOREIGN, namespace=NAMESPACE, value=key)
        for customer, key in zip(customers, (profile.key for profile in profiles), strict=True)
    )
    Identity.objects.bulk_create(
        identity
        for (customer, key, someone), contact in zip(listed, contacts, strict=True)
        for identity in _identities(customer, contact, key, someone)
    )
    there = defaultdict(list)
    for contact in contacts:
        there[contact.customer_id].append(contact)
    return there


def _identities(
    customer: Customer, contact: Contact, key: str, someone: Someone
) -> tuple[Identity, ...]:
    kinds = Identity.Kind
    return (
        Identity(
            customer=customer, contact=contact,
            kind=kinds.FOREIGN, namespace=NAMESPACE, value=key,
        ),
        Identity(customer=customer, contact=contact, kind=kinds.EMAIL, value=someone.email),
        Identity(customer=customer, contact=contact, kind=kinds.PHONE, value=someone.phone),
    )  # fmt: skip
