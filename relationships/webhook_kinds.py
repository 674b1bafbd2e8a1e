"""What webhooks tell of: the kinds of events, and what the message of each is made of."""

from datetime import date, datetime
from typing import Literal

from msgspec import Struct, field


class ForeignId(Struct, forbid_unknown_fields=True):
    """How another system names the customer."""

    namespace: str
    value: str


class ToldCustomer(Struct, forbid_unknown_fields=True):
    """Who the customer is; `is_demo` marks the demonstration, which is made up."""

    id: int
    name: str
    is_demo: bool
    team: str | None
    foreign_ids: list[ForeignId]


class ToldPerson(Struct, forbid_unknown_fields=True):
    """One of us."""

    id: int
    name: str


BandWord = Literal["near", "steady", "cooling", "drifting", "gone"]


class BandMove(Struct, forbid_unknown_fields=True):
    """Where a customer stood and stands."""

    to: BandWord
    from_: BandWord = field(name="from")


class BandChanged(Struct, forbid_unknown_fields=True):
    """A customer came into another band."""

    customer: ToldCustomer
    band: BandMove
    distance: float
    why: list[str]
    is_new_policy: bool


class Opener(Struct, forbid_unknown_fields=True):
    """The touchpoint that opened a loop."""

    id: int
    type: str
    source: str
    external_id: str


class ToldLoop(Struct, forbid_unknown_fields=True):
    """Something that somebody must close; `text` is its first 300 characters."""

    id: int
    kind: Literal["question", "complaint", "failure", "promise"]
    text: str
    person: ToldPerson | None
    opened_at: datetime
    due_at: datetime
    closed_at: datetime | None
    opened_by: Opener


class LoopOpened(Struct, forbid_unknown_fields=True):
    """A loop is open that was not; `is_reopened` when it had been closed."""

    customer: ToldCustomer
    loop: ToldLoop
    is_reopened: bool


class LoopClosed(Struct, forbid_unknown_fields=True):
    """A loop is open no longer; `is_withdrawn` when what opened it was deleted or corrected."""

    customer: ToldCustomer
    loop: ToldLoop
    is_withdrawn: bool


class LoopOverdue(Struct, forbid_unknown_fields=True):
    """A loop is still open although it was due; told once for each due time."""

    customer: ToldCustomer
    loop: ToldLoop


class CustomerMerged(Struct, forbid_unknown_fields=True):
    """Two customers were found to be one: `customer` is who remains."""

    customer: ToldCustomer
    merged_customer_id: int
    by: ToldPerson


class CustomerUnmerged(Struct, forbid_unknown_fields=True):
    """A merged customer is one of its own again."""

    customer: ToldCustomer
    parted_from_customer_id: int
    by: ToldPerson


class AlertRaised(Struct, forbid_unknown_fields=True):
    """A customer is among those most likely to fall silent, as seen at the start of a week."""

    customer: ToldCustomer
    alert_id: int
    week: date
    until: datetime
    silence_share: float
    distance: float
    last_active_at: datetime
    is_repeated: bool
    why: list[str]


class Ping(Struct, forbid_unknown_fields=True):
    """Somebody pressed the test button."""

    note: str


class Kind(Struct, frozen=True):
    """A kind of event: what it is called on the page, and what its message holds."""

    name: str
    label: str
    data: type[Struct]


PING = "ping"
KINDS = {
    kind.name: kind
    for kind in (
        Kind("customer.band_changed", "A customer came into another band", BandChanged),
        Kind("loop.opened", "A loop was opened, or opened again", LoopOpened),
        Kind("loop.closed", "A loop was closed, or withdrawn", LoopClosed),
        Kind("loop.overdue", "A loop is overdue", LoopOverdue),
        Kind("customer.merged", "Two customers were merged", CustomerMerged),
        Kind("customer.unmerged", "Merged customers were parted", CustomerUnmerged),
        Kind("alert.raised", "An alert was raised", AlertRaised),
    )
}
"""What an endpoint may choose; a ping is sent whatever it chose."""
