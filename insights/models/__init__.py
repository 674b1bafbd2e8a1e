"""States, readings, rollups, alerts, snoozes, and the policy and population they go by."""

from insights.models.alerts import Alert, AlertRun
from insights.models.places import EVERY_TEAM, PlaceTotal, QuarterTotal, YearAgo
from insights.models.policy import PolicyVersion
from insights.models.proof import Proof, ProofCase
from insights.models.rollups import BandTotal, CareTrace, MonthlyLoops, MonthlyTouchpoints
from insights.models.saved_views import SavedView
from insights.models.silence import SilenceChoice, SilenceVersion
from insights.models.snoozes import Snooze
from insights.models.states import PLACE, Band, CustomerState, Reading, Rhythm
from insights.models.wall_events import WallEvent

__all__ = [
    "EVERY_TEAM",
    "PLACE",
    "Alert",
    "AlertRun",
    "Band",
    "BandTotal",
    "CareTrace",
    "CustomerState",
    "MonthlyLoops",
    "MonthlyTouchpoints",
    "PlaceTotal",
    "PolicyVersion",
    "Proof",
    "ProofCase",
    "QuarterTotal",
    "Reading",
    "Rhythm",
    "SavedView",
    "SilenceChoice",
    "SilenceVersion",
    "Snooze",
    "WallEvent",
    "YearAgo",
]
