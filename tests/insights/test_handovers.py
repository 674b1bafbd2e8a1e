"""Handovers: who may, what is proposed and why, moving and its undo, and what is never lost."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from insights.demo.remove import remove_demonstration
from insights.models import Band
from insights.services.handovers import add_customers, start_handover
from interactions.services import NewTouchpoint, delete, merge_customers, record, source_named
from relationships.models import Customer, Handover, HandoverCustomer, Person
from relationships.services import handovers as services
from relationships.services.handovers import (
    ChangedMeanwhileError,
    HandoverGoneError,
    HandoverRefusedError,
)
from tests.factories import (
    AdministratorFactory,
    CustomerFactory,
    ExecutiveFactory,
    PersonFactory,
    ReadingFactory,
    ServiceFactory,
    TeamFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def tom():
    """Return who leaves."""
    return PersonFactory(name="Tomás Ibáñez", team=TeamFactory(name="North"))


@pytest.fixture
def ana(tom):
    return PersonFactory(name="Ana Šimić", team=tom.team)


@pytest.fixture
def bo(tom):
    return PersonFactory(name="Bo", team=tom.team)


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def owned(owner: Person, name: str, at_risk: int = 100, **values) -> Customer:
    customer = CustomerFactory(name=name, owner=owner, **{"team": owner.team, **values})
    ReadingFactory(customer=customer, band=Band.DRIFTING, at_risk=at_risk)
    return customer


def met(customer: Customer, person: Person, days_ago: float, kind: str = "meeting.in_person"):
    now = timezone.now()
    item = NewTouchpoint(
        type=kind,
        customer=customer.pk,
        occurred_at=now - timedelta(days=days_ago),
        person_id=person.pk,
    )
    (outcome,) = record(
        source=source_named("test"), items=[item], by=AdministratorFactory(), now=now
    )
    assert outcome.status == "recorded"
    return outcome.touchpoint_id


def begun(leaver: Person, by: Person, days: int = 20) -> Handover:
    handover, _ = start_handover(
        person_id=leaver.pk,
        leaves_on=timezone.localdate() + timedelta(days=days),
        by=by,
        now=timezone.now(),
    )
    return handover


def row_of(customer: Customer) -> HandoverCustomer:
    return HandoverCustomer.objects.get(customer=customer)


def move(handover: Handover, by: Person) -> services.Moved:
    return services.move_customers(handover_id=handover.pk, by=by, now=timezone.now())


def undo(handover: Handover, batch: int, by: Person) -> services.Undone:
    return services.undo_batch(handover_id=handover.pk, batch=batch, by=by, now=timezone.now())


def write(row: HandoverCustomer, note: str, by: Person, version: int | None = None):
    return services.write_note(
        row_id=row.pk, note=note, version=version or row.version, by=by, now=timezone.now()
    )


# Who may


def test_who_may_hand_over_whose_customers(tom, ana):
    other = PersonFactory(name="Elsewhere")
    loner = PersonFactory(team=None)
    for by in (tom, ana, ExecutiveFactory(), AdministratorFactory()):
        assert begun(tom, by)
    assert begun(loner, loner)
    for by, leaver in ((other, tom), (ana, loner), (loner, tom), (ServiceFactory(), tom)):
        with pytest.raises(HandoverGoneError):
            begun(leaver, by)
    with pytest.raises(HandoverGoneError):
        begun(ServiceFactory(), AdministratorFactory())


def test_one_open_handover_is_gone_on_with(tom, ana):
    assert begun(tom, ana) == begun(tom, tom)
    with pytest.raises(IntegrityError, match="person_has_one_open_handover"), transaction.atomic():
        Handover.objects.create(person=tom, leaves_on=date(2026, 3, 1), started_at=timezone.now())


def test_a_day_that_makes_no_sense_is_refused(tom, ana):
    with pytest.raises(HandoverRefusedError, match="within two years"):
        begun(tom, ana, days=1000)
    handover = begun(tom, ana)
    with pytest.raises(HandoverRefusedError):
        services.change_handover(
            handover_id=handover.pk, leaves_on=date(1926, 1, 1), reason="", by=ana,
            now=timezone.now(),
        )  # fmt: skip


PAGES = ("", "customers/", "notes/", "introductions/", "summary/", "print/", "handover.csv")


def test_nobody_reaches_a_handover_that_is_not_theirs(tom, ana):
    handover = begun(tom, ana)
    row = HandoverCustomer.objects.create(
        handover=handover, customer=owned(tom, "Secret"), rank=1, successor=ana
    )
    client = signed_in(PersonFactory())
    base = f"/handovers/{handover.pk}/"
    for page in PAGES:
        assert client.get(base + page).status_code == 404
    for action in ("add/", "give/", "move/", "plan/", "undo/1/", "finish/", "reopen/"):
        assert client.post(base + action).status_code == 404
    for part in ("successor", "note", "introduction", "introduction/done", "introduction/again"):
        path = f"/handovers/customers/{row.pk}/{part}/"
        assert client.post(path, {"version": 1}).status_code == 404
    assert "Secret" not in client.get("/handovers/").text
    assert client.get("/handovers/99999999999999999999/").status_code == 404


def test_customers_of_other_teams_are_not_named_to_an_account_manager(tom, ana):
    mine, foreign = owned(tom, "Ours"), owned(tom, "Foreign", team=TeamFactory())
    handover = begun(tom, ExecutiveFactory())
    assert HandoverCustomer.objects.count() == 2
    client = signed_in(ana)
    for page in PAGES[1:]:
        response = client.get(f"/handovers/{handover.pk}/{page}")
        text = response.text if hasattr(response, "text") else response.getvalue().decode()
        assert "Foreign" not in text
    with pytest.raises(HandoverGoneError):
        write(row_of(foreign), "Guess", ana)
    move(handover, ana)
    foreign.refresh_from_db()
    mine.refresh_from_db()
    assert (mine.owner, foreign.owner) == (ana, tom)


# Proposals


def test_who_met_them_last_is_proposed_and_why_is_said(tom, ana, bo):
    customer, unknown = owned(tom, "Acme"), owned(tom, "Nobody met")
    CustomerFactory(owner=ana, team=tom.team)
    met(customer, ana, 22)
    met(customer, bo, 40)
    met(customer, bo, 1, kind="email.template")
    handover = begun(tom, bo)
    assert row_of(customer).successor == ana
    assert row_of(unknown).successor == bo
    page = signed_in(bo).get(f"/handovers/{handover.pk}/customers/").text
    assert "Ana Šimić met them 22 days ago" in page
    assert "Bo, so that they are shared out evenly" in page


def test_proposals_are_balanced_by_how_many_customers_each_has(tom, ana, bo):
    for number in range(10):
        met(owned(tom, f"C{number}"), ana, number)
    begun(tom, ana)
    given = [row.successor for row in HandoverCustomer.objects.order_by("rank")]
    assert (given.count(ana), given.count(bo)) == (7, 3)


def test_nobody_who_left_leaves_or_works_elsewhere_is_proposed(tom, ana):
    customer = owned(tom, "Acme")
    gone = PersonFactory(team=tom.team, is_active=False)
    leaving, other = PersonFactory(team=tom.team), PersonFactory()
    begun(leaving, leaving)
    for person in (gone, leaving, other):
        met(customer, person, 2)
    begun(tom, ana)
    assert row_of(customer).successor == ana
    assert row_of(customer).proposed_met_at is None


def test_what_is_at_risk_and_only_the_leaver_knows_comes_first(tom, ana):
    plain, single, lately = owned(tom, "Plain", 150), owned(tom, "Single"), owned(tom, "Lately")
    small = owned(tom, "Small", 1)
    met(plain, tom, 3)
    met(plain, ana, 3)
    met(single, tom, 200)
    met(lately, tom, 10)
    met(lately, ana, 200)
    handover = begun(tom, ana)
    rows = list(HandoverCustomer.objects.order_by("rank").values_list("customer", "only_days"))
    assert rows == [(single.pk, 365), (lately.pk, 90), (plain.pk, 0), (small.pk, 0)]
    page = signed_in(ana).get(f"/handovers/{handover.pk}/customers/").text
    assert "Only Tomás Ibáñez met them in a year" in page
    assert "Only Tomás Ibáñez met them in 90 days" in page
    narrowed = signed_in(ana).get(f"/handovers/{handover.pk}/customers/?only=single")
    assert [row["customer"].name for row in narrowed.context["rows"]] == ["Single", "Lately"]


def test_customers_that_came_meanwhile_are_offered_and_added_last(tom, ana):
    owned(tom, "First", 1)
    handover = begun(tom, ana)
    late = owned(tom, "Late", 9000)
    client = signed_in(ana)
    path = f"/handovers/{handover.pk}/"
    assert "looks after 1 customer more than stand here" in client.get(f"{path}customers/").text
    response = client.post(f"{path}add/", follow=True)
    assert "1 customer added" in response.text
    assert [row["customer"].name for row in response.context["rows"]] == ["First", "Late"]
    assert row_of(late).successor == ana
    assert add_customers(handover_id=handover.pk, by=ana, now=timezone.now()) == 0


# Moving


def test_moving_gives_each_customer_to_its_new_owner_and_undo_gives_them_back(tom, ana, bo):
    one, two = owned(tom, "One"), owned(tom, "Two")
    handover = begun(tom, ana)
    row = row_of(two)
    services.choose_successor(row_id=row.pk, successor_id=bo.pk, version=row.version, by=ana)
    row = row_of(one)
    services.choose_successor(row_id=row.pk, successor_id=None, version=row.version, by=ana)
    client = signed_in(ana)

    response = client.post(f"/handovers/{handover.pk}/move/", follow=True)

    assert "1 customer moved to their new owners." in response.text
    one.refresh_from_db()
    two.refresh_from_db()
    assert (one.owner, two.owner) == (tom, bo)
    assert signed_in(bo).get(f"/customers/{two.pk}/").status_code == 200
    undo_url = next(iter(response.context["messages"])).extra_tags
    back = client.post(undo_url, follow=True)
    assert "1 customer moved back." in back.text
    two.refresh_from_db()
    assert two.owner == tom
    assert row_of(two).moved_at is None


def test_what_somebody_gave_on_since_stays_when_a_move_is_undone(tom, ana, bo):
    one, two = owned(tom, "One"), owned(tom, "Two")
    handover = begun(tom, ana)
    services.choose_for_all(handover_id=handover.pk, successor_id=ana.pk, by=ana)
    moved = move(handover, ana)
    Customer.objects.filter(pk=two.pk).update(owner=bo)
    assert undo(handover, moved.batch, ana) == services.Undone(moved=1, left=1)
    one.refresh_from_db()
    two.refresh_from_db()
    assert (one.owner, two.owner) == (tom, bo)


def test_a_customer_given_away_meanwhile_is_not_moved(tom, ana, bo):
    customer = owned(tom, "Acme")
    handover = begun(tom, ana)
    Customer.objects.filter(pk=customer.pk).update(owner=None)
    assert move(handover, ana).left == 1
    page = signed_in(ana).get(f"/handovers/{handover.pk}/customers/").text
    assert "Nobody looks after them now" in page


def test_the_new_owner_of_another_team_sees_the_customer_afterwards(tom, ana):
    stranger, boss = PersonFactory(name="Stranger"), ExecutiveFactory()
    customer = owned(tom, "Acme")
    handover = begun(tom, boss)
    with pytest.raises(HandoverRefusedError, match="cannot take over"):
        services.choose_for_all(handover_id=handover.pk, successor_id=stranger.pk, by=ana)
    services.choose_for_all(handover_id=handover.pk, successor_id=stranger.pk, by=boss)
    moved = move(handover, boss)
    customer.refresh_from_db()
    assert (customer.owner, customer.team) == (stranger, stranger.team)
    assert signed_in(stranger).get(f"/customers/{customer.pk}/").status_code == 200
    undo(handover, moved.batch, boss)
    customer.refresh_from_db()
    assert (customer.owner, customer.team) == (tom, tom.team)


def test_only_who_moved_them_undoes_it_within_a_day(tom, ana, bo):
    owned(tom, "Acme")
    handover = begun(tom, ana)
    moved = move(handover, ana)
    with pytest.raises(HandoverRefusedError, match="whoever made it"):
        undo(handover, moved.batch, bo)
    with pytest.raises(HandoverRefusedError):
        services.undo_batch(
            handover_id=handover.pk, batch=moved.batch, by=ana,
            now=timezone.now() + timedelta(days=2),
        )  # fmt: skip
    mine = signed_in(ana).get(f"/handovers/{handover.pk}/summary/").text
    assert "moving 1 customer today" in mine
    assert "moving 1 customer" not in signed_in(bo).get(f"/handovers/{handover.pk}/summary/").text


def test_choosing_one_for_all_and_its_undo(tom, ana, bo):
    customers = [owned(tom, f"C{number}") for number in range(3)]
    handover = begun(tom, ana)
    before = {pk: row_of(pk).successor for pk in customers}
    client, path = signed_in(ana), f"/handovers/{handover.pk}/"
    response = client.post(f"{path}give/", {"successor": bo.pk, "which": "all"}, follow=True)
    assert {row_of(one).successor for one in customers} == {bo}
    client.post(next(iter(response.context["messages"])).extra_tags)
    assert {pk: row_of(pk).successor for pk in customers} == before
    client.post(f"{path}give/", {"successor": bo.pk, "which": "nobody"})
    assert {pk: row_of(pk).successor for pk in customers} == before
    client.post(f"{path}give/", {"successor": bo.pk})
    client.post(f"{path}give/", {"successor": ""})
    assert {pk: row_of(pk).successor for pk in customers} == before
    assert client.post(f"{path}give/", {"successor": "x"}).status_code == 404


# What is never lost


def test_of_two_who_write_the_same_note_the_second_is_told_and_nothing_is_lost(tom, ana):
    customer = owned(tom, "Acme")
    handover = begun(tom, ana)
    row = row_of(customer)
    first, second = signed_in(tom), signed_in(ana)
    path, said = f"/handovers/customers/{row.pk}/note/", {"version": row.version}
    hx = {"HX-Request": "true"}

    first.post(path, {**said, "note": "Never call on Mondays"}, headers=hx)
    told = second.post(path, {**said, "note": "Likes tea"}, headers=hx)

    assert "Never call on Mondays" in told.text
    assert "Save mine instead" in told.text
    assert row_of(customer).note == "Never call on Mondays"
    page = second.post(path, {**said, "note": "Likes tea"})
    assert "Likes tea" in page.text
    assert "Never call on Mondays" in page.text
    over = row_of(customer).version
    both = "Never call on Mondays. Likes tea"
    saved = second.post(path, {**said, "note": both, "over": over}, headers=hx)
    assert "Saved" in saved.text
    assert row_of(customer).note == both
    assert row_of(customer).noted_by == ana
    text = first.get(f"/handovers/{handover.pk}/notes/").text
    assert "Written by Ana Šimić today" in text


def test_two_who_write_different_parts_are_in_nobodys_way(tom, ana, bo):
    customer = owned(tom, "Acme")
    begun(tom, ana)
    row = row_of(customer)
    write(row, "Known", tom)
    services.choose_successor(row_id=row.pk, successor_id=bo.pk, version=row.version, by=ana)
    kept = row_of(customer)
    assert (kept.note, kept.successor, kept.version) == ("Known", bo, 3)
    with pytest.raises(ChangedMeanwhileError):
        services.choose_successor(row_id=row.pk, successor_id=ana.pk, version=1, by=tom)


def test_the_same_words_twice_are_no_conflict(tom, ana):
    customer = owned(tom, "Acme")
    begun(tom, ana)
    row = row_of(customer)
    write(row, "Same", tom)
    assert write(row, "Same ", ana, version=1).note_version == 2


def test_services_refuse_what_makes_no_sense(tom, ana):
    customer = owned(tom, "Acme")
    handover = begun(tom, ana)
    row, today = row_of(customer), timezone.localdate()

    def choose(who):
        services.choose_successor(row_id=row.pk, successor_id=who, version=99, by=ana)

    def plan(who, day):
        services.plan_introduction(
            row_id=row.pk, introducer_id=who, introduce_on=day, version=99, by=ana,
            now=timezone.now(), today=today,
        )  # fmt: skip

    gone, service = PersonFactory(team=tom.team, is_active=False), ServiceFactory(team=tom.team)
    for who in (tom, gone, service, PersonFactory()):
        with pytest.raises(HandoverRefusedError, match="cannot take over"):
            choose(who.pk)
    with pytest.raises(HandoverRefusedError, match="at most"):
        write(row, "x" * 10_001, ana)
    with pytest.raises(HandoverRefusedError, match="day is over"):
        plan(tom.pk, today - timedelta(days=1))
    with pytest.raises(HandoverRefusedError, match="who introduces"):
        plan(None, today)
    with pytest.raises(HandoverRefusedError, match="cannot take over"):
        plan(gone.pk, today)
    plan(tom.pk, today)
    with pytest.raises(HandoverRefusedError, match="introduction is planned"):
        choose(None)
    plan(None, None)
    choose(None)
    with pytest.raises(HandoverRefusedError, match="who takes over first"):
        plan(tom.pk, today)
    with pytest.raises(HandoverRefusedError, match="No introduction"):
        services.settle_introduction(row_id=row.pk, by=ana, now=timezone.now())
    services.finish_handover(handover_id=handover.pk, by=ana, now=timezone.now())
    for act in (lambda: choose(ana.pk), lambda: write(row, "x", ana), lambda: move(handover, ana)):
        with pytest.raises(HandoverRefusedError, match="finished"):
            act()


def test_a_moved_customer_is_not_chosen_for_again(tom, ana, bo):
    customer = owned(tom, "Acme")
    handover = begun(tom, ana)
    move(handover, ana)
    row = row_of(customer)
    other = bo if row.successor == ana else ana
    with pytest.raises(HandoverRefusedError, match="is moved already"):
        services.choose_successor(row_id=row.pk, successor_id=other.pk, version=row.version, by=ana)


def test_finishing_and_its_undo(tom, ana):
    handover = begun(tom, ana)
    client = signed_in(ana)
    response = client.post(f"/handovers/{handover.pk}/finish/", follow=True)
    assert "is finished" in response.text
    client.post(next(iter(response.context["messages"])).extra_tags)
    handover.refresh_from_db()
    assert handover.finished_at is None
    client.post(f"/handovers/{handover.pk}/finish/")
    begun(tom, ana)
    refused = client.post(f"/handovers/{handover.pk}/reopen/", follow=True)
    assert "There is a newer handover" in refused.text


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("handover_customer_only_days_are_known", {"only_days": 7}),
        ("handover_customer_moved_in_a_batch", {"moved_at": timezone.now()}),
        ("introduction_is_planned_at_a_moment", {"introduce_on": date(2026, 3, 1)}),
        ("introduction_settled_was_planned", {"settled_at": timezone.now()}),
    ],
)
def test_the_database_refuses_what_makes_no_sense(tom, name, values):
    handover = begun(tom, tom)
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        HandoverCustomer.objects.create(
            handover=handover, customer=CustomerFactory(), rank=1, **values
        )


def test_the_database_knows_a_customer_once_in_a_handover_and_when_it_was_finished(tom):
    owned(tom, "Acme")
    handover = begun(tom, tom)
    row = HandoverCustomer.objects.get()
    with (
        pytest.raises(IntegrityError, match="customer_is_once_in_a_handover"),
        transaction.atomic(),
    ):
        HandoverCustomer.objects.create(handover=handover, customer=row.customer, rank=2)
    with (
        pytest.raises(IntegrityError, match="handover_finished_by_has_a_moment"),
        transaction.atomic(),
    ):
        Handover.objects.filter(pk=handover.pk).update(finished_by=tom)


# Introductions


def test_introductions_are_spread_over_the_days_until_they_leave(tom, ana):
    for number in range(6):
        owned(tom, f"C{number}", at_risk=number)
    handover = begun(tom, ana, days=20)
    client = signed_in(ana)
    response = client.post(f"/handovers/{handover.pk}/plan/", follow=True)
    rows = list(HandoverCustomer.objects.order_by("rank"))
    days = [row.introduce_on for row in rows]
    assert days == sorted(days)
    assert len(set(days)) == 6
    assert days[0] > timezone.localdate()
    assert days[-1] <= handover.leaves_on
    assert all(day.weekday() < 5 for day in days)
    assert {row.introducer for row in rows} == {tom}
    client.post(next(iter(response.context["messages"])).extra_tags)
    assert not HandoverCustomer.objects.filter(introduce_on__isnull=False).exists()


def test_who_leaves_earlier_than_planned_is_told_of_introductions_that_are_too_late(tom, ana):
    customer = owned(tom, "Acme")
    handover, today = begun(tom, ana), timezone.localdate()
    row = row_of(customer)

    def plan(who: Person, days: int) -> HandoverCustomer:
        return services.plan_introduction(
            row_id=row.pk, introducer_id=who.pk, introduce_on=today + timedelta(days=days),
            version=99, by=ana, now=timezone.now(), today=today,
        )  # fmt: skip

    with pytest.raises(HandoverRefusedError, match="has left by then"):
        plan(tom, 21)
    plan(tom, 10)
    client, path = signed_in(ana), f"/handovers/{handover.pk}/introductions/"
    late = "is planned for after the last day"
    assert late not in client.get(path).text
    Handover.objects.update(leaves_on=today + timedelta(days=5))
    assert late in client.get(path).text
    assert len(client.get(f"{path}?only=late").context["rows"]) == 1
    plan(ana, 10)
    assert late not in client.get(path).text


def test_who_has_left_introduces_nobody(tom, ana):
    owned(tom, "Acme")
    handover = begun(tom, ana, days=-3)
    services.plan_for_all(
        handover_id=handover.pk, by=ana, now=timezone.now(), today=timezone.localdate()
    )
    row = HandoverCustomer.objects.get()
    assert row.introducer == row.successor == ana
    assert row.introduce_on > timezone.localdate()
    assert "Ana Šimić gets in touch" in signed_in(ana).get("/").text


def planned(tom: Person, ana: Person, name: str = "Acme") -> HandoverCustomer:
    customer = owned(tom, name)
    begun(tom, ana)
    row = row_of(customer)
    return services.plan_introduction(
        row_id=row.pk, introducer_id=tom.pk, introduce_on=timezone.localdate(),
        version=row.version, by=ana, now=timezone.now(), today=timezone.localdate(),
    )  # fmt: skip


def due(person: Person) -> list[str]:
    return [one["words"] for one in signed_in(person).get("/").context["introductions"]]


def test_an_introduction_is_on_today_of_both_until_the_new_owner_met_them(tom, ana, bo):
    row = planned(tom, ana)
    words = ["Tomás Ibáñez introduces Ana Šimić"]
    assert due(tom) == due(ana) == words
    assert due(bo) == []
    met(row.customer, tom, 0)
    met(row.customer, ana, 5)
    met(row.customer, ana, 0, kind="email.template")
    assert due(ana) == words
    touchpoint = met(row.customer, ana, 0)
    assert due(ana) == due(tom) == []
    page = signed_in(bo).get(f"/handovers/{row.handover_id}/introductions/").text
    assert "Ana Šimić met them" in page
    delete(touchpoint_id=touchpoint, by=ana, now=timezone.now())
    assert due(ana) == words


def test_an_introduction_is_said_to_be_done_and_undone(tom, ana):
    row = planned(tom, ana)
    client = signed_in(tom)
    path = f"/handovers/customers/{row.pk}/introduction/done/"
    response = client.post(path, headers={"HX-Request": "true"})
    assert "The introduction to Acme is done." in response.text
    assert due(tom) == due(ana) == []
    client.post(response.context["undo_url"])
    assert due(ana)


def test_an_introduction_is_no_loop_and_no_touchpoint(tom, ana):
    row = planned(tom, ana)
    assert not row.customer.loops.exists()
    assert not row.customer.touchpoints.exists()


def test_of_who_went_to_somebody_else_nobody_is_introduced(tom, ana, bo):
    row = planned(tom, ana)
    move(row.handover, ana)
    assert due(row.successor)
    Customer.objects.filter(pk=row.customer_id).update(owner=None)
    assert due(ana) == due(bo) == due(tom) == []


# Where it is seen


def test_the_customers_page_says_for_a_year_what_was_handed_over(tom, ana):
    customer = owned(tom, "Acme")
    handover = begun(tom, ana)
    write(row_of(customer), "<b>Likes</b>\nhandwritten notes", tom)
    path = f"/customers/{customer.pk}/"
    assert "Handed over" not in signed_in(ana).get(path).text
    move(handover, ana)
    page = signed_in(ana).get(path).text
    assert "Tomás Ibáñez handed over today" in page
    assert "&lt;b&gt;Likes&lt;/b&gt;<br>handwritten notes" in page
    HandoverCustomer.objects.update(moved_at=timezone.now() - timedelta(days=366))
    assert "Handed over" not in signed_in(ana).get(path).text


def test_what_was_handed_over_is_seen_after_a_merge(tom, ana):
    keep, absorb = owned(ana, "Keep"), owned(tom, "Absorb")
    handover = begun(tom, ana)
    write(row_of(absorb), "Pays late", tom)
    move(handover, ana)
    merge_customers(keep=keep.pk, absorb=absorb.pk, by=ana, now=timezone.now())
    assert "Pays late" in signed_in(ana).get(f"/customers/{keep.pk}/").text


def test_the_page_of_a_customer_whose_owner_has_left_leads_to_a_handover(tom, ana):
    customer = owned(tom, "Acme")
    client = signed_in(ana)
    assert "Hand over their customers" not in client.get(f"/customers/{customer.pk}/").text
    Person.objects.filter(pk=tom.pk).update(is_active=False)
    page = client.get(f"/customers/{customer.pk}/").text
    assert f'href="/handovers/new/?person={tom.pk}"' in page
    form = client.get(f"/handovers/new/?person={tom.pk}").text
    assert f'<option value="{tom.pk}" selected>' in form
    foreign = owned(PersonFactory(is_active=False), "Foreign", team=tom.team)
    assert "Hand over their" not in client.get(f"/customers/{foreign.pk}/").text


def test_beginning_by_the_form(tom, ana):
    owned(tom, "Acme")
    client = signed_in(ana)
    assert "Choose who leaves." in client.post("/handovers/new/").text
    far = client.post("/handovers/new/", {"person": tom.pk, "leaves_on": "2090-01-01"})
    assert "within two years" in far.text
    foreign = client.post("/handovers/new/", {"person": PersonFactory().pk})
    assert "cannot be chosen" in foreign.text
    day = timezone.localdate() + timedelta(days=9)
    said = {"person": tom.pk, "leaves_on": day.isoformat(), "reason": " New  job "}
    response = client.post("/handovers/new/", said)
    handover = Handover.objects.get()
    assert response.headers["Location"] == f"/handovers/{handover.pk}/customers/"
    assert handover.reason == "New job"
    again = client.post("/handovers/new/", said, follow=True)
    assert "was begun already" in again.text
    later = day + timedelta(days=1)
    client.post(f"/handovers/{handover.pk}/", {"leaves_on": later.isoformat(), "reason": ""})
    handover.refresh_from_db()
    assert (handover.leaves_on, handover.reason) == (later, "")


def test_empty_states(tom):
    client = signed_in(tom)
    assert "Nobody is leaving" in client.get("/handovers/").text
    handover = begun(tom, tom)
    for page in ("customers/", "notes/", "introductions/"):
        assert "No customers to hand over" in client.get(f"/handovers/{handover.pk}/{page}").text
    assert "no customer to hand over" in client.get(f"/handovers/{handover.pk}/summary/").text
    assert "nothing to print" in client.get(f"/handovers/{handover.pk}/print/").text
    owned(tom, "Acme")
    add_customers(handover_id=handover.pk, by=tom, now=timezone.now())
    page = client.get(f"/handovers/{handover.pk}/customers/").text
    assert "Nobody else is in the team" in page
    assert "Nobody else is in their team" in page
    end = client.get(f"/handovers/{handover.pk}/customers/?after=99-999999").text
    assert "No more customers" in end
    client.post(f"/handovers/customers/{row_of(Customer.objects.get()).pk}/note/",
                {"version": 1, "note": "x"})  # fmt: skip
    assert "None of these" in client.get(f"/handovers/{handover.pk}/notes/?only=unwritten").text


@pytest.mark.parametrize(
    "query",
    [
        "after=%00",
        "after=1-",
        "after=-&only=%00",
        "only=nonsense",
        "after=99999999999-1",
        f"after={2**63 - 1}-{2**63 - 1}",
        f"after={2**63}-1",
    ],
)
def test_addresses_that_mean_nothing_show_the_beginning(tom, ana, query):
    owned(tom, "Acme")
    handover = begun(tom, ana)
    page = signed_in(ana).get(f"/handovers/{handover.pk}/customers/?{query}")
    assert len(page.context["rows"]) == 1


def test_the_file_has_everything_and_runs_no_formula(tom, ana):
    customer = owned(tom, "=1+1")
    handover = begun(tom, ana)
    write(row_of(customer), "=HYPERLINK(1)", tom)
    move(handover, ana)
    response = signed_in(ana).get(f"/handovers/{handover.pk}/handover.csv")
    text = response.getvalue().decode()
    assert "'=1+1" in text
    assert "'=HYPERLINK(1)" in text
    assert "Ana Šimić" in text
    assert "handover-tomas-ibanez-" in response["Content-Disposition"]
    assert "=HYPERLINK(1)" in signed_in(ana).get(f"/handovers/{handover.pk}/print/").text


def test_only_an_administrator_is_led_to_set_somebody_inactive(tom, ana):
    handover = begun(tom, ana)
    path, link = f"/handovers/{handover.pk}/summary/", "set them inactive"
    assert link in signed_in(AdministratorFactory()).get(path).text
    for person in (ana, tom, ExecutiveFactory()):
        assert link not in signed_in(person).get(path).text


def test_removing_the_demonstration_takes_its_handovers_along(tom, ana):
    customer = owned(tom, "Acme", is_demo=True)
    handover = begun(tom, ana)
    move(handover, ana)
    remove_demonstration(by=AdministratorFactory())
    assert not Customer.objects.filter(pk=customer.pk).exists()
    assert not HandoverCustomer.objects.exists()


# Hundreds


@pytest.fixture
def five_hundred(tom, ana, bo):
    """Return the handover of somebody with 500 customers."""
    customers = CustomerFactory.create_batch(500, owner=tom, team=tom.team)
    now = timezone.now()
    items = [
        NewTouchpoint(
            type="call.phone",
            customer=customer.pk,
            occurred_at=now - timedelta(days=number % 300 + 1),
            person_id=(tom, ana, bo)[number % 3].pk,
        )
        for number, customer in enumerate(customers)
    ]
    record(source=source_named("test"), items=items, by=tom, now=now)
    return begun(tom, ana)


def test_hundreds_of_customers_take_no_more_queries(
    five_hundred, ana, django_assert_max_num_queries
):
    client, path = signed_in(ana), f"/handovers/{five_hundred.pk}/"
    for post in ("give/", "plan/", "move/"):
        with django_assert_max_num_queries(45):
            client.post(path + post, {"successor": ana.pk})
    assert Customer.objects.filter(owner=ana).count() == 500
    for page in PAGES[:6]:
        with django_assert_max_num_queries(16):
            assert client.get(path + page).status_code == 200
    with django_assert_max_num_queries(16):
        lines = client.get(f"{path}handover.csv").getvalue().decode().strip().splitlines()
    assert len(lines) == 501
    with django_assert_max_num_queries(12):
        client.get("/handovers/")
    with django_assert_max_num_queries(16):
        page = client.get("/")
    assert len(page.context["introductions"]) == 5
    with django_assert_max_num_queries(45):
        client.post(f"{path}undo/3/")
    assert not Customer.objects.filter(owner=ana).exists()


def test_beginning_with_hundreds_takes_no_more_queries(
    five_hundred, tom, ana, django_assert_max_num_queries
):
    Handover.objects.all().delete()
    with django_assert_max_num_queries(20):
        begun(tom, ana)
    given = HandoverCustomer.objects.values_list("successor", flat=True)
    assert len(given) == 500
    assert abs(list(given).count(ana.pk) - 250) <= 63


def test_pages_follow_each_other_by_key(five_hundred, ana):
    client, seen = signed_in(ana), []
    url = f"/handovers/{five_hundred.pk}/notes/"
    while url:
        page = client.get(url)
        seen += [row["pk"] for row in page.context["rows"]]
        url = page.context["next_url"]
    assert len(seen) == len(set(seen)) == 500
