"""Whose numbers a page of the organisation shows: in words, and as links to their list."""

from collections.abc import Callable, Hashable
from functools import lru_cache
from urllib.parse import urlencode

from django import forms
from django.urls import reverse

from insights.page_address import PageAddress
from insights.selectors.organisation import Among
from insights.words import upper_first

WHO = {
    "": "Customers", "current": "Current customers", "lead": "Leads", "former": "Former customers",
}  # fmt: skip

ONE = {
    "": "customer", "current": "current customer", "lead": "lead", "former": "former customer",
}  # fmt: skip

List = Callable[..., str]
"""Makes the address of the list of customers that a number counts."""


def noun_of(stage: str) -> str:
    """Return what a sentence calls one of a stage, where who is current goes without saying.

    >>> noun_of("current"), noun_of("lead")
    ('customer', 'lead')
    """
    return ONE[stage].removeprefix("current ")


def nouns_of(stage: str) -> str:
    """Return what a sentence calls those of a stage.

    >>> nouns_of("current"), nouns_of("former")
    ('customers', 'former customers')
    """
    return f"{noun_of(stage)}s"


def heading_of(stage: str) -> str:
    """Return what a column of tables and files calls those of a stage that it counts.

    >>> heading_of(""), heading_of("lead")
    ('Customers', 'Leads')
    """
    return upper_first(nouns_of(stage))


def said_of(address: PageAddress, form: forms.Form, among: Among) -> str:
    """Say of whom a chart is, for whoever sees it without its page: the usual stage, too."""
    is_said = any(name == "stage" for name, _ in address.pairs)
    return ", ".join(filter(None, ["" if is_said else WHO[among.stage], address.said(form)]))


def called(stage: str) -> dict[str, str]:
    """Return what templates call those of a stage, and say where none of the chosen are."""
    return {
        "noun": noun_of(stage),
        "nouns": nouns_of(stage),
        "nobody_heard": f"We have heard from no {noun_of(stage)} that you chose. "
        "Take a filter away.",
        "nothing_passed": f"Nothing passed between us and the {nouns_of(stage)} that you chose in "
        "these months. Take a filter away.",
        "nobody_there": f"There is no {noun_of(stage)} that you chose. Take a filter away.",
    }


def unheard(among: Among) -> str:
    """Say that none of these was heard from; what that means comes after.

    >>> unheard(Among()), unheard(Among(stage="lead", team=1))
    ('We have not heard from any customer yet, so', 'We have not heard from any of these leads yet, so')
    """  # noqa: E501
    whom = noun_of(among.stage) if among.are_all else f"of these {nouns_of(among.stage)}"
    return f"We have not heard from any {whom} yet, so"


def lists_of(among: Among) -> List:
    """Return what leads to the customers that are counted, and to some of them."""
    kept = {name: getattr(among, name) for name in ("stage", "team", "segment", "owner")}
    page = reverse("customers")

    def listed(**filters: Hashable) -> str:
        pairs = {**kept, **filters}.items()
        return f"{page}?{'&'.join([_pair(k, v) for k, v in pairs if v not in ('', None)])}"

    return listed


@lru_cache(maxsize=4_096, typed=True)
def _pair(name: str, value: Hashable) -> str:
    # A page of hundreds of teams has thousands of addresses, all made of the same few parts.
    return urlencode({name: value}, doseq=True)
