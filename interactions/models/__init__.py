"""Touchpoints, their types and sources, the loops they open and close, and what is planned."""

from interactions.models.appointments import Appointment
from interactions.models.catalogue import Direction, LoopKind, Source, TouchpointType
from interactions.models.changes import Calendar, Intake, LoopChange, TouchpointChange
from interactions.models.effort import LONGEST_SECONDS, LoggingTime
from interactions.models.segment import EventKind, EventRule, ReceivedEvent
from interactions.models.touchpoints import Loop, Touchpoint, TouchpointQuerySet

__all__ = [
    "LONGEST_SECONDS",
    "Appointment",
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
