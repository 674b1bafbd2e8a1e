"""Board reports: made monthly and when asked for, kept, and mailed to whoever may read them."""

from datetime import UTC, date, datetime, timedelta
from io import BytesIO

import pytest
import time_machine
from django.core import mail
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from insights import tasks
from insights.demo import remove_demonstration
from insights.models import Band, BandTotal, BoardReport, Proof, ReportMailing, ReportReader
from insights.selectors.proof import Question
from insights.selectors.reports import first_working_day, month_due
from insights.services import report_mail, reports
from insights.services.reports import (
    NoSuchMonthError,
    ask_for_report,
    mail_to,
    make_report,
    schedule_report,
)
from relationships.models import Person
from relationships.signs_of_life import WORKER, say_alive
from tests.factories import (
    AdministratorFactory,
    CustomerFactory,
    ExecutiveFactory,
    PersonFactory,
    ReadingFactory,
    ServiceFactory,
    count_total,
)
from tests.insights.test_proof import numbers, results

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
FEBRUARY, MARCH = date(2026, 2, 1), date(2026, 3, 1)
URL = "/report/"
Status = ReportMailing.Status


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def executive():
    return ExecutiveFactory(name="Henrik Søndergård", email="henrik@example.com")


@pytest.fixture
def administrator():
    return AdministratorFactory(name="Ada")


def browser(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def _ready():
    """Let there be somebody we have heard from, and a proof of today."""
    ReadingFactory()
    prove(NOW)


def prove(now):
    Proof.objects.create(
        as_of=now, results=results(numbers()), done_share=1, created_at=now, **Question().fields
    )


def made(month=FEBRUARY, *, now=NOW, is_scheduled=False, by=None) -> BoardReport:
    report = BoardReport.objects.create(
        month=month, is_whole=True, is_scheduled=is_scheduled, asked_by=by, due_at=now
    )
    assert make_report(report_id=report.pk, now=now)
    report.refresh_from_db()
    return report


# What the database refuses ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"month": date(2026, 2, 2)}, "board_report_is_of_a_month"),
        ({"pdf": b"%PDF"}, "board_report_says_when_it_was_made"),
        ({"as_of": NOW}, "board_report_says_when_it_was_made"),
    ],
)
def test_the_database_refuses_a_report_that_makes_no_sense(fields, constraint):
    with pytest.raises(IntegrityError, match=constraint):
        BoardReport.objects.create(**{"month": FEBRUARY, "is_whole": True, "due_at": NOW} | fields)


def test_the_database_lets_the_schedule_make_a_month_once():
    fields = {"month": FEBRUARY, "is_whole": True, "due_at": NOW}
    BoardReport.objects.create(**fields)
    BoardReport.objects.create(is_scheduled=True, **fields)
    with pytest.raises(IntegrityError, match="board_report_is_made_once_by_schedule"):
        BoardReport.objects.create(is_scheduled=True, **fields)


def test_the_database_lets_a_report_be_mailed_to_a_person_once(executive):
    fields = {"report": made(), "person": executive, "due_at": NOW}
    ReportMailing.objects.create(**fields)
    with pytest.raises(IntegrityError, match="report_is_mailed_once_to_each"):
        ReportMailing.objects.create(**fields)


@pytest.mark.parametrize(("status", "at"), [("sent", None), ("waiting", NOW), ("lost", NOW)])
def test_the_database_refuses_a_state_of_a_mail_that_makes_no_sense(executive, status, at):
    with pytest.raises(IntegrityError, match="report_mailing_status_is_known"):
        ReportMailing.objects.create(
            report=made(), person=executive, due_at=NOW, status=status, finished_at=at
        )


# When it is made ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("month", "day"), [(2, 2), (3, 2), (4, 1), (5, 1), (6, 1), (8, 3), (11, 2)]
)
def test_it_is_made_on_the_first_day_of_work(month, day):
    assert first_working_day(date(2026, month, 17)) == date(2026, month, day)


@pytest.mark.usefixtures("_ready")
@pytest.mark.parametrize(
    ("moment", "due"),
    [
        (datetime(2026, 3, 2, 5, 59, tzinfo=UTC), None),
        (datetime(2026, 3, 2, 6, 0, tzinfo=UTC), FEBRUARY),
        (datetime(2026, 3, 31, 23, 59, tzinfo=UTC), FEBRUARY),
        (datetime(2026, 4, 1, 0, 0, tzinfo=UTC), None),
        (datetime(2026, 4, 1, 6, 0, tzinfo=UTC), MARCH),
        (datetime(2027, 1, 1, 6, 0, tzinfo=UTC), date(2026, 12, 1)),
    ],
)
def test_last_months_is_due_from_the_morning_of_that_day_on(moment, due):
    prove(moment)
    assert month_due(moment) == due


