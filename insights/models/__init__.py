"""States, readings, rollups, alerts, reports, snoozes, and the policy and population they go by."""

from insights.models.alerts import Alert, AlertRun
from insights.models.meetings import (
    Acquaintance,
    Attention,
    DayMet,
    KnownTotal,
    PersonYear,
)
from insights.models.places import EVERY_SEGMENT, EVERY_TEAM, PlaceTotal, QuarterTotal, YearAgo
from insights.models.policy import PolicyVersion
from insights.models.proof import Proof, ProofCase
from insights.models.reports import BoardReport, ReportMailing, ReportReader
from insights.models.rollups import (
    BandFlow,
    BandTotal,
    CareCatalogue,
    CareTrace,
    DistanceTotal,
    MonthlyCare,
    MonthlyHours,
    MonthlyPromises,
    MonthlyTouchpoints,
    OwnerTotal,
    TeamTotal,
)
from insights.models.saved_views import SavedView
from insights.models.silence import SilenceChoice, SilenceVersion
from insights.models.snoozes import Snooze
from insights.models.states import (
    HAS_CHANGED,
    LEAST_CHANGE,
    PLACE,
    SIZES_FROM,
    Band,
    CustomerState,
    Reading,
    Rhythm,
    SizeClass,
    ValueClass,
    ValueStep,
)
from insights.models.wall_events import WallEvent

__all__ = [
    "EVERY_SEGMENT",
    "EVERY_TEAM",
    "HAS_CHANGED",
    "LEAST_CHANGE",
    "PLACE",
    "SIZES_FROM",
    "Acquaintance",
    "Alert",
    "AlertRun",
    "Attention",
    "Band",
    "BandFlow",
    "BandTotal",
    "BoardReport",
    "CareCatalogue",
    "CareTrace",
    "CustomerState",
    "DayMet",
    "DistanceTotal",
    "KnownTotal",
    "MonthlyCare",
    "MonthlyHours",
    "MonthlyPromises",
    "MonthlyTouchpoints",
    "OwnerTotal",
    "PersonYear",
    "PlaceTotal",
    "PolicyVersion",
    "Proof",
    "ProofCase",
    "QuarterTotal",
    "Reading",
    "ReportMailing",
    "ReportReader",
    "Rhythm",
    "SavedView",
    "SilenceChoice",
    "SilenceVersion",
    "SizeClass",
    "Snooze",
    "TeamTotal",
    "ValueClass",
    "ValueStep",
    "WallEvent",
    "YearAgo",
]
