"""Which coefficients of silence are in use, and those that were once fitted."""

import functools
import logging

from insights.models import SilenceVersion
from insights.scoring import Silence

logger = logging.getLogger(__name__)


def current_silence() -> Silence:
    """Return the coefficients in use: those of the version in use, else the shipped ones.

    A version that no longer fits, as after an upgrade, must not stop scoring.
    """
    version = SilenceVersion.objects.filter(is_in_use=True).first()
    fitted = coefficients_of(version) if version else None
    return fitted or Silence.prior()


def coefficients_of(version: SilenceVersion) -> Silence | None:
    """Return the coefficients of a version; None when this Hearth cannot read them."""
    try:
        return Silence.from_json(version.values)
    except (ValueError, KeyError, TypeError) as problem:
        _say_unreadable(version.pk, str(problem))
        return None


@functools.cache
def _say_unreadable(pk: int, problem: str) -> None:
    """Log once in each process: a drain asks several times a second."""
    logger.warning(
        "Silence version %s cannot be read (%s); what Hearth ships is used instead of it.",
        pk,
        problem,
    )
