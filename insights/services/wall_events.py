"""Notes beside the Wall what happened, corrects it, takes it away and brings it back."""

from collections.abc import Callable
from datetime import date, datetime

from django.db import IntegrityError, transaction

from insights.models import WallEvent
from insights.models.wall_events import EARLIEST, LATEST, LONGEST_TEXT
from insights.selectors.wall import wall_event
from relationships.access import check_may_see_organisation, teams_visible_to
from relationships.models import Person

MOST_EVENTS = 200
"""More than that nobody could read in a chart."""


class WallEventRefusedError(ValueError):
    """Nothing can be noted like that; the message says what to do."""


class NoSuchWallEventError(LookupError):
    """There is no such note."""


@transaction.atomic
def note_event(*, on_date: date, text: str, team_id: int | None = None, by: Person) -> WallEvent:
    """Note what happened on a day, to everyone or to a team.

    Raises `PermissionDenied` unless `by` sees the whole organisation, `WallEventRefusedError` for
    a day or words that cannot be noted, what is noted already, or when there are too many.
    """
    check_may_see_organisation(by)
    if WallEvent.objects.filter(deleted_at=None).count() >= MOST_EVENTS:
        raise WallEventRefusedError(
            f"There are {MOST_EVENTS} notes already. Delete one that nobody needs."
        )
    event = WallEvent(made_by=by)
    _say(event, on_date, text, team_id, by)
    _unless_noted(event.save)
    return event


@transaction.atomic
def correct_event(
    *, event_id: int, on_date: date, text: str, team_id: int | None = None, by: Person
) -> WallEvent:
    """Correct what was noted; raises as `note_event`, and `NoSuchWallEventError`."""
    check_may_see_organisation(by)
    event = _event(event_id, by)
    _say(event, on_date, text, team_id, by)
    _unless_noted(lambda: event.save(update_fields=["on_date", "text", "team"]))
    return event


@transaction.atomic
def delete_event(*, event_id: int, by: Person, now: datetime) -> WallEvent:
    """Take away what was noted; it can be brought back."""
    check_may_see_organisation(by)
    event = _event(event_id, by)
    event.deleted_at = now
    event.save(update_fields=["deleted_at"])
    return event


@transaction.atomic
def restore_event(*, event_id: int, by: Person) -> WallEvent:
    """Bring back what was noted, unless it was noted again meanwhile."""
    check_may_see_organisation(by)
    event = _event(event_id, by, is_deleted=True)
    event.deleted_at = None
    _unless_noted(lambda: event.save(update_fields=["deleted_at"]))
    return event


def _event(event_id: int, by: Person, *, is_deleted: bool = False) -> WallEvent:
    event = wall_event(by, event_id, is_deleted=is_deleted)
    if event is None:
        raise NoSuchWallEventError("There is no such note.")
    return event


def _say(event: WallEvent, on_date: date, text: str, team_id: int | None, by: Person) -> None:
    trimmed = " ".join(text.replace("\0", "").split())
    if not trimmed:
        raise WallEventRefusedError("Say what happened, in a few words.")
    if len(trimmed) > LONGEST_TEXT:
        raise WallEventRefusedError(f"Say it in {LONGEST_TEXT} letters at most.")
    if not EARLIEST <= on_date <= LATEST:
        raise WallEventRefusedError(
            f"Choose a day between {EARLIEST.year} and {LATEST.year}; in the year "
            f"{on_date.year} there was no Wall."
        )
    team = teams_visible_to(by).filter(pk=team_id).first() if team_id else None
    if team_id and team is None:
        raise WallEventRefusedError("That team is gone. Choose another, or none.")
    event.on_date, event.text, event.team = on_date, trimmed, team


def _unless_noted(write: Callable[[], None]) -> None:
    try:
        with transaction.atomic():
            write()
    except IntegrityError as error:
        raise WallEventRefusedError("That is noted on this day already.") from error
