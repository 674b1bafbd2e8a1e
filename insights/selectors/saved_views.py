"""The saved views of the list of customers that somebody can open."""

from collections.abc import Sequence

from django.db.models import QuerySet

from insights.models import SavedView
from relationships.access import saved_view_scope
from relationships.models import Person
from relationships.numbers import LARGEST_ID
from relationships.prepared import prepared


def saved_views(person: Person) -> Sequence[SavedView]:
    """Return the views `person` can open by name: their own, and those of their team.

    Whoever sees every customer can open those of all teams.
    """
    return _saved_views(person)


@prepared
def _saved_views(person: Person) -> QuerySet[SavedView]:
    found = SavedView.objects.filter(saved_view_scope(person), deleted_at=None)
    return found.select_related("made_by", "team").order_by("name", "id")


def saved_view(person: Person, pk: int, *, is_deleted: bool = False) -> SavedView | None:
    """Return a view that `person` can open, or could before it was deleted."""
    if pk > LARGEST_ID:
        return None
    found = SavedView.objects.filter(saved_view_scope(person), pk=pk)
    return found.filter(deleted_at__isnull=not is_deleted).select_related("made_by").first()
