"""From a batch of JSON to what became of each: read, record what can be read, answer in order."""

from collections.abc import Iterator, Sequence
from datetime import datetime

import msgspec
from msgspec.structs import replace

from interactions.api.batches import Batch
from interactions.api.items import (
    Touchpoint,
    UnreadableNameError,
    columns_of,
    named_as_sent,
    read,
    sent_as,
)
from interactions.models import Source
from interactions.services import NewTouchpoint, Outcome, Refusal, record, record_columns
from relationships.models import Person


def receive(
    batch: Batch,
    *,
    source: Source,
    by: Person,
    now: datetime,
    may_create_customers: bool,
) -> list[Outcome]:
    """Record JSON touchpoints and return the outcome of each, in their order."""
    about = {
        "source": source, "by": by, "now": now, "may_create_customers": may_create_customers
    }  # fmt: skip
    if batch and isinstance(batch[0], Touchpoint):
        try:
            outcomes = record_columns(columns=columns_of(batch, source.name), **about)
            return list(map(_as_sent, outcomes, batch))
        except UnreadableNameError:
            pass
    items = [read(one, namespace=source.name) for one in batch]
    outcomes = record(items=[item for item in items if isinstance(item, NewTouchpoint)], **about)
    return list(map(_as_sent, _in_order(items, iter(outcomes)), batch))


def _in_order(
    items: Sequence[NewTouchpoint | list[Refusal]], outcomes: Iterator[Outcome]
) -> Iterator[Outcome]:
    for item in items:
        if isinstance(item, list):
            yield Outcome("refused", "", refusals=tuple(item))
        else:
            yield next(outcomes)


def _as_sent(outcome: Outcome, one: bytes | msgspec.Raw | Touchpoint) -> Outcome:
    """Let a refusal say what was sent, in the words in which it was."""
    if outcome.status != "refused":
        return outcome
    sent = sent_as(one)
    external_id = outcome.external_id or sent.get("external_id")
    return replace(
        outcome,
        external_id=external_id if isinstance(external_id, str) else "",
        refusals=named_as_sent(outcome.refusals, sent),
    )
