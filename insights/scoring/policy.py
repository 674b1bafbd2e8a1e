"""Every tunable of the scoring, with its meaning, unit and allowed range."""

import difflib
import json
import math
from collections.abc import Mapping
from dataclasses import Field, asdict, dataclass, field, fields
from typing import Any, Self

WEIGHTS = ("served_weight", "connection_weight", "care_weight")
"""Shares of warmth, which add up to 1."""

RISING = (
    ("steady_from", "cooling_from", "drifting_from", "gone_from"),
    ("self_service_below", "personal_above"),
)
"""Edges of one scale, each at least the one before."""


def tunable(default: float, meaning: str, unit: str, low: float, high: float) -> Any:
    """Declare one number of the policy.

    Parameters
    ----------
    default : float
        What SCORING.md says.
    meaning, unit : str
        For the policy screen.
    low, high : float
        The closed range outside which the formulas stop making sense.

    Returns
    -------
    dataclasses.Field
        A dataclass field carrying these as metadata.

    Examples
    --------
    >>> tunable(90.0, "half-life", "days", 1, 3650).metadata["unit"]
    'days'
    """
    facts = {"meaning": meaning, "unit": unit, "low": float(low), "high": float(high)}
    return field(default=default, metadata=facts)


def half_life(default: float, meaning: str) -> Any:
    """Declare a half-life in days, from a day to ten years.

    Examples
    --------
    >>> half_life(90.0, "connection").metadata["high"]
    3650.0
    """
    return tunable(default, f"Half-life of {meaning}", "days", 1, 3650)


