"""What we know about customers: written down, corrected, confirmed, deleted and brought back."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from relationships import access
from relationships.models import Contact, Customer, Fact, Person
from relationships.selectors.facts import is_known_already
from relationships.services.merges import CustomerGoneError, keep_customers
from relationships.services.profiles import text_flaw

LONGEST_LABEL = 60
LONGEST_VALUE = 300
MOST_FACTS = 100
"""Facts about one customer; nobody reads more."""
KEPT = timedelta(days=30)
"""How long a deleted fact can be brought back."""


class FactGoneError(LookupError):
    """There is no such fact that this person may change."""

    def __init__(self) -> None:
        super().__init__("There is no such fact that you may change.")


class FactChangedError(ValueError):
    """Somebody else changed the fact since it was looked at."""

    def __init__(self) -> None:
        super().__init__("Somebody changed this meanwhile. Look at it again, then save.")


class FactRefusedError(ValueError):
    """Something cannot be written down; the message says what would be right, `field` where."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field


@dataclass(frozen=True, slots=True)
class Said:
    """What a fact says: about the customer or one contact there, and until when it holds."""

    label: str
    value: str
    contact_id: int | None = None
    holds_until: date | None = None


@transaction.atomic
def write_fact(*, customer_id: int, said: Said, by: Person, now: datetime) -> Fact:
    """Write down what we know about a customer whom `by` sees.

    Raises `CustomerGoneError` and `FactRefusedError`.
    """
    keep_customers()
    customers = access.customers_visible_to(by).filter(pk=customer_id).order_by()
    # Held, so that two at once can neither write the same twice nor pass the limit.
    customer = customers.select_for_update(of=("self",), no_key=True).first()
    if customer is None:
        raise CustomerGoneError("There is no such customer that you may see.")
    said = _checked(said)
    contact = _contact(said, customer)
    if is_known_already(customer, contact, said.label, said.value):
        raise FactRefusedError("label", "We know that already.")
    if Fact.objects.filter(customer=customer, deleted_at=None).count() >= MOST_FACTS:
        raise FactRefusedError(
            "label",
            f"{MOST_FACTS} facts are all that one customer can have. Delete one that no longer "
            "matters.",
        )
    return Fact.objects.create(
        customer=customer,
        home_id=contact.home_id if contact else None,
        contact=contact,
        label=said.label,
        value=said.value,
        holds_until=said.holds_until,
        written_by=by,
        written_at=now,
        confirmed_by=by,
        confirmed_at=now,
    )


@transaction.atomic
def correct_fact(*, fact_id: int, version: int, said: Said, by: Person, now: datetime) -> Fact:
    """Make a fact say something else, as it was looked at in `version`; that confirms it.

    Raises `FactGoneError`, `FactChangedError` and `FactRefusedError`.
    """
    fact = _held(fact_id, by)
    if fact.deleted_at is not None or fact.version != version:
        raise FactChangedError
    said = _checked(said)
    _let_say(fact, said)
    _confirm(fact, by, now)
    return _kept(fact)


@transaction.atomic
def confirm_fact(*, fact_id: int, by: Person, now: datetime) -> Fact:
    """Say that a fact is still so. Raises `FactGoneError`."""
    fact = _held(fact_id, by)
    _confirm(fact, by, now)
    return _kept(fact)


@dataclass(frozen=True, slots=True)
class Before:
    """A fact as it was before a change, which left it in `version`."""

    version: int
    said: Said
    confirmed_at: datetime
    confirmed_by_id: int | None


@transaction.atomic
def put_fact_back(*, fact_id: int, before: Before, by: Person) -> Fact:
    """Take the last change of a fact back, unless somebody changed it since.

    Raises `FactGoneError`, `FactChangedError` and `FactRefusedError`.
    """
    fact = _held(fact_id, by)
    if fact.version != before.version:
        raise FactChangedError
    _let_say(fact, _checked(before.said))
    fact.confirmed_at = max(before.confirmed_at, fact.written_at)
    fact.confirmed_by = Person.objects.filter(pk=before.confirmed_by_id or 0).first()
    return _kept(fact)


@transaction.atomic
def delete_fact(*, fact_id: int, by: Person, now: datetime) -> Fact:
    """Delete a fact; one that is deleted already stays so. Raises `FactGoneError`."""
    fact = _held(fact_id, by)
    if fact.deleted_at is None:
        fact.deleted_at = now
    return _kept(fact)


@transaction.atomic
def restore_fact(*, fact_id: int, by: Person) -> Fact:
    """Bring a deleted fact back as it was. Raises `FactGoneError`."""
    fact = _held(fact_id, by)
    fact.deleted_at = None
    return _kept(fact)


def forget_deleted_facts(*, now: datetime) -> None:
    """Forget the facts that were deleted so long ago that nobody brings them back."""
    Fact.objects.filter(deleted_at__lt=now - KEPT).delete()


def _held(fact_id: int, by: Person) -> Fact:
    """Return a fact that nobody else changes until the transaction ends."""
    keep_customers()
    visible = Fact.objects.filter(customer__in=access.customers_visible_to(by), pk=fact_id)
    fact = visible.select_for_update(of=("self",)).select_related("customer").first()
    if fact is None:
        raise FactGoneError
    return fact


def _checked(said: Said) -> Said:
    label, value = " ".join(said.label.split()), " ".join(said.value.split())
    for field, text, longest in (("label", label, LONGEST_LABEL), ("value", value, LONGEST_VALUE)):
        if flaw := text_flaw(text, longest):
            raise FactRefusedError(field, f"The {field}: {flaw[0].lower()}{flaw[1:]}")
    if ":" in label:
        raise FactRefusedError("label", "The label: leave out the colon.")
    return Said(label, value, said.contact_id, said.holds_until)


def _contact(said: Said, customer: Customer) -> Contact | None:
    if said.contact_id is None:
        return None
    contact = Contact.objects.filter(pk=said.contact_id, customer=customer).first()
    if contact is None:
        raise FactRefusedError("contact", "There is no such person there; choose again.")
    return contact


def _let_say(fact: Fact, said: Said) -> None:
    contact = _contact(said, fact.customer)
    if contact is not None:
        # Where customers part again, it goes where the contact goes.
        fact.home_id = contact.home_id
    fact.contact = contact
    fact.label, fact.value, fact.holds_until = said.label, said.value, said.holds_until


def _confirm(fact: Fact, by: Person, now: datetime) -> None:
    fact.confirmed_by, fact.confirmed_at = by, max(now, fact.written_at)


def _kept(fact: Fact) -> Fact:
    fact.version += 1
    fact.save()
    return fact
