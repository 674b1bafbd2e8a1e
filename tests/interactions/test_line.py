"""What is understood of a line: words, moments, lengths, promises."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interactions.line import LONGEST_LINE, hear
from interactions.line.vocabulary import _PAST, ABOUT, TO_MEET, VOCABULARY, _phrases
from interactions.models import LoopKind

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)  # a Wednesday
ZONE = ZoneInfo("Europe/Warsaw")


def heard(line: str):
    return hear(line, now=NOW, zone=ZONE)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("coffee Ana Acme", "meeting.in_person"),
        ("Mittagessen mit Ana von Acme", "meeting.in_person"),
        ("déjeuner avec Chloé", "meeting.in_person"),
        ("call Acme", "call.phone"),
        ("Telefonat Acme", "call.phone"),
        ("video call with Acme", "meeting.video"),
        ("called Acme, no answer", "call.attempt"),
        ("Acme nicht erreicht", "call.attempt"),
        ("email to Acme", "email.personal"),
        ("email from Acme", "email.received"),
        ("late delivery Acme", "order.late"),
        ("Acme complained about the invoice", "complaint"),
        ("call Acme, late delivery", "call.phone"),
        ("mødtes med Acme", "meeting.in_person"),
        ("møde med Acme", "meeting.in_person"),
        ("ringede til Acme", "call.phone"),
        ("skrev til Acme", "email.personal"),
        ("besøgte Acme", "visit"),
        ("Anruf Mode Müller", "call.phone"),
        ("Mode Müller", ""),
        ("Acme", ""),
    ],
)
def test_words_say_what_happened(line, kind):
    assert heard(line).type == kind


@pytest.mark.parametrize(
    ("line", "kind", "severity"),
    [
        ("Acme delivery badly late", "order.late", 8),
        ("a bit late, Acme", "order.late", 1),
        ("Acme much too late", "order.late", 8),
        ("Acme viel zu spät", "order.late", 8),
        ("Acme un peu en retard", "order.late", 1),
        ("Acme très en retard", "order.late", 8),
        ("serious complaint from Acme", "complaint", 8),
        ("minor outage Acme", "service.outage", 1),
        ("late delivery Acme", "order.late", None),
        ("call Acme, badly late", "call.phone", None),
        ("very happy Acme", "", None),
    ],
)
def test_words_before_a_failure_say_how_bad_it_was(line, kind, severity):
    assert (heard(line).type, heard(line).severity) == (kind, severity)


def test_how_bad_is_no_part_of_a_name_and_a_name_keeps_its_words():
    assert heard("Acme badly late").names == ("Acme",)
    assert heard("call Very Big Little Bakery").names == ("Very Big Little Bakery",)


@pytest.mark.parametrize(
    ("words", "at"),
    [
        ("yesterday", "2026-03-03T13:00"),
        ("yesterday 14:30", "2026-03-03T14:30"),
        ("gestern 14:30", "2026-03-03T14:30"),
        ("hier", "2026-03-03T13:00"),
        ("ayer", "2026-03-03T13:00"),
        ("wczoraj", "2026-03-03T13:00"),
        ("last friday", "2026-02-27T13:00"),
        ("on friday at 3pm", "2026-02-27T15:00"),
        ("3 days ago", "2026-03-01T13:00"),
        ("three days ago", "2026-03-01T13:00"),
        ("vor drei Tagen", "2026-03-01T13:00"),
        ("hace tres dias", "2026-03-01T13:00"),
        ("trzy dni temu", "2026-03-01T13:00"),
        ("gestern um 9 Uhr", "2026-03-03T09:00"),
        ("vor 3 Tagen", "2026-03-01T13:00"),
        ("2 Mar", "2026-03-02T13:00"),
        ("24.12.", "2025-12-24T13:00"),
        ("12.11.2025", "2025-11-12T13:00"),
        ("24/2", "2026-02-24T13:00"),
        ("2026-02-20", "2026-02-20T13:00"),
        ("today 9:15", "2026-03-04T09:15"),
        ("a week ago", "2026-02-25T13:00"),
        ("last week", "2026-02-25T13:00"),
        ("vor einer Woche", "2026-02-25T13:00"),
        ("il y a une semaine", "2026-02-25T13:00"),
        ("for en uge siden", "2026-02-25T13:00"),
        ("tydzień temu", "2026-02-25T13:00"),
        ("an hour ago", "2026-03-04T12:00"),
        ("il y a 3h", "2026-03-04T10:00"),
        ("i går", "2026-03-03T13:00"),
        ("i mandags", "2026-03-02T13:00"),
        ("this morning", "2026-03-04T09:00"),
        ("heute Morgen", "2026-03-04T09:00"),
        ("ce matin", "2026-03-04T09:00"),
        ("esta mañana", "2026-03-04T09:00"),
        ("stamattina", "2026-03-04T09:00"),
        ("vanmorgen", "2026-03-04T09:00"),
        ("i morse", "2026-03-04T09:00"),
        ("i morges", "2026-03-04T09:00"),
        ("dziś rano", "2026-03-04T09:00"),
        ("this morning at 8", "2026-03-04T08:00"),
        ("last night", "2026-03-03T20:00"),
        ("gestern Abend", "2026-03-03T18:00"),
        ("hier soir", "2026-03-03T18:00"),
        ("Montag Vormittag", "2026-03-02T10:00"),
        ("Montagnachmittag", "2026-03-02T14:00"),
        ("yesterday evening at 8", "2026-03-03T20:00"),
        ("yesterday at 3", "2026-03-03T15:00"),
        ("at noon", "2026-03-04T12:00"),
        ("at 9", "2026-03-04T09:00"),
        ("à 9h", "2026-03-04T09:00"),
    ],
)
def test_moments_are_read_in_several_languages_and_in_the_past(words, at):
    found = heard(f"call Acme {words}")

    assert found.occurred_at == moment(at)
    assert found.names == ("Acme",)


@pytest.mark.parametrize(
    "line",
    ["call May & Sons", "met Sun Li", "coffee Mark March", "Fritz Weber call", "call 7 Sins"],
)
def test_names_that_look_like_days_are_names(line):
    assert heard(line).occurred_at is None


@pytest.mark.parametrize(
    ("words", "minutes"),
    [
        ("45 min", 45),
        ("1h", 60),
        ("1.5 h", 90),
        ("2 Stunden", 120),
        ("30m", 30),
        ("1h30", 90),
        ("1 h 30", 90),
        ("1 h 30 min", 90),
        ("1:30 h", 90),
        ("half an hour", 30),
        ("eine Stunde", 60),
        ("zwei Stunden", 120),
        ("en halv time", 30),
        ("à 1h30", None),
        ("demain 9h30", None),
        ("an hour ago", None),
        ("2 hours ago", None),
    ],
)
def test_lengths_are_told_from_moments(words, minutes):
    assert heard(f"call Acme {words}").duration_minutes == minutes


@pytest.mark.parametrize(
    ("line", "due"),
    [
        ("coffee Acme, promised a quote by Fri", "2026-03-06T18:00"),
        ("coffee Acme, promised a quote by friday 10:00", "2026-03-06T10:00"),
        ("Kaffee Acme, Angebot bis Freitag versprochen", "2026-03-06T18:00"),
        ("promised Acme a quote by tomorrow", "2026-03-05T18:00"),
        ("promised Acme a quote by 15.12.", "2026-12-15T18:00"),
        ("call Acme, Angebot versprochen für den 15.12.", "2026-12-15T18:00"),
        ("Besuch Huber gestern, zugesagt bis 5.4.", "2026-04-05T18:00"),
    ],
)
def test_promise_has_its_own_moment_in_the_future(line, due):
    found = heard(line)

    assert found.opens == LoopKind.PROMISE
    assert found.due_at == moment(due)


def test_promise_without_a_date_is_due_as_its_kind_says():
    found = heard("call Acme yesterday, promised to look into it")

    assert (found.opens, found.due_at) == (LoopKind.PROMISE, None)
    assert found.occurred_at == moment("2026-03-03T13:00")


def test_what_follows_the_first_clause_is_what_it_was_about():
    found = heard("coffee Ana Acme yesterday, late delivery fixed, promised quote by Fri")

    assert found.text == "late delivery fixed, promised quote by Fri"
    assert found.is_repair
    assert found.names == ("Ana Acme",)


@pytest.mark.parametrize(("word", "sentiment"), [("happy", 1), ("angry", -1), ("not happy", -1)])
def test_words_say_how_it_felt(word, sentiment):
    assert heard(f"call Acme, {word}").sentiment == sentiment


def test_who_reached_out_is_said_by_who_called():
    assert heard("Acme called me").direction == 0
    assert heard("called Acme").direction is None


def can_be(found) -> bool:
    """Whether it happened, or can be planned; also if somebody must choose."""
    moments = [at for at in (found.occurred_at, *found.possible_at) if at]
    return all(at <= NOW for at in moments) or found.type in ("", *TO_MEET)


@given(st.text(max_size=2 * LONGEST_LINE))
def test_any_line_is_understood_somehow(line):
    found = heard(line)

    assert can_be(found)
    assert found.due_at is None or found.due_at > NOW
    assert len(found.text) <= LONGEST_LINE


WORDS = """
    call yesterday 14:30 12.11. 31.2. 99:99 promised by fri in 3 days ago tomorrow 1e9 vor 0000
    2026-13-45 next , : 45 min h . this morning tonight a week at 5 à 9h 1h30 heute abend i half
    hour and Acme about
