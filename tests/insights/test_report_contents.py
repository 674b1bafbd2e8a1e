"""The board report says what the pages say, to the unit, as text that can be read by anybody."""

import json
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from pypdf import PdfReader
from pypdf.generic import BooleanObject

from insights.models import Band, BandTotal, Proof, WallEvent
from insights.report_contents import OF_EVERY_STAGE, About, report_contents
from insights.report_pdf import typeset
from insights.selectors.proof import Question
from insights.selectors.reports import months_to_report
from interactions.models import TouchpointType
from relationships.models import Customer, Team
from tests.factories import (
    CustomerFactory,
    PersonFactory,
    ReadingFactory,
    TeamFactory,
    count_month,
    count_total,
)
from tests.insights.test_proof import numbers, results
from tests.organisation import demonstration
from tests.pages import EXECUTIVE

pytestmark = pytest.mark.django_db
MOMENT = datetime(2026, 3, 4, 12, tzinfo=UTC)
HOSTILE = (
    "#panic() $x$ [a](b) \\ *b* _i_ `c` <l> @r // /* = Head - ~ ' \" {{ x }} </style><script> #{1}"
)
PROMISE = b"<pdfuaid:part>1<"
UNPRINTABLE = "\U0010fffd"
"""A letter that is nobody's, so no font has it."""


def about(as_of=MOMENT, **changed) -> About:
    fields = {"month": date(2026, 2, 1), "is_whole": True, "by": "", "is_demo": False}
    return About(as_of=as_of, **(fields | changed))


def printed(contents, as_of=MOMENT) -> tuple[PdfReader, str]:
    """Return the paper of what a report says, and its text as one line."""
    reader = PdfReader(BytesIO(typeset(contents, made_at=as_of)))
    return reader, plain(" ".join(page.extract_text() for page in reader.pages))


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def total(band, customers, *, team_id=0, risk=0, currency="EUR", on_date=BandTotal.NOW):
    return count_total(
        BandTotal,
        on_date=on_date, team_id=team_id, stage="current", currency=currency, band=band,
        customers=customers, yearly_value=customers * 1000, at_risk=risk,
    )  # fmt: skip


@pytest.fixture
def _some():
    """Twelve customers of a team, one of whom drifted away, and some months of touchpoints."""
    with time_machine.travel(MOMENT, tick=False):
        team = TeamFactory(name="Nørth")
        ReadingFactory(
            customer=CustomerFactory(name="Żółć Á/S", team=team, owner=PersonFactory(name="Ana")),
            drift=30.0, distance=70.0, band=Band.DRIFTING, part_presence=60.0, silent_days=41.0,
            usual_gap_days=12.0, active_days=30, at_risk=Decimal(1234),
        )  # fmt: skip
        total(Band.DRIFTING, 1, team_id=team.pk, risk=1234)
        total(Band.NEAR, 11, team_id=team.pk, risk=20, currency="SEK")
        human = TouchpointType.objects.filter(mode="human").first()
        for month in (1, 2):
            count_month(
                month=date(2026, month, 1),
                team_id=team.pk,
                type_id=human.pk,
                is_via=False,
                count=60,
            )
        WallEvent.objects.create(on_date=date(2026, 2, 3), text="Branch closed", team=team)
        yield


# What the pages say ----------------------------------------------------------------


def without_addresses(rows, *names):
    return [{name: value for name, value in row.items() if name not in names} for row in rows]


def says_what_distance_says(contents, page):
    as_of, said = contents["sentence"].split(". ", 1)
    assert as_of.startswith("As of ")
    assert said == page["sentence"]
    assert contents["note"] == page["note"]
    assert without_addresses(contents["bands"]["rows"], "url") == without_addresses(
        page["bands"], "url"
    )
    assert contents["away"]["movers"] == page["away"]
    assert contents["closer"]["movers"] == page["closer"]
    drawn = page["risks"][:4]
    assert [chart["title"] for chart in contents["risk"]["charts"]] == [c.caption for c in drawn]
    for chart, shown in zip(contents["risk"]["charts"], drawn, strict=True):
        for team, amount in shown.rows:
            assert team in chart["svg"]
            assert f">{amount}<" in chart["svg"]
    for row in page["strips"].rows:
        for count in row[1:-2]:
            assert f": {count} " in contents["bands"]["chart"]["svg"] or count == "0"


def says_what_the_wall_says(contents, page):
    wall = contents["wall"]
    assert plain(wall["sentence"]) == f"{plain(page['sentence'])} {OF_EVERY_STAGE}"
    assert (wall["compared"], wall["doors"], wall["meanwhile"]) == (
        page["compared"], page["doors"], page["meanwhile"],
    )  # fmt: skip
    assert [event["day"] for event in wall["events"]] == [event["day"] for event in page["events"]]
    assert page["chart"].rows[0][1] in wall["chart"]["svg"]


