"""Customers written on request: what services refuse, roll back, and do at once."""

import threading
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from relationships.models import Customer, Identity, Person, ProfileChange
from relationships.selectors import IdentityRef
from relationships.services import CustomerGoneError, merges, profiles
from relationships.services.profiles import (
    CustomerMergedError,
    CustomerWrite,
    WriteRefusedError,
    write_customer,
    write_customers,
)
from tests.factories import (
    ContactFactory,
    CustomerFactory,
    IdentityFactory,
    PersonFactory,
    SegmentFactory,
    ServiceFactory,
    TeamFactory,
)

NOW = datetime(2026, 3, 2, tzinfo=UTC)
REF = IdentityRef("foreign", "C-1", "crm")
OTHER = IdentityRef("foreign", "C-2", "crm")
EMAIL = IdentityRef("email", "office@example.com")

pytestmark = pytest.mark.django_db


@pytest.fixture
def crm() -> Person:
    return ServiceFactory(name="crm")


def refs(customer_id: int) -> set[tuple[str, str]]:
    rows = Identity.objects.filter(customer=customer_id, contact=None)
    return set(rows.values_list("kind", "value"))


def refused(item: CustomerWrite, by: Person) -> dict[str, str]:
    """Return what is refused, by JSON pointer, having seen that nothing was written."""
    before = counted()
    with pytest.raises(WriteRefusedError) as error:
        write_customer(item=item, by=by)
    assert counted() == before
    return {one.pointer: one.reason for one in error.value.refusals}


def counted() -> list[Any]:
    customers = list(Customer.objects.order_by("pk").values())
    return [
        customers,
        list(Identity.objects.order_by("pk").values()),
        ProfileChange.objects.count(),
    ]


def test_new_customer_has_all_that_is_said_and_readings_follow(crm):
    owner, segment = PersonFactory(), SegmentFactory()
    item = CustomerWrite(
        name="  Zażółć Łódź ", stage="lead", style="personal", segment=segment.name,
        team=owner.team_id, owner=owner.email, yearly_value=Decimal("1234.50"), currency="PLN",
        identities=[REF, EMAIL, REF],
    )  # fmt: skip

    outcome = write_customer(item=item, by=crm)

    customer = Customer.objects.get()
    assert outcome == ("made", customer.pk, ())
    assert (customer.name, customer.search_name) == ("Zażółć Łódź", "zazolc lodz")
    assert (customer.stage, customer.style, customer.currency) == ("lead", "personal", "PLN")
    assert (customer.segment, customer.team, customer.owner) == (segment, owner.team, owner)
    assert customer.yearly_value == Decimal("1234.50")
    assert refs(customer.pk) == {("foreign", "C-1"), ("email", "office@example.com")}
    assert ProfileChange.objects.get().customer_id == customer.pk


def test_what_is_left_out_stays_and_what_is_as_it_was_writes_nothing(crm):
    customer = CustomerFactory(name="Before", currency="CHF", yearly_value=7)
    IdentityFactory(customer=customer, namespace="crm", value="C-1")

    changed = write_customer(item=CustomerWrite(identity=REF, name="After"), by=crm)
    updated_at = Customer.objects.get().updated_at
    again = write_customer(item=CustomerWrite(identity=REF, name=" After"), by=crm)

    customer.refresh_from_db()
    assert (changed.status, again.status) == ("changed", "unchanged")
    assert (customer.name, customer.search_name, customer.currency) == ("After", "after", "CHF")
    assert customer.updated_at == updated_at
    assert ProfileChange.objects.count() == 1