@pytest.mark.usefixtures("_ready")
def test_the_days_are_those_of_the_organisation(settings):
    settings.TIME_ZONE = "Pacific/Kiritimati"
    # There it is six in the morning of 1 April.
    moment = datetime(2026, 3, 31, 16, 0, tzinfo=UTC)
    prove(moment)
    assert month_due(moment - timedelta(minutes=1)) is None
    assert month_due(moment) == MARCH


def test_nothing_is_due_while_there_is_nothing_to_tell():
    prove(NOW)
    assert month_due(NOW) is None
    ReadingFactory(band=Band.UNKNOWN)
    assert month_due(NOW) is None
    ReadingFactory()
    assert month_due(NOW) == FEBRUARY


def test_the_first_waits_for_the_first_proof():
    ReadingFactory()
    assert month_due(NOW) is None
    prove(NOW)
    assert month_due(NOW) == FEBRUARY


@pytest.mark.usefixtures("_ready")
def test_the_schedule_makes_a_month_once_however_often_it_looks():
    first = schedule_report(now=NOW)
    assert (first.month, first.is_whole, first.asked_by) == (FEBRUARY, True, None)
    assert schedule_report(now=NOW) is None
    tasks.keep_reports()
    tasks.keep_reports()
    assert BoardReport.objects.count() == 1
    assert BoardReport.objects.get().pdf


@pytest.mark.usefixtures("_ready")
def test_what_somebody_had_made_does_not_replace_what_comes_by_itself(executive):
    ask_for_report(month=FEBRUARY, by=executive, now=NOW)
    tasks.keep_reports()
    assert sorted(BoardReport.objects.values_list("is_scheduled", flat=True)) == [False, True]


# Asking and making -----------------------------------------------------------------------


def test_who_asks_twice_gets_one(executive, administrator):
    one, is_new = ask_for_report(month=FEBRUARY, by=executive, now=NOW)
    same, again = ask_for_report(month=FEBRUARY, by=administrator, now=NOW)
    assert (one, is_new, again) == (same, True, False)
    make_report(report_id=one.pk, now=NOW)
    other, is_new = ask_for_report(month=FEBRUARY, by=executive, now=NOW)
    assert (other != one, is_new) == (True, True)


def test_this_month_so_far_can_be_asked_for(executive):
    report, _ = ask_for_report(month=MARCH, by=executive, now=NOW)
    make_report(report_id=report.pk, now=NOW)
    report.refresh_from_db()
    assert report.file_name == "board-report-2026-03-so-far"
    reader = PdfReader(BytesIO(report.pdf))
    assert reader.metadata.title == "Board report, March 2026 so far"


@pytest.mark.parametrize("month", [date(2026, 1, 1), date(2026, 4, 1), date(2026, 2, 2)])
def test_other_months_are_refused_for_where_customers_stood_is_not_known(executive, month):
    with pytest.raises(NoSuchMonthError):
        ask_for_report(month=month, by=executive, now=NOW)


@pytest.mark.parametrize("make", [PersonFactory, ServiceFactory])
def test_only_who_sees_the_organisation_may_ask_and_get_it(make):
    person = make()
    with pytest.raises(PermissionDenied):
        ask_for_report(month=FEBRUARY, by=person, now=NOW)
    with pytest.raises(PermissionDenied):
        mail_to(person=person, is_wanted=True)


def test_what_is_made_stays_as_it_was():
    report = made()
    ReadingFactory()
    assert make_report(report_id=report.pk, now=NOW + timedelta(days=1)) is False
    assert bytes(BoardReport.objects.get().pdf) == bytes(report.pdf)


def test_one_that_is_gone_is_no_error():
    assert make_report(report_id=4711, now=NOW) is False


def test_where_making_fails_it_is_put_off_longer_each_time(executive, monkeypatch):
    report, _ = ask_for_report(month=FEBRUARY, by=executive, now=NOW)
    with monkeypatch.context() as broken:
        broken.setattr(reports, "report_contents", lambda about: {}["gone"])
        waits = []
        for _ in range(5):
            assert make_report(report_id=report.pk, now=NOW) is False
            report.refresh_from_db()
            waits.append((report.due_at - NOW).total_seconds() / 60)
    assert waits == [1, 10, 60, 1440, 1440]
    assert "the log of the workers says what" in report.problem
    tasks.keep_reports()
    assert BoardReport.objects.get().pdf is None
    again, is_new = ask_for_report(month=FEBRUARY, by=executive, now=NOW)
    assert (again, is_new) == (report, True)
    tasks.keep_reports()
    report.refresh_from_db()
    assert (report.problem, report.pdf is None) == ("", False)


