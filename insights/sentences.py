"""The first sentence of a page, written from its numbers."""

from collections.abc import Mapping
from decimal import Decimal

from insights.among_words import noun_of, nouns_of, unheard
from insights.models import WallEvent
from insights.selectors.organisation import CURRENT, Among, Standing, TeamLine
from insights.words import monies, thousands
from relationships.words import plural

LEAST_KNOWN = 10
"""With fewer customers a share says more about chance than about us."""

LEAST_FAR = 5
"""Of fewer, where they are says nothing."""


def distance_sentence(
    standing: Standing, since: WallEvent | None = None, *, among: Among = CURRENT
) -> str:
    """Say how many customers are far, how that moved, and what it puts at risk.

    Before it stands the event since which most of what moved in a year did.
    """
    if standing.known < LEAST_KNOWN:
        return too_few(standing.known, among)
    far = _far(standing, nouns_of(among.stage))
    said = f"{far}{_moved(standing)}{_where(standing)}; {_risk(standing)}."
    return f"{further_since(among)} {event_said(since)}: {said}" if since else said


def further_since(among: Among) -> str:
    """Return what stands before an event; it says when and not why."""
    return f"We are further from our {nouns_of(among.stage)} than a year ago, most of it since"


def event_said(event: WallEvent) -> str:
    """Return an event in the words of whoever noted it, whatever they are, whose and when.

    >>> from datetime import date
    >>> event_said(WallEvent(text="branch in Zwolle closed!", on_date=date(2026, 3, 14)))
    '“branch in Zwolle closed!” (14 March 2026)'
    """
    day = f"{event.on_date.day} {event.on_date:%B %Y}"
    return f"“{event.text}” ({f'{event.team}, {day}' if event.team else day})"


def too_few(known: int, among: Among) -> str:
    """Say that nothing can be said of so few customers, all there are or those somebody chose."""
    noun = noun_of(among.stage)
    if not known:
        return f"{unheard(among)} there is no distance to show."
    heard = f"heard from {plural(known, noun)} only: too few to say how far we are from"
    if among.are_all:
        return f"So far we have {heard} our {noun}s."
    return f"Of these we have {heard} them."


def _far(standing: Standing, nouns: str) -> str:
    verb = "is" if standing.far == 1 else "are"
    far = thousands(standing.far) if standing.far else "None"
    return f"{far} of {thousands(standing.known)} {nouns} {verb} drifting or gone"


def _moved(standing: Standing) -> str:
    """Compare with a year ago and with four weeks ago, as far back as anything is known."""
    past = ("a year ago", standing.far_year_ago), ("four weeks ago", standing.far_four_weeks_ago)
    compared = [(standing.far - then, when) for when, then in past if then is not None]
    if not compared:
        return ", and nothing older to compare with yet"
    is_turning = len({difference > 0 for difference, _ in compared if difference}) > 1
    if len(compared) > 1 and not any(difference for difference, _ in compared):
        return ", as many as a year ago and four weeks ago"
    said = [f"{_more(difference)} {when}" for difference, when in compared]
    return f", {(' but ' if is_turning else ' and ').join(said)}"


def _more(difference: int) -> str:
    if difference == 0:
        return "as many as"
    return f"{thousands(abs(difference))} {'more' if difference > 0 else 'fewer'} than"


def _where(standing: Standing) -> str:
    most = team_with_most(standing)
    return f", most of them in {most.name}" if most else ""


def team_with_most(standing: Standing) -> TeamLine | None:
    """Return the team that has most of the far, where it has more than its part of customers."""
    most = max(standing.teams, key=lambda team: team.far, default=None)
    if most is None or not most.team_id or standing.far < LEAST_FAR:
        return None
    is_most = 2 * most.far > standing.far
    is_more_than_its_part = most.far * standing.known > standing.far * most.customers
    return most if is_most and is_more_than_its_part else None


def _risk(standing: Standing) -> str:
    return risk_said(standing.at_risk) or "no yearly value is at risk"


def risk_said(at_risk: Mapping[str, Decimal]) -> str:
    """Say what is at risk, by currency; nothing where nothing is."""
    amounts = monies(at_risk)
    if amounts == "nothing":
        return ""
    return f"{amounts} a year {'are' if ' and ' in amounts else 'is'} at risk"
