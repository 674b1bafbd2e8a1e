"""The default catalogue of touchpoint types; points and severities are SCORING's defaults."""

from dataclasses import dataclass

INBOUND, OUTBOUND, MUTUAL = 0, 1, 2
QUESTION, COMPLAINT, FAILURE, PROMISE = 1, 2, 3, 4

SETTLED = "loop.closed"
"""The type of what only closes a loop."""

PROMISE_MADE = "promise"
"""The type of a promise that was made by itself."""

ASKED_AGAIN = ("asked.again", "story.repeated")
"""The types of what a customer had to tell us although we knew it."""


@dataclass(frozen=True)
class DefaultType:
    """One entry; the fields are those of `TouchpointType`."""

    key: str
    label: str
    channel: str
    mode: str
    nature: str
    direction: int
    points: float = 0
    care: float = 0
    severity: int | None = None
    is_said_care: bool = False
    is_feedback: bool = False
    opens: int | None = None
    expected_hours: float | None = None


def _human(key: str, label: str, channel: str, direction: int, points: float) -> DefaultType:
    return DefaultType(key, label, channel, "human", "connection", direction, points)


def _care(key: str, label: str, care: float) -> DefaultType:
    return DefaultType(key, label, "person", "human", "care", OUTBOUND, care=care)


def _served(key: str, label: str, channel: str, direction: int) -> DefaultType:
    return DefaultType(key, label, channel, "digital", "service", direction)


def _failure(key: str, label: str, channel: str, mode: str, severity: int) -> DefaultType:
    return DefaultType(
        key, label, channel, mode, "failure", OUTBOUND,
        severity=severity, opens=FAILURE, expected_hours=72,
    )  # fmt: skip


def _broadcast(key: str, label: str, channel: str, *, says_care: bool = False) -> DefaultType:
    return DefaultType(
        key, label, channel, "digital", "broadcast", OUTBOUND, is_said_care=says_care
    )


DEFAULT_TYPES = (
    _human("meeting.in_person", "Met in person", "meeting", MUTUAL, 10),
    _human("visit", "Visit", "visit", MUTUAL, 8),
    _human("meeting.video", "Video call", "video", MUTUAL, 7),
    _human("call.phone", "Phone call", "phone", MUTUAL, 6),
    DefaultType("call.attempt", "Called, no answer", "phone", "none", "neutral", OUTBOUND),
    _human("note.handwritten", "Handwritten note", "letter", OUTBOUND, 6),
    _human("letter", "Letter", "letter", OUTBOUND, 5),
    _human("chat.person", "Chat with a person", "chat", MUTUAL, 3),
    _human("email.personal", "Personal e-mail", "e-mail", OUTBOUND, 2),
    _human("email.received", "E-mail from the customer", "e-mail", INBOUND, 2),
    _human("message.text", "Text message", "text", OUTBOUND, 1.5),
    _broadcast("email.template", "Templated e-mail", "e-mail"),
    _broadcast("email.campaign", "Campaign", "e-mail", says_care=True),
    _broadcast("message.broadcast", "Broadcast message", "text"),
    DefaultType("chat.bot", "Chat with a bot", "chat", "digital", "neutral", INBOUND),
    _care("care.help", "Helped without being asked", 5),
    _care("care.refund", "Price or refund in their favour", 5),
    _care("care.kindness", "A kindness nobody asked for", 6),
    _served("web.visit", "Web visit", "web", INBOUND),
    _served("app.used", "Product used", "app", INBOUND),
    _served("self_service.done", "Self-service done", "web", INBOUND),
    DefaultType("order.placed", "Order", "order", "digital", "purchase", INBOUND),
    DefaultType(
        "order.in_person", "Order taken in person", "order", "human", "purchase", MUTUAL, points=6
    ),
    _served("order.delivered", "Delivered on time", "order", OUTBOUND),
    _failure("order.late", "Late delivery", "order", "digital", 3),
    _failure("service.outage", "Outage", "app", "digital", 3),
    _failure("service.failed", "Something we did failed", "person", "human", 3),
    _failure("invoice.wrong", "Wrong invoice", "invoice", "digital", 1),
    _failure("promise.broken", "Promise broken", "person", "human", 3),
    DefaultType(
        "asked.again", "Asked again for what we hold", "web", "digital", "failure", OUTBOUND,
        severity=1,
    ),
    DefaultType(
        "story.repeated", "Had to repeat the story", "phone", "human", "failure", INBOUND,
        severity=1,
    ),
    DefaultType(
        "complaint", "Complaint", "phone", "human", "failure", INBOUND,
        severity=3, opens=COMPLAINT, expected_hours=48,
    ),
    DefaultType(
        "question", "Question", "e-mail", "human", "voice", INBOUND,
        opens=QUESTION, expected_hours=24,
    ),
    DefaultType(
        PROMISE_MADE, "Promise made", "person", "human", "neutral", OUTBOUND,
        opens=PROMISE, expected_hours=168,
    ),
    DefaultType(
        "feedback.survey", "Survey answered", "web", "digital", "voice", INBOUND, is_feedback=True
    ),
    DefaultType(
        "feedback.person", "Feedback in conversation", "person", "human", "voice", INBOUND,
        points=3, is_feedback=True,
    ),
    DefaultType(SETTLED, "Settled", "person", "none", "neutral", OUTBOUND),
)  # fmt: skip
