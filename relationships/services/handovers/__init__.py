"""Writes about handovers: who leaves, who takes over, what to know, and introductions."""

from relationships.services.handovers.batches import (
    choose_for_all,
    plan_for_all,
    spread,
)
from relationships.services.handovers.lifecycle import (
    NewRow,
    add_rows,
    change_handover,
    finish_handover,
    reopen_handover,
    start_handover,
)
from relationships.services.handovers.moves import (
    Moved,
    Undone,
    move_customers,
    undo_batch,
)
from relationships.services.handovers.parts import (
    LONGEST_NOTE,
    ChangedMeanwhileError,
    choose_successor,
    plan_introduction,
    settle_introduction,
    unsettle_introduction,
    write_note,
)
from relationships.services.handovers.rules import HandoverGoneError, HandoverRefusedError

__all__ = [
    "LONGEST_NOTE",
    "ChangedMeanwhileError",
    "HandoverGoneError",
    "HandoverRefusedError",
    "Moved",
    "NewRow",
    "Undone",
    "add_rows",
    "change_handover",
    "choose_for_all",
    "choose_successor",
    "finish_handover",
    "move_customers",
    "plan_for_all",
    "plan_introduction",
    "reopen_handover",
    "settle_introduction",
    "spread",
    "start_handover",
    "undo_batch",
    "unsettle_introduction",
    "write_note",
]
