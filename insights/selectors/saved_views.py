"""The saved views of the list of customers that somebody can open."""

from collections.abc import Sequence

from insights.models import SavedView
from relationships.access import saved_view_scope
from relationships.models import Person


def saved_views(person: Person) -> Sequence[SavedView]:
    """Return the views `person` can open by name: their own, and those of their team.

    Whoever sees every customer can open those of all teams.
    """
    found = SavedView.objects.filter(saved_view_scope(person), deleted_at=None)
    return list(found.select_related("made_by", "team").order_by("name", "id"))


def saved_view(person: Person, pk: int, *, is_deleted: bool = False) -> SavedView | None:
    """Return a view that `person` can open, or could before it was deleted."""
    if pk >= 2**63:
        return None
    found = SavedView.objects.filter(saved_view_scope(person), pk=pk)
    return found.filter(deleted_at__isnull=not is_deleted).select_related("made_by").first()
