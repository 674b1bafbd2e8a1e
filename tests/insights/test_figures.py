"""Every figure on every page is what a slow recount of the raw rows says.

A figure that nobody recounts fails here: see `figures.accounted`. The recount reads touchpoints,
loops, customers, contacts and people as they are, and nothing that was scored or summed up.
"""

import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urljoin

import pytest
import time_machine
from django.core.cache import cache
from django.db import transaction
from django.test import Client

from insights import demo
from insights.report_contents import About, report_contents
from insights.selectors.proof import Question
from insights.services.drain import drain
from insights.services.handovers import start_handover
from insights.services.nightly import read_everyone_again
from insights.services.prove import start_proof, work_out
from insights.words import money
from relationships.models import HandoverCustomer, Person
from relationships.words import plural
from tests.insights.figures import (
    behind,
    care,
    changes,
    customer,
    customers,
    distance,
    doors_and_windows,
    files,
    known,
    over_time,
    proof,
    report,
    timeline,
    today,
    wall,
)
from tests.insights.figures.accounted import Account
from tests.insights.figures.foretold import Foretold
from tests.insights.figures.leads import Leads
from tests.insights.figures.recount import Recount, months_before
from tests.insights.figures.shown import Page

NOW = datetime(2026, 3, 4, 9, tzinfo=UTC)
TODAY = date(2026, 3, 4)
MANAGER = "Marta Żółkiewska"
REGION = {"doors_from": 20, "doors_to": 60, "windows_to": 40}
KNOWN = ["near", "steady", "cooling", "drifting", "gone"]
ALL_COLUMNS = (
    "band.distance.drift.doors.windows.at_risk.owner.last_touch.value.warmth.silence.team.segment"
    ".stage.known_by"
)

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def found(django_db_setup, django_db_blocker):
    """Load, score and recount the demonstration, once for all pages."""
    with django_db_blocker.unblock():
        outer = transaction.atomic()
        outer.__enter__()
        demo.load_demonstration(today=TODAY)
        while drain(now=NOW):
            pass
        read_everyone_again(now=NOW)
        work_out(proof_id=start_proof(question=Question(), by=None, now=NOW)[0].pk)
        cache.clear()
        yield Recount(NOW)
        transaction.set_rollback(True)
        outer.__exit__(None, None, None)
        cache.clear()


@pytest.fixture(scope="module")
def foretold(found):
    """Hold the score of past Mondays against what happened, once for all pages."""
    return Foretold(found)


@pytest.fixture
def executive(found):
    """Return an executive of the demonstration, as a row."""
    return next(one for one in found.people.values() if one["role"] == "executive")


@pytest.fixture
def manager(found):
    """Return an account manager with customers, as a row."""
    return next(one for one in found.people.values() if one["name"] == MANAGER)


@pytest.fixture
def fetch(found):
    """Fetch a page as one of us sees it at the moment of the recount."""

    def fetch(person, path, asked=None):
        client = Client()
        client.force_login(Person.objects.get(pk=person["id"]))
        with time_machine.travel(NOW, tick=False):
            answer = client.get(path, asked or {})
        assert answer.status_code == 200
        return answer

    return fetch


@pytest.fixture
def north(found):
    """Return the number of the largest team."""
    return next(pk for pk, row in found.teams.items() if row["name"] == "North")


@pytest.fixture
def industry(found):
    """Return the number of a segment."""
    return next(pk for pk, row in found.segments.items() if row["name"] == "Industry")


@pytest.fixture
def owner(found):
    """Return the number of who looks after most customers."""
    return Counter(one.owner_id for one in found.everyone if one.owner_id).most_common(1)[0][0]


@pytest.fixture
def filters(north, industry, owner):
    """Each filter of pages about customers alone, and more of them together."""
    return (
        {}, {"team": north}, {"segment": industry}, {"stage": "lead"}, {"owner": owner},
        {"team": north, "segment": industry, "stage": "any"}, {"owner": owner, "segment": industry},
    )  # fmt: skip


