"""Requests that are sent again get the answer they got, and nothing happens twice."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction

from relationships.models import AnsweredRequest, Person

KEPT_HOURS = 24


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, a body and headers, and whether they are of an earlier request."""

    status: int
    content: bytes
    headers: dict[str, str]
    is_repeated: bool = False


class RequestRunningError(Exception):
    """A request with this key is being answered at this moment."""


class KeyTakenError(ValueError):
    """The key belongs to another request."""


@transaction.atomic
def answer_once(
    *,
    account: Person,
    key: str,
    fingerprint: bytes,
    now: datetime,
    answer: Callable[[], Answer],
) -> Answer:
    """Return what `answer` gives, or gave when the same request was answered before.

    What `answer` changes and what it returned are one transaction, so that a crash leaves both or
    neither. One that raises has changed nothing, and its key is free again.

    Raises `RequestRunningError` and `KeyTakenError`.
    """
    if not _locked(account, key):
        raise RequestRunningError
    oldest = now - timedelta(hours=KEPT_HOURS)
    before = AnsweredRequest.objects.filter(
        account=account, key=key, answered_at__gt=oldest
    ).first()
    if before is None:
        given = answer()
        _keep(account, key, fingerprint, given, now)
        return given
    if bytes(before.fingerprint) != fingerprint:
        raise KeyTakenError
    return Answer(before.status, bytes(before.content), before.headers, is_repeated=True)


def forget_answers(*, now: datetime) -> int:
    """Delete the answers that are no longer given again; return how many they were."""
    oldest = now - timedelta(hours=KEPT_HOURS)
    deleted, _ = AnsweredRequest.objects.filter(answered_at__lte=oldest).delete()
    return deleted


def _locked(account: Person, key: str) -> bool:
    """Take the key for this transaction, unless another has it."""
    digest = hashlib.sha256(f"relationships.idempotency {account.pk} {key}".encode()).digest()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(%s)", [int.from_bytes(digest[:8], signed=True)]
        )
        (is_ours,) = cursor.fetchone()
    return bool(is_ours)


def _keep(account: Person, key: str, fingerprint: bytes, given: Answer, now: datetime) -> None:
    """Write an answer down, over one that is too old to be given again."""
    AnsweredRequest.objects.bulk_create(
        [
            AnsweredRequest(
                account=account,
                key=key,
                fingerprint=fingerprint,
                status=given.status,
                content=given.content,
                headers=given.headers,
                answered_at=now,
            )
        ],
        update_conflicts=True,
        unique_fields=("account", "key"),
        update_fields=("fingerprint", "status", "content", "headers", "answered_at"),
    )