@pytest.mark.parametrize(
    ("given", "pointer", "reason"),
    [
        ({"name": " "}, "/name", "1 to 200"),
        ({"name": "x" * 201}, "/name", "at most 200"),
        ({"name": "a\x00"}, "/name", "NUL"),
        ({"name": "a\ud800"}, "/name", "surrogates"),
        ({"stage": "lost"}, "/stage", "lead, current or former"),
        ({"style": "cold"}, "/style", "personal"),
        ({"currency": "eur"}, "/currency", "ISO 4217"),
        ({"currency": "EUR\n"}, "/currency", "ISO 4217"),
        ({"currency": "ÄÖÜ"}, "/currency", "ISO 4217"),
        ({"yearly_value": Decimal(-1)}, "/yearly_value", "from 0"),
        ({"yearly_value": Decimal("NaN")}, "/yearly_value", "from 0"),
        ({"yearly_value": Decimal("1E+999999")}, "/yearly_value", "from 0"),
        ({"yearly_value": Decimal("1000000000000")}, "/yearly_value", "from 0"),
        ({"yearly_value": Decimal("0.005")}, "/yearly_value", "two decimals"),
        ({"segment": 2**63}, "/segment", "no such segment"),
        ({"segment": "None\x00"}, "/segment", "no such segment"),
        ({"team": "Nowhere"}, "/team", "no such team"),
        ({"owner": "nobody@example.com"}, "/owner", "no such person"),
        ({"owner": -1}, "/owner", "no such person"),
        ({"identities": [IdentityRef("email", "a@b.example", "crm")]}, "/identities/0/value", "n"),
        ({"identities": [REF, IdentityRef("foreign", "")]}, "/identities/1/value", "1 to 254"),
        ({"identities": [IdentityRef("foreign", "x" * 255)]}, "/identities/0/value", "254"),
        ({"identities": [IdentityRef("foreign", "x", "\x00")]}, "/identities/0/value", "NUL"),
        ({"identities": [IdentityRef("foreign", str(n)) for n in range(51)]}, "/identities", "50"),
        ({"identities": [REF], "add_identities": []}, "/add_identities", "not both"),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_is_named_and_writes_nothing(crm, given, pointer, reason):
    for item in ({"name": "New"}, {"id": CustomerFactory().pk, "name": "Other"}):
        found = refused(CustomerWrite(**item | given), crm)

        assert list(found) == [pointer]
        assert reason in found[pointer]


def test_everything_that_is_wrong_is_told_at_once(crm):
    item = CustomerWrite(stage="x", currency="x", identity=REF, identities=[IdentityRef("x", "y")])

    assert refused(item, crm).keys() == {"/name", "/stage", "/currency", "/identities/0/value"}


def test_new_customer_needs_a_name(crm):
    assert "needs a name" in refused(CustomerWrite(identity=REF), crm)["/name"]
    assert "needs a name" in refused(CustomerWrite(), crm)["/name"]


def test_identity_of_another_is_refused_and_told_of_as_far_as_may_be():
    mine = CustomerFactory()
    contact = ContactFactory(customer=mine)
    theirs = IdentityFactory(namespace="crm", value="C-1").customer
    IdentityFactory(customer=mine, namespace="crm", value="C-2")
    IdentityFactory(
        customer=mine, contact=contact, kind="email", namespace="", value="office@example.com"
    )
    north = ServiceFactory(team=mine.team)

    item = CustomerWrite(name="New", identities=[REF, OTHER, EMAIL])
    found = refused(item, north)

    assert found["/identities/0"] == "This means somebody else already."
    assert f"means customer {mine.pk} already" in found["/identities/1"]
    assert f"means contact {contact.pk} at customer {mine.pk}" in found["/identities/2"]
    assert str(theirs.pk) not in found["/identities/0"]
    own = refused(CustomerWrite(id=mine.pk, add_identities=[EMAIL]), north)
    assert own.keys() == {"/add_identities/0"}


def test_identities_are_the_whole_set_but_for_what_the_address_names(crm):
    customer = IdentityFactory(namespace="crm", value="C-1").customer
    IdentityFactory(customer=customer, namespace="old", value="7")
    contact = ContactFactory(customer=customer)
    IdentityFactory(customer=customer, contact=contact, namespace="crm", value="P-1")

    added = write_customer(item=CustomerWrite(identity=REF, add_identities=[OTHER]), by=crm)
    assert refs(customer.pk) == {("foreign", "C-1"), ("foreign", "C-2"), ("foreign", "7")}
    whole = write_customer(item=CustomerWrite(identity=REF, identities=[EMAIL]), by=crm)
    assert refs(customer.pk) == {("foreign", "C-1"), ("email", "office@example.com")}
    again = write_customer(item=CustomerWrite(identity=REF, identities=[EMAIL]), by=crm)
    none = write_customer(item=CustomerWrite(id=customer.pk, identities=[]), by=crm)

    assert [one.status for one in (added, whole, again, none)] == [
        "changed", "changed", "unchanged", "changed",
    ]  # fmt: skip
    assert refs(customer.pk) == set()
    assert contact.identities.count() == 1
    assert not ProfileChange.objects.exists()


def test_identity_of_a_contact_leads_to_the_customer_and_stays_the_contacts(crm):
    contact = ContactFactory()
    identity = IdentityFactory(
        customer=contact.customer, contact=contact, kind="email", namespace="",
        value="office@example.com",
    )  # fmt: skip

    outcome = write_customer(item=CustomerWrite(identity=EMAIL, stage="former"), by=crm)

    identity.refresh_from_db()
    assert outcome == ("changed", contact.customer_id, ())
    assert identity.contact == contact


def test_account_of_a_team_writes_the_customers_of_its_team_alone():
    team = TeamFactory()
    north = ServiceFactory(team=team)
    theirs = IdentityFactory(namespace="crm", value="C-1").customer

    for item in (CustomerWrite(id=theirs.pk, name="x"), CustomerWrite(identity=REF, name="x")):
        before = counted()
        with pytest.raises(CustomerGoneError):
            write_customer(item=item, by=north)
        assert counted() == before
    made = write_customer(item=CustomerWrite(name="New"), by=north)
    customer = Customer.objects.get(pk=made.id)
    assert customer.team == team
    for other in (theirs.team_id, theirs.team.name, None, 2**70):
        for item in (
            CustomerWrite(name="New", team=other), CustomerWrite(id=customer.pk, team=other),
        ):  # fmt: skip
            assert refused(item, north) == {"/team": f"Use {team.pk}, the team of this key."}
    assert write_customer(item=CustomerWrite(id=customer.pk, team=team.name), by=north)
    stranger, colleague = PersonFactory(), PersonFactory(team=team, is_active=False)
    assert "/owner" in refused(CustomerWrite(id=customer.pk, owner=stranger.pk), north)
    assert write_customer(item=CustomerWrite(id=customer.pk, owner=colleague.pk), by=north)


def test_account_that_is_switched_off_writes_nothing():
    team = TeamFactory()
    off = ServiceFactory(team=team, is_active=False)
    customer = CustomerFactory(team=team)

    with pytest.raises(CustomerGoneError):
        write_customer(item=CustomerWrite(id=customer.pk, name="x"), by=off)


def test_merged_customer_is_not_changed_and_its_identities_lead_to_the_survivor(crm):
    keep, absorb = CustomerFactory(), CustomerFactory()
    IdentityFactory(customer=absorb, namespace="crm", value="C-1")
    merges.absorb_customer(keep=keep.pk, absorb=absorb.pk, by=crm, now=NOW)

    with pytest.raises(CustomerMergedError) as error:
        write_customer(item=CustomerWrite(id=absorb.pk, name="x"), by=crm)
    outcome = write_customer(
        item=CustomerWrite(identity=REF, name="After", add_identities=[OTHER]), by=crm
    )

    assert error.value.survivor_id == keep.pk
    assert str(keep.pk) in str(error.value)
    assert outcome == ("changed", keep.pk, ())
    # What came to the survivor is its own, and what was the other's goes back with it.
    merges.release_customer(customer_id=absorb.pk, by=crm, now=NOW)
    assert refs(absorb.pk) == {("foreign", "C-1")}
    assert refs(keep.pk) == {("foreign", "C-2")}


def test_merged_customer_of_others_is_not_told_of():
    keep, absorb = CustomerFactory(), CustomerFactory()
    merges.absorb_customer(keep=keep.pk, absorb=absorb.pk, by=ServiceFactory(), now=NOW)

    with pytest.raises(CustomerGoneError):
        write_customer(
            item=CustomerWrite(id=absorb.pk, name="x"), by=ServiceFactory(team=absorb.team)
        )


def test_check_that_raises_leaves_everything_as_it_was(crm):
    customer = CustomerFactory()
    seen = []

    def check(found: int | None) -> None:
        seen.append(found)
        raise KeyError

    for item in (CustomerWrite(id=customer.pk, name="x"), CustomerWrite(identity=REF, name="x")):
        before = counted()
        with pytest.raises(KeyError):
            write_customer(item=item, by=crm, check=check)
        assert counted() == before
    assert seen == [customer.pk, None]


def test_crash_in_the_middle_leaves_nothing_half_written(crm, monkeypatch):
    IdentityFactory(namespace="crm", value="C-1")

    def crash(**_: object) -> None:
        raise RuntimeError("power cut")

    monkeypatch.setattr("relationships.services.profiles.rows.mark_profiles_changed", crash)
    before = counted()
    with pytest.raises(RuntimeError):
        write_customers(
            items=[
                CustomerWrite(identity=REF, name="After", add_identities=[EMAIL]),
                CustomerWrite(identity=OTHER, name="New"),
            ],
            by=crm,
        )

    assert counted() == before


def test_many_are_answered_each_for_itself(crm):
    there = IdentityFactory(namespace="crm", value="C-1").customer
    same = IdentityFactory(namespace="crm", value="C-9").customer
    new = IdentityRef("foreign", "C-3", "crm")
    items = [
        CustomerWrite(identity=REF, name="After"),
        CustomerWrite(identity=OTHER),
        CustomerWrite(identity=OTHER, name="New", identities=[EMAIL]),
        CustomerWrite(identity=new, name="Also new", identities=[EMAIL]),
        CustomerWrite(identity=IdentityRef("foreign", "C-9", "crm"), name=same.name),
        CustomerWrite(identity=REF, stage="former"),
        CustomerWrite(identity=IdentityRef("foreign", "\x00", "crm"), name="x"),
        CustomerWrite(identity=new, name="Third", identities=[REF]),
    ]

    outcomes = write_customers(items=items, by=crm)

    made = Customer.objects.get(name="New")
    assert [(one.status, one.id) for one in outcomes] == [
        ("changed", there.pk), ("refused", None), ("made", made.pk), ("refused", None),
        ("unchanged", same.pk), ("refused", None), ("refused", None), ("refused", None),
    ]  # fmt: skip
    assert [one.refusals[0].pointer for one in outcomes if one.refusals] == [
        "/name", "/identity", "/identity", "/identity/value", "/identities/0",
    ]  # fmt: skip
    assert "/2 is of the same" in outcomes[3].refusals[0].reason
    assert "/0 is of the same" in outcomes[5].refusals[0].reason
    assert Customer.objects.count() == 3
    assert set(ProfileChange.objects.values_list("customer_id", flat=True)) == {there.pk, made.pk}


def test_many_of_another_team_are_refused_among_good_ones():
    theirs = IdentityFactory(namespace="crm", value="C-1").customer
    north = ServiceFactory(team=TeamFactory())
    items = [CustomerWrite(identity=REF, name="x"), CustomerWrite(identity=OTHER, name="Ours")]

    first, second = write_customers(items=items, by=north)

    theirs.refresh_from_db()
    assert (first.status, second.status) == ("refused", "made")
    assert theirs.name != "x"


def test_as_many_queries_for_one_as_for_many(crm, django_assert_max_num_queries):
    owner, segment = PersonFactory(), SegmentFactory()

    def item(number: int, **more: Any) -> CustomerWrite:
        return CustomerWrite(
            identity=IdentityRef("foreign", f"N-{number}", "crm"), owner=owner.email,
            segment=segment.pk, team=owner.team.name, **more,
        )  # fmt: skip

    write_customers(items=[item(n, name=f"Name {n}") for n in range(0, 400, 2)], by=crm)
    items = [
        item(n, name=f"Renamed {n}", identities=[IdentityRef("foreign", f"M-{n}")])
        for n in range(400)
    ]

    # Locks, identities twice, customers, theirs, who may be named; and six that write.
    with django_assert_max_num_queries(18):
        outcomes = write_customers(items=items, by=crm)

    assert [one.status for one in outcomes] == ["changed", "made"] * 200
    assert Identity.objects.count() == 800


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_that_make_the_same_customer_at_once_make_one():
    by = [ServiceFactory(name=f"crm {n}") for n in range(4)]
    barrier, outcomes = threading.Barrier(4), []

    def write(number: int) -> None:
        barrier.wait()
        for round_ in range(10):
            ref = IdentityRef("foreign", f"R-{round_}", "crm")
            shared = IdentityRef("email", f"r{round_}@example.com")
            item = CustomerWrite(identity=ref, name=f"By {number}", add_identities=[shared])
            outcomes.append(write_customer(item=item, by=by[number]))
        connection.close()

    threads = [threading.Thread(target=write, args=[number]) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(outcomes) == 40
    assert sum(one.status == "made" for one in outcomes) == 10
    assert Customer.objects.count() == 10
    assert Identity.objects.count() == 20


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_batches_at_once_in_any_order_lose_nothing_and_do_not_wait_in_a_ring():
    by = ServiceFactory(name="crm")
    refs = [IdentityRef("foreign", f"B-{n}", "crm") for n in range(60)]
    wrong: list[Any] = []

    def write(number: int) -> None:
        order = refs if number % 2 else refs[::-1]
        try:
            for _ in range(5):
                items = [
                    CustomerWrite(
                        identity=ref, name=f"By {number}",
                        add_identities=[IdentityRef("foreign", f"{ref.value} {number}", "own")],
                    )
                    for ref in order
                ]  # fmt: skip
                outcomes = write_customers(items=items, by=by)
                wrong.extend(one for one in outcomes if one.status == "refused")
        except Exception as error:
            wrong.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=[number]) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert wrong == []
    assert Customer.objects.count() == 60
    assert Identity.objects.count() == 60 * 5


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_who_merges_waits_until_a_write_is_done_and_nothing_is_written_to_the_absorbed():
    crm = ServiceFactory(name="crm")
    keep, absorb = CustomerFactory(), CustomerFactory()
    IdentityFactory(customer=absorb, namespace="crm", value="C-1")
    done: list[str] = []

    def merge() -> None:
        merges.absorb_customer(keep=keep.pk, absorb=absorb.pk, by=crm, now=NOW)
        done.append("merged")
        connection.close()

    thread = threading.Thread(target=merge)

    def check(found: int | None) -> None:
        thread.start()
        thread.join(timeout=0.5)
        done.append("written")

    item = CustomerWrite(identity=REF, name="After", add_identities=[OTHER])
    outcome = write_customer(item=item, by=crm, check=check)
    thread.join()

    assert (done, outcome.id) == (["written", "merged"], absorb.pk)
    assert refs(keep.pk) == {("foreign", "C-1"), ("foreign", "C-2")}
    assert profiles.write_customer(item=item, by=crm).id == keep.pk