@dataclass(frozen=True, slots=True)
class Policy:
    """The tunables of scoring; the defaults are SCORING.md.

    Raises
    ------
    ValueError
        When a number is not finite or outside its range; the message names the field, the
        value and what would be right.

    Examples
    --------
    >>> Policy().connection_half_life
    90.0
    >>> Policy(horizon_days=-1.0)
    Traceback (most recent call last):
    ValueError: horizon_days is -1.0; it must be a number of days from 1 to 3650
    """

    # Connection: it takes two.
    sentiment_weight: float = tunable(0.5, "How much sentiment scales points", "share", 0, 1)
    connection_half_life: float = half_life(90.0, "connection")
    connection_saturation: float = tunable(15.0, "Points that make a bond", "points", 0.1, 1000)
    both_ways_weight: float = tunable(2.0, "Worth of points answered in kind", "factor", 0, 10)
    inbound_only_weight: float = tunable(0.5, "Worth of unanswered inbound", "factor", 0, 1)
    outbound_only_weight: float = tunable(0.1, "Worth of unanswered outbound", "factor", 0, 1)
    # Care shown: deeds only.
    care_half_life: float = half_life(120.0, "care")
    care_saturation: float = tunable(12.0, "Deeds that show care", "points", 0.1, 1000)
    promise_kept_care: float = tunable(4.0, "Care in a promise kept", "points", 0, 100)
    promise_early_care: float = tunable(5.0, "Care in a promise kept early", "points", 0, 100)
    early_days: float = tunable(1.0, "Before due by this much is early", "days", 0, 365)
    question_care: float = tunable(1.0, "Care in a question answered", "points", 0, 100)
    problem_care: float = tunable(4.0, "Care in a problem solved", "points", 0, 100)
    # Served: hygiene.
    served_half_life: float = half_life(45.0, "things that simply worked")
    served_saturation: float = tunable(4.0, "Things that worked to be served", "count", 0.1, 1000)
    # Hurt.
    hurt_half_life: float = half_life(60.0, "a hurt made right")
    hurt_scale: float = tunable(8.0, "Hurt that leaves 1/e of warmth", "severity", 0.1, 1000)
    impatience_person: float = tunable(1.0, "Impatience with a person", "factor", 0, 10)
    impatience_screen: float = tunable(1.5, "Impatience with a screen", "factor", 0, 10)
    goodwill_forgives: float = tunable(0.6, "Share a full bond forgives", "share", 0, 1)
    mended_share: float = tunable(0.8, "Share taken away by mending at once", "share", 0, 1)
    mending_days: float = tunable(3.0, "Half-life of the chance to mend", "days", 0.01, 365)
    # Noise.
    noise_half_life: float = half_life(30.0, "noise")
    noise_tolerated: float = tunable(2.0, "Broadcasts per inbound borne", "ratio", 0, 100)
    noise_saturation: float = tunable(6.0, "Excess that is all noise", "ratio", 0.1, 1000)
    noise_weight: float = tunable(0.2, "Share of warmth noise can drown", "share", 0, 1)
    # Warmth and the customer's own normal.
    served_weight: float = tunable(0.30, "Share of warmth from service", "share", 0, 1)
    connection_weight: float = tunable(0.45, "Share of warmth from connection", "share", 0, 1)
    care_weight: float = tunable(0.25, "Share of warmth from care", "share", 0, 1)
    normal_half_life: float = half_life(365.0, "the customer's own normal")
    # Presence.
    horizon_days: float = tunable(90.0, "Silence is asked for this long", "days", 1, 3650)
    busy_lately_horizons: float = tunable(0.5, "Half-life, busy lately", "horizons", 0.01, 100)
    busy_long_horizons: float = tunable(4.0, "Half-life, busy for long", "horizons", 0.01, 100)
    gap_memory: float = tunable(0.7, "Weight of earlier gaps in the recent gap", "share", 0, 1)
    hyper_customers: float = tunable(10.0, "Worth of the hyper-prior", "customers", 0.1, 1e6)
    hyper_gap_days: float = tunable(21.0, "Gap of the hyper-prior", "days", 1, 3650)
    hyper_variance: float = tunable(1.0, "Variance of the hyper-prior", "log days^2", 0.01, 100)
    between_floor: float = tunable(0.1, "Least variance between", "log days^2", 0.001, 100)
    mean_trust_gaps: float = tunable(2.0, "Gaps that half trust a mean", "gaps", 0, 1000)
    spread_prior_gaps: float = tunable(4.0, "Worth of the common spread", "gaps", 0.1, 1000)
    trend_gaps: float = tunable(3.0, "Gaps the recent gap is worth", "gaps", 0, 1000)
    very_overdue_from: float = tunable(1.5, "Overdue counted twice from", "log ratio", 0, 12)
    feature_limit: float = tunable(12.0, "Features are clipped to this", "log ratio", 1, 50)
    # Distance.
    cooling_floor: float = tunable(10.0, "Least baseline to cool from", "score", 0.1, 100)
    cooling_weight: float = tunable(0.5, "What full cooling takes away", "share", 0, 0.99)
    wall_weight: float = tunable(0.3, "What a full wall takes away", "share", 0, 0.49)
    unhealed_weight: float = tunable(0.75, "What open hurt takes away", "share", 0, 0.99)
    unhealed_scale: float = tunable(8.0, "Open hurt that is 63 % unhealed", "severity", 0.1, 1000)
    wall_personal: float = tunable(1.0, "Weight of the wall, personal style", "factor", 0, 1)
    wall_mixed: float = tunable(0.6, "Weight of the wall, mixed style", "factor", 0, 1)
    wall_self_service: float = tunable(0.2, "Weight of the wall, self-service", "factor", 0, 1)
    style_prior: float = tunable(2.0, "Both parameters of the Beta prior", "count", 0.01, 1000)
    personal_above: float = tunable(0.6, "Human share that is personal", "share", 0, 1)
    self_service_below: float = tunable(0.2, "Human share that is self-service", "share", 0, 1)
    # Bands.
    steady_from: float = tunable(25.0, "Where near ends", "score", 0, 100)
    cooling_from: float = tunable(45.0, "Where steady ends", "score", 0, 100)
    drifting_from: float = tunable(65.0, "Where cooling ends", "score", 0, 100)
    gone_from: float = tunable(85.0, "Where drifting ends", "score", 0, 100)
    band_margin: float = tunable(3.0, "An edge counts when passed by", "score", 0, 20)
    # Doors and windows.
    windows_half_life: float = half_life(45.0, "digital signals")
    windows_saturation: float = tunable(6.0, "Days seen that open windows", "days", 0.1, 1000)
    feedback_windows: float = tunable(3.0, "Days a feedback is worth", "days", 0, 100)

    def __post_init__(self) -> None:
        """Refuse what the formulas cannot bear."""
        for tuned in fields(self):
            _check(tuned, getattr(self, tuned.name))
        _check_weights(self)
        for names in RISING:
            _check_order(self, names)

    def to_json(self) -> str:
        """Write every tunable as one JSON object.

        Examples
        --------
        >>> Policy.from_json(Policy().to_json()) == Policy()
        True
        """
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, given: str | Mapping[str, Any]) -> Self:
        """Read a policy; what is not mentioned keeps its default.

        Parameters
        ----------
        given : str or mapping
            A JSON object, or what it decodes to.

        Raises
        ------
        ValueError
            For an unknown field, a value that is no number, or one out of range.

        Examples
        --------
        >>> Policy.from_json('{"horizon_days": 30}').horizon_days
        30.0
        >>> Policy.from_json({"horizn_days": 30})
        Traceback (most recent call last):
        ValueError: horizn_days (30) is not a tunable; did you mean horizon_days?
        """
        values = json.loads(given) if isinstance(given, str) else given
        if not isinstance(values, Mapping):
            raise ValueError(f"a policy is a JSON object of numbers, not {values!r}")
        known = {tuned.name: tuned for tuned in fields(cls)}
        for name, value in values.items():
            if name not in known:
                raise ValueError(f"{name} ({value!r}) is not a tunable; {_nearest(name, known)}")
            _check(known[name], value)
        return cls(**{name: float(value) for name, value in values.items()})


def _check(tuned: "Field[Any]", value: Any) -> None:
    """Refuse a value that is no number or out of range."""
    low, high, unit = (tuned.metadata[key] for key in ("low", "high", "unit"))
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not math.isfinite(value) or not low <= value <= high:
        unit_words = f"a number of {unit}" if unit == "days" else f"a number ({unit})"
        right = f"it must be {unit_words} from {low:g} to {high:g}"
        raise ValueError(f"{tuned.name} is {value!r}; {right}")


def _check_weights(policy: Policy) -> None:
    """Warmth is a score of 0 to 100 only while its three weights add up to 1."""
    total = sum(getattr(policy, name) for name in WEIGHTS)
    if not math.isclose(total, 1.0, abs_tol=1e-6):
        names = f"{', '.join(WEIGHTS[:-1])} and {WEIGHTS[-1]}"
        raise ValueError(f"{names} add up to {total:g}; they must add up to 1")


def _check_order(policy: Policy, names: tuple[str, ...]) -> None:
    """Refuse edges that are not in rising order."""
    values = [getattr(policy, name) for name in names]
    if values != sorted(values):
        raise ValueError(f"{', '.join(names)} are {values}; each must be at least the one before")


def _nearest(name: str, known: Mapping[str, object]) -> str:
    """Say which tunable was probably meant."""
    close = difflib.get_close_matches(name, list(known), n=1)
    return f"did you mean {close[0]}?" if close else "see Policy for the names"