# By mail -----------------------------------------------------------------------------------


@pytest.mark.usefixtures("_ready")
def test_it_is_mailed_once_to_everybody_who_asked(executive, administrator, settings):
    settings.ORGANISATION = "Żaglowiec"
    settings.DEFAULT_FROM_EMAIL = "Hearth <hearth@example.org>"
    ExecutiveFactory()
    for person in (executive, administrator, administrator):
        mail_to(person=person, is_wanted=True)
    for _ in range(3):
        tasks.keep_reports()
    report = BoardReport.objects.get()
    assert sorted(message.to for message in mail.outbox) == sorted(
        [[executive.email], [administrator.email]]
    )
    message = mail.outbox[0]
    assert message.subject == "Board report, February 2026 · Żaglowiec"
    assert message.body.startswith(report.sentence)
    assert message.message()["Message-ID"].endswith("@example.org>")
    ((name, content, kind),) = message.attachments
    assert (name, kind) == ("board-report-2026-02.pdf", "application/pdf")
    assert content == bytes(report.pdf)
    assert set(ReportMailing.objects.values_list("status", "tries")) == {("sent", 0)}


@pytest.mark.usefixtures("_ready")
def test_what_somebody_had_made_is_mailed_to_nobody(executive):
    mail_to(person=executive, is_wanted=True)
    report, _ = ask_for_report(month=FEBRUARY, by=executive, now=NOW)
    tasks.make_report(report.pk)
    assert not ReportMailing.objects.exists()


def lose_role(person):
    Person.objects.filter(pk=person.pk).update(role=Person.Role.ACCOUNT_MANAGER)


def leave(person):
    Person.objects.filter(pk=person.pk).update(is_active=False)


def want_no_more(person):
    ReportReader.objects.filter(person=person).delete()


@pytest.mark.parametrize("change", [lose_role, leave, want_no_more])
def test_who_may_or_wants_no_more_gets_nothing_even_at_the_last_moment(executive, change):
    mail_to(person=executive, is_wanted=True)
    made(is_scheduled=True)
    change(executive)
    tasks.keep_reports()
    tasks.keep_reports()
    assert mail.outbox == []
    mailing = ReportMailing.objects.get()
    assert (mailing.status, mailing.finished_at) == (Status.WITHHELD, NOW)
    assert mailing.problem.endswith("any more.")


@pytest.mark.parametrize("change", [lose_role, leave, want_no_more])
def test_who_may_or_wants_no_more_is_not_noted_for_the_next(executive, change):
    mail_to(person=executive, is_wanted=True)
    change(executive)
    made(is_scheduled=True)
    assert not ReportMailing.objects.exists()


