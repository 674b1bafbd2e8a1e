"""Customers who are near, each in a way of their own."""

from insights.demo import habits
from insights.demo.diary import Diary
from insights.demo.people import EXECUTIVES


def ordinary(diary: Diary) -> None:
    """Nothing remarkable: talks, orders, and more clicks than there used to be."""
    habits.conversations(diary, every=(17, 38))
    habits.orders(diary, every=50)
    habits.clicks(diary, every=(75, 11))
    habits.mailings(diary, every=(120, 16))
    habits.questions(diary, every=150)
    habits.surveys(diary, every=500)
    habits.webinars(diary)


def quiet_self_service(diary: Diary) -> None:
    """Nobody calls and nobody needs to: orders arrive, the app works, the customer is near."""
    habits.orders(diary, every=24, online=1.0, late=0.0)
    habits.clicks(diary, every=(20, 7))
    habits.mailings(diary, every=45)
    habits.surveys(diary, every=400)


def open_house(diary: Diary) -> None:
    """We meet them and we see them: both doors and windows are open."""
    habits.conversations(diary, every=(14, 26))
    habits.meetings(diary, every=(60, 90))
    habits.orders(diary, every=40)
    habits.clicks(diary, every=(50, 8))
    habits.mailings(diary, every=(60, 30))
    habits.questions(diary, every=100)
    habits.promises(diary, every=120)
    habits.surveys(diary, every=250)
    habits.webinars(diary)
    for ago in diary.days(every=220):
        diary.once(diary.random.choice(("care.help", "care.refund")), ago)


def handshake_only(diary: Diary) -> None:
    """All doors and no windows: we meet and talk, but see nothing of what they do on screens."""
    habits.conversations(diary, every=(16, 24))
    habits.meetings(diary, every=(45, 60))
    habits.orders(diary, every=45, online=0.0)


def handwritten_notes(diary: Diary) -> None:
    """They get a card by hand, now and then, where others get a hundred templates."""
    habits.calls(diary, every=(35, 45))
    habits.letters(diary, every=70)
    habits.orders(diary, every=50)
    habits.clicks(diary, every=(50, 25))
    for ago in diary.days(every=85):
        card = diary.once("note.handwritten", ago)
        diary.then(card, "email.received", hours=70, text="What a lovely card. Thank you!")
    for ago in diary.days(every=300):
        diary.once("care.kindness", ago)
        diary.once("letter", max(ago - 90, 1))


def calls_twice_a_year(diary: Diary) -> None:
    """They call in spring and in autumn, and are fine: that is how they want it."""
    last = diary.random.uniform(12, 40)
    for half_years in range(5, -1, -1):
        ago = last + half_years * 182 + diary.random.uniform(-6, 6)
        rang = diary.once("call.phone", ago, text=_half_yearly(diary))
        diary.then(rang, "order.delivered", hours=60)


def _half_yearly(diary: Diary) -> str:
    return diary.random.choice((
        "Half-yearly call. Ordered the usual; all runs well.",
        "They rang, as every half year: coffee, filters, the weather.",
        "The usual order. “If something breaks, I'll ring.”",
    ))  # fmt: skip


def coffee_with_an_executive(diary: Diary) -> None:
    """Somebody at the top still has coffee with them."""
    ordinary(diary)
    executive = diary.random.choice(EXECUTIVES)
    for ago in diary.days(every=75):
        diary.once("meeting.in_person", ago, person=executive.key, text=_coffee(diary))


def _coffee(diary: Diary) -> str:
    return diary.random.choice((
        "Coffee, no agenda. They think of opening a second house.",
        "Coffee at theirs. Asked what annoys them: the invoices.",
        "Breakfast. Their daughter takes over next year.",
        "Coffee; they said whom they would miss if we left.",
    ))  # fmt: skip


def promises_kept(diary: Diary) -> None:
    """We say what we will do and by when, and then it is done, sometimes early."""
    habits.calls(diary, every=(30, 45))
    habits.orders(diary, every=45)
    habits.clicks(diary, every=(45, 18))
    habits.mailings(diary, every=(90, 30))
    for ago in diary.days(every=45):
        diary.promise(ago, days=10, kept_after=diary.random.choice((3, 5, 8, 9)))


def seasonal(diary: Diary) -> None:
    """Busy from spring to autumn, closed in winter, and back every year."""
    for ago in diary.days(every=6):
        month = diary.calendar.day(ago).month
        if 4 <= month <= 10 or diary.random.random() < 0.2:
            _day_of_the_season(diary, ago)
    habits.mailings(diary, every=(90, 30))


def _day_of_the_season(diary: Diary, ago: float) -> None:
    kinds, weights = (
        ("order.placed", "web.visit", "call.phone", "visit", "question"),
        (5, 6, 3, 1, 1),
    )
    kind = diary.random.choices(kinds, weights)[0]
    happened = diary.once(kind, ago)
    if kind == "order.placed":
        diary.then(happened, "order.delivered", hours=40)
    if kind == "question":
        diary.settle(happened, "email.personal", hours=5)
