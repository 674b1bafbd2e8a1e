"""Writes about touchpoints: the one way in, and what may happen to them afterwards."""

from interactions.services.marks import mark_everyone
from interactions.services.merge import merge_customers, unmerge_customer
from interactions.services.record import Outcome, record, source_named, source_of
from interactions.services.revise import (
    TouchpointGoneError,
    TouchpointRefusedError,
    delete,
    edit,
    restore,
)
from interactions.services.validate import NewTouchpoint, Refusal

__all__ = [
    "NewTouchpoint",
    "Outcome",
    "Refusal",
    "TouchpointGoneError",
    "TouchpointRefusedError",
    "delete",
    "edit",
    "mark_everyone",
    "merge_customers",
    "record",
    "restore",
    "source_named",
    "source_of",
    "unmerge_customer",
]
