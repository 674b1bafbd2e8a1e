"""What everybody gets: it says that we care, every week anew."""

from datetime import datetime

TEMPLATE = (
    "Dear {who},\n"
    "I was just thinking of you and wanted to reach out personally. Our customers mean the world "
    "to us, and I would love to show you how our new service packages could help your team. "
    "Do you have fifteen minutes this week?\n"
    "Warm regards, {us}"
)
"""Signed by a person, sent to many: found by its text."""

SECOND_TEMPLATE = (
    "Hello {who},\n"
    "just a quick personal note from me: I noticed that you have not been in touch for a while, "
    "and I want you to know that you are important to us. Reply to this message and I will call "
    "you at once.\n"
    "Yours, {us}"
)

LINES = {
    "email.campaign": (
        "You are at the heart of everything we do: 10 % off filters this week",
        "Because we care: our promise to you",
        "Your satisfaction is our passion. Discover the new machines",
        "We value you! A personal thank-you inside",
        "We miss you. Here is a voucher",
        "Partners for life: book your free consultation",
        "You deserve the best: new colours for your break room",
    ),
    "email.template": (
        "Newsletter: five ideas for your break room",
        "Your monthly summary is ready",
        "Reminder: order before the prices change",
        "Newsletter: meet our new app",
        "Webinar: hygiene in the workplace kitchen",
        "How did we do? Tell us in two minutes",
    ),
    "message.broadcast": (
        "Only today: free delivery with the app.",
        "New in the app: chat with Robo-Barista.",
        "Rate us! It only takes a minute.",
    ),
}
_DECEMBER = "Happy holidays from all of us to all of you"


def of_the_week(kind: str, at: datetime) -> str:
    """Return what everybody gets that week."""
    if kind == "email.campaign" and at.month == 12:
        return _DECEMBER
    lines = LINES[kind]
    return lines[at.isocalendar().week % len(lines)]
