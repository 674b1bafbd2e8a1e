"""Endpoints and deliveries as the pages show them: every cell written before the template."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from relationships.models import WebhookDelivery, WebhookEndpoint
from relationships.selectors.webhooks import MOST_COUNTED, Health
from relationships.webhook_kinds import KINDS, PING
from relationships.words import plural, span

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
    note: str


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
    kinds = "Everything" if len(endpoint.kinds) == len(KINDS) else ", ".join(endpoint.kinds)
    return f"{kinds} · {endpoint.team.name}" if endpoint.team else kinds


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
    answer = ""
    if last is not None:
        answer = str(last.response_code) if last.response_code else "No answer"
    customer = delivery.event.data.get("customer") or {}
    return DeliveryRow(
        pk=delivery.pk,
        at=delivery.event.created_at,
        event=kind_label(delivery.event.kind),
        customer=str(customer.get("name", "")),
        status=str(delivery.get_status_display()),
        tone=TONES[delivery.status],
        answer=answer,
        note=_note(delivery, len(attempts), last.took_ms if last else None, now),
    )


def _note(delivery: WebhookDelivery, tries: int, took_ms: int | None, now: datetime) -> str:
    """Say how often it was tried, and when again."""
    tried = plural(tries, "try", "tries") if tries != 1 else f"{took_ms:,} ms"
    if delivery.status != WebhookDelivery.Status.WAITING:
        return tried
    again = "next" if tries else "due"
    soon = delivery.due_at - now
    when = f"{again} in {span(soon)}" if soon.total_seconds() >= 60 else f"{again} in a moment"
    return f"{plural(tries, 'try', 'tries')}, {when}" if tries else when


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
            answer=str(attempt.response_code) if attempt.response_code else "No answer",
            problem=attempt.problem,
            body=attempt.answer,
            took=f"{attempt.took_ms:,} ms",
        )
        for number, attempt in reversed(list(enumerate(attempts, start=1)))
    ]


def payload_of(body: bytes) -> str:
    """Write what is sent so that a person can read it."""
    return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
