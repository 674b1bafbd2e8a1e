"""The proof page: its words, who sees whom, its lists and files."""

import csv
import html
import io
import re
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.test import Client

from insights.models import BandTotal, Proof, ProofCase
from insights.scoring.proof import Estimate, Kind, Month, Numbers, Rival, Tenth, Warned
from insights.selectors.proof import Question, Results
from relationships.models import Person
from tests.factories import (
    CustomerFactory,
    ExecutiveFactory,
    PersonFactory,
    ReadingFactory,
    SegmentFactory,
    count_total,
)

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
USUAL = Question()

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False):
        yield


def browser_of(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def executive() -> Client:
    return browser_of(ExecutiveFactory())


def share(value: float) -> Estimate:
    return Estimate(value, value - 0.05, value + 0.05)


def kind(name: str, number: int = 0, leans: int = 0, auc: float | None = 0.8) -> Kind:
    nothing = Estimate()
    if auc is None:
        return Kind(name, number, 12, 9, 2, *[nothing] * 3, 0, *[nothing] * 4, None)
    return Kind(
        name, number, 200, 50, 40, share(auc), share(0.6), share(0.7), leans,
        share(0.5), share(2.0), share(0.15), share(0.03), 0.16,
    )  # fmt: skip


def rival(name: str, auc: float, is_behind: int) -> Rival:
    gains = [min(step / 10, 1.0) for step in range(21)]
    return Rival(name, share(auc), share(0.5), share(2.0), is_behind, gains)


def numbers(segment: int = 1, **changed: object) -> Numbers:
    months = [
        Month(671, 5, True, 1, 0, 290, 20, share(0.0), share(0.07)),
        Month(672, 4, True, 40, 27, 300, 21, share(0.67), share(0.07)),
    ]
    fields = {
        "first_cut": 20_452.0,
        "last_cut": 20_480.0,
        "weeks": 9,
        "months": months,
        "kinds": [
            kind("in_touch", leans=-1), kind("early"), kind("known"),
            kind("segment", segment, leans=1), kind("segment", 0, auc=None), kind("style", 3),
        ],
        "rivals": [
            rival("hearth", 0.8, 0), rival("days_since", 0.7, 1), rival("rfm", 0.75, 0),
            rival("decay", 0.82, -1),
        ],
        "warned": {
            name: Warned(60, 30, 50, 20, 41.4)
            for name in ("hearth", "days_since", "rfm", "decay")
        },
        "tenths": [Tenth(20, i / 10, share(i / 10)) for i in range(1, 10)],
    }  # fmt: skip
    return Numbers(**(fields | changed))


def results(found: Numbers | None, **changed: int) -> dict:
    fields = {"customers": 340, "customers_in_all": 340, "refits": 0, "days_missing": 0,
              "longest_horizon": 180}  # fmt: skip
    return Results(found, **(fields | changed)).to_json()


@pytest.fixture
def proof() -> Proof:
    segment = SegmentFactory(name="Bakeries")
    return Proof.objects.create(
        as_of=NOW, results=results(numbers(segment.pk)), done_share=1, **USUAL.fields
    )


def case(proof: Proof, customer=None, **fields) -> ProofCase:
    usual = {
        "month": date(2026, 1, 1), "cut_on": date(2026, 1, 5), "silence": 0.23, "distance": 31.0,
        "is_flagged": False, "is_silent": True,
    }  # fmt: skip
    customer = customer or CustomerFactory()
    return ProofCase.objects.create(proof=proof, customer=customer, **(usual | fields))


def text_of(response) -> str:
    text = html.unescape(re.sub(r"<[^>]+>", "", response.content.decode()))
    return re.sub(r"\s+", " ", text)


def test_the_page_begins_with_plain_words(executive, proof):
    page = text_of(executive.get("/proof/"))
    assert (
        "Of 40 customers we flagged in January 2026, 27 have gone silent; "
        "of 300 we did not flag, 21 have."
    ) in page
    assert "Silent means no word and no order for 90 days." in page
    assert "9 Mondays, from 30 December 2025 to 27 January 2026" in page
    assert "Worked out: Today, 12:00" in page


def test_every_number_has_its_unit_and_its_meaning(executive, proof):
    page = text_of(executive.get("/proof/"))
    assert "30 of 60 weekly warnings were followed by 90 days of silence." in page
    assert "Warning blindly would be right in 20 %." in page
    assert "Of 50 silences of 90 days or more, 20 had been warned of" in page
    assert "41 days" in page
    assert "80 in 100" in page
    assert "Chance allows 75 to 85." in page
    assert "On average what we said is 3 percentage points from what happened" in page


def test_a_plain_score_that_is_better_is_called_so(executive, proof):
    page = text_of(executive.get("/proof/"))
    assert "the best plain score 82 in 100 (Fixed decay, 90 days): here the plain score" in page
    assert "Hearth is ahead" in page
    assert "too close to call" in page
    assert "Hearth is behind" in page


def test_segments_and_styles_say_what_foretells_leaving(executive, proof):
    page = text_of(executive.get("/proof/"))
    assert "Connection foretells who leaves better than how well they were served." in page
    assert "Bakeries" in page
    assert "Self-service" in page
    assert "too few to say" in page


def test_which_coefficients_were_used_is_said(executive, proof):
    assert "coefficients Hearth ships with" in text_of(executive.get("/proof/"))
    proof.results = results(numbers(), refits=1)
    proof.save()
    assert "refitted 1 time on the way" in text_of(executive.get("/proof/"))


def test_a_sample_is_called_one(executive, proof):
    proof.results = results(numbers(), customers_in_all=2_000_000)
    proof.save()
    assert "340 customers chosen by chance, of 2,000,000" in text_of(executive.get("/proof/"))


def test_too_few_departures_give_no_made_up_number(executive, proof):
    few = numbers(rivals=[], tenths=[], kinds=[kind("in_touch", auc=None)])
    proof.results = results(few)
    proof.save()
    page = text_of(executive.get("/proof/"))
    assert "Too few went silent, or too few did not" in page
    assert "Pairs in the right order" not in page
    assert "nan" not in page.lower().split()


def test_too_little_history_says_what_would_be_enough(executive, proof):
    proof.results = results(None, days_missing=40, longest_horizon=60)
    proof.save()
    page = text_of(executive.get("/proof/"))
    assert "Hearth needs at least 40 more days of history, until 13 April 2026" in page
    assert "silences of up to 60 days can be proven today" in page
    assert "Of 40 customers" not in page


def test_a_month_partly_known_is_not_the_headline(executive, proof):
    months = [
        Month(672, 4, True, 3, 1, 4, 0, share(0.3), share(0.0)),
        Month(673, 1, False, 9, 9, 9, 9, share(1.0), share(1.0)),
    ]
    proof.results = results(numbers(months=months))
    proof.save()
    page = text_of(executive.get("/proof/"))
    assert "Of 3 customers we flagged in January 2026, 1 has gone silent" in page
    assert "of 4 we did not flag, none has" in page
    assert "part of it" in page


def test_without_a_proof_the_page_offers_to_work_it_out(executive):
    page = executive.get("/proof/")
    assert "Not worked out yet" in text_of(page)
    assert b'action="/proof/start/"' in page.content


@pytest.mark.parametrize(
    ("query", "complaint"),
    [
        ("horizon=abc", "Give a whole number from 1 to 1,000."),
        ("horizon=0.5", "Give a whole number from 1 to 1,000."),
        ("budget=%00", "Give a whole number from 1 to 50."),
        (f"window={'9' * 5000}", "Give a whole number from 14 to 3,650."),
        ("window=60&horizon=90", "To know who was silent for 90 days, look back at least 97 days."),
        ("budget=0", "Give a whole number from 1 to 50."),
        ("window=99999", "Give a whole number from 14 to 3,650."),
    ],
)
def test_a_question_that_makes_no_sense_is_refused_with_what_would(executive, query, complaint):
    page = executive.get(f"/proof/?{query}")
    assert page.status_code == 200
    assert text_of(page).count(complaint) == 1
    assert b'action="/proof/start/"' not in page.content
    name, _, value = query.split("&")[-1].partition("=")
    start = executive.post(
        "/proof/start/", {name: value} | ({"window": 60} if "60" in query else {})
    )
    assert start.status_code == 302
    assert not Proof.objects.exists()


def test_starting_makes_a_run_and_hands_it_to_the_workers(
    executive, django_capture_on_commit_callbacks, monkeypatch
):
    given = []
    monkeypatch.setattr(
        "insights.tasks.prove.apply_async", lambda args, *a, **k: given.append(args)
    )
    with django_capture_on_commit_callbacks(execute=True):
        response = executive.post("/proof/start/", {"window": 200, "horizon": 30, "budget": 5})
    run = Proof.objects.get()
    assert response["Location"] == "/proof/?window=200&horizon=30"
    assert (run.window_days, run.horizon_days, run.budget_percent) == (200, 30, 5)
    assert given == [(run.pk,)]
    with django_capture_on_commit_callbacks(execute=True):
        executive.post("/proof/start/", {"window": 200, "horizon": 30, "budget": 5})
    assert given == [(run.pk,)]


def test_a_run_shows_how_far_it_is_until_it_stops_moving(executive, proof):
    run = Proof.objects.create(
        as_of=NOW, done_share=0.42, moved_at=NOW - timedelta(minutes=1), **USUAL.fields
    )
    page = executive.get("/proof/")
    assert "42 % done" in text_of(page)
    assert "Of 40 customers" in text_of(page)
    assert b'action="/proof/start/"' not in page.content
    assert b"hx-get" in executive.get(f"/proof/progress/{run.pk}/").content

    Proof.objects.filter(pk=run.pk).update(moved_at=NOW - timedelta(minutes=5))
    assert b"hx-get" not in executive.get(f"/proof/progress/{run.pk}/").content
    page = executive.get("/proof/")
    assert "Interrupted" in text_of(page)
    assert b'action="/proof/start/"' in page.content


def test_a_finished_run_reloads_the_page(executive, proof):
    assert executive.get(f"/proof/progress/{proof.pk}/")["HX-Refresh"] == "true"


def test_a_run_that_failed_says_so(executive):
    Proof.objects.create(as_of=NOW, problem="Something went wrong.", moved_at=NOW, **USUAL.fields)
    assert "This did not work Something went wrong." in text_of(executive.get("/proof/"))


def test_an_account_manager_sees_all_numbers_and_only_own_names(proof):
    manager = PersonFactory()
    own, strange = CustomerFactory(team=manager.team, name="Ours"), CustomerFactory(name="Theirs")
    for customer in (own, strange):
        case(proof, customer)
        case(proof, customer, is_flagged=True, is_silent=False)
    browser = browser_of(manager)

    page = browser.get("/proof/")
    assert "Of 40 customers we flagged" in text_of(page)
    for address in (
        "/proof/", "/proof/customers/", "/proof/customers/?kind=came_back", "/proof/customers.csv"
    ):  # fmt: skip
        response = browser.get(address)
        content = b"".join(response) if response.streaming else response.content
        assert b"Ours" in content
        assert b"Theirs" not in content


def test_an_executive_sees_every_name(executive, proof):
    case(proof, CustomerFactory(name="Theirs"))
    assert "Theirs" in text_of(executive.get("/proof/customers/"))


def test_a_stranger_must_sign_in(proof):
    for address in ("/proof/", "/proof/customers/", "/proof/customers.csv", "/proof/progress/1/"):
        assert Client().get(address).status_code == 302
    assert Client().post("/proof/start/").status_code == 302


def test_the_list_says_what_was_said_then_and_links_to_the_customer(executive, proof):
    customer = ReadingFactory(customer__name="Bäckerei Øster").customer
    case(proof, customer)
    page = executive.get("/proof/customers/")
    assert "Bäckerei Øster" in text_of(page)
    assert "5 January" in text_of(page)
    assert "23 %" in text_of(page)
    assert f'href="/customers/{customer.pk}/"'.encode() in page.content
    assert "Steady" in text_of(page)


def test_the_worst_mistakes_come_first(executive, proof):
    for silence in (0.3, 0.1, 0.2):
        case(proof, silence=silence)
        case(proof, silence=silence, is_flagged=True, is_silent=False)
    shown = re.findall(r"\b([123]0) %", text_of(executive.get("/proof/customers/")))
    assert shown == ["10", "20", "30"]
    page = text_of(executive.get("/proof/customers/?kind=came_back"))
    assert re.findall(r"\b([123]0) %", page) == ["30", "20", "10"]


def test_lists_are_of_a_month_and_a_kind(executive, proof):
    case(proof, CustomerFactory(name="December"), month=date(2025, 12, 1))
    case(proof, CustomerFactory(name="Foreseen"), is_flagged=True)
    assert "1 customer" not in text_of(executive.get("/proof/customers/"))
    assert "December" in text_of(executive.get("/proof/customers/?month=2025-12"))
    assert "Foreseen" in text_of(executive.get("/proof/customers/?kind=foreseen"))
    assert executive.get("/proof/customers/?kind=nonsense&month=nonsense&page=x").status_code == 200


def test_long_lists_have_pages(executive, proof):
    for _ in range(53):
        case(proof)
    first = executive.get("/proof/customers/")
    assert "53 customers" in text_of(first)
    assert first.content.count(b"data-row>") == 50
    second = executive.get("/proof/customers/?month=2026-01&kind=went_silent&page=2")
    assert second.content.count(b"data-row>") == 3


def test_a_list_without_a_proof_leads_back_to_the_page(executive):
    assert executive.get("/proof/customers/?horizon=30")["Location"] == "/proof/?horizon=30"
    assert executive.get("/proof/customers.csv").status_code == 404


def test_a_list_of_a_question_that_makes_no_sense_leads_to_where_that_is_said(executive, proof):
    asked = "window=20&horizon=-3&month=2026-01"
    answer = executive.get(f"/proof/customers/?{asked}", follow=True)
    assert answer.redirect_chain == [("/proof/?window=20&horizon=-3", 302)]
    assert "Give a whole number from 1 to 1,000." in text_of(answer)
    assert executive.get(f"/proof/customers.csv?{asked}").status_code == 404


def test_the_file_is_whole_and_runs_no_formula(executive, proof):
    for _ in range(51):
        case(proof)
    case(proof, CustomerFactory(name="=cmd()"), silence=0.001)
    response = executive.get("/proof/customers.csv?month=2026-01&kind=went_silent")
    rows = list(csv.reader(io.StringIO(b"".join(response).decode())))
    assert len(rows) == 53
    assert rows[1][0] == "'=cmd()"
    assert rows[2][3:] == ["2026-01-05", "23.0", "31", "no", "yes"]
    assert 'filename="proof-2026-01-went-silent.csv"' in response["Content-Disposition"]


def test_the_page_takes_as_few_queries_however_many_cases(
    executive, proof, django_assert_num_queries
):
    for _ in range(3):
        case(proof)
        case(proof, is_flagged=True, is_silent=False)
    with django_assert_num_queries(8):
        executive.get("/proof/")
    for _ in range(20):
        case(proof)
    with django_assert_num_queries(8):
        executive.get("/proof/")


def test_the_list_takes_as_few_queries_however_long(executive, proof, django_assert_num_queries):
    case(proof)
    with django_assert_num_queries(7):
        executive.get("/proof/customers/")
    for _ in range(60):
        case(proof)
    with django_assert_num_queries(7):
        executive.get("/proof/customers/")


@pytest.mark.parametrize("page", ["/distance/", "/customers/{pk}/"])
def test_scores_ask_how_often_they_are_right(executive, page):
    reading = ReadingFactory()
    count_total(
        BandTotal,
        on_date=BandTotal.NOW, stage="current", currency="EUR", band=reading.band, customers=1,
        yearly_value=1,
    )  # fmt: skip
    response = executive.get(page.format(pk=reading.pk))
    assert b'<a href="/proof/">How often is this right?</a>' in response.content


def test_where_bands_and_risks_stand_beside_other_numbers_the_link_is_about_the_score(executive):
    response = executive.get("/doors-and-windows/")
    assert 'href="/proof/">How often is the score right?</a>' in response.text


@pytest.mark.parametrize("page", ["/wall/", "/care/"])
def test_counts_lead_to_what_proof_says_of_service_and_connection(executive, proof, page):
    link = re.compile(r'<a[^>]* href="/proof/#([\w-]+)">([^<]+)</a>')
    ((anchor, question),) = link.findall(executive.get(page).text)
    (fold,) = [part for part in executive.get("/proof/").text.split("<details") if question in part]
    assert f'id="{anchor}"' in fold
