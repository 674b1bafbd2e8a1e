"""Endpoints and deliveries as the pages show them: every cell written before the template."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from relationships.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from relationships.selectors.webhooks import MOST_COUNTED, Health
from relationships.webhook_kinds import KINDS, PING
from relationships.words import plural, span

SOON = timedelta(minutes=1)
TONES = {"waiting": "", "delivered": "good", "failed": "bad"}


@dataclass(frozen=True, slots=True)
class State:
    """Whether an endpoint is on and well: a word, its tone, and a sentence where it is not."""

    word: str
    tone: str
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class EndpointRow:
    """An endpoint in the list."""

    pk: int
    name: str
    url: str
    state: State
    told: str
    health: str
    last: datetime | None


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """A delivery in the log."""

    pk: int
    at: datetime
    event: str
    customer: str
    status: str
    tone: str
    answer: str
    problem: str
    note: str
    is_soon: bool


@dataclass(frozen=True, slots=True)
class Try:
    """One try of a delivery."""

    number: int
    at: datetime
    answer: str
    problem: str
    body: str
    took: str


def state_of(endpoint: WebhookEndpoint, now: datetime) -> State:
    """Say how it is with an endpoint."""
    because = WebhookEndpoint.OffBecause
    if endpoint.off_because == because.BY_HAND:
        return State(
            "Off", "", "It is switched off: nothing that happens meanwhile is kept for it."
        )
    if endpoint.off_because == because.GONE:
        return State("Off", "bad", "It answered 410, which says that it is gone for good.")
    if endpoint.off_because == because.FAILING:
        return State(
            "Off",
            "bad",
            f"It took nothing for {_span(endpoint.failing_since, endpoint.off_at)}, so it was "
            f"switched off. Put it right, send a test, and switch it on again.",
        )
    if endpoint.failing_since:
        failing = _span(endpoint.failing_since, now)
        return State(
            "Failing",
            "bad",
            f"It has taken nothing for {failing}. Messages are tried again for three days; then "
            f"it is switched off.",
        )
    return State("On", "good")


def _span(since: datetime | None, until: datetime | None) -> str:
    return span(until - since) if since and until else "days"


def endpoint_rows(
    endpoints: Sequence[WebhookEndpoint], healths: dict[int, Health], now: datetime
) -> list[EndpointRow]:
    """Write the list of endpoints."""
    return [
        EndpointRow(
            pk=endpoint.pk,
            name=endpoint.description or endpoint.url,
            url=endpoint.url if endpoint.description else "",
            state=state_of(endpoint, now),
            told=told_of(endpoint),
            health=health_words(healths.get(endpoint.pk, Health())),
            last=healths.get(endpoint.pk, Health()).last_delivered_at,
        )
        for endpoint in endpoints
    ]


def told_of(endpoint: WebhookEndpoint) -> str:
    """Say what an endpoint hears of, and whose."""
    is_all = len(endpoint.kinds) == len(KINDS)
    told = f"Told of {'everything' if is_all else ', '.join(endpoint.kinds)}"
    return f"{told} · {endpoint.team.name}" if endpoint.team else told


def health_words(health: Health) -> str:
    """Say how the newest messages fared.

    >>> health_words(Health()), health_words(Health(delivered=98, failed=2))
    ('Nothing sent yet', 'Of the last 100 messages 98 were delivered, 2 failed')
    >>> health_words(Health(delivered=3)), health_words(Health(delivered=1, waiting=12_000))
    ('The last 3 messages were delivered', 'The last message was delivered; 10,000 or more wait')
    """
    ended = health.delivered + health.failed
    if not ended:
        said = "Nothing delivered yet" if health.waiting else "Nothing sent yet"
    elif not health.failed:
        said = f"The last {plural(ended, 'message') if ended > 1 else 'message'} " + (
            "were delivered" if ended > 1 else "was delivered"
        )
    else:
        verb = "was" if health.delivered == 1 else "were"
        said = (
            f"Of the last {plural(ended, 'message')} {health.delivered} {verb} delivered, "
            f"{health.failed} failed"
        )
    if health.waiting >= MOST_COUNTED:
        return f"{said}; {MOST_COUNTED:,} or more wait"
    if health.waiting:
        return f"{said}; {health.waiting:,} {'waits' if health.waiting == 1 else 'wait'}"
    return said


def delivery_rows(deliveries: Sequence[WebhookDelivery], now: datetime) -> list[DeliveryRow]:
    """Write the log of deliveries."""
    return [_delivery_row(delivery, now) for delivery in deliveries]


def _delivery_row(delivery: WebhookDelivery, now: datetime) -> DeliveryRow:
    attempts = list(delivery.attempts.all())
    last = attempts[-1] if attempts else None
    customer = delivery.event.data.get("customer") or {}
    return DeliveryRow(
        pk=delivery.pk,
        at=delivery.event.created_at,
        event=kind_label(delivery.event.kind),
        customer=str(customer.get("name", "")),
        status=str(delivery.get_status_display()),
        tone=TONES[delivery.status],
        answer=_answer(last) if last else "",
        problem=last.problem if last and not last.response_code else "",
        note=_note(delivery, attempts, now),
        is_soon=_is_soon(delivery, now),
    )


def _answer(attempt: WebhookAttempt) -> str:
    return str(attempt.response_code) if attempt.response_code else "No answer"


def _note(delivery: WebhookDelivery, attempts: Sequence[WebhookAttempt], now: datetime) -> str:
    """Say how often it was tried, and when again."""
    tries = plural(len(attempts), "try", "tries")
    if delivery.status != WebhookDelivery.Status.WAITING:
        return f"{tries}, {attempts[0].took_ms:,} ms" if len(attempts) == 1 else tries
    held = _held_up(delivery)
    if held:
        return f"{tries}, {held}" if attempts else held.capitalize()
    wait = _next_at(delivery) - now
    when = f"in {span(wait)}" if wait >= timedelta(minutes=1) else "in a moment"
    return f"{tries}, next {when}" if attempts else f"Due {when}"


def _held_up(delivery: WebhookDelivery) -> str:
    """Say why nobody tries a delivery that waits; a test is sent to one that is off."""
    if delivery.endpoint.deleted_at:
        return "its endpoint was deleted"
    if delivery.endpoint.is_on or delivery.event.kind == PING:
        return ""
    return "waits until it is on again"


def _next_at(delivery: WebhookDelivery) -> datetime:
    rests = delivery.endpoint.resting_until
    if rests is None or delivery.event.kind == PING:
        return delivery.due_at
    return max(delivery.due_at, rests)


def _is_soon(delivery: WebhookDelivery, now: datetime) -> bool:
    """Whether it is worth while to look again in a moment for the first try of a series."""
    is_waiting = delivery.status == WebhookDelivery.Status.WAITING and not delivery.tries
    return is_waiting and not _held_up(delivery) and abs(_next_at(delivery) - now) < SOON


def kind_label(kind: str) -> str:
    """Return what a kind of event is called.

    >>> kind_label("loop.opened"), kind_label("ping"), kind_label("of.old")
    ('A loop was opened, or opened again', 'Test', 'of.old')
    """
    if kind == PING:
        return "Test"
    return KINDS[kind].label if kind in KINDS else kind


def tries_of(delivery: WebhookDelivery) -> list[Try]:
    """Write the tries of a delivery, the newest first."""
    attempts = list(delivery.attempts.all())
    return [
        Try(
            number=number,
            at=attempt.at,
            answer=_answer(attempt),
            problem=attempt.problem,
            body=attempt.answer,
            took=f"{attempt.took_ms:,} ms",
        )
        for number, attempt in reversed(list(enumerate(attempts, start=1)))
    ]


def payload_of(body: bytes) -> str:
    """Write what is sent so that a person can read it."""
    return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
