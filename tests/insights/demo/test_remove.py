"""Removing the demonstration leaves nothing of it behind, and everything real as it was."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.exceptions import PermissionDenied
from django.core.management import call_command

from insights import demo
from insights.demo import build
from insights.models import (
    BandFlow,
    BandTotal,
    CustomerState,
    DistanceTotal,
    PlaceTotal,
    Proof,
    QuarterTotal,
    Reading,
    WallEvent,
)
from insights.services.drain import drain
from insights.services.wall_events import note_event
from interactions.models import Loop, Source, Touchpoint
from interactions.services import NewTouchpoint, record, source_named
from relationships.models import (
    AccessKey,
    Contact,
    Customer,
    DuplicatePair,
    Fact,
    Identity,
    Person,
    ProfileChange,
    RosterVersion,
    Segment,
    Team,
)
from tests.factories import (
    AdministratorFactory,
    ContactFactory,
    CustomerFactory,
    DuplicatePairFactory,
    ExecutiveFactory,
    FactFactory,
    IdentityFactory,
    PersonFactory,
    months_counted,
)

TODAY = date(2026, 3, 4)
NOW = datetime(2026, 3, 4, 9, tzinfo=UTC)
CAST = build.profiles(build.SEED)

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator():
    return AdministratorFactory()


@pytest.fixture(autouse=True)
def real(administrator):
    """Make a real customer, with all that a customer may have."""
    customer = CustomerFactory(name="Real & Sons")
    IdentityFactory(customer=customer, contact=ContactFactory(customer=customer))
    talk(customer, administrator, type="question", external_id="asked")
    talk(customer, administrator, type="call.phone", closes="asked")
    score()
    return customer


@pytest.fixture(autouse=True)
def few(monkeypatch, real):
    """Load every 25th customer beside it."""
    monkeypatch.setattr(build, "profiles", lambda seed: CAST[::25])


def talk(customer, by, days_ago=10, **fields):
    item = NewTouchpoint(
        **{"customer": customer.pk, "occurred_at": NOW - timedelta(days=days_ago)} | fields
    )
    (outcome,) = record(source=source_named("real"), items=[item], by=by, now=NOW)
    assert outcome.status == "recorded", outcome
    return outcome.touchpoint_id


def score():
    while drain(now=NOW):
        pass


def everything():
    """Return every row of every table of ours but the count of changes, which never goes back."""
    return {
        model.__name__: sorted(rows_of(model))
        for model in apps.get_models()
        if model._meta.app_label in {"relationships", "interactions", "insights"}
        and model is not RosterVersion
    }


ROLLUPS = {
    BandFlow, BandTotal, DistanceTotal, PlaceTotal, QuarterTotal,
}  # fmt: skip


def rows_of(model):
    """Return rows as text, without the numbers that rollups are given when written anew."""
    is_rollup = model in ROLLUPS
    names = [field.attname for field in model._meta.concrete_fields]
    for row in model.objects.values_list(*names[is_rollup:]):
        yield repr([bytes(value) if isinstance(value, memoryview) else value for value in row])


def test_everything_is_as_it_was_before(administrator):
    before = everything()
    demo.load_demonstration(today=TODAY, password="three words here")
    score()
    assert everything() != before

    removed = demo.remove_demonstration(by=administrator)

    assert (removed.customers, removed.touchpoints) > (15, 1_500)
    assert everything() == before


def test_changes_waiting_to_be_scored_go_too(administrator):
    before = everything()
    demo.load_demonstration(today=TODAY)

    demo.remove_demonstration(by=administrator)

    assert everything() == before
    score()
    assert everything() == before


def test_no_table_refers_to_a_customer_that_is_gone(administrator):
    demo.load_demonstration(today=TODAY)
    score()

    demo.remove_demonstration(by=administrator)

    customers = set(Customer.objects.values_list("pk", flat=True))
    people = set(Person.objects.values_list("pk", flat=True))
    for model in apps.get_models():
        names = {field.attname: field for field in model._meta.concrete_fields}
        if "is_demo" in names:
            assert not model.objects.filter(is_demo=True).exists(), model
        if "customer_id" in names:
            found = set(model.objects.values_list("customer_id", flat=True))
            assert found <= customers, model
        for name, field in names.items():
            if field.related_model is Person:
                found = set(model.objects.exclude(**{name: None}).values_list(name, flat=True))
                assert found <= people, (model, name)


def test_pairs_of_the_demonstration_go_with_it(administrator, real):
    demo.load_demonstration(today=TODAY)
    first, second = Customer.objects.filter(is_demo=True).order_by("pk")[:2]
    DuplicatePairFactory(first=first, second=second)

    demo.remove_demonstration(by=administrator)

    assert not DuplicatePair.objects.exists()


def test_facts_of_the_demonstration_go_with_it(administrator, real):
    kept = FactFactory(customer=real)
    demo.load_demonstration(today=TODAY)
    FactFactory(customer=Customer.objects.filter(is_demo=True).first(), written_by=administrator)
    of_colleague = FactFactory(
        customer=real, written_by=Person.objects.get(name="Marta Żółkiewska")
    )

    demo.remove_demonstration(by=administrator)

    assert set(Fact.objects.all()) == {kept, of_colleague}
    of_colleague.refresh_from_db()
    assert of_colleague.written_by is None


def test_what_the_demonstration_noted_beside_the_wall_goes_and_what_others_noted_stays(
    administrator,
):
    demo.load_demonstration(today=TODAY)
    note_event(on_date=NOW.date(), text="Real branch closed", by=administrator)
    demo.remove_demonstration(by=administrator)
    assert [event.text for event in WallEvent.objects.all()] == ["Real branch closed"]


def test_proof_that_tells_of_the_demonstration_goes_and_later_one_stays(administrator):
    def prove():
        Proof.objects.create(as_of=NOW, window_days=365, horizon_days=90, budget_percent=10)

    demo.load_demonstration(today=TODAY)
    prove()
    demo.remove_demonstration(by=administrator)
    assert not Proof.objects.exists()
    prove()
    demo.remove_demonstration(by=administrator)
    assert Proof.objects.exists()


def test_real_touchpoint_forgets_a_colleague_of_the_demonstration(administrator, real):
    demo.load_demonstration(today=TODAY)
    marta = Person.objects.get(name="Marta Żółkiewska")
    account = Person.objects.get(role="service")
    touchpoint_id = talk(real, administrator, type="promise", person_id=marta.pk)
    Touchpoint.objects.filter(pk=touchpoint_id).update(recorded_by=account)

    demo.remove_demonstration(by=administrator)

    touchpoint = Touchpoint.objects.get(pk=touchpoint_id)
    assert (touchpoint.person_id, touchpoint.recorded_by_id) == (None, None)
    assert touchpoint.team_id == real.team_id
    assert Loop.objects.get(opened_by=touchpoint_id).person is None


def test_real_customer_loses_a_demonstration_owner_and_keeps_its_team(administrator, real):
    demo.load_demonstration(today=TODAY)
    north = Team.objects.get(name="North")
    real.team, real.owner = north, Person.objects.filter(team=north).first()
    real.segment = Segment.objects.get(name="Offices")
    real.save()

    demo.remove_demonstration(by=administrator)

    real.refresh_from_db()
    assert (real.team.name, real.owner, real.segment.name) == ("North", None, "Offices")
    assert list(Team.objects.filter(is_demo=False, name="North")) == [real.team]
    assert not Team.objects.filter(name="South").exists()
    assert list(ProfileChange.objects.values_list("customer_id", flat=True)) == [real.pk]
    score()
    assert Reading.objects.get().owner_id is None


def test_team_with_somebody_real_stays(administrator):
    demo.load_demonstration(today=TODAY)
    somebody = PersonFactory(team=Team.objects.get(name="East"))

    demo.remove_demonstration(by=administrator)

    somebody.refresh_from_db()
    assert (somebody.team.name, somebody.team.is_demo) == ("East", False)


def test_touchpoint_of_a_real_customer_forgets_a_team_that_goes(administrator, real):
    demo.load_demonstration(today=TODAY)
    own, real.team = real.team, Team.objects.get(name="West")
    real.save()
    touchpoint_id = talk(real, administrator, type="call.phone")
    real.team = own
    real.save()
    score()

    demo.remove_demonstration(by=administrator)

    assert Touchpoint.objects.get(pk=touchpoint_id).team_id is None
    teams = set(months_counted().values_list("team_id", flat=True))
    assert teams == {0, own.pk}


def test_what_was_logged_by_hand_with_a_demonstration_customer_goes(administrator):
    demo.load_demonstration(today=TODAY)
    customer = Customer.objects.filter(is_demo=True).first()
    talk(customer, administrator, type="call.phone", days_ago=1)

    demo.remove_demonstration(by=administrator)

    assert not Touchpoint.objects.filter(customer_id=customer.pk).exists()


def test_keys_and_log_of_demonstration_people_go(administrator):
    demo.load_demonstration(today=TODAY)
    account = Person.objects.get(role="service")
    AccessKey.objects.create(person=account, prefix="hearth_a", digest="d", scopes=["x"])
    LogEntry.objects.create(user=account, action_flag=CHANGE, object_repr="it")

    demo.remove_demonstration(by=administrator)

    assert not AccessKey.objects.exists()
    assert not LogEntry.objects.exists()


def test_removing_what_is_not_there_changes_nothing(administrator):
    before = everything()

    removed = demo.remove_demonstration(by=administrator)

    assert (removed.customers, removed.touchpoints) == (0, 0)
    assert everything() == before


def test_demonstration_can_be_loaded_again_for_another_day(administrator):
    demo.load_demonstration(today=TODAY - timedelta(days=30))
    demo.remove_demonstration(by=administrator)

    loaded = demo.load_demonstration(today=TODAY)

    assert (loaded.dated, loaded.known) == (TODAY, 0)


@pytest.mark.parametrize("factory", [PersonFactory, ExecutiveFactory])
def test_only_administrators_may_remove(factory):
    demo.load_demonstration(today=TODAY)

    with pytest.raises(PermissionDenied, match="administrators"):
        demo.remove_demonstration(by=factory())

    assert Customer.objects.filter(is_demo=True).exists()


def test_somebody_of_the_demonstration_cannot_remove_themselves():
    demo.load_demonstration(today=TODAY)

    with pytest.raises(PermissionDenied, match="Sign in as yourself"):
        demo.remove_demonstration(by=AdministratorFactory(is_demo=True))


def test_command_removes(capsys, administrator):
    demo.load_demonstration(today=TODAY)

    call_command("demo", "--remove")

    assert "Removed 16 customers" in capsys.readouterr().out
    assert not CustomerState.objects.exclude(customer__is_demo=False).exists()
    assert not Identity.objects.filter(namespace="demonstration").exists()
    assert Contact.objects.count() == 1
    assert [source.name for source in Source.objects.all()] == ["real"]
