"""Customers who may be one: what speaks for it, what does not, and what people say of a pair."""

from datetime import UTC, datetime, timedelta
from threading import Event, Thread

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from interactions.services import merge_customers
from relationships.models import Customer, DuplicatePair
from relationships.selectors.duplicates import (
    duplicates_page,
    likely_duplicates,
    number_of_duplicates,
)
from relationships.services import duplicates as services
from relationships.tasks import find_duplicates
from tests.factories import (
    AdministratorFactory,
    ContactFactory,
    CustomerFactory,
    DuplicatePairFactory,
    ExecutiveFactory,
    IdentityFactory,
    PersonFactory,
    TeamFactory,
)

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def found() -> list[DuplicatePair]:
    services.find_duplicates(now=NOW)
    return list(DuplicatePair.objects.order_by("-score", "pk"))


def kinds(pair: DuplicatePair) -> list[str]:
    return [row["kind"] for row in pair.evidence]


def named(*names: str) -> list[Customer]:
    return [CustomerFactory(name=name) for name in names]


def mail(customer: Customer, value: str, kind: str = "email") -> None:
    contact = ContactFactory(customer=customer)
    IdentityFactory(customer=customer, contact=contact, kind=kind, value=value,
                    namespace="crm" if kind == "foreign" else "")  # fmt: skip


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hotell Örnvik AB", "hotell ornvik"),
        ("Müller & Söhne GmbH & Co. KG", "Muller Sohne"),
        ("Nordlys A/S", "NORDLYS"),
        ("Zakład Żółw Sp. z o.o.", "Zaklad Zolw"),
        ("3M", "3M Inc."),
    ],
)
def test_legal_forms_accents_and_case_make_no_other_name(one, other):
    named(one, other)
    (pair,) = found()
    assert pair.score == 90
    assert pair.evidence[0]["likeness"] == 100


@pytest.mark.parametrize(
    ("one", "other"), [("Hotell Örnvik", "Hotel Ornvik AB"), ("Ornvikens", "Ornvikenz")]
)
def test_a_slip_is_near_the_same_name(one, other):
    named(one, other)
    (pair,) = found()
    assert kinds(pair) == ["name"]
    assert 65 <= pair.evidence[0]["likeness"] < 100


@pytest.mark.parametrize(
    ("one", "other"),
    [("Filiale 12", "Filiale 13"), ("Bäckerei Anders", "Bäckerei Zimmer"), ("AB", "GmbH")],
)
def test_other_numbers_and_other_words_are_others(one, other):
    named(one, other)
    assert found() == []


def test_a_mail_domain_of_their_own_speaks_for_it_and_a_providers_does_not():
    one, other, third = named("Alder", "Birch", "Cedar")
    mail(one, "a@wood.example")
    mail(other, "b@wood.example")
    mail(one, "alder@gmail.com")
    mail(third, "cedar@gmail.com")
    (pair,) = found()
    assert (pair.first, pair.second) == (one, other)
    assert pair.evidence == [{"kind": "domain", "value": "wood.example", "likeness": 100}]


def test_one_mailbox_and_one_number_are_seen_through_how_they_are_written():
    one, other = named("Alder", "Birch")
    mail(one, "zoe+shop@gmail.com")
    mail(other, "Zoe@gmail.com", "foreign")
    mail(one, "+4930901820", "phone")
    mail(other, "+49 (30) 90 18 20", "foreign")
    (pair,) = found()
    assert kinds(pair) == ["email", "phone"]
    assert pair.score > 95


def test_what_many_share_says_nothing():
    for number in range(services.MOST_SHARING["domain"] + 1):
        mail(CustomerFactory(name=chr(ord("a") + number) * 8), f"{number}@group.example")
    assert found() == []


def test_evidence_adds_up_and_the_likeliest_come_first():
    one, other, third = named("Hotell Örnvik", "Hotell Ornvik AB", "Seaview")
    for customer in (one, other, third):
        mail(customer, f"{customer.pk}@ornvik.example")
    pairs = found()
    assert [pair.score for pair in pairs] == [95, 50, 50]
    assert kinds(pairs[0]) == ["name", "domain"]


def test_demonstration_data_is_no_duplicate_of_real():
    CustomerFactory(name="Hotell Örnvik", is_demo=True)
    CustomerFactory(name="Hotell Örnvik")
    assert found() == []


def test_finding_again_keeps_a_pair_and_forgets_what_is_not_so_any_more():
    one, _, third, _ = named("Hotell Örnvik", "Hotell Ornvik", "Seaview Inn", "Seaview Inn Ltd")
    before = {pair.first_id: pair.pk for pair in found()}
    third.name = "Something else"
    third.save()
    (pair,) = found()
    assert pair.pk == before[one.pk]


