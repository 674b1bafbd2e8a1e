"""The demonstration is loaded once, whole, and dated by the day it was begun."""

from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command

from insights import demo
from insights.demo import build
from insights.demo.enlist import AddressTakenError
from insights.demo.people import ACCOUNT_MANAGER_SIGN_IN, SERVICE_EMAIL
from insights.models import WallEvent
from interactions.models import Appointment, Loop, Source, Touchpoint
from relationships.models import Contact, Customer, Fact, Identity, Person, Segment, Team
from tests.factories import PersonFactory

TODAY = date(2026, 3, 4)
CAST = build.profiles(build.SEED)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def few(monkeypatch):
    """Load every 25th customer: enough to see how loading works."""
    monkeypatch.setattr(build, "profiles", lambda seed: CAST[::25])
    monkeypatch.setattr(build, "BATCH", 500)


def touchpoints():
    return list(Touchpoint.objects.order_by("external_id").values_list("external_id", "text"))


def test_everything_is_marked_as_demonstration():
    loaded = demo.load_demonstration(today=TODAY)

    assert loaded.customers == Customer.objects.count() == 16
    assert loaded.recorded == Touchpoint.objects.count() > 1_500
    assert Loop.objects.filter(closed_at__isnull=True).exists()
    assert Contact.objects.count() > 20
    assert {bool(fact.contact_id) for fact in Fact.objects.all()} == {True, False}
    assert not Fact.objects.exclude(customer__is_demo=True, written_by__is_demo=True).exists()
    for model in (Customer, Person, Team, Segment):
        assert not model.objects.filter(is_demo=False).exists()
    assert Source.objects.get().name == "demonstration"


def test_the_closed_branch_is_noted_once_and_not_again_after_it_was_deleted():
    demo.load_demonstration(today=TODAY)
    event = WallEvent.objects.get()
    assert (event.text, event.team.name) == ("Hamburg branch closed", "North")
    assert event.on_date == TODAY - timedelta(days=290)
    event.delete()
    demo.load_demonstration(today=TODAY)
    assert not WallEvent.objects.exists()


def test_loading_again_records_nothing():
    demo.load_demonstration(today=TODAY)
    before = touchpoints(), Identity.objects.count(), Person.objects.count()

    again = demo.load_demonstration(today=TODAY)

    assert (again.recorded, again.known) == (0, len(before[0]))
    assert (touchpoints(), Identity.objects.count(), Person.objects.count()) == before


def test_the_account_manager_has_plans_and_loading_again_makes_no_more(monkeypatch):
    monkeypatch.setattr(build, "profiles", lambda seed: CAST[::5])
    for _ in range(2):
        demo.load_demonstration(today=TODAY)
    planned = Appointment.objects.order_by("starts_at")
    assert {one.person.email for one in planned} == {ACCOUNT_MANAGER_SIGN_IN.email}
    assert [str(one.starts_at.date()) for one in planned] == [
        "2026-03-03", "2026-03-05", "2026-03-09",
    ]  # fmt: skip


def test_killed_load_is_completed_with_its_own_day(monkeypatch):
    whole = demo.load_demonstration(today=TODAY)
    expected = touchpoints()
    Touchpoint.objects.all().delete()
    Customer.objects.all().delete()
    Person.objects.exclude(email=SERVICE_EMAIL).delete()
    Source.objects.all().delete()
    Person.objects.all().delete()
    record, calls = build.record, []

    def killed(**options):
        calls.append(1)
        if len(calls) > 2:
            raise KeyboardInterrupt
        return record(**options)

    monkeypatch.setattr(build, "record", killed)
    with pytest.raises(KeyboardInterrupt):
        demo.load_demonstration(today=TODAY)
    monkeypatch.setattr(build, "record", record)

    completed = demo.load_demonstration(today=TODAY + timedelta(days=3))

    assert completed.dated == TODAY
    assert completed.known == 1_000
    assert completed.known + completed.recorded == whole.recorded
    assert touchpoints() == expected


def test_customer_deleted_meanwhile_stays_deleted():
    demo.load_demonstration(today=TODAY)
    gone = Customer.objects.first()
    Touchpoint.objects.filter(customer=gone).delete()
    gone.delete()

    demo.load_demonstration(today=TODAY)

    assert Customer.objects.count() == 15


def test_only_two_people_can_sign_in():
    loaded = demo.load_demonstration(today=TODAY, password="three words here")

    allowed = [person for person in Person.objects.all() if person.has_usable_password()]
    assert {person.email for person in allowed} == {
        loaded.account_manager.email,
        loaded.executive.email,
    }
    assert all(person.check_password("three words here") for person in allowed)
    assert {person.role for person in allowed} == {"account_manager", "executive"}


def test_without_a_password_nobody_can_sign_in():
    demo.load_demonstration(today=TODAY)

    assert not any(person.has_usable_password() for person in Person.objects.all())


def test_account_that_recorded_is_closed_afterwards():
    demo.load_demonstration(today=TODAY)

    account = Person.objects.get(email=SERVICE_EMAIL)
    assert (account.role, account.team, account.is_active) == ("service", None, False)


def test_team_of_a_real_organisation_is_used_as_it_is():
    Team.objects.create(name="North")

    demo.load_demonstration(today=TODAY)

    assert not Team.objects.get(name="North").is_demo


def test_address_of_somebody_real_is_refused_before_anything_is_written():
    PersonFactory(email="marta.zolkiewska@demo.example.com", team=None)

    with pytest.raises(AddressTakenError, match="change that address"):
        demo.load_demonstration(today=TODAY)

    assert not Customer.objects.exists()
    assert not Team.objects.exists()


def test_command_says_what_is_there_and_whom_to_look_at(capsys):
    call_command("demo", "--today", "2026-03-04")

    said = capsys.readouterr().out
    assert "16 customers, dated 2026-03-04" in said
    assert "marta.zolkiewska@demo.example.com" in said
    assert "Café Hölzl" in said


def test_command_refuses_a_day_to_come():
    with pytest.raises(CommandError, match="not come yet"):
        call_command("demo", "--today", "9000-01-01")
