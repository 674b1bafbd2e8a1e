"""Makes of kept events what they mean: customers, contacts, touchpoints. It can be done again."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from operator import attrgetter

from django.db import OperationalError, connection, transaction

from interactions.models import ReceivedEvent, Source
from interactions.services.record import record
from interactions.services.segment.acquaint import acquaint
from interactions.services.segment.actors import Terms, actor_of
from interactions.services.segment.join import MergeNeededError
from interactions.services.segment.known import Known, Whose
from interactions.services.segment.messages import Event, Message, Namespaces, read_message
from interactions.services.segment.rules import Rule, Rules, touchpoint_of
from relationships.models import Person
from relationships.selectors import IdentityRef
from relationships.services.merges import keep_customers, wait_for_customers

AT_ONCE = 1_000
"""Events of one transaction."""

LONGEST_REASON = 300
HAPPENINGS = ("track", "page", "screen")
NOBODY = "Nobody knows who this is. A key with the scope customers:write makes customers of them."
NOT_YOURS = "This belongs to a customer that the key may not write to."
DEFECT = "Hearth could not make anything of this; its log says why."

Status = ReceivedEvent.Status
logger = logging.getLogger(__name__)

_TABLE = ReceivedEvent._meta.db_table
_TAKE = f"""
    SELECT {", ".join(Event._fields)} FROM {_TABLE}
    WHERE status = 0 AND ({{which}})
    ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
"""
_SETTLE = f"""
    UPDATE {_TABLE} AS event
    SET status = new.status, reason = new.reason, customer_id = new.customer_id
    FROM unnest(%s::bigint[], %s::int[], %s::text[], %s::bigint[])
        AS new (id, status, reason, customer_id)
    WHERE event.id = new.id
"""
_RELEASE = f"""
    UPDATE {_TABLE} SET status = 0
    WHERE source_id = %s AND status = 2 AND anonymous_id = ANY(%s)
"""


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of an event."""

    status: int
    reason: str = ""
    customer_id: int | None = None


@dataclass(slots=True)
class Batch:
    """Events of one sender, in the order in which they were sent."""

    source: Source
    by: Person
    may_create_customers: bool
    now: datetime
    may_merge: bool
    rules: Rules = field(default_factory=Rules)


def settle(*, now: datetime, event_ids: Sequence[int] | None = None) -> int:
    """Settle kept events, these or whichever wait, and return how many were.

    A batch that cannot be settled is settled one by one, and what then cannot is refused, so
    that nothing stands in the way of what came after it. Raises `OperationalError` when the
    database does not answer; nothing is lost then.
    """
    try:
        return _settled_in_one(now, event_ids, AT_ONCE)
    except OperationalError:
        raise
    except Exception:
        logger.exception("a batch of events could not be settled; settling them one by one")
    return _settled_one_by_one(now, event_ids)


def _settled_in_one(now: datetime, event_ids: Sequence[int] | None, at_most: int) -> int:
    try:
        return _settled(now, event_ids, at_most, may_merge=False)
    except MergeNeededError:
        return _settled(now, event_ids, at_most, may_merge=True)


@transaction.atomic
def _settled(
    now: datetime, event_ids: Sequence[int] | None, at_most: int, *, may_merge: bool
) -> int:
    events = _taken(event_ids, at_most)
    if not events:
        return 0
    # Before any other lock: whoever merges waits for all others, and holds off new ones.
    wait_for_customers() if may_merge else keep_customers()
    senders = attrgetter("source_id", "sent_by_id", "may_create_customers")
    sources = Source.objects.in_bulk({event.source_id for event in events})
    people = Person.objects.select_related("team").in_bulk({event.sent_by_id for event in events})
    for (source_id, by_id, may_create), group in groupby(sorted(events, key=senders), senders):
        batch = Batch(sources[source_id], people[by_id], may_create, now, may_merge)
        _settle_batch(batch, sorted(group))
    return len(events)


def _taken(event_ids: Sequence[int] | None, at_most: int) -> list[Event]:
    which = "true" if event_ids is None else "id = ANY(%s)"
    params = [] if event_ids is None else [list(event_ids)]
    with connection.cursor() as cursor:
        cursor.execute(_TAKE.format(which=which), [*params, at_most])
        return [Event(*row) for row in cursor]


def _settle_batch(batch: Batch, events: Sequence[Event]) -> None:
    spaces = Namespaces.of(batch.source.name, batch.source.pk)
    messages = [read_message(event, spaces) for event in events]
    for run in _runs(messages, _tied_before(messages, batch.by)):
        _settle_run(batch, run)


Ties = dict[IdentityRef, IdentityRef | None]
"""Visitors, and who each was last said to be; None is somebody who none of the messages names."""


def _runs(messages: Sequence[Message], ties: Ties) -> Iterator[list[Message]]:
    """Part messages so that what happened is of whom it was of when it happened.

    That is where somebody goes to another company, or another person takes over a browser, after
    something happened with them. What waits for a visitor to be somebody is no reason.
    """
    run: list[Message] = []
    happened: set[IdentityRef | None] = set()
    unnamed: set[IdentityRef | None] = set()
    for message in messages:
        person, visitors = message.person, _named_visitors(message)
        goes = message.is_group and {message.user, message.visitor} & happened
        if goes or any(v in unnamed and ties.get(v, person) != person for v in visitors):
            yield run
            run, happened, unnamed = [], set(), set()
        run.append(message)
        ties |= dict.fromkeys(visitors, person)
        if message.event.kind in HAPPENINGS:
            happened |= {message.user, message.visitor} - {None}
            unnamed |= {message.visitor} - {None} if person is None else set()
    if run:
        yield run


