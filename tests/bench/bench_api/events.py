"""Made-up events that look like a day's stream of a real organisation, the same for each seed."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import msgspec
import numpy as np

SOURCE = "load"
# Words are made of these, as long and as many as those of a language.
SYLLABLES = (
    "an", "be", "con", "der", "en", "fa", "gor", "hin", "ist", "ju", "kel", "lo", "men", "nor",
    "ot", "pra", "qui", "ras", "ster", "tan", "um", "ver", "wi", "xa", "ya", "zen",
)  # fmt: skip
WORDS = tuple(one + two for one in SYLLABLES for two in SYLLABLES)
# Type, its share of the stream, and what its events carry.
MIX = (
    ("web.visit", 0.350, ""),
    ("app.used", 0.150, ""),
    ("order.placed", 0.100, "value"),
    ("order.delivered", 0.080, ""),
    ("email.received", 0.080, "text"),
    ("email.template", 0.080, "template"),
    ("email.personal", 0.060, "text"),
    ("call.phone", 0.050, "minutes"),
    ("chat.bot", 0.030, "text"),
    ("question", 0.010, "text"),
    ("complaint", 0.005, "text"),
    ("loop.closed", 0.005, "closes"),
)
TEMPLATES = 20
HALF_OF_THEM = 2
THIRD_OF_THEM = 3


class Events:
    """An endless stream of events of some customers, of whom a share may be new."""

    def __init__(self, customers: int, *, seed: int, new_share: float = 0.0) -> None:
        self._customers = customers
        self._new_share = new_share
        self._name = f"s{seed}"
        self._draw = np.random.default_rng(seed)
        self._number = 0
        self._questions = [f"{self._name}-none"]
        self._templates = [self._text() for _ in range(TEMPLATES)]

    def batch(self, size: int, *, customers: np.ndarray | None = None) -> list[dict[str, object]]:
        """Return so many events, of customers by chance or of those given by number."""
        draw = self._draw
        kinds = draw.choice(len(MIX), size, p=[share for _, share, _ in MIX])
        whose = draw.integers(0, self._customers, size) if customers is None else customers
        are_new = draw.random(size) < self._new_share
        ways = draw.random(size)
        began = datetime.now(UTC)
        ago = draw.random(size) * 7200
        return [
            self._event(int(kind), int(who), bool(is_new), float(way))
            | {"occurred_at": (began - timedelta(seconds=float(seconds))).isoformat()}
            for kind, who, is_new, way, seconds in zip(
                kinds, whose, are_new, ways, ago, strict=True
            )
        ]

    def bodies(self, number: int, size: int) -> Iterator[bytes]:
        """Yield JSON bodies of so many events each."""
        for _ in range(number):
            yield msgspec.json.encode(self.batch(size))

    def _event(self, kind: int, who: int, is_new: bool, way: float) -> dict[str, object]:
        self._number += 1
        key, _, carries = MIX[kind]
        external_id = f"{self._name}-{self._number:08d}"
        event: dict[str, object] = {
            "type": key,
            "customer": {"foreign_id": f"N-{external_id}"} if is_new else reference(who, way),
            "external_id": external_id,
        }
        if carries == "value":
            event["value"] = f"{self._draw.integers(500, 90_000) / 100:.2f}"
        elif carries == "minutes":
            event["duration_minutes"] = int(self._draw.integers(1, 60))
        elif carries == "closes":
            event["closes"] = self._questions[int(self._draw.integers(len(self._questions)))]
        elif carries == "template":
            event["text"] = f"Dear {who},\n{self._templates[self._number % TEMPLATES]}"
        elif carries == "text":
            event["text"] = self._text()
        if key == "question":
            self._questions.append(external_id)
        return event

    def _text(self) -> str:
        """Return 50 to 200 characters of words."""
        words = self._draw.integers(0, len(WORDS), int(self._draw.integers(9, 30)))
        return " ".join(WORDS[word] for word in words)[:200].ljust(50, ".")


def reference(who: int, way: float) -> dict[str, object]:
    """Name a customer as systems do: mostly by a foreign id, sometimes by e-mail or phone."""
    if way < 0.2 and who % HALF_OF_THEM == 0:
        return {"email": email_of(who)}
    if way > 0.8 and who % THIRD_OF_THEM == 0:
        return {"phone": phone_of(who)}
    return {"foreign_id": foreign_id_of(who)}


def foreign_id_of(who: int) -> str:
    """Return a customer's number in the system that sends."""
    return f"C-{who:07d}"


def email_of(who: int) -> str:
    """Return a customer's e-mail address."""
    return f"someone.{who}@customer-{who % 977}.example"


def phone_of(who: int) -> str:
    """Return a customer's phone number as E.164 has it."""
    return f"+4930{who + 1_000_000}"
