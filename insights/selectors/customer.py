"""One customer: where they stand, why, what is open, who is there, and what happened."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q, QuerySet

from insights.models import Reading
from insights.selectors.acquaintances import Acquaintances, acquaintances
from insights.selectors.changes import Changed, changed_since, since_last_week
from insights.selectors.evidence import Evidence, behind, evidence, happened_since
from insights.selectors.histories import folded_history_of, histories_of, long_histories
from insights.selectors.lens import Lens, current_lens
from insights.selectors.nearer import Nearer, nearer
from insights.selectors.reasons import Reason, reasons
from insights.selectors.shoes import PERIODS, Shoes, shoes
from interactions import selectors as interactions
from interactions.models import Appointment, Loop
from interactions.selectors import LastMet, Narrowed, Place, TimelinePage
from interactions.selectors.appointments import planned_with
from relationships import selectors as relationships
from relationships.models import Contact, Customer, Fact, Identity, Person
from relationships.prepared import prepared
from relationships.selectors.facts import facts_of

PLANS_SHOWN = 10


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
class Explained:
    """A standing to the last touchpoint: what is behind it, what changed, what would help.

    Of a customer never heard from there is nothing to explain.
    """

    standing: Standing
    evidence: Mapping[str, Evidence]
    changed: Changed | None
    happened_since: Evidence | None
    nearer: Sequence[Nearer]
    is_long: bool = False
    """Whether there are more touchpoints than a page reads, so that evidence is of the newest."""


@dataclass(frozen=True, slots=True)
class ContactLine:
    """A contact, how to reach them, and who of us met them last."""

    contact: Contact
    identities: Sequence[Identity]
    last_met: LastMet | None


@dataclass(frozen=True, slots=True)
class CustomerPage:
    """Everything on the page but the story."""

    explained: Explained
    loops: Sequence[Loop]
    planned: Sequence[Appointment]
    contacts: Sequence[ContactLine]
    identities: Sequence[Identity]
    facts: Sequence[Fact]
    acquaintances: Acquaintances


@dataclass(frozen=True, slots=True)
class Story:
    """What happened with a customer, from their side and one after the other.

    `contacts` are the names of those there, to choose from.
    """

    timeline: TimelinePage
    shoes: Shoes
    contacts: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Shown:
    """Which part of a timeline is asked for.

    The touchpoints behind one part of the distance, or all, narrowed further; from a place on, or
    the page that has one touchpoint. `days` is how far back their side is told.
    """

    behind: str = ""
    narrowed: Narrowed = field(default_factory=Narrowed)
    days: int = PERIODS[-1]
    after: Place | None = None
    with_touchpoint: int | None = None


def customer_page(customer: Customer, *, now: datetime) -> CustomerPage:
    """Return what the page of `customer` shows above their story."""
    loops, lens = interactions.loops_open_with(customer), current_lens()
    met = interactions.last_met(customer)
    left_out_to = _left_out_to(customer)
    contacts = relationships.contacts_at(customer)
    identities: dict[int | None, list[Identity]] = defaultdict(list)
    for identity in _identities(customer):
        identities[identity.contact_id].append(identity)
    return CustomerPage(
        explained=_explained(_standing(customer, loops), loops, lens, now, left_out_to),
        loops=loops,
        planned=_planned(customer, now),
        contacts=[
            ContactLine(contact, identities[contact.pk], met.get(contact.pk))
            for contact in contacts
        ],
        identities=identities[None],
        facts=_facts(customer),
        acquaintances=acquaintances(customer, contacts, lens, later_than=left_out_to, now=now),
    )


def customer_story(customer: Customer, *, now: datetime, shown: Shown) -> Story:
    """Return the story of `customer`, and the part of their timeline that is asked for."""
    left_out_to = _left_out_to(customer)
    return Story(
        timeline=_timeline(customer, shown, left_out_to, now),
        shoes=shoes(customer, days=shown.days, now=now, later_than=left_out_to),
        contacts=dict(relationships.contacts_of(customer).values_list("pk", "name")),
    )


def customer_timeline(customer: Customer, *, now: datetime, shown: Shown) -> TimelinePage:
    """Return the part of the timeline of `customer` that is asked for, alone."""
    left_out_to = _left_out_to(customer) if shown.behind else None
    return _timeline(customer, shown, left_out_to, now)


def named_in(
    customer: Customer, page: TimelinePage, narrowed: Narrowed
) -> tuple[dict[int, str], dict[int, str]]:
    """Return what those are called whom a timeline is narrowed to: of ours, and there."""
    shown = page.touchpoints
    people = {one.person.pk: one.person.name for one in shown if one.person}
    contacts = {one.contact.pk: one.contact.name for one in shown if one.contact}
    if narrowed.person_id and narrowed.person_id not in people:
        found = interactions.timeline(customer).filter(person_id=narrowed.person_id).first()
        people |= {found.person.pk: found.person.name} if found and found.person else {}
    if narrowed.contact_id and narrowed.contact_id not in contacts:
        there = relationships.contacts_of(customer).filter(pk=narrowed.contact_id)
        contacts |= dict(there.values_list("pk", "name"))
    return people, contacts


def standing(customer: Customer) -> Standing:
    """Return where `customer` stands now and why."""
    return _standing(customer, interactions.loops_open_with(customer))


def explained(customer: Customer, *, now: datetime) -> Explained:
    """Return where `customer` stands now, and why to the last touchpoint."""
    loops, lens = interactions.loops_open_with(customer), current_lens()
    return _explained(_standing(customer, loops), loops, lens, now, _left_out_to(customer))


_identities = prepared(relationships.identities_of)
_facts = prepared(facts_of)


@prepared
def _planned(customer: Customer, now: datetime) -> QuerySet[Appointment]:
    return planned_with(customer, now)[:PLANS_SHOWN]


@prepared
def _readings(customer: Customer) -> QuerySet[Reading]:
    return Reading.objects.filter(customer=customer.pk)


def _left_out_to(customer: Customer) -> datetime | None:
    """Return up to when touchpoints are too many to be read; None when all can be."""
    return long_histories([customer.pk]).get(customer.pk)


def visible_explained(person: Person, pk: int, *, now: datetime) -> Explained | None:
    """Return where a customer stands and why, if `person` may see them."""
    customer = relationships.visible_customer(person, pk)
    return explained(customer, now=now) if customer else None


def _timeline(
    customer: Customer, shown: Shown, left_out_to: datetime | None, now: datetime
) -> TimelinePage:
    after, narrowed = shown.after, shown.narrowed
    if shown.with_touchpoint is not None:
        after = interactions.page_with(customer, shown.with_touchpoint)
    among = behind(customer, shown.behind, later_than=left_out_to) if shown.behind else Q()
    return interactions.timeline_page(
        customer,
        after,
        among & narrowed.condition(customer, now=now),
        until=narrowed.until,
        # What is behind a part is bounded by itself.
        look_through=None if shown.behind else narrowed.look_through,
        has_gaps=bool(shown.behind) or narrowed.has_gaps,
    )


def _standing(customer: Customer, loops: Sequence[Loop]) -> Standing:
    # Asked first: a reading written in between is then only asked for once more.
    is_waiting = interactions.is_waiting_for_scores(customer)
    reading = next(iter(_readings(customer)), None)
    why = reasons(reading, interactions.mess_ups_among(loops)) if reading else []
    return Standing(customer, reading, why, is_waiting)


def _explained(
    standing: Standing,
    loops: Sequence[Loop],
    lens: Lens,
    now: datetime,
    left_out_to: datetime | None,
) -> Explained:
    reading = standing.reading
    if reading is None or not standing.is_known:
        return Explained(standing, {}, None, None, [])
    pk, is_long = reading.pk, left_out_to is not None
    whole = None if is_long else histories_of([pk], lens)
    known = folded_history_of(pk, lens) if is_long else whole
    policy = lens.policies.of(standing.customer.segment_id or 0)
    parts = [reason.name for reason in standing.reasons]
    return Explained(
        standing=standing,
        evidence=evidence(reading, parts, policy=policy, later_than=left_out_to),
        changed=changed_since([reading], now=now, histories=whole)[pk],
        happened_since=happened_since(pk, since_last_week(now)),
        # Until what just happened is read there is nothing to compare a deed with.
        nearer=nearer(reading, loops, known, now=now) if known and not standing.is_waiting else [],
        is_long=is_long,
    )
