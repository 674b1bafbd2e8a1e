"""What the API answers about loops and sources."""

from datetime import datetime
from typing import Literal, Self

from msgspec import Struct

from interactions.api.answers import LOOP_WORDS
from interactions.models import Loop, Source
from relationships.api.answers import Named


class LoopItem(Struct):
    """Something that somebody must close; it was opened and closed by touchpoints of these ids."""

    id: int
    kind: Literal["question", "complaint", "failure", "promise"]
    customer: Named
    person: Named | None
    text: str
    opened_at: datetime
    due_at: datetime
    closed_at: datetime | None
    opened_by: int
    closed_by: int | None
    updated_at: datetime

    @classmethod
    def of(cls, loop: Loop) -> Self:
        """Tell a loop."""
        return cls(
            id=loop.pk,
            kind=LOOP_WORDS[loop.kind],  # type: ignore[arg-type]
            customer=Named(loop.customer.pk, loop.customer.name),
            person=Named.of(loop.person),
            text=loop.text,
            opened_at=loop.opened_at,
            due_at=loop.due_at,
            closed_at=loop.closed_at,
            opened_by=loop.opened_by_id,
            closed_by=loop.closed_by_id,
            updated_at=loop.updated_at,
        )


class SourceItem(Struct):
    """A door that touchpoints come in by; without a service account, people log by it."""

    id: int
    name: str
    service_account: Named | None
    updated_at: datetime

    @classmethod
    def of(cls, source: Source) -> Self:
        """Tell a source."""
        return cls(source.pk, source.name, Named.of(source.service_account), source.updated_at)
