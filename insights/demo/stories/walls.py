"""Customers whom screens, mailings and intermediaries came between."""

from insights.demo import habits
from insights.demo.diary import Diary
from insights.demo.people import BRANCH_CLOSED_AGO
from insights.demo.texts import mailings

_MARKETPLACES = ("Trade marketplace", "Buying group", "Regional reseller")


def walled_off(diary: Diary) -> None:
    """Visits were replaced by an app, the app is hardly used: neither doors nor windows now."""
    built = diary.random.uniform(270, 340)
    habits.meetings(diary, every=35, until=built)
    habits.calls(diary, every=30, until=built)
    habits.orders(diary, every=50, until=built)
    habits.app(diary, every=20, since=built, until=built - 60)
    habits.app(diary, every=200, since=built - 60)
    habits.orders(diary, every=300, since=built, online=1.0)
    habits.mailings(diary, every=(120, 13))


def through_the_glass(diary: Diary) -> None:
    """All windows and no doors: we see every click and have not met anybody for long."""
    habits.calls(diary, every=40, until=700)
    habits.orders(diary, every=40, online=1.0)
    habits.clicks(diary, every=(35, 5.5))
    habits.mailings(diary, every=(90, 13))
    habits.surveys(diary, every=300)
    habits.outage(diary)


def branch_closed(diary: Diary) -> None:
    """They came by every week or two, until the branch in their town closed."""
    closed = BRANCH_CLOSED_AGO + diary.random.uniform(-12, 12)
    pain = diary.random.uniform(0.5, 1.2)
    habits.meetings(diary, every=30, until=closed)
    habits.conversations(diary, every=45, until=closed)
    habits.orders(diary, every=45, until=closed)
    diary.once("email.template", closed, text="Our branch closes. Find us online, day and night!")
    habits.calls(diary, every=400, since=closed)
    habits.orders(diary, every=80 + 130 * pain, since=closed, online=1.0)
    habits.clicks(diary, every=26 + 60 * pain, since=closed)
    habits.mailings(diary, every=(110, 12))
    if diary.random.random() < 0.5:
        ago = closed - diary.random.uniform(10, 60)
        diary.once("feedback.person", ago, text="They miss the branch, and say so.")


def intermediated(diary: Diary) -> None:
    """They now buy through somebody else, who gets to know them instead of us."""
    left_for = diary.random.uniform(250, 500)
    via = diary.random.choice(_MARKETPLACES)
    habits.conversations(diary, every=22, until=left_for)
    habits.orders(diary, every=35, until=left_for)
    habits.conversations(diary, every=280, since=left_for)
    habits.orders(diary, every=30, since=left_for, via=via)
    habits.clicks(diary, every=28, since=left_for, via=via)
    habits.mailings(diary, every=(110, 22))


def buried_under_campaigns(diary: Diary) -> None:
    """Two or three mailings a week say how much we care; nobody has asked them anything."""
    habits.conversations(diary, every=(35, 60), until=120)
    habits.orders(diary, every=60)
    habits.clicks(diary, every=60)
    habits.mailings(diary, every=(40, 20), until=300)
    habits.mailings(diary, every=2.5, since=300)
    diary.once("feedback.survey", 70, text="3 of 10. “Three mails a week, and no answer to mine.”")


def same_template_to_many(diary: Diary) -> None:
    """Each gets a "personal" note, and all get the same one: found by its text."""
    habits.orders(diary, every=45)
    habits.clicks(diary, every=(30, 14))
    habits.calls(diary, every=60, until=200)
    us = (diary.customer.owner or "").split(".")[0].title()
    who = diary.customer.contacts[0].first_name
    for number, ago in enumerate(diary.days(every=30, since=360)):
        text = (mailings.TEMPLATE, mailings.SECOND_TEMPLATE)[number % 2].format(who=who, us=us)
        diary.once("email.personal", ago, contact=0, text=text)
