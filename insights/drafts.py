"""Drafts of the policy and what they would do: kept in the cache for a day by their digest."""

import hashlib
import json
import time
from dataclasses import dataclass

from django.core.cache import cache

from insights.selectors.policy import Place, Settings
from insights.selectors.preview import Preview

KEPT_SECONDS = 24 * 3600
STALLED_SECONDS = 60
"""A preview that says nothing for so long may be started again."""


@dataclass(frozen=True, slots=True)
class Draft:
    """Settings somebody is thinking about, the version they began from, and why."""

    settings: Settings
    based_on: int
    note: str

    @property
    def digest(self) -> str:
        """What the draft is called in addresses."""
        said = json.dumps([sorted(self.settings.items()), self.based_on, self.note])
        return hashlib.sha256(said.encode()).hexdigest()[:24]


def keep_draft(draft: Draft) -> str:
    """Keep a draft for a day; return its digest."""
    cache.set(_key(draft.digest), draft, KEPT_SECONDS)
    return draft.digest


def kept_draft(digest: str) -> Draft | None:
    """Return a draft that is still kept."""
    found = cache.get(_key(digest))
    if not isinstance(found, Draft):
        return None
    settings = {Place(*place): value for place, value in found.settings.items()}
    return Draft(settings, found.based_on, found.note)


def tell_preview(digest: str, share: float) -> None:
    """Say how far the preview of a draft is."""
    cache.set(_key(digest, "share"), (share, time.time()), KEPT_SECONDS)


def keep_preview(digest: str, found: Preview) -> None:
    """Keep what a draft would do."""
    cache.set(_key(digest, "preview"), found, KEPT_SECONDS)


def kept_preview(digest: str) -> Preview | None:
    """Return what a draft would do, once it is worked out."""
    found = cache.get(_key(digest, "preview"))
    return found if isinstance(found, Preview) else None


def forget_preview(digest: str) -> None:
    """Forget what a draft would have done, to work it out anew."""
    cache.delete_many([_key(digest, "preview"), _key(digest, "share")])


def preview_share(digest: str) -> float | None:
    """Return how far a preview is; None when nobody works on it (any more)."""
    share, said_at = cache.get(_key(digest, "share")) or (0.0, 0.0)
    return share if time.time() - said_at < STALLED_SECONDS else None


def _key(digest: str, what: str = "draft") -> str:
    return f"policy-{what}:{digest}"
