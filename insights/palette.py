"""What the search offers beside names: pages, things to do, and what to do with a customer."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.urls import reverse

from insights.selectors.search import Meant
from relationships import access
from relationships.models import Person
from relationships.names import searchable


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the search: what it is called, more about it, and where it leads.

    `is_dialog` opens it over the page that is there. `press` names a control of every page that
    does the same at once, where there is JavaScript.
    """

    label: str
    url: str
    icon: str
    note: str = ""
    keys: str = ""
    tag: str = ""
    is_dialog: bool = False
    press: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """A page or a thing to do, for those who may."""

    label: str
    to: str
    icon: str
    also: str = ""
    keys: str = ""
    is_for: Callable[[Person], bool] | None = None
    is_dialog: bool = False
    press: str = ""

    def entry(self) -> Entry:
        """Return the line that leads there."""
        return Entry(
            self.label, reverse(self.to), self.icon, keys=self.keys, is_dialog=self.is_dialog,
            press=self.press,
        )  # fmt: skip


_ADMIN, _ORGANISATION = access.may_administer, access.may_see_organisation

PAGES = (
    Offer("Today", "today", "sun", "who needs you home start", "g t"),
    Offer("Customers", "customers", "users", "list portfolio", "g c"),
    Offer("What changed", "changes", "git-compare-arrows", "changes moved week", "g w"),
    Offer("Distance", "distance", "move-horizontal", "wall map organisation", "g d", _ORGANISATION),
    Offer(
        "Distance over time",
        "distance_over_time",
        "chart-line",
        "weeks trend team segment stage value size",
        is_for=_ORGANISATION,
    ),
    Offer("The Wall", "wall", "brick-wall", "human digital screens months", is_for=_ORGANISATION),
    Offer("Board report", "report", "file-text", "pdf month print mail", is_for=_ORGANISATION),
    Offer("Doors and windows", "doors_and_windows", "map", "quarters", is_for=_ORGANISATION),
    Offer("Do we care", "care", "heart-handshake", "listening promises", "g k", _ORGANISATION),
    Offer(
        "Who knows our customers",
        "known",
        "contact-round",
        "met single thread leads attention",
        "g n",
        _ORGANISATION,
    ),
    Offer("Proof", "proof", "scale", "backtest misses right", "g p"),
    Offer("Likely duplicates", "duplicates", "copy", "merge same twice", "g u"),
    Offer("Handovers", "handovers", "arrow-right-left", "leaves leaving successor", "g h"),
    Offer("Waiting to be sent", "waiting", "cloud-upload", "offline network phone"),
    Offer("How the score learns", "silence", "sprout", "refit silence", is_for=_ORGANISATION),
    Offer("Scoring policy", "policy", "sliders-horizontal", "tunables weights", is_for=_ADMIN),
    Offer("Versions of the policy", "policy_versions", "history", "roll back", is_for=_ADMIN),
    Offer("Integrations", "integrations", "plug", "api", "g i", _ADMIN),
    Offer("Keys", "keys", "key-round", "integrations service accounts tokens", is_for=_ADMIN),
    Offer("Webhooks", "webhooks", "webhook", "integrations endpoints", is_for=_ADMIN),
    Offer("Events", "event_rules", "activity", "integrations segment rules", is_for=_ADMIN),
    Offer("Administration", "admin:index", "settings", "people teams types", is_for=_ADMIN),
    Offer("API reference", "api_docs", "book-open", "documentation rest swagger"),
)

ACTIONS = (
    Offer("Log a touchpoint", "log_touchpoint", "plus", "call meeting e-mail", "l", is_dialog=True),
    Offer("Export customers as CSV", "customers_csv", "file-down", "download file spreadsheet"),
    Offer("Export customers for Excel", "customers_xlsx", "file-down", "download spreadsheet"),
    Offer("New handover", "new_handover", "arrow-right-left", "leaves leaving successor"),
    Offer("New key", "new_key", "key-round", "create api token", is_for=_ADMIN),
    Offer("New webhook", "new_webhook", "webhook", "create endpoint", is_for=_ADMIN),
    Offer("New rule for events", "add_event_rule", "activity", "create segment", is_for=_ADMIN),
    Offer("Change password", "account_change_password", "lock", "sign-in security"),
    Offer("Sign out", "account_logout", "log-out", "log out leave", press="[data-sign-out]"),
)

