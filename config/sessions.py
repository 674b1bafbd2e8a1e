"""Sessions in the database, as Django keeps them: each page begins by reading one."""

from datetime import datetime
from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.utils import timezone

from relationships.prepared import prepared


class SessionStore(db.SessionStore):
    """Reads a session by a statement that PostgreSQL plans once."""

    def _get_session_from_db(self) -> Any:
        found = _sessions(self.session_key, timezone.now())
        if found:
            return found[0]
        # As Django does: whoever comes with one that is not there, or no longer, gets another.
        self._session_key = None
        return None


@prepared
def _sessions(key: str | None, now: datetime) -> QuerySet[Session]:
    return Session.objects.filter(session_key=key, expire_date__gt=now)