def test_a_mail_that_fails_is_tried_again_later_and_later_and_then_given_up(executive, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    mail_to(person=executive, is_wanted=True)
    made(is_scheduled=True)
    mailing, now, waits = ReportMailing.objects.get(), NOW, []
    while mailing.status == Status.WAITING:
        report_mail.send(mailing_id=mailing.pk, now=now)
        mailing.refresh_from_db()
        assert "refused" in mailing.problem
        waits.append((mailing.due_at - now).total_seconds() / 60)
        report_mail.send(mailing_id=mailing.pk, now=mailing.due_at - timedelta(seconds=1))
        now = max(mailing.due_at, now)
    assert waits[:-1] == [5, 30, 120, 360, 840, 1440]
    assert (mailing.status, mailing.tries) == (Status.FAILED, 7)


def test_one_whose_mail_fails_keeps_nobody_waiting(executive, administrator):
    Person.objects.filter(pk=executive.pk).update(email="no\naddress")
    for person in (executive, administrator):
        mail_to(person=person, is_wanted=True)
    made(is_scheduled=True)
    tasks.keep_reports()
    assert [message.to for message in mail.outbox] == [[administrator.email]]
    assert ReportMailing.objects.get(person=executive).tries == 1


def test_without_a_server_nothing_pretends_to_be_sent(executive, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    mail_to(person=executive, is_wanted=True)
    made(is_scheduled=True)
    tasks.keep_reports()
    mailing = ReportMailing.objects.get()
    assert (mailing.status, mailing.problem) == (Status.WAITING, "No mail server is set.")
    assert "No mail server is set" in browser(executive).get(URL).text
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    report_mail.send(mailing_id=mailing.pk, now=mailing.due_at)
    assert len(mail.outbox) == 1
    assert "No mail server is set" not in browser(executive).get(URL).text


# The page ------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [PersonFactory, ServiceFactory])
def test_the_page_and_every_file_are_for_those_who_see_the_organisation(make):
    report, client = made(), browser(make())
    for url in (URL, f"/report/{report.pk}.pdf", f"/report/{report.pk}/progress/"):
        assert client.get(url).status_code == 403
        assert Client().get(url).status_code == 302
    for url in ("/report/make/", "/report/mail/"):
        assert client.post(url, {"month": "2026-02-01", "is_wanted": "1"}).status_code == 403
    assert not ReportReader.objects.exists()


def test_without_a_report_it_says_when_the_first_comes(executive):
    page = browser(executive).get(URL)
    assert "No report yet" in page.text
    assert "first working day of every month" in page.text


def test_reports_stand_by_month_the_newest_first(executive):
    for month in (date(2025, 12, 1), FEBRUARY, date(2026, 1, 1)):
        made(month, by=executive)
    rows = browser(executive).get(URL).context["rows"]
    assert [row["month"] for row in rows] == ["February 2026", "January 2026", "December 2025"]
    assert {row["made"] for row in rows} == {"By Henrik Søndergård, today at 12:00"}


def test_a_long_list_has_pages(executive):
    for number in range(30):
        made(date(2020 + number // 12, number % 12 + 1, 1))
    client = browser(executive)
    first = client.get(URL)
    assert len(first.context["rows"]) == 24
    second = client.get(first.context["older_url"])
    assert len(second.context["rows"]) == 6
    assert second.context["newer_url"] == "/report/?page=1"
    assert len(client.get(URL, {"page": "nonsense"}).context["rows"]) == 24


def test_the_number_of_queries_does_not_grow_with_the_reports(
    administrator, django_assert_num_queries
):
    client = browser(administrator)
    readers = ExecutiveFactory.create_batch(3)
    for person in readers:
        mail_to(person=person, is_wanted=True)
    made(is_scheduled=True)
    client.get(URL)
    with django_assert_num_queries(11):
        client.get(URL)
    for number in range(20):
        made(date(2024 + number // 12, number % 12 + 1, 1), is_scheduled=True)
    with django_assert_num_queries(11):
        client.get(URL)


def test_no_page_of_the_list_reads_the_files(administrator):
    made()
    with CaptureQueriesContext(connection) as queries:
        browser(administrator).get(URL)
    assert not any('"pdf"' in query["sql"] for query in queries)


def test_a_file_is_given_as_it_was_made(executive):
    report = made()
    response = browser(executive).get(f"/report/{report.pk}.pdf")
    assert response.content == bytes(report.pdf)
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == 'inline; filename="board-report-2026-02.pdf"'
    assert response["Cache-Control"] == "private"
    assert "Content-Security-Policy" not in response
    assert response["X-Content-Type-Options"] == "nosniff"


def test_a_file_that_is_not_there_is_not_found(executive):
    unmade = BoardReport.objects.create(month=FEBRUARY, is_whole=True, due_at=NOW)
    client = browser(executive)
    assert client.get(f"/report/{unmade.pk}.pdf").status_code == 404
    assert client.get("/report/4711.pdf").status_code == 404


def test_making_it_now_asks_for_it_and_shows_that_it_is_made(
    executive, monkeypatch, django_capture_on_commit_callbacks
):
    asked = []
    monkeypatch.setattr(tasks.make_report, "apply_async", lambda args, *_, **__: asked.append(args))
    client = browser(executive)
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(2):
            client.post("/report/make/", {"month": "2026-02-01"})
    report = BoardReport.objects.get()
    assert asked == [(report.pk,)]
    say_alive(WORKER)
    page = client.get(URL).text
    assert "It is being made" in page
    assert "Nobody makes it now" not in page
    progress = f"/report/{report.pk}/progress/"
    assert "It is being made" in client.get(progress).text
    make_report(report_id=report.pk, now=NOW)
    assert client.get(progress)["HX-Refresh"] == "true"
    assert client.get("/report/4711/progress/")["HX-Refresh"] == "true"


def test_a_month_that_cannot_be_is_refused_with_a_word(executive):
    for month in ("", "2026-01-01", "nonsense"):
        page = browser(executive).post("/report/make/", {"month": month}, follow=True)
        assert "Choose last month, or this one so far." in page.text
    assert not BoardReport.objects.exists()


def test_where_no_worker_is_there_it_says_so(executive):
    cache.clear()
    ask_for_report(month=FEBRUARY, by=executive, now=NOW)
    assert "Nobody makes it now" in browser(executive).get(URL).text


def test_one_that_failed_says_when_it_is_tried_again(executive, monkeypatch):
    report, _ = ask_for_report(month=FEBRUARY, by=executive, now=NOW)
    with monkeypatch.context() as broken:
        broken.setattr(reports, "report_contents", lambda about: {}["gone"])
        make_report(report_id=report.pk, now=NOW)
    page = browser(executive).get(URL).text
    assert "Something went wrong while it was made" in page
    assert "It is tried again today at 12:01" in page


def test_everybody_switches_it_on_and_off_for_themselves(executive):
    client = browser(executive)
    page = client.post("/report/mail/", {"is_wanted": "1"}, follow=True).text
    assert "is mailed to henrik@example.com" in page
    assert ReportReader.objects.get().person == executive
    page = client.post("/report/mail/", {"is_wanted": "0"}, follow=True).text
    assert "Mail it to me every month" in page
    assert not ReportReader.objects.exists()


def test_an_administrator_sees_who_gets_it_and_others_how_many(executive, administrator, settings):
    other = ExecutiveFactory(name="Zoë", email="zoe@example.com")
    for person in (executive, other):
        mail_to(person=person, is_wanted=True)
    made(is_scheduled=True)
    lose_role(other)
    tasks.keep_reports()
    page = browser(administrator).get(URL)
    assert page.context["readers"] == [executive]
    (row,) = page.context["rows"]
    assert row["readers"] == [
        {"name": "Henrik Søndergård", "state": "sent"},
        {
            "name": "Zoë",
            "state": "not sent: They may not see the whole organisation any more.",
        },
    ]
    plain = browser(executive).get(URL)
    assert "zoe@example.com" not in plain.text
    assert "Zoë" not in plain.text
    assert plain.context["rows"][0]["mailed"] == (
        "Mailed to 1 person, not mailed to 1 person who may not see it or do not want it any more"
    )


def test_a_mail_to_be_tried_again_is_shown_with_its_reason(administrator, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    mail_to(person=administrator, is_wanted=True)
    made(is_scheduled=True)
    tasks.keep_reports()
    (row,) = browser(administrator).get(URL).context["rows"]
    assert row["mailed"] == "Still to be mailed to 1 person"
    assert row["readers"] == [
        {"name": "Ada", "state": "tried again today at 12:05: No mail server is set."}
    ]


def test_it_is_found_from_distance_the_menu_and_the_search(executive):
    count_total(
        BandTotal,
        on_date=BandTotal.NOW, team_id=0, stage="current", currency="EUR", band=Band.NEAR,
        customers=3, yearly_value=1, at_risk=1,
    )  # fmt: skip
    client = browser(executive)
    assert client.get("/distance/").text.count(f'href="{URL}"') == 2
    assert f'href="{URL}"' in client.get("/search/", {"q": "board"}).text
    assert f'href="{URL}"' not in browser(PersonFactory()).get("/search/", {"q": "board"}).text


def test_a_person_who_is_deleted_takes_their_wish_along_and_leaves_the_report(executive):
    mail_to(person=executive, is_wanted=True)
    made(is_scheduled=True, by=executive)
    executive.delete()
    assert BoardReport.objects.count() == 1
    assert not ReportMailing.objects.exists()
    assert not ReportReader.objects.exists()


def test_removing_the_demonstration_removes_what_was_reported_of_it(administrator):
    CustomerFactory(is_demo=True)
    assert made().is_demo
    BoardReport.objects.create(
        month=date(2026, 1, 1), is_whole=True, due_at=NOW, as_of=NOW, pdf=b"%PDF"
    )
    remove_demonstration(by=administrator)
    assert [report.month for report in BoardReport.objects.all()] == [date(2026, 1, 1)]


def test_an_administrator_can_delete_one_that_names_whom_we_must_forget(administrator):
    report = made()
    client = browser(administrator)
    assert client.get("/admin/insights/boardreport/").status_code == 200
    assert client.get(f"/admin/insights/boardreport/{report.pk}/change/").status_code == 200
    client.post(f"/admin/insights/boardreport/{report.pk}/delete/", {"post": "yes"})
    assert not BoardReport.objects.exists()
