"""How saved views are shown above the list of customers, and what files of it are called."""

from collections.abc import Sequence
from datetime import date

from django.utils.text import slugify

from insights.customers_address import KEPT, Address, view_address
from insights.forms import CustomersForm
from insights.models import SavedView
from relationships.access import may_change_saved_view
from relationships.models import Person
from relationships.names import searchable

LONGEST_SLUG = 60


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


def file_name(
    form: CustomersForm, address: Address, view: SavedView | None, today: date, ending: str
) -> str:
    """Return a file's name that says what is in it and of when it is."""
    words = [form.words_of(name, value) for name, value in address.without("sort", *KEPT)]
    if view is not None and view.query == address.query:
        words = [view.name]
    what = slugify(searchable(" ".join(words)))[:LONGEST_SLUG].strip("-")
    return "-".join(filter(None, ("customers", what, today.isoformat()))) + f".{ending}"