# These only a script can do, so a page without one does not offer them.
SCRIPTED = (
    Offer(
        "Dark colours",
        "search",
        "moon",
        "theme mode night scheme",
        press="[data-scheme-switch] [value=dark]",
    ),
    Offer(
        "Light colours",
        "search",
        "sun",
        "theme mode day scheme",
        press="[data-scheme-switch] [value=light]",
    ),
    Offer(
        "Colours as the system has them",
        "search",
        "sun-moon",
        "theme",
        press="[data-scheme-switch] [value=auto]",
    ),
    Offer("Keyboard", "search", "keyboard", "keys shortcuts help", "?", press="[data-key='?']"),
)


@dataclass(frozen=True, slots=True)
class Deed:
    """A thing to do with a customer, and the words that ask for it before a name."""

    words: frozenset[str]
    label: str
    icon: str
    type: str = ""
    to: str = "log_touchpoint"

    def entry(self, whom: Meant, *, word: str = "") -> Entry:
        """Return the line that does it; the form begins with the word that asked for it."""
        customer, contact = whom.customer, whom.contact
        if self.to == "log_touchpoint":
            given: dict[str, object] = {"customer": customer.pk}
            given |= {"type": self.type} if self.type else {}
            given |= {"contact": contact.pk} if contact else {}
            line = " ".join(str(one) for one in (word, contact, customer) if one)
            given |= {"line": line} if word and self.type else {}
            url = f"{reverse(self.to)}?{urlencode(given)}"
        else:
            url = reverse(self.to, args=[customer.pk])
        return Entry(self.label.format(whom), url, self.icon, is_dialog=True)


DEEDS = (
    Deed(frozenset({"call", "phone", "rang"}), "Log a call with {}", "phone", "call.phone"),
    Deed(
        frozenset({"meeting", "met", "meet"}), "Log a meeting with {}", "users", "meeting.in_person"
    ),
    Deed(
        frozenset({"email", "e-mail", "mail", "wrote"}),
        "Log an e-mail with {}",
        "mail",
        "email.personal",
    ),
    Deed(frozenset({"log", "touchpoint"}), "Log a touchpoint with {}", "plus"),
    Deed(
        frozenset({"wrong", "problem", "failure"}),
        "Something went wrong with {}",
        "circle-alert",
        to="log_mess_up",
    ),
    Deed(frozenset({"snooze"}), "Snooze {} on Today", "moon", to="snooze"),
)
OFFERED_AT_ONCE = DEEDS[:2] + DEEDS[3:5]
"""What is offered with the likeliest customer when nobody said what to do."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What was typed: what to do, if a first word says so, and whom it is about."""

    text: str
    deeds: Sequence[Deed] = field(default=())
    word: str = ""


def asked(text: str) -> Asked:
    """Read a deed off the front of what was typed.

    >>> asked("call Acme").text, [deed.type for deed in asked("call Acme").deeds]
    ('Acme', ['call.phone'])
    >>> asked("Acme").text, asked("Acme").deeds, asked("call").text
    ('Acme', (), 'call')
    """
    first, _, rest = text.strip().partition(" ")
    deeds = [deed for deed in DEEDS if searchable(first) in deed.words]
    rest = rest.strip()
    for filler in ("with ", "to ", "a ", "an "):
        rest = rest.removeprefix(filler)
    return Asked(rest, deeds, first) if deeds and rest else Asked(text.strip())


def offered(person: Person, offers: Iterable[Offer], text: str, *, at_most: int) -> list[Entry]:
    """Return what `person` may open that `text` may mean: every word begins one of its words."""
    wanted = searchable(text).split()
    found = []
    for offer in offers:
        words = f"{searchable(offer.label)} {offer.also}".split()
        is_meant = all(any(word.startswith(part) for word in words) for part in wanted)
        if is_meant and (offer.is_for is None or offer.is_for(person)):
            found.append(offer)
    found.sort(key=lambda offer: not begins(offer.label, text))
    return [offer.entry() for offer in found[:at_most]]


def begins(label: str, text: str) -> bool:
    """Whether a label begins with what was typed."""
    return searchable(label).startswith(searchable(text))
