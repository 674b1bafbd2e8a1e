"""The scoring policy by version: for everyone, by segment and by touchpoint type."""

import functools
import json
import logging
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet, Subquery

from insights.models import PolicyVersion
from insights.scoring import Policy
from insights.scoring.policy import RISING, WEIGHTS
from insights.scoring.tunables import ORGANISATION_ONLY
from relationships.access import may_see_policy
from relationships.models import Person

logger = logging.getLogger(__name__)

DEFAULTS: Mapping[str, float] = asdict(Policy())
TOGETHER = (WEIGHTS, *RISING)
"""Tunables that only make sense together."""

TYPE_RANGES = {"points": (0.0, 100.0), "care": (0.0, 100.0), "severity": (0.1, 100.0)}
"""What a version may say of a touchpoint type, from and to.

Not above 0, a failure would count as contact. How soon its loop is due is none of it: that is
decided when the loop opens, people were told, and a rollback could not take it back.
"""


class Place(NamedTuple):
    """Where a number of the policy stands."""

    part: str
    """`everyone`, `segment` or `type`."""
    owner: str
    """Empty for everyone, else the id of the segment or the key of the type."""
    name: str


Settings = Mapping[Place, float]
"""What differs from what Hearth ships, from everyone's values, or from the catalogue."""


@dataclass(frozen=True, slots=True)
class Policies:
    """The policy of everyone, of each segment that has its own, and what types are worth."""

    everyone: Policy
    by_segment: Mapping[int, Policy]
    types: Mapping[str, Mapping[str, float]]

    def of(self, segment: int) -> Policy:
        """Return the policy of a segment's customers; 0 is no segment."""
        return self.by_segment.get(segment, self.everyone)


def newest_version() -> PolicyVersion | None:
    """Return the version in use; None is what Hearth ships."""
    return PolicyVersion.objects.order_by("-pk").first()


def policies_by_version(versions: Collection[int]) -> dict[int, Policies]:
    """Return the policies of some versions; 0, or one that is gone, is what Hearth ships."""
    known = PolicyVersion.objects.in_bulk([pk for pk in versions if pk])
    return {pk: policies_of(known.get(pk)) for pk in versions}


def settings_of(version: PolicyVersion | None) -> dict[Place, float]:
    """Return all that a version says, number by number."""
    if version is None:
        return {}
    parts = (
        ("everyone", {"": version.values}),
        ("segment", version.segments),
        ("type", version.types),
    )
    return {
        Place(part, str(owner), str(name)): value
        for part, owners in parts
        for owner, values in _mapping(owners).items()
        for name, value in _mapping(values).items()
    }


def version_fields(settings: Settings) -> dict[str, dict[str, Any]]:
    """Return settings as the fields of a version keep them."""
    found: dict[str, dict[str, Any]] = {"values": {}, "segments": {}, "types": {}}
    for place, value in sorted(settings.items()):
        if place.part == "everyone":
            found["values"][place.name] = value
        else:
            found[f"{place.part}s"].setdefault(place.owner, {})[place.name] = value
    return found


def policies_of(version: PolicyVersion | None) -> Policies:
    """Return the policies of a version; what cannot be read of it falls back, tunable by tunable.

    Scoring must go on when a version names a tunable that an upgrade took away.
    """
    return policies_from(settings_of(version))


def policies_from(settings: Settings) -> Policies:
    """Return the policies that settings make; see `policies_of`."""
    return _policies(json.dumps(sorted(settings.items()), default=str))


@functools.lru_cache(maxsize=32)
def _policies(written: str) -> Policies:
    """Read settings once for each wording, so that a flaw is not logged at every drain."""
    by_owner: dict[tuple[str, str], dict[str, Any]] = {}
    for (part, owner, name), value in json.loads(written):
        by_owner.setdefault((part, owner), {})[name] = value
    everyone = _sound(by_owner.get(("everyone", ""), {}), DEFAULTS, "everyone")
    segments, types = {}, {}
    for (part, owner), values in by_owner.items():
        if part == "type":
            types[owner] = _sound_type(values, owner)
        elif part == "segment" and owner.isdecimal():
            own = _only_of_segments(values, owner)
            segments[int(owner)] = _sound(own, asdict(everyone), f"segment {owner}")
    differing = {segment: policy for segment, policy in segments.items() if policy != everyone}
    return Policies(everyone, differing, types)


