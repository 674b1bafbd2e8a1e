"""Each story, recorded and scored, ends where it should."""

from collections import Counter
from datetime import UTC, date, datetime
from statistics import median

import pytest
from django.db import transaction

from insights import demo
from insights.demo import build
from insights.demo.stories import STORIES
from insights.models import Band, Reading
from insights.services.drain import drain
from insights.services.nightly import read_everyone_again
from interactions.models import Loop, LoopKind, Touchpoint, TouchpointType
from tests.factories import months_counted

NEAR, STEADY, COOLING, DRIFTING, GONE = Band.values[1:]
FAR = {COOLING, DRIFTING, GONE}
TODAY = date(2026, 3, 4)
NOW = datetime(2026, 3, 4, 9, tzinfo=UTC)
LEADS = {story.name: story.lead for story in STORIES}

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def organisation(django_db_setup, django_db_blocker):
    """Load and score the whole demonstration once for all tests here."""
    with django_db_blocker.unblock():
        outer = transaction.atomic()
        outer.__enter__()
        demo.load_demonstration(today=TODAY)
        while drain(now=NOW):
            pass
        read_everyone_again(now=NOW)
        while drain(now=NOW):
            pass
        yield
        transaction.set_rollback(True)
        outer.__exit__(None, None, None)


@pytest.fixture
def readings(organisation):
    """Return the readings of each story, by the name of its function."""
    told = {profile.name: story.name for profile, story in build.profiles(build.SEED)}
    found: dict[str, list[Reading]] = {}
    for reading in Reading.objects.select_related("customer", "team"):
        found.setdefault(told[reading.customer.name], []).append(reading)
    return found


@pytest.fixture
def lead(readings):
    """Return a function that gives the reading of a story's lead."""

    def lead_of(story: str) -> Reading:
        (reading,) = (one for one in readings[story] if one.customer.name == LEADS[story])
        return reading

    return lead_of


@pytest.mark.parametrize(
    ("story", "bands"),
    [
        ("ordinary", {NEAR, STEADY}),
        ("quiet_self_service", {NEAR, STEADY}),
        ("open_house", {NEAR, STEADY}),
        ("handshake_only", {NEAR, STEADY}),
        ("handwritten_notes", {NEAR, STEADY}),
        ("calls_twice_a_year", {NEAR, STEADY}),
        ("coffee_with_an_executive", {NEAR, STEADY}),
        ("promises_kept", {NEAR, STEADY}),
        ("seasonal", {NEAR, STEADY}),
        ("made_right_in_a_day", {NEAR, STEADY}),
        ("handed_over", {NEAR, STEADY}),
        ("known_to_one_of_us", {NEAR, STEADY}),
        ("newly_won", {NEAR, STEADY}),
        ("won_back", {NEAR, STEADY}),
        ("courted_lead", {NEAR, STEADY}),
        ("walled_off", {COOLING, DRIFTING}),
        ("never_made_right", {COOLING, DRIFTING}),
        ("their_person_left", {COOLING, DRIFTING}),
        ("slowly_drifting", {COOLING, DRIFTING}),
        ("suddenly_silent", {DRIFTING, GONE}),
        ("gone_for_a_year", {GONE}),
        ("left_us", {GONE}),
        ("never_contacted", {Band.UNKNOWN}),
    ],
)
def test_story_ends_in_its_band(lead, readings, story, bands):
    assert lead(story).band in bands
    inside = sum(reading.band in bands for reading in readings[story])
    assert inside >= 0.6 * len(readings[story])


def test_quiet_customer_is_near_although_nobody_calls(lead):
    reading = lead("quiet_self_service")

    assert reading.doors < 5
    assert reading.served > 0.6
    assert reading.style == 3


@pytest.mark.parametrize(
    ("story", "has_doors", "has_windows"),
    [
        ("open_house", True, True),
        ("handshake_only", True, False),
        ("through_the_glass", False, True),
        ("walled_off", False, False),
    ],
)
def test_four_quarters(readings, lead, story, has_doors, has_windows):
    assert (lead(story).doors >= 40, lead(story).windows >= 40) == (has_doors, has_windows)
    doors = median(reading.doors for reading in readings[story])
    windows = median(reading.windows for reading in readings[story])
    assert (doors >= 40, windows >= 40) == (has_doors, has_windows)


def test_campaigns_are_noise(lead, readings):
    reading = lead("buried_under_campaigns")

    assert reading.noise > 0.3
    assert reading.care_said > 5 * reading.care_shown
    assert max(one.noise for one in readings["ordinary"]) < 0.1


def test_failure_never_made_right_does_not_heal(readings):
    assert min(reading.unhealed for reading in readings["never_made_right"]) > 0.3
    assert all(reading.part_unhealed > 0 for reading in readings["never_made_right"])


