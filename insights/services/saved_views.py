"""Saves, renames, replaces and deletes views of the list of customers, and brings them back."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from insights.models import SavedView
from insights.selectors.saved_views import saved_view
from relationships.access import may_change_saved_view
from relationships.models import Person

MOST_VIEWS = 50
"""Of one person; more than that nobody finds again."""

LONGEST_NAME = 60
LONGEST_QUERY = 2000
KEPT_DAYS = 30
"""How long a deleted view can be brought back."""


class ViewRefusedError(ValueError):
    """A view cannot be like that; the message says what to do."""


class ViewNameRefusedError(ViewRefusedError):
    """A view cannot be called that: the name is missing, too long or taken."""


class NoSuchViewError(LookupError):
    """There is no such view, or it is not for this person."""


@transaction.atomic
def save_view(*, name: str, query: str, is_for_team: bool, by: Person) -> SavedView:
    """Save what the list shows under a name, for oneself or for one's team.

    Raises `ViewNameRefusedError` when the name is missing, too long or taken, `ViewRefusedError`
    when there is no team to save it for, or when this person has too many views.
    """
    if is_for_team and by.team_id is None:
        raise ViewRefusedError("You belong to no team. Save it for yourself.")
    # Whoever saves twice at once waits, so that the limit holds.
    Person.objects.select_for_update(no_key=True).get(pk=by.pk)
    if SavedView.objects.filter(made_by=by, deleted_at=None).count() >= MOST_VIEWS:
        raise ViewRefusedError(f"You have {MOST_VIEWS} views. Delete one that you need no more.")
    view = SavedView(made_by=by, team_id=by.team_id if is_for_team else None)
    view.name, view.query = _name(name), _query(query)
    _unless_taken(view.save, view.name)
    return view


@transaction.atomic
def rename_view(*, view_id: int, name: str, by: Person) -> SavedView:
    """Give a view another name; raises as `save_view`, and `NoSuchViewError`."""
    view = _changeable(view_id, by)
    view.name = _name(name)
    _unless_taken(lambda: view.save(update_fields=["name"]), view.name)
    return view


@transaction.atomic
def replace_view(*, view_id: int, query: str, by: Person) -> SavedView:
    """Let a view show something else."""
    view = _changeable(view_id, by)
    view.query = _query(query)
    view.save(update_fields=["query"])
    return view


@transaction.atomic
def delete_view(*, view_id: int, by: Person, now: datetime) -> SavedView:
    """Delete a view; it can be brought back."""
    view = _changeable(view_id, by)
    view.deleted_at = now
    view.save(update_fields=["deleted_at"])
    return view


@transaction.atomic
def restore_view(*, view_id: int, by: Person) -> SavedView:
    """Bring back a view, unless its name was taken meanwhile."""
    view = _changeable(view_id, by, is_deleted=True)
    view.deleted_at = None
    _unless_taken(lambda: view.save(update_fields=["deleted_at"]), view.name)
    return view


def forget_deleted_views(*, now: datetime) -> None:
    """Forget the views that were deleted so long ago that nobody brings them back."""
    SavedView.objects.filter(deleted_at__lt=now - timedelta(days=KEPT_DAYS)).delete()


def _changeable(view_id: int, by: Person, *, is_deleted: bool = False) -> SavedView:
    view = saved_view(by, view_id, is_deleted=is_deleted)
    if view is None:
        raise NoSuchViewError("There is no such view.")
    if not may_change_saved_view(by, view.made_by_id):
        raise ViewRefusedError(
            f"{view} was made by {view.made_by}, who may change it. Save your own copy."
        )
    return view


def _name(name: str) -> str:
    trimmed = " ".join(name.replace("\0", "").split())
    if not trimmed:
        raise ViewNameRefusedError("Give the view a name.")
    if len(trimmed) > LONGEST_NAME:
        raise ViewNameRefusedError(f"Give it a name of {LONGEST_NAME} letters at most.")
    return trimmed


def _query(query: str) -> str:
    if len(query) > LONGEST_QUERY:
        raise ViewRefusedError("This is too much to save. Take some filters away.")
    return query


def _unless_taken(write: Callable[[], None], name: str) -> None:
    try:
        with transaction.atomic():
            write()
    except IntegrityError as error:
        raise ViewNameRefusedError(
            f"There is a view called {name} already. Choose another name."
        ) from error