def _sound(values: Mapping[str, Any], base: Mapping[str, float], whose: str) -> Policy:
    """Make a policy of what can be used; the rest is as in `base`."""
    kept = dict(base)
    for part in _separable(values):
        try:
            Policy.from_json(kept | part)
        except ValueError as flaw:
            logger.error("Policy of %s: falling back for %s: %s", whose, ", ".join(part), flaw)
        else:
            kept |= part
    return Policy.from_json(kept)


def _separable(values: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield values in pieces that make sense without the others."""
    for names in TOGETHER:
        piece = {name: values[name] for name in names if name in values}
        if piece:
            yield piece
    together = {name for names in TOGETHER for name in names}
    for name, value in values.items():
        if name not in together:
            yield {name: value}


def _only_of_segments(values: Mapping[str, Any], segment: str) -> dict[str, Any]:
    for name in ORGANISATION_ONLY & values.keys():
        logger.error("Policy of segment %s: %s is the organisation's alone", segment, name)
    return {name: value for name, value in values.items() if name not in ORGANISATION_ONLY}


def _sound_type(values: Mapping[str, Any], key: str) -> dict[str, float]:
    kept = {}
    for name, value in values.items():
        low, high = TYPE_RANGES.get(name, (0.0, 0.0))
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if name in TYPE_RANGES and is_number and low <= value <= high:
            kept[name] = float(value)
        else:
            logger.error("Policy of type %s: falling back for %s (%r)", key, name, value)
    return kept


def _mapping(value: Any) -> Mapping[str, Any]:
    if isinstance(value, Mapping):
        return value
    logger.error("A policy version holds %r where names and numbers belong", value)
    return {}


TUNABLES = {tuned.name: tuned for tuned in fields(Policy)}
"""The fields of the policy, with their meaning, unit and range as metadata."""


@dataclass(frozen=True, slots=True)
class Change:
    """One number that differs; None where nothing is said and something else counts."""

    place: Place
    old: float | None
    new: float | None


def changes(old: Settings, new: Settings) -> list[Change]:
    """Return what differs between two settings, in one order."""
    return [
        Change(place, old.get(place), new.get(place))
        for place in sorted({*old, *new})
        if old.get(place) != new.get(place)
    ]


@dataclass(frozen=True, slots=True)
class Merge:
    """Two people's changes of one policy, put together; where both changed one, mine stands."""

    settings: Settings
    theirs: list[Change]
    mine: list[Change]
    both: list[tuple[Change, Change]]
    """Theirs and mine, where both changed one number, and not alike."""


def merged(base: Settings, theirs: Settings, mine: Settings) -> Merge:
    """Put my changes onto theirs, both made from `base`."""
    their_changes, my_changes = changes(base, theirs), changes(base, mine)
    settings = dict(theirs)
    for change in my_changes:
        if change.new is None:
            settings.pop(change.place, None)
        else:
            settings[change.place] = change.new
    by_place = {change.place: change for change in their_changes}
    both = [
        (by_place[change.place], change)
        for change in my_changes
        if change.place in by_place and by_place[change.place].new != change.new
    ]
    return Merge(settings, their_changes, my_changes, both)


def policy_versions_visible_to(person: Person) -> QuerySet[PolicyVersion]:
    """Return the versions with their authors, and which is in use, if `person` may see them.

    Whoever made a key with the scope for it decided that its holder may.
    """
    newest = PolicyVersion.objects.order_by("-pk").values("pk")[:1]
    versions = PolicyVersion.objects.select_related("created_by")
    found = versions.annotate(is_newest=Q(pk=Subquery(newest)))
    return found if may_see_policy(person) else found.none()


def versions(before: int | None = None, limit: int = 50) -> list[PolicyVersion]:
    """Return versions with their authors and what they were based on, the newest first."""
    found = PolicyVersion.objects.select_related("created_by", "based_on").order_by("-pk")
    return list((found if before is None else found.filter(pk__lt=before))[:limit])


def version_numbered(pk: int) -> PolicyVersion | None:
    """Return a version; None for 0, which is what Hearth ships. Raises `DoesNotExist`."""
    return PolicyVersion.objects.select_related("created_by").get(pk=pk) if pk else None
