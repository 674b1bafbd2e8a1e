"""Which customer a form means: the one chosen, or whom a typed name can mean."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from relationships.models import Customer, Person
from relationships.selectors import customer_numbered, customers_like

CANDIDATES = 6


@dataclass(frozen=True, slots=True)
class CustomerChoice:
    """The customer that is meant, else those that may be."""

    customer: Customer | None
    candidates: Sequence[Customer] = ()


def customer_meant(person: Person, given: Callable[[str], str]) -> CustomerChoice:
    """Find the customer by the id chosen, unless another name was typed over it.

    `given` says what a field of the form has: `candidate`, `customer` and `customer_name`.
    """
    typed = given("customer_name").strip()
    chosen = customer_numbered(person, given("candidate"))
    if chosen is None:
        named = customer_numbered(person, given("customer"))
        chosen = named if named and typed in {"", named.name} else None
    if chosen is not None or not typed:
        return CustomerChoice(chosen)
    candidates = customers_like(person, typed, at_most=CANDIDATES)
    return CustomerChoice(_only(candidates, typed), candidates)


def nobody_meant(candidates: Sequence[Customer], typed: str, *, nothing_said: str) -> str:
    """Say why no customer is meant."""
    if candidates:
        return "Which of these is it?"
    if typed.strip():
        return f"None of your customers is called anything like “{typed.strip()[:60]}”."
    return nothing_said


def _only(candidates: Sequence[Customer], typed: str) -> Customer | None:
    """Return the one customer that was meant, if there is no doubt."""
    named = [one for one in candidates if one.name.casefold() == typed.casefold()]
    found = named or candidates
    return found[0] if len(found) == 1 else None
