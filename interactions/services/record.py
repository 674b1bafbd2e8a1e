"""`record()`: the one way by which touchpoints come in."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from itertools import repeat
from typing import Literal

from django.db import IntegrityError, transaction
from msgspec import Struct

from interactions.models import Source, Touchpoint
from interactions.selectors.own import source_names
from interactions.services.columns import Columns, NewTouchpoint
from interactions.services.flaws import Refusal
from interactions.services.references import references
from interactions.services.rows import rows_for
from interactions.services.store import Stored, store, store_if_still
from interactions.services.validate import refusals
from relationships.models import Person
from relationships.selectors import remembered_roster
from relationships.services import keep_customers


class Outcome(Struct, frozen=True, gc=False, rename={"touchpoint_id": "id", "refusals": "errors"}):
    """What became of one touchpoint; it has no ids when it was refused.

    The API tells it as it is, under shorter names.
    """

    status: Literal["recorded", "known", "refused"]
    external_id: str
    touchpoint_id: int | None = None
    customer_id: int | None = None
    refusals: tuple[Refusal, ...] = ()


def source_of(account: Person) -> Source:
    """Return the source of a service account; it has the account's name."""
    known = Source.objects.filter(service_account=account).first()
    return known or source_named(account.name, service_account=account)


def source_named(name: str, *, service_account: Person | None = None) -> Source:
    """Return the source with this name, made when it does not exist.

    Where the name is another's, it is that of `source_names` which is free.
    """
    for free in source_names(name, service_account):
        source, _ = Source.objects.get_or_create(
            name=free, defaults={"service_account": service_account}
        )
        if source.service_account_id in (None, service_account and service_account.pk):
            break
    return source


def record(
    *,
    source: Source,
    items: Sequence[NewTouchpoint],
    by: Person,
    now: datetime,
    may_create_customers: bool = False,
    new_customers_team_id: int | None = None,
) -> list[Outcome]:
    """Record touchpoints, each once for ever, and say what became of each.

    What cannot be taken is refused alone; the rest is kept. Touchpoints, the loops they open and
    close, and "this customer changed" are one transaction. An item without an external id gets a
    new one, so it can only be sent once. New customers belong to the team of `by` unless another
    is named.
    """
    if not items:
        return []
    return record_columns(
        source=source,
        columns=Columns.of(items),
        by=by,
        now=now,
        may_create_customers=may_create_customers,
        new_customers_team_id=new_customers_team_id,
    )


def record_columns(
    *,
    source: Source,
    columns: Columns,
    by: Person,
    now: datetime,
    may_create_customers: bool = False,
    new_customers_team_id: int | None = None,
) -> list[Outcome]:
    """Do what `record` does for touchpoints, at least one, that came as columns."""
    named = _named(columns)
    taken: Stored = {}
    try:
        if added := _recorded_at_once(named, source=source, by=by, now=now):
            return _outcomes(columns.external_id, named.external_id, None, added, taken)
    except IntegrityError as error:
        taken = _taken_by(error, source, named)
    while True:
        try:
            with transaction.atomic():
                known = references(
                    named,
                    roster=keep_customers(),
                    by=by,
                    may_create_customers=may_create_customers,
                    new_customers_team_id=new_customers_team_id,
                )
                wrong = refusals(named, known, now)
                added = {}
                if places := _places(named.external_id, wrong, taken):
                    rows = rows_for(
                        named.take(places), known.take(places), source_id=source.pk, by_id=by.pk
                    )
                    added = store(rows, now)
        except IntegrityError as error:
            taken = _taken_by(error, source, named)
        else:
            return _outcomes(columns.external_id, named.external_id, wrong, added, taken)


def _recorded_at_once(named: Columns, *, source: Source, by: Person, now: datetime) -> Stored:
    """Record a touchpoint that is like most of them by one message to the server.

    Whom it names is taken from memory, and the statement that adds it asks whether that is still
    so. Nothing is recorded where there are more, others than a customer are named, anything is
    wrong, or somebody moved meanwhile.
    """
    if len(named) > 1 or named.names_others():
        return {}
    roster = remembered_roster()
    known = references(named, roster=roster, by=by, may_create_customers=False)
    if refusals(named, known, now):
        return {}
    rows = rows_for(named, known, source_id=source.pk, by_id=by.pk)
    return store_if_still(rows, roster)


def _named(columns: Columns) -> Columns:
    if "" not in columns.external_id:
        return columns
    return columns.with_external_ids([one or str(uuid.uuid4()) for one in columns.external_id])


def _places(
    external_ids: Sequence[str], wrong: Sequence[list[Refusal]] | None, taken: Stored
) -> list[int]:
    """Return where those are that will be stored: of equal external ids, the first right one."""
    # In one order, so that two requests with the same events wait for each other, not in a ring.
    order = sorted(range(len(external_ids)), key=external_ids.__getitem__)
    if wrong is None and not taken and len(set(external_ids)) == len(external_ids):
        return order
    places: dict[str, int] = {}
    for place in order:
        external_id = external_ids[place]
        if external_id not in taken and not (wrong and wrong[place]):
            places.setdefault(external_id, place)
    return list(places.values())


def _taken_by(error: IntegrityError, source: Source, named: Columns) -> Stored:
    """Return which external ids are taken, if that is the error.

    The table itself is asked: mostly none is, and then nobody had to look for them. What was
    there, or came in meanwhile, is there to stay.
    """
    constraint = getattr(error.__cause__, "diag", None)
    if getattr(constraint, "constraint_name", None) != "touchpoint_is_recorded_once":
        raise error
    found = Touchpoint.objects.filter(source=source, external_id__in=named.external_id)
    return {key: (pk, of) for key, pk, of in found.values_list("external_id", "pk", "customer_id")}


def _outcomes(
    sent: Sequence[str],
    external_ids: Sequence[str],
    wrong: Sequence[list[Refusal]] | None,
    added: Stored,
    taken: Stored,
) -> list[Outcome]:
    if len(added) == len(external_ids):
        ids, customer_ids = zip(*map(added.__getitem__, external_ids), strict=True)
        recorded: Literal["recorded"] = "recorded"
        return list(map(Outcome, repeat(recorded), external_ids, ids, customer_ids))
    told: set[str] = set()
    outcomes = []
    for place, external_id in enumerate(external_ids):
        if wrong and wrong[place]:
            outcomes.append(Outcome("refused", sent[place], refusals=tuple(wrong[place])))
        elif external_id in taken:
            outcomes.append(Outcome("known", external_id, *taken[external_id]))
        else:
            status: Literal["recorded", "known"] = "known" if external_id in told else "recorded"
            told.add(external_id)
            outcomes.append(Outcome(status, external_id, *added[external_id]))
    return outcomes
