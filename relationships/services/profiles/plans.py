"""From what is asked to what is written: a plan for each customer, or why there is none."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from msgspec import UNSET, UnsetType

from relationships import access
from relationships.models import Customer, Person
from relationships.selectors import IdentityRef
from relationships.services.customers import LONGEST_NAME
from relationships.services.merges import CustomerGoneError
from relationships.services.profiles.asked import LARGEST_VALUE, CustomerWrite
from relationships.services.profiles.claims import (
    Belongings,
    Claim,
    changed_belongings,
    list_flaws,
    named_places,
)
from relationships.services.profiles.known import Known
from relationships.services.profiles.refusals import Refusal, identity_flaw, refusal, text_flaw

COLUMNS = (
    "name", "stage", "style", "segment_id", "yearly_value", "currency", "team_id", "owner_id",
)  # fmt: skip
AS_GIVEN = ("stage", "style", "yearly_value", "currency")
GONE = "There is no such customer that you may write to."
MISSING = "This is missing: nobody is known by this yet, and a new customer needs a name."

_CURRENCY = re.compile("[A-Z]{3}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be written of one customer; a new one has no id before it is."""

    customer_id: int | None
    was: Mapping[str, Any]
    values: Mapping[str, Any]
    belongings: Belongings
    refusals: list[Refusal]

    @property
    def status(self) -> str:
        """Say in a word what becomes of the customer."""
        if self.refusals:
            return "refused"
        if self.customer_id is None:
            return "made"
        return "changed" if self.has_other_values or any(self.belongings) else "unchanged"

    @property
    def has_other_values(self) -> bool:
        """Whether what we hold of a customer, apart from identities, becomes something else."""
        return self.was != self.values


def refused(reason: Refusal) -> Plan:
    """Return the plan of writing nothing."""
    return Plan(None, {}, {}, Belongings(), [reason])


def plan_of(item: CustomerWrite, known: Known, by: Person) -> Plan:
    """Return what is to be written of a customer, or everything that is wrong with it.

    Raises `CustomerGoneError` for a customer that the account may not change.
    """
    target = target_of(item, known)
    customer = Customer(team_id=by.team_id) if target is None else known.customers[target]
    was = {name: getattr(customer, name) for name in COLUMNS}
    own = known.own.get(target, {}) if target is not None else {}
    references, unknown = _references(item, known, by)
    flaws = [*_texts(item, is_new=target is None), *_words(item), *_money(item), *unknown]
    flaws += [*list_flaws(item), *_taken(item, target, known)]
    return Plan(
        target,
        was,
        was | _given(item) | references,
        changed_belongings(item, _address(item, known), own),
        flaws,
    )


def target_of(item: CustomerWrite, known: Known) -> int | None:
    """Return which customer is to be written, None for a new one.

    Raises `CustomerGoneError` for a customer that the account may not change.
    """
    claim = known.claims.get(item.identity) if item.identity else None
    target = claim.customer_id if claim else item.id
    if target is not None and target not in known.customers:
        raise CustomerGoneError(GONE)
    return target


def _given(item: CustomerWrite) -> dict[str, Any]:
    given = {name: value for name in AS_GIVEN if (value := getattr(item, name)) is not UNSET}
    return given if isinstance(item.name, UnsetType) else given | {"name": item.name.strip()}


def _texts(item: CustomerWrite, *, is_new: bool) -> Iterator[Refusal]:
    if item.identity and (flaw := identity_flaw(item.identity)):
        yield refusal("/identity/value", item.identity, flaw)
    if isinstance(item.name, UnsetType):
        if is_new:
            yield refusal("/name", "", MISSING)
    elif flaw := text_flaw(item.name, LONGEST_NAME):
        yield refusal("/name", item.name, flaw)


def _words(item: CustomerWrite) -> Iterator[Refusal]:
    stages, styles = Customer.Stage.values, Customer.Style.values
    for name, words, empty in (("stage", stages, ()), ("style", styles, ("",))):
        word = getattr(item, name)
        if word is not UNSET and word not in (*words, *empty):
            yield refusal(f"/{name}", word, f"Use {', '.join(words[:-1])} or {words[-1]}.")


def _money(item: CustomerWrite) -> Iterator[Refusal]:
    amount = item.yearly_value
    if not isinstance(amount, UnsetType):
        if not (amount.is_finite() and 0 <= amount <= LARGEST_VALUE):
            yield refusal("/yearly_value", amount, f"Use an amount from 0 to {LARGEST_VALUE}.")
        elif amount != round(amount, 2):
            yield refusal("/yearly_value", amount, "Use at most two decimals.")
    if not isinstance(item.currency, UnsetType) and not _CURRENCY.fullmatch(item.currency):
        right = "Use the three capital letters of ISO 4217, such as EUR."
        yield refusal("/currency", item.currency, right)


def _references(
    item: CustomerWrite, known: Known, by: Person
) -> tuple[dict[str, int | None], list[Refusal]]:
    """Return the columns that name other things, and what is wrong with how these are named."""
    found: dict[str, int | None] = {}
    flaws = []
    for name, things, wrong in (
        ("segment", known.segments, "There is no such segment."),
        ("team", known.teams, _right_team(by)),
        ("owner", known.people, "There is no such person of ours that you may name."),
    ):
        given = getattr(item, name)
        if given is UNSET:
            continue
        may_be_empty = name != "team" or access.sees_every_customer(by)
        if given in things or (given is None and may_be_empty):
            found[f"{name}_id"] = things.get(given)
        else:
            flaws.append(refusal(f"/{name}", given, wrong))
    return found, flaws


def _right_team(by: Person) -> str:
    if access.sees_every_customer(by):
        return "There is no such team."
    return f"Use {by.team_id}, the team of this key."


def _taken(item: CustomerWrite, target: int | None, known: Known) -> Iterator[Refusal]:
    """Yield the identities that mean somebody else, or a contact of this very customer."""
    for pointer, ref in named_places(item):
        claim = known.claims.get(ref)
        if claim and (claim.customer_id != target or claim.contact_id is not None):
            yield refusal(pointer, ref, taken(claim, known.customers.keys() | known.visible))


def taken(claim: Claim, visible: set[int]) -> str:
    """Say whom an identity means, as far as it may be told."""
    if claim.customer_id not in visible:
        return "This means somebody else already."
    at = f"customer {claim.customer_id}"
    whom = at if claim.contact_id is None else f"contact {claim.contact_id} at {at}"
    return f"This means {whom} already; take it away there first."


def _address(item: CustomerWrite, known: Known) -> IdentityRef | None:
    """Return what a customer was named by, unless that means a contact of theirs."""
    claim = known.claims.get(item.identity) if item.identity else None
    return None if claim and claim.contact_id is not None else item.identity
