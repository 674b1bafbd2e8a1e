"""Which coefficients of silence are in use, and those that were once fitted."""

import functools
import logging
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from insights.models import SilenceChoice, SilenceVersion
from insights.scoring import Silence
from relationships.access import may_see_policy
from relationships.models import Person

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SilenceInUse:
    """The version in use, None for what Hearth ships, and the coefficients that are read with."""

    version: SilenceVersion | None
    silence: Silence
    is_readable: bool

    @property
    def pk(self) -> int:
        """Return the id of the version in use, 0 for what Hearth ships."""
        return self.version.pk if self.version else 0


def silence_in_use() -> SilenceInUse:
    """Return what is in use; a version that cannot be read any more must not stop scoring."""
    version = SilenceVersion.objects.select_related("created_by").filter(is_in_use=True).first()
    if version is None:
        return SilenceInUse(None, Silence.prior(), is_readable=True)
    fitted = coefficients_of(version)
    return SilenceInUse(version, fitted or Silence.prior(), is_readable=fitted is not None)


def coefficients_of(version: SilenceVersion) -> Silence | None:
    """Return the coefficients of a version; None when this Hearth cannot read them."""
    try:
        return Silence.from_json(version.values)
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        _say_unreadable(version.pk, str(problem))
        return None


def silence_versions(*, before: int | None, at_most: int) -> list[SilenceVersion]:
    """Return versions, the newest first, of those older than the one with the id `before`."""
    versions = SilenceVersion.objects.select_related("created_by").order_by("-pk")
    return list(versions.filter(Q(pk__lt=before) if before else Q())[:at_most])


def silence_versions_visible_to(person: Person) -> QuerySet[SilenceVersion]:
    """Return the versions with their authors, if `person` may see them."""
    versions = SilenceVersion.objects.select_related("created_by")
    return versions if may_see_policy(person) else versions.none()


def silence_version(pk: int) -> SilenceVersion | None:
    """Return the version with this id."""
    return SilenceVersion.objects.filter(pk=pk).first()


def silence_choices() -> QuerySet[SilenceChoice]:
    """Return what was taken into use, the newest first."""
    return SilenceChoice.objects.select_related("version", "chosen_by").order_by("-pk")


def silence_at(moment: datetime) -> SilenceInUse:
    """Return what was in use at a moment: no version that has learned from what came after."""
    earlier = silence_choices().filter(chosen_at__lte=moment).first()
    version = earlier.version if earlier else None
    fitted = coefficients_of(version) if version else None
    return SilenceInUse(version, fitted or Silence.prior(), is_readable=True)


def awaits_reading() -> SilenceChoice | None:
    """Return the choice that not everyone has been read with yet."""
    newest = SilenceChoice.objects.order_by("-pk").first()
    return newest if newest and newest.read_at is None else None


@functools.cache
def _say_unreadable(pk: int, problem: str) -> None:
    """Log once in each process: a drain asks several times a second."""
    logger.warning(
        "Silence version %s cannot be read (%s); what Hearth ships is used instead of it.",
        pk,
        problem,
    )
