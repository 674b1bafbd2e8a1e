"""From a line to the fields of a form, and from these to the few words that show them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.http import QueryDict
from django.utils import timezone

from interactions.catalogue import PROMISE_MADE, SETTLED
from interactions.forms import MINUTE, TouchpointForm
from interactions.line import LONGEST_LINE, Heard, hear
from interactions.models import LoopKind
from interactions.selectors import MESS_UPS, loops_open_with, types_named
from interactions.services.flaws import CLOCK_TOLERANCE
from relationships import words
from relationships.models import Customer, Person
from relationships.names import searchable
from relationships.selectors import Named, customer_numbered, named

USUAL_TYPE = "call.phone"
"""What a line means that only says with whom."""

_ABOUT_MESS_UPS = ("order.late", "service.", "invoice.", "promise.broken", "complaint")


@dataclass(frozen=True, slots=True)
class Understood:
    """What a line fills in, as a browser sends it, and what is still to be chosen."""

    fields: Mapping[str, str]
    customers: Sequence[Customer] = ()
    moments: Sequence[datetime] = ()
    unclear: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Chip:
    """A field of the form in a few words; `is_open` asks for a choice, or to look again.

    One with a `value` is such a choice.
    """

    name: str
    label: str
    text: str
    is_open: bool = False
    value: str = ""


def understood(line: str, *, person: Person, now: datetime, kept: Mapping[str, str]) -> Understood:
    """Return what a line says beyond the fields that were `kept` as somebody chose them."""
    heard = hear(line, now=now, zone=timezone.get_current_timezone())
    customer = _kept_customer(person, kept)
    who = named(
        person, heard.names, heard.later_names,
        joined=heard.joined_names, lone=heard.lone_names, customer=customer,
    )  # fmt: skip
    fields = _said(line, heard, who, now) | _whom(who)
    unclear = {}
    if who.customer and heard.is_repair:
        _settle(who.customer, fields, unclear)
    for name, phrase in ("occurred_at", heard.unclear_when), ("due_at", heard.unclear_due):
        if phrase and not _is_named(phrase, who):
            fields[name] = ""
            unclear[name] = f"“{phrase}”: when?"
    if heard.possible_at and "occurred_at" not in unclear:
        fields["occurred_at"] = ""
        unclear["occurred_at"] = f"{_said_of(heard.possible_at)}: when?"
    if who.contacts:
        unclear["contact"] = f"{' or '.join(map(str, who.contacts))}?"
    known = {name: value for name, value in fields.items() if name not in kept}
    open_yet = {name: why for name, why in unclear.items() if name not in kept}
    return Understood(known, who.customers, heard.possible_at, open_yet)


def filled_in(
    data: QueryDict,
    *,
    person: Person,
    now: datetime,
    initial: Mapping[str, Any],
    said_at: datetime | None = None,
) -> tuple[TouchpointForm, Mapping[str, str]]:
    """Return a form that was sent, filled in by its line where that was not done yet.

    Whoever types fast sends the line before the fields are filled in, and without JavaScript or
    a network nobody fills them in before. `said_at` is when the line was written, if not now.
    With it comes what is still to be chosen; of a line that filled the form in before, only
    whom and when, without which nothing is logged.
    """
    fields: Mapping[str, Any] = data
    line = data.get("line", "").strip()[:LONGEST_LINE]
    found = Understood({})
    is_new = line != data.get("understood", "").strip()
    if line and (is_new or not (data.get("occurred_at") and data.get("customer_name"))):
        kept = kept_of(data, data.getlist("kept"))
        found = understood(line, person=person, now=said_at or now, kept=kept)
    unclear = found.unclear
    if line and is_new:
        fields = {**data.dict(), **found.fields, "understood": line}
    else:
        is_asked = not data.get("occurred_at")
        unclear = {name: why for name, why in unclear.items() if is_asked and name == "occurred_at"}
    form = TouchpointForm(fields, person=person, now=now, initial=initial)
    form.offer(found.customers, found.moments)
    return form, unclear


def chips(form: TouchpointForm, unclear: Mapping[str, str]) -> list[Chip]:
    """Say what a form that a line filled in holds: whom, what and when always, the rest if said."""
    found = [_customer_chip(form)]
    for name in _SHOWN:
        text = unclear.get(name) or _text_of(form, name)
        if text:
            label = "planned for" if name == "occurred_at" and form.is_planned else _SHOWN[name]
            found.append(Chip(name, label, text, is_open=name in unclear or name in form.errors))
        if name == "occurred_at" and name in unclear:
            found += [_moment_chip(form, at) for at in form.moments]
    return found


# Whatever says by itself what it is has no words before it.
_SHOWN = {
    "contact": "with",
    "type": "",
    "occurred_at": "",
    "person": "by",
    "severity": "",
    "direction": "",
    "duration_minutes": "",
    "sentiment": "felt",
    "closes": "settles",
    "opens": "opens",
    "due_at": "due",
}


def _kept_customer(person: Person, kept: Mapping[str, str]) -> Customer | None:
    return customer_numbered(person, kept.get("candidate") or kept.get("customer", ""))


def _said_of(moments: Sequence[datetime]) -> str:
    """Say what moments that may be meant have in common: the weekday, or else the hour."""
    first, other = map(timezone.localtime, moments[:2])
    return f"{first:%A}" if first.weekday() == other.weekday() else f"{first:%H:%M}"


def _said(line: str, heard: Heard, who: Named, now: datetime) -> dict[str, str]:
    is_promise_alone = heard.opens == LoopKind.PROMISE and not heard.type
    kind = PROMISE_MADE if is_promise_alone else heard.type or USUAL_TYPE
    if not types_named(keys=(kind,)):
        kind = ""
    return {
        "type": kind,
        "occurred_at": _minute(heard.occurred_at or now),
        "duration_minutes": _number(heard.duration_minutes),
        "sentiment": _number(heard.sentiment),
        "direction": _number(heard.direction),
        "severity": _number(heard.severity),
        "opens": "" if is_promise_alone else _number(heard.opens),
        "due_at": _minute(heard.due_at),
        "closes": "",
        "text": " ".join(line.split()) if who.has_more else heard.text,
    }


def _whom(who: Named) -> dict[str, str]:
    if who.customer is None:
        return {"customer": "", "customer_name": "", "contact": ""}
    fields = {
        "customer": str(who.customer.pk),
        "customer_name": who.customer.name,
        "contact": str(who.contact.pk) if who.contact else "",
    }
    return fields | ({"person": str(who.colleague.pk)} if who.colleague else {})


def _is_named(phrase: str, who: Named) -> bool:
    """Whether these words are of the name of somebody meant, such as Weekend Tours."""
    names = " ".join(searchable(str(one)) for one in (who.customer, who.contact, who.colleague))
    return set(searchable(phrase).split()) <= set(names.split())


def _settle(customer: Customer, fields: dict[str, str], unclear: dict[str, str]) -> None:
    """Take what was repaired for the one that is open; of several somebody must choose."""
    broken = [loop for loop in loops_open_with(customer) if loop.kind in MESS_UPS]
    if len(broken) == 1:
        fields["closes"] = str(broken[0].pk)
    elif broken:
        unclear["closes"] = f"Which of {len(broken)}?"
    if broken and fields["type"].startswith(_ABOUT_MESS_UPS):
        fields["type"] = SETTLED


def _customer_chip(form: TouchpointForm) -> Chip:
    if form.chosen:
        return Chip("customer_name", "", form.chosen.name)
    text = "Which of these?" if form.candidates else "Who was it?"
    return Chip("customer_name", "", text, is_open=True)


def _moment_chip(form: TouchpointForm, at: datetime) -> Chip:
    text = _moment_words(form, at)
    is_ahead = at > form.now + CLOCK_TOLERANCE
    text = f"{text} (planned)" if is_ahead else text
    return Chip("occurred_at", "", text, is_open=True, value=_minute(at))


def _text_of(form: TouchpointForm, name: str) -> str:
    value = str(form[name].value() or "")
    if name == "person" and value == str(form.author.pk):
        return ""
    if not value:
        return ""
    if name in ("occurred_at", "due_at"):
        return _moment(form, name)
    if name == "duration_minutes":
        return words.plural(int(value), "minute") if value.isdecimal() else value
    choices = form.fields[name].choices  # type: ignore[attr-defined]
    return next((str(label) for key, label in choices if str(key) == value), value)


def _moment(form: TouchpointForm, name: str) -> str:
    value = form[name].value()
    at = value if isinstance(value, datetime) else _parsed(str(value))
    if at is None:
        return str(value)
    return _moment_words(form, at, is_due=name == "due_at")


def _moment_words(form: TouchpointForm, at: datetime, *, is_due: bool = False) -> str:
    local, today = timezone.localtime(at), timezone.localdate(form.now)
    if not is_due and abs(form.now - at).total_seconds() < 120:
        return "Now"
    day = local.date()
    said = words.day_name(day, today)
    ahead = (day - today).days
    if ahead == 1:
        # A label stands before what is due or planned.
        said = "tomorrow" if is_due or form.is_planned else "Tomorrow"
    elif 1 < ahead < 7:
        said = f"{local:%A}"
    return f"{said}, {local:%H:%M}"


def _parsed(text: str) -> datetime | None:
    try:
        return timezone.make_aware(datetime.fromisoformat(text))
    except ValueError:
        return None


def _minute(moment: datetime | None) -> str:
    return timezone.localtime(moment).strftime(MINUTE) if moment else ""


def _number(value: int | None) -> str:
    return "" if value is None else str(value)


def kept_of(data: Mapping[str, str], names: Collection[str]) -> dict[str, str]:
    """Return the fields that somebody chose by hand; a customer is both the id and the name."""
    both = {"customer", "customer_name", "candidate"}
    wanted = set(names) | (both if both & set(names) else set())
    return {name: data.get(name, "") for name in wanted if name in TouchpointForm.base_fields}
