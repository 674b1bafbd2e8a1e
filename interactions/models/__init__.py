"""Touchpoints, the catalogue of their types, the loops they open and close, and their sources."""

from interactions.models.catalogue import Direction, LoopKind, Source, TouchpointType
from interactions.models.changes import Calendar, Intake, LoopChange, TouchpointChange
from interactions.models.effort import LONGEST_SECONDS, LoggingTime
from interactions.models.segment import EventKind, EventRule, ReceivedEvent
from interactions.models.touchpoints import Loop, Touchpoint, TouchpointQuerySet

__all__ = [
    "LONGEST_SECONDS",
    "Calendar",
    "Direction",
    "EventKind",
    "EventRule",
    "Intake",
    "LoggingTime",
    "Loop",
    "LoopChange",
    "LoopKind",
    "ReceivedEvent",
    "Source",
    "Touchpoint",
    "TouchpointChange",
    "TouchpointQuerySet",
    "TouchpointType",
]
