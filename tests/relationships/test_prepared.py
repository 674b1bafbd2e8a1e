"""Prepared querysets: the SQL of one shape is written once, and answers for any values."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from relationships import access
from relationships.models import Contact, Customer, Fact, Person
from relationships.planned import MANY, plan_once
from relationships.prepared import prepared
from tests.factories import ContactFactory, CustomerFactory, PersonFactory, TeamFactory

pytestmark = pytest.mark.django_db
shapes: list[object] = []


@pytest.fixture(autouse=True)
def _nothing_written():
    shapes.clear()


def names(rows) -> list[str]:
    return [row.name for row in rows]


def test_values_are_given_each_time_and_the_sql_is_written_once():
    @prepared
    def named(name: str, *, at_most: int):
        shapes.append(at_most)
        return Customer.objects.filter(name=name).order_by("pk")[:at_most]

    for name in ("Ana", "Zoë", "O'Hara %s", "Ana"):
        CustomerFactory(name=name)
    assert [names(named(name, at_most=1)) for name in ("Ana", "Zoë", "O'Hara %s", "Nobody")] == [
        ["Ana"], ["Zoë"], ["O'Hara %s"], [],
    ]  # fmt: skip
    assert names(named("Ana", at_most=2)) == ["Ana", "Ana"]
    assert shapes == [1, 2]


def test_none_and_what_stands_behind_the_star_shape_the_sql():
    @prepared
    def owned(owner: int | None, *, is_falling: bool = False):
        shapes.append((owner is None, is_falling))
        rows = Customer.objects.all() if owner is None else Customer.objects.filter(owner=owner)
        return rows.order_by("-name" if is_falling else "name")

    one, other = PersonFactory(), PersonFactory()
    for name, owner in (("A", one), ("B", other), ("C", one)):
        CustomerFactory(name=name, owner=owner)
    assert names(owned(None)) == ["A", "B", "C"]
    assert names(owned(None, is_falling=True)) == ["C", "B", "A"]
    assert (names(owned(one.pk)), names(owned(other.pk))) == (["A", "C"], ["B"])
    assert shapes == [(True, False), (True, True), (False, False)]


def test_none_for_one_value_is_not_none_for_another():
    @prepared
    def between(first: int | None, last: int | None):
        found = Customer.objects.order_by("pk")
        found = found if first is None else found.filter(pk__gte=first)
        return found if last is None else found.filter(pk__lte=last)

    one, two, three = CustomerFactory.create_batch(3)
    assert between(two.pk, None) == [two, three]
    assert between(None, two.pk) == [one, two]
    assert between(two.pk, two.pk) == [two]
    assert between(None, None) == [one, two, three]


@dataclass(frozen=True)
class Some:
    """Which customers."""

    stage: str = ""
    owner: int | None = None


def test_parts_of_a_dataclass_are_given_but_for_words_and_zero():
    @prepared
    def of(some: Some):
        shapes.append(some)
        rows = Customer.objects.filter(stage=some.stage).order_by("pk")
        return rows if some.owner is None else rows.filter(owner=some.owner or None)

    mine, other = PersonFactory(), PersonFactory()
    made = {
        ((owner and owner.pk) or 0, stage): CustomerFactory(owner=owner, stage=stage)
        for owner in (mine, other, None)
        for stage in ("lead", "current")
    }
    for (owner, stage), customer in made.items():
        assert of(Some(stage, owner)) == [customer]
    assert of(Some("lead")) == [
        customer for (_, stage), customer in made.items() if stage == "lead"
    ]
    assert len(shapes) == 5


def test_each_person_sees_their_own_and_no_more():
    visible = prepared(access.customers_visible_to)
    north, south = TeamFactory(name="North"), TeamFactory(name="South")
    for team in (north, south, None):
        CustomerFactory(name=team.name if team else "None", team=team)
    roles = Person.Role
    seen = {
        (role, team.name if team else "", is_active): sorted(
            names(visible(PersonFactory(role=role, team=team, is_active=is_active)))
        )
        for role in (roles.ACCOUNT_MANAGER, roles.EXECUTIVE, roles.SERVICE)
        for team in (north, south, None)
        for is_active in (True, False)
    }
    everyone = ["None", "North", "South"]
    for (role, team, is_active), found in seen.items():
        sees_all = role == roles.EXECUTIVE or (role == roles.SERVICE and not team)
        of_team = [team] if team else []
        expected = everyone if sees_all else of_team
        assert found == (expected if is_active else []), (role, team, is_active)


def test_someone_who_changes_team_or_role_is_answered_as_who_they_are_now():
    visible = prepared(access.customers_visible_to)
    north, south = TeamFactory(), TeamFactory()
    here, there = CustomerFactory(team=north), CustomerFactory(team=south)
    person = PersonFactory(team=north)
    assert visible(person) == [here]
    person.team = south
    assert visible(person) == [there]
    person.role = Person.Role.EXECUTIVE
    assert sorted(visible(person), key=lambda one: one.pk) == [here, there]
    assert isinstance(person.pk, int)


def test_moments_are_reckoned_with_in_sql():
    @prepared
    def since(now, days: float):
        return Customer.objects.filter(created_at__gt=now - timedelta(days=1)).annotate(
            times=F("pk") * days
        )

    customer, now = CustomerFactory(), timezone.now()
    assert [row.times for row in since(now, 2.0)] == [2.0 * customer.pk]
    assert [row.times for row in since(now, 2.5)] == [2.5 * customer.pk]
    assert since(customer.created_at + timedelta(days=2), 1.0) == []


def test_keys_are_given_in_any_number_but_none():
    of = prepared(lambda keys: Customer.objects.filter(pk__in=keys).order_by("pk"))
    made = CustomerFactory.create_batch(3)
    keys = tuple(customer.pk for customer in made)
    assert (of(keys), of(keys[:1])) == (made, made[:1])
    with pytest.raises(ValueError, match="keys is empty"):
        of(())


def test_rows_come_with_what_they_lead_to(django_assert_num_queries):
    facts = prepared(
        lambda customer: Fact.objects.filter(customer=customer.pk).select_related("customer__owner")
    )
    customer = CustomerFactory(owner=PersonFactory(name="Zoë"))
    now = timezone.now()
    Fact.objects.create(
        customer=customer, label="Likes", value="Tea", written_at=now, confirmed_at=now
    )
    with django_assert_num_queries(1):
        [fact] = facts(customer)
        assert fact.customer.owner.name == "Zoë"
    assert facts(CustomerFactory()) == []


def test_what_can_find_nothing_asks_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert prepared(lambda: Customer.objects.none())() == []


def test_a_value_that_cannot_be_given_is_refused():
    with pytest.raises(KeyError):
        prepared(lambda keys: Customer.objects.filter(pk__in=keys))([1])


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_threads_share_the_sql_and_not_the_connection():
    by_name = prepared(lambda name: Customer.objects.filter(name=name))
    made = [CustomerFactory(name=f"Customer {n}") for n in range(8)]
    by_name("Nobody")

    def ask(customer):
        try:
            return by_name(customer.name)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(ask, made)) == [[customer] for customer in made]


PLANS = """
    SELECT custom_plans, generic_plans FROM pg_prepared_statements
    WHERE name ~ '^hearth_' ORDER BY prepare_time DESC, name DESC
