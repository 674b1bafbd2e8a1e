"""Writes about touchpoints: the one way in, and what may happen to them afterwards."""

from interactions.services.appointments import (
    CannotPlanError,
    NoSuchAppointmentError,
    call_off,
    plan,
    plan_again,
    took_place,
)
from interactions.services.columns import Columns, NewTouchpoint
from interactions.services.flaws import Refusal
from interactions.services.log_now import log_now
from interactions.services.marks import mark_everyone
from interactions.services.merge import merge_customers, unmerge_customer
from interactions.services.mess_ups import MessUpGoneError, ask_again
from interactions.services.record import (
    Outcome,
    record,
    record_columns,
    source_named,
    source_of,
)
from interactions.services.revise import (
    TouchpointGoneError,
    TouchpointRefusedError,
    delete,
    edit,
    restore,
)
from interactions.services.together import (
    MOST_TOGETHER,
    NobodyTogetherError,
    Said,
    Together,
    TooManyTogetherError,
    delete_together,
    log_together,
    restore_together,
)

__all__ = [
    "MOST_TOGETHER",
    "CannotPlanError",
    "Columns",
    "MessUpGoneError",
    "NewTouchpoint",
    "NoSuchAppointmentError",
    "NobodyTogetherError",
    "Outcome",
    "Refusal",
    "Said",
    "Together",
    "TooManyTogetherError",
    "TouchpointGoneError",
    "TouchpointRefusedError",
    "ask_again",
    "call_off",
    "delete",
    "delete_together",
    "edit",
    "log_now",
    "log_together",
    "mark_everyone",
    "merge_customers",
    "plan",
    "plan_again",
    "record",
    "record_columns",
    "restore",
    "restore_together",
    "source_named",
    "source_of",
    "took_place",
    "unmerge_customer",
]