"""


@given(st.lists(st.sampled_from(WORDS.split()), max_size=12).map(" ".join))
def test_any_words_of_moments_are_understood_somehow(line):
    found = heard(line)

    assert can_be(found)
    assert found.due_at is None or found.due_at > NOW


def test_a_promise_may_be_due_in_two_weeks():
    found = heard("met Acme, promised a quote in two weeks")
    assert found.due_at == moment("2026-03-18T18:00")


@pytest.mark.parametrize("name", ["Seven Oaks", "Ten Acme", "Tre Kronor", "Sechs GmbH"])
def test_numbers_in_names_stay_names(name):
    assert heard(f"call {name} yesterday").names == (name,)


@pytest.mark.parametrize(
    ("line", "at"),
    [
        ("meet Ana Acme tomorrow 10:00", "2026-03-05T10:00"),
        ("meet Ana Acme Friday", "2026-03-06T09:00"),
        ("call Acme tomorrow at 3pm", "2026-03-05T15:00"),
        ("visite Acme demain 14:30", "2026-03-05T14:30"),
        ("Treffen Ana Acme morgen 10 Uhr", "2026-03-05T10:00"),
        ("plan visit Acme on 12 March", "2026-03-12T09:00"),
        ("Ana Acme tomorrow 10:00, bring the contract", "2026-03-05T10:00"),
        ("meet Ana Acme yesterday", "2026-03-03T13:00"),
        ("met Ana Acme Friday", "2026-02-27T13:00"),
        ("lunch Acme tomorrow", "2026-03-05T09:00"),
        ("Anruf Acme morgen", "2026-03-05T09:00"),
        ("coffee Acme next Friday", "2026-03-06T09:00"),
        ("meet Ana on 15.12.", "2026-12-15T09:00"),
        ("Treffen Acme am 15.3. um 15 Uhr", "2026-03-15T15:00"),
        ("Besuch bei Acme nächsten Dienstag 14 Uhr", "2026-03-10T14:00"),
        ("réunion Acme jeudi prochain 10:00", "2026-03-05T10:00"),
        ("besök Acme nästa fredag", "2026-03-06T09:00"),
        ("wizyta Acme w przyszły piątek", "2026-03-06T09:00"),
        ("call Acme this afternoon", "2026-03-04T14:00"),
        ("dinner Acme tonight at 8", "2026-03-04T20:00"),
        ("Anruf Acme heute Nachmittag", "2026-03-04T14:00"),
        ("Anruf Acme morgen früh", "2026-03-05T09:00"),
        ("afspraak Acme morgenochtend", "2026-03-05T09:00"),
        ("comida Acme mañana por la tarde", "2026-03-05T14:00"),
        ("meet Acme tomorrow afternoon at 2:30", "2026-03-05T14:30"),
        ("møde Acme på mandag kl. 14", "2026-03-09T14:00"),
    ],
)
def test_what_is_planned_may_be_ahead(line, at):
    assert heard(line).occurred_at == moment(at)


@pytest.mark.parametrize(
    "line",
    [
        "call Acme about delivery tomorrow",
        "met Acme, order tomorrow 9:00",
        "email Acme about the fair tomorrow 10:00",
        "late delivery Acme tomorrow 10:00",
        "meet Ana",
    ],
)
def test_a_day_to_come_may_be_what_it_was_about(line):
    assert heard(line).occurred_at is None


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("meet Acme next week", "next week"),
        ("Treffen Acme nächste Woche", "nächste Woche"),
        ("réunion Acme la semaine prochaine", "la semaine prochaine"),
        ("reunión Acme la semana que viene", "la semana que viene"),
        ("riunione Acme la settimana prossima", "la settimana prossima"),
        ("afspraak Acme volgende week", "volgende week"),
        ("möte Acme nästa vecka", "nästa vecka"),
        ("møde Acme næste uge", "næste uge"),
        ("spotkanie Acme w przyszłym tygodniu", "w przyszłym tygodniu"),
        ("call Acme the other day", "the other day"),
        ("Ana Acme tomorrow", "tomorrow"),
        ("email Acme tomorrow", "tomorrow"),
        ("call Acme in the morning", "in the morning"),
    ],
)
def test_words_of_a_time_that_name_no_moment_are_asked_about_and_never_taken_for_now(line, said):
    found = heard(line)

    assert (found.occurred_at, found.unclear_when) == (None, said)
    assert found.names in {("Acme",), ("Ana Acme",)}


@pytest.mark.parametrize(
    "line",
    [
        "call Acme yesterday, again next week",
        "call Acme about the fair next week",
        "call Acme, delivery next week",
        "call Night Owl Security",
    ],
)
def test_a_time_that_it_was_about_is_not_asked_about(line):
    assert heard(line).unclear_when == ""


def test_a_promise_for_some_day_is_asked_about_by_itself():
    found = heard("coffee Acme, promised a quote next week")

    assert (found.due_at, found.unclear_due, found.unclear_when) == (None, "next week", "")

    found = heard("meet Acme next month, promised a quote next week")
    assert (found.unclear_when, found.unclear_due) == ("next month", "next week")


@pytest.mark.parametrize(
    ("line", "at"),
    [
        ("call Acme 5 am", "2026-03-04T05:00"),
        ("call Acme at 5 am, late delivery fixed", "2026-03-04T05:00"),
        ("call Acme yesterday 9 am", "2026-03-03T09:00"),
        ("9 am call Acme", "2026-03-04T09:00"),
        ("at 9 am met Acme", "2026-03-04T09:00"),
    ],
)
def test_am_is_of_an_hour_where_it_leads_on_to_nothing_german(line, at):
    assert (heard(line).occurred_at, heard(line).names) == (moment(at), ("Acme",))


@pytest.mark.parametrize(
    "line",
    ["Treffen Acme 5 am Standort", "3 am Stand von Acme getroffen", "3 am gleichen Tag bei Acme"],
)
def test_am_is_another_word_in_german(line):
    assert heard(line).occurred_at is None


TODAY, YESTERDAY = "2026-03-04T17:00", "2026-03-03T17:00"


@pytest.mark.parametrize(
    "line",
    [
        "call Acme 17:00",
        "call Acme at 5",
        "call Acme 5pm",
        "call Acme at 5 pm",
        "coffee Acme 17:00",
        "Acme 17:00",
        "17:00 call Acme",
        "call Acme, 17:00",
        "Anruf Acme um 17 Uhr",
        "appel Acme à 17h",
        "llamada Acme a las 17",
        "opkald Acme klokken 17",
        "call Acme evening 5:00",
        "call Acme 17:00 45 min",
        "call Acme 17:00, 18:00",
    ],
)
def test_an_hour_yet_to_come_may_be_a_plan_or_of_yesterday_and_is_not_guessed(line):
    found = heard(line)

    assert (found.occurred_at, found.unclear_when) == (None, "")
    assert [*found.possible_at][:2] == [moment(TODAY), moment(YESTERDAY)]
    assert found.names == ("Acme",)


@pytest.mark.parametrize(
    "line",
    [
        "called Acme 17:00",
        "met Acme at 5",
        "Acme called me 17:00",
        "Acme, called at 17:00",
        "Acme angerufen 17 Uhr",
        "appelé Acme à 17h",
        "gebeld Acme 17:00",
        "dzwoniłem Acme 17:00",
        "mødte Acme 17:00",
        "email Acme 17:00",
        "complaint Acme 17:00",
        "call Acme yesterday 17:00",
    ],
)
def test_an_hour_yet_to_come_of_what_is_over_or_is_never_planned_was_yesterday(line):
    found = heard(line)

    at = found.occurred_at or found.possible_at[0]
    assert at == moment(YESTERDAY)
    assert moment(TODAY) not in found.possible_at


@pytest.mark.parametrize(
    "line", ["meet Acme 17:00", "plan call Acme 17:00", "call Acme today 17:00"]
)
def test_an_hour_yet_to_come_of_what_is_said_to_be_planned_is_today(line):
    assert (heard(line).occurred_at, heard(line).possible_at) == (moment(TODAY), ())


@pytest.mark.parametrize(
    ("now", "line", "days"),
    [
        ("2026-12-01T12:00", "call Acme 17:00", ("2026-12-01", "2026-11-30")),
        ("2026-12-01T12:00", "met Acme at 17:00", ("2026-11-30",)),
        ("2027-01-01T12:00", "met Acme 17h", ("2026-12-31",)),
        ("2026-11-30T20:00", "meet Acme at 17:00", ("2026-12-01",)),
        ("2026-11-30T20:00", "call Acme 17:00", ("2026-11-30",)),
    ],
)
def test_an_hour_is_that_of_the_day_before_or_after_where_a_month_begins_or_ends(now, line, days):
    found = hear(line, now=moment(now), zone=ZONE)

    meant = found.possible_at or (found.occurred_at,)
    assert list(meant)[: len(days)] == [moment(f"{day}T17:00") for day in days]


def test_a_promise_for_an_hour_is_due_then_where_a_month_ends():
    found = hear("coffee Acme, promised a quote by 9:00", now=moment("2026-11-30T20:00"), zone=ZONE)

    assert found.due_at == moment("2026-12-01T09:00")


def test_an_hour_that_is_past_is_of_today():
    assert heard("call Acme 10:00").occurred_at == moment("2026-03-04T10:00")
    assert heard("call Acme 13:00").occurred_at == NOW
    assert heard("call Acme 13:01").possible_at[0] == moment("2026-03-04T13:01")


@pytest.mark.parametrize(
    ("line", "has_plan"),
    [
        ("call Acme about the 17:00 delivery", True),
        ("called Acme about the 17:00 delivery", False),
        ("call Acme, delivery 17:00", True),
        ("email Acme, delivery 17:00", False),
    ],
)
def test_an_hour_apart_may_be_that_of_something_else(line, has_plan):
    planned = [moment(TODAY)] if has_plan else []
    assert heard(line).possible_at == [*planned, moment(YESTERDAY), NOW]


def test_an_hour_of_a_promise_is_when_it_is_due_and_asks_nothing():
    for line in ("call Acme, promised a quote by 17:00", "will call Acme 17:00"):
        assert (heard(line).due_at, heard(line).possible_at) == (moment(TODAY), ())


def test_of_two_hours_the_first_is_when_it_was_and_the_second_asks_nothing():
    found = heard("call Acme from 17:00 to 18:00")

    assert (found.possible_at, found.unclear_when) == ([moment(TODAY), moment(YESTERDAY)], "")


def test_a_day_without_a_moment_is_asked_about_before_its_hour():
    assert heard("call Acme 17:00 next week").unclear_when == "next week"
    assert heard("call 17:00 Acme friday").unclear_when == "friday"


def test_yesterday_is_a_day_of_the_clock_where_the_clock_changes():
    summer = datetime(2026, 3, 29, 10, tzinfo=UTC)  # on the day clocks go forward
    today, yesterday = hear("call Acme 17:00", now=summer, zone=ZONE).possible_at

    assert today.utcoffset() != yesterday.utcoffset()
    assert (f"{today:%d %H:%M}", f"{yesterday:%d %H:%M}") == ("29 17:00", "28 17:00")


@pytest.mark.parametrize(
    ("line", "names", "text"),
    [
        ("met Mr. Smith Acme yesterday", ("Mr. Smith Acme",), ""),
        ("call St. Gallen AG. late delivery", ("St. Gallen AG.",), "late delivery"),
        ("call J. Smith yesterday. fine", ("J. Smith",), "fine"),
        ("lunch Acme Inc. yesterday, happy", ("Acme Inc.",), "happy"),
        ("lunch Acme Inc. Late delivery", ("Acme Inc.",), "Late delivery"),
        ("call Ana. Happy", ("Ana.",), "Happy"),
        ("call acme. late delivery", ("acme.",), "late delivery"),
    ],
)
def test_dot_of_a_short_form_ends_no_clause(line, names, text):
    assert (heard(line).names, heard(line).text) == (names, text)


def test_danish_hour_stands_anywhere():
    for line in ("opkald kl. 10 Acme", "ring Acme kl. 10 om levering", "Opkald Acme Kl. 10"):
        found = heard(line)
        assert (found.occurred_at, found.names) == (moment("2026-03-04T10:00"), ("Acme",))


A_WEEK_AGO = "2026-02-25T17:00"


@pytest.mark.parametrize(
    ("line", "today"),
    [
        ("call Acme wednesday 17:00", TODAY),
        ("Anruf Acme Mittwoch 17 Uhr", TODAY),
        ("called Acme wednesday 10:00", "2026-03-04T10:00"),
        ("called Acme wednesday 17:00", ""),
        ("email Acme wednesday 17:00", ""),
        ("call Acme, delivery wednesday 17:00", ""),
    ],
)
def test_the_weekday_of_today_is_today_or_a_week_ago(line, today):
    found = heard(line)

    last = moment(A_WEEK_AGO if "17" in line else "2026-02-25T10:00")
    if today:
        assert (found.occurred_at, found.possible_at) == (None, [moment(today), last])
    else:
        assert (found.occurred_at, found.possible_at) == (last, ())


def test_the_weekday_of_today_without_an_hour_has_that_of_now():
    assert heard("coffee Acme wednesday").possible_at == [NOW, NOW - timedelta(days=7)]
    for line in ("coffee Acme last wednesday", "coffee Acme a week ago", "coffee Acme last week"):
        assert (heard(line).occurred_at, heard(line).possible_at) == (NOW - timedelta(days=7), ())


@pytest.mark.parametrize(
    ("line", "at"),
    [
        ("call Acme 4 march 17:00", TODAY),
        ("call Acme 5 march 17:00", "2026-03-05T17:00"),
        ("call Acme 3 march 17:00", YESTERDAY),
        ("called Acme 20 december 17:00", "2025-12-20T17:00"),
        ("call Acme 20 december 17:00", "2025-12-20T17:00"),
    ],
)
def test_a_day_of_the_year_with_its_hour_is_the_nearer_one(line, at):
    assert (heard(line).occurred_at, heard(line).possible_at) == (moment(at), ())


def test_what_is_over_was_not_nearly_a_year_ago():
    found = heard("called Acme 4 march 17:00")

    assert (found.occurred_at, found.unclear_when) == (None, "17:00")


def test_what_leads_to_what_it_was_about_is_no_part_of_a_known_phrase():
    assert not [phrase for phrase in VOCABULARY if ABOUT.intersection(phrase.split())]


def test_words_that_say_something_is_over_are_known_words():
    assert set(_phrases(_PAST)) <= set(VOCABULARY)