"""


def plans() -> list[tuple[int, int]]:
    """How often this connection planned what it prepared, for given values and for any."""
    with connection.cursor() as cursor:
        cursor.execute(PLANS)
        return cursor.fetchall()


def test_postgresql_plans_it_once_for_a_connection(django_assert_num_queries):
    @prepared
    def named(name: str, stages: tuple[str, ...], since: datetime):
        found = Customer.objects.filter(name__contains="%", created_at__gte=since)
        return found.filter(name=name, stage__in=stages)

    since = timezone.now() - timedelta(days=1)
    with django_assert_num_queries(8) as asked:
        for number in range(8):
            assert named(f"{number} %", ("lead", "current"), since) == []
    # When one plan for all is as good is PostgreSQL's to say.
    assert sum(plans()[0]) == 8
    assert "7 %" in asked.captured_queries[-1]["sql"]
    assert "EXECUTE" not in asked.captured_queries[-1]["sql"]


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_connection_made_anew_prepares_it_again():
    @prepared
    def named(name: str):
        return Customer.objects.filter(name=name)

    customer = CustomerFactory(name="Ana")
    for _ in range(2):
        assert named("Ana") == [customer]
        assert len(plans()) == 1
        connection.close()


def test_what_was_rolled_back_when_it_was_asked_first_stays_prepared():
    @prepared
    def named(name: str):
        return Customer.objects.filter(name=name)

    def asked_and_failed():
        with transaction.atomic():
            assert named("Ana") == []
            raise LookupError

    for _ in range(2):
        with pytest.raises(LookupError):
            asked_and_failed()
    assert sum(plans()[0]) == 2


def test_days_are_given_as_days():
    @prepared
    def left_on(days: tuple[date, ...]):
        return Contact.objects.filter(left_on__in=days).order_by("pk")

    one, _, third = (ContactFactory(left_on=date(2026, 1, day)) for day in (1, 2, 3))
    assert left_on((date(2026, 1, 1), date(2026, 1, 3))) == [one, third]


SUMS = """
    SELECT sum(number) %% %(most)s, min(word) AS {}
    FROM unnest(%(numbers)s::bigint[], %(words)s::text[]) AS given (number, word)
    WHERE number < %(most)s
"""


def planned(part: str) -> list[int]:
    """How often each statement in which this stands was asked by its plan."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT custom_plans + generic_plans FROM pg_prepared_statements"
            " WHERE position(%s IN statement) > 0",
            [part],
        )
        return [number for (number,) in cursor.fetchall()]


def asked(sql: str, values: object) -> list[tuple[object, ...]]:
    with connection.execute_wrapper(plan_once), connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


def test_sql_written_by_hand_is_planned_once_for_values_by_name_or_in_order():
    for most in (5, 3, 4):
        given = {"most": most, "numbers": [1, 2, 4], "words": ["it's %s", "b", "c"]}
        assert asked(SUMS.format("short"), given) == [
            (sum(n for n in (1, 2, 4) if n < most) % most, "b")
        ]
        assert asked("SELECT %s::int - %s::int, '%%'", [most, 1]) == [(most - 1, "%")]
    assert planned("AS short") == planned("SELECT $1::int - $2::int") == [3]


def test_long_list_has_a_plan_of_its_own():
    long, sums = list(range(MANY + 1)), SUMS.format("long")
    for numbers in (long, long[1:]):
        given = {"most": MANY**2, "numbers": numbers, "words": ["a"]}
        assert asked(sums, given) == [(sum(long), "a")]
    assert planned("AS long") == [1]


def test_sql_without_values_and_that_for_many_rows_are_sent_as_they_are():
    assert asked("SELECT 1", None) == [(1,)]
    with connection.execute_wrapper(plan_once), connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE number (one int) ON COMMIT DROP")
        cursor.executemany("INSERT INTO number VALUES (%s)", [[1], [2]])
    assert asked("TABLE number", ()) == [(1,), (2,)]
    assert planned("INTO number") == []
