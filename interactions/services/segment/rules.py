"""Which rule speaks of an event, and what becomes of it by that rule."""

import re
from decimal import Decimal
from typing import NamedTuple

from interactions.event_names import comparable, fits, weight
from interactions.models import EventRule
from interactions.services import NewTouchpoint
from interactions.services.flaws import LARGEST_VALUE
from interactions.services.segment.arrivals import plain
from interactions.services.segment.known import Whose
from interactions.services.segment.messages import Message

LONGEST_TEXT = 500

_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?", re.ASCII)
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d{1,2}", re.ASCII)
_PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?", re.ASCII | re.IGNORECASE)


class Rule(NamedTuple):
    """A rule as settling needs it; without a type it says that events are ignored."""

    matches: str
    type: str | None
    direction: int | None
    value_properties: tuple[str, ...]


class Rules:
    """All rules, those that speak most closely of a name first."""

    def __init__(self) -> None:
        self._exact: dict[tuple[str, str], Rule] = {}
        self._wide: dict[str, list[Rule]] = {}
        self._found: dict[tuple[str, str], Rule | None] = {}
        rows = EventRule.objects.select_related("type").order_by("pk")
        for row in sorted(rows, key=lambda row: weight(row.matches), reverse=True):
            names = tuple(filter(None, (part.strip() for part in row.value_property.split(","))))
            rule = Rule(row.matches, row.type.key if row.type else None, row.direction, names)
            if "*" in row.matches:
                self._wide.setdefault(row.kind, []).append(rule)
            else:
                self._exact[row.kind, row.matches] = rule

    def speaking_of(self, kind: str, name: str) -> Rule | None:
        """Return the rule that decides about an event."""
        key = kind, name
        if key not in self._found:
            self._found[key] = self._search(kind, comparable(name))
        return self._found[key]

    def _search(self, kind: str, name: str) -> Rule | None:
        exact = self._exact.get((kind, name))
        wide = (rule for rule in self._wide.get(kind, ()) if fits(rule.matches, name))
        return exact or next(wide, None)


def touchpoint_of(message: Message, rule: Rule, whose: Whose) -> NewTouchpoint:
    """Return what happened, as it is recorded."""
    event = message.event
    return NewTouchpoint(
        type=rule.type or "",
        customer=whose.home_id,
        occurred_at=event.occurred_at,
        external_id=event.external_id,
        direction=rule.direction,
        contact_id=whose.contact_id,
        text=_text(message),
        value=_value(message, rule),
    )


def _text(message: Message) -> str:
    """Return what the timeline shows beside the type."""
    if message.event.kind == "track":
        return message.event.name
    page = message.context.get("page")
    about = {**(page if isinstance(page, dict) else {}), **message.properties}
    told = (message.event.name, *(about.get(name) for name in ("title", "path", "url")))
    return next(filter(None, (plain(text, LONGEST_TEXT) for text in told)), "")


def _value(message: Message, rule: Rule) -> Decimal | None:
    """Return the first of the rule's properties that is an amount; anything else is none."""
    for name in rule.value_properties:
        value = amount(plain(message.properties.get(name), 40))
        if value is not None and abs(value) <= LARGEST_VALUE:
            return value
    return None


def amount(text: str) -> Decimal | None:
    """Read an amount; one that could be read in two ways is none.

    >>> amount("1,234.50"), amount("39,95"), amount("1e3"), amount("1.234,50"), amount("1_000")
    (Decimal('1234.50'), Decimal('39.95'), Decimal('1E+3'), None, None)
    """
    if _GROUPED.fullmatch(text):
        return Decimal(text.replace(",", ""))
    if _DECIMAL_COMMA.fullmatch(text):
        return Decimal(text.replace(",", "."))
    return Decimal(text) if _PLAIN.fullmatch(text) else None