def says_what_care_says(contents, page):
    care, cards = contents["care"], page["cards"]
    assert care["sentence"] == f"{page['sentence']} {OF_EVERY_STAGE}"
    assert care["periods"] == [page["period"], *(one["label"] for one in cards[0]["compared"])]
    shown = ("title", "value", "unit", "note")
    assert [[row[name] for name in shown] for row in care["rows"]] == [
        [card[name] for name in shown] for card in cards
    ]
    for row, card in zip(care["rows"], cards, strict=True):
        assert row["compared"] == [
            {"text": one["text"], "moved": one["moved"]} for one in card["compared"]
        ]


def says_what_proof_says(contents, page):
    proof = contents["proof"]
    assert (proof["sentence"], proof["verdict"]) == (page["headline"], page["verdict"])
    assert proof["basis"] == [page["basis"]]
    tile = page["tiles"][0]
    assert proof["warnings"] == [f"{tile.label}: {tile.value}. {tile.note}"]


def paper_has_it_all(contents, paper):
    care, wall, proof = contents["care"], contents["wall"], contents["proof"]
    sentences = [
        contents["sentence"], contents["note"], contents["made"], contents["demo"],
        wall["sentence"], wall["compared"], *wall["doors"], wall["meanwhile"],
        care["sentence"], proof["sentence"], proof["verdict"], *proof["warnings"], *proof["basis"],
    ]  # fmt: skip
    rows = [
        " ".join((row["now"], row["four_weeks"], row["year"])) for row in contents["bands"]["rows"]
    ]
    movers = [
        f"{one['name']} {one['drift']} points, from {one['before']} to {one['now']}: "
        f"{one['band_label'].lower()}. {one['reason']} {one['owner']}; {one['at_risk']} at risk"
        for side in ("away", "closer")
        for one in contents[side]["movers"]
    ]
    measures = [f"{row['title']} {row['value']} {row['unit']}" for row in care["rows"]]
    for said in (*sentences, *rows, *movers, *measures):
        assert plain(said) in paper


def test_every_figure_is_the_one_that_the_pages_show():
    organisation = demonstration()
    client, now = Client(), timezone.now()
    client.force_login(organisation.people[EXECUTIVE])
    month = months_to_report(now)[0]
    contents = report_contents(about(now, month=month, is_demo=True, by="Henrik Søndergaard"))

    says_what_distance_says(contents, client.get("/distance/").context)
    says_what_the_wall_says(contents, client.get("/wall/").context)
    says_what_care_says(contents, client.get("/care/").context)
    says_what_proof_says(contents, client.get("/proof/").context)
    reader, paper = printed(contents, now)
    assert len(reader.pages) in (2, 3, 4)
    paper_has_it_all(contents, paper)


# How it is made ------------------------------------------------------------------------


@pytest.mark.usefixtures("_some")
def test_it_says_whose_it_is_of_when_and_by_whom(settings):
    settings.ORGANISATION = "Øresund Żaglowiec A/S"
    asked = about(by="Zoë Ángström", is_demo=True)
    _, paper = printed(report_contents(asked))
    assert "Board report, February 2026" in paper
    assert "Øresund Żaglowiec A/S" in paper
    assert "Made by Zoë Ángström on 4 March 2026 at 12:00 (UTC)." in paper
    assert paper.count("Demonstration data") >= 2
    assert re.search(r"Page 1 of \d", paper)


@pytest.mark.usefixtures("_some")
def test_without_a_name_or_demonstration_nothing_is_said_of_them():
    reader, paper = printed(report_contents(about()))
    assert "Made by Hearth, as every month" in paper
    assert "Demonstration" not in paper
    assert reader.metadata.author == "Hearth"


@pytest.mark.usefixtures("_some")
def test_a_month_that_runs_is_called_so():
    contents = report_contents(about(month=date(2026, 3, 1), is_whole=False))
    _, paper = printed(contents)
    assert contents["title"] == "Board report, March 2026 so far"
    assert "The last of these months has not ended" in paper


@pytest.mark.usefixtures("_some")
def test_it_can_be_read_aloud():
    reader, _ = printed(report_contents(about()))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] == BooleanObject(True)
    assert root["/Lang"] == "en-GB"
    assert PROMISE in root["/Metadata"].get_data()
    found = described_figures(root["/StructTreeRoot"])
    assert [text.partition(".")[0] for text in found] == [
        "Current customers by band, now and before",
        "At risk in a year, in EUR, by team",
        "At risk in a year, in SEK, by team",
        "Touchpoints with a person and with a screen, by month",
    ]


def described_figures(element) -> list[str]:
    """Return what figures are for who cannot see them."""
    element = element.get_object()
    if not hasattr(element, "get"):
        return []
    here = [str(element["/Alt"])] if "/Alt" in element else []
    children = element.get("/K", [])
    for child in children if isinstance(children, list) else [children]:
        if not isinstance(child, int):
            here += described_figures(child)
    return here


