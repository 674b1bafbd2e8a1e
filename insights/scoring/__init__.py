"""The scoring core: touchpoints fold into states, states read as scores.

Pure: arrays or frames in, arrays or frames out; no Django, no database, no clock. The maths is
written down in SCORING.md, to whose sections the docstrings refer. Start at `fold`, then `read`.
"""

from insights.scoring.bands import BANDS, next_bands
from insights.scoring.distance import parts
from insights.scoring.events import Events
from insights.scoring.fold import Folded, fold, load
from insights.scoring.kinds import Kinds
from insights.scoring.policy import Policy
from insights.scoring.population import Population, population
from insights.scoring.read import read
from insights.scoring.readings import Readings
from insights.scoring.refit import Refit, TooLittleHistoryError, refit
from insights.scoring.silence import Silence
from insights.scoring.state import STATE_FIELDS, STATE_SIZE, empty_states
from insights.scoring.trail import trail
from insights.scoring.why import Part, why

__all__ = [
    "BANDS",
    "STATE_FIELDS",
    "STATE_SIZE",
    "Events",
    "Folded",
    "Kinds",
    "Part",
    "Policy",
    "Population",
    "Readings",
    "Refit",
    "Silence",
    "TooLittleHistoryError",
    "empty_states",
    "fold",
    "load",
    "next_bands",
    "parts",
    "population",
    "read",
    "refit",
    "trail",
    "why",
]
