"""States, readings, rollups, alerts, snoozes, and the policy and population they go by."""

from insights.models.alerts import Alert, AlertRun
from insights.models.policy import PolicyVersion
from insights.models.proof import Proof, ProofCase
from insights.models.rollups import BandTotal, CareTrace, MonthlyLoops, MonthlyTouchpoints
from insights.models.saved_views import SavedView
from insights.models.silence import SilenceChoice, SilenceVersion
from insights.models.snoozes import Snooze
from insights.models.states import Band, CustomerState, Reading, Rhythm
from insights.models.wall_events import WallEvent

__all__ = [
    "Alert",
    "AlertRun",
    "Band",
    "BandTotal",
    "CareTrace",
    "CustomerState",
    "MonthlyLoops",
    "MonthlyTouchpoints",
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
