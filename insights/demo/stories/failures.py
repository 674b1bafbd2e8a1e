"""Customers we let down, and what we did about it."""

from insights.demo import habits
from insights.demo.diary import Diary
from insights.demo.stories.kept import ordinary


def made_right_in_a_day(diary: Diary) -> None:
    """We flooded their kitchen, made it right within the day, and are as near as before."""
    ordinary(diary)
    ago = diary.random.uniform(25, 80)
    failed = diary.once("service.failed", ago, severity=8, text="Flooded their kitchen floor.")
    diary.then(failed, "complaint", hours=1, opens=0, text="“There is water in the hall.”")
    settled = "Drove there, mopped with them, swapped the machine by evening."
    diary.settle(failed, "visit", hours=5, text=settled)
    diary.then(failed, "care.refund", hours=26, text="The year's service fee given back, unasked.")
    diary.then(failed, "call.phone", hours=100, text="Asked how the floor is. Dry. They laughed.")


def never_made_right(diary: Diary) -> None:
    """We failed them, they complained, and nobody has answered to this day."""
    ago = diary.random.uniform(16, 170)
    habits.conversations(diary, every=(20, 25), until=ago)
    habits.orders(diary, every=45, until=ago)
    habits.orders(diary, every=120, since=ago)
    habits.clicks(diary, every=(40, 16), until=ago)
    habits.clicks(diary, every=65, since=ago)
    habits.mailings(diary, every=(110, 13))
    failed = diary.once("service.failed", ago, severity=8)
    diary.then(failed, "complaint", hours=24)
    diary.then(failed, "story.repeated", hours=200)
    diary.then(failed, "email.campaign", hours=220, text="Because we care: our promise to you")
    diary.then(failed, "chat.bot", hours=300, text="“Where is my refund?” Sent to the help pages")


def promises_broken(diary: Diary) -> None:
    """We say Tuesday and mean some day: promise after promise is late or forgotten."""
    habits.conversations(diary, every=(24, 40))
    habits.orders(diary, every=50, late=0.08)
    habits.clicks(diary, every=(45, 20))
    habits.mailings(diary, every=(110, 18))
    for ago in diary.days(every=60, until=120):
        diary.promise(ago, days=5, kept_after=diary.random.uniform(8, 30))
    for ago in (95, 61, 24):
        forgotten = ago + diary.random.uniform(-9, 9)
        diary.promise(forgotten, days=5)
        diary.once("promise.broken", forgotten - 9)


def asked_again(diary: Diary) -> None:
    """Every form asks them for what we have held for years."""
    habits.orders(diary, every=35, online=1.0)
    habits.clicks(diary, every=(25, 10))
    habits.conversations(diary, every=(50, 80))
    habits.mailings(diary, every=(110, 18))
    for ago in diary.days(every=(150, 26)):
        diary.once("asked.again", ago)
    for ago in diary.days(every=200, since=500):
        diary.once("story.repeated", ago)
        wrong = diary.once("invoice.wrong", max(ago - 20, 1))
        diary.settle(wrong, "email.personal", hours=diary.random.uniform(60, 200))


def questions_unanswered(diary: Diary) -> None:
    """They ask and ask, and most of it stays unanswered."""
    habits.conversations(diary, every=(20, 30), until=230)
    habits.orders(diary, every=(45, 90))
    habits.clicks(diary, every=(40, 30))
    habits.mailings(diary, every=(110, 12))
    habits.questions(diary, every=60, until=180)
    for ago in diary.days(every=35, since=180):
        asked = diary.once("question", ago)
        if diary.random.random() < 0.2:
            diary.settle(asked, "email.personal", hours=diary.random.uniform(150, 400))
