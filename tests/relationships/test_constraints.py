"""The database itself refuses what makes no sense about customers and people."""

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from relationships.models import AccessKey, Contact, Customer, Identity, Person, Segment, Team
from relationships.services import create_key
from tests.factories import (
    ContactFactory,
    CustomerFactory,
    IdentityFactory,
    PersonFactory,
    SegmentFactory,
    TeamFactory,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("model", "change", "constraint"),
    [
        (Person, {"role": "king"}, "person_role_is_known"),
        (Person, {"level": "king"}, "person_level_is_known"),
        (Person, {"function": " Sales"}, "person_function_is_trimmed"),
        (Customer, {"name": ""}, "customer_has_a_name"),
        (Customer, {"stage": "x"}, "customer_stage_is_known"),
        (Customer, {"style": "x"}, "customer_style_is_known"),
        (Customer, {"yearly_value": -1}, "customer_yearly_value_is_not_negative"),
        (Customer, {"currency": "eur"}, "customer_currency_is_iso_4217"),
        (Contact, {"name": ""}, "contact_has_a_name"),
        (Identity, {"value": ""}, "identity_has_a_value"),
        (Identity, {"kind": "fax"}, "identity_kind_is_known"),
        (Identity, {"kind": "email"}, "identity_namespace_is_for_foreign_ids"),
    ],
)
def test_value_that_makes_no_sense_is_refused(model: Any, change: dict[str, Any], constraint: str):
    PersonFactory()
    ContactFactory()
    IdentityFactory()

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        model.objects.update(**change)


def test_identity_means_one_customer():
    identity = IdentityFactory()

    with pytest.raises(IntegrityError, match="identity_means_one_customer"), transaction.atomic():
        IdentityFactory(namespace=identity.namespace, value=identity.value)
    IdentityFactory(namespace="other", value=identity.value)


def test_names_and_addresses_are_taken_once():
    team, segment, person = TeamFactory(), SegmentFactory(), PersonFactory()

    for model, taken in (
        (Team, {"name": team.name}),
        (Segment, {"name": segment.name}),
        (Person, {"email": person.email}),
    ):
        with pytest.raises(IntegrityError, match="unique"), transaction.atomic():
            model.objects.create(**taken)


def test_digest_of_a_key_is_taken_once():
    made = create_key(name="shop", scopes=["customers:read"])

    with pytest.raises(IntegrityError, match="digest"), transaction.atomic():
        AccessKey.objects.create(person=made.key.person, digest=made.key.digest, scopes=[])


@pytest.mark.parametrize(
    ("factory", "reference"),
    [
        (ContactFactory, "customer_id"),
        (IdentityFactory, "customer_id"),
        (IdentityFactory, "contact_id"),
        (CustomerFactory, "team_id"),
        (CustomerFactory, "owner_id"),
        (CustomerFactory, "segment_id"),
        (PersonFactory, "team_id"),
    ],
)
def test_reference_to_nothing_is_refused(factory: Any, reference: str):
    thing = factory()
    type(thing).objects.filter(pk=thing.pk).update(**{reference: 999_999})

    with pytest.raises(IntegrityError, match="foreign key"):
        connection.check_constraints()
