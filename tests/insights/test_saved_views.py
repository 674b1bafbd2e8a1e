"""Saved views of the list of customers: who opens and changes which, and what is refused."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from insights.models import SavedView
from insights.selectors.saved_views import saved_views
from insights.services import saved_views as services
from relationships.models import Person, Team
from tests.factories import (
    AdministratorFactory,
    CustomerFactory,
    ExecutiveFactory,
    PersonFactory,
    ReadingFactory,
    TeamFactory,
)

pytestmark = pytest.mark.django_db
URL = "/customers/"
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def signed_in(person):
    client = Client()
    client.force_login(person)
    return client


def saved(person, name="Mine", query="band=gone", *, is_for_team=False):
    return services.save_view(name=name, query=query, is_for_team=is_for_team, by=person)


def names(person):
    return [view.name for view in saved_views(person)]


@pytest.fixture
def manager():
    return PersonFactory(name="Mia")


@pytest.fixture
def colleague(manager):
    return PersonFactory(name="Kim", team=manager.team)


@pytest.mark.parametrize("name", ["", " ", " Mine", "Mine ", "\n"])
def test_the_database_refuses_a_name_that_is_not_trimmed(manager, name):
    with pytest.raises(IntegrityError, match="saved_view_has_a_trimmed_name"):
        SavedView.objects.create(made_by=manager, name=name)


def test_the_database_refuses_a_private_name_twice_whatever_its_case(manager):
    SavedView.objects.create(made_by=manager, name="Mine")
    with pytest.raises(IntegrityError, match="saved_view_is_named_once_by_a_person"):
        SavedView.objects.create(made_by=manager, name="MINE")


def test_the_database_refuses_a_name_twice_in_a_team_and_allows_it_beside(manager, colleague):
    SavedView.objects.create(made_by=manager, team=manager.team, name="Ours")
    SavedView.objects.create(made_by=manager, name="Ours")
    SavedView.objects.create(made_by=manager, team=TeamFactory(), name="Ours")
    SavedView.objects.create(made_by=manager, team=manager.team, name="ours", deleted_at=NOW)
    with (
        pytest.raises(IntegrityError, match="saved_view_is_named_once_in_a_team"),
        transaction.atomic(),
    ):
        SavedView.objects.create(made_by=colleague, team=manager.team, name="ours")


def test_a_private_view_is_nobody_elses_and_a_teams_is_the_teams(manager, colleague):
    saved(manager, "Private")
    saved(manager, "Shared", is_for_team=True)
    assert names(manager) == ["Private", "Shared"]
    assert names(colleague) == ["Shared"]
    assert names(PersonFactory()) == []
    assert names(PersonFactory(team=None)) == []
    assert names(ExecutiveFactory()) == ["Shared"]


def test_somebody_switched_off_opens_nothing(manager):
    saved(manager)
    manager.is_active = False
    assert names(manager) == []


@pytest.mark.parametrize(
    ("name", "said"), [("", "Give the view a name"), (" \0 ", "Give"), ("x" * 61, "60 letters")]
)
def test_a_name_is_asked_for_and_bounded(manager, name, said):
    with pytest.raises(services.ViewRefusedError, match=said):
        saved(manager, name)


def test_a_name_that_is_taken_is_refused_and_saves_nothing(manager):
    saved(manager, "Søren's")
    with pytest.raises(services.ViewRefusedError, match="called søren's already"):
        saved(manager, "søren's")
    assert SavedView.objects.count() == 1


def test_whoever_has_no_team_saves_for_none():
    with pytest.raises(services.ViewRefusedError, match="no team"):
        saved(ExecutiveFactory(), is_for_team=True)


def test_a_person_has_only_so_many_views(manager, monkeypatch):
    monkeypatch.setattr(services, "MOST_VIEWS", 1)
    saved(manager)
    with pytest.raises(services.ViewRefusedError, match="Delete one"):
        saved(manager, "Another")


def test_too_much_to_keep_is_refused(manager):
    with pytest.raises(services.ViewRefusedError, match="too much"):
        saved(manager, query="q=" + "x" * 2000)


def test_a_teams_view_is_changed_by_its_maker_executives_and_administrators(manager, colleague):
    view = saved(manager, "Ours", is_for_team=True)
    with pytest.raises(services.ViewRefusedError, match="Save your own copy"):
        services.rename_view(view_id=view.pk, name="Kim's", by=colleague)
    with pytest.raises(services.ViewRefusedError, match="made by Mia"):
        services.delete_view(view_id=view.pk, by=colleague, now=NOW)
    for i, person in enumerate((manager, ExecutiveFactory(), AdministratorFactory())):
        changed = services.replace_view(view_id=view.pk, query=f"q={i}", by=person)
        assert changed.query == f"q={i}"


@pytest.mark.parametrize("act", ["rename", "replace", "delete", "restore"])
def test_a_private_view_is_not_there_for_others(manager, act):
    view = saved(manager)
    other = AdministratorFactory()
    acts = {
        "rename": lambda: services.rename_view(view_id=view.pk, name="x", by=other),
        "replace": lambda: services.replace_view(view_id=view.pk, query="", by=other),
        "delete": lambda: services.delete_view(view_id=view.pk, by=other, now=NOW),
        "restore": lambda: services.restore_view(view_id=view.pk, by=other),
    }
    with pytest.raises(services.NoSuchViewError):
        acts[act]()


def test_views_deleted_long_ago_are_forgotten(manager):
    kept, fresh, old = (saved(manager, name) for name in ("Kept", "Fresh", "Old"))
    services.delete_view(view_id=old.pk, by=manager, now=NOW - timedelta(days=31))
    services.delete_view(view_id=fresh.pk, by=manager, now=NOW - timedelta(days=29))
    services.forget_deleted_views(now=NOW)
    assert set(SavedView.objects.values_list("pk", flat=True)) == {kept.pk, fresh.pk}


def test_a_deleted_view_comes_back_unless_its_name_was_taken(manager):
    view = saved(manager)
    services.delete_view(view_id=view.pk, by=manager, now=NOW)
    assert names(manager) == []
    services.restore_view(view_id=view.pk, by=manager)
    assert names(manager) == ["Mine"]
    services.delete_view(view_id=view.pk, by=manager, now=NOW)
    saved(manager)
    with pytest.raises(services.ViewRefusedError, match="already"):
        services.restore_view(view_id=view.pk, by=manager)


def test_what_is_shown_is_saved_as_far_as_it_makes_sense(manager):
    client = signed_in(manager)
    shown = "sort=name&band=gone&stage=imaginary&columns=drift.colour.band&after=1:2&view=7"
    response = client.post(reverse("save_view"), {"name": "  My  view ", "shown": shown})
    view = SavedView.objects.get()
    assert (view.name, view.query) == ("My view", "band=gone&sort=name&columns=drift.band")
    assert response.headers["Location"] == f"{URL}?{view.query}&view={view.pk}#view-{view.pk}"
    assert view.team is None


def test_a_view_is_saved_for_the_team(manager, colleague):
    signed_in(manager).post(reverse("save_view"), {"name": "Ours", "shown": "", "for": "team"})
    page = signed_in(colleague).get(URL)
    assert [tab["name"] for tab in page.context["tabs"]] == ["Ours"]


def test_opening_a_view_shows_the_same_to_whoever_gets_the_link(manager):
    view = saved(manager, query="sort=name")
    link = f"{URL}?sort=name&view={view.pk}"
    mine, theirs = signed_in(manager).get(link), signed_in(PersonFactory()).get(link)
    assert mine.context["view"] == view
    assert not mine.context["is_view_changed"]
    assert theirs.context["view"] is None
    assert theirs.context["form"].order() == "name"
    assert "view=" not in theirs.context["address"].to()


def test_a_changed_view_offers_to_keep_the_changes_to_those_who_may(manager, colleague):
    view = saved(manager, "Ours", "sort=name", is_for_team=True)
    link = f"{URL}?sort=-name&view={view.pk}"
    assert "Keep changes" in signed_in(manager).get(link).text
    other = signed_in(colleague).get(link).text
    assert "Keep changes" not in other
    assert "save your own copy" in other


def test_a_view_whose_team_and_owner_are_gone_opens_and_says_so(manager):
    executive = ExecutiveFactory()
    team, owner = TeamFactory(), PersonFactory()
    view = saved(executive, query=f"team={team.pk}&owner={owner.pk}&sort=name")
    ReadingFactory(customer=CustomerFactory(name="Acme"))
    Team.objects.filter(pk=team.pk).delete()
    Person.objects.filter(pk=owner.pk).delete()
    page = signed_in(executive).get(f"{URL}?{view.query}&view={view.pk}")
    assert "Acme" in page.text
    assert f"Team: number {team.pk} is gone, or not yours to see. It is left out." in page.text
    assert f"Owner: number {owner.pk} is gone" in page.text
    assert page.context["is_view_changed"]


def test_renaming_replacing_deleting_and_undoing_by_the_page(manager):
    view, client = saved(manager), signed_in(manager)
    client.post(reverse("rename_view", args=[view.pk]), {"name": "Called else", "shown": ""})
    client.post(reverse("replace_view", args=[view.pk]), {"shown": "sort=name"})
    view.refresh_from_db()
    assert (view.name, view.query) == ("Called else", "sort=name")
    gone = client.post(reverse("delete_view", args=[view.pk]), {"shown": "sort=name"}, follow=True)
    undo = reverse("restore_view", args=[view.pk])
    assert undo in gone.text
    assert "The view Called else is deleted." in gone.text
    assert gone.request["QUERY_STRING"] == "sort=name"
    back = client.post(undo, headers={"HX-Request": "true"})
    assert back.headers["HX-Redirect"] == f"{URL}?sort=name&view={view.pk}#view-{view.pk}"
    assert names(manager) == ["Called else"]


@pytest.mark.parametrize("name", ["rename_view", "replace_view", "delete_view", "restore_view"])
@pytest.mark.parametrize("pk", [1, 2**70])
def test_there_is_no_view_of_others(manager, name, pk):
    client = signed_in(manager)
    assert client.post(f"{URL}views/{pk}/{name.partition('_')[0]}/", {"name": "x"}).status_code == (
        404
    )
    assert client.get(reverse(name, args=[1])).status_code == 405


def test_what_is_refused_is_said_and_changes_nothing(manager, colleague):
    view = saved(manager, "Ours", is_for_team=True)
    client = signed_in(colleague)
    for name in ("rename_view", "replace_view", "delete_view"):
        address = reverse(name, args=[view.pk])
        page = client.post(address, {"name": "Mine now", "shown": ""}, follow=True)
        assert "Save your own copy" in page.text
    view.refresh_from_db()
    assert (view.name, view.query, view.deleted_at) == ("Ours", "band=gone", None)
    page = client.post(reverse("save_view"), {"name": "", "shown": "q=acme"}, follow=True)
    assert "Give the view a name" in page.text
    assert page.request["QUERY_STRING"] == "q=acme"


def test_a_name_that_is_refused_stays_in_the_field_and_is_told_there_once(manager):
    view, client = saved(manager), signed_in(manager)
    given = {"name": "mine", "shown": "sort=name", "view": view.pk, "for": "me"}

    page = client.post(reverse("save_view"), given, follow=True)

    assert page.redirect_chain == [(f"{URL}?sort=name&view={view.pk}", 302)]
    assert page.context["refused"]["name"] == "mine"
    assert (page.context["is_saving"], page.context["is_renaming"]) == (True, False)
    assert 'value="mine" aria-invalid="true" aria-describedby="view-name-error"' in page.text
    assert "There is a view called mine already" in page.text
    assert "mine" not in client.get(URL).text
    assert names(manager) == ["Mine"]


def test_a_new_name_that_is_refused_stays_in_the_field_of_its_view(manager):
    view, client = saved(manager), signed_in(manager)
    saved(manager, "Taken")
    renamed = {"name": "Taken", "shown": "band=gone"}

    page = client.post(reverse("rename_view", args=[view.pk]), renamed, follow=True)

    assert (page.context["is_saving"], page.context["is_renaming"]) == (False, True)
    assert 'value="Taken" aria-invalid="true"' in page.text
    assert names(manager) == ["Mine", "Taken"]


def test_what_is_refused_for_a_team_or_for_too_many_is_kept_too(manager, monkeypatch):
    monkeypatch.setattr(services, "MOST_VIEWS", 0)
    given = {"name": '"><b>', "shown": "", "for": "team", "view": "9" * 5000}

    page = signed_in(manager).post(reverse("save_view"), given, follow=True)

    assert "You have 0 views." in page.text
    assert 'value="&quot;&gt;&lt;b&gt;"' in page.text
    assert 'value="team" checked' in page.text
    assert 'value="me" checked' not in page.text


def test_a_refusal_waits_for_the_page_and_is_no_part_of_the_list_alone(manager):
    client = signed_in(manager)
    client.post(reverse("save_view"), {"name": "", "shown": ""})
    assert "Give the view a name" not in client.get(URL, headers={"HX-Request": "true"}).text
    assert "Give the view a name" in client.get(URL).text


def test_ids_in_addresses_have_no_separators(manager):
    view = SavedView.objects.create(pk=1234567, made_by=manager, name="Late")
    page = signed_in(manager).get(f"{URL}?view={view.pk}").text
    assert "1,234,567" not in page
    assert 'id="view-1234567"' in page


def test_names_of_views_are_escaped(manager):
    saved(manager, "<script>alert(1)</script>")
    assert "<script>alert" not in signed_in(manager).get(URL).text


def test_the_number_of_queries_does_not_grow_with_the_views(manager, django_assert_num_queries):
    client = signed_in(manager)
    saved(manager, "First", is_for_team=True)
    with django_assert_num_queries(11):
        client.get(URL)
    for i in range(10):
        saved(manager, f"View {i}", is_for_team=i % 2 == 0)
    with django_assert_num_queries(11):
        client.get(URL)