def _named_visitors(message: Message) -> list[IdentityRef]:
    """Return the visitors of whom a message says who they are."""
    return [one for one in (message.visitor, *message.previous) if one and message.person]


def _tied_before(messages: Sequence[Message], by: Person) -> Ties:
    """Return visitors that were somebody before who is not whom the messages first name."""
    unnamed: set[IdentityRef] = set()
    named: dict[IdentityRef, IdentityRef | None] = {}
    for message in messages:
        if message.visitor and message.person is None:
            unnamed.add(message.visitor)
        for visitor in _named_visitors(message):
            if visitor in unnamed:
                named.setdefault(visitor, message.person)
    if not named:
        return {}
    known = Known(by)
    known.look_up({ref for pair in named.items() for ref in pair if ref})
    return {
        visitor: None
        for visitor, person in named.items()
        if (whose := known.get(visitor)) and whose != known.get(person)
    }


def _settle_run(batch: Batch, messages: Sequence[Message]) -> None:
    known = Known(batch.by)
    fates: dict[int, Fate] = {}
    telling: list[Message] = []
    rules: dict[int, Rule] = {}
    for message in messages:
        event = message.event
        rule = batch.rules.speaking_of(event.kind, event.name)
        if event.kind not in HAPPENINGS:
            telling.append(message)
        elif rule is None or rule.type is None:
            fates[event.id] = Fate(Status.IGNORED if rule else Status.UNMAPPED)
        else:
            rules[event.id] = rule
            telling.append(message)
    terms = Terms(known, batch.now, batch.source.pk, batch.may_create_customers, batch.may_merge)
    released = acquaint(telling, terms)
    _write(fates | _told(telling, rules, known, batch))
    _release(batch.source, released)


def _told(
    messages: Sequence[Message], rules: dict[int, Rule], known: Known, batch: Batch
) -> dict[int, Fate]:
    fates: dict[int, Fate] = {}
    happened: list[tuple[Message, Whose]] = []
    for message in messages:
        fate = _whose(message, known)
        if isinstance(fate, Fate):
            fates[message.event.id] = fate
        elif message.event.id in rules:
            happened.append((message, fate))
        else:
            fates[message.event.id] = Fate(
                Status.APPLIED, customer_id=known.survivors[fate.home_id]
            )
    items = [touchpoint_of(message, rules[message.event.id], whose) for message, whose in happened]
    outcomes = record(source=batch.source, items=items, by=batch.by, now=batch.now) if items else []
    for (message, _), outcome in zip(happened, outcomes, strict=True):
        is_refused = outcome.status == "refused"
        reason = " ".join(f"{wrong.field}: {wrong.reason}" for wrong in outcome.refusals)
        fates[message.event.id] = Fate(
            Status.REFUSED if is_refused else Status.RECORDED,
            reason[:LONGEST_REASON],
            outcome.customer_id,
        )
    return fates


def _whose(message: Message, known: Known) -> Whose | Fate:
    """Return whom a message is about, or what becomes of it when that is nobody."""
    ref = actor_of(message, known)
    company = known.get(message.company)
    named = [one for one in (ref, message.company) if one]
    if any(known.is_taken(one) for one in named):
        return Fate(Status.REFUSED, NOT_YOURS)
    if ref is None:
        # A company is told of without a person, too.
        is_about_company = message.is_group and company is not None
        if is_about_company and company:
            return company
        return Fate(Status.WAITING) if message.visitor else _nobody(message)
    person = known.get(ref)
    if person is None:
        return Fate(Status.REFUSED, NOBODY)
    if company and not known.are_one(person.home_id, company.home_id):
        return Whose(company.home_id, None)
    return person


def _nobody(message: Message) -> Fate:
    if message.company:
        return Fate(Status.REFUSED, NOBODY)
    return Fate(Status.REFUSED, "Say who it was: send a userId, an anonymousId or traits.email.")


def _release(source: Source, visitors: Sequence[IdentityRef]) -> None:
    """Let what waited for these visitors be settled, now that they are known."""
    if visitors:
        with connection.cursor() as cursor:
            cursor.execute(_RELEASE, [source.pk, [ref.value for ref in visitors]])


def _write(fates: dict[int, Fate]) -> None:
    rows = [(pk, fate.status, fate.reason, fate.customer_id) for pk, fate in fates.items()]
    with connection.cursor() as cursor:
        cursor.execute(_SETTLE, [list(column) for column in zip(*rows, strict=True)])


def _settled_one_by_one(now: datetime, event_ids: Sequence[int] | None) -> int:
    pending = ReceivedEvent.objects.filter(status=Status.PENDING).order_by("pk")
    if event_ids is not None:
        pending = pending.filter(pk__in=event_ids)
    ids = list(pending.values_list("pk", flat=True)[:AT_ONCE])
    for pk in ids:
        try:
            _settled_in_one(now, [pk], 1)
        except OperationalError:
            raise
        except Exception:
            logger.exception("event %s could not be settled", pk)
            ReceivedEvent.objects.filter(pk=pk, status=Status.PENDING).update(
                status=Status.REFUSED, reason=DEFECT
            )
    return len(ids)
