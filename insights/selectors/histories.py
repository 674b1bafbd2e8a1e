"""Whole histories of a few customers, with all that is needed to fold and read them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from django.db import connection

from insights.scoring import Events
from insights.selectors.events import events_of
from insights.selectors.lens import Lens, current_lens
from insights.selectors.profiles import Profiles, profiles_of


@dataclass(frozen=True, slots=True)
class Histories:
    """The touchpoints of n customers as they are known now; rows are in the order of the ids."""

    lens: Lens
    profiles: Profiles
    events: Events


def histories_of(customer_ids: Sequence[int]) -> Histories:
    """Return the histories of a few customers: all their touchpoints are read."""
    lens, ids = current_lens(), np.array(customer_ids, dtype=np.int64)
    with connection.cursor() as cursor:
        profiles = profiles_of(cursor, ids)
    events, _ = events_of(ids, [None] * len(ids), lens.row_of_type)
    return Histories(lens, profiles, events)
