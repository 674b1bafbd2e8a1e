"""Made-up histories for Hypothesis: touchpoints of every kind, with loops opened and closed."""

import math

import pandas as pd
from hypothesis import strategies as st

from insights.scoring import Events, Kinds

BLANK = {
    "points": 0.0, "care": 0.0, "served": 0.0, "severity": 0.0, "human": False,
    "digital": False, "broadcast": False, "says_care": False, "feedback": False,
    "purchase": False, "counts": True,
}  # fmt: skip

KIND_ROWS = [
    BLANK | given
    for given in (
        {"points": 10.0, "human": True},  # 0 meeting
        {"points": 2.0, "human": True},  # 1 personal mail
        {"points": 1.5, "digital": True},  # 2 text message
        {"served": 1.0, "digital": True},  # 3 order on time
        {"broadcast": True, "digital": True, "says_care": True},  # 4 campaign
        {"severity": 3.0, "digital": True},  # 5 failure on a screen
        {"severity": 8.0, "human": True},  # 6 failure with a person
        {"care": 5.0, "human": True},  # 7 unasked help
        {"digital": True, "purchase": True},  # 8 purchase
        {"digital": True, "feedback": True},  # 9 feedback
        {"points": 5.0},  # 10 neither human nor digital
        {"counts": False},  # 11 bookkeeping
    )
]
KINDS = Kinds.from_rows(KIND_ROWS)
MEETING, MAIL, ORDER, CAMPAIGN, SCREEN_FAILURE, PERSON_FAILURE = 0, 1, 3, 4, 5, 6
BOOKKEEPING = 11
START = 18_000.0

TOUCH = {
    "kind": MEETING, "direction": 2, "in_room": 1.0, "sentiment": math.nan,
    "severity": math.nan, "template": False, "via": False, "opens": 0, "closes": 0,
    "opened_at": math.nan, "expected": math.nan, "opener": -1, "carried_hurt": 0.0,
}  # fmt: skip


def touch(at, **given):
    """Make one touchpoint, a meeting unless said otherwise."""
    return TOUCH | {"at": float(at), "day": math.floor(at)} | given


def events_of(*customers):
    """Make events of some customers' touchpoints; `opener` counts within the customer."""
    rows = []
    for number, touches in enumerate(customers):
        base = len(rows)
        for one in touches:
            opener = one["opener"] + base if one["opener"] >= 0 else -1
            rows.append(one | {"customer": number, "opener": opener})
    frame = pd.DataFrame(rows, columns=["customer", "at", "day", *TOUCH])
    return Events.from_frame(frame, customers=list(range(len(customers))))


# Eighths of a day, so that several touchpoints share a day, and now and then an instant.
GAPS = st.one_of(
    st.sampled_from([0.0, 0.125, 1.0]), st.integers(0, 8 * 400).map(lambda eighths: eighths / 8)
)


@st.composite
def touches(draw, min_size=0, max_size=14):
    """Draw a customer's history; closings close a loop opened before."""
    history, open_rows, at = [], [], START
    for row in range(draw(st.integers(min_size, max_size))):
        at += draw(GAPS)
        one = touch(
            at,
            kind=draw(st.integers(0, len(KIND_ROWS) - 1)),
            direction=draw(st.integers(0, 2)),
            in_room=draw(st.sampled_from([1.0, 2.0, 50.0])),
            sentiment=draw(st.sampled_from([math.nan, -1.0, 0.0, 0.5])),
            severity=draw(st.sampled_from([math.nan] * 6 + [0.0, 1.0])),
            template=draw(st.integers(0, 5)) == 0,
            via=draw(st.booleans()),
            opens=draw(st.sampled_from([0, 0, 1, 2, 3, 4])),
        )
        if open_rows and draw(st.booleans()):
            opener = open_rows.pop(draw(st.integers(0, len(open_rows) - 1)))
            one["closes"] = history[opener]["opens"]
            one["opened_at"] = history[opener]["at"]
            one["expected"] = draw(st.sampled_from([0.5, 2.0, 14.0]))
            one["opener"] = opener
        history.append(one)
        if one["opens"]:
            open_rows.append(row)
    return history


AFTER = st.integers(0, 8 * 800).map(lambda eighths: eighths / 8)
