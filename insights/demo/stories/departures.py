"""Customers who go, or whose person with us went."""

from insights.demo import habits
from insights.demo.diary import Diary
from insights.demo.people import account_managers


def their_person_left(diary: Diary) -> None:
    """Whoever knew them left us; nobody has taken over, and it has become quiet."""
    left = _went_with_them(diary)
    habits.conversations(diary, every=24, until=left)
    habits.orders(diary, every=50, until=left)
    habits.clicks(diary, every=(60, 40), until=left)
    habits.clicks(diary, every=90, since=left, until=64)
    habits.orders(diary, every=150, since=left, until=64, online=1.0)
    habits.mailings(diary, every=(110, 14))
    diary.once(
        "call.phone", left + 2, text="Said goodbye. They asked who comes next; no answer yet."
    )


def handed_over(diary: Diary) -> None:
    """Whoever knew them left us, and somebody else took over after a cold month or two."""
    left = _went_with_them(diary)
    taken_over = left - diary.random.uniform(30, 60)
    diary.kept_by(diary.customer.owner, since=taken_over)
    habits.conversations(diary, every=14, until=left)
    habits.orders(diary, every=45)
    habits.clicks(diary, every=(60, 25))
    habits.mailings(diary, every=(110, 22))
    diary.once(
        "visit", taken_over, text="Introduced myself. They told me all about my predecessor."
    )
    habits.conversations(diary, every=18, since=taken_over - 4)


def _went_with_them(diary: Diary) -> float:
    """Put the customer in the hands of the colleague who left; say how many days ago that was."""
    gone = account_managers(diary.customer.team, left=True)
    who = next((person for person in gone if person.key == diary.customer.owner), gone[0])
    diary.kept_by(who.key, since=10_000)
    diary.kept_by(None, since=who.left_ago or 0)
    return float(who.left_ago or 0)


def known_to_one_of_us(diary: Diary) -> None:
    """All of it hangs on one of us: if that person goes, nobody here knows them."""
    diary.deputies = ()
    habits.conversations(diary, every=(16, 20))
    habits.orders(diary, every=50)
    habits.clicks(diary, every=(60, 25))
    habits.mailings(diary, every=(90, 30))


def slowly_drifting(diary: Diary) -> None:
    """They are a large account, and a little more quiet every month."""
    last = diary.random.uniform(24, 48)
    habits.conversations(diary, every=(5, 100), until=last)
    habits.orders(diary, every=(16, 120), until=last)
    habits.clicks(diary, every=(14, 110), until=last)
    habits.mailings(diary, every=(110, 18))


def suddenly_silent(diary: Diary) -> None:
    """In touch every week for years, and from one day on nothing."""
    stopped = diary.random.uniform(100, 150)
    habits.conversations(diary, every=18, until=stopped)
    habits.orders(diary, every=40, until=stopped)
    habits.clicks(diary, every=24, until=stopped)
    habits.mailings(diary, every=(110, 13))
    for ago in diary.days(every=12, since=stopped - 12):
        diary.once("call.attempt", ago)


def gone_for_a_year(diary: Diary) -> None:
    """They have not been heard from for a year; the newsletters still go out."""
    stopped = diary.random.uniform(340, 430)
    habits.conversations(diary, every=(22, 60), until=stopped)
    habits.orders(diary, every=45, until=stopped)
    habits.clicks(diary, every=30, until=stopped)
    habits.mailings(diary, every=(110, 13))


def left_us(diary: Diary) -> None:
    """They gave notice, after some months in which nobody rang."""
    ended = diary.random.uniform(150, 600)
    habits.conversations(diary, every=20, until=ended + 150)
    habits.orders(diary, every=45, until=ended + 40)
    habits.clicks(diary, every=30, until=ended + 10)
    habits.mailings(diary, every=(110, 13))
    diary.once(
        "email.received", ended, text="Please take this as our notice for the end of the month."
    )


def won_back(diary: Diary) -> None:
    """They had left; somebody rang, listened, and they came back."""
    left, back = diary.random.uniform(480, 560), diary.random.uniform(110, 160)
    habits.conversations(diary, every=25, until=left)
    habits.orders(diary, every=45, until=left)
    habits.mailings(diary, every=(110, 18))
    rang = diary.once(
        "call.phone", back + 20, text="Rang to ask what went wrong. Listened for an hour."
    )
    diary.then(
        rang, "care.refund", hours=24, text="Gave back what we had charged wrongly back then."
    )
    diary.once("meeting.in_person", back + 5, text="They come back. Cake.")
    habits.conversations(diary, every=14, since=back)
    habits.orders(diary, every=30, since=back)
    habits.clicks(diary, every=20, since=back)