def test_the_merged_are_no_pair_any_more():
    one, other = named("Hotell Örnvik", "Hotell Ornvik")
    by = AdministratorFactory()
    found()
    merge_customers(keep=one.pk, absorb=other.pk, by=by, now=NOW)
    assert list(likely_duplicates(by)) == []
    assert found() == []


def test_two_who_are_two_stay_so_however_often_it_is_looked():
    named("Hotell Örnvik", "Hotell Ornvik")
    by = PersonFactory(role="administrator", team=None)
    (pair,) = found()
    services.dismiss_duplicate(pair_id=pair.pk, by=by, now=NOW)
    services.dismiss_duplicate(pair_id=pair.pk, by=AdministratorFactory(),
                               now=NOW + timedelta(days=1))  # fmt: skip
    services.find_duplicates(now=NOW + timedelta(days=2))
    pair.refresh_from_db()
    assert (pair.dismissed_by, pair.dismissed_at, pair.found_at) == (by, NOW, NOW)
    assert list(likely_duplicates(by)) == []

    services.restore_duplicate(pair_id=pair.pk, by=by)
    assert list(likely_duplicates(by)) == [pair]


def test_who_does_not_see_both_sees_no_pair_and_judges_none():
    team = TeamFactory()
    pair = DuplicatePairFactory(first__team=team)
    manager = PersonFactory(team=team)
    assert number_of_duplicates(manager) == 0
    assert number_of_duplicates(PersonFactory(team=None)) == 0
    assert number_of_duplicates(ExecutiveFactory()) == 1
    with pytest.raises(services.DuplicateGoneError):
        services.dismiss_duplicate(pair_id=pair.pk, by=manager, now=NOW)
    with pytest.raises(services.DuplicateGoneError):
        services.restore_duplicate(pair_id=pair.pk, by=manager)
    assert number_of_duplicates(PersonFactory(team=DuplicatePairFactory(
        first__team=team, second__team=team).first.team)) == 1  # fmt: skip


def test_pages_go_on_where_the_last_one_ended():
    by = AdministratorFactory()
    pairs = [DuplicatePairFactory(score=60 + number % 3) for number in range(13)]
    first = duplicates_page(by, after=None)
    rest = duplicates_page(by, after=first.after)
    rows = [*first.rows, *rest.rows]
    assert rows == sorted(pairs, key=lambda pair: (-pair.score, pair.pk))
    assert rest.after is None


def test_the_likeliest_alone_are_kept(monkeypatch):
    monkeypatch.setattr(services, "MOST_KEPT", 1)
    named("Hotell Örnvik", "Hotell Ornvik", "Seaview Inn", "Seaviev Inn")
    (pair,) = found()
    assert pair.score == 90


def test_the_task_may_run_twice():
    named("Hotell Örnvik", "Hotell Ornvik")
    find_duplicates()
    find_duplicates()
    assert DuplicatePair.objects.count() == 1


def test_the_command_says_how_many_wait(capsys):
    named("Hotell Örnvik", "Hotell Ornvik")
    call_command("find_duplicates")
    assert capsys.readouterr().out == "1 pair to look at under Likely duplicates.\n"


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_never_look_at_once(capsys):
    held, ends = Event(), Event()

    def hold() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(services.LOCK)
            held.set()
            ends.wait(20)
        connection.close()

    other = Thread(target=hold)
    other.start()
    held.wait(20)
    try:
        call_command("find_duplicates")
    finally:
        ends.set()
        other.join()
    assert "already" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"first_id": 2, "second_id": 1}, "smaller_id_first"),
        ({"first_id": 1, "second_id": 1}, "smaller_id_first"),
        ({"score": 0}, "score_is_1_to_100"),
        ({"score": 101}, "score_is_1_to_100"),
        ({"evidence": []}, "has_evidence"),
    ],
)
def test_the_database_refuses_what_is_no_pair(change, constraint):
    DuplicatePairFactory()
    with pytest.raises(IntegrityError, match=constraint):
        DuplicatePair.objects.update(**change)


def test_the_database_refuses_the_same_pair_twice():
    pair = DuplicatePairFactory()
    with pytest.raises(IntegrityError, match="one_row"):
        DuplicatePairFactory(first=pair.first, second=pair.second)


def test_the_database_refuses_that_somebody_dismissed_it_at_no_moment():
    pair = DuplicatePairFactory()
    with pytest.raises(IntegrityError, match="has_a_moment"):
        DuplicatePair.objects.filter(pk=pair.pk).update(dismissed_by=AdministratorFactory())


def test_deleted_customers_take_their_pairs_with_them():
    pair = DuplicatePairFactory()
    pair.first.delete()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert not DuplicatePair.objects.exists()
