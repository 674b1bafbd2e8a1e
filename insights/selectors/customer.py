"""One customer: where they stand, why, what is open, who is there, and what happened."""

from collections.abc import Sequence
from dataclasses import dataclass

from insights.models import Reading
from insights.selectors.reasons import Reason, reasons
from interactions import selectors as interactions
from interactions.models import Loop
from interactions.selectors import LastMet, Place, TimelinePage
from relationships import selectors as relationships
from relationships.models import Contact, Customer, Identity, Person


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a customer stands and why; `is_waiting` until what just happened is scored."""

    customer: Customer
    reading: Reading | None
    reasons: Sequence[Reason]
    is_waiting: bool

    @property
    def is_known(self) -> bool:
        """Whether the customer has ever done anything."""
        return self.reading is not None and self.reading.distance is not None


@dataclass(frozen=True, slots=True)
class ContactLine:
    """A contact, how to reach them, and who of us met them last."""

    contact: Contact
    identities: Sequence[Identity]
    last_met: LastMet | None


@dataclass(frozen=True, slots=True)
class CustomerPage:
    """Everything on the page."""

    standing: Standing
    loops: Sequence[Loop]
    contacts: Sequence[ContactLine]
    identities: Sequence[Identity]
    timeline: TimelinePage


def customer_page(customer: Customer, *, after: Place | None = None) -> CustomerPage:
    """Return what the page of `customer` shows, its timeline from the place `after` on."""
    loops = list(interactions.open_loops_of(customer))
    met = interactions.last_met(customer)
    return CustomerPage(
        standing=_standing(customer, loops),
        loops=loops,
        contacts=[
            ContactLine(contact, list(contact.identities.all()), met.get(contact.pk))
            for contact in relationships.contacts_of(customer)
        ],
        identities=list(relationships.identities_of(customer)),
        timeline=interactions.timeline_page(customer, after),
    )


def standing(customer: Customer) -> Standing:
    """Return where `customer` stands now and why."""
    return _standing(customer, list(interactions.open_loops_of(customer)))


def _standing(customer: Customer, loops: Sequence[Loop]) -> Standing:
    # Asked first: a reading written in between is then only asked for once more.
    is_waiting = interactions.is_waiting_for_scores(customer)
    reading = Reading.objects.filter(customer=customer).first()
    why = reasons(reading, interactions.mess_ups_among(loops)) if reading else []
    return Standing(customer, reading, why, is_waiting)


def visible_standing(person: Person, pk: int) -> Standing | None:
    """Return where a customer stands, if `person` may see them."""
    customer = relationships.visible_customer(person, pk)
    return standing(customer) if customer else None
