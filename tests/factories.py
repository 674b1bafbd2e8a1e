"""Makes the objects that tests need."""

import factory
from factory.django import DjangoModelFactory

from relationships.models import Contact, Customer, Identity, Person, Segment, Team


class TeamFactory(DjangoModelFactory):
    """A team."""

    name = factory.Sequence("Team {}".format)

    class Meta:
        model = Team


class SegmentFactory(DjangoModelFactory):
    """A segment."""

    name = factory.Sequence("Segment {}".format)

    class Meta:
        model = Segment


class PersonFactory(DjangoModelFactory):
    """An account manager with a team."""

    email = factory.Sequence("person{}@example.com".format)
    name = factory.Sequence("Person {}".format)
    role = Person.Role.ACCOUNT_MANAGER
    team = factory.SubFactory(TeamFactory)

    class Meta:
        model = Person


class ExecutiveFactory(PersonFactory):
    """An executive, who belongs to no team and sees all."""

    role = Person.Role.EXECUTIVE
    team = None


class AdministratorFactory(PersonFactory):
    """An administrator."""

    role = Person.Role.ADMINISTRATOR
    team = None


class ServiceFactory(PersonFactory):
    """A service account for the whole organisation."""

    role = Person.Role.SERVICE
    team = None


class CustomerFactory(DjangoModelFactory):
    """A current customer of a team."""

    name = factory.Sequence("Customer {}".format)
    team = factory.SubFactory(TeamFactory)

    class Meta:
        model = Customer


class ContactFactory(DjangoModelFactory):
    """A contact at a customer."""

    name = factory.Sequence("Contact {}".format)
    customer = factory.SubFactory(CustomerFactory)

    class Meta:
        model = Contact


class IdentityFactory(DjangoModelFactory):
    """A foreign id of a customer."""

    customer = factory.SubFactory(CustomerFactory)
    kind = Identity.Kind.FOREIGN
    namespace = "shop"
    value = factory.Sequence("C-{}".format)

    class Meta:
        model = Identity
