"""Readings taken again as time passes: from states alone, never from touchpoints."""

from collections.abc import Callable
from datetime import datetime

from django.db.backends.utils import CursorWrapper

from insights.models import CustomerState, Rhythm
from insights.selectors.lens import Lens
from insights.selectors.profiles import Profiles
from insights.services.everyone import score_everyone
from insights.services.histories import advanced, is_ahead
from insights.services.rhythm import estimate_rhythm
from insights.services.states import Locked, folded_alike
from insights.services.store import store_readings
from insights.services.value_steps import estimate_value_steps
from insights.services.year_ago import look_back_a_year
from relationships.services import mark_profiles_changed

SHARE_OF_NEWCOMERS = 0.1
"""When so many more customers have a state, the population's rhythm is estimated anew."""


def read_everyone_again(*, now: datetime, progress: Callable[[float], None] | None = None) -> int:
    """Estimate rhythm and classes of value, then read every state as of `now`; return how many.

    May run twice, and beside drains.
    """

    def read(cursor: CursorWrapper, locked: Locked, profiles: Profiles, lens: Lens) -> int:
        # Whoever was folded with an older policy is left to `refold_outdated`; who was folded
        # with that of another segment, or knows more than the next Monday, to the drain; as is
        # who is counted in another segment.
        alike = folded_alike(locked, profiles, lens)
        is_elsewhere = locked.segments != profiles.segments
        has_moved = is_elsewhere & (locked.policy_versions == lens.policy_version)
        ahead = is_ahead(locked.folded_to, locked.weeks, now)
        if (has_moved | ahead).any():
            mark_profiles_changed(customer_ids=locked.ids[has_moved | ahead].tolist())
        group, profiles = locked.only(alike & ~ahead), profiles.only(alike & ~ahead)
        if len(group.ids):
            history = advanced(group.numbers, group.history, group.weeks, profiles, lens, now)
            store_readings(cursor, group.counted, profiles, group.numbers, history, lens, now)
        return len(group.ids)

    estimate_rhythm(now=now)
    estimate_value_steps()
    everyone = score_everyone(read, progress=progress)
    look_back_a_year(now=now)
    return everyone


def rhythm_is_outdated() -> bool:
    """Whether many more customers have been scored since the rhythm was estimated."""
    rhythm = Rhythm.objects.order_by("-pk").first()
    known = rhythm.customers if rhythm else 0
    return CustomerState.objects.count() > known * (1 + SHARE_OF_NEWCOMERS)
