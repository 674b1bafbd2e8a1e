"""Who is in the demonstration, and what their diaries say; nothing here needs a database."""

import re
from collections import Counter, defaultdict
from datetime import UTC, date, timedelta
from zoneinfo import ZoneInfo

import pytest

from insights.demo import build
from insights.demo.days import Calendar
from insights.demo.people import COLLEAGUES, TEAMS
from insights.demo.stories import STORIES, attention, departures, failures, kept, walls
from insights.demo.texts.mailings import SECOND_TEMPLATE, TEMPLATE
from interactions.catalogue import DEFAULT_TYPES
from interactions.fingerprints import fingerprint
from interactions.services.templates import CUSTOMERS_OF_A_TEMPLATE

TODAY = date(2026, 3, 4)
CALENDAR = Calendar(TODAY, ZoneInfo("Europe/Berlin"))
KINDS = {kind.key: kind for kind in DEFAULT_TYPES}
FICTION = re.compile(r"\+(493023125|494066969|492214710|496990009|498999998|442079460)\d{3}")


@pytest.fixture(scope="module")
def cast():
    return build.profiles(build.SEED)


@pytest.fixture(scope="module")
def entries(cast):
    return list(build.entries(cast, CALENDAR, build.SEED))


def test_same_seed_and_day_give_the_same_to_the_byte(cast, entries):
    again = build.entries(build.profiles(build.SEED), CALENDAR, build.SEED)

    assert list(map(repr, again)) == list(map(repr, entries))


def test_another_seed_gives_another_organisation(cast):
    names = {profile.name for profile, _ in cast}

    assert {profile.name for profile, _ in build.profiles(build.SEED + 1)} != names


def test_about_400_customers_in_six_teams(cast):
    teams = Counter(profile.team for profile, _ in cast)

    assert len(cast) == 400
    assert set(teams) == set(TEAMS)
    assert min(teams.values()) > 20
    assert len({profile.name for profile, _ in cast}) == len(cast)


def test_every_story_function_is_told(cast):
    told = {story.tell for story in STORIES}
    written = {
        function
        for module in (attention, departures, failures, kept, walls)
        for name, function in vars(module).items()
        if callable(function)
        and function.__module__ == module.__name__
        and not name.startswith("_")
    }

    assert told == written


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_story_has_several_customers_and_its_lead(cast, story):
    names = [profile.name for profile, its in cast if its is story]

    assert names[0] == story.lead
    assert len(names) == story.customers >= 5
    assert story.sentence.endswith((".", "!"))


def test_nothing_is_in_the_future_nor_older_than_three_years(entries):
    moments = [entry.at for entry in entries]

    assert max(moments) < CALENDAR.ends_at
    assert min(moments) > CALENDAR.ends_at - timedelta(days=1101)
    assert all(moment.tzinfo is UTC for moment in moments)


def test_people_meet_in_office_hours_on_working_days(entries):
    met = [
        entry.at.astimezone(CALENDAR.zone) for entry in entries if KINDS[entry.type].mode == "human"
    ]

    assert all(local.weekday() < 5 and 8 <= local.hour < 18 for local in met)
    assert not any((local.month, local.day) in {(12, 25), (1, 1), (5, 1)} for local in met)


def test_christmas_is_quiet(entries):
    days = Counter(entry.at.date() for entry in entries if entry.at.weekday() < 5)
    christmas = [count for day, count in days.items() if (day.month, day.day) >= (12, 27)]

    assert max(christmas) < sum(days.values()) / len(days)


def test_human_touchpoints_halve_and_digital_ones_more_than_double(entries):
    def count(mode, first_month, last_month):
        return sum(
            KINDS[entry.type].mode == mode
            and first_month <= (CALENDAR.ends_at - entry.at).days // 30 < last_month
            for entry in entries
        )

    assert 0.35 < count("human", 0, 6) / count("human", 29, 35) < 0.65
    assert 2.0 < count("digital", 0, 6) / count("digital", 29, 35) < 3.5


def test_north_fell_behind_its_own_wall_since_the_branch_closed(cast, entries):
    north = {profile.key for profile, _ in cast if profile.team == "North"}

    def human_share(first, last):
        modes = Counter(
            KINDS[entry.type].mode
            for entry in entries
            if entry.customer in north and first <= (CALENDAR.ends_at - entry.at).days < last
        )
        return modes["human"] / (modes["human"] + modes["digital"])

    assert human_share(0, 180) < 0.65 * human_share(300, 480)


def test_people_and_contacts_are_unreachable(cast):
    contacts = [someone for profile, _ in cast for someone in profile.contacts]

    assert all(someone.email.endswith(".example.org") for someone in contacts)
    assert all(someone.email.isascii() and " " not in someone.email for someone in contacts)
    assert all(FICTION.fullmatch(someone.phone) for someone in contacts)
    assert all(colleague.email.endswith("@demo.example.com") for colleague in COLLEAGUES)
    assert len({someone.email for someone in contacts}) == len(contacts)
    assert len({someone.phone for someone in contacts}) == len(contacts)


def test_texts_can_be_shown(entries):
    texts = [entry.text for entry in entries]

    assert all(text == text.strip() for text in texts)
    assert not any(re.search(r"[\x00-\x09\x0b-\x1f{}]|None", text) for text in texts)
    assert all(text.encode() for text in texts if text)
    assert len(set(texts)) > 5_000


def test_only_what_was_sent_to_many_is_a_template(entries):
    recipients = defaultdict(set)
    for entry in entries:
        kind = KINDS[entry.type]
        if kind.points > 0 and kind.direction == 1 and (number := fingerprint(entry.text)):
            recipients[number].add(entry.customer)
    found = {number for number, who in recipients.items() if len(who) >= CUSTOMERS_OF_A_TEMPLATE}

    assert found == {
        fingerprint(text.format(who="Ana", us="Tom")) for text in (TEMPLATE, SECOND_TEMPLATE)
    }


def test_who_left_us_meets_nobody_afterwards(entries):
    left = {one.key: one.left_ago for one in COLLEAGUES if one.left_ago}
    after = [
        entry
        for entry in entries
        if entry.person in left and (CALENDAR.ends_at - entry.at).days < left[entry.person] - 7
    ]

    assert not after


def test_closing_names_an_earlier_touchpoint_of_the_same_customer(entries):
    openers = {entry.external_id: entry for entry in entries}
    for entry in entries:
        if entry.closes:
            opener = openers[entry.closes]
            assert opener.customer == entry.customer
            assert opener.at < entry.at
