"""The first sentence of a page, written from its numbers."""

from collections.abc import Mapping
from decimal import Decimal

from insights.selectors.organisation import Standing
from insights.words import monies, thousands
from relationships.words import plural

LEAST_KNOWN = 10
"""With fewer customers a share says more about chance than about us."""

LEAST_FAR = 5
"""Of fewer, where they are says nothing."""


def distance_sentence(standing: Standing) -> str:
    """Say how many customers are far, how that moved, and what it puts at risk."""
    if standing.known < LEAST_KNOWN:
        return too_few(standing.known)
    return f"{_far(standing)}{_moved(standing)}{_where(standing)}; {_risk(standing)}."


def too_few(known: int) -> str:
    """Say that nothing can be said of so few customers."""
    if not known:
        return "We have not heard from any customer yet, so there is no distance to show."
    return (
        f"So far we have heard from {plural(known, 'customer')} only: too few to say "
        f"how far we are from our customers."
    )


def _far(standing: Standing) -> str:
    verb = "is" if standing.far == 1 else "are"
    far = thousands(standing.far) if standing.far else "None"
    return f"{far} of {thousands(standing.known)} customers {verb} drifting or gone"


def _moved(standing: Standing) -> str:
    """Compare with four weeks ago, and with a year ago where that says something else."""
    before = standing.far_four_weeks_ago
    if before is None:
        return ", and nothing older to compare with yet"
    return f", {_more(standing.far - before)} four weeks ago"


def _more(difference: int) -> str:
    if difference == 0:
        return "as many as"
    return f"{thousands(abs(difference))} {'more' if difference > 0 else 'fewer'} than"


def _where(standing: Standing) -> str:
    """Name the team that has most of the far, where it has more than its part of the customers."""
    most = max(standing.teams, key=lambda team: team.far, default=None)
    if most is None or not most.team_id or standing.far < LEAST_FAR:
        return ""
    is_most = 2 * most.far > standing.far
    is_more_than_its_part = most.far * standing.known > standing.far * most.customers
    return f", most of them in {most.name}" if is_most and is_more_than_its_part else ""


def _risk(standing: Standing) -> str:
    return risk_said(standing.at_risk) or "no yearly value is at risk"


def risk_said(at_risk: Mapping[str, Decimal]) -> str:
    """Say what is at risk, by currency; nothing where nothing is."""
    amounts = monies(at_risk)
    if amounts == "nothing":
        return ""
    return f"{amounts} a year {'are' if ' and ' in amounts else 'is'} at risk"