@pytest.mark.parametrize(
    "page",
    [
        "<p>3 customers</p><p>5 more</p>",
        "<p>13 customers</p>",
        "<p>3 customers</p><table><caption>Bands</caption><tr><td>Near</td><td>4</td></tr></table>",
        "<p>3 customers</p><svg><title>t</title><g><title>Near: 4</title><text>5</text></g></svg>",
    ],
)
def test_a_figure_that_nobody_recounted_is_told(page):
    account = Account()
    account.says("3 customers")
    account.holds("<main><p>3 customers since 4 March 2026</p></main>")
    with pytest.raises(AssertionError):
        account.holds(f"<main>{page}</main>")


def test_a_table_is_held_cell_by_cell():
    account = Account()
    account.lists("Bands", [["Near", "4"]])
    table = "<main><table><caption>Bands</caption><tr><th>Near</th><td>{}</td></tr></table></main>"
    account.holds(table.format(4))
    with pytest.raises(AssertionError):
        account.holds(table.format(5))


def hold(fetch, person, path, account, *questions):
    """Hold a page against its recount for each question."""
    for asked in questions:
        account(asked).holds(fetch(person, path, asked), f"{path} {asked}")


def test_distance(fetch, executive, found, filters):
    hold(fetch, executive, "/distance/", lambda q: distance.distance(found, q), *filters)


def test_distance_over_time(fetch, executive, found, north, industry, owner):
    questions = [{"by": by} for by in ("team", "segment", "value", "size")]
    questions += [{"by": "stage", "stage": "any"}, {"show": "far"}]
    questions += [{"team": north, "by": "segment"}, {"segment": industry}, {"owner": owner}]
    questions += [{"stage": "lead", "by": "segment"}]
    path = "/distance/over-time/"
    hold(fetch, executive, path, lambda q: over_time.over_time(found, q), *questions)


def test_doors_and_windows(fetch, executive, found, filters, north):
    questions = [*filters, REGION, REGION | {"team": north}]
    path = "/doors-and-windows/"
    account = lambda q: doors_and_windows.doors_and_windows(found, q)  # noqa: E731
    hold(fetch, executive, path, account, *questions)


def test_the_wall(fetch, executive, found, north, industry, owner):
    questions = [{}, {"months": "any"}, {"months": "12"}, {"team": north}]
    questions += [{"channel": "phone"}, {"channel": "web", "team": north}]
    questions += [{"segment": industry}, {"segment": industry, "team": north, "months": "any"}]
    questions += [{"stage": "lead"}, {"stage": "current", "segment": industry, "team": north}]
    questions += [
        {"owner": owner},
        {"owner": owner, "stage": "current", "team": north},
    ]
    hold(fetch, executive, "/wall/", lambda q: wall.wall(found, q), *questions)


def test_who_knows_our_customers_and_attention(fetch, executive, found, north, industry, owner):
    account = lambda q: known.known(found, q)  # noqa: E731
    questions = [{}, {"team": north}, {"owner": owner}, {"stage": "lead"}, {"segment": industry}]
    questions += [{"stage": "any", "segment": industry, "team": north}]
    hold(fetch, executive, "/who-knows/", account, *questions)


def test_do_we_care(fetch, executive, found, north, industry, owner):
    questions = [{}, {"months": "12"}, {"months": "1"}, {"team": north}, {"until": "2025-11"}]
    questions += [{"segment": industry}, {"stage": "lead"}, {"stage": "current", "team": north}]
    questions += [{"owner": owner, "months": "12"}, {"owner": owner, "segment": industry}]
    questions += [{"segment": industry, "stage": "current", "team": north, "months": "12"}]
    hold(fetch, executive, "/care/", lambda q: care.care(found, q), *questions)


def pages_of(fetch, person, path, asked=None):
    """Fetch a list from its newest page to its oldest."""
    answer = fetch(person, path, asked)
    yield answer
    while older := answer.context["older_url"]:
        answer = fetch(person, urljoin(path, older))
        yield answer


def hold_list(fetch, person, path, asked, recounted):
    """Hold a list behind a number, all its pages, against its recount, line by line."""
    count, lines = recounted
    pages = [Page(page) for page in pages_of(fetch, person, path, asked)]
    begins = f"{count} in ", f"{count} from "
    assert any(text.startswith(begins) for _, text in pages[0].texts), (path, asked, count)
    assert [line for page in pages for line in page.lines] == lines, (path, asked)


