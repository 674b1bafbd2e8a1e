"""How saved views are shown above the list of customers, and what files of it say."""

from collections.abc import Sequence

from insights.customers_address import KEPT, Address, view_address
from insights.forms import CustomersForm
from insights.models import SavedView
from relationships.access import may_change_saved_view
from relationships.models import Person


def view_tabs(
    person: Person, address: Address, views: Sequence[SavedView], current: SavedView | None
) -> dict[str, object]:
    """Return the views as tabs, and what can be done with the one that is open."""
    return {
        "tabs": [
            {
                "pk": view.pk,
                "name": view.name,
                "team": view.team.name if view.team else "",
                "url": view_address(view.pk, view.query),
                "is_current": view == current,
            }
            for view in views
        ],
        "view": current,
        "is_view_changed": current is not None and current.query != address.query,
        "may_change_view": current is not None
        and may_change_saved_view(person, current.made_by_id),
        "may_save_for_team": person.team_id is not None,
    }


def narrowed_to(form: CustomersForm, address: Address, view: SavedView | None) -> str:
    """Say what a file of the list is narrowed to: the view as it was saved, or its filters."""
    if view is not None and view.query == address.query:
        return view.name
    filters = address.without("sort", *KEPT)
    return ", ".join(form.words_of(name, value) for name, value in filters)
