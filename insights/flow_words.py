"""Flows between bands as Distance shows them: a sentence and a table for each span."""

from datetime import datetime

from insights.among_words import List, heading_of
from insights.charts import Chart, flow_table
from insights.presentation import BAND_KEYS
from insights.selectors.changes import FURTHER, NEARER
from insights.selectors.flows import Flows, flows
from insights.selectors.organisation import Among
from insights.since import FOUR_WEEKS, YEAR
from insights.words import thousands

KNOWN = tuple(key for key in BAND_KEYS.values() if key != "unknown")
SPANS = (
    (FOUR_WEEKS, "in four weeks", "Four weeks ago", "moved-four-weeks"),
    (YEAR, "in a year", "A year ago", "moved-year"),
)


def flow_tables(
    now: datetime, among: Among, known: int, listed: List, said: str
) -> list[dict[str, object]]:
    """Return what moved in four weeks and in a year, where there is anything to compare with.

    Of `known` customers all must be told; while the night has not read some, nothing is.
    """
    found = zip(SPANS, flows(now, among), strict=True)
    return [
        {
            "title": span.capitalize(),
            "words": moved_words(moved),
            "further_url": listed(moved=FURTHER, since=since, band=KNOWN) if moved.further else "",
            "nearer_url": listed(moved=NEARER, since=since, band=KNOWN) if moved.nearer else "",
            "chart": _chart(
                moved,
                since,
                when,
                listed,
                title=f"{heading_of(among.stage)} who moved between bands {span}",
            ).named(name, said=said),
        }
        for (since, span, when, name), moved in found
        if moved.compared and moved.known == known
    ]


def moved_words(moved: Flows) -> tuple[str, str]:
    """Say how many moved further, and how many came nearer.

    >>> from insights.models import Band
    >>> near, gone = Band.NEAR, Band.GONE
    >>> moved_words(Flows({(near, gone): 31, (gone, near): 1, (near, near): 348}))
    ('31 of 380 moved further', '1 came nearer')
    >>> moved_words(Flows({(near, near): 1}))
    ('None of 1 moved further', 'none came nearer')
    """
    further = thousands(moved.further) if moved.further else "None"
    nearer = thousands(moved.nearer) if moved.nearer else "none"
    return f"{further} of {thousands(moved.compared)} moved further", f"{nearer} came nearer"


def _chart(moved: Flows, since: str, when: str, listed: List, *, title: str) -> Chart:
    def leads(then: str, now: str) -> str:
        stood = {"was": then, "since": since} if then else {}
        return listed(**stood, band=now or KNOWN)

    return flow_table(
        {(BAND_KEYS[was], BAND_KEYS[now]): count for (was, now), count in moved.counts.items()},
        title=title,
        when=when,
        leads=leads,
    )