def test_lists_behind_care(fetch, executive, found, north):
    for asked in ({}, {"months": "1", "team": north}):
        months = care.months_until(care.last_month(found, asked), int(asked.get("months", 3)))
        for what in (*behind.LOOPS, *behind.TOUCHPOINTS):
            recounted = behind.care(found, what, months, asked.get("team"))
            hold_list(fetch, executive, f"/care/behind/{what}/", asked, recounted)


def test_lists_behind_the_wall_and_contacts(fetch, executive, found, north):
    month = months_before(TODAY, 2)
    asked = {"month": f"{month:%Y-%m}", "team": north}
    for mode in ("human", "digital"):
        recounted = behind.wall(found, month, mode, north)
        hold_list(fetch, executive, "/wall/behind/", asked | {"mode": mode}, recounted)
    for stage in ("lead", "current", "former"):
        for when in ({}, asked):
            narrowed = {"month": month, "team": north} if when else {}
            recounted = behind.contacts(found, stage, **narrowed)
            hold_list(fetch, executive, "/who-knows/contacts/", when | {"stage": stage}, recounted)


PAGES_THAT_LEAD = (
    ("/distance/", {}), ("/doors-and-windows/", {}), ("/wall/", {"months": "12"}),
    ("/who-knows/", {}), ("/care/", {}), ("/care/", {"months": "1"}), ("/proof/", {}),
)  # fmt: skip
FOLLOWED = 25


