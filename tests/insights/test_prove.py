"""Working a proof out: stored whole, started once, started again after an interruption."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from django.db import IntegrityError, transaction

from insights import tasks
from insights.models import PolicyVersion, Proof, ProofCase
from insights.scoring import Silence
from insights.scoring.proof import Group, cut_offs
from insights.scoring.proof.rollcall import roll_calls
from insights.selectors.events import events_of
from insights.selectors.lens import current_lens
from insights.selectors.proof import Question, Results, proof_is_due, proof_standing
from insights.services import prove as service
from insights.services.prove import TooManyProofsError, start_proof, work_out
from interactions.services import merge_customers
from relationships.models import Customer
from tests.factories import AdministratorFactory, CustomerFactory, SegmentFactory
from tests.insights.made_up_proof import live_through

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
QUESTION = Question(window_days=240, horizon_days=30, budget_percent=10)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def few_draws(monkeypatch):
    monkeypatch.setattr("insights.scoring.proof.chance.DRAWS", 4)


@pytest.fixture
def customers() -> list[Customer]:
    segment = SegmentFactory(name="Bakeries")
    customers = [CustomerFactory(segment=segment if n % 2 else None) for n in range(30)]
    live_through(customers, AdministratorFactory(), NOW)
    return customers


def proven(question: Question = QUESTION, now: datetime = NOW) -> Results:
    run, is_new = start_proof(question=question, by=None, now=now)
    assert is_new
    work_out(proof_id=run.pk)
    results = proof_standing(question).results
    assert results is not None
    return results


def test_the_numbers_stored_are_those_counted_from_raw_touchpoints(customers):
    results = proven()

    numbers = results.numbers
    lens = current_lens()
    ids = np.array([one.pk for one in customers])
    events, _ = events_of(ids, lens.row_of_type)
    cut = numbers.last_cut
    end = cut + QUESTION.horizon_days
    known = silent = 0
    for number in range(len(ids)):
        at = events.at[events.offsets[number] : events.offsets[number + 1]]
        way = events.direction[events.offsets[number] : events.offsets[number + 1]]
        kind = events.kind[events.offsets[number] : events.offsets[number + 1]]
        heard = at[(way != 1) | lens.kinds.purchase[kind]]
        before = heard[heard < cut]
        if len(before) and cut - before.max() < QUESTION.horizon_days:
            known += 1
            silent += not ((heard >= cut) & (heard < end)).any()
    group = Group(
        np.arange(len(ids)), events, lens.kinds, lens.policy, np.zeros(len(ids), dtype=np.int8)
    )
    assert results.customers == results.customers_in_all == len(ids)
    newest = numbers.months[-1]
    if newest.weeks == 1:
        assert newest.flagged + newest.others == known
        assert newest.flagged_silent + newest.others_silent == silent
    assert numbers.first_cut == cut_offs(float(events.at.min()), _days(NOW), 240.0, 30.0)[0]
    assert next(roll_calls([group], lens.policy, [cut], lambda moment: Silence.prior()))


def _days(moment: datetime) -> float:
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(days=1)


def test_the_cases_stored_are_those_counted(customers):
    numbers = proven().numbers

    proof = proof_standing(QUESTION).proof
    for month in numbers.months:
        cases = ProofCase.objects.filter(
            proof=proof, month__year=1970 + month.month // 12, month__month=month.month % 12 + 1
        )
        flagged = cases.filter(is_flagged=True)
        assert flagged.count() == month.flagged
        assert flagged.filter(is_silent=True).count() == month.flagged_silent
        assert cases.filter(is_flagged=False, is_silent=True).count() == month.others_silent
        assert not cases.filter(is_flagged=False, is_silent=False).exists()
    for case in ProofCase.objects.all():
        assert case.cut_on.weekday() == 0
        assert (case.cut_on.year, case.cut_on.month) == (case.month.year, case.month.month)
        assert 0 <= case.silence <= 1
        assert 0 <= case.distance <= 100


def test_what_happened_after_the_last_horizon_changes_nothing(customers):
    before = proven().to_json()
    live_through(customers[:5], AdministratorFactory(), NOW + timedelta(days=40), days=38)

    assert proven().to_json() == before


def test_segments_with_a_policy_of_their_own_are_read_with_it(customers):
    before = proven()
    segment = customers[1].segment_id
    PolicyVersion.objects.create(segments={str(segment): {"connection_half_life": 5.0}})

    after = proven()

    assert after.numbers.months[0].others == before.numbers.months[0].others
    assert after.numbers.kinds[0].auc == before.numbers.kinds[0].auc
    assert after.numbers.kinds[0].connection != before.numbers.kinds[0].connection


def test_too_little_history_is_said_with_what_would_be_enough():
    live_through(CustomerFactory.create_batch(2), AdministratorFactory(), NOW, days=60)

    results = proven(Question(365, 90, 5))

    assert results.numbers is None
    assert results.days_missing > 70
    assert 10 < results.longest_horizon < 40
    possible = Question(365, results.longest_horizon, 5)
    assert proven(possible).numbers is not None
    later = NOW + timedelta(days=results.days_missing)
    assert proven(Question(365, 90, 5), now=later).numbers is not None


def test_without_any_customer_there_is_too_little_history():
    assert proven().numbers is None


def test_a_finished_proof_is_left_alone(customers):
    proven()
    proof = Proof.objects.get()
    work_out(proof_id=proof.pk)
    work_out(proof_id=proof.pk + 1)
    assert Proof.objects.get().moved_at == proof.moved_at


def test_working_out_twice_at_once_stores_it_once(customers, monkeypatch):
    run, _ = start_proof(question=QUESTION, by=None, now=NOW)
    store = service._store

    def other_worker_was_quicker(*found):
        store(*found)
        store(*found)

    monkeypatch.setattr(service, "_store", other_worker_was_quicker)
    work_out(proof_id=run.pk)

    months = proof_standing(QUESTION).results.numbers.months
    assert ProofCase.objects.filter(is_flagged=True).count() == sum(m.flagged for m in months)


def test_a_newer_proof_replaces_the_older_with_its_cases(customers):
    proven()
    proven(now=NOW + timedelta(hours=1))
    assert Proof.objects.count() == 1
    assert {case.proof_id for case in ProofCase.objects.all()} == {Proof.objects.get().pk}


def test_another_question_is_kept_for_a_month(customers):
    proven()
    proven(Question(240, 60, 10), now=NOW + timedelta(days=1))
    assert Proof.objects.count() == 2
    Proof.objects.filter(horizon_days=30).update(created_at=NOW - timedelta(days=60))
    proven(Question(240, 90, 10), now=NOW + timedelta(days=2))
    assert set(Proof.objects.values_list("horizon_days", flat=True)) == {60, 90}


def test_who_asks_while_it_runs_gets_the_same_run():
    run, is_new = start_proof(question=QUESTION, by=None, now=NOW)
    again, is_new_again = start_proof(question=QUESTION, by=None, now=NOW + timedelta(minutes=1))
    assert is_new
    assert not is_new_again
    assert again.pk == run.pk


def test_a_run_that_does_not_move_can_be_started_again():
    run, _ = start_proof(question=QUESTION, by=None, now=NOW)
    later = NOW + timedelta(minutes=4)
    assert not proof_standing(QUESTION).is_running(later)
    again, is_new = start_proof(question=QUESTION, by=None, now=later)
    assert is_new
    assert again.pk != run.pk


def test_no_more_than_a_few_run_at_once():
    for horizon in (20, 30, 40):
        start_proof(question=Question(240, horizon, 5), by=None, now=NOW)
    with pytest.raises(TooManyProofsError):
        start_proof(question=Question(240, 50, 5), by=None, now=NOW)


def test_what_went_wrong_is_said_and_raised(customers, monkeypatch):
    run, _ = start_proof(question=QUESTION, by=None, now=NOW)
    monkeypatch.setattr(service, "prove", lambda *given: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        work_out(proof_id=run.pk)
    run.refresh_from_db()
    assert "log of the workers" in run.problem
    assert not proof_standing(QUESTION).is_running(NOW)


def test_progress_is_told_on_the_way(customers, monkeypatch):
    shares = []
    monkeypatch.setattr(service, "_move", lambda proof, share: shares.append(share))
    proven()
    assert shares == sorted(shares)
    assert shares[0] == pytest.approx(0.4)
    assert shares[-1] == pytest.approx(1.0)


def test_of_very_many_customers_some_are_chosen_by_chance(customers, monkeypatch):
    monkeypatch.setattr(service, "MOST_CUSTOMERS", 20)
    results = proven()
    assert (results.customers, results.customers_in_all) == (20, 30)


def test_who_was_merged_into_another_is_not_counted_beside_them(customers):
    merge_customers(
        keep=customers[0].pk, absorb=customers[1].pk, by=AdministratorFactory(), now=NOW
    )

    results = proven()

    assert results.customers == results.customers_in_all == len(customers) - 1


def test_the_usual_proof_is_kept_fresh(customers, monkeypatch):
    assert proof_is_due(Question(), NOW)
    tasks.keep_proof()
    assert proof_standing(Question()).results.numbers is not None
    proof = Proof.objects.get()
    assert not proof_is_due(Question(), proof.as_of + timedelta(hours=23))
    assert proof_is_due(Question(), proof.as_of + timedelta(hours=25))
    tasks.keep_proof()
    assert Proof.objects.get().pk == proof.pk


def test_what_another_hearth_wrote_counts_as_no_proof():
    Proof.objects.create(as_of=NOW, results={"auc": 1}, **QUESTION.fields)
    assert proof_standing(QUESTION).proof is None
    assert proof_is_due(QUESTION, NOW)


@pytest.mark.parametrize("wrong", [{"horizon_days": 0}, {"window_days": 30}, {"budget_percent": 0}])
def test_a_question_without_an_answer_cannot_be_stored(wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        Proof.objects.create(as_of=NOW, **(QUESTION.fields | wrong))


def test_events_are_loaded_in_pieces_as_they_are_at_once(customers, monkeypatch):
    whole = proven().to_json()
    monkeypatch.setattr(service, "CHUNK", 7)
    assert proven().to_json() == whole