@pytest.mark.usefixtures("_some")
def test_charts_are_drawings_with_text_and_not_pictures():
    reader, paper = printed(report_contents(about()))
    assert not any(page.images for page in reader.pages)
    assert "Nørth" in paper
    assert "1 Branch closed (Nørth)" in paper


@pytest.mark.usefixtures("_some")
def test_each_line_in_the_wall_is_of_an_event_that_the_paper_tells():
    for number in range(12):
        WallEvent.objects.create(on_date=date(2026, 2, 4 + number), text=f"Event {number}")
    contents = report_contents(about())
    assert contents["wall"]["chart"]["svg"].count('class="note-line"') == 8
    assert len(contents["wall"]["events"]) == 8


@pytest.mark.usefixtures("_some")
def test_its_letters_are_those_of_fonts_that_come_along():
    reader, _ = printed(report_contents(about()))
    fonts = [font for page in reader.pages for font in page["/Resources"]["/Font"].values()]
    assert {font["/BaseFont"].partition("+")[2].partition("-")[0] for font in fonts} == {
        "LibertinusSerif"
    }


@pytest.mark.usefixtures("_some")
def test_nothing_that_somebody_wrote_is_markup(settings):
    settings.ORGANISATION = HOSTILE
    Customer.objects.update(name=HOSTILE[:60])
    Team.objects.filter(name="Nørth").update(name=HOSTILE[:99])
    WallEvent.objects.update(text=HOSTILE[:80].strip())
    _, paper = printed(report_contents(about(by=HOSTILE)))
    assert f"Made by {HOSTILE} on" in paper
    assert plain(HOSTILE[:60]) in paper
    assert paper.count("#panic()") >= 4


@pytest.mark.usefixtures("_some")
def test_a_letter_no_font_has_costs_the_promise_and_not_the_report():
    Customer.objects.update(name=f"A{UNPRINTABLE}B")
    reader, paper = printed(report_contents(about()))
    assert "Silent 41 days" in paper
    assert PROMISE not in reader.trailer["/Root"]["/Metadata"].get_data()


@pytest.mark.usefixtures("_some")
def test_a_name_that_is_too_long_is_cut():
    Customer.objects.update(name="W" * 200)
    (mover,) = report_contents(about())["away"]["movers"]
    assert mover["name"] == f"{'W' * 59}…"


# Few and many ----------------------------------------------------------------------------


def test_with_no_customer_at_all_it_says_so():
    contents = report_contents(about())
    reader, paper = printed(contents)
    assert "We have not heard from any customer yet" in paper
    assert "How often the score is right has not been worked out yet." in paper
    assert "How far they are" not in paper
    assert len(reader.pages) == 1


def test_with_one_customer_it_ranks_nobody():
    reader = ReadingFactory()
    total(Band.STEADY, 1, team_id=reader.team_id)
    _, paper = printed(report_contents(about()))
    assert "So far we have heard from 1 customer only" in paper
    assert "Nobody moved away by five points or more." in paper
    assert "No customer has a yearly value yet." in paper


def test_too_little_history_is_told():
    Proof.objects.create(
        as_of=MOMENT, results=results(None, days_missing=12), done_share=1, **Question().fields
    )
    proof = report_contents(about())["proof"]
    assert proof["sentence"] == (
        "There is too little history yet to say how often the score is right."
    )
    assert proof["basis"][0].startswith("Hearth needs at least 12 more days of history")


@pytest.mark.parametrize("teams", [3, 40])
def test_many_customers_teams_currencies_and_events_stay_on_four_pages(teams):
    for number in range(teams):
        team = TeamFactory(name=f"Team with a long name, number {number}")
        for currency in ("EUR", "SEK", "GBP", "CHF", "NOK"):
            total(Band.GONE, 10, team_id=team.pk, risk=1000 + number, currency=currency)
    for number in range(20):
        long = f"Customer with a rather long name, Gesellschaft für Fernwärme {number}"
        ReadingFactory(customer=CustomerFactory(name=long), drift=20 - 2.0 * number)
        WallEvent.objects.create(
            on_date=date(2025, 1, 1 + number), text=f"Event {number} " + "e" * 60
        )
    Proof.objects.create(
        as_of=MOMENT, results=results(numbers()), done_share=1, **Question().fields
    )
    contents = report_contents(about())
    reader, paper = printed(contents)
    assert len(reader.pages) in (3, 4)
    assert len(contents["risk"]["charts"]) == 4
    assert "In other currencies" in paper
    if teams == 40:
        assert "30 more teams: EUR 30.4 k." in paper
    assert len(contents["wall"]["events"]) == 8
    assert "12 earlier events on the page." in paper


def test_it_is_made_of_what_json_can_hold():
    contents = report_contents(about())
    assert json.loads(json.dumps(contents)) == contents