@pytest.mark.parametrize(("path", "asked"), PAGES_THAT_LEAD)
def test_a_number_leads_to_as_many(fetch, executive, path, asked):
    """Follow numbers of a page to their lists: all of them, or of many some of each part."""
    leads = sorted(set(Leads(fetch(executive, path, asked)).found))
    assert len(leads) > 3
    for href, number in leads[:: len(leads) // FOLLOWED + 1]:
        context = fetch(executive, href).context
        said = next(filter(None, map(context.get, ("count", "contacts", "summary"))))
        assert said.split()[0] == f"{number:,}", (path, href, said)


def test_today(fetch, executive, manager, found):
    today.today(found, executive, is_mine=False).holds(fetch(executive, "/"), "Today of all")
    for asked in ({}, {"whose": "all"}, {"show": "all"}):
        is_mine, shown = "whose" not in asked, 50 if "show" in asked else 5
        account = today.today(found, manager, is_mine=is_mine, shown=shown)
        account.holds(fetch(manager, "/", asked), f"Today {asked}")


def test_customers(fetch, executive, manager, found, north, industry):
    questions = [
        {}, {"columns": ALL_COLUMNS}, {"stage": "current", "team": north}, {"segment": industry},
        {"band": ["drifting", "gone"]}, {"quarter": "walled_off"}, {"value": "a"},
        {"known": "one", "stage": "current"}, {"was": "near", "since": "4w"},
        {"moved": "further", "since": "1y", "band": KNOWN, "stage": "current"},
        {"owner": manager["id"]},
    ]  # fmt: skip
    account = lambda q: customers.customers(found, executive, q)  # noqa: E731
    hold(fetch, executive, "/customers/", account, *questions)
    account = lambda q: customers.customers(found, manager, q)  # noqa: E731
    hold(fetch, manager, "/customers/", account, {})


def test_what_changed(fetch, executive, manager, found):
    for person, *questions in ((executive, {}, {"direction": "nearer"}), (manager, {})):
        account = lambda q, who=person: changes.what_changed(found, who, q)  # noqa: E731
        hold(fetch, person, "/changes/", account, *questions)


def test_proof(fetch, executive, found, foretold):
    proof.proof(found, foretold).holds(fetch(executive, "/proof/"), "Proof")
    month = foretold.headline_month
    for kind in proof.KINDS:
        asked = {"month": f"{month:%Y-%m}", "kind": kind}
        account = proof.customers(found, foretold, month, kind)
        account.holds(fetch(executive, "/proof/customers/", asked), f"Proof {asked}")


def test_the_board_report(found, foretold):
    about = About(month=months_before(TODAY, 1), is_whole=True, as_of=NOW, by="", is_demo=True)
    with time_machine.travel(NOW, tick=False):
        contents = report_contents(about)
    report.report(found, foretold).holds(report.as_page(contents), "Board report")


def test_a_customer(fetch, executive, found):
    """One of each band, and whoever has most behind each part of the distance."""
    chosen = {one.band: one for one in reversed(found.everyone)}
    for part in ("presence", "cooling", "wall", "unhealed"):
        chosen[part] = max(found.everyone, key=lambda one: one.score.get(f"part_{part}", 0))
    for one in chosen.values():
        page = f"/customers/{one.pk}/"
        answer = fetch(executive, page, {"story": "1"})
        customer.customer(found, one.pk).holds(answer, page, until="What happened")
        customer.pairs(found, one.pk).holds(fetch(executive, f"{page}people/"), f"{page}people/")


def test_a_timeline(fetch, executive, found):
    """Of whoever has most that was opened, as far back as it goes."""
    pk = Counter(loop["customer_id"] for loop in found.loops.values()).most_common(1)[0][0]
    shown = [
        (day, text)
        for answer in pages_of(fetch, executive, f"/customers/{pk}/", {"story": "1"})
        for day, text in Page(answer, since="What happened").texts
        if text != day
    ]
    assert shown == [one for one in timeline.timeline(found, pk) if re.search(r"\d", one[1])]


def test_a_handover(fetch, executive, manager, found):
    theirs = [one for one in found.everyone if one.owner_id == manager["id"]]
    handover, _ = start_handover(
        person_id=manager["id"],
        leaves_on=TODAY + timedelta(days=40),
        by=Person.objects.get(pk=executive["id"]),
        now=NOW,
    )
    rows = HandoverCustomer.objects.filter(handover=handover).values("customer_id", "successor_id")
    assert {row["customer_id"] for row in rows} == {one.pk for one in theirs}
    number = len(theirs)
    shares = Counter(row["successor_id"] for row in rows)
    account = Account()
    account.knows(r"\b[1-5] (Who|Customers|What|Introductions|Summary)\b")
    account.says(f"0 of {number}", f"{number} of {number}")
    account.may_say(f"Move {plural(number, 'customer')} now", "0 of", "Nobody yet 0", "0")
    account.may_say(f"{shares[None]}")
    account.lists(
        "",
        [
            [found.people[pk]["name"] if pk else "Nobody yet", f"{count}", "0", "0"]
            for pk, count in shares.items()
        ],
        in_any_order=True,
    )
    summary = fetch(executive, f"/handovers/{handover.pk}/summary/")
    account.holds(summary, "Handover")

    printed = Account()
    printed.says(f"{plural(number, 'customer')}, 0 moved, 0 written, 0 introductions planned")
    for one in theirs:
        if one.at_risk:
            printed.says(f"{money(one.at_risk, one.currency)} a year at risk")
    printed.knows(r"Only .* met them in (90 days|a year)")
    printed.holds(fetch(executive, f"/handovers/{handover.pk}/print/"), "Handover on paper")


def test_files_of_charts(fetch, executive, found, foretold, north, industry):
    for path, asked, expected in (
        ("/distance/", {}, files.of_distance(found, {})),
        ("/distance/", {"team": north}, files.of_distance(found, {"team": north})),
        ("/distance/over-time/", {}, files.of_over_time(found, {})),
        ("/distance/over-time/", {"show": "far"}, files.of_over_time(found, {"show": "far"})),
        ("/doors-and-windows/", {"segment": industry}, files.of_map(found, {"segment": industry})),
        ("/wall/", {"team": north}, files.of_wall(found, {"team": north})),
        ("/who-knows/", {}, files.of_known(found, {})),
        ("/who-knows/", {"team": north}, files.of_known(found, {"team": north})),
        ("/proof/", {}, files.of_proof(foretold)),
    ):
        for name, lines in expected.items():
            for ending, read in (("csv", files.lines_of), ("xlsx", files.sheet_of)):
                taken = {"take": f"{name}.{ending}"}
                shown = read(fetch(executive, path, asked | taken).getvalue())
                assert len(shown) == len(lines), (path, asked, taken)
                for row, line in zip(sorted(shown), sorted(lines, key=texts), strict=True):
                    assert alike(row, line), (path, asked, taken, row, line)


def texts(line):
    """Return what a line of a file is sorted by: as it is written."""
    return [str(cell) for cell in line]


def alike(row, line):
    """Whether a line of a file says what a recount does."""
    cells = [*row, *[""] * (len(line) - len(row))]
    return all(
        text == cell if isinstance(cell, str) else float(text) == pytest.approx(float(cell))
        for text, cell in zip(cells, line, strict=True)
    )
