"""Every tunable of the policy in words, in the groups an administrator thinks in."""

from typing import NamedTuple


class Tunable(NamedTuple):
    """What a tunable is called, and what a change of it does."""

    name: str
    label: str
    meaning: str


class Group(NamedTuple):
    """Tunables of one subject, and what the subject is."""

    key: str
    label: str
    meaning: str
    tunables: tuple[Tunable, ...]


GROUPS = (
    Group(
        "connection", "Connection", "What contact between people builds up. It takes two.",
        (
            Tunable("connection_half_life", "Half-life of connection",
                    "After so long without contact, half of the connection is left."),
            Tunable("connection_saturation", "Points that make a bond",
                    "With so many points connection stands at 63 %; a meeting in person is 10."),
            Tunable("both_ways_weight", "Worth of contact that is answered",
                    "Points answered by the other side count so many times."),
            Tunable("inbound_only_weight", "Worth of contact we do not answer",
                    "Points of what customers sent and we left without an answer."),
            Tunable("outbound_only_weight", "Worth of contact they do not answer",
                    "Points of what we sent and customers left without an answer."),
            Tunable("sentiment_weight", "Weight of the mood",
                    "A touchpoint in the best mood earns so much more, in the worst so much less."),
        ),
    ),
    Group(
        "care", "Care shown", "Deeds, not words: what we did for the customer.",
        (
            Tunable("care_half_life", "Half-life of care",
                    "After so long, half of the care shown is left."),
            Tunable("care_saturation", "Deeds that show care",
                    "With so many points of deeds, care stands at 63 %."),
            Tunable("promise_kept_care", "A promise kept on time",
                    "Care in doing what we promised when we promised it."),
            Tunable("promise_early_care", "A promise kept early",
                    "Care in doing it before it was due."),
            Tunable("early_days", "What counts as early",
                    "A promise kept so long before it is due counts as kept early."),
            Tunable("question_care", "A question answered",
                    "Care in answering at once; half of it when it takes as long as expected."),
            Tunable("problem_care", "A problem solved",
                    "Care in solving at once; half of it when it takes as long as expected."),
        ),
    ),
    Group(
        "service", "Service", "Digital things that simply worked. They keep warmth, no more.",
        (
            Tunable("served_half_life", "Half-life of service",
                    "After so long, half of what worked is forgotten."),
            Tunable("served_saturation", "Things that worked, to be served",
                    "With so many of them, service stands at 63 %."),
        ),
    ),
    Group(
        "hurt", "Hurt", "Failures, and how they are forgiven or made right.",
        (
            Tunable("hurt_scale", "Hurt that leaves a third of warmth",
                    "So much hurt leaves 37 % of warmth; a serious failure is 3, a grave one 8."),
            Tunable("hurt_half_life", "Half-life of a hurt made right",
                    "After so long, half of what is left of the hurt has faded."),
            Tunable("impatience_person", "Impatience with a person",
                    "What went wrong with a person hurts so many times its severity."),
            Tunable("impatience_screen", "Impatience with a screen",
                    "What went wrong with a screen hurts so many times its severity."),
            Tunable("goodwill_forgives", "What goodwill forgives",
                    "With a full connection, a failure hurts so much less."),
            Tunable("mended_share", "What mending takes away",
                    "Making it right at once takes away so much of the hurt."),
            Tunable("mending_days", "Half-life of the chance to mend",
                    "Made right after so long, it takes away half as much."),
        ),
    ),
    Group(
        "noise", "Noise", "Broadcasts and templates beyond what the customer bears.",
        (
            Tunable("noise_half_life", "Half-life of noise",
                    "After so long, half of the noise is forgotten."),
            Tunable("noise_tolerated", "Broadcasts borne",
                    "So many broadcasts for each thing the customer said are no noise."),
            Tunable("noise_saturation", "Excess that is all noise",
                    "So many broadcasts more than are borne, and noise stands at 63 %."),
            Tunable("noise_weight", "What noise can drown",
                    "Full noise takes away so much of warmth."),
        ),
    ),
    Group(
        "warmth", "Warmth", "How connection, care and service come together.",
        (
            Tunable("connection_weight", "Share of connection", "Of warmth at its fullest."),
            Tunable("served_weight", "Share of service", "Of warmth at its fullest."),
            Tunable("care_weight", "Share of care", "Of warmth at its fullest."),
            Tunable("normal_half_life", "Memory of the customer's own normal",
                    "What is usual for a customer leans on this long a past."),
        ),
    ),
    Group(
        "presence", "Presence", "Whether the customer is still here, by their own rhythm.",
        (
            Tunable("horizon_days", "Length of silence",
                    "Chances of silence, the proof and the value at risk are for so long a one."),
            Tunable("busy_lately_horizons", "Half-life of “busy lately”",
                    "How soon recent activity is forgotten."),
            Tunable("busy_long_horizons", "Half-life of “busy for long”",
                    "How soon lasting activity is forgotten."),
            Tunable("gap_memory", "Weight of earlier gaps",
                    "How much the newest gap between two days of activity leaves to those before."),
            Tunable("trend_gaps", "Trust in a change of rhythm",
                    "A recent change of rhythm is worth so many gaps."),
            Tunable("spread_prior_gaps", "Trust in the common regularity",
                    "Until so many gaps of their own, customers count as regular as all others."),
            Tunable("very_overdue_from", "Overdue counts twice from",
                    "The logarithm of the silence over the usual gap from which it counts more."),
            Tunable("feature_limit", "Limit of what silence is told by",
                    "Beyond this, what tells of silence counts no further."),
            Tunable("hyper_customers", "Trust in the start values",
                    "What is assumed of rhythm before there is history counts as so many."),
            Tunable("hyper_gap_days", "Start value: usual gap",
                    "The gap between active days assumed before there is history."),
            Tunable("hyper_variance", "Start value: variance",
                    "How much gaps are assumed to vary before there is history."),
            Tunable("between_floor", "Least difference between customers",
                    "Customers' rhythms are never taken to be more alike than this."),
            Tunable("mean_trust_gaps", "Gaps that half trust a rhythm",
                    "With so many gaps, a customer's rhythm counts half in that of all."),
        ),
    ),
    Group(
        "distance", "Distance", "What takes a customer away from us.",
        (
            Tunable("cooling_weight", "What cooling takes away",
                    "A customer who lost all their usual warmth is so much less near."),
            Tunable("cooling_floor", "Least warmth to cool from",
                    "Who was never warmer than this cannot cool by much."),
            Tunable("wall_weight", "What a wall takes away",
                    "A customer who lost all people to screens is so much less near."),
            Tunable("unhealed_weight", "What open hurt takes away",
                    "The worst that is not made right takes away so much of nearness."),
            Tunable("unhealed_scale", "Open hurt that stands between us",
                    "So much hurt not made right stands at 63 %; a serious failure is 3."),
            Tunable("wall_personal", "The wall, personal style",
                    "How much it matters to customers who want people."),
            Tunable("wall_mixed", "The wall, mixed style",
                    "How much it matters to customers who want both."),
            Tunable("wall_self_service", "The wall, self-service style",
                    "How much it matters to customers who want screens."),
            Tunable("personal_above", "Personal style from",
                    "Above this share of people in what they start, customers want people."),
            Tunable("self_service_below", "Self-service style to",
                    "Below this share of people in what they start, customers want screens."),
            Tunable("style_prior", "Caution about the style",
                    "Customers count as mixed until they started clearly more than this."),
        ),
    ),
    Group(
        "bands", "Bands", "What a distance is called.",
        (
            Tunable("steady_from", "Steady from", "Where near ends."),
            Tunable("cooling_from", "Cooling from", "Where steady ends."),
            Tunable("drifting_from", "Drifting from", "Where cooling ends."),
            Tunable("gone_from", "Gone from", "Where drifting ends."),
            Tunable("band_margin", "Margin of an edge",
                    "A band changes when its edge is passed by this much, not to flicker."),
        ),
    ),
    Group(
        "windows", "Doors and windows", "What we see of customers through screens.",
        (
            Tunable("windows_half_life", "Half-life of what we see",
                    "After so long, half of the days seen are forgotten."),
            Tunable("windows_saturation", "Days seen that open windows",
                    "With so many of them, windows stand at 63."),
            Tunable("feedback_windows", "Worth of feedback",
                    "A customer's opinion shows as much as so many days."),
        ),
    ),
)  # fmt: skip

POPULATION = (
    "hyper_customers", "hyper_gap_days", "hyper_variance", "between_floor", "mean_trust_gaps",
)  # fmt: skip
"""What the rhythm of all customers leans on: when it changes, that is estimated anew."""

ORGANISATION_ONLY = frozenset(
    (
        *POPULATION,
        # The coefficients of silence were learned from features made with these, for everyone.
        "busy_lately_horizons", "busy_long_horizons", "gap_memory", "trend_gaps",
        "spread_prior_gaps", "very_overdue_from", "feature_limit",
    )
)  # fmt: skip
"""What a segment cannot have its own of."""

UNITS = {
    "days": "days",
    "points": "points",
    "factor": "times",
    "share": "of 1",
    "count": "things",
    "severity": "severities",
    "ratio": "broadcasts",
    "horizons": "of the horizon",
    "customers": "customers",
    "log days^2": "log days squared",
    "gaps": "gaps",
    "log ratio": "on a log scale",
    "score": "points of 100",
}
"""Units as they are written after a number."""
