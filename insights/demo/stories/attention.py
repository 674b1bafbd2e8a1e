"""Whom we give our attention: leads, new customers, and those we forget meanwhile."""

from insights.demo import habits
from insights.demo.diary import Diary


def courted_lead(diary: Diary) -> None:
    """They have bought nothing yet and see more of us than any customer does."""
    habits.conversations(diary, every=10)
    habits.meetings(diary, every=24)
    habits.clicks(diary, every=12)
    habits.mailings(diary, every=10)
    habits.promises(diary, every=35)


def forgotten_customer(diary: Diary) -> None:
    """They buy every month and nobody has looked after them since they signed."""
    habits.conversations(diary, every=25, until=600)
    habits.orders(diary, every=(30, 50), online=1.0, late=0.05)
    habits.clicks(diary, every=(30, 35))
    habits.mailings(diary, every=(45, 12))


def never_contacted(diary: Diary) -> None:
    """They are a name on a list: nobody ever spoke, so nobody can say that it is cold."""
    habits.mailings(diary, every=45)


def newly_won(diary: Diary) -> None:
    """Signed a short while ago: much talk, first orders, a promise or two."""
    habits.conversations(diary, every=11)
    habits.meetings(diary, every=40)
    habits.orders(diary, every=18)
    habits.clicks(diary, every=8)
    habits.promises(diary, every=25)
    habits.questions(diary, every=20)
    soon = diary.random.choice((2, 3, 4))
    diary.promise(soon, days=diary.random.choice((3, 5, 8)))
