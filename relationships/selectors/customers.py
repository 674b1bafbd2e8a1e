"""Reads about customers, contacts, identities and people."""

from collections.abc import Iterable
from typing import Any, NamedTuple, TypeVar

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db import connection, transaction
from django.db.models import F, Model, Q, QuerySet

from relationships import access
from relationships.models import Contact, Customer, Identity, Person
from relationships.names import searchable
from relationships.numbers import LARGEST_ID, whole_number
from relationships.prepared import prepared

M = TypeVar("M", bound=Model)

LIKE_ENOUGH = 0.35
"""Word similarity of two names from which one may be a slip for the other."""

NEAR_ENOUGH = 4
"""Letters from which a name may be meant that is only near: fewer are near to everything."""

LOOKED_AT = 200
"""Names that are ranked; more than these say too little to be meant."""


class IdentityRef(NamedTuple):
    """A name by which somebody else knows a customer: normalised, so that equal means same."""

    kind: str
    value: str
    namespace: str = ""


def has_demonstration() -> bool:
    """Whether any customer is demonstration data."""
    return bool(_demonstration())


@prepared
def _demonstration() -> QuerySet[Any, int]:
    # In no order: by name it would lead past everybody where there are none.
    return Customer.objects.filter(is_demo=True).order_by().values_list("pk", flat=True)[:1]


def customers_like(person: Person, text: str, *, at_most: int) -> list[Customer]:
    """Return the customers `person` may see whose name has these words, or nearly has them.

    Names that contain every word come alone; only when there is none, names near to the text.
    """
    visible = access.customers_visible_to(person)
    wanted = searchable(text.replace("\x00", ""))
    if not wanted:
        return []
    has_words = Q()
    for word in wanted.split():
        has_words &= Q(search_name__contains=word)
    return list(visible.filter(has_words)[:at_most]) or nearly(visible, wanted)[:at_most]


def near_names(person: Person, text: str, *, at_most: int) -> list[Customer]:
    """Return the customers `person` may see whose name is near to a text, the nearest first."""
    wanted = searchable(text.replace("\x00", ""))
    if len(wanted) < NEAR_ENOUGH:
        return []
    return nearly(access.customers_visible_to(person).select_related("team"), wanted)[:at_most]


def nearly(rows: QuerySet[M], wanted: str) -> list[M]:
    """Return the rows whose searchable name is near to `wanted`, the nearest first."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('pg_trgm.word_similarity_threshold', %s, true)", [str(LIKE_ENOUGH)]
        )
        alike = rows.filter(search_name__trigram_word_similar=wanted).order_by()[:LOOKED_AT]
        found = alike.annotate(likeness=TrigramWordSimilarity(wanted, "search_name"))
        return sorted(found, key=_likeness_of)


def _likeness_of(row: Any) -> tuple[float, str]:
    return -row.likeness, row.search_name


def visible_customer(person: Person, pk: int) -> Customer | None:
    """Return the customer with this id, with all that is said of it, if `person` may see it.

    Whoever was merged into another is answered with that other.
    """
    if not 0 < pk <= LARGEST_ID:
        return None
    found = _visible(person, pk)
    if not found and (survivor := survivors_of([pk]).get(pk, pk)) != pk:
        found = _visible(person, survivor)
    return found[0] if found else None


@prepared
def _visible(person: Person, pk: int) -> QuerySet[Customer]:
    customers = access.customers_visible_to(person).select_related("team", "owner", "segment")
    return customers.filter(pk=pk)


def customer_numbered(person: Person, number: str) -> Customer | None:
    """Return the customer whose id somebody sent, as `visible_customer` does; None for no id."""
    pk = whole_number(number)
    return None if pk is None else visible_customer(person, pk)


def survivors_of(customer_ids: Iterable[int]) -> dict[int, int]:
    """Return who each of these customers is now: itself, or whom it was merged into at last."""
    with connection.cursor() as cursor:
        cursor.execute(_SURVIVORS, [sorted(set(customer_ids))])
        return dict(cursor.fetchall())


_SURVIVORS = f"""
    WITH RECURSIVE path (first_id, id, merged_into_id) AS (
        SELECT id, id, merged_into_id FROM {Customer._meta.db_table} WHERE id = ANY(%s)
        UNION ALL
        SELECT path.first_id, customer.id, customer.merged_into_id
        FROM path JOIN {Customer._meta.db_table} AS customer ON customer.id = path.merged_into_id
    )
    SELECT first_id, id FROM path WHERE merged_into_id IS NULL
"""


def absorbed_by(customer_id: int) -> list[int]:
    """Return a customer's id and those of all who were merged into it, at first or later hand."""
    with connection.cursor() as cursor:
        cursor.execute(_ABSORBED, [customer_id])
        return [pk for (pk,) in cursor]


_ABSORBED = f"""
    WITH RECURSIVE below (id) AS (
        VALUES (%s::bigint)
        UNION ALL
        SELECT customer.id
        FROM below JOIN {Customer._meta.db_table} AS customer ON customer.merged_into_id = below.id
    )
    SELECT id FROM below ORDER BY id
"""


def contacts_of(customer: Customer) -> QuerySet[Contact]:
    """Return a customer's contacts, those still there first."""
    contacts = Contact.objects.filter(customer=customer.pk)
    return contacts.order_by(F("left_on").desc(nulls_first=True), "name", "pk")


contacts_at = prepared(contacts_of)
"""The same, as a list."""


def identities_of(customer: Customer) -> QuerySet[Identity]:
    """Return the identities that mean a customer as a whole, or one of their contacts."""
    identities = Identity.objects.filter(customer=customer.pk)
    return identities.order_by("kind", "namespace", "value")


def colleagues(person: Person) -> QuerySet[Person]:
    """Return the people of ours that `person` may name as having been there."""
    people = Person.objects.filter(is_active=True).exclude(role=Person.Role.SERVICE)
    if access.sees_every_customer(person):
        return people
    return people.filter(Q(pk=person.pk) | Q(team_id=person.team_id, team_id__isnull=False))


def customers_by_identity(refs: Iterable[IdentityRef]) -> dict[IdentityRef, tuple[int, int | None]]:
    """Return the (customer id, contact id) that each known identity means, in one query.

    The customer is the one beneath all merges: ask `survivors_of` who that is now.
    """
    wanted = sorted({(ref.kind, ref.namespace, ref.value) for ref in refs})
    if not wanted:
        return {}
    kinds, namespaces, values = (list(column) for column in zip(*wanted, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT kind, namespace, value, coalesce(home_id, customer_id), contact_id
            FROM {Identity._meta.db_table}
            JOIN unnest(%s::text[], %s::text[], %s::text[]) AS wanted (kind, namespace, value)
            USING (kind, namespace, value)
            """,
            [kinds, namespaces, values],
        )
        return {
            IdentityRef(kind, value, namespace): (customer_id, contact_id)
            for kind, namespace, value, customer_id, contact_id in cursor
        }