def test_failure_made_right_in_a_day_has_healed(readings):
    assert {reading.unhealed for reading in readings["made_right_in_a_day"]} == {0}
    assert min(reading.care_shown for reading in readings["made_right_in_a_day"]) > 4


def test_broken_promises_stay_open_and_kept_ones_are_care(readings, lead):
    overdue = Loop.objects.filter(kind=LoopKind.PROMISE, closed_at=None, due_at__lt=NOW)

    assert overdue.filter(customer__name=LEADS["promises_broken"]).count() == 3
    assert not overdue.filter(customer__name=LEADS["promises_kept"]).exists()
    assert lead("promises_kept").care > 0.5
    assert lead("promises_broken").unhealed > 0


def test_being_asked_again_hurts(readings):
    assert min(reading.hurt for reading in readings["asked_again"]) > 1


def test_warmth_falls_when_their_person_leaves(readings):
    for reading in readings["their_person_left"]:
        assert reading.warmth < reading.baseline
        assert not reading.owner.is_active
    assert all(reading.owner.is_active for reading in readings["handed_over"])


def test_branch_that_closed_took_the_north_with_it(readings):
    assert {reading.team.name for reading in readings["branch_closed"]} == {"North"}
    assert min(reading.cooling for reading in readings["branch_closed"]) > 0.15
    assert sum(one.band in FAR for one in readings["branch_closed"]) > 0.4 * len(
        readings["branch_closed"]
    )
    far, everyone = Counter(), Counter()
    for reading in Reading.objects.select_related("team"):
        everyone[reading.team.name] += 1
        far[reading.team.name] += reading.band in FAR
    shares = {team: far[team] / everyone[team] for team in everyone}
    assert max(shares, key=shares.get) == "North"
    assert shares["North"] > 0.3


def test_what_comes_through_others_is_seen(readings):
    shares = [reading.via_share_now for reading in readings["intermediated"]]

    assert min(shares) > 0.4
    assert {reading.via_share_now for reading in readings["open_house"]} == {0}


def test_same_personal_note_to_many_is_found_by_its_text(organisation):
    flagged = Touchpoint.objects.filter(is_template=True)

    assert flagged.count() > 40
    assert set(flagged.values_list("type__key", flat=True)) == {"email.personal"}
    told = {profile.name: story.name for profile, story in build.profiles(build.SEED)}
    names = flagged.values_list("customer__name", flat=True).distinct()
    assert {told[name] for name in names} == {"same_template_to_many"}


def test_questions_stay_unanswered(organisation, readings):
    customers = [reading.customer_id for reading in readings["questions_unanswered"]]
    waiting = Loop.objects.filter(kind=LoopKind.QUESTION, closed_at=None, due_at__lt=NOW)

    assert waiting.filter(customer__in=customers).count() > 0.8 * waiting.count()


def test_leads_get_more_attention_than_forgotten_customers(readings):
    human = TouchpointType.objects.filter(mode="human")

    def talks(story):
        customers = [reading.customer_id for reading in readings[story]]
        recent = Touchpoint.objects.filter(customer__in=customers, type__in=human)
        return recent.filter(occurred_at__gte=datetime(2025, 9, 4, tzinfo=UTC)).count() / len(
            customers
        )

    assert talks("courted_lead") > 20 * talks("forgotten_customer")


def test_one_person_knows_them(readings):
    def who_knows(story):
        for reading in readings[story]:
            people = Touchpoint.objects.filter(
                customer=reading.customer_id, person__isnull=False
            ).values("person")
            yield people.distinct().count()

    assert set(who_knows("known_to_one_of_us")) == {1}
    assert min(who_knows("ordinary")) > 1


def test_something_is_due_today_and_this_week(organisation):
    waiting = Loop.objects.filter(closed_at=None, due_at__gte=NOW)

    assert waiting.count() > 3


def test_most_are_near_and_a_quarter_is_far(readings):
    bands = Counter(reading.band for reading in Reading.objects.all())

    assert sum(bands.values()) == 400
    assert bands[NEAR] > 180
    assert 80 < sum(bands[band] for band in FAR) < 140
    assert bands[Band.UNKNOWN] == 5


def test_wall_stands_in_the_rollups(organisation):
    modes = dict(TouchpointType.objects.values_list("pk", "mode"))
    counts: Counter[tuple[int, str]] = Counter()
    for month in months_counted():
        counts[month.month.year, modes[month.type_id]] += month.count

    def human_share(year):
        return counts[year, "human"] / (counts[year, "human"] + counts[year, "digital"])

    assert human_share(2023) > 0.5
    assert human_share(2026) < 0.3
