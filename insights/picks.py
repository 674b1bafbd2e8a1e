"""Whom somebody selected in a list: some by hand, or all that its filters find."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import QueryDict

from insights.forms import CustomersForm
from insights.selectors.portfolio import filter_choices, ids_among
from relationships.models import Person
from relationships.numbers import whole_number
from relationships.services import MOST_AT_ONCE

BY_HAND = "customer"
ALL = "all"
SHOWN = "shown"
"""What the list was filtered by, as its address has it."""


@dataclass(frozen=True, slots=True)
class Picked:
    """The customers that are meant, and how the next form says the same."""

    ids: Sequence[int]
    pairs: Sequence[tuple[str, str]]


def picked(data: QueryDict, person: Person) -> Picked:
    """Return whom a form means; what is no customer at all is left out.

    Of more than can be changed at once there is one too many, so that it can be refused.
    """
    if data.get(ALL):
        shown = data.get(SHOWN, "")
        address = QueryDict(shown)
        form = CustomersForm(address, filter_choices(person, address))
        form.is_valid()
        ids = ids_among(person, form.filters(), at_most=MOST_AT_ONCE + 1)
        return Picked(ids, [(ALL, "1"), (SHOWN, shown)])
    sent = dict.fromkeys(data.getlist(BY_HAND))
    ids = [pk for one in sent if (pk := whole_number(one)) is not None]
    return Picked(ids, [(BY_HAND, str(pk)) for pk in ids])
