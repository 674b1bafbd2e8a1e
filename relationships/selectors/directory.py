"""What a person may see of people, teams, segments and contacts, with all that is told of each."""

from collections.abc import Callable, Sequence

from django.db.models import Prefetch, Q, QuerySet

from relationships import access
from relationships.models import Contact, Customer, Identity, Person, Segment, Team
from relationships.names import searchable
from relationships.selectors.customers import IdentityRef


def teams(person: Person) -> QuerySet[Team]:
    """Return the teams whose customers `person` may see."""
    return access.teams_visible_to(person)


def segments(person: Person) -> QuerySet[Segment]:
    """Return every segment."""
    return Segment.objects.all()


def people(person: Person) -> QuerySet[Person]:
    """Return the people of ours that `person` may see, without service accounts."""
    return access.people_visible_to(person).select_related("team")


def owners(person: Person) -> QuerySet[Person]:
    """Return whom `person` may make the owner of customers."""
    return access.people_who_may_own(person)


def contacts(person: Person) -> QuerySet[Contact]:
    """Return the contacts at customers that `person` may see, with their identities."""
    identities = Identity.objects.order_by("kind", "namespace", "value")
    return (
        Contact.objects.filter(access.customer_scope(person, "customer__"))
        .select_related("customer")
        .prefetch_related(Prefetch("identities", identities))
    )


def customers_with_identities(person: Person) -> QuerySet[Customer]:
    """Return the customers `person` may see, those merged into another too, and their identities.

    The identities are those that mean the customer as a whole.
    """
    identities = Identity.objects.filter(contact=None).order_by("kind", "namespace", "value")
    return (
        Customer.objects.filter(access.customer_scope(person))
        .select_related("team", "owner", "segment")
        .prefetch_related(Prefetch("identities", identities, to_attr="own_identities"))
    )


def with_words(path: str) -> Callable[[str], Q]:
    """Return what finds the names that have all words of a text, whatever their case."""

    def condition(text: str) -> Q:
        found = Q()
        for word in text.split():
            found &= Q(**{f"{path}__icontains": word})
        return found

    return condition


def with_name_words(text: str) -> Q:
    """Find those whose searchable name has all these words, whatever their case and accents."""
    found = Q()
    for word in searchable(text).split():
        found &= Q(search_name__contains=word)
    return found


def meant_by(owner: str) -> Callable[[Sequence[IdentityRef]], Q]:
    """Return what finds the customers, or the contacts, that an identity means.

    `owner` is the field of an identity that leads to them.
    """

    def condition(refs: Sequence[IdentityRef]) -> Q:
        named = Q(pk__in=())
        for ref in refs:
            named |= Q(kind=ref.kind, value=ref.value)
        return Q(pk__in=Identity.objects.filter(named).values(owner))

    return condition
