"""The pages of likely duplicates: listed, told to be two, merged with a preview, parted again."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from insights.models import Band, Reading
from insights.selectors.duplicates import merge_preview
from insights.services.drain import drain
from interactions.models import Touchpoint
from interactions.selectors import happened
from interactions.services import NewTouchpoint, merge_customers, record, source_named
from relationships.models import Customer, CustomerMerge, DuplicatePair, Person
from relationships.services.duplicates import dismiss_duplicate
from tests.factories import (
    AdministratorFactory,
    ContactFactory,
    CustomerFactory,
    DuplicatePairFactory,
    FactFactory,
    PersonFactory,
    ReadingFactory,
    TeamFactory,
)

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
HTMX = {"HTTP_HX_REQUEST": "true"}
LIST = "/duplicates/"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def manager() -> Person:
    return PersonFactory(name="Ann Ørsted")


@pytest.fixture
def one(manager) -> Customer:
    return CustomerFactory(name="Hotell Örnvik AB", team=manager.team, owner=manager)


@pytest.fixture
def other(manager, one) -> Customer:
    return CustomerFactory(name="hotell <ornvik>", team=manager.team)


def talk(customer: Customer, by: Person, *days_ago: float, kind="call.phone", **fields) -> None:
    fields |= {"type": kind, "customer": customer.pk}
    items = [NewTouchpoint(occurred_at=NOW - timedelta(days=ago), **fields) for ago in days_ago]
    outcomes = record(source=source_named("test"), items=items, by=by, now=NOW)
    assert {outcome.status for outcome in outcomes} == {"recorded"}, outcomes


def score() -> None:
    while drain(now=NOW):
        pass


def merge_url(keep: Customer, absorb: Customer) -> str:
    return f"/customers/{keep.pk}/merge/{absorb.pk}/"


def separate_url(customer: Customer) -> str:
    return f"/customers/{customer.pk}/separate/"


def pair_of(one: Customer, other: Customer, **fields) -> DuplicatePair:
    first, second = sorted((one, other), key=lambda customer: customer.pk)
    return DuplicatePairFactory(first=first, second=second, **fields)


def is_merged(customer: Customer) -> bool:
    customer.refresh_from_db()
    return customer.merged_into_id is not None


def test_both_stand_side_by_side_with_the_evidence(browser, manager, one, other):
    talk(other, manager, 3, 40)
    ContactFactory(customer=other)
    ReadingFactory(customer=one, distance=71, band=Band.DRIFTING)
    pair_of(one, other, evidence=[
        {"kind": "domain", "value": "ornvik.example", "likeness": 100},
        {"kind": "name", "value": "hotell ornvik", "likeness": 82},
    ])  # fmt: skip

    page = browser.get(LIST).text

    assert "Both have mail at ornvik.example; their names are 82 % alike." in page
    assert "Very likely one" in page
    assert "hotell &lt;ornvik&gt;" in page
    assert "<ornvik>" not in page
    assert "3 days ago" in page
    assert "<b>71</b>" in page
    # More happened with the other, who is kept unless somebody says otherwise.
    assert merge_url(other, one) in page


def test_pairs_of_others_are_not_there(browser, manager, one):
    pair = pair_of(one, CustomerFactory())
    assert "No likely duplicates" in browser.get(LIST).text
    browser.post(f"{LIST}{pair.pk}/dismiss/")
    pair.refresh_from_db()
    assert pair.dismissed_at is None
    assert browser.post(f"{LIST}{pair.pk}/restore/").status_code == 404


def test_pages_follow_each_other(browser, manager):
    for number in range(12):
        pair_of(*CustomerFactory.create_batch(2, team=manager.team), score=50 + number)
    page = browser.get(LIST)
    assert len(page.context["rows"]) == 10
    rest = browser.get(page.context["next_url"])
    assert len(rest.context["rows"]) == 2
    assert "Back to the likeliest" in rest.text
    assert "end of the list" in browser.get(f"{LIST}?after=1-1").text
    for nonsense in ("x", "9", "²-1", "1-" + "9" * 30):
        assert len(browser.get(LIST, {"after": nonsense}).context["rows"]) == 10


def test_the_number_of_queries_does_not_grow_with_the_list(
    browser, manager, django_assert_num_queries: DjangoAssertNumQueries
):
    for number in range(1, 10):
        pair_of(*CustomerFactory.create_batch(2, team=manager.team, owner=PersonFactory()))
        if number in (1, 9):
            with django_assert_num_queries(8):
                browser.get(LIST)


def test_who_are_two_stand_at_the_foot_and_are_compared_again(browser, manager, one, other):
    pair = pair_of(one, other)
    dismiss_duplicate(pair_id=pair.pk, by=manager, now=NOW - timedelta(days=3))
    theirs = pair_of(*CustomerFactory.create_batch(2, team=TeamFactory()))
    dismiss_duplicate(pair_id=theirs.pk, by=AdministratorFactory(), now=NOW)

    page = browser.get(LIST)
    assert [row["pk"] for row in page.context["dismissed"]] == [pair.pk]
    assert "Said to be two 3 days ago by Ann Ørsted" in page.text
    assert "hotell &lt;ornvik&gt;" in page.text
    page = browser.post(f"{LIST}{pair.pk}/restore/", follow=True)
    assert "may be one again." in page.text
    assert f"{LIST}{pair.pk}/dismiss/" in page.text
    assert page.context["dismissed"] == []
    assert len(page.context["rows"]) == 1


def test_who_are_two_come_by_pages_without_more_queries(
    browser, manager, django_assert_max_num_queries: DjangoAssertNumQueries
):
    said = []
    for number in range(23):
        pair = pair_of(*CustomerFactory.create_batch(2, team=manager.team))
        # Two at one moment: the page must not lose one between them.
        at = NOW - timedelta(hours=number // 2)
        dismiss_duplicate(pair_id=pair.pk, by=PersonFactory(team=manager.team), now=at)
        said.append((at, pair.pk))
    found, url = [], LIST
    while url:
        with django_assert_max_num_queries(7):
            page = browser.get(url)
        found += [row["pk"] for row in page.context["dismissed"]]
        url = page.context["earlier_url"]
    assert found == [pk for _, pk in sorted(said, reverse=True)]
    for nonsense in ("x", "9", "²-1", "1-" + "9" * 30):
        assert len(browser.get(LIST, {"dismissed": nonsense}).context["dismissed"]) == 10


def test_two_stay_two_and_that_can_be_undone(browser, manager, one, other):
    pair = pair_of(one, other)
    page = browser.post(f"{LIST}{pair.pk}/dismiss/?after=99-1", follow=True)
    assert page.redirect_chain[-1][0] == f"{LIST}?after=99-1"
    assert "are two. They will not be proposed again." in page.text
    assert f"{LIST}{pair.pk}/restore/" in page.text
    pair.refresh_from_db()
    assert pair.dismissed_by == manager

    response = browser.post(f"{LIST}{pair.pk}/restore/", **HTMX)
    assert response["HX-Redirect"] == LIST
    assert "may be one again" in browser.get(LIST).text


def test_a_pair_somebody_settled_meanwhile_is_told_so(browser, manager, one, other):
    pair = pair_of(one, other)
    merge_customers(keep=one.pk, absorb=other.pk, by=manager, now=NOW)
    page = browser.post(f"{LIST}{pair.pk}/dismiss/", follow=True)
    assert "somebody settled it meanwhile" in page.text


def test_the_list_of_customers_says_how_many_wait(browser, manager, one, other):
    assert "likely duplicate<" not in browser.get("/customers/").text
    pair_of(one, other)
    assert '<a href="/duplicates/">1 likely duplicate</a>' in browser.get("/customers/").text
    assert f'href="{LIST}" data-key="g u"' in browser.get(LIST).text


def test_the_preview_says_what_moves_and_changes_nothing(browser, manager, one, other):
    talk(one, manager, 30)
    talk(other, manager, 3, 40)
    talk(other, manager, 5, kind="complaint", external_id="c")
    ContactFactory(customer=other)
    FactFactory(customer=other)
    page = browser.get(merge_url(one, other)).text
    assert (
        "1 contact, 3 touchpoints, 1 open loop and 1 fact move from hotell &lt;ornvik&gt; to "
        "Hotell Örnvik AB." in page
    )
    assert "The distance of Hotell Örnvik AB will be" in page
    assert merge_url(other, one) in page
    assert not is_merged(other)
    assert Touchpoint.objects.filter(customer=other).count() == 3


def test_the_preview_foretells_the_distance_there_will_be(browser, manager, one, other):
    talk(one, manager, *range(200, 400, 7))
    talk(other, manager, *range(2, 200, 9))
    talk(other, manager, 8, kind="complaint", external_id="c")
    talk(other, manager, 4, closes="c")
    foretold = merge_preview(one, other, now=NOW).distance
    browser.post(merge_url(one, other))
    score()
    assert Reading.objects.get(customer=one).distance == pytest.approx(foretold)


def test_where_nothing_happened_there_is_no_distance_to_foretell(browser, one, other):
    page = browser.get(merge_url(one, other)).text
    assert "Nothing has to move" in page
    assert "no distance to tell" in page


def test_histories_too_long_to_read_are_not_read(browser, manager, one, other, monkeypatch):
    talk(other, manager, 1, 2, 3)
    monkeypatch.setattr("insights.selectors.histories.MOST_READ", 2)
    monkeypatch.setattr(happened, "COUNTED_AT_MOST", 2)
    page = browser.get(merge_url(one, other)).text
    assert "it is scored after merging" in page
    assert "more than 2 touchpoints move" in page


def test_who_loses_sight_of_it_is_said(one):
    client = Client()
    client.force_login(AdministratorFactory())
    stranger = CustomerFactory(team=TeamFactory(name="North"))
    assert "belongs to North" in client.get(merge_url(one, stranger)).text


def test_merging_can_be_undone(browser, manager, one, other):
    talk(other, manager, 3)
    page = browser.post(merge_url(one, other), follow=True)
    assert page.redirect_chain[-1][0] == f"/customers/{one.pk}/"
    assert "is part of Hotell Örnvik AB now." in page.text
    assert separate_url(other) in page.text
    assert "Merged with <b>hotell &lt;ornvik&gt;</b> today by Ann Ørsted." in page.text
    assert is_merged(other)

    response = browser.post(separate_url(other), **HTMX)
    assert response["HX-Redirect"] == f"/customers/{one.pk}/"
    page = browser.get(response["HX-Redirect"])
    assert "are two again" in page.text
    # The separation itself can be undone: it posts to the merge.
    assert merge_url(one, other) in page.text
    assert not is_merged(other)
    assert Touchpoint.objects.get().customer == other


def test_a_double_click_merges_once(browser, one, other):
    browser.post(merge_url(one, other))
    page = browser.post(merge_url(one, other), follow=True)
    assert "They are one already: Hotell Örnvik AB." in page.text
    assert separate_url(other) in page.text
    assert CustomerMerge.objects.count() == 1


def test_the_same_merge_the_other_way_round_in_another_tab_changes_nothing(browser, one, other):
    browser.post(merge_url(one, other))
    page = browser.post(merge_url(other, one), follow=True)
    assert "They are one already" in page.text
    assert not is_merged(one)


def test_who_was_merged_into_a_third_meanwhile_is_looked_at_again(browser, manager, one, other):
    third = CustomerFactory(name="Third", team=manager.team)
    merge_customers(keep=third.pk, absorb=other.pk, by=manager, now=NOW)
    page = browser.post(merge_url(one, other), follow=True)
    assert page.redirect_chain[-1][0] == merge_url(one, third)
    assert "merged into another meanwhile" in page.text
    assert not is_merged(third)


def test_two_separations_at_once_are_one(browser, manager, one, other):
    merge_customers(keep=one.pk, absorb=other.pk, by=manager, now=NOW)
    browser.post(separate_url(other))
    page = browser.post(separate_url(other), follow=True)
    assert "is a customer of its own already" in page.text


def test_nobody_merges_or_parts_who_is_not_theirs(browser, manager, one, other):
    stranger = CustomerFactory()
    for url in (merge_url(one, stranger), merge_url(stranger, one)):
        assert browser.get(url).status_code == 404
        assert browser.post(url).status_code == 404
    assert browser.get(f"/customers/{stranger.pk}/same/").status_code == 404
    merge_customers(keep=one.pk, absorb=stranger.pk, by=AdministratorFactory(), now=NOW)
    assert stranger.name not in browser.get(f"/customers/{one.pk}/").text
    assert browser.post(separate_url(stranger)).status_code == 404
    assert is_merged(stranger)


def test_demonstration_data_is_not_merged_with_real(browser, manager, one):
    demo = CustomerFactory(team=manager.team, is_demo=True)
    page = browser.post(merge_url(one, demo), follow=True)
    assert "They were not merged. One of them is demonstration data" in page.text


def test_a_customer_cannot_be_merged_into_itself(browser, one):
    page = browser.post(merge_url(one, one), follow=True)
    assert "Choose two customers" in page.text


def test_a_merge_of_another_year_says_so(browser, manager, one, other):
    merge_customers(keep=one.pk, absorb=other.pk, by=manager, now=NOW - timedelta(days=366))
    manager.delete()
    client = Client()
    client.force_login(AdministratorFactory())
    assert "</b> on 3 March 2025." in client.get(f"/customers/{one.pk}/").text


def same(browser: Client, this: Customer, **query: object):
    return browser.get(f"/customers/{this.pk}/same/", query)


def test_any_two_are_merged_by_hand_from_the_customer(browser, one, other):
    assert f"/customers/{one.pk}/same/" in browser.get(f"/customers/{one.pk}/").text
    assert "Compare them" in same(browser, one).text
    chosen = same(browser, one, customer=other.pk, customer_name=other.name)
    assert chosen["Location"] == merge_url(one, other)
    # Without JavaScript a name is typed.
    assert same(browser, one, customer_name="ornvik")["Location"] == merge_url(one, other)


def test_a_name_that_may_mean_several_asks_which(browser, manager, one, other):
    third = CustomerFactory(name="Pension Ornvik", team=manager.team)
    page = same(browser, one, customer_name="Ornvik")
    assert [candidate.pk for candidate in page.context["form"].candidates] == [other.pk, third.pk]
    assert "Choose one of them" in page.text
    chosen = same(browser, one, customer_name="Ornvik", candidate=third.pk)
    assert chosen["Location"] == merge_url(one, third)


@pytest.mark.parametrize(
    ("typed", "complaint"),
    [
        ("", "Type a part of the other"),
        ("zzzz", "None of your other customers"),
        ("x" * 300, "at most 200"),
    ],
)
def test_what_is_wrong_says_what_to_do(browser, one, typed, complaint):
    assert complaint in same(browser, one, customer_name=typed).text


def test_itself_and_a_strangers_id_are_not_chosen(browser, one):
    assert "this customer itself" in same(browser, one, customer=one.pk).text
    assert "Type a part" in same(browser, one, customer=CustomerFactory().pk).text
    for nonsense in ("²", "-1", "9" * 40):
        assert "Type a part" in same(browser, one, customer=nonsense).text
