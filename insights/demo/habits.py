"""What happens with most customers most of the time; stories put it together.

Over three years people meet less and click more: `every` runs from then to now.
"""

from decimal import Decimal

from insights.demo.diary import THREE_YEARS, Diary, Entry, Every

_CONVERSATIONS = {
    "call.phone": 40, "visit": 16, "meeting.video": 12, "meeting.in_person": 8,
    "chat.person": 8, "email.personal": 12, "message.text": 4,
}  # fmt: skip
_CLICKS = {"web.visit": 55, "app.used": 25, "self_service.done": 14, "chat.bot": 6}
_REPLIES = 0.7
"""Share of our personal e-mails that are answered."""

APP_SINCE = 720
"""Days since we have an app."""

OUTAGE_AGO = 96
_WEBINARS_AGO = (410, 215, 47)

_ONLINE_ORDERS_THEN, _ONLINE_ORDERS_NOW = 0.3, 0.95


def conversations(
    diary: Diary, every: Every, since: float | None = None, until: float = 0.0
) -> None:
    """People who know each other talk, in one way or another."""
    kinds, weights = list(_CONVERSATIONS), list(_CONVERSATIONS.values())
    for ago in diary.days(every, since, until):
        kind = diary.random.choices(kinds, weights)[0]
        if kind == "email.personal":
            mail(diary, ago)
        else:
            diary.once(kind, ago)


def meetings(diary: Diary, every: Every, since: float | None = None, until: float = 0.0) -> None:
    """We go there, or they come here."""
    for ago in diary.days(every, since, until):
        diary.once(diary.random.choices(("visit", "meeting.in_person"), (3, 2))[0], ago)


def calls(diary: Diary, every: Every, since: float | None = None, until: float = 0.0) -> None:
    """Somebody picks up the phone."""
    for ago in diary.days(every, since, until):
        diary.once("call.phone", ago)


def mail(diary: Diary, ago: float) -> None:
    """One of us writes to one of them, who mostly answers."""
    sent = diary.once("email.personal", ago)
    if diary.random.random() < _REPLIES:
        diary.then(sent, "email.received", diary.random.uniform(1, 40))


def letters(diary: Diary, every: Every, since: float | None = None, until: float = 0.0) -> None:
    """They write to us, and one of us writes back."""
    for ago in diary.days(every, since, until):
        received = diary.once("email.received", ago)
        diary.then(received, "email.personal", diary.random.uniform(1, 20))


def orders(
    diary: Diary,
    every: Every,
    since: float | None = None,
    until: float = 0.0,
    *,
    online: float | None = None,
    via: str = "",
    late: float = 0.02,
) -> None:
    """They buy, at the table once and by screen now; what is late is made good within days.

    `online` is the share (0 to 1) ordered by screen where it does not follow the times.
    """
    for ago in diary.days(every, since, until):
        share = _online_share(ago) if online is None else online
        value = _order_value(diary, every)
        if not via and diary.random.random() >= share:
            diary.once("order.in_person", ago, value=value)
            continue
        placed = diary.once("order.placed", ago, value=value, via=via)
        if diary.random.random() < late:
            mishap(diary, placed)
        else:
            diary.then(placed, "order.delivered", diary.random.uniform(30, 80), via=via)


def mishap(diary: Diary, placed: Entry) -> None:
    """Let an order come late; somebody rings and settles it."""
    late = diary.then(placed, "order.late", diary.random.uniform(100, 160), via=placed.via)
    if late is not None:
        settled = "Late, and sorry: rang, explained, took the delivery cost off."
        diary.settle(late, "call.phone", diary.random.uniform(2, 30), text=settled)


def clicks(
    diary: Diary, every: Every, since: float | None = None, until: float = 0.0, *, via: str = ""
) -> None:
    """They look things up, do things themselves, use the app."""
    kinds, weights = list(_CLICKS), list(_CLICKS.values())
    for ago in diary.days(every, since, until):
        kind = diary.random.choices(kinds, weights)[0]
        if kind == "app.used" and ago > APP_SINCE:
            kind = "web.visit"
        diary.once(kind, ago, via=via)


def app(diary: Diary, every: Every, since: float = APP_SINCE, until: float = 0.0) -> None:
    """They use the app that was to make visits unnecessary."""
    for ago in diary.days(every, since, until):
        diary.once("app.used", ago)


def mailings(diary: Diary, every: Every, since: float | None = None, until: float = 0.0) -> None:
    """They get what everybody gets."""
    kinds, weights = ("email.campaign", "email.template", "message.broadcast"), (45, 45, 10)
    for ago in diary.days(every, since, until):
        diary.once(diary.random.choices(kinds, weights)[0], ago, contact=0)


def questions(diary: Diary, every: Every, since: float | None = None, until: float = 0.0) -> None:
    """They ask, and somebody answers within the day."""
    for ago in diary.days(every, since, until):
        asked = diary.once("question", ago)
        how = diary.random.choices(("email.personal", "call.phone"), (1, 1))[0]
        diary.settle(asked, how, diary.random.uniform(1, 30))


def promises(diary: Diary, every: Every, since: float | None = None, until: float = 0.0) -> None:
    """We say that we will, and do."""
    for ago in diary.days(every, since, until):
        diary.promise(ago, 7, kept_after=diary.random.uniform(2, 7))


def webinars(diary: Diary) -> None:
    """Half of them sit in the webinar, with forty others: that is no meeting."""
    for ago in _WEBINARS_AGO:
        if ago < diary.since and diary.random.random() < 0.5:
            text = "Webinar: hygiene in the workplace kitchen."
            diary.once("meeting.video", ago, customers_in_room=40, text=text)


def outage(diary: Diary) -> None:
    """Let the app be down for them on the day it was down for all; it ran again within hours."""
    down = diary.once("service.outage", OUTAGE_AGO)
    diary.settle(down, "loop.closed", diary.random.uniform(3, 6), text="Runs again.")


def surveys(diary: Diary, every: Every, since: float | None = None, until: float = 0.0) -> None:
    """They tell us what they think."""
    for ago in diary.days(every, since, until):
        diary.once("feedback.survey", ago)


def _online_share(ago: float) -> float:
    progress = 1 - min(ago / THREE_YEARS, 1.0)
    return _ONLINE_ORDERS_THEN + (_ONLINE_ORDERS_NOW - _ONLINE_ORDERS_THEN) * progress


def _order_value(diary: Diary, every: Every) -> Decimal:
    """Return a share of the yearly value."""
    days = every[1] if isinstance(every, tuple) else every
    usual = float(diary.customer.yearly_value) * min(days, 365) / 365
    return Decimal(round(max(usual * diary.random.lognormvariate(-0.1, 0.45), 15), 2)).quantize(
        Decimal("0.01")
    )
