"""Versions of the policy: saved one after the other, read with care, taken back exactly."""

import logging
from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, transaction

from insights.models import PolicyVersion
from insights.scoring import Policy
from insights.scoring.tunables import GROUPS, ORGANISATION_ONLY, POPULATION, UNITS
from insights.selectors.events import kinds_by_type
from insights.selectors.lens import current_lens
from insights.selectors.policy import (
    DEFAULTS,
    TUNABLES,
    Place,
    changes,
    merged,
    policies_from,
    policies_of,
    settings_of,
    version_fields,
)
from insights.services.policy import (
    NothingChangedError,
    PolicyMovedOnError,
    roll_back_to,
    save_policy,
)
from tests.factories import AdministratorFactory

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
HORIZON = Place("everyone", "", "horizon_days")
CARE = Place("everyone", "", "care_half_life")
OF_SEGMENT = Place("segment", "7", "horizon_days")
POINTS = Place("type", "call.phone", "points")


@pytest.fixture
def by():
    return AdministratorFactory()


def test_every_tunable_is_told_in_words_once():
    told = [tunable.name for group in GROUPS for tunable in group.tunables]

    assert sorted(told) == sorted(TUNABLES)
    assert {*ORGANISATION_ONLY, *POPULATION} <= set(TUNABLES)
    assert {tuned.metadata["unit"] for tuned in TUNABLES.values()} <= set(UNITS)
    assert all(tunable.label and tunable.meaning for group in GROUPS for tunable in group.tunables)


def test_settings_survive_being_kept_in_a_version():
    settings = {HORIZON: 30.0, OF_SEGMENT: 20.0, POINTS: 3.0}

    assert settings_of(PolicyVersion(**version_fields(settings))) == settings


def test_segment_differs_from_everyone_only_where_it_says_so():
    policies = policies_from({HORIZON: 30.0, OF_SEGMENT: 20.0, CARE: 50.0})

    assert policies.of(0).horizon_days == policies.of(8).horizon_days == 30
    assert policies.of(7).horizon_days == 20
    assert policies.of(7).care_half_life == 50


def test_segment_that_says_the_same_has_no_policy_of_its_own():
    assert policies_from({HORIZON: 30.0, OF_SEGMENT: 30.0}).by_segment == {}


@pytest.mark.parametrize(
    ("values", "kept"),
    [
        ({"gone_with_the_upgrade": 3, "horizon_days": 30}, {"horizon_days": 30}),
        ({"horizon_days": -1, "care_half_life": 50}, {"care_half_life": 50}),
        ({"horizon_days": "many", "care_half_life": 50}, {"care_half_life": 50}),
        ({"horizon_days": None, "care_half_life": 50}, {"care_half_life": 50}),
        ({"steady_from": 90, "band_margin": 2}, {"band_margin": 2}),
        ({"served_weight": 0.9, "gap_memory": 0.5}, {"gap_memory": 0.5}),
        ([1, 2], {}),
    ],
)
def test_broken_version_falls_back_tunable_by_tunable_and_says_so(values, kept, caplog):
    with caplog.at_level(logging.ERROR):
        policies = policies_of(PolicyVersion(values=values))

    assert policies.everyone == Policy.from_json(kept)
    assert caplog.records


def test_broken_segment_and_type_fall_back_alone(caplog):
    version = PolicyVersion(
        values={"horizon_days": 30},
        segments={"7": {"hyper_customers": 3, "steady_from": 30, "nonsense": 1}, "x": 3},
        types={"call.phone": {"points": -4, "care": 2}, "visit": 9},
    )

    policies = policies_of(version)

    assert policies.of(7) == Policy(horizon_days=30, steady_from=30)
    assert policies.types["call.phone"] == {"care": 2.0}
    assert len(caplog.records) >= 4


@pytest.mark.django_db
def test_scoring_goes_on_with_a_broken_version():
    PolicyVersion.objects.create(
        values={"horizon_days": "x", "unheard_of": 1}, types={"call.phone": {"severity": 0}}
    )

    lens = current_lens()

    assert lens.policy == Policy()
    assert len(lens.kinds) > 10


