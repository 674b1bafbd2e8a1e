"""The pages of the scoring policy: who may, what is taken, refused, shown and merged."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from insights import tasks
from insights.drafts import Draft, keep_draft, tell_preview
from insights.models import CustomerState, PolicyVersion
from insights.selectors.policy import Place, settings_of
from insights.services.policy import save_policy
from insights.views import policy as view
from tests.factories import (
    AdministratorFactory,
    CustomerFactory,
    ExecutiveFactory,
    PersonFactory,
    SegmentFactory,
)

NOW = datetime.now(UTC) - timedelta(hours=1)
URL = "/policy/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin():
    return AdministratorFactory(name="Ada")


@pytest.fixture
def browser(admin):
    client = Client()
    client.force_login(admin)
    return client


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    """Do in the request what a worker would do after it."""
    monkeypatch.setattr(view.work_out_preview, "delay", tasks.preview_policy)
    monkeypatch.setattr(view.refold, "delay_on_commit", lambda: None)


def fields(browser, **typed):
    """Return what the form would send, with some of it typed over."""
    form = browser.get(URL).context["form"]
    sent = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in sent.items() if value is not None} | typed


def errors(response, name):
    return response.context["form"].errors.get(name, [])


@pytest.mark.parametrize("factory", [PersonFactory, ExecutiveFactory])
@pytest.mark.parametrize(
    "path", [URL, "/policy/versions/", "/policy/versions/compare/", "/policy/preview/abc/"]
)
def test_only_administrators_see_the_policy(factory, path):
    client = Client()
    client.force_login(factory())

    assert client.get(path).status_code == 403
    assert client.post("/policy/versions/0/roll-back/").status_code == 403
    assert client.post(URL, {"action": "save"}).status_code == 403
    assert 'href="/policy/"' not in client.get("/").content.decode()


def test_every_tunable_is_shown_with_meaning_unit_and_default(browser):
    page = browser.get(URL).content.decode()

    assert "Half-life of connection" in page
    assert "After so long without contact, half of the connection is left." in page
    assert "Default 90" in page
    assert "1 to 3,650 days" in page
    assert page.count('class="tunable') >= 60
    assert not re.search(r">\s*[a-z]+_[a-z_]+\s*<", page)


def test_what_is_typed_is_saved_and_what_is_not_stays(browser, admin):
    segment = SegmentFactory()
    sent = fields(
        browser,
        **{
            "everyone::horizon_days": "30",
            "type:call.phone:points": "4",
            f"segment:{segment.pk}:care_half_life": "20",
            "note": "Shorter",
            "action": "save",
        },
    )

    response = browser.post(URL, sent, follow=True)

    version = PolicyVersion.objects.get()
    assert settings_of(version) == {
        Place("everyone", "", "horizon_days"): 30.0,
        Place("type", "call.phone", "points"): 4.0,
        Place("segment", str(segment.pk), "care_half_life"): 20.0,
    }
    assert (version.note, version.created_by) == ("Shorter", admin)
    page = response.content.decode()
    assert "Version 1 is saved" in page or f"Version {version.pk} is saved" in page
    assert "as in the catalogue" in page


def test_emptied_numbers_are_defaults_again(browser, admin):
    segment = SegmentFactory()
    first = save_policy(
        settings={
            Place("everyone", "", "horizon_days"): 30.0,
            Place("segment", str(segment.pk), "horizon_days"): 20.0,
            Place("type", "call.phone", "points"): 4.0,
        },
        based_on=0, note="", by=admin,
    )  # fmt: skip
    names = ("everyone::horizon_days", f"segment:{segment.pk}:horizon_days")
    sent = fields(browser, action="save", **dict.fromkeys((*names, "type:call.phone:points"), ""))

    browser.post(URL, sent)

    newest = PolicyVersion.objects.latest()
    assert newest != first
    assert settings_of(newest) == {}


@pytest.mark.parametrize(
    ("typed", "where", "words"),
    [
        ({"everyone::horizon_days": "0"}, "everyone::horizon_days", "from 1 to 3,650 days"),
        ({"everyone::horizon_days": "soon"}, "everyone::horizon_days", "from 1 to 3,650 days"),
        ({"everyone::horizon_days": "nan"}, "everyone::horizon_days", "from 1 to 3,650 days"),
        ({"everyone::care_weight": "0.5"}, "everyone::served_weight", "add up to 1.25"),
        ({"everyone::cooling_from": "20"}, "everyone::cooling_from", "at least 25"),
        ({"type:call.phone:points": "-1"}, "type:call.phone:points", "from 0 to 100"),
        ({"type:complaint:severity": "0"}, "type:complaint:severity", "from 0.1 to 100"),
    ],
)
def test_numbers_that_make_no_sense_are_refused_at_their_field(browser, typed, where, words):
    response = browser.post(URL, fields(browser, action="save", **typed))

    assert words in " ".join(errors(response, where))
    assert "nothing was saved" in response.content.decode()
    assert not PolicyVersion.objects.exists()


def test_segment_is_held_to_the_same_order(browser):
    segment = SegmentFactory()
    name = f"segment:{segment.pk}:steady_from"

    response = browser.post(URL, fields(browser, action="preview", **{name: "50"}))

    page = response.content.decode()
    assert "This must be at least 50" in page


def test_segment_gets_a_number_of_its_own_without_script(browser):
    segment = SegmentFactory(name="Retail")
    chosen = {"add_segment": str(segment.pk), "add_tunable": "horizon_days", "action": "add"}

    page = browser.post(URL, fields(browser, **chosen))

    (section,) = page.context["segments"]
    assert (section.label, section.rows[0].field.value()) == ("Retail", "90")
    assert not page.context["has_errors"]


def test_share_of_warmth_comes_with_the_other_two(browser):
    segment = SegmentFactory()
    chosen = {"add_segment": str(segment.pk), "add_tunable": "care_weight", "action": "add"}

    page = browser.post(URL, fields(browser, **chosen))

    assert len(page.context["segments"][0].rows) == 3


def test_reset_takes_one_number_back_and_keeps_the_others(browser):
    typed = {"everyone::horizon_days": "30", "everyone::care_half_life": "50"}
    action = {"action": "reset:everyone::horizon_days"}

    form = browser.post(URL, fields(browser, **typed, **action)).context["form"]

    assert form["everyone::horizon_days"].value() == "90"
    assert form["everyone::care_half_life"].value() == "50"


def test_second_administrator_is_shown_both_changes_and_may_merge(browser):
    mine = fields(browser, action="save", **{"everyone::horizon_days": "30"})
    other = AdministratorFactory(name="Ben")
    theirs = save_policy(
        settings={Place("everyone", "", "care_half_life"): 50.0}, based_on=0, note="", by=other
    )

    response = browser.post(URL, mine)

    assert PolicyVersion.objects.get() == theirs
    assert f"Ben saved version {theirs.pk:,} while you were here" in response.content.decode()
    form = response.context["form"]
    merged = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    browser.post(URL, merged | {"action": "save"})
    assert settings_of(PolicyVersion.objects.latest()) == {
        Place("everyone", "", "care_half_life"): 50.0,
        Place("everyone", "", "horizon_days"): 30.0,
    }


def test_number_that_both_changed_is_named(browser):
    mine = fields(browser, action="save", **{"everyone::horizon_days": "30"})
    settings = {Place("everyone", "", "horizon_days"): 60.0}
    save_policy(settings=settings, based_on=0, note="", by=AdministratorFactory())

    page = browser.post(URL, mine).content.decode()

    assert "You both changed" in page
    assert PolicyVersion.objects.count() == 1


def test_saving_nothing_saves_nothing(browser):
    response = browser.post(URL, fields(browser, action="save"), follow=True)

    assert "nothing was saved" in response.content.decode()
    assert not PolicyVersion.objects.exists()


def test_preview_is_shown_and_saved_from_there(browser):
    sent = fields(browser, action="preview", note="Why not", **{"everyone::steady_from": "5"})

    response = browser.post(URL, sent, follow=True)

    page = response.content.decode()
    assert "would change band" in page
    assert "Steady from" in page
    assert 'value="Why not"' in page
    browser.post(response.request["PATH_INFO"], {"action": "save", "note": "Tried"})
    version = PolicyVersion.objects.get()
    assert (version.values, version.note) == ({"steady_from": 5.0}, "Tried")


def test_draft_goes_back_into_the_form(browser):
    digest = keep_draft(Draft({Place("everyone", "", "horizon_days"): 30.0}, 0, "Why"))

    form = browser.get(URL, {"draft": digest}).context["form"]

    assert (form["everyone::horizon_days"].value(), form["note"].value()) == ("30", "Why")


def test_preview_under_way_tells_how_far(browser):
    digest = keep_draft(Draft({}, 0, "under way"))
    tell_preview(digest, 0.4)

    response = browser.get(reverse("policy_preview", args=[digest]), headers={"HX-Request": "true"})

    assert "40 %" in response.content.decode()
    assert "<html" not in response.content.decode()


def test_preview_nobody_works_on_can_be_started_again(browser):
    digest = keep_draft(Draft({}, 0, "stalled"))
    url = reverse("policy_preview", args=[digest])

    assert "Nothing was heard of this preview" in browser.get(url).content.decode()
    assert "would change band" in browser.post(url, {"action": "again"}, follow=True).text


def test_draft_that_is_gone_leads_back(browser):
    response = browser.get("/policy/preview/0123/", follow=True)

    assert "no longer kept" in response.content.decode()


def test_versions_say_who_changed_what_and_go_back(browser, admin):
    settings = {Place("everyone", "", "horizon_days"): 30.0}
    first = save_policy(settings=settings, based_on=0, note="Shorter horizon", by=admin)

    page = browser.get("/policy/versions/").content.decode()
    assert "Shorter horizon" in page
    assert "Ada" in page
    assert re.search(r"90.days</span> → <span class=\"nowrap\">30.days", page)

    browser.post("/policy/versions/0/roll-back/", {"based_on": first.pk})
    assert settings_of(PolicyVersion.objects.latest()) == {}
    assert PolicyVersion.objects.count() == 2


@pytest.mark.parametrize("based_on", [0, "9" * 5000])
def test_rollback_after_somebody_saved_is_refused(browser, admin, based_on):
    settings = {Place("everyone", "", "horizon_days"): 30.0}
    save_policy(settings=settings, based_on=0, note="", by=admin)

    response = browser.post("/policy/versions/0/roll-back/", {"based_on": based_on}, follow=True)

    assert "nothing was rolled back" in response.content.decode()
    assert PolicyVersion.objects.count() == 1


def test_any_two_versions_are_compared(browser, admin):
    first = save_policy(
        settings={Place("everyone", "", "horizon_days"): 30.0}, based_on=0, note="", by=admin
    )
    second = save_policy(
        settings={Place("everyone", "", "care_half_life"): 50.0},
        based_on=first.pk, note="", by=admin,
    )  # fmt: skip

    response = browser.get(f"/policy/versions/compare/?old={first.pk}&new={second.pk}")

    assert len(response.context["changes"]) == 2
    assert browser.get("/policy/versions/compare/?old=x&new=99999999").status_code == 200


def test_administrators_see_a_policy_spreading(browser, admin):
    CustomerState.objects.create(customer=CustomerFactory())
    assert "is spreading" not in browser.get("/customers/").content.decode()
    settings = {Place("everyone", "", "horizon_days"): 30.0}
    save_policy(settings=settings, based_on=0, note="", by=admin)

    assert "Customers scored anew: 0 of 1" in browser.get("/customers/").content.decode()
    manager = Client()
    manager.force_login(PersonFactory())
    assert "is spreading" not in manager.get("/customers/").content.decode()


def test_pages_ask_the_database_as_often_however_much_there_is(
    browser, admin, django_assert_max_num_queries
):
    based_on = 0
    for number in range(12):
        settings = {Place("everyone", "", "horizon_days"): 30.0 + number}
        based_on = save_policy(settings=settings, based_on=based_on, note="", by=admin).pk
    SegmentFactory.create_batch(5)
    with django_assert_max_num_queries(12):
        browser.get("/policy/versions/")
    with django_assert_max_num_queries(12):
        browser.get(URL)
