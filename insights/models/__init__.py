"""States, readings, rollups, alerts, snoozes, and the policy and population they go by."""

from insights.models.alerts import Alert, AlertRun
from insights.models.meetings import (
    Acquaintance,
    Attention,
    DayMet,
    KnownTotal,
    PersonMonth,
)
from insights.models.policy import PolicyVersion
from insights.models.proof import Proof, ProofCase
from insights.models.rollups import BandTotal, CareTrace, MonthlyLoops, MonthlyTouchpoints
from insights.models.saved_views import SavedView
from insights.models.silence import SilenceChoice, SilenceVersion
from insights.models.snoozes import Snooze
from insights.models.states import Band, CustomerState, Reading, Rhythm
from insights.models.wall_events import WallEvent

__all__ = [
    "Acquaintance",
    "Alert",
    "AlertRun",
    "Attention",
    "Band",
    "BandTotal",
    "CareTrace",
    "CustomerState",
    "DayMet",
    "KnownTotal",
    "MonthlyLoops",
    "MonthlyTouchpoints",
    "PersonMonth",
    "PolicyVersion",
    "Proof",
    "ProofCase",
    "Reading",
    "Rhythm",
    "SavedView",
    "SilenceChoice",
    "SilenceVersion",
    "Snooze",
    "WallEvent",
]
