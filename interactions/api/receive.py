"""From JSON items to what became of each: decode, record what can be read, answer in order."""

from collections.abc import Iterator, Sequence
from datetime import datetime

import msgspec

from interactions.api.items import read
from interactions.models import Source
from interactions.services import NewTouchpoint, Outcome, record
from relationships.models import Person


def receive(
    raws: Sequence[bytes | msgspec.Raw],
    *,
    source: Source,
    by: Person,
    now: datetime,
    may_create_customers: bool,
) -> list[Outcome]:
    """Record JSON touchpoints and return the outcome of each, in their order."""
    items = [read(raw, namespace=source.name) for raw in raws]
    outcomes = record(
        source=source,
        items=[item for item in items if isinstance(item, NewTouchpoint)],
        by=by,
        now=now,
        may_create_customers=may_create_customers,
    )
    return list(_in_order(items, iter(outcomes)))


def _in_order(items: Sequence[object], outcomes: Iterator[Outcome]) -> Iterator[Outcome]:
    for item in items:
        if isinstance(item, list):
            yield Outcome("refused", "", refusals=tuple(item))
        else:
            yield next(outcomes)
