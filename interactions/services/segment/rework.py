"""What is done with kept events later: mapped by a rule, tried again, taken away when old."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction

from interactions.event_names import comparable
from interactions.models import EventRule, ReceivedEvent
from interactions.services.segment.rules import Rules
from interactions.services.segment.settle import DEFECT, NOBODY, NOT_YOURS
from relationships.models import AccessKey, Person

PRUNED_AT_ONCE = 5_000
CUSTOMERS_WRITE = "customers:write"
MAY_CHANGE = (NOBODY, NOT_YOURS, DEFECT)
"""Reasons that a change of a key, of a customer or of Hearth can take away."""

Status = ReceivedEvent.Status
_TABLE = ReceivedEvent._meta.db_table
_KEPT_BRIEFLY = (Status.RECORDED, Status.IGNORED, Status.APPLIED)
_KEPT_LONG = (Status.WAITING, Status.UNMAPPED, Status.REFUSED)


class RuleExistsError(ValueError):
    """There is a rule for these events already."""


@transaction.atomic
def save_rule(*, rule: EventRule, by: Person, now: datetime) -> int:
    """Save a rule and have what it now speaks of settled; return how many events these are.

    What was recorded by an earlier rule stays as it was recorded.
    """
    rule.pattern = " ".join(rule.pattern.split())
    rule.matches = comparable(rule.pattern)
    others = EventRule.objects.filter(kind=rule.kind, matches=rule.matches).exclude(pk=rule.pk)
    if others.exists():
        raise RuleExistsError("There is a rule for these events already; change that one.")
    rule.changed_by, rule.changed_at = by, now
    rule.save()
    return _settle_again(kind=rule.kind)


@transaction.atomic
def delete_rule(*, rule: EventRule) -> None:
    """Take a rule away; what was recorded by it stays, and what comes next has no rule."""
    rule.delete()


@transaction.atomic
def try_refused_again() -> int:
    """Have refused events settled again, by what their keys may do now; return how many.

    What was wrong with a message itself stays wrong.
    """
    makers = AccessKey.objects.filter(
        scopes__contains=[CUSTOMERS_WRITE], revoked_at=None, person__is_active=True
    )
    refused = ReceivedEvent.objects.filter(status=Status.REFUSED, reason__in=MAY_CHANGE)
    refused.filter(sent_by__in=makers.values("person")).update(may_create_customers=True)
    return refused.update(status=Status.PENDING, reason="")


def _settle_again(*, kind: str) -> int:
    """Let kept events be settled that a rule speaks of by now."""
    rules = Rules()
    unmapped = ReceivedEvent.objects.filter(status=Status.UNMAPPED, kind=kind)
    names = unmapped.order_by("name").values_list("name", flat=True).distinct()
    mapped = [name for name in names if rules.speaking_of(kind, name)]
    return unmapped.filter(name__in=mapped).update(status=Status.PENDING)


_OVER = f"""
    DELETE FROM {_TABLE} WHERE id IN (
        SELECT id FROM {_TABLE} WHERE status = %s AND {{which}} ORDER BY id LIMIT %s
    )
"""
_BEYOND = f"""
    id <= (SELECT id FROM {_TABLE} WHERE status = %s ORDER BY id DESC OFFSET %s LIMIT 1)
"""


def prune_events(*, now: datetime) -> int:
    """Take away some of the events that are too old or too many, and return how many."""
    removed = 0
    for statuses, days in (
        (_KEPT_BRIEFLY, settings.EVENTS_SHOWN_DAYS), (_KEPT_LONG, settings.EVENTS_KEPT_DAYS),
    ):  # fmt: skip
        for status in statuses:
            oldest = now - timedelta(days=days)
            removed += _delete(_OVER.format(which="received_at < %s"), [status, oldest])
            beyond = _OVER.format(which=_BEYOND)
            removed += _delete(beyond, [status, status, settings.EVENTS_KEPT_AT_MOST])
    return removed


def _delete(sql: str, params: list[int | datetime]) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, [*params, PRUNED_AT_ONCE])
        return cursor.rowcount
