"""Writes versions of the scoring policy: each follows the newest, and none is ever changed."""

from django.db import connection, transaction

from insights.models import PolicyVersion
from insights.selectors.policy import Settings, newest_version, settings_of, version_fields
from relationships.models import Person

_LOCK = "SELECT pg_advisory_xact_lock(hashtext('insights.policy'))"


class PolicyMovedOnError(Exception):
    """Somebody saved meanwhile; nothing was written."""

    def __init__(self, newest: PolicyVersion) -> None:
        super().__init__(f"version {newest.pk} was saved meanwhile")
        self.newest = newest


class NothingChangedError(Exception):
    """What should be saved is what is in use."""


@transaction.atomic
def save_policy(*, settings: Settings, based_on: int, note: str, by: Person) -> PolicyVersion:
    """Save a version that follows `based_on`, the one its author saw; 0 is what Hearth ships.

    Everyone is scored with it in the background: see `refold_outdated`.

    Raises `PolicyMovedOnError` when another version was saved meanwhile, and
    `NothingChangedError` when there is nothing to save.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LOCK)
    newest = newest_version()
    if newest is not None and newest.pk != based_on:
        raise PolicyMovedOnError(newest)
    if settings_of(newest) == dict(settings):
        raise NothingChangedError
    return PolicyVersion.objects.create(
        **version_fields(settings), note=note, based_on=newest, created_by=by
    )


def roll_back_to(*, version: int, based_on: int, by: Person) -> PolicyVersion:
    """Save a version equal to an earlier one; 0 is what Hearth ships. Raises as `save_policy`."""
    earlier = PolicyVersion.objects.get(pk=version) if version else None
    note = f"Back to version {version}" if version else "Back to what Hearth ships"
    return save_policy(settings=settings_of(earlier), based_on=based_on, note=note, by=by)
