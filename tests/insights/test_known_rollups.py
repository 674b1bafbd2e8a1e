"""Who met and who knows customers stays exact, whatever happens to touchpoints and people."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.db import IntegrityError, connection, transaction

from insights.models import (
    Acquaintance,
    Attention,
    DayMet,
    KnownTotal,
    PersonYear,
    Reading,
    TeamTotal,
)
from insights.services.drain import drain
from insights.services.nightly import read_everyone_again
from insights.services.refold import outdate_everyone, refold_outdated
from insights.services.rollups import rebuild_rollups
from interactions.models import TouchpointType
from interactions.services import (
    NewTouchpoint,
    delete,
    edit,
    merge_customers,
    record,
    restore,
    source_named,
    unmerge_customer,
)
from interactions.services.types import save_type
from relationships.models import Person
from tests.factories import (
    AdministratorFactory,
    ContactFactory,
    CustomerFactory,
    PersonFactory,
    TeamFactory,
)
from tests.insights import known_oracle as oracle
from tests.insights.known_oracle import NOW, circle, drain_all, kept_circle

pytestmark = pytest.mark.django_db


@pytest.fixture
def by():
    return AdministratorFactory()


def touch(by, customer, kind, days_ago, person=None, **given):
    item = NewTouchpoint(
        type=kind, customer=customer.pk, occurred_at=NOW - timedelta(days=days_ago),
        person_id=person.pk if person else None, **given,
    )  # fmt: skip
    (outcome,) = record(source=source_named("test"), items=[item], by=by, now=NOW)
    assert outcome.status == "recorded", outcome
    return outcome.touchpoint_id


def check():
    """Compare what is kept with what is counted plainly, and with what is counted anew."""
    drain_all()
    oracle.check_kept()
    for reading in Reading.objects.select_related("customer__owner"):
        assert kept_circle(reading.customer) == circle(reading.customer)
    rebuild_rollups()
    oracle.check_kept()
    known = list(Acquaintance.objects.order_by("pk"))
    outdate_everyone()
    while refold_outdated(now=NOW):
        pass
    oracle.check_kept()
    again = list(Acquaintance.objects.order_by("pk"))
    assert [one.pk for one in known] == [one.pk for one in again]
    for one, other in zip(known, again, strict=True):
        assert abs(one.known_until - other.known_until) < timedelta(seconds=5)
    assert not drain(now=NOW)


def test_what_is_corrected_moved_deleted_and_brought_back_is_counted_where_it_is(by):
    one, other = CustomerFactory.create_batch(2)
    tom, ana = PersonFactory.create_batch(2)
    met = touch(by, one, "meeting.in_person", 40, tom, duration_minutes=60)
    touch(by, one, "call.phone", 40, tom)
    touch(by, one, "call.phone", 2, ana, duration_minutes=0)
    touch(by, one, "web.visit", 1)
    touch(by, other, "visit", 120)
    check()
    edit(touchpoint_id=met, by=by, now=NOW, person_id=ana.pk, duration_minutes=45)
    check()
    edit(touchpoint_id=met, by=by, now=NOW, occurred_at=NOW - timedelta(days=300))
    check()
    edit(touchpoint_id=met, by=by, now=NOW, type="web.visit")
    check()
    edit(touchpoint_id=met, by=by, now=NOW, type="visit", person_id=None)
    check()
    edit(touchpoint_id=met, customer=other.pk, by=by, now=NOW)
    check()
    delete(touchpoint_id=met, by=by, now=NOW)
    check()
    restore(touchpoint_id=met, by=by)
    check()
    (year,) = PersonYear.objects.filter(person_id=tom.pk).exclude(months=0)
    assert bin(year.months).count("1") == 1


def test_all_that_a_customer_ever_got_moves_with_the_stage(by):
    customer = CustomerFactory(stage="lead")
    for days_ago in (400, 40, 4):
        touch(by, customer, "visit", days_ago, PersonFactory())
    check()
    assert set(DayMet.objects.values_list("stage", flat=True)) == {"lead"}
    customer.stage = "current"
    customer.save()
    _say_changed(customer)
    check()
    assert set(DayMet.objects.values_list("stage", flat=True)) == {"current"}


def test_another_team_has_what_comes_and_not_what_was(by):
    customer = CustomerFactory(team=TeamFactory())
    touch(by, customer, "visit", 40, PersonFactory())
    drain_all()
    was, customer.team = customer.team, TeamFactory()
    customer.save()
    _say_changed(customer)
    touch(by, customer, "visit", 4, PersonFactory())
    check()
    assert list(DayMet.objects.order_by("day").values_list("team_id", flat=True)) == [
        was.pk, customer.team.pk
    ]  # fmt: skip


def test_merged_and_parted_customers_are_counted_once(by):
    keep, absorb = CustomerFactory.create_batch(2, team=TeamFactory())
    tom = PersonFactory()
    for customer in (keep, absorb):
        contact = ContactFactory(customer=customer)
        touch(by, customer, "meeting.in_person", 20, tom, contact_id=contact.pk)
        touch(by, customer, "call.phone", 60, PersonFactory())
    check()
    merge_customers(keep=keep.pk, absorb=absorb.pk, by=by, now=NOW)
    check()
    assert not DayMet.objects.filter(customer_id=absorb.pk).exists()
    assert not Acquaintance.objects.filter(customer_id=absorb.pk).exists()
    touch(by, absorb, "visit", 1, tom)
    check()
    unmerge_customer(customer_id=absorb.pk, by=by, now=NOW)
    check()


def test_a_type_that_has_no_person_in_it_any_more_is_counted_no_longer(by):
    customer = CustomerFactory()
    touch(by, customer, "chat.person", 4, PersonFactory())
    check()
    chat = TouchpointType.objects.get(key="chat.person")
    chat.mode = "digital"
    save_type(kind=chat)
    check()
    assert not DayMet.objects.exists()


def test_whoever_leaves_and_comes_back_is_known_to_have(by):
    tom = PersonFactory()
    owned, known = CustomerFactory(owner=tom), CustomerFactory()
    touch(by, known, "meeting.in_person", 10, tom)
    touch(by, owned, "meeting.in_person", 10, PersonFactory())
    check()
    assert kept_circle(known) == (1, False, True)
    Person.objects.filter(pk=tom.pk).update(is_active=False)
    check()
    assert (kept_circle(known), kept_circle(owned)) == ((0, True, True), (1, True, True))
    Person.objects.filter(pk=tom.pk).update(is_active=True)
    check()
    assert (kept_circle(known), kept_circle(owned)) == ((1, False, True), (1, False, True))


def test_whoever_knew_the_one_who_left_there_knows_nobody(by):
    tom, contact = PersonFactory(), ContactFactory()
    touch(by, contact.customer, "meeting.in_person", 10, tom, contact_id=contact.pk)
    check()
    assert kept_circle(contact.customer)[0] == 1
    contact.left_on = NOW.date()
    contact.save()
    check()
    assert kept_circle(contact.customer)[0] == 0
    contact.left_on = NOW.date() + timedelta(days=3)
    contact.save()
    check()
    assert kept_circle(contact.customer)[0] == 1
    read_everyone_again(now=NOW + timedelta(days=4))
    assert kept_circle(contact.customer)[0] == 0


def test_acquaintance_fades_by_night_as_on_the_page_of_the_customer(by):
    customer = CustomerFactory()
    for days_ago, kind in ((10, "call.phone"), (200, "meeting.in_person"), (1, "email.personal")):
        touch(by, customer, kind, days_ago, PersonFactory())
    drain_all()
    seen = set()
    for days in (0, 10, 30, 60, 89, 90, 91, 150, 400):
        now = NOW + timedelta(days=days)
        read_everyone_again(now=now)
        assert kept_circle(customer) == circle(customer, now)
        seen.add(kept_circle(customer)[0])
        assert oracle.kept_totals() == oracle.counted_totals()
    assert len(seen) > 1


def test_a_hurt_that_fades_lets_them_know_each_other_again(by):
    customer, tom = CustomerFactory(), PersonFactory()
    touch(by, customer, "meeting.in_person", 86, tom)
    touch(by, customer, "service.failed", 2, tom, external_id="slip", severity=8)
    touch(by, customer, "loop.closed", 1, PersonFactory(), closes="slip")
    drain_all()
    known = Acquaintance.objects.get(person_id=tom.pk)
    assert known.known_from is not None
    for days in (0, 20, 40, 60, 100, 200, 300):
        now = NOW + timedelta(days=days)
        read_everyone_again(now=now)
        assert kept_circle(customer) == circle(customer, now)


def test_service_accounts_know_nobody(by):
    customer, machine = CustomerFactory(), PersonFactory(role="service")
    touch(by, customer, "meeting.in_person", 10, machine)
    check()
    assert kept_circle(customer) == (0, False, True)


def test_a_total_knows_nobody_one_or_more():
    row = dict.fromkeys(("team_id", "customers", "yearly_value", "at_risk"), 0)
    with pytest.raises(IntegrityError, match="known_total_knows_nobody_one_or_more"):
        KnownTotal.objects.create(
            **row, stage="lead", currency="EUR", known_by=3,
            has_lost_person=False, is_met_lately=False,
        )  # fmt: skip


def test_a_reading_knows_nobody_one_or_more(by):
    customer = CustomerFactory()
    touch(by, customer, "call.phone", 1)
    drain_all()
    with pytest.raises(IntegrityError, match="reading_knows_nobody_one_or_more"):
        Reading.objects.filter(pk=customer.pk).update(known_by=3)


def _say_changed(customer):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO relationships_profilechange (customer_id) VALUES (%s)", [customer.pk]
        )


def test_what_happened_before_there_was_anybody_to_count_it_is_told_after_the_migration(by):
    tom, customer = PersonFactory(), CustomerFactory(yearly_value=900)
    touch(by, customer, "meeting.in_person", 10, tom, duration_minutes=30)
    touch(by, CustomerFactory(stage="lead"), "web.visit", 10)
    drain_all()
    # As it was before.
    for model in (DayMet, PersonYear, Attention, Acquaintance, KnownTotal):
        model.objects.all().delete()
    circles = (*TeamTotal.CIRCLES, *TeamTotal.CIRCLES_AT_RISK)
    TeamTotal.objects.update(**dict.fromkeys(circles, 0))
    Reading.objects.update(known_by=0, has_lost_person=False, is_met_lately=False)
    with connection.cursor() as cursor:
        cursor.execute(import_module("insights.migrations.0014_who_knows").COUNT)
        cursor.execute(import_module("insights.migrations.0020_every_team").KNOWN)
        cursor.execute(import_module("insights.migrations.0026_circles_of_teams").KNOWN)
    while refold_outdated(now=NOW):
        pass
    assert kept_circle(customer) == (1, False, True)
    check()


def test_a_drain_that_fails_gives_back_what_it_counted(by, monkeypatch):
    touch(by, CustomerFactory(), "visit", 10, PersonFactory())
    with monkeypatch.context() as patch:
        patch.setattr("insights.services.drain.count_monthly", _fail)
        with pytest.raises(RuntimeError), transaction.atomic():
            drain(now=NOW)
    assert not DayMet.objects.exists()
    check()


def _fail(*given):
    raise RuntimeError
