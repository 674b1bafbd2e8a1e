"""Whose numbers a page of the organisation shows: in words, and as links to their list."""

from collections.abc import Callable
from urllib.parse import urlencode

from django.urls import reverse

from insights.selectors.organisation import Among

WHO = {
    "": "Customers", "current": "Current customers", "lead": "Leads", "former": "Former customers",
}  # fmt: skip

List = Callable[..., str]
"""Makes the address of the list of customers that a number counts."""


def lists_of(among: Among) -> List:
    """Return what leads to the customers that are counted, and to some of them."""
    kept = {"stage": among.stage, "team": among.team, "segment": among.segment}

    def listed(**filters: object) -> str:
        pairs = {k: v for k, v in {**kept, **filters}.items() if v not in ("", None)}
        return f"{reverse('customers')}?{urlencode(pairs, doseq=True)}"

    return listed