@pytest.mark.django_db
def test_policy_goes_before_the_catalogue(by):
    save_policy(settings={POINTS: 3.5}, based_on=0, note="", by=by)

    kinds, row_of_type = kinds_by_type()

    assert 3.5 in kinds.points
    assert 3.5 not in kinds_by_type({})[0].points
    assert len(row_of_type) == len(kinds)


@pytest.mark.django_db
def test_saving_adds_a_version_that_follows_the_newest(by):
    first = save_policy(settings={HORIZON: 30.0}, based_on=0, note="Shorter", by=by)
    second = save_policy(settings={CARE: 50.0}, based_on=first.pk, note="", by=by)

    assert (first.values, first.note, first.created_by) == ({"horizon_days": 30.0}, "Shorter", by)
    assert second.based_on == first
    assert current_lens().policy == Policy(care_half_life=50.0)
    assert current_lens().policy_version == second.pk


@pytest.mark.django_db
def test_two_administrators_do_not_overwrite_each_other(by):
    first = save_policy(settings={HORIZON: 30.0}, based_on=0, note="", by=by)

    with pytest.raises(PolicyMovedOnError) as refusal:
        save_policy(settings={HORIZON: 40.0}, based_on=0, note="", by=AdministratorFactory())

    assert refusal.value.newest == first
    assert PolicyVersion.objects.count() == 1


@pytest.mark.django_db
def test_database_refuses_two_successors_of_one_version(by):
    first = save_policy(settings={HORIZON: 30.0}, based_on=0, note="", by=by)
    PolicyVersion.objects.create(based_on=first)

    with pytest.raises(IntegrityError), transaction.atomic():
        PolicyVersion.objects.create(based_on=first)


@pytest.mark.django_db
def test_saving_what_is_in_use_is_refused(by):
    first = save_policy(settings={HORIZON: 30.0}, based_on=0, note="", by=by)

    with pytest.raises(NothingChangedError):
        save_policy(settings={HORIZON: 30.0}, based_on=first.pk, note="", by=by)
    with pytest.raises(NothingChangedError):
        roll_back_to(version=first.pk, based_on=first.pk, by=by)


@pytest.mark.django_db
def test_rollback_is_exact_and_history_stays(by):
    settings = {HORIZON: 30.0, OF_SEGMENT: 20.0, POINTS: 3.0}
    first = save_policy(settings=settings, based_on=0, note="", by=by)
    second = save_policy(settings={CARE: 50.0}, based_on=first.pk, note="", by=by)

    third = roll_back_to(version=first.pk, based_on=second.pk, by=by)
    fourth = roll_back_to(version=0, based_on=third.pk, by=by)

    assert settings_of(third) == settings
    assert third.note == f"Back to version {first.pk}"
    assert settings_of(fourth) == {}
    assert PolicyVersion.objects.count() == 4


def test_changes_of_different_tunables_are_put_together():
    merge = merged({HORIZON: 30.0}, {HORIZON: 30.0, CARE: 50.0}, {POINTS: 3.0})

    assert merge.settings == {CARE: 50.0, POINTS: 3.0}
    assert merge.both == []


def test_both_changing_one_tunable_is_told():
    merge = merged({}, {HORIZON: 60.0, CARE: 50.0}, {HORIZON: 30.0, CARE: 50.0})

    assert merge.settings == {HORIZON: 30.0, CARE: 50.0}
    assert [(theirs.new, mine.new) for theirs, mine in merge.both] == [(60.0, 30.0)]


def test_changes_name_what_was_and_what_is():
    found = changes({HORIZON: 30.0, CARE: 50.0}, {CARE: 60.0, POINTS: 1.0})

    assert {(c.place, c.old, c.new) for c in found} == {
        (HORIZON, 30.0, None), (CARE, 50.0, 60.0), (POINTS, None, 1.0),
    }  # fmt: skip


def test_defaults_are_what_hearth_ships():
    assert Policy(**DEFAULTS) == Policy()
